package org.vencejo.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Mutation.SessionConnected;
import org.vencejo.core.Mutation.SessionDisconnected;
import org.vencejo.core.Mutation.Subscribed;
import org.vencejo.core.routing.SharedSubscription;
import org.vencejo.core.session.AliasesSent;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.FlowOwner;
import org.vencejo.core.session.InboundFlow;
import org.vencejo.core.session.Message;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// The state of one client that outlives its connection (4.1), and the decision what becomes of a message
/// for it.
///
/// Part of the core: touched only by whoever runs it. A session that is *kept* (Session Expiry Interval
/// above 0 when it was made) writes every durable change to the journal; others write nothing. How a
/// session begins, is taken over and ends is the business of [Sessions].
final class ServerSession implements FlowOwner {
    // For its whole life
    private final Turn turn;
    private final long number;
    private final String clientIdentifier;
    private final Identity identity;
    private final boolean kept;
    private final InboundFlow inbound;
    private final OutboundFlow outbound;
    private @Nullable Map<TopicFilter, Subscribed> subscriptions;
    private int sharedCopies;
    private boolean ended;
    private boolean queueFullTold;
    private boolean overfull;

    // Since the last CONNECT, as the store has it
    private SessionConnected connected;
    private @Nullable SessionDisconnected disconnected;

    private long sessionExpiryInterval;

    // While a connection is bound to it
    private @Nullable Connection connection;
    private @Nullable RetainedReplay replay;
    private @Nullable ArrayDeque<PendingSubscriptions> pending;
    private long retryIntervalNanos;
    private boolean waitsForJournal;

    // Deadlines, made when first needed
    @Nullable Deadline expiry;
    @Nullable Deadline willDelay;
    private @Nullable Deadline retry;
    private @Nullable Deadline more;

    ServerSession(Turn turn, long number, String clientIdentifier, Identity identity, boolean kept) {
        this.turn = turn;
        this.number = number;
        this.clientIdentifier = clientIdentifier;
        this.identity = identity;
        this.kept = kept;
        this.inbound = new InboundFlow(this);
        this.outbound = new OutboundFlow(this, turn.accounting);
        this.connected = new SessionConnected(number, 0, 0, 0, null);
    }

    // ---- a message for it --------------------------------------------------------------------------

    /// Decides what becomes of one message that matched: sent, queued, or ended with its fate. `share` is
    /// the filter of the shared subscription that chose this session, or null.
    void deliver(
            Fanout fanout,
            QoS granted,
            boolean retainAsPublished,
            int[] subscriptionIdentifiers,
            @Nullable TopicFilter share) {
        Publish publish = fanout.publish();
        turn.accounting.opened();
        if (ended) {
            turn.accounting.ended(Fate.SESSION_ENDED);
            return;
        }
        if (!mayReceive(publish.topicName())) {
            turn.accounting.ended(Fate.ACCESS_DENIED);
            return;
        }
        QoS qos = granted.min(publish.qos()); // [MQTT-3.8.4-8]
        boolean retain = retainAsPublished && publish.retain(); // [MQTT-3.3.1-12], [MQTT-3.3.1-13]
        if (qos == QoS.AT_MOST_ONCE) {
            deliverAtMostOnce(fanout, retain, subscriptionIdentifiers, share);
        } else if (outbound.isReady() && !keepsCopies(share)) {
            outbound.sendUnkept(fanout.variant(qos, retain, subscriptionIdentifiers));
        } else if (fanout.expiresAtOnce() && !outbound.isReady()) {
            turn.accounting.ended(Fate.EXPIRED);
        } else {
            enqueue(fanout.kept(), qos, retain, subscriptionIdentifiers, share);
            pump();
        }
    }

