package org.vencejo.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation.Subscribed;
import org.vencejo.core.routing.SubscriptionTrie;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Unsuback;
import org.vencejo.protocol.Unsubscribe;

/// SUBSCRIBE and UNSUBSCRIBE (3.8 to 3.11).
///
/// Part of the core: touched only by whoever runs it. A subscription is in its session at once and
/// becomes active at the instant in which SUBACK is sent; the retained messages that it is owed are
/// counted from that instant. So the client sees SUBACK, then retained, then live messages (C11).
final class Subscribing {
    private final Turn turn;
    private final SubscriptionTrie<ServerSession> trie;
    private final RetainedStore retained;

    Subscribing(Turn turn, SubscriptionTrie<ServerSession> trie, RetainedStore retained) {
        this.turn = turn;
        this.trie = trie;
        this.retained = retained;
    }

    void subscribe(Connection connection, Subscribe subscribe) {
        ServerSession session = connection.ownSession();
        // By index, here and below: a flood that is refused should leave little garbage.
        List<Subscription> all = subscribe.subscriptions();
        int count = all.size();
        for (int i = 0; i < count; i++) {
            Subscription wanted = all.get(i);
            if (wanted.noLocal() && wanted.topicFilter().isShared()) {
                throw ProtocolViolation.protocolError(
                        "MQTT-3.8.3-4",
                        "No Local on the shared subscription " + wanted.topicFilter());
            }
        }
        connection.requireFits(
                new Suback(
                        subscribe.packetIdentifier(),
                        Collections.nCopies(count, ReasonCode.SUCCESS),
                        Properties.NONE));
        int[] identifiers = subscribe.properties().subscriptionIdentifiers();
        int identifier = identifiers.length == 0 ? 0 : identifiers[0];
        List<ReasonCode> codes = new ArrayList<>(count);
        List<PendingSubscriptions.Grant> grants = List.of();
        int refused = 0;
        TopicFilter firstRefused = null;
        ReasonCode firstRefusal = null;
        long number = 0;
        boolean inUse = isInUse(connection, subscribe.packetIdentifier());
        for (int i = 0; i < count; i++) {
            Subscription wanted = all.get(i);
            ReasonCode refusal =
                    inUse
                            ? ReasonCode.PACKET_IDENTIFIER_IN_USE
                            : refusal(connection, session, wanted);
            if (refusal != null) {
                if (refused++ == 0) {
                    firstRefused = wanted.topicFilter();
                    firstRefusal = refusal;
                }
                codes.add(told(connection, wanted, refusal));
                continue;
            }
            Subscription granted = granted(connection, wanted);
            boolean isNew = session.state().subscription(granted.topicFilter()) == null;
            Subscribed subscribed = new Subscribed(session.state().number(), granted, identifier);
            number = Math.max(number, session.state().subscribe(subscribed));
            if (grants.isEmpty()) {
                grants = new ArrayList<>(count - i);
            }
            grants.add(new PendingSubscriptions.Grant(subscribed, isNew));
            codes.add(ReasonCode.granted(granted.maximumQoS()));
        }
        if (firstRefused != null && firstRefusal != null) {
            tell(connection, firstRefused, firstRefusal, refused);
        }
        Suback suback = new Suback(subscribe.packetIdentifier(), codes, Properties.NONE);
        if (!grants.isEmpty()) {
            session.await(new PendingSubscriptions(suback, grants));
        }
        session.answer(suback, number);
    }

    // [MQTT-2.2.1-3]: before 5.0 there is no word for it, and a repeat is no fault (V31-10).
    private static boolean isInUse(Connection connection, int packetIdentifier) {
        return connection.version().isMqtt5()
                && connection.ownSession().state().inbound().isTaken(packetIdentifier);
    }

    // [MQTT-3.8.4-7]: a lower maximum than was asked for may be granted (C34).
    private Subscription granted(Connection connection, Subscription wanted) {
        return new Subscription(
                wanted.topicFilter(),
                wanted.maximumQoS().min(connection.maximumQoS()),
                wanted.noLocal(),
                wanted.retainAsPublished(),
                wanted.retainHandling());
    }

