package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrec;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.with;

import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// A session that goes on: with another connection, or after a restart.
class ResumeTest {
    private final Bench bench = new Bench();

    private static Bench restart(Bench before) {
        return new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, before.server.durableState());
    }

    @Test
    void pubrelsLeaveInTheOrderOfTheirPubrecsAlsoForUnknownIdentifiers() {
        Connection client = bench.connect("c", 100);
        bench.in(client, subscribe("t", QoS.EXACTLY_ONCE));
        Connection publisher = bench.connect("p", 0);
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 1));
        bench.journalAnswers = false;
        bench.in(client, pubrec(1));
        bench.in(client, pubrec(99));
        assertThat(bench.to(client, Pubrel.class)).isEmpty();
        bench.durable();
        assertThat(bench.to(client, Pubrel.class))
                .containsExactly(
                        new Pubrel(1, ReasonCode.SUCCESS),
                        new Pubrel(99, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    @Test
    void whatWasNeverSentHasNoDupAfterTwoRestarts() {
        Connection client = bench.connect("c", 100);
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        Connection publisher = bench.connect("p", 0);
        for (int i = 1; i <= 5; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i));
            bench.in(client, Packets.puback(i));
        }
        bench.cut(client);
        Bench second = restart(bench);
        second.in(second.connect("p", 0), publish("t", QoS.AT_LEAST_ONCE, 1, "new"));
        Bench third = restart(second);
        Connection again = third.connect("c", 100);
        assertThat(third.to(again, Publish.class))
                .extracting(Packets::text, Publish::dup)
                .containsExactly(tuple("new", false));
    }

    @Test
    void whatWasSentBeforeTheRestartHasDupAndItsIdentifier() {
        Connection client = bench.connect(with(connect("c", 100), Property.RECEIVE_MAXIMUM, 2L));
        bench.in(client, subscribe("t", QoS.EXACTLY_ONCE));
        Connection publisher = bench.connect("p", 0);
        for (int i = 1; i <= 4; i++) {
            bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, i, "m" + i));
        }
        bench.in(client, pubrec(1));
        for (boolean cut : new boolean[] {false, true}) {
            if (cut) {
                bench.cut(client);
            }
            Bench restarted = restart(bench);
            Connection again = restarted.connect("c", 100);
            assertThat(restarted.to(again, Connack.class).getFirst().sessionPresent()).isTrue();
            assertThat(restarted.to(again, Pubrel.class))
                    .containsExactly(new Pubrel(1, ReasonCode.SUCCESS));
            assertThat(restarted.to(again, Publish.class))
                    .extracting(Packets::text, Publish::dup, Publish::packetIdentifier)
                    .containsExactly(
                            tuple("m2", true, 2), tuple("m3", false, 3), tuple("m4", false, 4));
        }
    }
}