    private void deliverAtMostOnce(
            Fanout fanout,
            boolean retain,
            int[] subscriptionIdentifiers,
            @Nullable TopicFilter share) {
        if (outbound.isConnected() && !outbound.isHeld()) {
            outbound.sendAtMostOnce(
                    fanout.variant(QoS.AT_MOST_ONCE, retain, subscriptionIdentifiers));
        } else if (fanout.expiresAtOnce()) {
            turn.accounting.ended(Fate.EXPIRED);
        } else if (outbound.isConnected() || (kept && turn.settings.qos0QueuedForOffline())) {
            enqueue(fanout.kept(), QoS.AT_MOST_ONCE, retain, subscriptionIdentifiers, share);
        } else {
            turn.accounting.ended(Fate.OFFLINE); // (B36)
        }
    }

    // A message in flight is kept where it may have to be sent again, or to somebody else.
    private boolean keepsCopies(@Nullable TopicFilter share) {
        return kept || retryIntervalNanos > 0 || share != null;
    }

    /// Takes a message that another session of the shared subscription left behind: its copy is open
    /// already.
    void adopt(Copy copy, QoS granted, int[] subscriptionIdentifiers, TopicFilter share) {
        enqueue(
                copy.message(),
                granted.min(copy.message().publish().qos()),
                copy.retain(),
                subscriptionIdentifiers,
                share);
        pump();
    }

    private void enqueue(
            Message message,
            QoS qos,
            boolean retain,
            int[] subscriptionIdentifiers,
            @Nullable TopicFilter share) {
        if (!makeRoomFor(message)) {
            turn.accounting.ended(Fate.QUEUE_FULL);
            return;
        }
        long sequence = outbound.takeSequence();
        if (share == null) {
            outbound.enqueue(new Copy(sequence, message, qos, retain, subscriptionIdentifiers));
        } else {
            sharedCopies++;
            outbound.enqueue(
                    new SharedCopy(sequence, message, qos, retain, subscriptionIdentifiers, share));
        }
    }

    // At a limit the policy decides what gives way (B37).
    private boolean makeRoomFor(Message message) {
        if (!isFullFor(message)) {
            return true;
        }
        if (!queueFullTold) {
            queueFullTold = true;
            turn.outbox()
                    .event(
                            new Event.QueueFull(
                                    clientIdentifier, outbound.queue().size(), outbound.queue().bytes()));
        }
        switch (turn.settings.queueFullPolicy()) {
            case DROP_OLDEST -> {
                Copy oldest = outbound.queue().first();
                while (oldest != null && isFullFor(message)) {
                    outbound.drop(oldest, Fate.QUEUE_FULL);
                    oldest = outbound.queue().first();
                }
            }
            case DROP_NEWEST -> {}
            case END_SESSION -> {
                overfull = true;
                pumpSoon();
            }
        }
        return !isFullFor(message);
    }

    private boolean isFullFor(Message message) {
        Limits limits = turn.limits;
        long bytes = message.bytes();
        return outbound.queue()
                        .isFullFor(bytes, limits.queuedMessagesMax(), limits.queuedBytesMax())
                || turn.accounting.queuedBytes() + bytes > limits.queuedBytesInAllMax();
    }

    /// How ready this member of a shared subscription is for `publish`.
    int readinessFor(Publish publish) {
        if (ended || !mayReceive(publish.topicName())) {
            return SharedSubscription.EXCLUDED;
        }
        Connection to = connection;
        if (to == null || !outbound.isConnected()) {
            return publish.qos() == QoS.AT_MOST_ONCE
                    ? SharedSubscription.EXCLUDED
                    : SharedSubscription.OFFLINE;
        }
        if (!to.fits(publish, 0)) {
            return SharedSubscription.EXCLUDED;
        }
        return outbound.isReady() ? SharedSubscription.READY : SharedSubscription.FULL;
    }

    // ---- sending what waits ------------------------------------------------------------------------

