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

    // ---- a journal that is behind
    // ------------------------------------------------------------------------------

    /// Ten messages of 10,000 bytes to inherit, of which the journal takes no more than two ahead.
    private static Bench bounded() {
        ServerSettings settings = settings(true);
        Limits limits = Change.of(settings.limits(), "undurableBytesMax", 40_000L);
        Bench bench = new Bench(Change.of(settings, "limits", limits));
        Connection first = bench.connect("first", 100);
        bench.in(first, subscribe(SHARE, QoS.EXACTLY_ONCE));
        bench.cut(first);
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 0; i < MESSAGES; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1 + i, i + "x".repeat(10_000)));
        }
        return bench;
    }

    private static long count(Bench bench, Class<? extends Mutation> type) {
        return bench.mutations.stream().filter(type::isInstance).count();
    }

    /// How many messages a start would have to go on with.
    private static long left(Bench bench) {
        return bench.server.durableState().ending().stream()
                .mapToLong(each -> each.rest().messages())
                .sum();
    }

    /// The message that each payload is, without its length.
    private static List<String> ofSecondShort(Bench bench) {
        return ofSecond(bench).stream().map(each -> each.substring(0, 1)).toList();
    }

    @Test
    void noMoreIsInheritedThanTheJournalMayBeBehind() {
        Bench bench = bounded();
        second(bench);
        endFirst(bench);
        bench.journalAnswers = false;
        for (int inherited = 2; inherited <= MESSAGES; inherited += 2) {
            answerReads(bench);
            assertThat(count(bench, Mutation.Dequeued.class)).isEqualTo(inherited);
            assertThat(left(bench)).isEqualTo(MESSAGES - inherited);
            bench.durable();
        }
        assertThat(count(bench, Mutation.SessionEnded.class)).isOne();
        bench.journalAnswers = true;
        assertThat(ofSecondShort(bench)).isEqualTo(all());
    }

    @Test
    void aDurableJournalIsNotWaitedFor() {
        Bench bench = bounded();
        second(bench);
        endFirst(bench);
        answerReads(bench);
        assertThat(ofSecondShort(bench)).isEqualTo(all());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileNothingCanBeKeptNobodyInherits(boolean stillWrites) {
        Bench bench = begun(QoS.AT_LEAST_ONCE);
        second(bench);
        endFirst(bench);
        long before = bench.appended();
        bench.handle(new Input.StoreUnavailable("in trouble", stillWrites));
        answerReads(bench);
        assertThat(bench.appended()).isEqualTo(before);
        bench.handle(new Input.StoreUnavailable("the same", true));
        answerReads(bench);
        assertThat(bench.appended()).isEqualTo(before);
        bench.handle(new Input.StoreAvailable());
        answerReads(bench);
        assertThat(ofSecond(bench)).isEqualTo(all());
    }

    /// There is no room for more, but for what makes room.
    @Test
    void whatNobodyInheritsLeavesAFullDisk() {
        Bench bench = begun(QoS.AT_LEAST_ONCE);
        endFirst(bench);
        bench.handle(new Input.StoreUnavailable("broken", false));
        answerReads(bench);
        assertThat(count(bench, Mutation.Dequeued.class)).isZero();
        bench.handle(new Input.StoreUnavailable("full", true));
        answerReads(bench);
        assertThat(count(bench, Mutation.SessionEnded.class)).isOne();
        assertThat(bench.accounting().queuedCopies()).isZero();
    }

    @Test
    void norDoesItStayThereWhenTheLastHeirIsGone() {
        Bench bench = begun(QoS.AT_LEAST_ONCE);
        second(bench);
        endFirst(bench);
        bench.handle(new Input.StoreUnavailable("full", true));
        answerReads(bench);
        bench.pass(5_000);
        answerReads(bench);
        assertThat(count(bench, Mutation.Dequeued.class)).isZero();
        bench.pass(100_000); // the session of `second` expires
        answerReads(bench);
        assertThat(count(bench, Mutation.Dequeued.class)).isEqualTo(MESSAGES);
        assertThat(bench.accounting().queuedCopies()).isZero();
    }

    @Test
    void manyInheritancesAreHeldToTheSameBound() {
        Bench bench = bounded();
        List<String> others = List.of("a", "b", "c");
        for (String other : others) {
            Connection connection = bench.connect(other, 100);
            bench.in(connection, subscribe("$share/" + other + "/u", QoS.AT_LEAST_ONCE));
            bench.cut(connection);
        }
        Connection publisher = bench.connect("p", 0);
        for (int i = 0; i < MESSAGES; i++) {
            bench.in(publisher, publish("u", QoS.AT_LEAST_ONCE, 1 + i, i + "x".repeat(10_000)));
        }
        second(bench);
        Connection second = bench.connect("second", 100);
        others.forEach(
                each -> bench.in(second, subscribe("$share/" + each + "/u", QoS.AT_LEAST_ONCE)));
        bench.cut(second);
        bench.journalAnswers = false;
        endFirst(bench);
        others.forEach(each -> bench.in(bench.accept(), cleanStart(connect(each, 0))));
        long before = 0;
        while (count(bench, Mutation.SessionEnded.class) < 4) {
            answerReads(bench);
            long inherited = count(bench, Mutation.Dequeued.class);
            assertThat(inherited).isBetween(before + 1, before + 2);
            before = inherited;
            bench.durable();
        }
        assertThat(before).isEqualTo(4 * MESSAGES);
    }

    // ---- very many of them
    // ---------------------------------------------------------------------------------------

    private static final int MANY = 100;
    private static final int AT_ONCE = 16;

    /// A hundred sessions with a message each end, one after the other, and `second` inherits.
    private static Bench manyEnd() {
        Bench bench = new Bench(settings(true));
        Connection publisher = bench.connect("publisher", 0);
        List<String> names = IntStream.range(0, MANY).mapToObj(i -> "m" + i).toList();
        for (String name : names) {
            Connection member = bench.connect(name, 100);
            bench.in(member, subscribe("$share/" + name + "/t", QoS.AT_LEAST_ONCE));
            bench.cut(member);
        }
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1, "0"));
        Connection second = bench.connect("second", 100);
        for (String name : names) {
            bench.in(second, subscribe("$share/" + name + "/t", QoS.AT_LEAST_ONCE));
        }
        bench.cut(second);
        names.forEach(name -> bench.cut(bench.connect(cleanStart(connect(name, 0)))));
        return bench;
    }

    @Test
    void aFewAreReadAtOnceAndTheOthersFollow() {
        Bench bench = manyEnd();
        while (!bench.reads.isEmpty()) {
            assertThat(bench.reads).hasSizeLessThanOrEqualTo(AT_ONCE);
            bench.answerRead();
        }
        assertThat(count(bench, Mutation.SessionEnded.class)).isEqualTo(MANY);
        assertThat(ofSecond(bench)).hasSize(MANY);
    }

    /// A part of the disk that cannot be read keeps only those waiting whose part it is.
    @Test
    void thoseThatCannotBeReadKeepNoOtherWaiting() {
        Bench bench = manyEnd();
        List<Bench.Read> unreadable = List.copyOf(bench.reads);
        assertThat(unreadable).hasSize(AT_ONCE);
        bench.reads.clear();
        bench.pass(1_000);
        answerReads(bench);
        assertThat(count(bench, Mutation.SessionEnded.class)).isEqualTo(MANY - AT_ONCE);
        bench.reads.addAll(unreadable);
        answerReads(bench);
        assertThat(count(bench, Mutation.SessionEnded.class)).isEqualTo(MANY);
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
