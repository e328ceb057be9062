package org.vencejo.testing.crash;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
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
import org.vencejo.testing.crash.Topology.Named;
import org.vencejo.testing.crash.Topology.Stream;

/// A client without a kept session that asks what the broker has: what is retained, what others are
/// subscribed to, what it counts. Confined to the tester's thread.
final class Prober extends Receiver {
    private static final String END = "retained/end";
    private static final String SYS = "$SYS/broker/";

    private final Set<Integer> unanswered = new HashSet<>();
    private final Map<Integer, Note> seen = new HashMap<>();
    private final Map<String, String> counters = new HashMap<>();
    private boolean asking;
    private boolean wanted;
    private int probe;

    Prober(Crew crew) {
        super(crew, ProtocolVersion.MQTT_5);
    }

    @Override
    void act() {
        if (wanted && !isUnderWay()) {
            connect(Terms.NOT_KEPT);
        }
        acknowledge(owed());
    }

    /// Connects.
    void come() {
        wanted = true;
        crew.run(List.of(this), "the prober is connected", this::isConnected);
    }

    /// Goes again.
    void go() {
        wanted = false;
        leave(true);
    }

    // ---- what is retained --------------------------------------------------------------------

    /// Notes what a new subscriber gets.
    void probeRetained() {
        asking = true;
        seen.clear();
        subscribe("retained/#", 2, () -> publish(END, QoS.EXACTLY_ONCE, "end"));
        crew.run(List.of(this), "retained messages have come", () -> !asking);
        for (Stream each : crew.topology().below("retained")) {
            Note note = seen.get(each.id());
            if (note == null) {
                crew.note(Note.What.RETAINED_ABSENT, each.publisher(), each.id(), 0, 0);
            } else {
                crew.note(note.what(), note.who(), note.stream(), note.number(), 0);
            }
        }
        unsubscribe("retained/#", () -> {});
        complete();
    }

    @Override
    void delivered(String topicName, byte[] payload, Publish publish) {
        if (topicName.equals(END)) {
            asking = false;
        } else if (topicName.startsWith(SYS)) {
            counters.put(topicName.substring(SYS.length()), text(payload));
        } else {
            Named named = crew.topology().named(topicName, payload);
            Stream stream = named.stream();
            seen.put(
                    stream.id(),
                    new Note(
                            Note.What.RETAINED_SEEN,
                            stream.publisher(),
                            stream.id(),
                            named.number(),
                            0));
        }
    }

    // ---- subscriptions -----------------------------------------------------------------------

    /// Publishes to each filter of those who are away, then brings them back and lets them note
    /// what they got.
    void probeSubscriptions(List<Churner> churners) {
        probe++;
        for (Churner each : churners) {
            each.expectProbe(probe);
            for (int filter = 0; filter < Churner.FILTERS; filter++) {
                publish(each.topicName(filter), QoS.EXACTLY_ONCE, Integer.toString(probe));
            }
            publish(each.mark(), QoS.AT_LEAST_ONCE, Integer.toString(probe));
        }
        complete();
        crew.run(
                churners,
                Rule.SUBSCRIPTIONS,
                "messages for probed subscriptions have come",
                () -> churners.stream().allMatch(Churner::isProbed));
    }

    // ---- marks and counters ------------------------------------------------------------------

    /// Sends each a message that stands behind all others in its queue.
    int mark(List<Subscriber> subscribers) {
        probe++;
        for (Subscriber each : subscribers) {
            publish(each.mark(), QoS.AT_LEAST_ONCE, Integer.toString(probe));
        }
        complete();
        return probe;
    }

    /// Waits until the broker says that nothing is queued or in flight, and that all copies are
    /// accounted for.
    void probeCounters() {
        subscribe(SYS + "messages/#", 0, () -> {});
        crew.run(
                "$SYS tells of empty queues",
                () -> isZero("messages/queued") && isZero("messages/in-flight"));
        unsubscribe(SYS + "messages/#", () -> {});
        complete();
    }

    private boolean isZero(String counter) {
        return "0".equals(counters.get(counter));
    }

    private static String text(byte[] payload) {
        return new String(payload, StandardCharsets.UTF_8);
    }

    // ---- publishing --------------------------------------------------------------------------

    private void publish(String topicName, QoS qos, String payload) {
        int identifier = nextIdentifier();
        unanswered.add(identifier);
        send(
                new Publish(
                        TopicName.of(topicName),
                        Payload.of(payload),
                        qos,
                        false,
                        false,
                        identifier,
                        Properties.NONE));
    }

    private void complete() {
        crew.run(
                List.of(this),
                "the prober is answered",
                () -> unanswered.isEmpty() && !isAsking() && owed() == 0);
    }

    @Override
    void onPacket(Packet packet) {
        switch (packet) {
            case Puback puback -> unanswered.remove(puback.packetIdentifier());
            case Pubrec pubrec -> send(new Pubrel(pubrec.packetIdentifier(), ReasonCode.SUCCESS));
            case Pubcomp pubcomp -> unanswered.remove(pubcomp.packetIdentifier());
            default -> super.onPacket(packet);
        }
    }

    @Override
    void onLost() {
        unanswered.clear();
        super.onLost();
    }

    @Override
    boolean isDone() {
        return true;
    }
}
