package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.cleanStart;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.with;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.QoS;

/// What a session that ended leaves to the other members of its shared subscription: `first` to
/// `second` here, ten messages of which four are read at once.
class InheritanceTest {
    private static final String SHARE = "$share/g/t";
    private static final int MESSAGES = 10;

    private static ServerSettings settings(boolean onDisk) {
        return Change.of(Bench.settings("queueReadMessagesMax", 4), "queuesOnDisk", onDisk);
    }

    /// `first` is away, and has ten messages.
    private static Bench begun(boolean onDisk) {
        Bench bench = new Bench(settings(onDisk));
        Connection first = bench.connect("first", 100);
        bench.in(first, subscribe(SHARE, QoS.EXACTLY_ONCE));
        bench.cut(first);
        return bench;
    }

    private static Bench begun(QoS qos) {
        Bench bench = begun(true);
        publishTo(bench, qos);
        return bench;
    }

    private static void publishTo(Bench bench, QoS qos) {
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 0; i < MESSAGES; i++) {
            bench.in(publisher, publish("t", qos, 1 + i, "" + i));
        }
    }

    private static void second(Bench bench) {
        Connection second = bench.connect("second", 100);
        bench.in(second, subscribe(SHARE, QoS.EXACTLY_ONCE));
        bench.cut(second);
    }

    private static void endFirst(Bench bench) {
        bench.cut(bench.connect(cleanStart(connect("first", 0))));
    }

    /// The server dies, and starts with what was written.
    private static Bench restarted(Bench bench) {
        Bench after = new Bench(settings(true), AccessRules.OPEN, bench.server.durableState());
        after.mutations.addAll(bench.mutations);
        after.pass(1);
        return after;
    }

    private static void answerReads(Bench bench) {
        while (!bench.reads.isEmpty()) {
            bench.answerRead();
        }
    }

    /// All that `second` has, which takes it and answers nothing.
    private static List<String> ofSecond(Bench bench) {
        Connection second =
                bench.connect(with(connect("second", 100), Property.RECEIVE_MAXIMUM, 100));
        answerReads(bench);
        return bench.payloadsTo(second);
    }

    private static List<String> all() {
        return IntStream.range(0, MESSAGES).mapToObj(Integer::toString).toList();
    }

    @Test
    void othersInheritWhatAnEndedSessionHasOnDisk() {
        Bench bench = begun(QoS.AT_LEAST_ONCE);
        second(bench);
        endFirst(bench);
        assertThat(bench.reads).hasSize(1);
        assertThat(bench.mutations)
                .anyMatch(Mutation.SessionEnding.class::isInstance)
                .noneMatch(Mutation.SessionEnded.class::isInstance);
        answerReads(bench);
        assertThat(bench.mutations).anyMatch(Mutation.SessionEnded.class::isInstance);
        assertThat(bench.accounting().queuedCopies()).isEqualTo(MESSAGES);
        assertThat(ofSecond(bench)).isEqualTo(all());
    }

    @Test
    void aStartGoesOnWithAnInheritance() {
        Bench bench = begun(QoS.AT_LEAST_ONCE);
        second(bench);
        endFirst(bench);
        bench.answerRead();
        assertThat(bench.server.durableState().ending()).hasSize(1);
        Bench after = restarted(bench);
        answerReads(after);
        assertThat(ofSecond(after)).isEqualTo(all());
    }

    @Test
    void afterAStartIsStillToldWhoseMessagesCameToNobody() {
        Bench bench = begun(QoS.AT_LEAST_ONCE);
        endFirst(bench);
        assertThat(bench.events).noneMatch(Event.SessionEnded.class::isInstance);
        Bench after = restarted(bench);
        answerReads(after);
        assertThat(after.events)
                .filteredOn(Event.SessionEnded.class::isInstance)
                .containsExactly(new Event.SessionEnded("first", MESSAGES));
    }

    /// `first` was connected when the server died: what it had may have been sent, and at QoS 2 it
    /// is nobody else's then [MQTT-4.8.2-5]. At QoS 1 it is.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatMayHaveBegunBeforeACrashGoesToNobodyElse(boolean onDisk) {
        for (QoS qos : List.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)) {
            Bench bench = begun(onDisk);
            publishTo(bench, qos);
            bench.connect(with(connect("first", 100), Property.RECEIVE_MAXIMUM, 2));
            Bench after =
                    new Bench(settings(onDisk), AccessRules.OPEN, bench.server.durableState());
            after.mutations.addAll(bench.mutations);
            after.pass(1);
            second(after);
            endFirst(after);
            answerReads(after);
            assertThat(ofSecond(after)).isEqualTo(qos == QoS.AT_LEAST_ONCE ? all() : List.of());
            assertThat(after.ended(Fate.SESSION_ENDED))
                    .isEqualTo(qos == QoS.AT_LEAST_ONCE ? 0 : MESSAGES);
        }
    }

    @Test
    void norIfTheServerDiesAgainBeforeItHasReadThem() {
        for (QoS qos : List.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)) {
            Bench bench = begun(qos);
            bench.connect(connect("first", 100));
            Bench after = restarted(bench);
            second(after);
            endFirst(after);
            assertThat(after.server.durableState().ending())
                    .extracting(Recovered.Ending::sentUpTo)
                    .containsExactly(sentUpToWritten(after));
            after.answerRead();
            after = restarted(after);
            answerReads(after);
            assertThat(ofSecond(after)).isEqualTo(qos == QoS.AT_LEAST_ONCE ? all() : List.of());
        }
    }

    private static long sentUpToWritten(Bench bench) {
        return bench.mutations.stream()
                .filter(Mutation.SessionEnding.class::isInstance)
                .mapToLong(each -> ((Mutation.SessionEnding) each).sentUpTo())
                .sum();
    }

    /// What a start finds of an inheritance is what has not been read.
    @Test
    void whatCameToNobodyIsGoneFromTheStoreToo() {
        Bench bench = begun(QoS.EXACTLY_ONCE);
        bench.connect(connect("first", 100));
        Bench after = restarted(bench);
        second(after);
        endFirst(after);
        after.answerRead();
        List<Mutation> gone = new ArrayList<>(after.mutations);
        gone.removeIf(each -> !(each instanceof Mutation.Dequeued));
        assertThat(gone).extracting(each -> ((Mutation.Dequeued) each).sequence()).hasSize(4);
    }
}
