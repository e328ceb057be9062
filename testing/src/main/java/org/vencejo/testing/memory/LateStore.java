package org.vencejo.testing.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.core.QueueReader;
import org.vencejo.core.Recovered;
import org.vencejo.core.Store;

/// Journal and store in memory, that take their time and can crash.
///
/// Confined to one thread. Batches that were appended wait until [#makeDurable] or
/// [#makeAllDurable]; they are applied whole and in order. A crash forgets those that wait, but for
/// a prefix of the caller's choice, as a disk may have written what it has not yet said to have.
public final class LateStore implements Journal, Store, QueueReader {
    private record Batch(long upTo, List<Mutation> mutations, Listener listener) {}

    private record Read(
            long session,
            long from,
            int messagesMax,
            long bytesMax,
            Consumer<List<Mutation.Enqueued>> answer) {}

    private final ArrayDeque<Read> reads = new ArrayDeque<>();
    private final ArrayDeque<Batch> waiting = new ArrayDeque<>();
    private boolean answersAtOnce;

    /// What a start would find.
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
            answerReads(Integer.MAX_VALUE);
        }
    }

    @Override
    public void append(long upTo, List<Mutation> batch, Listener listener) {
        Batch last = waiting.peekLast();
        if (last != null && last.upTo >= upTo) {
            throw new IllegalStateException("batch " + upTo + " comes behind " + last.upTo);
        }
        batch.forEach(handedOver::apply);
        waiting.add(new Batch(upTo, List.copyOf(batch), listener));
        if (answersAtOnce) {
            makeAllDurable();
        }
    }

    @Override
    public void apply(long upTo, List<Mutation> batch) {
        batch.forEach(written::apply);
    }

    /// Makes the batches up to number `upTo` durable and says so.
    public void makeDurable(long upTo) {
        Batch last = null;
        for (Batch next = waiting.peek();
                next != null && next.upTo <= upTo;
                next = waiting.peek()) {
            last = waiting.remove();
            apply(last.upTo, last.mutations);
        }
        if (last != null) {
            last.listener.durable(last.upTo);
        }
    }

    public void makeAllDurable() {
        makeDurable(Long.MAX_VALUE);
    }

    /// The numbers up to which the batches that wait reach, in order.
    public List<Long> waiting() {
        List<Long> numbers = new ArrayList<>();
        waiting.forEach(batch -> numbers.add(batch.upTo));
        return numbers;
    }

    /// The power goes: of the batches that wait the first `survivors` had been written, the others
    /// are gone, and nobody is told. What is appended next comes from another server, which counts
    /// anew.
    public void crash(int survivors) {
        if (survivors < 0 || survivors > waiting.size()) {
            throw new IllegalArgumentException(
                    "from 0 to " + waiting.size() + " survive, given was " + survivors);
        }
        for (int i = 0; i < survivors; i++) {
            Batch batch = waiting.remove();
            apply(batch.upTo, batch.mutations);
        }
        waiting.clear();
        reads.clear();
        handedOver = written.copy();
    }

    @Override
    public void close() {
        makeAllDurable();
        reads.clear();
    }

    @Override
    public Recovered recovered(int windowMax) {
        return written.recovered(windowMax);
    }

    /// All that a start would find, and nothing left on disk.
    public Recovered recovered() {
        return written.recovered();
    }

    @Override
    public void read(
            long session,
            long from,
            int messagesMax,
            long bytesMax,
            Consumer<List<Mutation.Enqueued>> answer) {
        reads.add(new Read(session, from, messagesMax, bytesMax, answer));
        if (answersAtOnce) {
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
