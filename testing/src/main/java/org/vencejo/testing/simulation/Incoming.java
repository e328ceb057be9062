package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Limits;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.testing.simulation.ModelSession.Flying;
import org.vencejo.testing.simulation.ModelSession.Grant;

/// What the packets of a connected client do to the model.
///
/// Confined to one thread. What breaks the protocol does nothing: the server closes the connection,
/// which is seen elsewhere.
final class Incoming {
    private final Model model;

    Incoming(Model model) {
        this.model = model;
    }

    /// The server handled `packet`; in an `ambiguous` call together with others.
    void received(Tap tap, Packet packet, boolean ambiguous) {
        ModelSession session = tap.session;
        if (session == null || !tap.equals(session.tap)) {
            throw new IllegalStateException("a packet of a connection that has no session: " + tap);
        }
        if (tap.mustClose != null) {
            return; // [MQTT-4.8.0-1]: nothing behind it is handled
        }
        tap.lastPacketNanos = model.nowNanos();
        switch (packet) {
            case Publish publish -> publish(tap, session, publish, ambiguous);
            case Puback puback -> puback(session, puback);
            case Pubrec pubrec -> pubrec(tap, session, pubrec);
            case Pubrel pubrel -> {
                session.takenFor.remove(pubrel.packetIdentifier());
                if (session.taken.remove(pubrel.packetIdentifier())) {
                    tap.openExactlyOnce = Math.max(0, tap.openExactlyOnce - 1);
                }
                tap.pubcomps.add(pubrel.packetIdentifier());
            }
            case Pubcomp pubcomp -> pubcomp(session, pubcomp);
            case Subscribe subscribe -> subscribe(tap, session, subscribe);
            case Unsubscribe unsubscribe -> unsubscribe(tap, session, unsubscribe);
            case Pingreq p -> tap.pingresps++;
            case Disconnect disconnect -> disconnect(tap, session, disconnect);
            case Auth auth -> tap.proofs += auth.reasonCode() == ReasonCode.RE_AUTHENTICATE ? 1 : 0;
            default -> {} // a violation
        }
    }

    // ---- PUBLISH
    // ------------------------------------------------------------------------------------

    private void publish(Tap tap, ModelSession session, Publish onWire, boolean ambiguous) {
        Publish publish = resolved(tap, onWire);
        if (publish == null) {
            return;
        }
        int identifier = publish.packetIdentifier();
        boolean taken = session.taken.contains(identifier);
        if (publish.qos() != QoS.AT_MOST_ONCE && !taken && isOneTooMany(tap)) {
            return;
        }
        boolean refused = isRefused(session, publish.topicName(), publish.qos(), publish.retain());
        if (!refused && !taken && model.refusals.refuses(session, publish)) {
            refuse(tap, publish);
            return;
        }
        switch (publish.qos()) {
            case AT_MOST_ONCE -> {
                if (!refused) {
                    model.accept(session, publish, ambiguous);
                }
            }
            case AT_LEAST_ONCE -> {
                Acceptance acceptance =
                        taken || refused ? null : model.accept(session, publish, ambiguous);
                tap.pubacks.add(new Tap.Owed(identifier, acceptance));
            }
            case EXACTLY_ONCE -> {
                if (taken) {
                    // PUBREC stands for what the first one was taken over for.
                    tap.pubrecs.add(new Tap.Owed(identifier, session.takenFor.get(identifier)));
                    return;
                }
                Acceptance acceptance = null;
                if (!refused || !tap.version.isMqtt5()) {
                    session.taken.add(identifier);
                    tap.openExactlyOnce++;
                }
                if (!refused) {
                    acceptance = model.accept(session, publish, ambiguous);
                    session.takenFor.put(identifier, acceptance);
                }
                tap.pubrecs.add(new Tap.Owed(identifier, acceptance));
            }
        }
    }

    // It would have to be kept, and cannot be: 3.x has no word for that (C16).
    private static void refuse(Tap tap, Publish publish) {
        if (!tap.version.isMqtt5()) {
            tap.mustClose = "PUBLISH " + publish.packetIdentifier();
            return;
        }
        (publish.qos() == QoS.EXACTLY_ONCE ? tap.pubrecs : tap.pubacks)
                .add(new Tap.Owed(publish.packetIdentifier(), null, true));
    }

    private boolean isOneTooMany(Tap tap) {
        Limits limits = model.settings.limits();
        return tap.version.isMqtt5()
                && tap.pubacks.size() + tap.openExactlyOnce >= limits.receiveMaximum();
    }

    private boolean isRefused(ModelSession session, TopicName topicName, QoS qos, boolean retain) {
        return topicName.toString().startsWith("$SYS/")
                || !model.permissions(session).mayPublish(topicName, qos, retain);
    }

    // Null if the alias is wrong.
    private @Nullable Publish resolved(Tap tap, Publish publish) {
        int alias = (int) publish.properties().number(Property.TOPIC_ALIAS, 0);
        if (alias == 0) {
            return publish;
        }
        TopicName name = publish.topicName();
        if (alias > model.settings.limits().topicAliasMaximum()) {
            return null;
        }
        if (name.isEmpty()) {
            name = tap.aliasesOfClient.get(alias);
        } else {
            tap.aliasesOfClient.put(alias, name);
        }
        return name == null
                ? null
                : publish.with(name, publish.properties().without(Property.TOPIC_ALIAS));
    }

    // ---- acknowledgements
    // ---------------------------------------------------------------------------

