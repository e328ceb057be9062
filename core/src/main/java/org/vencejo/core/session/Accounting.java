package org.vencejo.core.session;

/// Where every copy of every message is: queued, in flight, or ended by a [Fate].
///
/// Part of the core: touched only by whoever runs it. An accepted PUBLISH opens one copy for each
/// session that it matched, or one that ends at once with [Fate#NO_SUBSCRIBER]. After every event
/// `copies + recovered = queued + inFlight + ended`. What the server itself publishes has copies
/// like any message, but none where nobody subscribed: it is counted apart, or what clients lose
/// would not be seen.
public final class Accounting {
    private static final Fate[] FATES = Fate.values();

    private long copies;
    private long recovered;
    private long queued;
    private long queuedBytes;
    private long storedBytes;
    private long inFlight;
    private long ownWithoutSubscriber;
    private final long[] ended = new long[FATES.length];

    /// A copy came into being; where it is follows.
    public void opened() {
        copies++;
    }

    /// A message of the server itself had no subscriber, and so no copy.
    public void ownWithoutSubscriber() {
        ownWithoutSubscriber++;
    }

    /// A copy was found in the store at the start, in the queue.
    public void recovered(long bytes) {
        recovered++;
        queued(bytes);
    }

    /// The same of many copies that stay on disk.
    public void recovered(long messages, long bytes) {
        recovered += messages;
        queued += messages;
        queuedBytes += bytes;
    }

    /// So many bytes of queues are on disk alone that were not.
    public void stored(long bytes) {
        storedBytes += bytes;
    }

    /// So many bytes of queues are no longer on disk alone.
    public void loaded(long bytes) {
        storedBytes -= bytes;
    }

    public void queued(long bytes) {
        queued++;
        queuedBytes += bytes;
    }

    /// A copy left the queue; where it goes follows.
    public void unqueued(long bytes) {
        queued--;
        queuedBytes -= bytes;
    }

    public void sent() {
        inFlight++;
    }

    /// A copy is no longer in flight; where it goes follows.
    public void unsent() {
        inFlight--;
    }

    public void ended(Fate fate) {
        ended[fate.ordinal()]++;
    }

    /// A whole session's copies ended with it.
    public void sessionEnded(long fromQueue, long queueBytes, long fromFlight) {
        queued -= fromQueue;
        queuedBytes -= queueBytes;
        inFlight -= fromFlight;
        ended[Fate.SESSION_ENDED.ordinal()] += fromQueue + fromFlight;
    }

    public long copies() {
        return copies;
    }

    public long recoveredCopies() {
        return recovered;
    }

    public long queuedCopies() {
        return queued;
    }

    /// The bytes of all queues together, as limits count them.
    public long queuedBytes() {
        return queuedBytes;
    }

    /// What of that is in memory.
    public long queuedBytesInMemory() {
        return queuedBytes - storedBytes;
    }

    public long inFlightCopies() {
        return inFlight;
    }

    /// Messages of the server itself that nobody subscribed to.
    public long ownMessagesWithoutSubscriber() {
        return ownWithoutSubscriber;
    }

    public long endedBy(Fate fate) {
        return ended[fate.ordinal()];
    }

    /// Whether every copy is in exactly one place.
    public boolean balances() {
        long sum = 0;
        for (long count : ended) {
            sum += count;
        }
        return copies + recovered == queued + inFlight + sum
                && queued >= 0
                && queuedBytes >= storedBytes
                && storedBytes >= 0
                && inFlight >= 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("copies ").append(copies).append(" + recovered ").append(recovered);
        text.append(" = queued ").append(queued).append(" + in flight ").append(inFlight);
        for (Fate fate : FATES) {
            text.append(" + ").append(fate).append(' ').append(ended[fate.ordinal()]);
        }
        return text.toString();
    }
}
