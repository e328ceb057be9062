package org.vencejo.testing.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.crash.Topology.Stream;

/// A client that publishes, with as many exchanges open as its window allows. Confined to the
/// tester's thread.
///
/// With a kept session it goes on where it was: PUBLISH with DUP, then PUBREL, in the order of
/// sending [MQTT-4.4.0-1]. Without one it gives up what was open, which may have come or not.
final class Publisher extends Client {
    private static final int FEEDING_WINDOW = 200;
    private static final double RETAINED_CHANCE = 0.15;
    private static final double EMPTY_CHANCE = 0.25;

    private final boolean kept;
    private final int window;
    private final List<Stream> streams = new ArrayList<>();
    private final List<Stream> retained = new ArrayList<>();
    private final Map<Stream, Integer> next = new HashMap<>();
    private boolean publishing;

    // What it was asked to send beside its load.
    private final Map<Stream, Integer> feeding = new LinkedHashMap<>();

    // For the session: by Packet Identifier, in the order of sending.
    private final Map<Integer, Exchange> open = new LinkedHashMap<>();

    // QoS 0 that was sent since anything came.
    private int unheard;

    private static final class Exchange {
        private final Stream stream;
        private final int number;
        private final boolean empty;
        private boolean received;

        Exchange(Stream stream, int number, boolean empty) {
            this.stream = stream;
            this.number = number;
            this.empty = empty;
        }
    }

    Publisher(Crew crew, ProtocolVersion version, boolean kept, int window) {
        super(crew, version);
        this.kept = kept;
        this.window = window;
    }

    /// It sends to a topic below `root` at each of these levels.
    void loads(String root, QoS... levels) {
        for (QoS qos : levels) {
            streams.add(crew.topology().stream(who, root, qos));
        }
    }

    /// It sets, replaces and removes retained messages.
    void retains(QoS... levels) {
        for (QoS qos : levels) {
            retained.add(crew.topology().stream(who, "retained", qos));
        }
    }

    /// From now on it publishes of itself.
    void begin() {
        publishing = true;
    }

    /// Sends so many messages to a stream, beside what it does of itself.
    void feed(Stream stream, int count) {
        feeding.merge(stream, count, Integer::sum);
    }

    /// Whether all that was fed to the stream is acknowledged.
    boolean isFed(Stream stream) {
        return !feeding.containsKey(stream)
                && open.values().stream().noneMatch(each -> each.stream == stream);
    }

    @Override
    void act() {
        if (!isUnderWay()) {
            connect(kept ? Terms.KEPT : Terms.NOT_KEPT);
        }
        if (!isConnected()) {
            return;
        }
        feedSome();
        while (publishing && !crew.isDraining() && open.size() < window && seeds.chance(0.7)) {
            if (!retained.isEmpty() && seeds.chance(RETAINED_CHANCE)) {
                retain();
            } else {
                publish(seeds.pick(streams), false);
            }
        }
    }

    private void feedSome() {
        for (Stream stream : List.copyOf(feeding.keySet())) {
            int left = feeding.getOrDefault(stream, 0);
            while (left > 0 && open.size() < FEEDING_WINDOW) {
                publish(stream, false);
                left--;
            }
            if (left == 0) {
                feeding.remove(stream);
            } else {
                feeding.put(stream, left);
            }
        }
    }

    // One exchange at a time for each topic: a repeat of an older one would set it back, rightly.
    private void retain() {
        Set<Stream> busy = new HashSet<>();
        open.values().forEach(each -> busy.add(each.stream));
        Stream stream = seeds.pick(retained);
        if (!busy.contains(stream)) {
            publish(stream, seeds.chance(EMPTY_CHANCE));
        }
    }

