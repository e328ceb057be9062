package org.vencejo.core;

import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.routing.Member;
import org.vencejo.core.routing.Receiver;
import org.vencejo.core.routing.Route;
import org.vencejo.core.routing.SharedSubscription;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;

/// One accepted message on its way to its receivers, in slices if they are many; then the answer to
/// its publisher.
///
/// Part of the core: touched only by whoever runs it. Used again for the next message, so that a
/// message to one receiver costs no object here. It makes what receivers can share once: the stored
/// message, and one PUBLISH for each variant (QoS, RETAIN, Subscription Identifiers).
final class Fanout implements ToIntFunction<Member<ServerSession>> {
    private static final int[] NO_IDENTIFIERS = {};
    private static final int VARIANTS = 6;

    /// So many receivers are asked whether they keep the message; of more several will.
    private static final int LOOKED_AT_MAX = 16;

    private final Turn turn;
    private final @Nullable Publish[] variants = new @Nullable Publish[VARIANTS];
    private boolean variantsUsed;

    private Publish publish = NOTHING;
    private long expiresAtMillis;
    private boolean expiresAtOnce;
    private @Nullable ServerSession publisher;
    private @Nullable Route<ServerSession> route;
    private int next;
    private boolean given;
    private Fate excludedBy = Fate.SESSION_ENDED;
    private @Nullable Message kept;
    private @Nullable Publish identified;
    private int[] identifiers = NO_IDENTIFIERS;

    private @Nullable Connection answerTo;
    private @Nullable Packet answer;
    private long answerAfter;
    private boolean promised;

    static final Publish NOTHING =
            new Publish(
                    TopicName.NONE,
                    Payload.EMPTY,
                    QoS.AT_MOST_ONCE,
                    false,
                    false,
                    0,
                    Properties.NONE);

    Fanout(Turn turn) {
        this.turn = turn;
    }

