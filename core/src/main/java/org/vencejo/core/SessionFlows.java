package org.vencejo.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.FlowOwner;
import org.vencejo.core.session.InboundFlow;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.protocol.QoS;

/// The messages of a session as the store has them: each change of its flows is one [Mutation], and
/// a start makes the flows from what these have left.
///
/// Part of the core: touched only by whoever runs it. As in [SessionState], whose part it is, only
/// a session that is *kept* writes.
final class SessionFlows implements FlowOwner {
    private final Turn turn;
    private final long session;
    private final boolean kept;
    private final Predicate<Copy> mayReceive;
    private final Consumer<List<Copy>> reader;
    private final InboundFlow inbound;
    private final OutboundFlow outbound;
    private long sharedCopies;
    private long read;

    /// `mayReceive` says whether the client may be sent a copy, `reader` is given what was read of
    /// the queue.
    SessionFlows(
            Turn turn,
            long session,
            boolean kept,
            Predicate<Copy> mayReceive,
            Consumer<List<Copy>> reader) {
        this.turn = turn;
        this.session = session;
        this.kept = kept;
        this.mayReceive = mayReceive;
        this.reader = reader;
        this.inbound = new InboundFlow(this);
        this.outbound =
                isOnDisk()
                        ? new OutboundFlow(
                                this,
                                turn.accounting,
                                2 * turn.limits.queueReadMessagesMax(),
                                2L * turn.limits.queueReadBytesMax())
                        : new OutboundFlow(this, turn.accounting);
    }

    InboundFlow inbound() {
        return inbound;
    }

    OutboundFlow outbound() {
        return outbound;
    }

    /// Whether the queue is on disk, and only in part in memory.
    boolean isOnDisk() {
        return kept && turn.settings.queuesOnDisk();
    }

    private long write(Mutation mutation) {
        return kept ? turn.append(mutation) : 0;
    }

    // ---- what flows tell
    // -----------------------------------------------------------------------------

    @Override
    public long enqueued(Copy copy) {
        sharedCopies += copy instanceof SharedCopy ? 1 : 0;
        return isWritten(copy) ? write(mutationOf(copy)) : 0;
    }

    @Override
    public void dequeued(Copy copy) {
        sharedCopies -= copy instanceof SharedCopy ? 1 : 0;
        if (isWritten(copy)) {
            write(
                    new Mutation.Dequeued(
                            session,
                            copy.sequence(),
                            copy.message().number(),
                            copy.message().bytes(),
                            copy.qos(),
                            copy instanceof SharedCopy));
        }
    }

    // QoS 0 may wait in a queue, but promises nothing.
    private static boolean isWritten(Copy copy) {
        return copy.qos() != QoS.AT_MOST_ONCE;
    }

    private Enqueued mutationOf(Copy copy) {
        return new Enqueued(
                session,
                copy.sequence(),
                copy.message(),
                copy.qos(),
                copy.retain(),
                copy.subscriptionIdentifiers(),
                copy instanceof SharedCopy shared ? shared.share() : null);
    }

    @Override
    public void readQueue(long from, long messages, long bytesMax) {
        read =
                turn.read(
                        session,
                        from,
                        messages,
                        bytesMax,
                        entries -> reader.accept(copiesOf(entries)));
    }

    /// What is being read will not be wanted.
    void cancelRead() {
        turn.cancelRead(read);
    }

    @Override
    public long released(Copy copy) {
        return write(releaseOf(copy));
    }

    @Override
    public long identifierTaken(int packetIdentifier) {
        return write(new Mutation.IdentifierTaken(session, packetIdentifier));
    }

    @Override
    public long identifierFreed(int packetIdentifier) {
        return write(new Mutation.IdentifierFreed(session, packetIdentifier));
    }

    @Override
    public boolean mayReceive(Copy copy) {
        return mayReceive.test(copy);
    }

    // ---- what others may get
    // -------------------------------------------------------------------------

    /// The copies that another member of their shared subscription may get instead (C24).
    List<SharedCopy> copiesThatMayGoElsewhere() {
        List<SharedCopy> copies = new ArrayList<>();
        if (sharedCopies > 0) {
            outbound.forEachKept(copy -> {
                if (copy instanceof SharedCopy shared && !outbound.mayHaveBegun(shared)) {
                    copies.add(shared);
                }
            });
        }
        return copies;
    }

