package org.vencejo.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Mutation.SessionConnected;
import org.vencejo.core.Mutation.SessionDisconnected;
import org.vencejo.core.Mutation.Subscribed;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.FlowOwner;
import org.vencejo.core.session.InboundFlow;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// What of a session survives a crash, and the only way in which that changes: each change here is
/// one [Mutation].
///
/// Part of the core: touched only by whoever runs it. A session that is *kept* (Session Expiry
/// Interval above 0 when it was made) writes; others change the same state and write nothing, so
/// that nothing of theirs ever waits.
final class SessionState implements FlowOwner {
    private final Turn turn;
    private final long number;
    private final String clientIdentifier;
    private final boolean kept;
    private final Consumer<List<Copy>> reader;
    private final InboundFlow inbound;
    private final OutboundFlow outbound;
    private @Nullable Map<TopicFilter, Subscribed> subscriptions;
    private long sharedCopies;
    private long read;

    /// About what it occupies beside its queue, and its subscriptions alone.
    private long bytes;

    private long subscriptionBytes;

    /// Whose it is; null as long as it is nobody's.
    private @Nullable String owner;

    // Since the last CONNECT
    private Identity identity;
    private SessionConnected connected;
    private @Nullable SessionDisconnected disconnected;
    private long sessionExpiryInterval;

    /// `reader` is given what was read of the queue.
    SessionState(
            Turn turn,
            long number,
            String clientIdentifier,
            Identity identity,
            boolean kept,
            Consumer<List<Copy>> reader) {
        this.turn = turn;
        this.reader = reader;
        this.number = number;
        this.clientIdentifier = clientIdentifier;
        this.owner = identity.userName();
        this.identity = identity;
        this.kept = kept;
        this.inbound = new InboundFlow(this);
        this.outbound =
                isOnDisk()
                        ? new OutboundFlow(
                                this,
                                turn.accounting,
                                2 * turn.limits.queueReadMessagesMax(),
                                2L * turn.limits.queueReadBytesMax())
                        : new OutboundFlow(this, turn.accounting);
        this.connected = new SessionConnected(number, 0, 0, 0, null);
        occupy(SessionBytes.of(clientIdentifier, owner));
    }

    private long write(Mutation mutation) {
        return kept ? turn.append(mutation) : 0;
    }

    // ---- its life
    // ------------------------------------------------------------------------------------

    void created() {
        write(creation());
    }

    /// A CONNECT was accepted; CONNACK waits for the returned number.
    long connected(long expiryInterval, int receiveMaximum, @Nullable Will will) {
        sessionExpiryInterval = expiryInterval;
        disconnected = null;
        occupy(SessionBytes.of(will) - SessionBytes.of(connected.will()));
        connected =
                new SessionConnected(
                        number, connected.epoch() + 1, expiryInterval, receiveMaximum, will);
        return write(connected);
    }

    private Mutation.SessionCreated creation() {
        return new Mutation.SessionCreated(number, clientIdentifier, owner);
    }

    /// Whose session it is, and whose rights count, from now on. Returns the number that the answer
    /// waits for: a session that a user has claimed is nobody else's after a crash.
    long identify(Identity as) {
        identity = as;
        String userName = as.userName();
        if (userName != null && !userName.equals(owner)) {
            owner = userName;
            occupy(userName.length());
            return write(new Mutation.SessionClaimed(number, userName));
        }
        return 0;
    }

    /// How much more it would occupy as the session of `other`.
    long bytesMoreAs(Identity other) {
        String userName = other.userName();
        return owner == null && userName != null ? userName.length() : 0;
    }

    /// Whether it may go on as the session of `other`: of the same user, or of anybody if it was
    /// nobody's (A19).
    boolean isOpenTo(Identity other) {
        return identity.userName() == null || identity.userName().equals(other.userName());
    }

    /// DISCONNECT asked for another Session Expiry Interval (3.14.2.2.2).
    void expireAfter(long seconds) {
        sessionExpiryInterval = seconds;
    }

    /// A session that outlives its connection notes when that ended.
    void disconnected() {
        disconnected =
                new SessionDisconnected(
                        number, turn.wallMillis(), sessionExpiryInterval, outbound.sentUpTo());
        write(disconnected);
    }

    /// When its last connection ended; null while it has one.
    @Nullable SessionDisconnected lastDisconnected() {
        return disconnected;
    }

    void removeWill() {
        if (connected.will() != null) {
            occupy(-SessionBytes.of(connected.will()));
            connected = connected.withoutWill();
            write(new Mutation.WillRemoved(number));
        }
    }

    /// The session is gone but for what of its queue is on disk alone, which others inherit.
    void ending() {
        occupy(-bytes);
        write(
                new Mutation.SessionEnding(
                        number, outbound.firstOnDisk(), outbound.perhapsSentBefore()));
    }

    void ended() {
        occupy(-bytes);
        write(new Mutation.SessionEnded(number));
    }

    // ---- subscriptions
    // -------------------------------------------------------------------------------

    /// Adds or replaces a subscription; SUBACK waits for the returned number.
    long subscribe(Subscribed subscribed) {
        if (subscriptions == null) {
            subscriptions = new HashMap<>();
        }
        add(subscriptions, subscribed);
        return write(subscribed);
    }

