package org.vencejo.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.routing.Member;
import org.vencejo.core.routing.Receiver;
import org.vencejo.core.routing.Route;
import org.vencejo.core.routing.SubscriptionTrie;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// The road of a PUBLISH through the server: checked, retained, given to its receivers, answered
/// (3.3).
///
/// Part of the core: touched only by whoever runs it. Messages keep their order: while one is still
/// being given to many receivers in slices, those behind it wait.
final class Publishing {
    private static final byte[] SYS = "$SYS/".getBytes(StandardCharsets.US_ASCII);

    private final Turn turn;
    private final SubscriptionTrie<ServerSession> trie;
    private final RetainedStore retained;
    // At either of these, the connections that publish are not read from for a while.
    private static final int UNFINISHED_MAX = 256;
    private static final long UNFINISHED_BYTES_MAX = 4L << 20;

    private final ArrayDeque<Fanout> unfinished = new ArrayDeque<>();
    private final ArrayDeque<Connection> heldBack = new ArrayDeque<>();
    private long unfinishedBytes;
    private int unfinishedAtomic;
    private final Deadline goOn = Deadline.ofSlice(this::goOn);
    private Fanout spare;

    Publishing(Turn turn, SubscriptionTrie<ServerSession> trie, RetainedStore retained) {
        this.turn = turn;
        this.trie = trie;
        this.retained = retained;
        this.spare = new Fanout(turn);
    }

    // ---- from a client
    // -------------------------------------------------------------------------------

    /// A client published.
    void receive(Connection connection, Publish received) {
        ServerSession session = connection.ownSession();
        Publish publish = connection.aliases().resolve(received); // set even if refused (B22)
        if (publish.qos() == QoS.AT_MOST_ONCE) {
            ReasonCode refusal = refusal(connection, session, publish);
            if (refusal == null) {
                publish(publish, session, null, null);
            } else {
                refused(connection, publish, refusal);
            }
            return;
        }
        switch (session.state()
                .inbound()
                .look(publish, connection.acknowledgements().pubacksWaiting())) {
            case NEW -> receiveNew(connection, session, publish);
            case REPEATED ->
                    answerInTurn(
                            connection,
                            new Pubrec(publish.packetIdentifier(), ReasonCode.SUCCESS),
                            session.state().inbound().lastNumber());
            case IDENTIFIER_IN_USE -> {
                requireWord(connection, publish);
                turn.statistics.refused(ReasonCode.PACKET_IDENTIFIER_IN_USE);
                answerInTurn(
                        connection,
                        new Puback(publish.packetIdentifier(), ReasonCode.PACKET_IDENTIFIER_IN_USE),
                        0);
            }
            case RECEIVE_MAXIMUM_EXCEEDED ->
                    throw new ProtocolViolation(
                            ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                            "U5-29",
                            "more than " + connection.limits().receiveMaximum() + " open messages");
        }
    }

    private void receiveNew(Connection connection, ServerSession session, Publish publish) {
        ReasonCode refusal = refusal(connection, session, publish);
        boolean exactlyOnce = publish.qos() == QoS.EXACTLY_ONCE;
        int identifier = publish.packetIdentifier();
        if (refusal != null) {
            refused(connection, publish, refusal);
            // 3.x has no word for a refusal: the exchange ends as usual [3.1.1: MQTT-3.3.5-2].
            boolean told = connection.version().isMqtt5();
            ReasonCode code = told ? refusal : ReasonCode.SUCCESS;
            if (exactlyOnce && !told) {
                session.state().inbound().take(identifier);
            }
            answerInTurn(
                    connection,
                    exactlyOnce ? new Pubrec(identifier, code) : new Puback(identifier, code),
                    exactlyOnce ? session.state().inbound().lastNumber() : 0);
            return;
        }
        long after = 0;
        if (exactlyOnce) {
            session.state().inbound().take(identifier);
            after = session.state().isKept() ? turn.appended() : 0;
        }
        publish(
                publish,
                session,
                connection,
                exactlyOnce
                        ? new Pubrec(identifier, ReasonCode.SUCCESS)
                        : new Puback(identifier, ReasonCode.SUCCESS),
                after);
    }

    // A PUBACK of 3.x says that the message was taken over (B34).
    private static void requireWord(Connection connection, Publish publish) {
        if (!connection.version().isMqtt5()) {
            throw ProtocolViolation.protocolError(
                    "MQTT-2.3.1-2",
                    "QoS 1 under "
                            + publish.packetIdentifier()
                            + ", which a QoS 2 message has open");
        }
    }