    /// How many copies of shared subscriptions are on disk alone.
    private long sharedOnDisk() {
        if (sharedCopies == 0 || outbound.queue().messagesOnDisk() == 0) {
            return 0;
        }
        long[] inMemory = {0};
        outbound.forEachKept(copy -> inMemory[0] += copy instanceof SharedCopy ? 1 : 0);
        return sharedCopies - inMemory[0];
    }

    /// What of the queue is on disk alone.
    Recovered.Rest rest() {
        return outbound.queue().messagesOnDisk() == 0
                ? Recovered.Rest.NOTHING
                : new Recovered.Rest(
                        outbound.firstOnDisk(),
                        outbound.nextSequence(),
                        outbound.queue().messagesOnDisk(),
                        outbound.queue().bytesOnDisk(),
                        sharedOnDisk());
    }

    // ---- the store
    // -----------------------------------------------------------------------------------

    /// Takes what the store had when the server started; the client took `window` at once.
    void recover(Recovered.Session from, int window) {
        Mutation.SessionDisconnected disconnected = from.disconnected();
        from.identifiersTaken().forEach(inbound::recover);
        if (disconnected != null) {
            outbound.recoverSequence(disconnected.sentUpTo());
        }
        recoverReleased(from.queue());
        int open = 0;
        for (Recovered.Entry entry : from.queue()) {
            // What the window allowed counts as sent, unless it is known that it was not.
            boolean wasSent =
                    entry.released() != null
                            || (open < window
                                    && (disconnected == null
                                            || entry.enqueued().sequence()
                                                    < disconnected.sentUpTo()));
            if (entry.released() == null) {
                recover(entry, wasSent);
            }
            open += wasSent ? 1 : 0;
        }
        outbound.recovered();
        Recovered.Rest rest = from.rest();
        outbound.recoverOnDisk(rest.from(), rest.end(), rest.messages(), rest.bytes());
        if (disconnected == null) {
            outbound.recoverConnected();
        }
        sharedCopies += rest.shared();
    }

    private void recoverReleased(List<Recovered.Entry> queue) {
        TreeMap<Long, Recovered.Entry> inPlace = new TreeMap<>();
        for (Recovered.Entry entry : queue) {
            if (entry.released() != null) {
                inPlace.put(entry.released().place(), entry);
            }
        }
        inPlace.values().forEach(entry -> recover(entry, true));
    }

    private void recover(Recovered.Entry entry, boolean wasSent) {
        Copy copy = copyOf(entry.enqueued());
        sharedCopies += copy instanceof SharedCopy ? 1 : 0;
        Mutation.Released released = entry.released();
        if (released == null) {
            outbound.recover(copy, wasSent, 0);
        } else {
            copy.releaseIn(released.place());
            outbound.recover(copy, wasSent, released.packetIdentifier());
        }
    }

    private static List<Copy> copiesOf(List<Enqueued> entries) {
        List<Copy> copies = new ArrayList<>(entries.size());
        for (Enqueued entry : entries) {
            copies.add(copyOf(entry));
        }
        return copies;
    }

    static Copy copyOf(Enqueued e) {
        return e.share() == null
                ? new Copy(
                        e.sequence(), e.message(), e.qos(), e.retain(), e.subscriptionIdentifiers())
                : new SharedCopy(
                        e.sequence(),
                        e.message(),
                        e.qos(),
                        e.retain(),
                        e.subscriptionIdentifiers(),
                        e.share());
    }

    /// The entries of the queue that are in memory, in their order.
    List<Recovered.Entry> entries() {
        List<Recovered.Entry> entries = new ArrayList<>();
        outbound.forEachKept(copy -> {
            if (isWritten(copy)) {
                entries.add(new Recovered.Entry(mutationOf(copy), releasedOf(copy)));
            }
        });
        entries.sort(Comparator.comparingLong(entry -> entry.enqueued().sequence()));
        return entries;
    }

    /// The Packet Identifiers of QoS 2 messages that its client has open.
    Set<Integer> identifiersTaken() {
        TreeSet<Integer> taken = new TreeSet<>();
        for (int identifier : inbound.identifiersTaken()) {
            taken.add(identifier);
        }
        return taken;
    }

    private Mutation.@Nullable Released releasedOf(Copy copy) {
        return copy.isReleased() ? releaseOf(copy) : null;
    }

    private Mutation.Released releaseOf(Copy copy) {
        return new Mutation.Released(
                session, copy.sequence(), copy.packetIdentifier(), copy.releasePlace());
    }
}