    private void puback(ModelSession session, Puback puback) {
        Flying flying = session.open.get(puback.packetIdentifier());
        if (flying != null && flying.copy.qos == QoS.AT_LEAST_ONCE) {
            finish(session, puback.packetIdentifier(), puback.reasonCode());
        }
    }

    private void pubrec(Tap tap, ModelSession session, Pubrec pubrec) {
        Flying flying = session.open.get(pubrec.packetIdentifier());
        if (flying == null || flying.copy.qos != QoS.EXACTLY_ONCE) {
            return;
        }
        if (pubrec.reasonCode().isError()) {
            finish(session, pubrec.packetIdentifier(), pubrec.reasonCode());
            return;
        }
        flying.released = true;
        session.finished.add(flying.copy.mark());
        tap.pubrels.add(pubrec.packetIdentifier());
    }

    private void pubcomp(ModelSession session, Pubcomp pubcomp) {
        Flying flying = session.open.get(pubcomp.packetIdentifier());
        if (flying != null && flying.released) {
            finish(session, pubcomp.packetIdentifier(), ReasonCode.SUCCESS);
        }
    }

    private void finish(ModelSession session, int identifier, ReasonCode reasonCode) {
        Flying flying = session.open.remove(identifier);
        if (flying == null) {
            throw new IllegalStateException("nothing is open under " + identifier);
        }
        String mark = flying.copy.mark();
        session.finished.add(mark);
        for (QoS qos : QoS.values()) {
            session.identifierBefore.remove(ModelSession.sameCopy(mark, qos));
        }
        model.shared.done(session, mark);
        if (reasonCode.isError()) {
            model.accounts.refused();
        } else {
            model.accounts.delivered();
        }
    }

    // ---- subscriptions
    // ------------------------------------------------------------------------------

    private void subscribe(Tap tap, ModelSession session, Subscribe subscribe) {
        for (Subscription wanted : subscribe.subscriptions()) {
            if (wanted.noLocal() && wanted.topicFilter().isShared()) {
                return; // [MQTT-3.8.3-4]
            }
        }
        boolean refused = model.refusals.refusesChanges(session);
        if (refused
                && tap.version == ProtocolVersion.MQTT_3_1
                && subscribe.subscriptions().stream().anyMatch(this::isPossible)) {
            tap.mustClose = "SUBSCRIBE " + subscribe.packetIdentifier();
            return;
        }
        int[] identifiers = subscribe.properties().subscriptionIdentifiers();
        int identifier = identifiers.length == 0 ? 0 : identifiers[0];
        session.requests++;
        List<Grant> grants = new ArrayList<>();
        for (Subscription wanted : subscribe.subscriptions()) {
            TopicFilter filter = wanted.topicFilter();
            Grant grant = new Grant(wanted, identifier, !session.asked.containsKey(filter));
            grants.add(grant);
            grant.refused = refused;
            grant.cancelled = refused;
            if (!refused
                    && filter.isValid()
                    && model.permissions(session).maySubscribe(filter, wanted.maximumQoS())) {
                session.asked.put(filter, grant);
                session.subscribedAt.put(filter, session.requests);
            }
        }
        session.pending.add(new ModelSession.Subscribing(subscribe.packetIdentifier(), grants));
    }

    // Else it is refused for what it is, be there room or not.
    private boolean isPossible(Subscription wanted) {
        TopicFilter filter = wanted.topicFilter();
        return filter.isValid()
                && (!filter.isShared() || model.settings.sharedSubscriptionFor311());
    }

    private void unsubscribe(Tap tap, ModelSession session, Unsubscribe unsubscribe) {
        boolean refused = model.refusals.refusesChanges(session);
        if (refused && !tap.version.isMqtt5()) {
            tap.mustClose = "UNSUBSCRIBE " + unsubscribe.packetIdentifier();
            return;
        }
        if (!refused) {
            forget(tap, session, unsubscribe);
        }
        tap.unsubacks.add(
                new Tap.Unsubscribing(
                        unsubscribe.packetIdentifier(),
                        unsubscribe.topicFilters(),
                        ++session.requests,
                        refused));
    }

    private void forget(Tap tap, ModelSession session, Unsubscribe unsubscribe) {
        for (TopicFilter filter : unsubscribe.topicFilters()) {
            session.asked.remove(filter);
            session.active.remove(filter);
            model.shared.left(session, filter);
            for (ModelSession.Subscribing subscribing : session.pending) {
                for (Grant grant : subscribing.grants()) {
                    if (grant.subscription.topicFilter().equals(filter)) {
                        grant.cancelled = true;
                    }
                }
            }
            Set<String> left = new HashSet<>();
            for (Tap.Replay replay : tap.replays) {
                if (replay.topicFilter.equals(filter)) {
                    left.addAll(replay.owed.keySet());
                    session.mayStillComeMost++;
                }
            }
            session.mayStillCome.addAll(left);
            tap.replays.removeIf(replay -> replay.topicFilter.equals(filter));
        }
    }

    // ---- DISCONNECT
    // ---------------------------------------------------------------------------------

    private void disconnect(Tap tap, ModelSession session, Disconnect disconnect) {
        long asked = disconnect.properties().number(Property.SESSION_EXPIRY_INTERVAL, -1);
        Connect connect = tap.connect;
        boolean forbidden =
                asked > 0
                        && connect != null
                        && connect.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0) == 0;
        if (forbidden) {
            return; // U5-11
        }
        if (asked >= 0) {
            session.expirySeconds =
                    Math.min(asked, model.settings.limits().sessionExpiryIntervalMaxSeconds());
        }
        model.connectionEnded(tap, disconnect.reasonCode() == ReasonCode.SUCCESS);
    }
}
