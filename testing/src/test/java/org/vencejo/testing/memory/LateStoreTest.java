package org.vencejo.testing.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;

/// The store in memory does what the journal on disk does: what it writes, loses and tells, and in
/// which order.
class LateStoreTest {
    private final LateStore store = LateStore.late();
    private final List<String> told = new ArrayList<>();
    private long last;

    private final Journal.Listener listener =
            new Journal.Listener() {
                @Override
                public void durable(long upTo) {
                    told.add("durable " + upTo);
                }

                @Override
                public void unavailable(String reason, boolean stillWrites) {
                    told.add(stillWrites ? "no room" : "nothing");
                }

                @Override
                public void available() {
                    told.add("available");
                }
            };

    private void append(Mutation... batch) {
        last += batch.length;
        store.append(last, List.of(batch), listener);
    }

    private static Message message(int number) {
        return new Message(
                new Publish(
                        TopicName.of("t/" + number),
                        Payload.EMPTY,
                        QoS.AT_LEAST_ONCE,
                        true,
                        false,
                        number,
                        Properties.NONE),
                Message.NEVER);
    }

    private void retain(int number) {
        append(new Mutation.RetainedSet(message(number)));
    }

    private int found() {
        return store.recovered().retained().size();
    }

    @Test
    void batchesOfOneGroupAreToldAsOne() {
        retain(1);
        retain(2);
        retain(3);
        assertThat(store.write(2)).isTrue();
        assertThat(found()).isEqualTo(2);
        store.makeAllDurable();
        assertThat(told).containsExactly("durable 2", "durable 3");
        assertThat(store.write(1)).as("there is nothing to do").isFalse();
    }

    @Test
    void aDiskThatFailsTakesNothingAndTellsSoOnce() {
        retain(1);
        store.fails(0);
        assertThat(told).as("nothing was tried").isEmpty();
        assertThat(store.write(1)).isTrue();
        retain(2);
        assertThat(store.write(1)).as("it tries in vain").isFalse();
        assertThat(found()).isZero();
        store.heals();
        assertThat(store.write(1)).isTrue();
        assertThat(store.write(1)).isTrue();
        assertThat(told).containsExactly("nothing", "durable 1", "durable 2", "available");
        assertThat(found()).isEqualTo(2);
    }

    @Test
    void whatReachedTheDiskWithTheWriteThatFailedIsFoundAndNotWrittenTwice() {
        retain(1);
        retain(2);
        retain(3);
        store.fails(2);
        store.write(3);
        assertThat(found()).as("nobody knows").isZero();
        store.heals();
        store.write(3);
        assertThat(told).containsExactly("nothing", "durable 2", "durable 3", "available");
        assertThat(found()).isEqualTo(3);
    }

    @Test
    void itGoesOnWhenWhatWaitedAtTheRepairIsWritten() {
        retain(1);
        retain(2);
        store.fails(0);
        store.write(1);
        store.heals();
        store.write(1);
        retain(3);
        store.write(1);
        assertThat(told).containsExactly("nothing", "durable 1", "durable 2", "available");
        assertThat(store.waiting()).containsExactly(3L);
    }

    @Test
    void aDiskThatFailsAgainAtTheRepairTellsNothingNew() {
        retain(1);
        retain(2);
        store.fails(0);
        store.write(1);
        store.heals();
        store.write(1);
        store.fails(0);
        assertThat(store.write(1)).isFalse();
        store.heals();
        store.write(1);
        assertThat(told).containsExactly("nothing", "durable 1", "durable 2", "available");
    }

    @Test
    void aFullDiskIsToldBeforeTheNextGroupAndStillTakesIt() {
        store.fills();
        assertThat(store.write(1)).as("nothing was tried").isFalse();
        retain(1);
        store.write(1);
        assertThat(told).containsExactly("no room", "durable 1");
        store.heals();
        assertThat(store.write(1)).as("it looks about once a second").isTrue();
        assertThat(told).containsExactly("no room", "durable 1", "available");
    }

    @Test
    void aFullDiskMayFailAndAFailedOneBeFull() {
        store.fills();
        retain(1);
        store.write(1);
        store.fails(0);
        retain(2);
        store.write(1);
        store.fills();
        store.write(1);
        assertThat(told).containsExactly("no room", "durable 1", "nothing", "durable 2", "no room");
    }

    @Test
    void aFailureThatNobodyMetIsNone() {
        retain(1);
        store.fails(1);
        store.heals();
        store.write(1);
        assertThat(told).containsExactly("durable 1");
    }

    @Test
    void aStoreThatIsClosedOnABrokenDiskHasAtMostWhatReachedIt() {
        for (int reached = 0; reached <= 2; reached++) {
            LateStore each = LateStore.late();
            each.append(1, List.of(new Mutation.RetainedSet(message(1))), listener);
            each.append(2, List.of(new Mutation.RetainedSet(message(2))), listener);
            each.fails(reached);
            each.close();
            assertThat(each.recovered().retained()).hasSize(reached);
        }
    }

    @Test
    void aCrashMayTakeWhatWasToldAndNotSynced() {
        for (int forgotten = 0; forgotten <= 2; forgotten++) {
            told.clear();
            LateStore each = LateStore.late();
            each.append(4, List.of(session(), connected(), enqueued(1), enqueued(2)), listener);
            each.makeAllDurable();
            each.append(5, List.of(dequeued(1)), listener);
            each.write(1);
            each.append(6, List.of(dequeued(2)), listener);
            each.write(1);
            assertThat(told).containsExactly("durable 4", "durable 5", "durable 6");
            assertThat(each.unsynced()).isEqualTo(2);
            List<Mutation.Enqueued> read = new ArrayList<>();
            each.read(1, 0, 10, 1_000, read::addAll);
            each.answerReads(1);
            assertThat(read).isEmpty();
            assertThat(each.recovered().sessions().getFirst().queue())
                    .as("a start finds at least those")
                    .hasSize(2);
            each.crash(0, forgotten);
            assertThat(each.recovered().sessions().getFirst().queue()).hasSize(forgotten);
        }
    }

    @Test
    void theNextSyncIsForAllThatWasWrittenBefore() {
        append(session(), connected(), enqueued(1));
        store.write(1);
        append(dequeued(1));
        store.write(1);
        assertThat(store.unsynced()).isOne();
        retain(1);
        store.write(1);
        assertThat(store.unsynced()).isZero();
        store.crash(0);
        assertThat(store.recovered().sessions().getFirst().queue()).isEmpty();
    }

    private static Mutation session() {
        return new Mutation.SessionCreated(1, "a", null);
    }

    private static Mutation connected() {
        return new Mutation.SessionConnected(1, 1, 100, 10, null);
    }

    private static Mutation enqueued(int number) {
        return new Mutation.Enqueued(
                1, number, message(number), QoS.AT_LEAST_ONCE, false, new int[0], null);
    }

    private static Mutation dequeued(int number) {
        return new Mutation.Dequeued(
                1, number, 0, message(number).bytes(), QoS.AT_LEAST_ONCE, false);
    }
}