    private void publish(Stream stream, boolean empty) {
        int number = next.merge(stream, 1, Integer::sum) - 1;
        Exchange exchange = new Exchange(stream, number, empty);
        int identifier = 0;
        if (stream.qos() != QoS.AT_MOST_ONCE) {
            do {
                identifier = nextIdentifier();
            } while (open.containsKey(identifier));
            open.put(identifier, exchange);
        }
        send(exchange, identifier, false);
    }

    private void send(Exchange exchange, int identifier, boolean dup) {
        Stream stream = exchange.stream;
        boolean retain = retained.contains(stream);
        crew.note(
                retain ? Note.What.RETAINED_SENT : Note.What.SENT,
                who,
                stream.id(),
                exchange.number,
                exchange.empty ? 1 : 0);
        Payload payload =
                exchange.empty
                        ? Payload.EMPTY
                        : Payload.of(crew.topology().payload(stream, exchange.number));
        send(
                new Publish(
                        TopicName.of(stream.topicName()),
                        payload,
                        stream.qos(),
                        retain,
                        dup,
                        identifier,
                        Properties.NONE));
        if (identifier > 0) {
            crew.published();
        } else {
            unheard++;
        }
    }

    @Override
    void onConnected(boolean sessionPresent) {
        if (!sessionPresent) {
            open.clear();
            return;
        }
        open.forEach((identifier, exchange) -> {
            if (exchange.received) {
                send(new Pubrel(identifier, ReasonCode.SUCCESS));
            } else {
                send(exchange, identifier, true);
            }
        });
    }

    @Override
    void onPacket(Packet packet) {
        unheard = 0;
        switch (packet) {
            case Puback puback -> {
                Exchange exchange = expected(puback.packetIdentifier(), packet, 1);
                taken(exchange, puback.reasonCode());
                open.remove(puback.packetIdentifier());
            }
            case Pubrec pubrec -> {
                int identifier = pubrec.packetIdentifier();
                Exchange exchange = expected(identifier, packet, 2);
                taken(exchange, pubrec.reasonCode());
                exchange.received = true;
                send(new Pubrel(identifier, ReasonCode.SUCCESS));
            }
            case Pubcomp pubcomp -> {
                expected(pubcomp.packetIdentifier(), packet, 2);
                open.remove(pubcomp.packetIdentifier());
            }
            default -> throw Rule.ANSWERS.broken("publisher %d was sent %s".formatted(who, packet));
        }
    }

    private Exchange expected(int identifier, Packet packet, int qos) {
        Exchange exchange = open.get(identifier);
        if (exchange == null || exchange.stream.qos().value() != qos) {
            throw Rule.IDENTIFIER.broken(
                    "publisher %d has no exchange for %s".formatted(who, packet));
        }
        return exchange;
    }

    private void taken(Exchange exchange, ReasonCode reasonCode) {
        if (reasonCode.isError()) {
            throw Rule.ANSWERS.broken("publisher %d was answered %s".formatted(who, reasonCode));
        }
        crew.note(
                retained.contains(exchange.stream) ? Note.What.RETAINED_TAKEN : Note.What.TAKEN,
                who,
                exchange.stream.id(),
                exchange.number,
                0);
    }

    @Override
    void onLost() {
        unheard = 0;
        if (!kept) {
            open.clear();
        }
    }

    @Override
    boolean isDone() {
        return isConnected() && open.isEmpty() && feeding.isEmpty();
    }

    @Override
    void count(Open counts) {
        super.count(counts);
        counts.add(Open.Kind.QOS_0, unheard);
        for (Exchange each : open.values()) {
            if (each.stream.qos() == QoS.AT_LEAST_ONCE) {
                counts.add(Open.Kind.PUBACK, 1);
                counts.add(Open.Kind.QOS_1, 1);
            } else {
                counts.add(each.received ? Open.Kind.PUBCOMP : Open.Kind.PUBREC, 1);
                counts.add(Open.Kind.QOS_2, 1);
                counts.add(Open.Kind.HANDSHAKE, 1);
            }
        }
    }
}
