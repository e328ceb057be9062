package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.ServerSettings.QueueFullPolicy;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// Queues that are on disk, with a head in memory: what is where, when it is read, and that nothing
/// is lost or twice over it.
class QueueOnDiskTest {
    /// So many messages are read at once; twice as many are in memory at most.
    private static final int PART = 4;

    private final Bench bench = new Bench(settings());
    private final Connection publisher = bench.connect("publisher", 0);
    private int published;

    private static ServerSettings settings() {
        ServerSettings small = Bench.settings("queueReadMessagesMax", PART);
        return Change.of(small, "queuesOnDisk", true);
    }

    private void subscribed(String clientIdentifier, String filter) {
        Connection connection = bench.connect(clientIdentifier, 100);
        bench.in(connection, Packets.subscribe(filter, QoS.AT_LEAST_ONCE));
        bench.cut(connection);
    }

    private void publish(int messages) {
        for (int i = 0; i < messages; i++) {
            bench.in(
                    publisher,
                    Packets.publish("t", QoS.AT_LEAST_ONCE, 1 + published % 900, "" + published));
            published++;
        }
    }

    private static Connect withWindow(String clientIdentifier, int receiveMaximum) {
        return Packets.with(
                Packets.connect(clientIdentifier, 100), Property.RECEIVE_MAXIMUM, receiveMaximum);
    }

