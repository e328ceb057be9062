package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Limits;
import org.vencejo.core.Permissions;
import org.vencejo.core.ServerSettings;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;
import org.vencejo.testing.simulation.ModelSession.Grant;
import org.vencejo.testing.simulation.SharedCopies.SharedCopy;

/// What a server that obeys would do, worked out in the plainest way from what it took over: which
/// sessions there are, who is to get what, what is retained, which wills are due.
///
/// Confined to one thread. It follows the server call by call; what it has no opinion on (which
/// member of a group, what gives way at a limit) it learns from what is sent.
final class Model {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    final ServerSettings settings;
    final Accounts accounts = new Accounts();
    final SharedCopies shared = new SharedCopies();
    final RetainedModel retained = new RetainedModel();
    final Map<String, ModelSession> sessions = new LinkedHashMap<>();

    /// The last acceptance of each mark.
    final Map<String, Acceptance> acceptances = new HashMap<>();

    /// What is refused as nothing can be kept.
    final Refusals refusals = new Refusals(this);

    private final AccessRules accessRules;
    private long accepted;
    private long nowNanos;

    /// Messages are on their way through slices: who is connected when its turn comes is not known.
    private boolean slicing;

    /// The same, before the last call of the core.
    private boolean wasSlicing;

    /// Sessions that ended in the last call of the core.
    final List<ModelSession> endedInCall = new ArrayList<>();

    /// Copies that expired at once, as nobody could take them.
    long expiredAtOnce;

    private final List<ModelSession> leaving = new ArrayList<>();

    Model(ServerSettings settings, AccessRules accessRules) {
        this.settings = settings;
        this.accessRules = accessRules;
    }

    void now(long nanos) {
        nowNanos = nanos;
    }

    void slicing(boolean underWay) {
        wasSlicing = slicing;
        slicing = underWay;
    }

    /// Whether the last call of the core may have gone on with what had been accepted before.
    boolean wentOn() {
        return wasSlicing || slicing;
    }

    long nowNanos() {
        return nowNanos;
    }

    /// How many messages were taken over.
    long accepted() {
        return accepted;
    }

    // ---- sessions
    // ------------------------------------------------------------------------------------

    /// Whose session it is, as far as it is somebody's.
    @Nullable String owner(String clientIdentifier) {
        ModelSession session = sessions.get(clientIdentifier);
        return session == null ? null : session.userName;
    }

    /// Whether `userName` may have the session of this client (A19).
    boolean isOpenTo(String clientIdentifier, @Nullable String userName) {
        String owner = owner(clientIdentifier);
        return owner == null || owner.equals(userName);
    }

    /// A CONNECT was accepted: takes over, ends or goes on with what there was.
    void connect(Tap tap, Connect connect, String clientIdentifier) {
        ModelSession session = sessions.get(clientIdentifier);
        if (session != null) {
            Tap old = session.tap;
            if (old != null) {
                connectionEnded(old, false);
            }
            if (!session.ended && connect.cleanStart()) {
                end(session);
            }
        }
        tap.present = session != null && !session.ended;
        long expiry = sessionExpiryInterval(connect);
        if (session == null || session.ended) {
            session = new ModelSession(clientIdentifier, expiry > 0);
            sessions.put(clientIdentifier, session);
        }
        session.expiryDue = ModelSession.NEVER;
        session.willDue = ModelSession.NEVER;
        session.expirySeconds = expiry;
        session.will = connect.will();
        session.receiveMaximum =
                (int) connect.properties().number(Property.RECEIVE_MAXIMUM, 65_535);
        session.packetSizeLeast = Math.min(session.packetSizeLeast, tap.packetSizeMax);
        session.userName = tap.userName;
        session.tap = tap;
        tap.session = session;
        tap.accepted = true;
    }

