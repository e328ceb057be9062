package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import org.junit.jupiter.api.Test;
import org.vencejo.protocol.ProtocolViolation;

/// Packet Identifiers that are taken when a message or a request wants them [MQTT-2.2.1-3].
class IdentifiersTakenTest {
    private final FlowBench bench = new FlowBench();
    private final OutboundFlow flow = bench.flow;

    @Test
    void requestsAndMessagesShareTheNumbers() {
        bench.connect(10);
        bench.queue(AT_LEAST_ONCE, "a");
        bench.drain();
        assertThat(flow.takeIdentifier()).isEqualTo(2);
        bench.queue(AT_LEAST_ONCE, "b");
        bench.drain();
        assertThat(flow.takeIdentifier()).isEqualTo(4);
        assertThat(bench.sent()).containsExactly("1:a#1", "1:b#3");
        assertThat(flow.inFlightCount()).isEqualTo(4);
        flow.freeIdentifier(2);
        flow.freeIdentifier(4);
        assertThat(flow.inFlightCount()).isEqualTo(2);
        assertThat(flow.takeIdentifier()).as("freed ones are not used again at once").isEqualTo(5);
    }

    @Test
    void anIdentifierOfARequestIsNoneOfAMessage() {
        bench.connect(10);
        bench.queue(AT_LEAST_ONCE, "a");
        bench.drain();
        int identifier = flow.takeIdentifier();
        assertThatThrownBy(() -> bench.puback(identifier)).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> bench.pubrec(identifier)).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> flow.pubcomp(identifier)).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> flow.freeIdentifier(1)).isInstanceOf(IllegalStateException.class);
        flow.freeIdentifier(identifier);
    }

    @Test
    void withAllInUseThereIsNoneForARequest() {
        for (int i = 1; i <= PacketIdentifiers.MAX; i++) {
            assertThat(flow.takeIdentifier()).isPositive();
        }
        assertThat(flow.takeIdentifier()).isZero();
        assertThat(flow.inFlightCount()).isEqualTo(PacketIdentifiers.MAX);
        flow.freeIdentifier(40_000);
        assertThat(flow.takeIdentifier()).isEqualTo(40_000);
    }

    @Test
    void aPlaceWhoseIdentifierIsOpenIsPassedOverButNotEndlessly() {
        bench.connect(1_000);
        for (int i = 0; i < 300; i++) {
            bench.queue(AT_LEAST_ONCE, "m");
        }
        bench.drain();
        flow.recoverSequence(PacketIdentifiers.MAX - 1); // the next places: 65,535, 1, 2 ...
        assertThat(flow.takeSequence()).isEqualTo(PacketIdentifiers.MAX - 1);
        assertThat(flow.takeSequence()).as("not all 300").isEqualTo(PacketIdentifiers.MAX + 256);
        for (int i = 1; i <= 100; i++) {
            bench.puback(i);
        }
        for (int i = 257; i <= 300; i++) {
            bench.puback(i);
        }
        flow.recoverSequence(2 * PacketIdentifiers.MAX + 99);
        assertThat(flow.takeSequence()).as("#100").isEqualTo(2 * PacketIdentifiers.MAX + 99);
        assertThat(flow.takeSequence()).as("#257").isEqualTo(2 * PacketIdentifiers.MAX + 256);
    }

    @Test
    void aQoS2MessageWaitsForTheIdentifierOfItsPlaceAndAQoS1MessageTakesAnother() {
        for (boolean exactlyOnce : new boolean[] {true, false}) {
            FlowBench each = new FlowBench();
            each.connect(10);
            each.queue(AT_LEAST_ONCE, "open");
            each.queueAs(
                    PacketIdentifiers.MAX, // whose identifier is 1 as well
                    exactlyOnce ? EXACTLY_ONCE : AT_LEAST_ONCE,
                    "next",
                    Message.NEVER);
            each.drain();
            if (exactlyOnce) { // after a crash it must not come under another
                assertThat(each.sent()).containsExactly("1:open#1");
                each.puback(1);
                each.drain();
                assertThat(each.sent()).containsExactly("2:next#1");
            } else {
                assertThat(each.sent()).containsExactly("1:open#1", "1:next#2");
            }
        }
    }

    /// What docs/durability.md says of a client that withholds one answer.
    @Test
    void aFullRoundBehindAWithheldAnswerQoS2WaitsForIt() {
        bench.connect(10);
        for (int i = 0; i < PacketIdentifiers.MAX + 5; i++) {
            bench.queue(EXACTLY_ONCE, "m" + i);
        }
        bench.drain();
        int sent = bench.sent().size();
        assertThat(sent).isEqualTo(10);
        int identifier = 2; // of the second message: the first is never answered
        while (identifier <= sent) {
            bench.pubrec(identifier);
            flow.pubcomp(identifier++);
            bench.drain();
            sent += bench.sent().size() - 1; // and a PUBREL
        }
        assertThat(sent).isEqualTo(PacketIdentifiers.MAX);
        assertThat(flow.inFlightCount()).as("but for one the window is free").isOne();
        flow.disconnected();
        bench.connect(10);
        bench.drain();
        assertThat(bench.sent()).as("it comes again").containsExactly("2:m0#1+");
        bench.pubrec(1);
        flow.pubcomp(1);
        bench.drain();
        assertThat(bench.sent())
                .containsExactly(
                        "rel#1",
                        "2:m65535#1",
                        "2:m65536#2",
                        "2:m65537#3",
                        "2:m65538#4",
                        "2:m65539#5");
    }
}