    /// Begins with `message`, published by a client with session `by`, or by the server itself.
    void begin(
            Publish message,
            long expires,
            @Nullable ServerSession by,
            @Nullable Route<ServerSession> to) {
        expiresAtMillis = expires;
        expiresAtOnce = message.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, 1) == 0;
        publish = expiresAtOnce ? lastingOneSecond(message) : message;
        publisher = by;
        route = to;
        next = 0;
        given = false;
        kept = null;
        identified = null;
        identifiers = NO_IDENTIFIERS;
        answerTo = null;
        answer = null;
        answerAfter = 0;
        promised = false;
        if (variantsUsed) {
            Arrays.fill(variants, null);
            variantsUsed = false;
        }
    }

    // What expires at once goes to those that can take it now, and 0 is never sent (B24, B25).
    private static Publish lastingOneSecond(Publish message) {
        return message.with(
                message.topicName(),
                message.properties().with(Property.MESSAGE_EXPIRY_INTERVAL, 1));
    }

    /// What is sent to `connection` when every receiver had its turn and all of it is durable.
    void answer(Connection connection, Packet packet, long after) {
        answerTo = connection;
        answer = packet;
        answerAfter = after;
    }

    /// Gives the message to as many receivers as this call may still do; returns whether all had
    /// their turn.
    boolean run() {
        Route<ServerSession> to = route;
        if (to == null) {
            return true;
        }
        long before = turn.appended();
        int receivers = to.size() + to.sharedCount();
        while (next < receivers && turn.workLeft() > 0) {
            int left = turn.workLeft();
            int index = next++;
            if (index < to.size()) {
                giveTo(to.receiver(index));
            } else {
                giveToOneOf(to.shared(index - to.size()));
            }
            if (turn.workLeft() == left) {
                turn.worked(); // nothing was sent, but the receiver had its turn
            }
        }
        if (turn.appended() > before) {
            answerAfter = turn.appended();
        }
        return next == receivers;
    }

    /// Accounts for a message that nobody was given, and sends the answer, if one is owed.
    void finish() {
        if (route != null && !given && isOwn()) {
            turn.accounting.ownWithoutSubscriber();
        } else if (route != null && !given) {
            turn.accounting.opened();
            turn.accounting.ended(Fate.NO_SUBSCRIBER);
            if (answer != null && turn.settings.noMatchingSubscribersReported()) {
                answer = notMatched(answer);
            }
        }
        if (answerTo != null && answer != null && answerTo.ownsSession() && !answerTo.isClosed()) {
            if (promised) {
                answerTo.acknowledgements().keepPromise(answer.type());
            }
            answerTo.ownSession().answer(answer, answerAfter);
            answerTo.readAsFastAsItIsAnswered();
        }
        publish = NOTHING;
        route = null;
        publisher = null;
        kept = null;
        answerTo = null;
    }

    private static Packet notMatched(Packet answer) {
        return switch (answer) {
            case Puback puback ->
                    new Puback(puback.packetIdentifier(), ReasonCode.NO_MATCHING_SUBSCRIBERS);
            case Pubrec pubrec ->
                    new Pubrec(pubrec.packetIdentifier(), ReasonCode.NO_MATCHING_SUBSCRIBERS);
            default -> answer;
        };
    }

    private void giveTo(Receiver<ServerSession> receiver) {
        ServerSession session = receiver.subscriber();
        if (session != publisher) {
            given = true;
            session.deliver(
                    this,
                    receiver.qos(),
                    receiver.retainAsPublished(),
                    receiver.subscriptionIdentifiers(),
                    null);
            return;
        }
        QoS own = receiver.ownQos();
        if (own != null) { // else No Local [MQTT-3.8.3-3]
            given = true;
            session.deliver(
                    this,
                    own,
                    receiver.ownRetainAsPublished(),
                    receiver.ownSubscriptionIdentifiers(),
                    null);
        }
    }

    private void giveToOneOf(SharedSubscription<ServerSession> group) {
        given = true;
        excludedBy = Fate.SESSION_ENDED; // of a group that ended meanwhile (U5-28)
        Member<ServerSession> member = group.choose(this);
        if (member == null) {
            turn.accounting.opened();
            turn.accounting.ended(excludedBy);
            return;
        }
        member.subscriber()
                .deliver(
                        this,
                        member.qos(),
                        member.retainAsPublished(),
                        member.subscriptionIdentifiers(),
                        group.filter());
    }

    /// How ready a member of a shared subscription is for this message (C23, B17).
    @Override
    public int applyAsInt(Member<ServerSession> member) {
        Fate why = member.subscriber().excludedBy(publish, member);
        if (why != null) {
            excludedBy = why;
            return SharedSubscription.EXCLUDED;
        }
        return member.subscriber().readinessFor(publish, member);
    }

    // ---- what receivers share
    // ---------------------------------------------------------------------

    Publish publish() {
        return publish;
    }

    boolean expiresAtOnce() {
        return expiresAtOnce;
    }

    /// Whether the server itself publishes it.
    boolean isOwn() {
        return publisher == null;
    }

    /// The message as it is kept; stored once for all that keep it.
    Message kept() {
        Message message = kept;
        if (message == null) {
            message = store(publish, expiresAtMillis, severalKeepIt() ? turn.nextMessage() : 0);
            kept = message;
        }
        return message;
    }

    // Of many receivers some will. Retained messages are stored by themselves.
    private boolean severalKeepIt() {
        Route<ServerSession> to = route;
        if (to == null || publish.qos() == QoS.AT_MOST_ONCE) {
            return false;
        }
        int keepers = to.sharedCount();
        for (int i = 0; i < to.size() && keepers < 2; i++) {
            if (i == LOOKED_AT_MAX) {
                return true;
            }
            Receiver<ServerSession> receiver = to.receiver(i);
            boolean keeps =
                    receiver.qos() != QoS.AT_MOST_ONCE && receiver.subscriber().state().isKept();
            keepers += keeps ? 1 : 0;
        }
        return keepers > 1;
    }

    static Message store(Publish publish, long expiresAtMillis, long number) {
        return new Message(
                new Publish(
                        publish.topicName(),
                        publish.payload().stored(),
                        publish.qos(),
                        publish.retain(),
                        false,
                        0,
                        publish.properties()),
                expiresAtMillis,
                number);
    }

    /// The message is kept beyond this call, so its payload must be.
    void keep() {
        publish = kept().publish();
        Arrays.fill(variants, null); // they hold the payload in transit
        identified = null;
        promise();
    }

    /// Has the answer wait: it counts as owed until it is sent.
    void promise() {
        if (answerTo != null && answer != null) {
            promised = true;
            answerTo.acknowledgements().promise(answer.type());
        }
    }

    /// Whether all that it appends has to be durable at once: the identifier of a QoS 2 message and
    /// the message in each queue.
    boolean isAtomic() {
        return route != null && (answer instanceof Pubrec || isWill());
    }

    // The will is gone from its session in the same call, and nobody would publish it again.
    private boolean isWill() {
        return publisher != null && answer == null && publish.qos() != QoS.AT_MOST_ONCE;
    }

    /// The connection that the message came from, if it is still there.
    @Nullable Connection origin() {
        return publisher == null ? null : publisher.connection();
    }

    /// What it counts against limits in bytes while it waits.
    long bytes() {
        return Message.bytesOf(publish);
    }

    /// The PUBLISH for receivers with these options: the same object for all of them.
    Publish variant(QoS qos, boolean retain, int[] subscriptionIdentifiers) {
        if (subscriptionIdentifiers.length > 0) {
            Publish last = identified;
            if (last == null
                    || identifiers != subscriptionIdentifiers
                    || last.qos() != qos
                    || last.retain() != retain) {
                Properties all =
                        publish.properties().withSubscriptionIdentifiers(subscriptionIdentifiers);
                last = make(qos, retain, all);
                identified = last;
                identifiers = subscriptionIdentifiers;
            }
            return last;
        }
        if (qos == publish.qos() && retain == publish.retain()) {
            return publish;
        }
        int index = qos.value() * 2 + (retain ? 1 : 0);
        Publish made = variants[index];
        if (made == null) {
            made = make(qos, retain, publish.properties());
            variants[index] = made;
            variantsUsed = true;
        }
        return made;
    }

    private Publish make(QoS qos, boolean retain, Properties properties) {
        return new Publish(
                publish.topicName(), publish.payload(), qos, retain, false, 0, properties);
    }
}
