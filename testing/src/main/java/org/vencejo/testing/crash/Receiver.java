package org.vencejo.testing.crash;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
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

/// A client that gets messages and acknowledges them when it likes, in the order in which they
/// came. Confined to the tester's thread.
///
/// It delivers a message of QoS 2 to its application at PUBLISH, and not again under the same
/// Packet Identifier before PUBREL [MQTT-4.3.3-10]: what its application gets twice, the broker
/// sent as two messages.
abstract class Receiver extends Client {
    // For the session: what came at QoS 2 and is not released, by Packet Identifier.
    private final Map<Integer, Came> unreleased = new HashMap<>();

    // For the connection.
    private final ArrayDeque<Packet> owed = new ArrayDeque<>();
    private final Set<Integer> awaitingPubrel = new HashSet<>();
    private final Map<Integer, Runnable> subacks = new HashMap<>();
    private final Map<Integer, Runnable> unsubacks = new HashMap<>();

    private record Came(String topicName, int hash) {}

    Receiver(Crew crew, ProtocolVersion version) {
        super(crew, version);
    }

    /// The application gets a message; its payload is valid only now.
    abstract void delivered(String topicName, byte[] payload, Publish publish);

    void subscribe(String topicFilter, int qos, Runnable answered) {
        int identifier = nextIdentifier();
        subacks.put(identifier, answered);
        send(
                new Subscribe(
                        identifier,
                        List.of(Subscription.of(topicFilter, QoS.of(qos))),
                        Properties.NONE));
    }

    void unsubscribe(String topicFilter, Runnable answered) {
        int identifier = nextIdentifier();
        unsubacks.put(identifier, answered);
        send(new Unsubscribe(identifier, List.of(TopicFilter.of(topicFilter)), Properties.NONE));
    }

    /// Whether SUBACK or UNSUBACK is awaited.
    boolean isAsking() {
        return !subacks.isEmpty() || !unsubacks.isEmpty();
    }

    @Override
    void onConnected(boolean sessionPresent) {
        if (!sessionPresent) {
            unreleased.clear();
        }
    }

    @Override
    void onPacket(Packet packet) {
        switch (packet) {
            case Publish publish -> came(publish);
            case Pubrel pubrel -> {
                int identifier = pubrel.packetIdentifier();
                boolean known = unreleased.remove(identifier) != null;
                awaitingPubrel.remove(identifier);
                owed.add(
                        new Pubcomp(
                                identifier,
                                known
                                        ? ReasonCode.SUCCESS
                                        : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            }
            case Suback suback -> {
                if (suback.reasonCodes().getFirst().isError()) {
                    throw Rule.ANSWERS.broken("client %d was answered %s".formatted(who, suback));
                }
                answered(subacks.remove(suback.packetIdentifier()), packet);
            }
            case Unsuback unsuback ->
                    answered(unsubacks.remove(unsuback.packetIdentifier()), packet);
            default -> throw Rule.ANSWERS.broken("receiver %d was sent %s".formatted(who, packet));
        }
    }

    private void answered(@Nullable Runnable waiting, Packet packet) {
        if (waiting == null) {
            throw Rule.ANSWERS.broken("client %d did not ask for %s".formatted(who, packet));
        }
        waiting.run();
    }

    private void came(Publish publish) {
        String topicName = publish.topicName().toString();
        byte[] payload = publish.payload().toByteArray();
        int identifier = publish.packetIdentifier();
        switch (publish.qos()) {
            case AT_MOST_ONCE -> delivered(topicName, payload, publish);
            case AT_LEAST_ONCE -> {
                delivered(topicName, payload, publish);
                owed.add(new Puback(identifier, ReasonCode.SUCCESS));
            }
            case EXACTLY_ONCE -> {
                Came it = new Came(topicName, Arrays.hashCode(payload));
                Came before = unreleased.putIfAbsent(identifier, it);
                if (before == null) {
                    delivered(topicName, payload, publish);
                } else if (!before.equals(it)) {
                    throw Rule.IDENTIFIER.broken(
                            "to client %d came %s under %d, which is that of one on %s"
                                    .formatted(who, publish, identifier, before.topicName));
                }
                owed.add(new Pubrec(identifier, ReasonCode.SUCCESS));
            }
        }
    }

    /// How many acknowledgements it has not sent yet.
    int owed() {
        return owed.size();
    }

    /// Sends the first of what it owes.
    void acknowledge(int most) {
        for (int i = 0; i < most && !owed.isEmpty(); i++) {
            Packet packet = owed.removeFirst();
            if (packet instanceof Pubrec pubrec) {
                awaitingPubrel.add(pubrec.packetIdentifier());
            }
            send(packet);
        }
    }

    // What is not acknowledged on this connection comes again on the next.
    @Override
    void onLost() {
        owed.clear();
        awaitingPubrel.clear();
        subacks.clear();
        unsubacks.clear();
    }

    /// The session is gone, and its Packet Identifiers with it.
    void forget() {
        unreleased.clear();
    }

    @Override
    boolean isDone() {
        return isConnected() && owed.isEmpty() && unreleased.isEmpty() && !isAsking();
    }

    @Override
    void count(Open counts) {
        super.count(counts);
        counts.add(Open.Kind.SUBACK, subacks.size());
        counts.add(Open.Kind.UNSUBACK, unsubacks.size());
        counts.add(Open.Kind.PUBREL, awaitingPubrel.size());
        counts.add(Open.Kind.QOS_1, (int) owed.stream().filter(Puback.class::isInstance).count());
        counts.add(Open.Kind.QOS_2, unreleased.size());
        counts.add(Open.Kind.HANDSHAKE, unreleased.size());
    }
}
