package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrec;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.with;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
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
                            tuple("m2", true, 2),
                            tuple("m3", !cut, 3), // acknowledgements may have been lost
                            tuple("m4", !cut, 4));
        }
    }

    @Test
    void qos0ThatWaitedIsNotKeptForWhoIsAwayUnlessThatIsWanted() {
        for (boolean wanted : new boolean[] {false, true}) {
            Bench each =
                    new Bench(Change.of(ServerSettings.DEFAULTS, "qos0QueuedForOffline", wanted));
            Connection publisher = each.connect("p", 0);
            each.in(publisher, retained("a", QoS.AT_LEAST_ONCE, 1, "kept"));
            each.in(publisher, retained("b", QoS.AT_LEAST_ONCE, 1, "kept"));
            Connection client = each.connect(with(connect("c", 100), Property.RECEIVE_MAXIMUM, 1L));
            each.in(client, subscribe("+", QoS.AT_LEAST_ONCE));
            each.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "zero")); // behind "kept"
            each.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1, "one"));
            each.cut(client);
            Connection again = each.connect("c", 100);
            assertThat(each.payloadsTo(again))
                    .containsExactlyElementsOf(
                            wanted
                                    ? List.of("kept", "zero", "one")
                                    : List.of("kept", "one")); // (B36)
            assertThat(each.ended(Fate.OFFLINE)).isEqualTo(wanted ? 0 : 1);
        }
    }
}
