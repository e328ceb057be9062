package org.vencejo.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Mutation.SessionConnected;
import org.vencejo.core.Mutation.SessionDisconnected;
import org.vencejo.core.Mutation.Subscribed;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.InboundFlow;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// What of a session survives a crash, and the only way in which that changes: each change here, or
/// of its [SessionFlows], is one [Mutation].
///
/// Part of the core: touched only by whoever runs it. A session that is *kept* (Session Expiry
/// Interval above 0 when it was made) writes; others change the same state and write nothing, so
/// that nothing of theirs ever waits.
final class SessionState {
    private final Turn turn;
    private final long number;
    private final String clientIdentifier;
    private final boolean kept;
    private final SessionFlows flows;
    private @Nullable Map<TopicFilter, Subscribed> subscriptions;

    /// About what it occupies beside its queue, and its subscriptions alone.
    private long bytes;

    private long subscriptionBytes;

    /// Whose it is; null as long as it is nobody's.
    private @Nullable String owner;

    // Since the last CONNECT
    private AccessRules.Subject subject;
    private @Nullable Permissions permissions;
    private @Nullable AccessRules permittedBy;
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
        this.number = number;
        this.clientIdentifier = clientIdentifier;
        this.owner = identity.userName();
        this.subject = new AccessRules.Subject(clientIdentifier, identity, null, null);
        this.kept = kept;
        this.flows = new SessionFlows(turn, number, kept, this::mayReceive, reader);
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

    /// Whose session it is, and whose rights count, from now on; `rights` are these, unless they
    /// are to be asked for. Returns the number that the answer waits for: a session that a user has
    /// claimed is nobody else's after a crash.
    long identify(AccessRules.Subject as, @Nullable Permissions rights) {
        subject = as;
        permissions = rights;
        permittedBy = turn.accessRules;
        String userName = as.identity().userName();
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
        String userName = subject.identity().userName();
        return userName == null || userName.equals(other.userName());
    }

    /// Whether its client may be sent the topic at this QoS, through a shared subscription or not.
    boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
        return permissions().mayReceive(topicName, qos, shared);
    }

    private boolean mayReceive(Copy copy) {
        return mayReceive(
                copy.message().publish().topicName(), copy.qos(), copy instanceof SharedCopy);
    }

    /// DISCONNECT asked for another Session Expiry Interval (3.14.2.2.2).
    void expireAfter(long seconds) {
        sessionExpiryInterval = seconds;
    }

    /// A session that outlives its connection notes when that ended.
    void disconnected() {
        disconnected =
                new SessionDisconnected(
                        number, turn.wallMillis(), sessionExpiryInterval, outbound().sentUpTo());
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
                        number, outbound().firstOnDisk(), outbound().perhapsSentBefore()));
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

    /// Whether there is room for a subscription more, in this session, which may have
    /// `subscriptionsMax`, and in all of them together.
    boolean hasRoomFor(TopicFilter filter, int subscriptionsMax) {
        long more = SessionBytes.of(filter);
        long most = SessionBytes.ofAllFor(bytes + more, false, turn.limits.sessionsBytesMax());
        return subscriptions().size() < subscriptionsMax
                && subscriptionBytes + more <= turn.limits.subscriptionsBytesMax()
                && turn.sessionBytes + more <= most;
    }

    // ---- what it occupies
    // ----------------------------------------------------------------------------

    /// What it occupies beside its queue.
    long bytes() {
        return bytes;
    }

    private void occupy(long more) {
        bytes += more;
        turn.sessionBytes += more;
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
        return subject.identity();
    }

    /// Its client, as access rules see it.
    AccessRules.Subject subject() {
        return subject;
    }

    /// What its client may do, by the rules that hold now.
    Permissions permissions() {
        Permissions now = permissions;
        if (now == null || permittedBy != turn.accessRules) {
            permittedBy = turn.accessRules;
            now = permittedBy.of(subject);
            permissions = now;
        }
        return now;
    }

    boolean isKept() {
        return kept;
    }

    SessionFlows flows() {
        return flows;
    }

    InboundFlow inbound() {
        return flows.inbound();
    }

    OutboundFlow outbound() {
        return flows.outbound();
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
        flows.recover(from, window());
    }

    /// The state as the store should have it.
    Recovered.Session toRecord() {
        return new Recovered.Session(
                creation(),
                connected,
                disconnected,
                new ArrayList<>(subscriptions().values()),
                flows.entries(),
                flows.rest(),
                flows.identifiersTaken());
    }
}
