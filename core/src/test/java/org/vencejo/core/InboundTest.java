package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrel;
import static org.vencejo.core.Packets.subscribe;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// What clients publish above QoS 0, and how it is acknowledged.
class InboundTest {
    private final Bench bench = new Bench();

    @Test
    void aQoS1MessageUnderTheIdentifierOfAnOpenQoS2OneIsRefusedAndNotPublished() {
        Connection subscriber = bench.connect("subscriber", 0);
        bench.in(subscriber, subscribe("t", QoS.AT_MOST_ONCE));
        for (ProtocolVersion version : ProtocolVersion.values()) {
            bench.forget();
            Connection client =
                    version.isMqtt5()
                            ? bench.connect("c", 0)
                            : bench.connect(connect3(version, "c", true));
            bench.in(client, publish("t", QoS.EXACTLY_ONCE, 7, "two"));
            bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 7, "one"));
            assertThat(bench.payloadsTo(subscriber)).containsExactly("two");
            if (version.isMqtt5()) {
                assertThat(bench.to(client, Puback.class))
                        .containsExactly(new Puback(7, ReasonCode.PACKET_IDENTIFIER_IN_USE));
            } else { // a PUBACK of 3.x would say that it was taken over (B34)
                assertThat(bench.to(client, Puback.class)).isEmpty();
                assertThat(bench.isClosed(client)).isTrue();
            }
        }
    }

    @Test
    void aMessageInOneMoreThanTheReceiveMaximumEndsTheConnection() {
        Bench small = Bench.with("receiveMaximum", 2);
        Connection client = small.connect("c", 0);
        small.in(client, publish("t", QoS.EXACTLY_ONCE, 1));
        small.in(client, publish("t", QoS.EXACTLY_ONCE, 2));
        small.in(client, publish("t", QoS.AT_MOST_ONCE, 0)); // does not count
        small.in(client, publish("t", QoS.EXACTLY_ONCE, 2)); // a repeat
        small.in(client, pubrel(1));
        small.in(client, publish("t", QoS.EXACTLY_ONCE, 3));
        assertThat(small.isClosed(client)).isFalse();
        small.in(client, publish("t", QoS.EXACTLY_ONCE, 4));
        assertThat(small.to(client, Disconnect.class).getLast().reasonCode())
                .isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED); // (B14)
    }

    @Test
    void qos1MessagesWhosePubackWaitsCountAgainstTheReceiveMaximum() {
        Bench small = Bench.with("receiveMaximum", 2);
        Connection client = small.connect("c", 9);
        small.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        small.journalAnswers = false;
        small.in(client, publish("t", QoS.AT_LEAST_ONCE, 1));
        small.in(client, publish("t", QoS.AT_LEAST_ONCE, 2));
        small.durable();
        small.in(client, publish("t", QoS.AT_LEAST_ONCE, 3));
        small.in(client, publish("t", QoS.AT_LEAST_ONCE, 4));
        assertThat(small.isClosed(client)).isFalse();
        small.in(client, publish("t", QoS.AT_LEAST_ONCE, 5));
        assertThat(small.isClosed(client)).isTrue();
    }

    @Test
    void theQuotaStartsAnewWithEachConnectionAndIsNeverRaisedAboveItsStart() {
        Bench small = Bench.with("receiveMaximum", 2);
        Connection before = small.connect("c", 9);
        small.in(before, publish("t", QoS.EXACTLY_ONCE, 1));
        small.in(before, publish("t", QoS.EXACTLY_ONCE, 2));
        small.cut(before);
        Connection client = small.connect("c", 9);
        small.in(client, pubrel(1));
        small.in(client, pubrel(2));
        small.in(client, publish("t", QoS.EXACTLY_ONCE, 3));
        small.in(client, publish("t", QoS.EXACTLY_ONCE, 4));
        assertThat(small.isClosed(client)).isFalse();
        small.in(client, publish("t", QoS.EXACTLY_ONCE, 5)); // U5-30
        assertThat(small.isClosed(client)).isTrue();
    }

    @Test
    void aQoS2IdentifierIsStateOfTheSessionAcrossConnectionsAndRestart() {
        Connection subscriber = bench.connect("subscriber", 100);
        bench.in(subscriber, subscribe("t", QoS.EXACTLY_ONCE));
        Connection client = bench.connect("c", 100);
        bench.in(client, publish("t", QoS.EXACTLY_ONCE, 7, "once"));
        bench.in(client, publish("t", QoS.EXACTLY_ONCE, 7, "once"));
        bench.cut(client);
        bench.pass(50_000); // never forgotten by time (B1)
        Bench restarted =
                new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, bench.server.durableState());
        Connection again = restarted.connect("c", 100);
        restarted.in(again, publish("t", QoS.EXACTLY_ONCE, 7, "once"));
        assertThat(restarted.to(again, Pubrec.class))
                .containsExactly(new Pubrec(7, ReasonCode.SUCCESS)); // [MQTT-4.3.3-10]
        restarted.in(again, pubrel(7));
        restarted.in(again, publish("t", QoS.EXACTLY_ONCE, 7, "another")); // [MQTT-4.3.3-12]
        Connection reader = restarted.connect("subscriber", 100);
        assertThat(restarted.payloadsTo(reader)).containsExactly("once", "another");
    }

    @Test
    void aPubrelForAnUnknownIdentifierIsAnsweredAndTheConnectionStays() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            Connection client =
                    version.isMqtt5()
                            ? bench.connect("c", 0)
                            : bench.connect(connect3(version, "c", true));
            bench.in(client, pubrel(7));
            assertThat(bench.to(client, Pubcomp.class))
                    .isEqualTo(
                            List.of(
                                    new Pubcomp(
                                            7,
                                            version.isMqtt5()
                                                    ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND
                                                    : ReasonCode.SUCCESS))); // (B3)
            assertThat(bench.isClosed(client)).isFalse();
        }
    }
}