    long sessionExpiryInterval(Connect connect) {
        long max = settings.limits().sessionExpiryIntervalMaxSeconds();
        if (!connect.version().isMqtt5()) {
            return connect.cleanStart() ? 0 : max; // (A16)
        }
        return Math.min(connect.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0), max);
    }

    /// Sessions lose their connection, publish their will or end in one call: several happenings of
    /// which nobody knows in what order.
    void together(List<ModelSession> sessionsThatLeave, int happenings, Runnable effect) {
        if (happenings > 1) {
            leaving.addAll(sessionsThatLeave);
            leaving.forEach(each -> each.leavingWith = each.allSubscriptions());
        }
        effect.run();
        leaving.forEach(each -> each.leavingWith = null);
        leaving.clear();
    }

    /// A connection is gone, by whoever: its will is decided, its session waits or ends.
    void connectionEnded(Tap tap, boolean willDiscarded) {
        if (tap.ended) {
            return;
        }
        tap.ended = true;
        ModelSession session = tap.session;
        if (session == null || session.tap != tap) {
            return;
        }
        session.tap = null;
        session.tapLeft = tap;
        if (tap.established) {
            for (Tap.Replay replay : tap.replays) {
                session.mayStillCome.addAll(replay.owed.keySet());
                session.mayStillComeMost++;
            }
        }
        detach(session, willDiscarded);
    }

    private void detach(ModelSession session, boolean willDiscarded) {
        if (!settings.qos0QueuedForOffline()) {
            accounts.offline(0, session.leaveAtMostOnce()); // (B36), if they waited at all
        }
        for (ModelSession.Subscribing subscribing : session.pending) {
            subscribing.grants().forEach(grant -> activate(session, grant));
        }
        session.pending.clear();
        if (willDiscarded) {
            session.will = null;
        }
        if (session.expirySeconds == 0) {
            end(session);
            return;
        }
        session.expiryDue = due(session.expirySeconds, 0);
        awaitWill(session, 0);
    }

    private void awaitWill(ModelSession session, long passedNanos) {
        Will will = session.will;
        if (will == null) {
            return;
        }
        long delay = will.properties().number(Property.WILL_DELAY_INTERVAL, 0);
        if (delay == 0) {
            publishWill(session);
        } else {
            session.willDue = due(delay, passedNanos);
        }
    }

    private long due(long seconds, long passedNanos) {
        return seconds == Limits.NEVER_SECONDS
                ? ModelSession.NEVER
                : nowNanos + Math.max(0, seconds * NANOS_PER_SECOND - passedNanos);
    }

    private void publishWill(ModelSession session) {
        Will will = session.will;
        session.will = null;
        session.willDue = ModelSession.NEVER;
        if (will == null
                || !permissions(session).mayPublish(will.topicName(), will.qos(), will.retain())) {
            return;
        }
        accept(
                session,
                new Publish(
                        will.topicName(),
                        will.payload(),
                        will.qos(),
                        will.retain(),
                        false,
                        0,
                        will.properties()),
                false);
    }

    /// The session ends; its will, if it still has one, is published.
    void end(ModelSession session) {
        session.ended = true;
        endedInCall.add(session);
        session.active.clear();
        session.asked.clear();
        session.expiryDue = ModelSession.NEVER;
        session.tap = null;
        sessions.remove(session.clientIdentifier, session);
        publishWill(session); // U5-13
    }

    /// What should have happened to a session by now happens before it is looked at.
    void catchUp(String clientIdentifier) {
        ModelSession session = sessions.get(clientIdentifier);
        if (session != null && session.expiryDue <= nowNanos) {
            end(session);
        } else if (session != null && session.willDue <= nowNanos) {
            publishWill(session);
        }
    }

    /// The server ends the session, and its connection if it has one (B37).
    void endNow(ModelSession session) {
        Tap tap = session.tap;
        if (tap != null) {
            connectionEnded(tap, false);
        }
        if (!session.ended) {
            end(session);
        }
    }

    void activate(ModelSession session, Grant grant) {
        TopicFilter filter = grant.subscription.topicFilter();
        if (!grant.cancelled) {
            session.active.put(filter, grant);
            if (filter.isShared()) {
                session.everShared.add(filter);
                shared.joined(session, grant.subscription);
            }
        }
    }

    // ---- time
    // ----------------------------------------------------------------------------------------

    /// What was due before `nextNanos`, which is what the server waits for next, has been done. Of
    /// what is due at that very instant `willIsGone` and `hasEnded` know.
    void passed(
            long nextNanos, Predicate<ModelSession> willIsGone, Predicate<ModelSession> hasEnded) {
        record Due(
                long atNanos,
                ModelSession session,
                Predicate<ModelSession> isDone,
                Runnable action) {}
        List<Due> all = new ArrayList<>();
        for (ModelSession session : sessions.values()) {
            all.add(new Due(session.willDue, session, willIsGone, () -> publishWill(session)));
            all.add(new Due(session.expiryDue, session, hasEnded, () -> expire(session)));
        }
        all.removeIf(due ->
                due.atNanos > nowNanos
                        || due.atNanos > nextNanos
                        || (due.atNanos == nextNanos && !due.isDone.test(due.session)));
        all.sort(Comparator.comparingLong(Due::atNanos));
        List<ModelSession> who = all.stream().map(Due::session).distinct().toList();
        together(who, all.size(), () -> all.forEach(due -> due.action.run()));
        retained.passed(nextNanos, nowNanos);
    }

    private void expire(ModelSession session) {
        if (!session.ended && session.expiryDue <= nowNanos) {
            end(session);
        }
    }

    /// A server that has just started settles what it found: who was connected is not any more.
    void settle(ModelSession session, boolean wasConnected, long passedNanos) {
        if (wasConnected) {
            detach(session, false);
            return;
        }
        session.expiryDue = due(session.expirySeconds, passedNanos);
        awaitWill(session, passedNanos);
    }

    // ---- messages
    // ------------------------------------------------------------------------------------

    /// The server took over a message. In an `ambiguous` call SUBACKs that go out in the same call
    /// may have come before it or after it.
    Acceptance accept(@Nullable ModelSession publisher, Publish publish, boolean ambiguous) {
        Stamp stamp = Stamp.of(publish.payload());
        String mark = Stamp.mark(stamp, publish.topicName());
        Acceptance acceptance =
                new Acceptance(
                        mark,
                        stamp == null ? "" : stamp.publisher(),
                        publish,
                        accepted++,
                        expiresAt(publish),
                        acceptances.containsKey(mark));
        acceptances.put(mark, acceptance);
        int certain = 0;
        int perhaps = 0;
        for (ModelSession session : sessions.values()) {
            if (session.leavingWith != null) {
                perhaps += acceptPerhaps(session, publisher, publish, acceptance);
            } else if (acceptFor(session, publisher, publish, acceptance)) {
                certain++;
            } else if (ambiguous && session.pending.stream().anyMatch(s -> hasMatch(s, publish))) {
                perhaps++;
            }
        }
        for (ModelSession session : leaving) {
            if (session.ended) {
                perhaps += acceptPerhaps(session, publisher, publish, acceptance);
            }
        }
        certain += acceptForGroups(publish, acceptance);
        if (certain > 0) {
            accounts.copies(certain, certain + perhaps);
        } else {
            accounts.copies(1, Math.max(1, perhaps));
            accounts.noSubscriber(perhaps == 0 ? 1 : 0, 1);
        }
        if (publish.retain() && !refusals.refusesToRetain(publish)) {
            boolean goes = publish.payload().isEmpty() || expiresAtOnce(publish);
            retained.change(acceptance, goes, !leaving.isEmpty());
        }
        return acceptance;
    }

    private static boolean hasMatch(ModelSession.Subscribing subscribing, Publish publish) {
        return subscribing.grants().stream()
                .anyMatch(g -> Matching.matches(g.subscription.topicFilter(), publish.topicName()));
    }

    private static boolean expiresAtOnce(Publish publish) {
        return publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, 1) == 0;
    }

    private long expiresAt(Publish publish) {
        long seconds = publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        if (seconds < 0) {
            return Acceptance.NEVER;
        }
        return nowNanos + (seconds == 0 ? 1_000_000 : seconds * NANOS_PER_SECOND); // (B24)
    }

    // Whether a copy is opened for the session, by its subscriptions that are not shared (C1 to
    // C4).
    private boolean acceptFor(
            ModelSession session,
            @Nullable ModelSession publisher,
            Publish publish,
            Acceptance acceptance) {
        QoS granted = null;
        boolean retainAsPublished = false;
        List<Integer> identifiers = new ArrayList<>();
        for (Grant grant : session.active.values()) {
            Subscription subscription = grant.subscription;
            if (subscription.topicFilter().isShared()
                    || (subscription.noLocal() && session.equals(publisher))
                    || !Matching.matches(subscription.topicFilter(), publish.topicName())) {
                continue;
            }
            granted =
                    granted == null
                            ? subscription.maximumQoS()
                            : granted.max(subscription.maximumQoS());
            retainAsPublished |= subscription.retainAsPublished();
            if (grant.identifier != 0) {
                identifiers.add(grant.identifier);
            }
        }
        if (granted == null) {
            return false;
        }
        QoS qos = granted.min(publish.qos());
        Awaited awaited =
                new Awaited(
                        acceptance,
                        qos,
                        publish.retain() && retainAsPublished,
                        identifiers.stream().mapToInt(i -> i).toArray(),
                        null);
        awaited.optionsUnknown = leaving.contains(session);
        if (!mayReceive(session, publish.topicName())) {
            accounts.denied(slicing ? 0 : 1, 1); // or its session ends before its turn comes
        } else if (qos == QoS.AT_MOST_ONCE && !session.isEstablished()) {
            int offline = expiresAtOnce(publish) ? 0 : 1; // else it expired (B24)
            expiredAtOnce += 1 - offline;
            accounts.offline(slicing ? 0 : offline, offline);
            if (slicing) {
                session.await(awaited);
            }
        } else {
            session.await(awaited);
            if (slicing && qos == QoS.AT_MOST_ONCE) {
                accounts.offline(0, 1);
            }
            if (session.kept
                    && !awaited.optionsUnknown
                    && qos != QoS.AT_MOST_ONCE
                    && !expiresAtOnce(publish)) {
                acceptance.keptReceivers.add(session);
            }
        }
        return true;
    }

    // The session loses its connection or ends in the same call, before or after.
    private int acceptPerhaps(
            ModelSession session,
            @Nullable ModelSession publisher,
            Publish publish,
            Acceptance acceptance) {
        Map<TopicFilter, Grant> now = new LinkedHashMap<>(session.active);
        if (session.leavingWith != null) {
            session.active.putAll(session.leavingWith);
        }
        boolean before = slicing;
        slicing = true;
        boolean matched = acceptFor(session, publisher, publish, acceptance);
        slicing = before;
        accounts.offline(0, matched ? 1 : 0); // by which of its subscriptions is not known either
        session.active.clear();
        session.active.putAll(now);
        return matched ? 1 : 0;
    }

    boolean mayReceive(ModelSession session, TopicName topicName) {
        // The rules of the simulation know no difference.
        return permissions(session).mayReceive(topicName, QoS.AT_MOST_ONCE, false);
    }

    Permissions permissions(ModelSession session) {
        return accessRules.of(
                new AccessRules.Subject(session.clientIdentifier, Identity.ANONYMOUS, null, null));
    }

    private int acceptForGroups(Publish publish, Acceptance acceptance) {
        Map<TopicFilter, SharedCopy> groups = new LinkedHashMap<>();
        for (ModelSession session : sessions.values()) {
            for (TopicFilter filter : session.active.keySet()) {
                if (filter.isShared() && Matching.matches(filter, publish.topicName())) {
                    groups.computeIfAbsent(filter, share -> new SharedCopy(acceptance, share))
                            .madeFor(session, session.active.get(filter));
                }
            }
        }
        groups.values().forEach(shared::add);
        for (SharedCopy copy : groups.values()) {
            boolean anyConnected = copy.members.stream().anyMatch(ModelSession::isEstablished);
            accounts.offline(publish.qos() == QoS.AT_MOST_ONCE && !anyConnected ? 1 : 0, 1);
        }
        return groups.size();
    }
}
