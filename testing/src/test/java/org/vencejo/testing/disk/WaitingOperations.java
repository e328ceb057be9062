package org.vencejo.testing.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.testing.Seeds;

/// A client with operations of six kinds ready, each of which asks its broker for a promise; or, if
/// nothing of it is kept, for none. (The seventh kind, CONNECT, has a connection of its own.)
final class WaitingOperations {
    private static final int RELEASED = 1_000;
    private static final int AT_LEAST_ONCE = 2_000;
    private static final int EXACTLY_ONCE = 3_000;
    private static final int SUBSCRIBED = 4_000;
    private static final int UNSUBSCRIBED = 5_000;

    private final SocketClient client;
    private final String name;
    private final String topic;
    private final List<Packet> operations = new ArrayList<>();
    private final Map<PacketType, List<Integer>> expected = new EnumMap<>(PacketType.class);

    /// Makes all ready for `count` operations of each kind: what it publishes goes to `topic`.
    WaitingOperations(
            BrokerOnDisk broker,
            ProtocolVersion version,
            String name,
            boolean kept,
            String topic,
            int count,
            Seeds seeds)
            throws IOException {
        this.name = name;
        this.topic = topic;
        client =
                broker.client(
                        kept
                                ? SocketClient.kept(version, name)
                                : SocketClient.notKept(version, name));
        ask(SocketClient.subscribe(1, "at-once/" + name, QoS.AT_MOST_ONCE), PacketType.SUBACK);
        List<List<Packet>> kinds =
                List.of(
                        publishes(QoS.AT_LEAST_ONCE, AT_LEAST_ONCE, count),
                        publishes(QoS.EXACTLY_ONCE, EXACTLY_ONCE, count),
                        released(count),
                        received(broker, count),
                        subscriptions(count),
                        unsubscriptions(count));
        for (int i = 0; i < count; i++) {
            List<List<Packet>> order = new ArrayList<>(kinds);
            while (!order.isEmpty()) {
                operations.add(order.remove(seeds.below(order.size())).get(i));
            }
        }
        for (Packet operation : operations) {
            expect(operation);
        }
    }

    private void ask(Packet packet, PacketType answer) throws IOException {
        SocketClient.require(client.ask(packet), it -> it.type() == answer);
    }

    private List<Packet> publishes(QoS qos, int from, int count) {
        List<Packet> packets = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            packets.add(SocketClient.publish(topic, qos, from + i, name + " " + (from + i)));
        }
        return packets;
    }

    // PUBREL of messages that were taken over before.
    private List<Packet> released(int count) throws IOException {
        List<Packet> packets = new ArrayList<>();
        for (Packet publish : publishes(QoS.EXACTLY_ONCE, RELEASED, count)) {
            ask(publish, PacketType.PUBREC);
            packets.add(new Pubrel(((Publish) publish).packetIdentifier(), ReasonCode.SUCCESS));
        }
        return packets;
    }

    // PUBREC for messages that came before; the broker answers PUBREL.
    private List<Packet> received(BrokerOnDisk broker, int count) throws IOException {
        ask(SocketClient.subscribe(2, "to/" + name, QoS.EXACTLY_ONCE), PacketType.SUBACK);
        List<Packet> packets = new ArrayList<>();
        try (SocketClient publisher =
                broker.client(SocketClient.notKept(ProtocolVersion.MQTT_5, "for-" + name))) {
            for (int i = 1; i <= count; i++) {
                publisher.send(SocketClient.publish("to/" + name, QoS.EXACTLY_ONCE, i, "to"));
                int identifier = ((Publish) client.next()).packetIdentifier();
                packets.add(new Pubrec(identifier, ReasonCode.SUCCESS));
            }
            publisher.next(count);
        }
        return packets;
    }

    private List<Packet> subscriptions(int count) {
        List<Packet> packets = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            packets.add(
                    SocketClient.subscribe(
                            SUBSCRIBED + i, "sub/" + name + "/" + i, QoS.AT_LEAST_ONCE));
        }
        return packets;
    }

    private List<Packet> unsubscriptions(int count) throws IOException {
        List<Subscription> before = new ArrayList<>();
        List<Packet> packets = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            String filter = "unsub/" + name + "/" + i;
            before.add(Subscription.of(filter, QoS.AT_LEAST_ONCE));
            packets.add(
                    new Unsubscribe(
                            UNSUBSCRIBED + i, List.of(TopicFilter.of(filter)), Properties.NONE));
        }
        ask(new Subscribe(3, before, Properties.NONE), PacketType.SUBACK);
        return packets;
    }

    private void expect(Packet operation) {
        switch (operation) {
            case Publish it ->
                    expect(
                            it.qos() == QoS.AT_LEAST_ONCE ? PacketType.PUBACK : PacketType.PUBREC,
                            it.packetIdentifier());
            case Pubrel it -> expect(PacketType.PUBCOMP, it.packetIdentifier());
            case Pubrec it -> expect(PacketType.PUBREL, it.packetIdentifier());
            case Subscribe it -> expect(PacketType.SUBACK, it.packetIdentifier());
            case Unsubscribe it -> expect(PacketType.UNSUBACK, it.packetIdentifier());
            default -> throw new IllegalStateException("no operation: " + operation);
        }
    }

    private void expect(PacketType answer, int packetIdentifier) {
        expected.computeIfAbsent(answer, _ -> new ArrayList<>()).add(packetIdentifier);
    }

    // ---- then
    // ------------------------------------------------------------------------------------

    int count() {
        return operations.size();
    }

    /// Asks for all promises at once.
    void send() throws IOException {
        client.send(operations.toArray(Packet[]::new));
    }

    /// All that came so far: it ends with a QoS 0 message to itself and the answer to a PINGREQ,
    /// both sent behind the operations, so that everything before was handled.
    List<Packet> heard() throws IOException {
        client.send(SocketClient.publish("at-once/" + name, QoS.AT_MOST_ONCE, 0, "sentinel"));
        List<Packet> heard = client.beforePing();
        Packet sentinel = heard.removeLast();
        SocketClient.require(
                sentinel, it -> it instanceof Publish p && p.qos() == QoS.AT_MOST_ONCE);
        return heard;
    }

    /// The next answers, as many as there are operations.
    List<Packet> answers() throws IOException {
        return client.next(operations.size());
    }

    /// Which Packet Identifiers are to be answered by which packets in which order.
    Map<PacketType, List<Integer>> expected() {
        return expected;
    }

    String name() {
        return name;
    }
}
