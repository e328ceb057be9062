package org.vencejo.client;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.core.session.Accounting;
import org.vencejo.core.session.AliasesSent;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Unsuback;
import org.vencejo.protocol.Unsubscribe;

/// What the application asks of the server: messages to publish, which may outlive a connection,
/// and subscriptions, which are asked for once. Each request is answered once.
///
/// Touched only by whoever runs the session.
final class Outgoing {
    /// Messages that may wait for room in the window.
    private static final int WAITING_MAX = 10_000;

    private static final int SLICE = 256;

    // For the whole life of the client
    private final Accounting accounting = new Accounting();
    private final Requests requests = new Requests();

    // For the session
    private OutboundFlow flow = newFlow();

    private OutboundFlow newFlow() {
        return new OutboundFlow(new Owner(), accounting);
    }

    // ---- the connection ----

    /// A connection begins: what is in flight is sent again.
    void connected(ServerConnection to, int aliases) {
        flow.connected(
                to,
                to.acknowledgements(),
                new AliasesSent(aliases),
                to.limits().receiveMaximum(),
                0,
                0);
    }

    /// The connection ended because of `why`, and everybody who waits is told. What was never sent
    /// is forgotten; what was sent is kept for the next connection, if the session is.
    void disconnected(MqttException why, boolean sessionIsKept) {
        flow.disconnected();
        requests.fail(why, flow);
        String unknown =
                sessionIsKept
                        ? "; the message may have arrived, and is sent again when the session is"
                                + " resumed"
                        : "; the message may have arrived";
        flow.forEachKept(copy -> {
            Publication publication = (Publication) copy;
            if (publication.wasSent()) {
                publication.failed(with(why, unknown));
            } else {
                publication.failed(with(why, "; the message was not sent"));
                flow.drop(publication, Fate.OFFLINE);
            }
        });
    }

    private static MqttException with(MqttException why, String more) {
        return new MqttException(why.reasonCode(), why.sentence() + more);
    }

    /// Forgets the session; returns what was in flight and is not sent again (D1).
    List<MqttMessage> startOver() {
        List<MqttMessage> lost = new ArrayList<>();
        flow.forEachKept(copy -> {
            if (!copy.isReleased()) { // after PUBREC the server has it
                lost.add(MqttMessage.of(copy.message().publish()));
            }
        });
        flow.end(false);
        flow = newFlow();
        return List.copyOf(lost);
    }

    /// Sends what may be sent.
    void pump(long nowNanos) {
        boolean more = true;
        while (more) {
            more = flow.drain(nowNanos, 0, 0, SLICE);
        }
    }

    /// Whether the server owes an answer.
    boolean awaitsAnswers() {
        return flow.inFlightCount() > 0;
    }

    Accounting accounting() {
        return accounting;
    }

    // ---- requests ----

    /// Has a message published by the next [#pump].
    ///
    /// @throws MqttException if the server does not take it, or too many wait
    void publish(ServerConnection to, Publish publish, Answer<ReasonCode> answer) {
        to.limits().require(publish);
        if (flow.queue().size() >= WAITING_MAX) {
            throw new MqttException(
                    ReasonCode.QUOTA_EXCEEDED,
                    WAITING_MAX + " messages wait for the server already");
        }
        accounting.opened();
        flow.enqueue(new Publication(flow.takeSequence(), publish, answer));
    }

    /// Sends SUBSCRIBE.
    ///
    /// @throws MqttException if the server does not take it
    void subscribe(
            ServerConnection to,
            List<Subscription> subscriptions,
            Properties properties,
            Answer<List<ReasonCode>> answer) {
        to.limits().require(new Subscribe(1, subscriptions, properties));
        int identifier = takeIdentifier();
        requests.sent(identifier, PacketType.SUBACK, subscriptions.size(), answer);
        to.send(new Subscribe(identifier, subscriptions, properties));
    }

    /// Sends UNSUBSCRIBE.
    ///
    /// @throws MqttException if the server does not take it
    void unsubscribe(
            ServerConnection to,
            List<TopicFilter> topicFilters,
            Properties properties,
            Answer<List<ReasonCode>> answer) {
        to.limits().requireSize(new Unsubscribe(1, topicFilters, properties));
        int identifier = takeIdentifier();
        requests.sent(identifier, PacketType.UNSUBACK, topicFilters.size(), answer);
        to.send(new Unsubscribe(identifier, topicFilters, properties));
    }

    private int takeIdentifier() {
        int identifier = flow.takeIdentifier();
        if (identifier == 0) {
            throw new MqttException(
                    ReasonCode.QUOTA_EXCEEDED, "all 65535 Packet Identifiers are in use");
        }
        return identifier;
    }

    // ---- answers ----

    void puback(Puback puback) {
        Copy copy = flow.puback(puback.packetIdentifier(), puback.reasonCode());
        if (copy instanceof Publication publication) {
            publication.completed(puback.reasonCode());
        }
    }

    void pubrec(ServerConnection from, Pubrec pubrec) {
        Copy copy = flow.pubrec(pubrec.packetIdentifier(), pubrec.reasonCode(), 0, 0);
        if (copy instanceof Publication publication) {
            if (pubrec.reasonCode().isError()) {
                publication.completed(pubrec.reasonCode());
            } else {
                publication.received(pubrec.reasonCode());
            }
        } else if (from.limits().version().isMqtt5() && !pubrec.reasonCode().isError()) { // U5-32
            from.acknowledge(
                    new Pubrel(pubrec.packetIdentifier(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        }
    }

    void pubcomp(Pubcomp pubcomp) {
        Copy copy = flow.pubcomp(pubcomp.packetIdentifier());
        if (copy instanceof Publication publication) {
            publication.completed();
        }
    }

    void suback(Suback suback) {
        answered(PacketType.SUBACK, suback.packetIdentifier(), suback.reasonCodes());
    }

    void unsuback(Unsuback unsuback) {
        answered(PacketType.UNSUBACK, unsuback.packetIdentifier(), unsuback.reasonCodes());
    }

    private void answered(PacketType type, int packetIdentifier, List<ReasonCode> reasonCodes) {
        if (requests.answered(type, packetIdentifier, reasonCodes)) {
            flow.freeIdentifier(packetIdentifier);
        }
    }

    private static final class Owner extends Unjournalled {
        @Override
        public void ended(Copy copy, Fate fate) {
            Publication publication = (Publication) copy;
            switch (fate) {
                case DELIVERED -> {
                    if (copy.qos() == QoS.AT_MOST_ONCE) {
                        publication.completed();
                    }
                }
                case TOO_LARGE ->
                        publication.failed(
                                new MqttException(
                                        ReasonCode.PACKET_TOO_LARGE,
                                        "the server takes no packets of this size any more"));
                case REFUSED, OFFLINE -> {} // told with the server's code, or the connection's
                case EXPIRED,
                        QUEUE_FULL,
                        MEMORY_SHORT,
                        ACCESS_DENIED,
                        SESSION_ENDED,
                        NO_SUBSCRIBER ->
                        throw new IllegalStateException("a client's message ended as " + fate);
            }
        }
    }
}
