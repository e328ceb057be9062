package org.vencejo.testing.simulation;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.simulation.ModelSession.Flying;

/// Which messages may be sent to a client, how and when: the PUBLISH packets of the server held
/// against the model.
///
/// Confined to one thread.
final class Deliveries {
    private final Model model;
    private final Durability durability;

    Deliveries(Model model, Durability durability) {
        this.model = model;
        this.durability = durability;
    }

    void publish(Tap tap, ModelSession session, Publish onWire, int bytes) {
        Publish publish = resolved(tap, onWire);
        String mark = Stamp.mark(Stamp.of(publish.payload()), publish.topicName());
        Invariant.ALLOWED.require(
                model.mayReceive(session, publish.topicName()), "%s was sent %s", session, mark);
        if (publish.qos() == QoS.AT_MOST_ONCE) {
            requireExpiryLeft(tap, session, publish, take(tap, session, publish, mark));
            model.accounts.delivered();
            return;
        }
        int identifier = publish.packetIdentifier();
        Flying flying = session.open.get(identifier);
        if (flying == null || (flying.mayBeGone && !flying.copy.mark().equals(mark))) {
            window(tap, session);
            Awaited copy = take(tap, session, publish, mark);
            dup(session, publish, copy);
            requireExpiryLeft(tap, session, publish, copy);
            if (publish.qos() == QoS.EXACTLY_ONCE) {
                durability.sent(session, copy);
            }
            Integer before = session.identifierBefore.get(ModelSession.sameCopy(mark, copy.qos));
            Invariant.SAME_IDENTIFIER.require(
                    before == null
                            || !copy.fromStore
                            || before == identifier
                            || session.isAmbiguous(copy.acceptance),
                    "%s is sent again to %s under %d, it had %d",
                    copy,
                    session,
                    identifier,
                    before == null ? 0 : before);
            session.open.put(
                    identifier, new Flying(copy, bytesAgain(bytes, publish), session.sent++, tap));
            session.everSent.add(mark);
            return;
        }
        sentAgain(tap, session, publish, flying, mark);
    }

    // What is sent again has no alias, and may have the name that it had left out.
    private static int bytesAgain(int bytes, Publish publish) {
        return bytes + publish.topicName().length() + 1;
    }

    private void sentAgain(
            Tap tap, ModelSession session, Publish publish, Flying flying, String mark) {
        int identifier = publish.packetIdentifier();
        Invariant.IDENTIFIER_REUSED.require(
                flying.copy.mark().equals(mark) && !flying.released,
                "%s is sent to %s under %d, which is open for %s%s",
                mark,
                session,
                identifier,
                flying.copy,
                flying.released ? ", of which PUBREC came" : "");
        Invariant.DUP.require(publish.dup(), "%s is sent again without DUP", flying.copy);
        boolean retry = tap.equals(flying.sentOn);
        Invariant.RESEND_ORDER.require(
                !retry || !tap.version.isMqtt5(),
                "%s is sent again to %s on the same connection",
                flying.copy,
                tap);
        if (retry) {
            return;
        }
        window(tap, session);
        Invariant.RESEND_ORDER.require(
                flying.place > tap.lastResent,
                "%s was sent as number %d, and is sent again behind number %d",
                flying.copy,
                flying.place,
                tap.lastResent);
        tap.lastResent = flying.place;
        flying.sentOn = tap;
        flying.mayBeGone = false;
        requireExpiryLeft(tap, session, publish, flying.copy);
    }

    // [MQTT-3.3.2-6], (B25): what is left, rounded up; never 0, be it sent again or just taken
    // over.
    private void requireExpiryLeft(Tap tap, ModelSession session, Publish publish, Awaited copy) {
        if (!tap.version.isMqtt5() || session.isAmbiguous(copy.acceptance)) {
            return;
        }
        long expected = copy.acceptance.secondsLeft(model.nowNanos());
        long given = publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        Invariant.EXPIRY_LEFT.require(
                given == expected,
                "%s is sent to %s with %d s, left were %d s",
                copy,
                session,
                given,
                expected);
    }

