package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.core.Peer;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;

/// What operators read of an event.
class EventLogTest {
    private final Connection connection =
            new Connection(
                    new Peer() {
                        @Override
                        public String remoteAddress() {
                            return "192.0.2.1:7";
                        }

                        @Override
                        public String listener() {
                            return "tcp";
                        }
                    });

    @Test
    void aVersionIsNamedAsTheStandardNamesIt() {
        List<String> lines = new ArrayList<>();
        for (ProtocolVersion version : ProtocolVersion.values()) {
            lines.add(
                    EventLog.text(
                            new Event.ClientConnected(connection, "a", version, null, false)));
        }
        assertThat(lines)
                .containsExactly(
                        "client a connected from 192.0.2.1:7 at tcp: MQTT 3.1, user none, new session",
                        "client a connected from 192.0.2.1:7 at tcp: MQTT 3.1.1, user none, new session",
                        "client a connected from 192.0.2.1:7 at tcp: MQTT 5.0, user none, new session");
    }

    @Test
    void aConnectionThatWasLostHasNoReasonCode() {
        assertThat(
                        EventLog.text(
                                new Event.ClientDisconnected(
                                        connection, "a", null, "closed by the peer")))
                .isEqualTo("client a from 192.0.2.1:7 disconnected: closed by the peer");
        assertThat(
                        EventLog.text(
                                new Event.ClientDisconnected(
                                        connection, "a", ReasonCode.SUCCESS, "by the client")))
                .isEqualTo("client a from 192.0.2.1:7 disconnected: 0x00 SUCCESS, by the client");
    }

    @Test
    void whoIsBannedIsNamed() {
        assertThat(EventLog.text(new Event.AddressBanned("192.0.2.66", 300, 20)))
                .isEqualTo("192.0.2.66 is banned for 300 s after 20 attempts that failed");
        assertThat(EventLog.text(new Event.UserBanned("alice", 300, 20)))
                .isEqualTo("user alice is banned for 300 s after 20 attempts that failed");
    }

    @Test
    void aCertificateIsToldWithAllThatOperatorsLookFor() {
        assertThat(
                        EventLog.text(
                                new ClientCertificate(
                                        "CN=sensor 7",
                                        List.of("DNS:sensor-7.example"),
                                        "CN=an authority",
                                        "1f",
                                        1_767_225_600)))
                .isEqualTo(
                        "its certificate is of CN=sensor 7 [DNS:sensor-7.example], from CN=an authority, number 1f, valid until 2026-01-01T00:00:00Z");
    }

    @Test
    void whoIsRefusedAgainAndAgainDoesNotFloodTheLog() {
        for (Event refusal :
                List.of(
                        new Event.ConnectRefused(connection, "a", ReasonCode.NOT_AUTHORIZED, "no"),
                        new Event.RequestRefused(
                                connection, "a", ReasonCode.NOT_AUTHORIZED, "publish", "a"),
                        new Event.TurnedAway(connection.peer(), "TLS handshake", "no"))) {
            LogLines info = new LogLines(false);
            LogLines debug = new LogLines(true);
            EventLog[] logs = {new EventLog(info), new EventLog(debug)};
            for (int i = 0; i < 3 * RefusalLines.LINES_MAX; i++) {
                logs[0].accept(refusal);
                logs[1].accept(refusal);
            }
            // Of others it tells all the same.
            logs[0].accept(new Event.SessionEnded("a", 1));
            assertThat(info.lines)
                    .hasSize(RefusalLines.LINES_MAX + 1)
                    .endsWith(EventLog.text(new Event.SessionEnded("a", 1)));
            assertThat(debug.lines).hasSize(3 * RefusalLines.LINES_MAX);
        }
    }

    @Test
    void namesThatClientsChooseAreCut() {
        String letters = "x".repeat(199);
        assertThat(EventLog.text(new Event.SessionEnded(letters + "y", 1)))
                .isEqualTo(
                        "client " + letters + "y: its session ended with 1 messages undelivered");
        assertThat(EventLog.text(new Event.SessionEnded(letters + "🐦z", 1)))
                .as("a bird is two characters, and not cut in two")
                .isEqualTo(
                        "client "
                                + letters
                                + "... (202 characters): its session ended with 1 messages undelivered");
        String long64K = "n".repeat(65_535);
        for (Event event :
                List.of(
                        new Event.ClientConnected(
                                connection, long64K, ProtocolVersion.MQTT_5, long64K, false),
                        new Event.ConnectRefused(
                                connection, long64K, ReasonCode.NOT_AUTHORIZED, long64K),
                        new Event.ClientDisconnected(connection, long64K, null, long64K),
                        new Event.RequestRefused(
                                connection, long64K, ReasonCode.NOT_AUTHORIZED, "publish", long64K),
                        new Event.TurnedAway(connection.peer(), "TLS handshake", long64K),
                        new Event.UserBanned(long64K, 300, 20),
                        new Event.QueueFull(long64K, 1, 1))) {
            assertThat(EventLog.text(event)).hasSizeLessThan(650);
        }
    }
}