    /// Sends what may be sent now, retained messages that a subscription is owed before live ones; what
    /// is more than a slice goes on soon.
    void pump() {
        if (!outbound.isConnected()) {
            return;
        }
        boolean moreToSend =
                outbound.drain(
                        turn.nowNanos(), turn.wallMillis(), turn.durable(), turn.limits.sliceMax());
        if (replay != null && !moreToSend) {
            moreToSend = replay.pump(turn.limits.sliceMax());
            if (replay.isDone()) {
                replay = null;
                outbound.holdQueue(false);
                moreToSend = true;
            }
        }
        if (moreToSend) {
            pumpSoon();
        } else if (outbound.waitsForJournal(turn.durable())) {
            waitForJournal();
        }
        if (outbound.queue().isEmpty()) {
            queueFullTold = false;
        }
        if (retryIntervalNanos > 0 && outbound.hasMessagesInFlight() && !retryDeadline().isSet()) {
            turn.schedule(retryDeadline(), retryIntervalNanos);
        }
    }

    private void pumpSoon() {
        if (more == null) {
            more = Deadline.ofSlice(this::pump);
        }
        turn.schedule(more, 0);
    }

    private Deadline retryDeadline() {
        if (retry == null) {
            retry = new Deadline(this::repeat);
        }
        return retry;
    }

    private void repeat() {
        if (retryIntervalNanos == 0 || !outbound.isConnected()) {
            return;
        }
        int repeated = outbound.repeat(turn.nowNanos(), turn.wallMillis(), retryIntervalNanos);
        turn.statistics.retried(repeated);
        if (outbound.hasMessagesInFlight()) {
            turn.deadlines.set(
                    retryDeadline(), outbound.nextRepeat(turn.nowNanos(), retryIntervalNanos));
        }
    }

    /// Sends an answer to the client when the journal is durable up to `number`.
    void answer(Packet packet, long number) {
        Connection to = connection;
        if (to == null) {
            return;
        }
        to.acknowledgements().send(packet, number, turn.durable());
        waitIfOwing();
    }

    /// Registers for the journal if an answer waits.
    void waitIfOwing() {
        if (connection != null && connection.acknowledgements().waiting() > 0) {
            waitForJournal();
        }
    }

    private void waitForJournal() {
        if (!waitsForJournal) {
            waitsForJournal = true;
            turn.waiting.add(this);
        }
    }

    /// The journal went on: answers leave, and messages that waited for it.
    void durable() {
        waitsForJournal = false;
        Connection to = connection;
        if (to == null) {
            return;
        }
        to.acknowledgements().durable(turn.durable());
        if (to.isClosed()) {
            return;
        }
        pump();
        waitIfOwing();
    }

    /// Owes the retained messages that match a new subscription, before anything live.
    void replay(RetainedReplay.Request request) {
        if (replay == null) {
            replay = new RetainedReplay(this, turn);
            outbound.holdQueue(true);
        }
        replay.add(request);
    }

    // ---- its connection -----------------------------------------------------------------------------

    /// A CONNECT was accepted. Its answer waits for the returned number.
    long bind(Connection to, long sessionExpiryInterval, int receiveMaximum, @Nullable Will will) {
        connection = to;
        this.sessionExpiryInterval = sessionExpiryInterval;
        disconnected = null;
        connected =
                new SessionConnected(
                        number, connected.epoch() + 1, sessionExpiryInterval, receiveMaximum, will);
        return write(connected);
    }

    /// CONNACK was sent: messages may flow.
    void established(Connection to, AliasesSent aliases, long retryNanos) {
        retryIntervalNanos = retryNanos;
        outbound.connected(
                to,
                to.acknowledgements(),
                aliases,
                Math.min(connected.receiveMaximum(), turn.limits.windowMax()),
                turn.durable());
        pump();
    }

    /// The connection is gone.
    void unbind() {
        connection = null;
        replay = null;
        retryIntervalNanos = 0;
        outbound.disconnected();
        cancel(retry);
        cancel(more);
    }

