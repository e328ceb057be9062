package org.vencejo.client;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.InboundFlow;
import org.vencejo.core.session.Message;
import org.vencejo.core.session.PacketIdentifiers;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// The messages that the server sends, on their way to the application: each once at QoS 2, kept
/// until it is taken, acknowledged then and in the order of arrival (D3, D4, D6).
///
/// Touched only by whoever runs the session. What the application did not take before the
/// connection was lost is the server's again: it comes once more if the session is resumed.
final class Incoming {
    private final MqttOptions options;
    private final Inbox inbox;

    // For the session
    private InboundFlow flow = new InboundFlow(new Unjournalled());
    private int generation;

    // Over sessions, as the application may take a message when its connection is long gone
    private int waitingMessages;
    private long waitingBytes;
    private final AtomicLong dropped = new AtomicLong();

    Incoming(MqttOptions options, Inbox inbox) {
        this.options = options;
        this.inbox = inbox;
    }

    /// The session is another one from now on.
    void startOver() {
        flow = new InboundFlow(new Unjournalled());
        generation++;
    }

    /// Tells sessions of this client apart.
    int generation() {
        return generation;
    }

    /// A connection begins. If it resumes the session, what nobody took will be sent again.
    void connected(boolean resumed) {
        if (resumed) {
            for (Arrival arrival : inbox.removeIf(this::comesAgain)) {
                left(arrival);
                if (arrival.message().qos() == QoS.EXACTLY_ONCE) {
                    flow.release(arrival.packetIdentifier());
                }
            }
        }
        flow.connected(receiveMaximum());
    }

    // Before 5.0 a server is not told, so it cannot keep to it.
    private int receiveMaximum() {
        return options.version().isMqtt5() ? options.receiveMaximum() : PacketIdentifiers.MAX;
    }

    private boolean comesAgain(Arrival arrival) {
        return arrival.message().qos() != QoS.AT_MOST_ONCE
                && arrival.connection().generation() == generation;
    }

    // ---- from the server ----

    void publish(ServerConnection connection, Publish received) {
        Publish publish = connection.aliases().resolve(received);
        int identifier = publish.packetIdentifier();
        if (publish.qos() == QoS.AT_MOST_ONCE) {
            if (isFull() && !connection.isReadingPaused()) {
                dropped.incrementAndGet(); // an answer is awaited, so reading could not stop
            } else {
                arrive(connection, publish, 0);
            }
            return;
        }
        if (publish.dup() && connection.owesPuback(identifier)) {
            return; // (V31-10) answered when the first one is
        }
        if (publish.qos() == QoS.EXACTLY_ONCE
                && !publish.dup()
                && connection.limits().version() == ProtocolVersion.MQTT_3_1) {
            // 3.1 does not say whether it still has the session, but it marks a repeat as one.
            flow.release(identifier);
        }
        switch (flow.look(publish, connection.acknowledgements().pubacksWaiting())) {
            case NEW -> receiveNew(connection, publish);
            case REPEATED -> connection.acknowledge(new Pubrec(identifier, ReasonCode.SUCCESS));
            case IDENTIFIER_IN_USE ->
                    throw ProtocolViolation.protocolError(
                            "MQTT-2.2.1-4",
                            "QoS 1 under " + identifier + ", which a QoS 2 message has open");
            case RECEIVE_MAXIMUM_EXCEEDED ->
                    throw new ProtocolViolation(
                            ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                            "MQTT-3.3.4-9",
                            "more than " + receiveMaximum() + " open messages");
        }
    }

    private void receiveNew(ServerConnection connection, Publish publish) {
        int identifier = publish.packetIdentifier();
        Arrival arrival = arrive(connection, publish, connection.nextArrival());
        if (publish.qos() == QoS.EXACTLY_ONCE) {
            flow.take(identifier);
            connection.owe(new Pubrec(identifier, ReasonCode.SUCCESS), arrival);
        } else {
            connection.owe(new Puback(identifier, ReasonCode.SUCCESS), arrival);
        }
    }

    private Arrival arrive(ServerConnection connection, Publish publish, long number) {
        long bytes = Message.bytesOf(publish);
        Arrival arrival =
                new Arrival(
                        MqttMessage.of(publish),
                        connection,
                        publish.packetIdentifier(),
                        number,
                        bytes);
        waitingMessages++;
        waitingBytes += bytes;
        inbox.put(arrival);
        return arrival;
    }

    void pubrel(ServerConnection connection, int packetIdentifier) {
        boolean known = flow.release(packetIdentifier);
        connection.acknowledge(
                new Pubcomp(
                        packetIdentifier,
                        known // U5-32
                                ? ReasonCode.SUCCESS
                                : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
    }

    // ---- to the application ----

    /// The application took `arrival`, which is acknowledged only if `current` is still its
    /// connection.
    void taken(Arrival arrival, @Nullable ServerConnection current) {
        left(arrival);
        arrival.taken();
        if (current != null && current == arrival.connection()) {
            current.taken();
        }
    }

    private void left(Arrival arrival) {
        waitingMessages--;
        waitingBytes -= arrival.bytes();
    }

    /// Whether the application has more to take than it was said to want.
    boolean isFull() {
        return waitingMessages >= options.inboxMessagesMax()
                || waitingBytes >= options.inboxBytesMax();
    }

    /// Whether so much was taken that reading may go on.
    boolean hasRoom() {
        return waitingMessages <= options.inboxMessagesMax() / 2
                && waitingBytes <= options.inboxBytesMax() / 2;
    }

    /// How many QoS 0 messages were dropped because the application was too slow. Thread-safe.
    long dropped() {
        return dropped.get();
    }
}
