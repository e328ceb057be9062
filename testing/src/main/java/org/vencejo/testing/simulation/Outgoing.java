package org.vencejo.testing.simulation;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Unsuback;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.testing.simulation.ModelSession.Flying;
import org.vencejo.testing.simulation.ModelSession.Grant;

/// What may be sent to a client, packet by packet, and which answers it is owed.
///
/// Confined to one thread.
final class Outgoing {
    private final Model model;
    private final Durability durability;
    private final Deliveries deliveries;

    Outgoing(Model model, Durability durability) {
        this.model = model;
        this.durability = durability;
        this.deliveries = new Deliveries(model, durability);
    }

    void sent(Tap tap, Packet packet, int bytes) {
        Invariant.NOTHING_AFTER_END.require(
                !tap.goodbye, "%s was sent to %s after its last packet", packet.type(), tap);
        Invariant.PACKET_SIZE.require(
                bytes <= tap.packetSizeMax,
                "%s of %d bytes was sent to %s, which takes %d",
                packet.type(),
                bytes,
                tap,
                tap.packetSizeMax);
        switch (packet) {
            case Connack connack -> connack(tap, connack);
            case Publish publish -> deliveries.publish(tap, session(tap), publish, bytes);
            case Puback puback -> puback(tap, puback);
            case Pubrec pubrec -> pubrec(tap, pubrec);
            case Pubrel pubrel -> pubrel(tap, session(tap), pubrel);
            case Pubcomp pubcomp -> pubcomp(tap, session(tap), pubcomp);
            case Suback suback -> suback(tap, session(tap), suback);
            case Unsuback unsuback -> unsuback(tap, session(tap), unsuback);
            case Pingresp p ->
                    Invariant.ANSWERED.require(
                            tap.pingresps-- > 0, "a PINGRESP that %s did not ask for", tap);
            case Disconnect p -> {
                tap.goodbye = true;
                tap.disconnectedWith = p.reasonCode();
            }
            case Auth auth -> {
                if (auth.reasonCode() == ReasonCode.SUCCESS) {
                    Invariant.ANSWERED.require(
                            tap.proofs-- > 0, "an AUTH that %s did not ask for", tap);
                }
            }
            case Connect p -> throw neverSent(tap, p);
            case Subscribe p -> throw neverSent(tap, p);
            case Unsubscribe p -> throw neverSent(tap, p);
            case Pingreq p -> throw neverSent(tap, p);
        }
    }

    private static Broken neverSent(Tap tap, Packet packet) {
        return Invariant.EXPECTED.broken(packet.type() + " was sent to " + tap);
    }

    private static ModelSession session(Tap tap) {
        ModelSession session = tap.session;
        if (session == null || !tap.established) {
            throw Invariant.EXPECTED.broken("something was sent to " + tap + " before CONNACK");
        }
        return session;
    }

    // ---- CONNACK
    // ------------------------------------------------------------------------------------

    /// Looked at before everything else in a call, as what came behind CONNECT is handled with it.
    void established(Tap tap, Connack connack, long nowNanos) {
        ModelSession session = tap.session;
        Connect connect = tap.connect;
        if (session == null || connect == null || tap.established || tap.ended) {
            throw Invariant.EXPECTED.broken("a CONNACK that " + tap + " did not ask for");
        }
        tap.established = true;
        tap.keepAliveNanos =
                connack.properties().number(Property.SERVER_KEEP_ALIVE, connect.keepAlive())
                        * 1_500_000_000L;
        tap.lastPacketNanos = nowNanos;
        session.told = true;
        for (Flying flying : session.open.values()) {
            flying.mayBeGone |= !flying.released && flying.bytes > tap.packetSizeMax;
        }
    }

    // 3.x says only that the server is not there for it, as it does when it is stopped.
    private void requireRefused(Tap tap, ReasonCode given) {
        boolean five = tap.version.isMqtt5();
        boolean refused =
                given == (five ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SERVER_UNAVAILABLE);
        Invariant.REFUSED.require(
                refused == tap.isRefused || (refused && !five && model.refusals.isStopping()),
                "%s was refused by %s, and %s have been as nothing can be kept",
                tap,
                given,
                tap.isRefused ? "should" : "should not");
    }

    private void connack(Tap tap, Connack connack) {
        if (connack.reasonCode() != ReasonCode.SUCCESS) {
            tap.goodbye = true;
            requireRefused(tap, connack.reasonCode());
            Invariant.OWNER.require(
                    tap.isOfAnother || connack.reasonCode() != ReasonCode.NOT_AUTHORIZED,
                    "%s was refused as %s, whose session it is",
                    tap,
                    Words.user(tap.userName));
            return;
        }
        ModelSession session = session(tap);
        boolean present = tap.present && tap.version != ProtocolVersion.MQTT_3_1;
        Invariant.SESSION_PRESENT.require(
                connack.sessionPresent() == present,
                "%s was told Session Present %s, expected was %s",
                tap,
                connack.sessionPresent(),
                present);
        durability.connack(tap, session);
    }

    // ---- answers
    // ------------------------------------------------------------------------------------

    private void puback(Tap tap, Puback puback) {
        Tap.Owed owed = tap.pubacks.poll();
        requireTurn(
                tap,
                puback.type().toString(),
                owed == null ? 0 : owed.packetIdentifier(),
                puback.packetIdentifier());
        requireRefused(tap, owed, puback.type().toString(), puback.reasonCode());
        Acceptance acceptance = owed == null ? null : owed.acceptance();
        if (acceptance != null && !puback.reasonCode().isError()) {
            durability.acknowledged(Invariant.PUBACK_KEPT, tap, acceptance);
        }
    }

