package org.vencejo.testing.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.core.QueueReader;
import org.vencejo.core.Recovered;
import org.vencejo.core.Store;
import org.vencejo.protocol.QoS;

/// Journal and store in memory, that take their time, meet with trouble and can crash.
///
/// Confined to one thread. What the journal on disk does is its law; this is the same without
/// threads and files:
///
/// - **Batches** that were appended wait until [#write] or [#makeDurable]. Those of one call are a
///   group: applied whole and in order, synced once, and told as one.
/// - **A lazy group**, of nothing but what repeats after a crash anyway, is told as soon as it is
///   written. The next group that is not lazy syncs it as well.
/// - **A crash** keeps a prefix of all that was not synced, told or not: a batch that is torn
///   counts as missing, and everything behind it.
/// - **For want of room** nothing stops but what is new: the server is told before the next group
///   is written, and that goes on.
/// - **A disk that fails** takes nothing. The write that meets with it tells the server, and its
///   batches may be on the disk or not. When it works again the store is opened anew: what it has
///   of them is durable without being written twice, the others are written, and then the server is
///   told that it goes on.
public final class LateStore implements Journal, Store, QueueReader {
    /// What is wrong with the disk.
    private enum Trouble {
        NONE,
        NO_ROOM,
        BROKEN
    }

    private record Batch(long upTo, List<Mutation> mutations) {}

    private record Read(
            long session,
            long from,
            int messagesMax,
            long bytesMax,
            Consumer<List<Mutation.Enqueued>> answer) {}

    private final ArrayDeque<Read> reads = new ArrayDeque<>();
    private final ArrayDeque<Batch> waiting = new ArrayDeque<>();
    private final ArrayDeque<Batch> unsynced = new ArrayDeque<>();
    private boolean answersAtOnce;
    private @Nullable Listener listener;

    // The disk, and what the journal has noticed of it
    private Trouble disk = Trouble.NONE;
    private Trouble noticed = Trouble.NONE;
    private int reached;
    private long repairUpTo;

    /// What a start would find, whatever a crash takes.
    private StoredState synced = new StoredState();

    /// The same with what was told and not synced: what a read finds.
    private StoredState written = new StoredState();

    /// The same with all batches that wait.
    private StoredState handedOver = new StoredState();

    /// A store that answers only when it is told to.
    public static LateStore late() {
        return new LateStore(false);
    }

    /// A store that answers at once, until it is told otherwise.
    public static LateStore prompt() {
        return new LateStore(true);
    }

    private LateStore(boolean answersAtOnce) {
        this.answersAtOnce = answersAtOnce;
    }

    /// Whether each batch is durable as soon as it is appended.
    public void answersAtOnce(boolean atOnce) {
        answersAtOnce = atOnce;
        if (atOnce) {
            makeAllDurable();
            if (disk != Trouble.BROKEN) {
                answerReads(Integer.MAX_VALUE);
            }
        }
    }

    @Override
    public void append(long upTo, List<Mutation> batch, Listener to) {
        Batch last = waiting.peekLast();
        if (last != null && last.upTo >= upTo) {
            throw new IllegalStateException("batch " + upTo + " comes behind " + last.upTo);
        }
        batch.forEach(handedOver::apply);
        waiting.add(new Batch(upTo, List.copyOf(batch)));
        listener = to;
        if (answersAtOnce) {
            makeAllDurable();
        }
    }

    @Override
    public void apply(long upTo, List<Mutation> batch) {
        batch.forEach(written::apply);
        batch.forEach(synced::apply);
    }

    // ---- writing
    // ------------------------------------------------------------------------------------

    /// Makes the batches up to number `upTo` durable and says so, if the disk is in order.
    public void makeDurable(long upTo) {
        int batches = (int) waiting.stream().filter(batch -> batch.upTo <= upTo).count();
        if (batches > 0) {
            write(batches);
        }
    }

    /// The journal goes on, with the first `batches` that wait or all of them; returns whether
    /// anything came of that.
    public boolean write(int batches) {
        if (disk == Trouble.BROKEN) {
            return (noticed == Trouble.NO_ROOM || !waiting.isEmpty()) && notice(Trouble.BROKEN);
        }
        if (noticed == Trouble.BROKEN) {
            repair(batches);
            return true;
        }
        boolean news = (noticed == Trouble.NO_ROOM || !waiting.isEmpty()) && notice(disk);
        if (waiting.isEmpty()) {
            return news;
        }
        write(taken(batches), false);
        return true;
    }

    private List<Batch> taken(int most) {
        List<Batch> group = new ArrayList<>();
        while (group.size() < most && !waiting.isEmpty()) {
            group.add(waiting.remove());
        }
        return group;
    }

    private void write(List<Batch> group, boolean inAnyCaseSynced) {
        reaches(group);
        if (inAnyCaseSynced || !group.stream().allMatch(each -> isLazy(each.mutations))) {
            sync(unsynced.size());
        }
        tell(to -> to.durable(group.getLast().upTo));
    }

    private void reaches(List<Batch> group) {
        for (Batch each : group) {
            each.mutations.forEach(written::apply);
            unsynced.add(each);
        }
    }

    private void sync(int batches) {
        for (int i = 0; i < batches; i++) {
            unsynced.remove().mutations.forEach(synced::apply);
        }
    }

    // As the journal on disk has it: a crash may take them, and then a message comes twice.
    private static boolean isLazy(List<Mutation> mutations) {
        return mutations.stream()
                .allMatch(
                        each -> each instanceof Mutation.Dequeued m && m.qos() != QoS.EXACTLY_ONCE);
    }

    private void tell(Consumer<Listener> what) {
        Listener to = listener;
        if (to != null) {
            what.accept(to);
        }
    }

