package org.vencejo.core;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.vencejo.core.session.Accounting;

/// What all parts of the server share: the call that is being handled, with its time and its way
/// out, and the count of the journal.
///
/// Part of the core: touched only by whoever runs it. It decides nothing.
final class Turn {
    /// About what a connection takes that does nothing.
    private static final int CONNECTION_BYTES = 2_300;

    final Accounting accounting = new Accounting();
    final Statistics statistics = new Statistics();
    final Deadlines deadlines = new Deadlines();
    final Backlog backlog = new Backlog();
    final Settling settling = new Settling(this);
    final Waiters waiters = new Waiters(this);

    // Since the start, or the last time that they were read again
    AccessRules accessRules;
    ServerSettings settings;
    Limits limits;

    /// Sessions whose queue ran full and that are to end for it, when the call is over.
    final ArrayDeque<ServerSession> overfull = new ArrayDeque<>();

    /// Whether memory is too short for messages of clients that nobody is promised.
    boolean dropsAtMostOnce;

    /// Connections that are open, as far as the server goes.
    int connections;

    /// Those among them whose client has no CONNACK yet, in their order.
    final LinkedHashSet<Connection> unknown = new LinkedHashSet<>();

    /// What clients without CONNACK have sent in large packets, see [Handshake].
    long bytesBeforeConnack;

    /// About what all sessions occupy beside their queues.
    long sessionBytes;

    private final long wallMillisAtStart;
    private final long nanosAtStart;

    private long lastMessage;

    // Who waits for a part of a queue, by the number of the read
    private final Map<Long, Consumer<List<Mutation.Enqueued>>> reads = new HashMap<>();
    private long lastRead;

    // For one call of handle
    private long nowNanos;

    private Outbox outbox = Nowhere.INSTANCE;
    private int workLeft;

    Turn(ServerSettings settings, AccessRules accessRules, long wallMillis, long nowNanos) {
        this.settings = settings;
        this.limits = settings.limits();
        this.accessRules = accessRules;
        this.wallMillisAtStart = wallMillis;
        this.nanosAtStart = nowNanos;
        this.nowNanos = nowNanos;
    }

    /// Other settings hold from now on.
    void reconfigure(ServerSettings newer) {
        if (!announced(newer).equals(announced(settings))) {
            throw new IllegalStateException(
                    "clients were told "
                            + announced(settings)
                            + " in CONNACK, given was "
                            + announced(newer));
        }
        settings = newer;
        limits = newer.limits();
    }

    // What clients were told and is looked up here for each packet.
    private static List<Object> announced(ServerSettings settings) {
        return List.of(
                settings.maximumQoS(),
                settings.retainAvailable(),
                settings.wildcardSubscriptionAvailable(),
                settings.sharedSubscriptionAvailable(),
                settings.limits().packetSizeMax());
    }

    void begin(long now, Outbox to) {
        nowNanos = now;
        outbox = to;
        workLeft = limits.sliceMax();
    }

    void end() {
        outbox = Nowhere.INSTANCE;
    }

    long nowNanos() {
        return nowNanos;
    }

    /// The time of day, which never goes backwards while the server runs.
    long wallMillis() {
        return wallMillisAtStart + (nowNanos - nanosAtStart) / 1_000_000;
    }

    Outbox outbox() {
        return outbox;
    }

    /// Hands a change of durable state to the journal; returns the number to wait for.
    long append(Mutation mutation) {
        long number = backlog.append(mutation);
        outbox.append(number, mutation);
        return number;
    }

    /// The number of the last mutation.
    long appended() {
        return backlog.appended();
    }

    /// A message was sent in this call, or a receiver had its turn.
    void worked() {
        workLeft--;
    }

    /// How much this call may still do before it leaves the rest to another: no call is long.
    int workLeft() {
        return workLeft;
    }

    /// The rest of long work is left to `slice`, in another call; this one begins nothing more.
    void leaveRestTo(Deadline slice) {
        schedule(slice, 0);
        workLeft = 0;
    }

    /// The number up to which mutations are durable.
    long durable() {
        return backlog.durable();
    }

    // ---- the store
    // ---------------------------------------------------------------------------------------

    /// A start found messages with numbers up to this one.
    void recover(long highestMessage) {
        lastMessage = highestMessage;
    }

    /// A number for a message that is stored once for several queues.
    long nextMessage() {
        return ++lastMessage;
    }

    long lastMessage() {
        return lastMessage;
    }

    /// Has as much of a session's queue read as is read at once; returns the number by which that
    /// can be cancelled.
    long read(long session, long from, Consumer<List<Mutation.Enqueued>> reader) {
        return read(session, from, Long.MAX_VALUE, Long.MAX_VALUE, reader);
    }

    /// The same, but only as far as so many messages or bytes reach.
    long read(
            long session,
            long from,
            long messages,
            long bytes,
            Consumer<List<Mutation.Enqueued>> reader) {
        reads.put(++lastRead, reader);
        outbox.readQueue(
                session,
                lastRead,
                from,
                (int) Math.min(messages, limits.queueReadMessagesMax()),
                Math.min(bytes, limits.queueReadBytesMax()));
        return lastRead;
    }

    /// Nobody waits for this read any more.
    void cancelRead(long read) {
        reads.remove(read);
    }

    void queueRead(Input.QueueRead input) {
        Consumer<List<Mutation.Enqueued>> reader = reads.remove(input.read());
        if (reader != null) {
            reader.accept(input.entries());
        }
    }

    void storeUnavailable(Input.StoreUnavailable input) {
        backlog.unavailable(true, input.stillWrites());
        waiters.storeChanged();
        outbox.event(new Event.StoreUnavailable(input.reason()));
    }

    void storeAvailable() {
        backlog.unavailable(false, true);
        waiters.storeChanged();
        outbox.event(new Event.StoreAvailable());
    }

    /// Whether the deadline is set and has come.
    boolean isDue(Deadline deadline) {
        return deadline.isSet() && deadline.atNanos - nowNanos <= 0;
    }

    void schedule(Deadline deadline, long inNanos) {
        deadlines.set(deadline, nowNanos + inNanos);
    }

    /// About what connections, sessions and queues take in the heap.
    long heldBytes() {
        return (long) connections * CONNECTION_BYTES
                + sessionBytes
                + accounting.queuedBytesInMemory();
    }
}