    /// Acknowledges whatever comes, and answers reads, until nothing more happens.
    private List<String> drain(Connection reader) {
        List<String> payloads = new ArrayList<>();
        int acknowledged = 0;
        while (true) {
            List<Publish> sent = bench.to(reader, Publish.class);
            if (acknowledged < sent.size()) {
                Publish next = sent.get(acknowledged++);
                payloads.add(Packets.text(next));
                bench.in(reader, new Puback(next.packetIdentifier(), ReasonCode.SUCCESS));
            } else if (!bench.reads.isEmpty()) {
                bench.answerRead();
            } else {
                return payloads;
            }
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void nothingOfWhoIsAwayIsInMemoryWhenItIsDurable() {
        subscribed("keeper", "t");
        publish(50);
        assertThat(bench.accounting().queuedCopies()).isEqualTo(50);
        assertThat(bench.accounting().queuedBytesInMemory()).isZero();
        bench.journalAnswers = false;
        publish(1);
        assertThat(bench.accounting().queuedBytesInMemory()).isPositive();
        bench.durable();
        assertThat(bench.accounting().queuedBytesInMemory()).isZero();
        assertThat(bench.reads).isEmpty();
    }

    @Test
    void aQueueComesFromDiskInItsOrderAPartAtATime() {
        subscribed("keeper", "t");
        publish(50);
        Connection keeper = bench.connect(withWindow("keeper", 3));
        assertThat(bench.to(keeper, Publish.class)).isEmpty();
        assertThat(bench.reads).hasSize(1);
        bench.answerRead();
        assertThat(bench.payloadsTo(keeper)).containsExactly("0", "1", "2");
        assertThat(bench.reads).as("one of four is left: the next part is asked for").hasSize(1);
        assertThat(drain(keeper)).isEqualTo(numbers(0, 50));
        assertThat(bench.accounting().queuedCopies()).isZero();
        assertThat(bench.ended(Fate.DELIVERED)).isEqualTo(50);
    }

    @Test
    void whatIsPublishedMeanwhileComesBehind() {
        subscribed("keeper", "t");
        publish(20);
        Connection keeper = bench.connect(withWindow("keeper", 2));
        publish(5);
        bench.answerRead();
        publish(5);
        assertThat(drain(keeper)).isEqualTo(numbers(0, 30));
    }

    @Test
    void memoryHoldsTwoPartsForWhoReadsSlowly() {
        Connection keeper = bench.connect(withWindow("keeper", 1));
        bench.in(keeper, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
        publish(1);
        long one = Packets.publish("t", QoS.AT_LEAST_ONCE, 1, "0").payload().length();
        publish(40);
        long most = (2 * PART) * (one + 200);
        assertThat(bench.accounting().queuedBytesInMemory()).isBetween(1L, most);
        assertThat(bench.accounting().queuedBytes()).isGreaterThan(most);
        assertThat(drain(keeper)).isEqualTo(numbers(0, 41));
    }

    @Test
    void anAnswerThatWasAskedForByAConnectionThatIsGoneChangesNothing() {
        subscribed("keeper", "t");
        publish(20);
        bench.cut(bench.connect(withWindow("keeper", 2)));
        Connection keeper = bench.connect(withWindow("keeper", 2));
        assertThat(bench.reads).hasSize(2);
        bench.answerRead();
        assertThat(bench.to(keeper, Publish.class)).isEmpty();
        bench.answerRead();
        assertThat(bench.payloadsTo(keeper)).containsExactly("0", "1");
        assertThat(drain(keeper)).isEqualTo(numbers(0, 20));
    }

    @Test
    void whatWasSentAndNotAcknowledgedComesAgainAndTheRestOnce() {
        subscribed("keeper", "t");
        publish(20);
        Connection first = bench.connect(withWindow("keeper", 2));
        bench.answerRead();
        assertThat(bench.payloadsTo(first)).containsExactly("0", "1");
        bench.cut(first);
        bench.reads.clear();
        Connection second = bench.connect(withWindow("keeper", 5));
        assertThat(bench.to(second, Publish.class)).hasSize(2).allMatch(Publish::dup);
        assertThat(drain(second)).isEqualTo(numbers(0, 20));
    }

    @Test
    void theOldestOnDiskGiveWayWhenTheyHaveBeenRead() {
        Bench full = new Bench(Change.of(settings(), "limits", limits(10)));
        Connection keeper = full.connect("keeper", 100);
        full.in(keeper, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
        full.cut(keeper);
        Connection source = full.connect("source", 0);
        for (int i = 0; i < 12; i++) {
            full.in(source, Packets.publish("t", QoS.AT_LEAST_ONCE, i + 1, "" + i));
        }
        assertThat(full.accounting().queuedCopies()).isEqualTo(12);
        assertThat(full.reads).hasSize(1);
        full.answerRead();
        full.answerRead();
        assertThat(full.accounting().queuedCopies()).isEqualTo(10);
        assertThat(full.ended(Fate.QUEUE_FULL)).isEqualTo(2);
        assertThat(full.events).anyMatch(Event.QueueFull.class::isInstance);
        for (int i = 12; i < 100; i++) {
            full.in(source, Packets.publish("t", QoS.AT_LEAST_ONCE, i + 1, "" + i));
        }
        assertThat(full.accounting().queuedCopies())
                .as("a disk that does not answer lets it grow by a few parts only")
                .isLessThanOrEqualTo(10 + 16 * PART);
        while (!full.reads.isEmpty()) {
            full.answerRead();
        }
        assertThat(full.accounting().queuedCopies()).isEqualTo(10);
    }

    /// A message counts 98 or 99 bytes here.
    @ParameterizedTest
    @CsvSource({"storedQueuedMessagesMax, 10", "storedQueuedBytesMax, 1_050"})
    void fullQueuesOfThoseWhoAreAwayHoldNothingInMemory(String limit, String most) {
        long max = Long.parseLong(most.replace("_", ""));
        Bench full =
                new Bench(
                        Change.of(
                                settings(), "limits", Change.of(settings().limits(), limit, max)));
        for (int i = 0; i < 1_000; i++) {
            Connection keeper = full.connect("keeper" + i, 100);
            full.in(keeper, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
            full.cut(keeper);
        }
        full.forget();
        Connection source = full.connect("source", 0);
        for (int i = 0; i < 13; i++) {
            full.in(source, Packets.publish("t", QoS.AT_LEAST_ONCE, i + 1, "" + i));
        }
        assertThat(full.accounting().queuedCopies()).isEqualTo(13_000);
        while (!full.reads.isEmpty()) {
            full.answerRead();
        }
        assertThat(full.accounting().queuedCopies()).isEqualTo(10_000);
        assertThat(full.accounting().queuedBytesInMemory()).isZero();
        Connection keeper = full.connect("keeper7", 100);
        while (!full.reads.isEmpty()) {
            full.answerRead();
        }
        assertThat(full.payloadsTo(keeper)).isEqualTo(numbers(3, 13));
    }

    @Test
    void ofWhoIsAwayNoMoreIsReadThanGivesWay() {
        Bench full = new Bench(Change.of(settings(), "limits", limits(10)));
        Connection keeper = full.connect("keeper", 100);
        full.in(keeper, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
        full.cut(keeper);
        Connection source = full.connect("source", 0);
        for (int i = 0; i < 13; i++) {
            full.in(source, Packets.publish("t", QoS.AT_LEAST_ONCE, i + 1, "" + i));
        }
        assertThat(full.reads).extracting(Bench.Read::messagesMax).containsExactly(1);
        full.answerRead();
        assertThat(full.reads).extracting(Bench.Read::messagesMax).containsExactly(2);
        full.answerRead();
        assertThat(full.accounting().queuedCopies()).isEqualTo(10);
        full.connect(withWindow("keeper", 100));
        assertThat(full.reads).extracting(Bench.Read::messagesMax).containsExactly(PART);
    }

    @Test
    void whatWasInFlightAtACrashGivesWayToNobodyBeforeSomethingComes() {
        ServerSettings limited = Change.of(settings(), "limits", limits(10));
        Bench full = new Bench(limited);
        Connection reader = full.connect(withWindow("reader", 8));
        full.in(reader, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
        Connection source = full.connect("source", 0);
        for (int i = 0; i < 18; i++) {
            full.in(source, Packets.publish("t", QoS.AT_LEAST_ONCE, i + 1, "" + i));
        }
        assertThat(full.payloadsTo(reader)).isEqualTo(numbers(0, 8));
        assertThat(full.ended(Fate.QUEUE_FULL)).isZero();
        full.cut(reader);
        full.connect(withWindow("reader", 1)); // of eight in flight a start takes one for sent
        Bench restarted = new Bench(limited, AccessRules.OPEN, full.server.durableState());
        restarted.mutations.addAll(full.mutations);
        Connection again = restarted.connect(withWindow("reader", 1));
        for (int i = 0; i < 18; i++) {
            while (!restarted.reads.isEmpty()) {
                restarted.answerRead();
            }
            Publish last = restarted.to(again, Publish.class).getLast();
            restarted.in(again, new Puback(last.packetIdentifier(), ReasonCode.SUCCESS));
        }
        assertThat(restarted.payloadsTo(again)).isEqualTo(numbers(0, 18));
        assertThat(restarted.ended(Fate.QUEUE_FULL)).isZero();
    }

    private static Limits limits(long storedQueuedMessagesMax) {
        return Change.of(settings().limits(), "storedQueuedMessagesMax", storedQueuedMessagesMax);
    }

    @Test
    void limitsOfMemoryAreNotThoseOfQueuesOnDisk() {
        ServerSettings tiny =
                Change.of(
                        settings(),
                        "limits",
                        Change.of(settings().limits(), "queuedMessagesMax", 2L));
        Bench small = new Bench(tiny);
        for (String name : List.of("keeper", "visitor")) {
            Connection connection =
                    small.connect(
                            Packets.with(
                                    Packets.connect(name, name.equals("keeper") ? 100 : 0),
                                    Property.RECEIVE_MAXIMUM,
                                    1));
            small.in(connection, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
        }
        Connection source = small.connect("source", 0);
        for (int i = 0; i < 10; i++) {
            small.in(source, Packets.publish("t", QoS.AT_LEAST_ONCE, i + 1, "" + i));
        }
        assertThat(small.accounting().queuedCopies()).as("9 of one, 2 of the other").isEqualTo(11);
    }

    @Test
    void aStartGoesOnWithWhatIsOnDisk() {
        subscribed("keeper", "t");
        publish(20);
        Bench restarted = new Bench(settings(), AccessRules.OPEN, bench.server.durableState());
        restarted.mutations.addAll(bench.mutations);
        assertThat(restarted.accounting().queuedCopies()).isEqualTo(20);
        assertThat(restarted.accounting().recoveredCopies()).isEqualTo(20);
        Connection keeper = restarted.connect(withWindow("keeper", 100));
        while (!restarted.reads.isEmpty()) {
            restarted.answerRead();
        }
        assertThat(restarted.payloadsTo(keeper)).isEqualTo(numbers(0, 20));
        assertThat(restarted.to(keeper, Publish.class)).noneMatch(Publish::dup);
    }

    @Test
    void whatCountsAsUnsentBehindASmallerWindowComesBeforeTheRest() {
        subscribed("keeper", "t");
        publish(12);
        Recovered stored = bench.server.durableState();
        Recovered.Session session = stored.sessions().getFirst();
        List<Mutation.Enqueued> all =
                bench.mutations.stream()
                        .filter(Mutation.Enqueued.class::isInstance)
                        .map(Mutation.Enqueued.class::cast)
                        .toList();
        List<Recovered.Entry> read =
                all.stream().limit(8).map(each -> new Recovered.Entry(each, null)).toList();
        long bytes = all.stream().skip(8).mapToLong(each -> each.message().bytes()).sum();
        Recovered.Session more =
                new Recovered.Session(
                        session.created(),
                        session.connected(),
                        session.disconnected(),
                        session.subscriptions(),
                        read,
                        new Recovered.Rest(all.get(8).sequence(), 100, 4, bytes, 0),
                        session.identifiersTaken());
        Bench restarted =
                new Bench(
                        settings(),
                        AccessRules.OPEN,
                        new Recovered(List.of(more), List.of(), List.of(), 1, 0));
        restarted.mutations.addAll(bench.mutations);
        restarted.pass(1);
        Connection keeper = restarted.connect(withWindow("keeper", 100));
        while (!restarted.reads.isEmpty()) {
            restarted.answerRead();
        }
        assertThat(restarted.payloadsTo(keeper)).isEqualTo(numbers(0, 12));
    }

    /// A PUBREC may have come for an entry behind some that do not count as sent, if the window of
    /// a later connection was smaller.
    @Test
    void whatPubrecCameForBehindASmallerWindowIsNotReadAgain() {
        Connection keeper = bench.connect(withWindow("keeper", 12));
        bench.in(keeper, Packets.subscribe("t", QoS.EXACTLY_ONCE));
        for (int i = 0; i < 12; i++) {
            bench.in(publisher, Packets.publish("t", QoS.EXACTLY_ONCE, 1 + i, "" + i));
        }
        int fifth = bench.to(keeper, Publish.class).get(5).packetIdentifier();
        bench.in(keeper, Packets.pubrec(fifth));
        bench.cut(keeper);
        bench.connect(withWindow("keeper", 2));
        Recovered.Session session = bench.server.durableState().sessions().getFirst();
        assertThat(session.queue()).hasSize(12);
        long bytes =
                session.queue().stream()
                        .skip(6)
                        .mapToLong(each -> each.enqueued().message().bytes())
                        .sum();
        long from = session.queue().get(6).enqueued().sequence();
        Recovered.Session read = Change.of(session, "queue", session.queue().subList(0, 6));
        Recovered stored =
                new Recovered(
                        List.of(
                                Change.of(
                                        read,
                                        "rest",
                                        new Recovered.Rest(from, from + 6, 6, bytes, 0))),
                        List.of(),
                        List.of(),
                        1,
                        0);
        Bench restarted = new Bench(settings(), AccessRules.OPEN, stored);
        restarted.mutations.addAll(bench.mutations);
        restarted.pass(1);
        Connection back = restarted.connect(withWindow("keeper", 100));
        while (!restarted.reads.isEmpty()) {
            restarted.answerRead();
        }
        assertThat(restarted.payloadsTo(back))
                .containsExactly("0", "1", "2", "3", "4", "6", "7", "8", "9", "10", "11");
        assertThat(restarted.to(back, Pubrel.class)).hasSize(1);
        assertThat(restarted.accounting().queuedCopies()).isZero();
    }

    @Test
    void aMessageHasANumberOnlyIfSeveralKeepIt() {
        subscribed("one", "t");
        publish(1);
        subscribed("two", "t");
        publish(1);
        bench.in(publisher, Packets.retained("t", QoS.AT_LEAST_ONCE, 900, "r"));
        List<Mutation.Enqueued> entries =
                bench.mutations.stream()
                        .filter(Mutation.Enqueued.class::isInstance)
                        .map(Mutation.Enqueued.class::cast)
                        .toList();
        assertThat(entries).extracting(entry -> entry.message().number()).hasSize(5);
        assertThat(entries.get(0).message().number()).isZero();
        assertThat(entries.get(1).message().number())
                .isPositive()
                .isEqualTo(entries.get(2).message().number());
        assertThat(entries.get(3).message().number())
                .isGreaterThan(entries.get(1).message().number());
        Mutation.RetainedSet retained =
                (Mutation.RetainedSet)
                        bench.mutations.stream()
                                .filter(Mutation.RetainedSet.class::isInstance)
                                .findFirst()
                                .orElseThrow();
        assertThat(retained.message().number()).isZero();
    }

    @Test
    void whatTheServerItselfTellsIsNotWritten() {
        bench.forget();
        bench.handle(
                new Input.PublishLocally(Packets.retained("$SYS/x", QoS.AT_MOST_ONCE, 0, "1")));
        bench.handle(new Input.PublishLocally(Packets.retained("$SYS/x", QoS.AT_MOST_ONCE, 0, "")));
        assertThat(bench.mutations).isEmpty();
        bench.in(publisher, Packets.retained("x", QoS.AT_MOST_ONCE, 0, "1"));
        assertThat(bench.mutations).hasSize(1);
    }

    /// QoS 0 in queues stays in memory whatever the level is, so it is bounded as memory is.
    @ParameterizedTest
    @CsvSource({
        "queuedMessagesMax, 3, DROP_OLDEST, 97 98 99",
        "queuedMessagesMax, 3, DROP_NEWEST, 0 1 2",
        "queuedBytesMax, 100, DROP_OLDEST, 99",
        "queuedBytesInAllMax, 100, DROP_OLDEST, 99",
        "queuedBytesInAllMax, 100, DROP_NEWEST, 0",
        "storedQueuedMessagesMax, 3, DROP_OLDEST, 97 98 99"
    })
    void whatNeverGoesToDiskIsUnderTheLimitsOfMemory(
            String limit, long value, QueueFullPolicy policy, String left) {
        Bench small = new Bench(withAtMostOnce(Bench.settings(limit, value), policy));
        Connection keeper = small.connect("keeper", 100);
        small.in(keeper, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
        small.cut(keeper);
        Connection sender = small.connect("sender", 0);
        for (int i = 0; i < 100; i++) {
            small.in(sender, Packets.publish("t", QoS.AT_MOST_ONCE, 0, "" + i));
        }
        assertThat(small.payloadsTo(small.connect("keeper", 100))).containsExactly(left.split(" "));
        assertThat(small.ended(Fate.QUEUE_FULL)).isEqualTo(100 - left.split(" ").length);
    }

    @Test
    void whatIsOnDiskIsNotUnderTheLimitsOfMemory() {
        Bench small =
                new Bench(
                        withAtMostOnce(
                                Bench.settings("queuedMessagesMax", 3),
                                QueueFullPolicy.DROP_OLDEST));
        Connection keeper = small.connect("keeper", 100);
        small.in(keeper, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
        small.cut(keeper);
        Connection sender = small.connect("sender", 0);
        for (int i = 0; i < 100; i++) {
            small.in(sender, Packets.publish("t", QoS.AT_LEAST_ONCE, i + 1, "" + i));
        }
        small.in(sender, Packets.publish("t", QoS.AT_MOST_ONCE, 0, "x"));
        assertThat(small.accounting().queuedCopies()).isEqualTo(101);
        assertThat(small.ended(Fate.QUEUE_FULL)).isZero();
    }

    @Test
    void aSessionWhoseMemoryIsFullEndsIfThatIsThePolicy() {
        Bench small =
                new Bench(
                        withAtMostOnce(
                                Bench.settings("queuedMessagesMax", 3),
                                QueueFullPolicy.END_SESSION));
        Connection keeper = small.connect("keeper", 100);
        small.in(keeper, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
        small.cut(keeper);
        Connection sender = small.connect("sender", 0);
        for (int i = 0; i < 3; i++) {
            small.in(sender, Packets.publish("t", QoS.AT_MOST_ONCE, 0, "" + i));
        }
        assertThat(small.server.sessions()).isEqualTo(2);
        small.in(sender, Packets.publish("t", QoS.AT_MOST_ONCE, 0, "3"));
        assertThat(small.server.sessions()).isOne();
    }

    private static ServerSettings withAtMostOnce(ServerSettings settings, QueueFullPolicy policy) {
        ServerSettings queued =
                Change.of(Change.of(settings, "queuesOnDisk", true), "qos0QueuedForOffline", true);
        return Change.of(queued, "queueFullPolicy", policy);
    }
}