    // The order of the checks is that of their cost; the last one is against the store.
    private @Nullable ReasonCode refusal(
            Connection connection, ServerSession session, Publish publish) {
        ServerSettings settings = turn.settings;
        QoS maximumQoS = connection.maximumQoS();
        if (publish.qos().compareTo(maximumQoS) > 0) {
            throw new ProtocolViolation(
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "MQTT-3.2.2-11",
                    "QoS is at most " + maximumQoS.value());
        }
        if (publish.retain() && !settings.retainAvailable()) {
            throw new ProtocolViolation(
                    ReasonCode.RETAIN_NOT_SUPPORTED, "MQTT-3.2.2-14", "RETAIN is not available");
        }
        if (isOfServer(publish.topicName())
                || !session.state()
                        .permissions()
                        .mayPublish(publish.topicName(), publish.qos(), publish.retain())) {
            return ReasonCode.NOT_AUTHORIZED;
        }
        if (settings.payloadFormatChecked() && !hasPromisedFormat(publish)) {
            return ReasonCode.PAYLOAD_FORMAT_INVALID;
        }
        if (publish.retain() && !hasRoomToRetain(publish)) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        if (turn.backlog.isUnavailable() && hasToBeKept(session, publish)) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        return null;
    }

    // Whether an acknowledgement would promise something.
    private boolean hasToBeKept(ServerSession publisher, Publish publish) {
        if (publish.qos() == QoS.AT_MOST_ONCE) {
            return false;
        }
        if (publish.retain() || (publish.qos() == QoS.EXACTLY_ONCE && publisher.state().isKept())) {
            return true;
        }
        Route<ServerSession> route = trie.match(publish.topicName());
        for (int i = 0; i < route.size(); i++) {
            Receiver<ServerSession> receiver = route.receiver(i);
            if (receiver.qos() != QoS.AT_MOST_ONCE && receiver.subscriber().state().isKept()) {
                return true;
            }
        }
        for (int i = 0; i < route.sharedCount(); i++) {
            if (route.shared(i).hasMember(Publishing::keeps)) {
                return true;
            }
        }
        return false;
    }

    private static boolean keeps(Member<ServerSession> member) {
        return member.qos() != QoS.AT_MOST_ONCE && member.subscriber().state().isKept();
    }

    /// Whether only the server itself publishes to the topic (B32).
    static boolean isOfServer(TopicName topicName) {
        byte[] name = topicName.utf8();
        return name.length >= SYS.length && Arrays.equals(name, 0, SYS.length, SYS, 0, SYS.length);
    }

    private boolean hasRoomToRetain(Publish publish) {
        return publish.payload().isEmpty()
                || retained.hasRoomFor(publish.topicName(), Message.bytesOf(publish));
    }

    // U5-18
    private static boolean hasPromisedFormat(Publish publish) {
        return publish.properties().number(Property.PAYLOAD_FORMAT_INDICATOR, 0) == 0
                || publish.payload().isUtf8();
    }

    private void refused(Connection connection, Publish publish, ReasonCode reasonCode) {
        turn.statistics.refused(reasonCode);
        if (reasonCode != ReasonCode.QUOTA_EXCEEDED
                || !turn.backlog.isUnavailable()) { // that is told once
            tellRefused(connection, publish, reasonCode);
        }
        boolean notKept = reasonCode == ReasonCode.QUOTA_EXCEEDED; // an ack would be a lie (C16)
        if (!connection.version().isMqtt5()
                && publish.qos() != QoS.AT_MOST_ONCE
                && (notKept || turn.settings.deniedPublishClosesFor3())) {
            throw new ProtocolViolation(
                    reasonCode, "MQTT-4.8.0-2", "publish to " + publish.topicName() + " refused");
        }
    }

    private void tellRefused(Connection connection, Publish publish, ReasonCode reasonCode) {
        turn.outbox()
                .event(
                        new Event.RequestRefused(
                                connection,
                                connection.clientIdentifier(),
                                reasonCode,
                                "publish",
                                publish.topicName()));
    }

    // ---- from the server
    // -----------------------------------------------------------------------------

    /// The broker itself publishes.
    void publishLocally(Publish publish) {
        publish(publish, null, null, null);
    }