    /// A session that is to outlive its connection notes when that ended.
    void disconnectedNow() {
        disconnected =
                new SessionDisconnected(
                        number, turn.wallMillis(), sessionExpiryInterval, outbound.sentUpTo());
        write(disconnected);
    }

    /// DISCONNECT asked for another Session Expiry Interval (3.14.2.2.2).
    void expireAfter(long seconds) {
        sessionExpiryInterval = seconds;
    }

    void removeWill() {
        if (connected.will() != null) {
            connected =
                    new SessionConnected(
                            number,
                            connected.epoch(),
                            connected.sessionExpiryInterval(),
                            connected.receiveMaximum(),
                            null);
            write(new Mutation.WillRemoved(number));
        }
    }

    /// Everything that it held is gone; returns how many messages were undelivered.
    long end() {
        ended = true;
        cancel(expiry);
        cancel(willDelay);
        cancel(retry);
        cancel(more);
        long undelivered = outbound.end();
        write(new Mutation.SessionEnded(number));
        return undelivered;
    }

    private void cancel(@Nullable Deadline deadline) {
        if (deadline != null) {
            turn.deadlines.cancel(deadline);
        }
    }

    // ---- what is written ----------------------------------------------------------------------------

    private long write(Mutation mutation) {
        return kept ? turn.append(mutation) : 0;
    }

    @Override
    public long enqueued(Copy copy) {
        if (!kept || copy.qos() == QoS.AT_MOST_ONCE) {
            return 0;
        }
        return write(enqueuedMutation(copy));
    }

    private Mutation.Enqueued enqueuedMutation(Copy copy) {
        return new Mutation.Enqueued(
                number,
                copy.sequence(),
                copy.message(),
                copy.qos(),
                copy.retain(),
                copy.subscriptionIdentifiers(),
                copy instanceof SharedCopy shared ? shared.share() : null);
    }

    @Override
    public void dequeued(Copy copy) {
        if (copy instanceof SharedCopy) {
            sharedCopies--;
        }
        if (kept && copy.qos() != QoS.AT_MOST_ONCE) {
            write(new Mutation.Dequeued(number, copy.sequence()));
        }
    }