    public void makeAllDurable() {
        if (!waiting.isEmpty() || hasNews()) {
            write(Integer.MAX_VALUE);
        }
    }

    /// The numbers up to which the batches that wait reach, in order.
    public List<Long> waiting() {
        List<Long> numbers = new ArrayList<>();
        waiting.forEach(batch -> numbers.add(batch.upTo));
        return numbers;
    }

    /// How many batches were told as durable and are not synced.
    public int unsynced() {
        return unsynced.size();
    }

    // ---- trouble
    // ------------------------------------------------------------------------------------

    /// The disk has no room for more from now on; returns whether that is news.
    public boolean fills() {
        return becomes(Trouble.NO_ROOM);
    }

    /// The disk takes nothing from now on; returns whether that is news. Of the batches that wait
    /// the first `batches` reach it with the write that fails, and nobody knows.
    public boolean fails(int batches) {
        if (disk == Trouble.BROKEN) {
            return false;
        }
        disk = Trouble.BROKEN;
        if (noticed != Trouble.BROKEN || repairUpTo > 0) {
            reached = Math.min(batches, waiting.size());
        }
        repairUpTo = 0;
        return true;
    }

    /// The disk is in order again; returns whether it was not.
    public boolean heals() {
        return becomes(Trouble.NONE);
    }

    private boolean becomes(Trouble trouble) {
        boolean news = disk != trouble;
        disk = trouble;
        if (noticed != Trouble.BROKEN) {
            reached = 0; // no write met with it
        }
        if (news && answersAtOnce) {
            answersAtOnce(true);
        }
        return news;
    }

    /// Whether nothing can be written or opened.
    public boolean isBroken() {
        return disk == Trouble.BROKEN;
    }

    /// Whether there is no room for anything new.
    public boolean isFull() {
        return disk == Trouble.NO_ROOM;
    }

    /// Whether the disk is not as the server thinks.
    public boolean hasNews() {
        return disk != noticed;
    }

    private boolean notice(Trouble trouble) {
        if (trouble == noticed) {
            return false;
        }
        noticed = trouble;
        repairUpTo = 0;
        switch (trouble) {
            case NONE -> tell(Listener::available);
            case NO_ROOM -> tell(to -> to.unavailable("no room", true));
            case BROKEN -> tell(to -> to.unavailable("an error of the disk", false));
        }
        return true;
    }

    // The store is opened anew, and what it has not got is handed in again.
    private void repair(int batches) {
        if (repairUpTo == 0) {
            repairUpTo = waiting.isEmpty() ? Long.MAX_VALUE : waiting.getLast().upTo;
            if (reached > 0) {
                List<Batch> found = taken(reached);
                reached = 0;
                write(found, true);
            }
        }
        long last = repairUpTo;
        int left = (int) waiting.stream().filter(batch -> batch.upTo <= last).count();
        if (left > 0) {
            write(taken(Math.min(batches, left)), false);
        }
        if (batches >= left) {
            notice(disk);
        }
    }

    // ---- how it ends
    // --------------------------------------------------------------------------------

    /// The power goes, and nothing that wait was written.
    public void crash(int survivors) {
        crash(survivors, 0);
    }

    /// The power goes: of the batches that wait the first `survivors` had been written, the others
    /// are gone, and nobody is told. If none survives, the last `forgotten` of those that were not
    /// synced are gone as well. What is appended next comes from another server, which counts anew.
    public void crash(int survivors, int forgotten) {
        if (survivors < 0 || survivors > waiting.size()) {
            throw new IllegalArgumentException(
                    "from 0 to " + waiting.size() + " survive, given was " + survivors);
        }
        if (forgotten < 0 || forgotten > (survivors == 0 ? unsynced.size() : 0)) {
            throw new IllegalArgumentException(
                    forgotten + " of " + unsynced.size() + " forgotten, " + survivors + " kept");
        }
        taken(survivors).forEach(unsynced::add);
        sync(unsynced.size() - forgotten);
        unsynced.clear();
        written = synced.copy();
        down();
    }

    /// Makes all that was appended durable, if the disk lets it: else it is lost.
    @Override
    public void close() {
        makeAllDurable();
        if (disk == Trouble.BROKEN) {
            reaches(taken(reached));
        }
        sync(unsynced.size());
        down();
    }

    private void down() {
        waiting.clear();
        reads.clear();
        listener = null;
        noticed = Trouble.NONE;
        reached = 0;
        repairUpTo = 0;
        handedOver = written.copy();
    }

    // ---- what it has
    // --------------------------------------------------------------------------------

    @Override
    public Recovered recovered(int windowMax) {
        return synced.recovered(windowMax);
    }

    /// All that a start would find, whatever a crash takes, and nothing left on disk.
    public Recovered recovered() {
        return synced.recovered();
    }

    @Override
    public void read(
            long session,
            long from,
            int messagesMax,
            long bytesMax,
            Consumer<List<Mutation.Enqueued>> answer) {
        reads.add(new Read(session, from, messagesMax, bytesMax, answer));
        if (answersAtOnce && disk != Trouble.BROKEN) {
            answerReads(Integer.MAX_VALUE);
        }
    }

    /// Answers the first reads that wait, at most `most`.
    public void answerReads(int most) {
        for (int i = 0; i < most && !reads.isEmpty(); i++) {
            Read read = reads.remove();
            read.answer.accept(
                    written.read(read.session, read.from, read.messagesMax, read.bytesMax));
        }
    }

    /// How many reads wait.
    public int readsWaiting() {
        return reads.size();
    }

    /// What [#recovered] will say when all that waits is durable.
    public Recovered recoveredWithWaiting() {
        return handedOver.recovered();
    }
}