    private @Nullable ReasonCode refusal(
            Connection connection, ServerSession session, Subscription wanted) {
        ServerSettings settings = turn.settings;
        Limits limits = connection.limits();
        TopicFilter filter = wanted.topicFilter();
        if (!filter.isValid() || filter.levels() > limits.topicLevelsMax()) {
            return ReasonCode.TOPIC_FILTER_INVALID;
        }
        if (filter.isShared()
                && (!settings.sharedSubscriptionAvailable()
                        || (!connection.version().isMqtt5()
                                && !settings.sharedSubscriptionFor311()))) {
            return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        if (filter.hasWildcard() && !settings.wildcardSubscriptionAvailable()) {
            return ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        if (turn.backlog.isUnavailable() && session.state().isKept()) {
            requireWord(connection);
            return ReasonCode.QUOTA_EXCEEDED;
        }
        if (!session.state().permissions().maySubscribe(filter, wanted.maximumQoS())) {
            return ReasonCode.NOT_AUTHORIZED;
        }
        boolean tooMany =
                session.state().subscription(filter) == null
                        && !session.state().hasRoomFor(filter, limits.subscriptionsMax());
        // The client's own answers make room for what it is owed, so reading must go on.
        boolean owedTooMany = session.replaysOwed() >= limits.subscriptionsMax();
        return tooMany || owedTooMany ? ReasonCode.QUOTA_EXCEEDED : null;
    }

    // Nothing can be kept for the time being, and 3.1 has no word for it.
    private static void requireWord(Connection connection) {
        if (connection.version() == ProtocolVersion.MQTT_3_1) {
            throw new ProtocolViolation(
                    ReasonCode.QUOTA_EXCEEDED, "V31-8", "nothing can be kept now");
        }
    }

    // What the client reads of a refusal: 3.1 has no word for it (V31-8).
    private ReasonCode told(Connection connection, Subscription wanted, ReasonCode refusal) {
        turn.statistics.refused(refusal);
        if (connection.version() != ProtocolVersion.MQTT_3_1) {
            return refusal;
        }
        if (turn.settings.deniedSubscribeClosesFor31()) {
            throw new ProtocolViolation(refusal, "V31-8", "subscription " + wanted.topicFilter());
        }
        return ReasonCode.granted(wanted.maximumQoS());
    }

    // One event for a packet, however many filters it holds.
    private void tell(Connection connection, TopicFilter first, ReasonCode refusal, int count) {
        turn.outbox()
                .event(
                        new Event.RequestRefused(
                                connection,
                                connection.clientIdentifier(),
                                refusal,
                                count == 1
                                        ? "subscribe"
                                        : "subscribe %d Topic Filters, the first is"
                                                .formatted(count),
                                first));
    }

    /// SUBACK was sent: its subscriptions are active from now on.
    void activate(ServerSession session, PendingSubscriptions pending, boolean withRetained) {
        for (PendingSubscriptions.Grant grant : pending.grants()) {
            Subscribed subscribed = grant.subscribed();
            Subscription subscription = subscribed.subscription();
            // One that was replaced meanwhile holds until the SUBACK of the other one.
            trie.put(session, subscription, subscribed.subscriptionIdentifier());
            if (withRetained && isOwedRetained(subscription, grant.isNew())) {
                RetainedReplay.Request request = request(subscribed);
                if (!request.cursor().finished()) { // there may be one that matches
                    session.replay(request);
                }
            }
        }
        session.pump();
    }

    private static boolean isOwedRetained(Subscription subscription, boolean isNew) {
        if (subscription.topicFilter().isShared()) {
            return false; // U5-24
        }
        return switch (subscription.retainHandling()) {
            case SEND_AT_SUBSCRIBE -> true; // [MQTT-3.3.1-9]
            case SEND_IF_NEW -> isNew; // [MQTT-3.3.1-10]
            case DO_NOT_SEND -> false; // [MQTT-3.3.1-11]
        };
    }

    private RetainedReplay.Request request(Subscribed subscribed) {
        int identifier = subscribed.subscriptionIdentifier();
        return new RetainedReplay.Request(
                subscribed.subscription().topicFilter(),
                subscribed.subscription().maximumQoS(),
                identifier == 0 ? new int[0] : new int[] {identifier},
                retained,
                retained.matching(subscribed.subscription().topicFilter()),
                retained.revision());
    }

    void unsubscribe(Connection connection, Unsubscribe unsubscribe) {
        ServerSession session = connection.ownSession();
        connection.requireFits(
                new Unsuback(
                        unsubscribe.packetIdentifier(),
                        Collections.nCopies(unsubscribe.topicFilters().size(), ReasonCode.SUCCESS),
                        Properties.NONE));
        if (turn.backlog.isUnavailable() && session.state().isKept()) {
            refuse(connection, unsubscribe);
            return;
        }
        List<ReasonCode> codes = new ArrayList<>();
        long before = turn.appended();
        for (TopicFilter filter : unsubscribe.topicFilters()) {
            if (isInUse(connection, unsubscribe.packetIdentifier())) {
                codes.add(ReasonCode.PACKET_IDENTIFIER_IN_USE);
            } else if (!filter.isValid()) {
                codes.add(ReasonCode.TOPIC_FILTER_INVALID);
            } else if (remove(session, filter)) {
                codes.add(ReasonCode.SUCCESS);
            } else {
                codes.add(ReasonCode.NO_SUBSCRIPTION_EXISTED); // [MQTT-3.10.4-5]
            }
        }
        session.answer(
                new Unsuback(unsubscribe.packetIdentifier(), codes, Properties.NONE),
                turn.appended() > before ? turn.appended() : 0);
        session.pump();
    }

    private boolean remove(ServerSession session, TopicFilter filter) {
        if (!session.state().unsubscribe(filter)) {
            return false;
        }
        session.cancelPending(filter);
        session.cancelReplay(filter);
        trie.remove(session, filter);
        return true;
    }

    /// Ends the subscriptions that the session's client may not have any more. It is not told, as
    /// no packet could; the log is.
    void endDenied(ServerSession session) {
        SessionState state = session.state();
        List<TopicFilter> denied = new ArrayList<>();
        for (Subscribed subscribed : state.subscriptions().values()) {
            Subscription subscription = subscribed.subscription();
            TopicFilter filter = subscription.topicFilter();
            if (!state.permissions().maySubscribe(filter, subscription.maximumQoS())) {
                denied.add(filter);
            }
        }
        denied.forEach(filter -> remove(session, filter));
        if (!denied.isEmpty()) {
            turn.statistics.subscriptionsDenied(denied.size());
            turn.outbox()
                    .event(new Event.SubscriptionsEnded(state.clientIdentifier(), denied.size()));
        }
    }

    // Nothing can be kept for the time being, and 3.x has no word for it.
    private void refuse(Connection connection, Unsubscribe unsubscribe) {
        turn.statistics.refused(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        if (!connection.version().isMqtt5()) {
            throw new ProtocolViolation(
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                    "MQTT-3.10.4-1",
                    "nothing can be kept now");
        }
        connection
                .ownSession()
                .answer(
                        new Unsuback(
                                unsubscribe.packetIdentifier(),
                                Collections.nCopies(
                                        unsubscribe.topicFilters().size(),
                                        ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR),
                                Properties.NONE),
                        0);
    }

    /// A session that the store had when the server started is reachable before its client returns.
    void recover(ServerSession session) {
        for (Subscribed subscribed : session.state().subscriptions().values()) {
            trie.put(session, subscribed.subscription(), subscribed.subscriptionIdentifier());
        }
    }

    /// The session ends, and its routes with it.
    void forget(ServerSession session) {
        for (TopicFilter filter : session.state().subscriptions().keySet()) {
            trie.remove(session, filter);
        }
    }
}