    private static Publish resolved(Tap tap, Publish publish) {
        int alias = (int) publish.properties().number(Property.TOPIC_ALIAS, 0);
        if (alias == 0) {
            return publish;
        }
        Invariant.ALIAS.require(
                alias <= tap.topicAliasMaximum,
                "alias %d to %s, which takes %d",
                alias,
                tap,
                tap.topicAliasMaximum);
        TopicName name = publish.topicName();
        if (name.isEmpty()) {
            TopicName set = tap.aliasesOfServer.get(alias);
            Invariant.ALIAS.require(set != null, "alias %d to %s was not set", alias, tap);
            name = Objects.requireNonNull(set);
        } else {
            tap.aliasesOfServer.put(alias, name);
        }
        return publish.with(name, publish.properties().without(Property.TOPIC_ALIAS));
    }

    private void window(Tap tap, ModelSession session) {
        int most = Math.min(session.receiveMaximum, model.settings.limits().windowMax());
        long open =
                session.open.values().stream()
                        .filter(f -> f.released || tap.equals(f.sentOn))
                        .count();
        Invariant.WINDOW.require(
                open < most,
                "%s is sent one more message, with %d open of %d that it takes",
                tap,
                open,
                most);
    }

    private static void dup(ModelSession session, Publish publish, Awaited copy) {
        if (session.isAmbiguous(copy.acceptance)) {
            return;
        }
        boolean known = copy.fromStore && session.everSent.contains(copy.mark());
        Invariant.DUP.require(
                publish.dup() || !known,
                "%s was sent to %s before the server stopped, and now without DUP",
                copy,
                session);
        Invariant.DUP.require(
                !publish.dup() || known || copy.countsAsSent || session.dupUnknown,
                "%s is sent to %s for the first time, with DUP",
                copy,
                session);
    }

    // The copy that this PUBLISH is of: one that the session awaits, one through a group, or a
    // retained message that a subscription is owed.
    private Awaited take(Tap tap, ModelSession session, Publish publish, String mark) {
        boolean withProperties = tap.version.isMqtt5();
        Acceptance retained = replayed(tap, session, publish, mark, withProperties);
        if (retained != null) {
            requireNotExpired(session, retained);
            session.counted(mark);
            return copyOf(retained, publish);
        }
        ArrayDeque<Awaited> copies = session.awaited.getOrDefault(mark, new ArrayDeque<>());
        Awaited live = null;
        for (Awaited copy : copies) {
            boolean better = live == null || likely(copy, publish) > likely(live, publish);
            if (better && copy.isAs(publish, withProperties)) {
                live = copy;
            }
        }
        long given = publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        Predicate<Acceptance> likely =
                acceptance ->
                        !acceptance.isExpired(model.nowNanos())
                                && (!tap.version.isMqtt5()
                                        || acceptance.secondsLeft(model.nowNanos()) == given);
        // An old copy that has expired meanwhile gives way to one that was published again.
        boolean again =
                live != null
                        && live.acceptance.isExpired(model.nowNanos())
                        && model.shared.all().stream()
                                .anyMatch(copy ->
                                        copy.acceptance.mark.equals(mark)
                                                && copy.chosen().contains(session)
                                                && !copy.done
                                                && likely.test(copy.acceptance));
        if (live != null && !again) {
            copies.remove(live);
            if (copies.isEmpty()) {
                session.awaited.remove(mark);
            }
            if (live.countsAsSent) {
                session.countedAsSent--;
            }
            live(tap, session, live, publish.dup());
            return live;
        }
        SharedCopies.SharedCopy shared = model.shared.sentTo(session, mark, publish.qos(), likely);
        if (shared != null) {
            requireNotExpired(session, shared.acceptance);
            session.counted(mark);
            return copyOf(shared.acceptance, publish);
        }
        requireNotBehindLive(tap, publish, mark);
        if (publish.retain()
                && session.mayStillCome.contains(mark)
                && session.mayStillComeMost > 0) {
            session.mayStillComeMost--;
            model.accounts.copies(1, 0); // as one of those that might be opened
            session.counted(mark);
            return copyOf(Objects.requireNonNull(model.acceptances.get(mark)), publish);
        }
        throw (copies.isEmpty() ? Invariant.EXPECTED : Invariant.OPTIONS)
                .broken(
                        "%s was sent at %s%s to %s, which awaits %s"
                                .formatted(
                                        mark,
                                        publish.qos(),
                                        publish.retain() ? ", retained" : "",
                                        session,
                                        copies.isEmpty() ? "no such message" : copies));
    }