    /// Removes a subscription; returns whether it was there.
    boolean unsubscribe(TopicFilter filter) {
        if (subscriptions == null || subscriptions.remove(filter) == null) {
            return false;
        }
        subscriptionBytes -= SessionBytes.of(filter);
        occupy(-SessionBytes.of(filter));
        write(new Mutation.Unsubscribed(number, filter));
        return true;
    }

    @Nullable Subscribed subscription(TopicFilter filter) {
        return subscriptions == null ? null : subscriptions.get(filter);
    }

    Map<TopicFilter, Subscribed> subscriptions() {
        return subscriptions == null ? Map.of() : subscriptions;
    }

    private void add(Map<TopicFilter, Subscribed> to, Subscribed subscribed) {
        TopicFilter filter = subscribed.subscription().topicFilter();
        if (to.put(filter, subscribed) == null) {
            subscriptionBytes += SessionBytes.of(filter);
            occupy(SessionBytes.of(filter));
        }
    }

    /// Whether there is room for a subscription more, in this session and in all of them together.
    boolean hasRoomFor(TopicFilter filter) {
        long more = SessionBytes.of(filter);
        return subscriptions().size() < turn.limits.subscriptionsMax()
                && subscriptionBytes + more <= turn.limits.subscriptionsBytesMax()
                && turn.sessionBytes + more <= turn.limits.sessionsBytesMax();
    }

    // ---- what it occupies
    // ----------------------------------------------------------------------------

    private void occupy(long more) {
        bytes += more;
        turn.sessionBytes += more;
    }

    // ---- flows
    // ---------------------------------------------------------------------------------------

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
                            number,
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
                number,
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
                        number,
                        from,
                        messages,
                        bytesMax,
                        entries -> reader.accept(copiesOf(entries)));
    }

    static List<Copy> copiesOf(List<Enqueued> entries) {
        List<Copy> copies = new ArrayList<>(entries.size());
        for (Enqueued entry : entries) {
            copies.add(copyOf(entry));
        }
        return copies;
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
        return write(new Mutation.IdentifierTaken(number, packetIdentifier));
    }

    @Override
    public long identifierFreed(int packetIdentifier) {
        return write(new Mutation.IdentifierFreed(number, packetIdentifier));
    }

    @Override
    public boolean mayReceive(TopicName topicName) {
        return turn.accessRules.mayReceive(clientIdentifier, identity, topicName);
    }

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
    long sharedOnDisk() {
        if (sharedCopies == 0 || outbound.queue().messagesOnDisk() == 0) {
            return 0;
        }
        long[] inMemory = {0};
        outbound.forEachKept(copy -> inMemory[0] += copy instanceof SharedCopy ? 1 : 0);
        return sharedCopies - inMemory[0];
    }

    // ---- what it is
    // ------------------------------------------------------------------------------------

    long number() {
        return number;
    }

    String clientIdentifier() {
        return clientIdentifier;
    }

    Identity identity() {
        return identity;
    }

    boolean isKept() {
        return kept;
    }

    /// Whether its queue is on disk, and only in part in memory.
    boolean isOnDisk() {
        return kept && turn.settings.queuesOnDisk();
    }

    InboundFlow inbound() {
        return inbound;
    }

    OutboundFlow outbound() {
        return outbound;
    }

    /// Counts accepted CONNECTs: what belongs to an older one acts no more.
    long epoch() {
        return connected.epoch();
    }

    /// What the client takes at once, as it said and as we are willing to.
    int window() {
        return Math.min(connected.receiveMaximum(), turn.limits.windowMax());
    }

    /// In seconds; [Limits#NEVER_SECONDS] for never.
    long sessionExpiryInterval() {
        return sessionExpiryInterval;
    }

    @Nullable Will will() {
        return connected.will();
    }

    // ---- the store
    // ---------------------------------------------------------------------------------------

    /// Takes what the store had when the server started.
    void recover(Recovered.Session from) {
        connected = from.connected();
        occupy(SessionBytes.of(connected.will()));
        disconnected = from.disconnected();
        sessionExpiryInterval =
                disconnected == null
                        ? connected.sessionExpiryInterval()
                        : disconnected.sessionExpiryInterval();
        if (!from.subscriptions().isEmpty()) {
            subscriptions = new HashMap<>();
            for (Subscribed subscribed : from.subscriptions()) {
                add(subscriptions, subscribed);
            }
        }
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
                            || (open < window()
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

    /// The state as the store should have it.
    Recovered.Session toRecord() {
        List<Recovered.Entry> entries = new ArrayList<>();
        outbound.forEachKept(copy -> {
            if (isWritten(copy)) {
                entries.add(new Recovered.Entry(mutationOf(copy), releasedOf(copy)));
            }
        });
        entries.sort(Comparator.comparingLong(entry -> entry.enqueued().sequence()));
        TreeSet<Integer> taken = new TreeSet<>();
        for (int identifier : inbound.identifiersTaken()) {
            taken.add(identifier);
        }
        return new Recovered.Session(
                creation(),
                connected,
                disconnected,
                new ArrayList<>(subscriptions().values()),
                entries,
                rest(),
                taken);
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

    private Mutation.@Nullable Released releasedOf(Copy copy) {
        return copy.isReleased() ? releaseOf(copy) : null;
    }

    private Mutation.Released releaseOf(Copy copy) {
        return new Mutation.Released(
                number, copy.sequence(), copy.packetIdentifier(), copy.releasePlace());
    }
}
