package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.conformance.SocketLine;
import org.vencejo.conformance.Wire.Heard;
import org.vencejo.core.Server;
import org.vencejo.core.ServerSettings;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// Clients that never get in, in numbers.
class RefusedConnectTest {
    /// Each is refused, in its own way.
    private static final List<String> REFUSED =
            List.of(
                    "10 0D 0004 4D515454 06 02 0000 0001 61", // a level that nobody knows
                    "10 0D 0006 4D5149736470 03 02 0000 00", // cut short
                    "10 0E 0006 4D5149736470 03 02 0000 0000", // 3.1, no Client Identifier
                    "10 0C 0004 4D515454 04 00 0000 0000", // 3.1.1, the same, Clean Session 0
                    "10 0D 0004 4D515454 05 03 0000 00 0000", // 5.0, a reserved flag
                    "10 10 0004 4D515454 05 02 0000 03 210000 0000", // Receive Maximum 0
                    "10 12 0004 4D515454 05 02 0000 05 15 0002 6E6F 0000", // unknown method
                    "C0 00",
                    "00 00");

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    @Oracle(68)
    void refusedConnectionsDoNotPileUpThoughTheirClientsStay(int ioThreads) throws IOException {
        try (LiveServer server = new LiveServer(ioThreads)) {
            List<SocketLine> lines = new ArrayList<>(); // so that nobody closes them
            for (int i = 0; i < 450; i++) {
                SocketLine line = server.open();
                line.send(LiveServer.bytes(REFUSED.get(i % REFUSED.size())));
                lines.add(line);
                Heard heard = line.next();
                if (heard instanceof Heard.Packet packet) {
                    LiveServer.require(packet, 0x20);
                    assertThat(packet.bytes()[3]).as("a reason to refuse").isNotZero();
                    heard = line.next();
                }
                assertThat(heard).isInstanceOf(Heard.Closed.class); // [MQTT-3.2.2-7]
            }
            assertThat(server.<Integer>inside(Server::connections)).isZero();
            assertThat(server.<Integer>inside(Server::sessions)).isZero();
            server.connect("10 0D 0004 4D515454 05 02 0000 00 0000").reset();
            lines.forEach(SocketLine::reset);
        }
    }

    @Test
    @Oracle(74)
    void halfConnectsInNumbersAreGoneWhenTheirTimeIsOver() {
        MemoryServer server = new MemoryServer(MemoryServer.Setup.of(ServerSettings.DEFAULTS));
        MemoryConnection there = server.accept();
        there.receive(LiveServer.bytes("10 0D 0004 4D515454 05 02 0000 00 0000"));
        server.settle();
        byte[] begun = LiveServer.bytes("10 FF7F 0004 4D515454 05 02 0000 05 11 00");
        for (int i = 0; i < 1_000; i++) {
            MemoryConnection half = server.accept();
            half.receive(Arrays.copyOf(begun, 1 + i % (begun.length - 1)));
            server.settle();
            half.take();
        }
        assertThat(server.core().connections()).isGreaterThan(900); // the control arm
        server.pass(TimeUnit.SECONDS.toNanos(11));
        assertThat(server.core().connections()).isEqualTo(1);
        assertThat(there.isGone()).isFalse();
        server.connections().forEach(each -> each.cut("the test is over"));
        assertThat(server.buffersHeld()).isZero();
    }

    @Test
    @Oracle(74)
    void tenThousandUserPropertiesAreTooMany() {
        LongScene.plays(
                """
                == Too many User Properties are refused
                5.0: U5-36
                C connects
                B > 10 LL MQTT 02 00 00 [19 00%s] "~B"
                B < 20 LL 00 00 [*]
                A > 10 LL MQTT 02 00 00 [19 00%s] "~A"
                A < 20 LL 00 95 [*]
                A closed
                C pings
                B pings
                """
                        .formatted(
                                ", 26 \"k\" \"v\"".repeat(1_000),
                                ", 26 \"k\" \"v\"".repeat(10_000)));
    }
}