    /// A will is published for a session, if its client still may (A13).
    void publishWill(ServerSession session, Will will) {
        Publish publish =
                new Publish(
                        will.topicName(),
                        will.payload(),
                        will.qos(),
                        will.retain(),
                        false,
                        0,
                        will.properties().without(Property.WILL_DELAY_INTERVAL));
        Permissions permissions = session.state().permissions();
        if (!permissions.mayPublish(will.topicName(), will.qos(), will.retain())) {
            turn.statistics.refused(ReasonCode.NOT_AUTHORIZED);
        } else if (will.retain() && !hasRoomToRetain(publish)) {
            turn.statistics.refused(ReasonCode.QUOTA_EXCEEDED);
        } else {
            publish(publish, session, null, null);
        }
    }

    // ---- to receivers
    // --------------------------------------------------------------------------------

    private void publish(
            Publish publish,
            @Nullable ServerSession publisher,
            @Nullable Connection answerTo,
            @Nullable Packet answer) {
        publish(publish, publisher, answerTo, answer, 0);
    }

    private void publish(
            Publish publish,
            @Nullable ServerSession publisher,
            @Nullable Connection answerTo,
            @Nullable Packet answer,
            long answerAfter) {
        long before = turn.appended();
        long expires = expiresAtMillis(publish);
        Route<ServerSession> route = trie.match(publish.topicName());
        Fanout fanout = spare;
        fanout.begin(publish, expires, publisher, route);
        if (publish.retain()) {
            retain(fanout);
        }
        if (answerTo != null && answer != null) {
            boolean journalled = turn.appended() > before;
            long after = journalled ? turn.appended() : answerAfter;
            if (publish.retain()) {
                after = Math.max(after, retained.lastRemoval()); // somebody may have cleared it
            }
            fanout.answer(answerTo, answer, after);
        }
        start(fanout);
    }

    private long expiresAtMillis(Publish publish) {
        long seconds = publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        if (seconds < 0) {
            return Message.NEVER;
        }
        return turn.wallMillis() + (seconds == 0 ? 1 : seconds * 1_000);
    }

    private void retain(Fanout fanout) {
        Publish publish = fanout.publish();
        if (turn.backlog.isUnavailable()
                && publish.qos() == QoS.AT_MOST_ONCE
                && RetainedStore.isWritten(publish.topicName())) {
            turn.statistics.refused(ReasonCode.QUOTA_EXCEEDED); // it goes to who is there
        } else if (publish.payload().isEmpty() || fanout.expiresAtOnce()) {
            retained.remove(publish.topicName()); // [MQTT-3.3.1-6], [MQTT-3.3.1-7]
        } else {
            retained.set(fanout.kept());
        }
    }

    private void start(Fanout fanout) {
        if (unfinished.isEmpty() && fanout.run()) {
            fanout.finish();
            return;
        }
        fanout.keep();
        unfinished.add(fanout);
        unfinishedBytes += fanout.bytes();
        unfinishedAtomic += fanout.isAtomic() ? 1 : 0;
        spare = new Fanout(turn);
        turn.schedule(goOn, 0);
        Connection origin = fanout.origin();
        if (origin != null && isBusy(1)) {
            origin.keepAlive().pause(KeepAlive.Pause.RECEIVERS);
            heldBack.add(origin);
        }
    }

    private void goOn() {
        try {
            while (!unfinished.isEmpty() && turn.workLeft() > 0) {
                Fanout first = unfinished.element();
                if (first.run()) {
                    unfinished.remove();
                    unfinishedBytes -= first.bytes();
                    unfinishedAtomic -= first.isAtomic() ? 1 : 0;
                    first.finish();
                }
            }
        } finally { // also if a receiver was one too many for us: the others have their turn
            if (!unfinished.isEmpty()) {
                turn.schedule(goOn, 0);
            }
        }
        while (!heldBack.isEmpty() && !isBusy(2)) {
            heldBack.remove().keepAlive().resume(KeepAlive.Pause.RECEIVERS);
        }
    }

    private boolean isBusy(int share) {
        return unfinished.size() >= UNFINISHED_MAX / share
                || unfinishedBytes >= UNFINISHED_BYTES_MAX / share;
    }

    /// Whether no message is half given that has to be durable as a whole.
    boolean mayCommit() {
        return unfinishedAtomic == 0;
    }

    // Answers of one kind keep the order of their requests, also behind an unfinished one (B29).
    private void answerInTurn(Connection connection, Packet answer, long after) {
        if (unfinished.isEmpty()) {
            connection.ownSession().answer(answer, after);
            return;
        }
        Fanout empty = new Fanout(turn);
        empty.answer(connection, answer, after);
        empty.promise();
        unfinished.add(empty);
        unfinishedBytes += empty.bytes();
    }
}