    // Of copies of one message: which of them was sent.
    private int likely(Awaited copy, Publish publish) {
        return (copy.countsAsSent == publish.dup() ? 2 : 0)
                + (copy.acceptance.isExpired(model.nowNanos()) ? 0 : 1);
    }

    private static Awaited copyOf(Acceptance acceptance, Publish publish) {
        return new Awaited(
                acceptance,
                publish.qos(),
                publish.retain(),
                publish.properties().subscriptionIdentifiers().clone(),
                null);
    }

    private void live(Tap tap, ModelSession session, Awaited copy, boolean dup) {
        Acceptance acceptance = copy.acceptance;
        for (Tap.Replay replay : tap.replays) {
            if (acceptance.order >= replay.liveFrom
                    && Matching.matches(replay.topicFilter, acceptance.topicName)) {
                replay.liveSeen = true;
            }
        }
        if (session.everSent.contains(copy.mark()) || session.isAmbiguous(acceptance)) {
            return; // it is sent again, or published again
        }
        if (!dup && !copy.countsAsSent) {
            requireNotExpired(session, acceptance);
        }
        if (copy.fromStore) {
            return;
        }
        String stream =
                acceptance.publisher
                        + " "
                        + acceptance.topicName
                        + " "
                        + copy.qos
                        + " "
                        + acceptance.qos;
        Long before = session.lastOrder.put(stream, acceptance.order);
        Invariant.ORDER.require(
                before == null || before <= acceptance.order,
                "%s, taken over as number %d, is sent to %s behind number %d",
                copy,
                acceptance.order,
                session,
                before);
    }

    private void requireNotExpired(ModelSession session, Acceptance acceptance) {
        Invariant.NOT_EXPIRED.require(
                !acceptance.isExpired(model.nowNanos()) || session.isAmbiguous(acceptance),
                "%s is sent to %s",
                acceptance,
                session);
    }

    private @Nullable Acceptance replayed(
            Tap tap, ModelSession session, Publish publish, String mark, boolean withProperties) {
        if (!publish.retain() || publish.dup()) {
            return null;
        }
        for (Tap.Replay replay : tap.replays) {
            Acceptance owed = replay.owed.get(mark);
            int[] identifiers = publish.properties().subscriptionIdentifiers();
            boolean same =
                    !withProperties
                            || (replay.identifier == 0
                                    ? identifiers.length == 0
                                    : identifiers.length == 1
                                            && identifiers[0] == replay.identifier);
            if (owed != null
                    && same
                    && !replay.liveSeen
                    && publish.qos() == owed.qos.min(replay.qos)) {
                replay.owed.remove(mark);
                // One of those that might be opened; unless it was a live copy of the same.
                model.accounts.copies(session.awaited.containsKey(mark) ? 0 : 1, 0);
                return owed;
            }
        }
        return null;
    }

    private static void requireNotBehindLive(Tap tap, Publish publish, String mark) {
        for (Tap.Replay replay : tap.replays) {
            Invariant.SUBACK_FIRST.require(
                    !publish.retain() || !replay.liveSeen || !replay.owed.containsKey(mark),
                    "the retained %s comes to %s behind a live message that %s matches",
                    mark,
                    tap,
                    replay.topicFilter);
        }
    }
}
