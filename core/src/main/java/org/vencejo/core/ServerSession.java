package org.vencejo.core;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.routing.Member;
import org.vencejo.core.routing.SharedSubscription;
import org.vencejo.core.session.AliasesSent;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.Message;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Will;

/// The session of one client: the decision what becomes of a message for it, and what it sends
/// when.
///
/// Part of the core: touched only by whoever runs it. What survives a crash is in its
/// [SessionState]; how a session begins, is taken over and ends is the business of [Sessions].
final class ServerSession {
    /// How many copies leave memory for each that comes, if as many are durable.
    private static final int SETTLED_FOR_EACH = 2;

    // For its whole life
    private final Turn turn;
    private final SessionState state;
    private final OutboundFlow outbound;
    private final QueueLimit limit;
    private boolean ended;
    private boolean awaitsSettling;

    /// Whether a start has found it and owes it something, see [Restart].
    boolean isOwed;

    // Its neighbours in the [SessionLine]
    @Nullable ServerSession before;
    @Nullable ServerSession after;

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

    ServerSession(
            Turn turn, long number, String clientIdentifier, Identity identity, boolean kept) {
        this.turn = turn;
        this.state =
                new SessionState(turn, number, clientIdentifier, identity, kept, this::queueRead);
        this.outbound = state.outbound();
        this.limit = new QueueLimit(turn, this);
    }

    // ---- a message for it
    // --------------------------------------------------------------------------

