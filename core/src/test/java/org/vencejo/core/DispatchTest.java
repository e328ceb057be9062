package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.puback;
import static org.vencejo.core.Packets.pubcomp;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrec;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// What the server does with an input before and behind the part that it belongs to.
class DispatchTest {
    private final Bench bench = new Bench();

    @Test
    void anAnswerOfAClientMakesRoomForTheNextMessage() {
        Connection client =
                bench.connect(with(Packets.connect("c", 100), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(client, subscribe("t", QoS.EXACTLY_ONCE));
        Connection publisher = bench.connect("p", 0);
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 1, "1"));
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 2, "2"));
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 3, "3"));
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 4, "4"));
        bench.in(client, pubrec(1));
        assertThat(bench.payloadsTo(client)).containsExactly("1");
        bench.in(client, pubcomp(1));
        assertThat(bench.payloadsTo(client)).containsExactly("1", "2");
        bench.in(client, puback(2));
        assertThat(bench.payloadsTo(client)).containsExactly("1", "2", "3");
        bench.in(client, new Pubrec(3, ReasonCode.QUOTA_EXCEEDED));
        assertThat(bench.payloadsTo(client)).containsExactly("1", "2", "3", "4");
        assertThat(bench.ended(Fate.DELIVERED)).isEqualTo(2);
        assertThat(bench.server.statistics().strayAcknowledgements()).isZero();
    }

    @Test
    void answersToNothingAreCountedAndEndNothing() { // (B5)
        Connection client = bench.connect("c", 0);
        bench.in(client, puback(1));
        bench.in(client, pubrec(2));
        bench.in(client, new Pubrec(3, ReasonCode.UNSPECIFIED_ERROR));
        bench.in(client, pubcomp(4));
        assertThat(bench.server.statistics().strayAcknowledgements()).isEqualTo(4);
        assertThat(bench.to(client, Pubrel.class))
                .containsExactly(new Pubrel(2, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        assertThat(bench.isClosed(client)).isFalse();
    }

    @Test
    void packetsAndPayloadsAreCountedInBothDirections() {
        Connection client = bench.connect("c", 0);
        bench.in(client, subscribe("t", QoS.AT_MOST_ONCE));
        bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 1, "12345"));
        Statistics statistics = bench.server.statistics();
        assertThat(statistics.packetsReceived(PacketType.CONNECT)).isEqualTo(1);
        assertThat(statistics.packetsReceived(PacketType.PUBLISH)).isEqualTo(1);
        assertThat(statistics.packetsSent(PacketType.SUBACK)).isEqualTo(1);
        assertThat(statistics.packetsSent(PacketType.PUBLISH)).isEqualTo(1);
        assertThat(statistics.payloadBytesReceived()).isEqualTo(5);
        assertThat(statistics.payloadBytesSent()).isEqualTo(5);
    }

    @Test
    void anOperatorEndsAConnectionAndItsWillGoesOut() {
        Connection observer = bench.connect("o", 0);
        bench.in(observer, subscribe("w", QoS.AT_MOST_ONCE));
        Connection client =
                bench.connect(with(Packets.connect("c", 0), will("w", QoS.AT_MOST_ONCE, 0)));
        bench.handle(new Input.Expel(client, ReasonCode.ADMINISTRATIVE_ACTION, "for a test"));
        assertThat(bench.to(client).getLast())
                .isEqualTo(new Disconnect(ReasonCode.ADMINISTRATIVE_ACTION));
        assertThat(bench.isClosed(client)).isTrue();
        assertThat(bench.payloadsTo(observer)).containsExactly("will");
        assertThat(bench.events)
                .contains(
                        new Event.ClientDisconnected(
                                client, "c", ReasonCode.ADMINISTRATIVE_ACTION, "for a test"));
    }

    @Test
    void whoHasSentNoConnectCanBeExpelledToo() {
        Connection silent = bench.accept();
        bench.handle(new Input.Expel(silent, ReasonCode.NOT_AUTHORIZED, "for a test"));
        assertThat(bench.isClosed(silent)).isTrue();
        assertThat(bench.to(silent)).isEmpty();
        assertThat(bench.server.connections()).isZero();
    }

    @Test
    void whatIsThereIsCounted() {
        Connection client = bench.connect("c", 0);
        bench.in(client, subscribe("$share/g/t", QoS.AT_MOST_ONCE));
        bench.in(client, subscribe("u", QoS.AT_MOST_ONCE));
        Publish kept = retained("r", QoS.AT_MOST_ONCE, 0, "kept");
        bench.in(client, kept);
        assertThat(bench.server.subscriptions()).isEqualTo(2);
        assertThat(bench.server.sharedSubscriptions()).isEqualTo(1);
        assertThat(bench.server.retainedMessages()).isEqualTo(1);
        assertThat(bench.server.retainedBytes()).isEqualTo(Message.bytesOf(kept));
    }

    @Test
    void whatTheStartOwesIsDueAtOnce() {
        bench.cut(bench.connect("c", 100));
        Bench restarted =
                new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, bench.server.durableState());
        restarted.now = 5_000;
        assertThat(restarted.server.nextDeadline()).isLessThanOrEqualTo(restarted.now);
        restarted.handle(new Input.DeadlineReached());
        assertThat(restarted.server.nextDeadline()).isGreaterThan(restarted.now);
    }

    @Test
    void aSliceThatUsedHalfOfACallLeavesTheRestToTheNext() {
        Bench slices = Bench.with("sliceMax", 4);
        for (int c = 0; c < 3; c++) {
            Connection client = slices.connect("c" + c, 100);
            slices.in(client, subscribe("t" + c, QoS.AT_LEAST_ONCE));
            slices.cut(client);
        }
        Connection publisher = slices.connect("p", 0);
        for (int i = 1; i <= 7; i++) {
            for (int c = 0; c < 3; c++) {
                slices.in(publisher, publish("t" + c, QoS.AT_LEAST_ONCE, 1));
            }
        }
        slices.deadlinesAreHandled = false;
        Connection[] clients = new Connection[3];
        for (int c = 0; c < 3; c++) {
            clients[c] = slices.connect("c" + c, 100);
            assertThat(slices.payloadsTo(clients[c])).hasSize(4);
        }
        slices.handle(new Input.DeadlineReached()); // three messages are left for each
        assertThat(slices.payloadsTo(clients[0])).hasSize(7);
        assertThat(slices.payloadsTo(clients[1])).hasSize(4);
        slices.handle(new Input.DeadlineReached());
        slices.handle(new Input.DeadlineReached());
        assertThat(slices.payloadsTo(clients[2])).hasSize(7);
    }
}
