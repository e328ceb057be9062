package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.with;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.QoS;

/// Very many copies that leave memory when they are durable.
class SettlingTest {
    private static final int ONE_CALL = 10;

    private final Bench bench =
            new Bench(Change.of(Bench.settings("sliceMax", ONE_CALL), "queuesOnDisk", true));

    private void keeper(String clientIdentifier) {
        Connection keeper = bench.connect(clientIdentifier, 100);
        bench.in(keeper, subscribe("t", QoS.EXACTLY_ONCE));
        bench.cut(keeper);
    }

    /// The numbers from 10 to 99 as messages, of which none is durable.
    private List<String> publishAll(QoS qos) {
        Connection publisher = bench.connect("p", 0);
        bench.journalAnswers = false;
        List<String> all = IntStream.range(10, 100).mapToObj(Integer::toString).toList();
        for (String each : all) {
            bench.in(publisher, publish("t", qos, Integer.parseInt(each), each));
        }
        bench.cut(publisher); // its answers are long work, too
        bench.deadlinesAreHandled = false;
        return all;
    }

    private long inMemory() {
        return bench.accounting().queuedBytesInMemory();
    }

    private void slice() {
        bench.handle(new Input.DeadlineReached());
    }

    /// What `keeper` is sent, which answers nothing and lets the disk answer everything.
    private List<String> sentToKeeper() {
        bench.journalAnswers = true;
        bench.deadlinesAreHandled = true;
        Connection keeper =
                bench.connect(with(connect("keeper", 100), Property.RECEIVE_MAXIMUM, 1_000));
        while (!bench.reads.isEmpty()) {
            bench.answerRead();
        }
        return bench.payloadsTo(keeper);
    }

    @Test
    void oneCallLooksAtSoManySessionsAndTheOthersFollow() {
        for (int i = 0; i < 25; i++) {
            keeper("keeper" + i);
        }
        bench.journalAnswers = false;
        bench.in(bench.connect("p", 0), publish("t", QoS.AT_LEAST_ONCE, 1));
        assertThat(bench.accounting().queuedCopies()).isEqualTo(25);
        long one = inMemory() / 25;
        bench.deadlinesAreHandled = false;
        bench.durable();
        for (int left : new int[] {25 - ONE_CALL, 25 - 2 * ONE_CALL, 0}) {
            assertThat(inMemory()).isEqualTo(left * one);
            slice();
        }
        assertThat(bench.server.nextDeadline()).isGreaterThan(bench.now);
    }

    @ParameterizedTest
    @EnumSource(names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void oneCallLetsGoOfSoManyCopiesOfOneSessionAndTheOthersFollow(QoS qos) {
        keeper("keeper");
        List<String> all = publishAll(qos);
        long one = inMemory() / all.size();
        bench.durable();
        for (int left = all.size() - ONE_CALL; left >= 0; left -= ONE_CALL) {
            assertThat(inMemory()).isEqualTo(left * one);
            slice();
        }
        assertThat(bench.server.nextDeadline()).isGreaterThan(bench.now);
        assertThat(sentToKeeper()).isEqualTo(all);
    }

    @ParameterizedTest
    @EnumSource(names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void whoComesBackMeanwhileIsSentThemInTheirOrder(QoS qos) {
        for (int slices = 0; slices < 9; slices++) {
            SettlingTest each = new SettlingTest();
            each.keeper("keeper");
            List<String> all = each.publishAll(qos);
            each.bench.durable();
            for (int i = 0; i < slices; i++) {
                each.slice();
            }
            assertThat(each.sentToKeeper()).as("after %d slices", slices).isEqualTo(all);
        }
    }

    /// The head of a queue leaves from behind.
    @Test
    void aHeadLeavesAPartAtATimeToo() {
        keeper("keeper");
        List<String> all = publishAll(QoS.AT_LEAST_ONCE);
        bench.durable();
        bench.deadlinesAreHandled = true;
        bench.journalAnswers = true;
        slice();
        Connection keeper =
                bench.connect(with(connect("keeper", 100), Property.RECEIVE_MAXIMUM, 1));
        bench.answerRead();
        long one = inMemory() / (all.size() - 1);
        bench.deadlinesAreHandled = false;
        bench.journalAnswers = false;
        bench.cut(keeper);
        for (int left = all.size() - 1 - ONE_CALL; left > 0; left -= ONE_CALL) {
            assertThat(inMemory()).isEqualTo(left * one);
            slice();
        }
        assertThat(inMemory()).isZero();
        assertThat(sentToKeeper()).isEqualTo(all);
    }

    @Test
    void whoHasMoreIsBehindTheOthers() {
        keeper("keeper");
        Connection other = bench.connect("other", 100);
        bench.in(other, subscribe("u", QoS.AT_LEAST_ONCE));
        bench.cut(other);
        List<String> all = publishAll(QoS.AT_LEAST_ONCE);
        long one = inMemory() / all.size();
        bench.in(bench.connect("q", 0), publish("u", QoS.AT_LEAST_ONCE, 1, "x".repeat(1_000)));
        bench.durable();
        assertThat(inMemory()).isGreaterThan((all.size() - ONE_CALL) * one + 1_000);
        slice();
        assertThat(inMemory()).isEqualTo((all.size() - 2 * ONE_CALL + 1) * one);
    }

    /// However seldom there is time for a slice, memory does not grow with what is durable.
    @Test
    void whatComesMeanwhileTakesThePlaceOfOthers() {
        keeper("keeper");
        List<String> all = publishAll(QoS.AT_LEAST_ONCE);
        bench.durable();
        long before = inMemory();
        Connection publisher = bench.connect("q", 0);
        for (String each : all.subList(0, 60)) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, Integer.parseInt(each), each));
            assertThat(inMemory()).isLessThanOrEqualTo(before);
        }
    }
}