    /// Decides what becomes of one message that matched: sent, queued, or ended with its fate.
    /// `share` is the filter of the shared subscription that chose this session, or null.
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
        QoS qos = granted.min(publish.qos()); // [MQTT-3.8.4-8]
        if (!state.mayReceive(publish.topicName(), qos, share != null)) {
            turn.accounting.ended(Fate.ACCESS_DENIED);
            return;
        }
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
        boolean wouldGetIt =
                outbound.isConnected() || (state.isKept() && turn.settings.qos0QueuedForOffline());
        if (wouldGetIt && turn.dropsAtMostOnce && !fanout.isOwn()) {
            turn.accounting.ended(Fate.MEMORY_SHORT);
        } else if (outbound.isReadyForAtMostOnce() && !isHeldByRate()) {
            outbound.sendAtMostOnce(
                    fanout.variant(QoS.AT_MOST_ONCE, retain, subscriptionIdentifiers));
        } else if (fanout.expiresAtOnce()) {
            turn.accounting.ended(Fate.EXPIRED);
        } else if (wouldGetIt) {
            enqueue(fanout.kept(), QoS.AT_MOST_ONCE, retain, subscriptionIdentifiers, share);
        } else {
            turn.accounting.ended(Fate.OFFLINE); // (B36)
        }
    }

    // Who is sent as much as it may be gets the rest later, whatever its QoS.
    private boolean isHeldByRate() {
        return connection != null && connection.isHeldByRate();
    }

    // A message in flight is kept where it may have to be sent again, or to somebody else.
    private boolean keepsCopies(@Nullable TopicFilter share) {
        return state.isKept() || retryIntervalNanos > 0 || share != null;
    }

    /// Takes, as `member`, a message that another session of the shared subscription left behind:
    /// its copy is open already.
    void adopt(SharedCopy copy, Member<ServerSession> member) {
        Publish publish = copy.message().publish();
        enqueue(
                copy.message(),
                member.qos().min(publish.qos()),
                member.retainAsPublished() && publish.retain(),
                member.subscriptionIdentifiers(),
                copy.share());
        pump();
    }

    private void enqueue(
            Message message,
            QoS qos,
            boolean retain,
            int[] subscriptionIdentifiers,
            @Nullable TopicFilter share) {
        if (!limit.makeRoomFor(message, qos)) {
            turn.accounting.ended(Fate.QUEUE_FULL);
            return;
        }
        long sequence = outbound.takeSequence();
        if (share == null) {
            outbound.enqueue(new Copy(sequence, message, qos, retain, subscriptionIdentifiers));
        } else {
            outbound.enqueue(
                    new SharedCopy(sequence, message, qos, retain, subscriptionIdentifiers, share));
        }
        if (awaitsSettling) {
            outbound.settle(turn.durable(), SETTLED_FOR_EACH); // slices might never catch up
        } else {
            awaitSettling(false);
        }
    }

    // What nobody takes soon leaves memory when it is durable, some of it perhaps `now`.
    private void awaitSettling(boolean now) {
        if (awaitsSettling || !outbound.isUnsettled()) {
            return;
        }
        awaitsSettling = true;
        if (now) {
            turn.settling.addReady(this);
        } else {
            turn.settling.add(this);
        }
    }

    /// The journal went on, and what is durable may leave memory: of at most `copiesMax`. Returns
    /// of how many.
    int settle(int copiesMax) {
        awaitsSettling = false;
        return ended ? 0 : letGo(copiesMax);
    }

    private int letGo(int copiesMax) {
        int settled = outbound.settle(turn.durable(), copiesMax);
        awaitSettling(settled == copiesMax);
        return settled;
    }

    /// A part of the queue came from disk.
    private void queueRead(List<Copy> copies) {
        outbound.loaded(copies);
        limit.trim();
        pump();
        letGo(turn.limits.sliceMax()); // what was read in vain
    }

    /// Why this member of a shared subscription cannot be given `publish`, or null if it can.
    @Nullable Fate excludedBy(Publish publish, Member<ServerSession> member) {
        QoS qos = member.qos().min(publish.qos());
        if (!state.mayReceive(publish.topicName(), qos, true)) {
            return Fate.ACCESS_DENIED;
        }
        Connection to = connection;
        if (to == null || !outbound.isConnected()) {
            return qos == QoS.AT_MOST_ONCE ? Fate.OFFLINE : null; // (C24)
        }
        return to.fitsAs(publish, qos, member.subscriptionIdentifiers()) ? null : Fate.TOO_LARGE;
    }

    /// How ready this member of a shared subscription is for `publish`, which it can be given.
    int readinessFor(Publish publish, Member<ServerSession> member) {
        if (!outbound.isConnected()) {
            return SharedSubscription.OFFLINE;
        }
        boolean ready =
                member.qos().min(publish.qos()) == QoS.AT_MOST_ONCE
                        ? outbound.canTakeAtMostOnce()
                        : outbound.isReady();
        return ready ? SharedSubscription.READY : SharedSubscription.FULL;
    }

    // ---- sending what waits
    // ------------------------------------------------------------------------

    /// Sends what may be sent now, retained messages that a subscription is owed before live ones;
    /// what is more than a slice goes on soon.
    void pump() {
        if (!outbound.isConnected()) {
            return;
        }
        boolean moreToSend =
                outbound.drain(
                        turn.nowNanos(),
                        turn.wallMillis(),
                        turn.durable(),
                        Math.max(0, turn.workLeft()));
        if (replay != null && !moreToSend) {
            moreToSend = replay.pump(Math.max(0, turn.workLeft()));
            if (replay.isDone() && outbound.hasAhead()) {
                moreToSend = false; // the last one waits for the journal, say: live ones behind it
            } else if (replay.isDone()) {
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
        limit.look();
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
            retry = Deadline.of(this::repeat);
        }
        return retry;
    }

    private void repeat() {
        if (retryIntervalNanos == 0 || !outbound.isConnected()) {
            return;
        }
        int most = Math.max(0, turn.workLeft());
        int repeated =
                outbound.repeat(
                        turn.nowNanos(),
                        turn.wallMillis(),
                        turn.durable(),
                        retryIntervalNanos,
                        most);
        turn.statistics.retried(repeated);
        if (repeated == most) {
            turn.schedule(retryDeadline(), 0);
        } else if (outbound.hasMessagesInFlight()) {
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
            turn.waiters.add(this);
        }
    }

    /// The journal went on: answers leave, at most `answersMax`, and messages that waited for it.
    /// Returns how many answers.
    int durable(int answersMax) {
        waitsForJournal = false;
        Connection to = connection;
        if (to == null) {
            return 0;
        }
        int answers = to.acknowledgements().durable(turn.durable(), answersMax);
        if (to.isClosed()) {
            return answers;
        }
        if (answers == answersMax) {
            waitsForJournal = true;
            turn.waiters.addReady(this);
        }
        pump();
        waitIfOwing();
        return answers;
    }

    // ---- subscriptions
    // -----------------------------------------------------------------------------

    /// These subscriptions become active when their SUBACK is sent.
    void await(PendingSubscriptions subscribing) {
        if (pending == null) {
            pending = new ArrayDeque<>(1);
        }
        pending.add(subscribing);
    }

    /// The subscriptions that await `suback`, or null if none do; they are no longer awaited then.
    @Nullable PendingSubscriptions takePending(Suback suback) {
        PendingSubscriptions next = pending == null ? null : pending.peek();
        if (next != null && next.suback() == suback) {
            return takePending();
        }
        if (pending != null && pending.stream().anyMatch(each -> each.suback() == suback)) {
            throw new IllegalStateException("SUBACKs are out of order");
        }
        return null;
    }

    /// The next subscriptions that await their SUBACK, or null; they are no longer awaited then.
    @Nullable PendingSubscriptions takePending() {
        PendingSubscriptions next = pending == null ? null : pending.poll();
        if (pending != null && pending.isEmpty()) {
            pending = null;
        }
        return next;
    }

    /// A subscription is gone that may still await its SUBACK.
    void cancelPending(TopicFilter filter) {
        if (pending != null) {
            pending.forEach(each -> each.cancel(filter));
        }
    }

    /// Owes the retained messages that match a new subscription, before anything live.
    void replay(RetainedReplay.Request request) {
        if (replay == null) {
            replay = new RetainedReplay(this, turn);
            outbound.holdQueue(true);
        }
        replay.add(request);
    }

    /// How many subscriptions are still owed retained messages.
    int replaysOwed() {
        return replay == null ? 0 : replay.size();
    }

    /// A subscription is gone, and what it was still owed.
    void cancelReplay(TopicFilter filter) {
        if (replay != null) {
            replay.cancel(filter);
        }
    }

    // ---- its connection
    // -----------------------------------------------------------------------------

    /// A CONNECT was accepted on this connection; CONNACK waits for the returned number.
    long bind(Connection to, long sessionExpiryInterval, int receiveMaximum, @Nullable Will will) {
        connection = to;
        return state.connected(sessionExpiryInterval, receiveMaximum, will);
    }

    /// CONNACK was sent: messages may flow.
    void established(Connection to, AliasesSent aliases, long retryNanos) {
        retryIntervalNanos = retryNanos;
        outbound.connected(
                to,
                to.acknowledgements(),
                aliases,
                state.window(),
                turn.nowNanos(),
                turn.durable());
        pump();
    }

    /// The connection is gone.
    void unbind() {
        connection = null;
        replay = null;
        retryIntervalNanos = 0;
        outbound.disconnected();
        if (!turn.settings.qos0QueuedForOffline()) {
            outbound.dropAtMostOnce();
        }
        state.flows().cancelRead();
        letGo(turn.limits.sliceMax());
        cancel(retry);
        cancel(more);
    }

    /// Everything that it held is gone, but for what is on disk alone if that is `inherited`;
    /// returns how many messages were undelivered.
    long end(boolean inherited) {
        ended = true;
        state.flows().cancelRead();
        cancel(expiry);
        cancel(willDelay);
        cancel(retry);
        cancel(more);
        long undelivered = outbound.end(inherited);
        if (inherited) {
            state.ending();
        } else {
            state.ended();
        }
        return undelivered;
    }

    private void cancel(@Nullable Deadline deadline) {
        if (deadline != null) {
            turn.deadlines.cancel(deadline);
        }
    }

    // ---- what it is
    // --------------------------------------------------------------------------------

    /// What of it survives a crash.
    SessionState state() {
        return state;
    }

    boolean hasEnded() {
        return ended;
    }

    boolean isBoundTo(Connection other) {
        return connection == other;
    }

    @Nullable Connection connection() {
        return connection;
    }
}
