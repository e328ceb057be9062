package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;

/// One sync that more wait for than one call may serve: two messages, or eight answers, here.
class WaitersTest {
    private static final int ANSWERS = 8;

    private final Bench bench = Bench.with("sliceMax", 2);

    /// So many clients, each with a message that somebody who is away will keep.
    private List<Connection> publishers(int count) {
        Connection keeper = bench.connect("keeper", 100);
        bench.in(keeper, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.cut(keeper);
        List<Connection> publishers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            publishers.add(bench.connect("p" + i, 0));
        }
        bench.forget();
        bench.journalAnswers = false;
        bench.deadlinesAreHandled = false;
        return publishers;
    }

    private void slice() {
        bench.handle(new Input.DeadlineReached());
    }

    private List<Integer> answered(Connection publisher) {
        return bench.to(publisher, Puback.class).stream().map(Puback::packetIdentifier).toList();
    }

    @Test
    void oneCallAnswersSoManyClientsAndTheOthersFollow() {
        List<Connection> publishers = publishers(20);
        publishers.forEach(each -> bench.in(each, publish("t", QoS.AT_LEAST_ONCE, 1)));
        assertThat(bench.sent).isEmpty();
        List<Connection> answered = new ArrayList<>();
        bench.durable();
        for (int expected : new int[] {ANSWERS, 2 * ANSWERS, 20}) {
            assertThat(bench.sent).hasSize(expected);
            slice();
        }
        bench.sent.forEach(each -> answered.add(each.connection()));
        assertThat(answered).isEqualTo(publishers);
        assertThat(bench.server.nextDeadline()).isGreaterThan(bench.now);
    }

    @Test
    void manyAnswersOfOneClientLeaveAPartAtATimeInTheirOrder() {
        List<Connection> publishers = publishers(2);
        Connection busy = publishers.getFirst();
        Connection other = publishers.getLast();
        for (int i = 1; i <= 20; i++) {
            bench.in(busy, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        bench.in(other, publish("t", QoS.AT_LEAST_ONCE, 1));
        bench.durable();
        assertThat(answered(busy)).hasSize(ANSWERS);
        assertThat(answered(other)).isEmpty();
        // What depends on nothing goes behind what could have left [MQTT-4.6.0-2].
        bench.in(busy, publish("nobody", QoS.AT_LEAST_ONCE, 21));
        assertThat(answered(busy)).hasSize(ANSWERS);
        slice();
        assertThat(answered(other)).as("behind a part of the first, not all").hasSize(1);
        assertThat(answered(busy)).hasSize(2 * ANSWERS - 1);
        slice();
        assertThat(answered(busy)).isEqualTo(IntStream.rangeClosed(1, 21).boxed().toList());
        assertThat(bench.server.nextDeadline()).isGreaterThan(bench.now);
    }

    @Test
    void whoHasNotHadItsTurnIsServedWhenTheJournalGoesOnAgain() {
        List<Connection> publishers = publishers(20);
        publishers.forEach(each -> bench.in(each, publish("t", QoS.AT_LEAST_ONCE, 1)));
        bench.durable();
        Connection last = publishers.getLast();
        bench.in(last, publish("t", QoS.AT_LEAST_ONCE, 2));
        bench.durable();
        bench.durable();
        assertThat(answered(last)).containsExactly(1, 2);
        assertThat(bench.sent).hasSize(21);
    }

    @Test
    void messagesThatWaitedAreASliceToo() {
        List<Connection> subscribers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Connection subscriber = bench.connect("s" + i, 100);
            bench.in(subscriber, subscribe("t", QoS.EXACTLY_ONCE));
            subscribers.add(subscriber);
        }
        Connection publisher = publishers(1).getFirst();
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 1));
        while (!bench.server.mayCommit()) {
            slice();
        }
        bench.forget();
        bench.durable();
        int before = 0;
        for (int calls = 1; before < subscribers.size(); calls++) {
            int now = subscribers.stream().mapToInt(s -> bench.to(s, Publish.class).size()).sum();
            assertThat(now).isBetween(before, before + 2);
            assertThat(calls).as("it comes to an end").isLessThan(20);
            before = now;
            slice();
        }
    }

    @Test
    void thoseWhoWereHeldBackAreReadFromAPartAtATime() {
        Limits limits = Change.of(Bench.settings("sliceMax", 2).limits(), "undurableBytesMax", 2L);
        Bench behind = new Bench(Change.of(ServerSettings.DEFAULTS, "limits", limits));
        List<Connection> publishers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            publishers.add(behind.connect("p" + i, 0));
        }
        behind.journalAnswers = false;
        behind.deadlinesAreHandled = false;
        for (Connection each : publishers) {
            behind.in(each, Packets.retained("r", QoS.AT_MOST_ONCE, 0, "x".repeat(20_000)));
        }
        assertThat(behind.paused).hasSize(20);
        behind.durable();
        for (int left : new int[] {20 - ANSWERS, 20 - 2 * ANSWERS, 0}) {
            assertThat(behind.paused).hasSize(left);
            behind.handle(new Input.DeadlineReached());
        }
    }
}