    @Override
    public long released(Copy copy) {
        return write(new Mutation.Released(number, copy.sequence(), copy.packetIdentifier()));
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

    // ---- subscriptions -----------------------------------------------------------------------------

    /// Adds or replaces a subscription; returns the number to wait for.
    long subscribe(Subscribed subscribed) {
        if (subscriptions == null) {
            subscriptions = new HashMap<>();
        }
        subscriptions.put(subscribed.subscription().topicFilter(), subscribed);
        return write(subscribed);
    }

    /// Removes a subscription; returns whether it was there.
    boolean unsubscribe(TopicFilter filter) {
        if (subscriptions == null || subscriptions.remove(filter) == null) {
            return false;
        }
        write(new Mutation.Unsubscribed(number, filter));
        if (replay != null) {
            replay.cancel(filter);
        }
        return true;
    }

    /// These subscriptions become active when their SUBACK is sent.
    void await(PendingSubscriptions subscribing) {
        if (pending == null) {
            pending = new ArrayDeque<>();
        }
        pending.add(subscribing);
    }

    /// The next subscriptions that await their SUBACK, or null; they are no longer awaited then.
    @Nullable PendingSubscriptions takePending() {
        PendingSubscriptions next = pending == null ? null : pending.poll();
        if (pending != null && pending.isEmpty()) {
            pending = null;
        }
        return next;
    }

    @Nullable Subscribed subscription(TopicFilter filter) {
        return subscriptions == null ? null : subscriptions.get(filter);
    }

    Map<TopicFilter, Subscribed> subscriptions() {
        return subscriptions == null ? Map.of() : subscriptions;
    }

    // ---- what it is --------------------------------------------------------------------------------

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

    boolean hasEnded() {
        return ended;
    }

    /// Whether its queue ran full and the policy is to end it.
    boolean isOverfull() {
        return overfull;
    }

    long epoch() {
        return connected.epoch();
    }

    /// In seconds; [Limits#NEVER_SECONDS] for never.
    long sessionExpiryInterval() {
        return sessionExpiryInterval;
    }

    @Nullable Will will() {
        return connected.will();
    }

    boolean isBoundTo(Connection other) {
        return connection == other;
    }

    @Nullable Connection connection() {
        return connection;
    }

    InboundFlow inbound() {
        return inbound;
    }

    OutboundFlow outbound() {
        return outbound;
    }

    /// The copies that another member of their shared subscription may get instead.
    List<SharedCopy> copiesThatMayGoElsewhere() {
        List<SharedCopy> copies = new ArrayList<>();
        if (sharedCopies > 0) {
            outbound.forEachKept(
                    copy -> {
                        if (copy instanceof SharedCopy shared && shared.mayGoElsewhere()) {
                            copies.add(shared);
                        }
                    });
        }
        return copies;
    }

    // ---- the store ----------------------------------------------------------------------------------

    /// Takes the state that the store had when the server started.
    void recover(Recovered.Session from) {
        connected = from.connected();
        disconnected = from.disconnected();
        sessionExpiryInterval =
                disconnected == null
                        ? connected.sessionExpiryInterval()
                        : disconnected.sessionExpiryInterval();
        for (Subscribed subscribed : from.subscriptions()) {
            if (subscriptions == null) {
                subscriptions = new HashMap<>();
            }
            subscriptions.put(subscribed.subscription().topicFilter(), subscribed);
        }
        from.identifiersTaken().forEach(inbound::recover);
        int open = 0;
        for (Recovered.Entry entry : from.queue()) {
            Mutation.Enqueued e = entry.enqueued();
            Copy copy =
                    e.share() == null
                            ? new Copy(
                                    e.sequence(),
                                    e.message(),
                                    e.qos(),
                                    e.retain(),
                                    e.subscriptionIdentifiers())
                            : new SharedCopy(
                                    e.sequence(),
                                    e.message(),
                                    e.qos(),
                                    e.retain(),
                                    e.subscriptionIdentifiers(),
                                    e.share());
            sharedCopies += copy instanceof SharedCopy ? 1 : 0;
            // Connected at the crash: what the window allowed counts as sent; else what was sent.
            boolean wasSent =
                    disconnected == null
                            ? open < connected.receiveMaximum()
                            : e.sequence() < disconnected.sentUpTo();
            Mutation.Released released = entry.released();
            if (released != null) {
                outbound.recover(copy, true, released.packetIdentifier(), true);
                open++;
            } else {
                outbound.recover(copy, wasSent, 0, false);
                open += wasSent ? 1 : 0;
            }
        }
    }

    /// Its durable state, as the store should have it.
    Recovered.Session durableState() {
        List<Subscribed> subscribed = new ArrayList<>(subscriptions().values());
        List<Recovered.Entry> entries = new ArrayList<>();
        outbound.forEachKept(
                copy -> {
                    if (copy.qos() != QoS.AT_MOST_ONCE) {
                        entries.add(
                                new Recovered.Entry(
                                        enqueuedMutation(copy),
                                        copy.isReleased()
                                                ? new Mutation.Released(
                                                        number,
                                                        copy.sequence(),
                                                        copy.packetIdentifier())
                                                : null));
                    }
                });
        entries.sort(Comparator.comparingLong(entry -> entry.enqueued().sequence()));
        TreeSet<Integer> taken = new TreeSet<>();
        for (int identifier : inbound.identifiersTaken()) {
            taken.add(identifier);
        }
        return new Recovered.Session(
                new Mutation.SessionCreated(number, clientIdentifier, identity.userName()),
                connected,
                disconnected,
                subscribed,
                entries,
                taken);
    }
}