    private void pubrec(Tap tap, Pubrec pubrec) {
        Tap.Owed owed = tap.pubrecs.poll();
        requireTurn(
                tap,
                "PUBREC",
                owed == null ? 0 : owed.packetIdentifier(),
                pubrec.packetIdentifier());
        requireRefused(tap, owed, "PUBREC", pubrec.reasonCode());
        if (pubrec.reasonCode().isError()) {
            return;
        }
        durability.pubrec(tap, session(tap), pubrec.packetIdentifier());
        Acceptance acceptance = owed == null ? null : owed.acceptance();
        if (acceptance != null) {
            durability.acknowledged(Invariant.PUBREC_KEPT, tap, acceptance);
        }
    }

    private static void requireRefused(
            Tap tap, Tap.@Nullable Owed owed, String packet, ReasonCode given) {
        boolean refused = owed != null && owed.refused();
        Invariant.REFUSED.require(
                refused == (given == ReasonCode.QUOTA_EXCEEDED),
                "%s %s was sent to %s for a message that %s",
                packet,
                given,
                tap,
                refused ? "could not be kept" : "was not refused");
    }

    private void pubrel(Tap tap, ModelSession session, Pubrel pubrel) {
        int identifier = pubrel.packetIdentifier();
        boolean asked = tap.pubrels.remove(Integer.valueOf(identifier));
        if (pubrel.reasonCode() == ReasonCode.PACKET_IDENTIFIER_NOT_FOUND) {
            return;
        }
        Flying flying = session.open.get(identifier);
        if (flying == null && asked) {
            return; // a rude client sent PUBCOMP before it
        }
        Invariant.EXPECTED.require(
                flying != null && flying.released,
                "PUBREL %d was sent to %s, from which no PUBREC came",
                identifier,
                session);
        durability.pubrel(session, identifier);
    }

    private void pubcomp(Tap tap, ModelSession session, Pubcomp pubcomp) {
        Integer owed = tap.pubcomps.poll();
        requireTurn(tap, "PUBCOMP", owed == null ? 0 : owed, pubcomp.packetIdentifier());
        durability.pubcomp(session, pubcomp.packetIdentifier());
    }

    private static void requireTurn(Tap tap, String packet, int owed, int given) {
        Invariant.ANSWERED.require(
                owed == given,
                "%s %d was sent to %s, it was the turn of %s",
                packet,
                given,
                tap,
                owed == 0 ? "none" : owed);
    }

    private void suback(Tap tap, ModelSession session, Suback suback) {
        ModelSession.Subscribing subscribing = session.pending.poll();
        requireTurn(
                tap,
                "SUBACK",
                subscribing == null ? 0 : subscribing.packetIdentifier(),
                suback.packetIdentifier());
        if (subscribing == null) {
            return;
        }
        for (int i = 0; i < suback.reasonCodes().size(); i++) {
            Grant grant = subscribing.grants().get(i);
            ReasonCode given = suback.reasonCodes().get(i);
            Invariant.REFUSED.require(
                    !grant.refused || given.isError() || tap.version == ProtocolVersion.MQTT_3_1,
                    "SUBACK %s was sent to %s for %s, which could not be kept",
                    given,
                    tap,
                    grant.subscription);
            Invariant.REFUSED.require(
                    grant.refused || given != ReasonCode.QUOTA_EXCEEDED,
                    "%s was refused %s",
                    tap,
                    grant.subscription);
            if (!given.isError()) {
                model.activate(session, grant);
                replay(tap, grant);
            }
        }
        durability.suback(session, subscribing, suback);
    }

    private void replay(Tap tap, Grant grant) {
        boolean owed =
                switch (grant.subscription.retainHandling()) {
                    case SEND_AT_SUBSCRIBE -> true;
                    case SEND_IF_NEW -> grant.isNew;
                    case DO_NOT_SEND -> false;
                };
        if (!owed || grant.subscription.topicFilter().isShared() || grant.cancelled) {
            return;
        }
        Tap.Replay replay =
                new Tap.Replay(
                        grant.subscription.topicFilter(),
                        grant.subscription.maximumQoS(),
                        grant.identifier,
                        model.accepted());
        for (Acceptance each : model.retained.matching(replay.topicFilter, model.nowNanos())) {
            replay.owed.put(each.mark, each);
        }
        if (!replay.owed.isEmpty()) {
            tap.replays.add(replay);
            // A copy may be opened and then dropped: too large, denied, or expired by then.
            model.accounts.copies(0, replay.owed.size());
            model.accounts.denied(0, replay.owed.size());
            model.accounts.offline(0, replay.owed.size());
        }
    }

    private void unsuback(Tap tap, ModelSession session, Unsuback unsuback) {
        Tap.Unsubscribing owed = tap.unsubacks.poll();
        requireTurn(
                tap,
                "UNSUBACK",
                owed == null ? 0 : owed.packetIdentifier(),
                unsuback.packetIdentifier());
        if (owed == null) {
            return;
        }
        boolean refuses = unsuback.reasonCodes().contains(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        Invariant.REFUSED.require(
                refuses == owed.refused(),
                "UNSUBACK %s was sent to %s, and it %s",
                unsuback.reasonCodes(),
                tap,
                owed.refused() ? "could not be kept" : "was not refused");
        if (!owed.refused()) {
            durability.unsuback(session, owed);
        }
    }
}
