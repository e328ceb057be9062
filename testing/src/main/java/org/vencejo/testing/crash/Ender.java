package org.vencejo.testing.crash;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.crash.Topology.Named;
import org.vencejo.testing.crash.Topology.Stream;

/// A client that lets a queue grow while it is away and then ends its session with Clean Start.
/// Confined to the tester's thread.
///
/// If CONNACK comes, nothing of the queue may come any more. If the broker is killed before, either
/// all of it or none does: the client comes back and sends itself a message that stands behind.
final class Ender extends Receiver {
    private final Publisher feeder;
    private final List<Stream> streams;
    private final int queue;
    private final String mark = "mark/" + who;

    private Stage stage = Stage.BEFORE;
    private int marks;

    private enum Stage {
        /// Not subscribed, or nobody knows.
        BEFORE,
        /// Online with an empty queue.
        EMPTY,
        /// Away, its queue grows.
        GROWING,
        /// CONNECT with Clean Start is sent.
        ENDING
    }

    /// `feeder` fills its queue with `queue` messages for each of its own `streams`.
    Ender(Crew crew, Publisher feeder, String root, int queue) {
        super(crew, ProtocolVersion.MQTT_5);
        this.feeder = feeder;
        this.queue = queue;
        this.streams =
                List.of(
                        crew.topology().stream(feeder.who, root, QoS.AT_LEAST_ONCE),
                        crew.topology().stream(feeder.who, root, QoS.EXACTLY_ONCE));
    }

    /// Whether its queue is as long as it will be.
    boolean isGrown() {
        return stage == Stage.GROWING && streams.stream().allMatch(feeder::isFed);
    }

    /// Ends its session.
    void end() {
        stage = Stage.ENDING;
        connect(new Terms(true, EXPIRY_SECONDS, 0, null));
    }

    @Override
    void act() {
        acknowledge(owed());
        if (!isUnderWay()) {
            switch (stage) {
                case GROWING -> {
                    if (isGrown() && (crew.isDraining() || seeds.chance(0.002))) {
                        if (seeds.chance(0.5)) {
                            end();
                        } else {
                            stage = Stage.BEFORE;
                        }
                    }
                }
                case BEFORE, EMPTY, ENDING -> {
                    stage = Stage.BEFORE;
                    connect(Terms.KEPT);
                }
            }
        } else if (stage == Stage.EMPTY && isConnected() && !crew.isDraining()) {
            stage = Stage.GROWING;
            leave(true);
            streams.forEach(each -> feeder.feed(each, queue));
        }
    }

    @Override
    void onConnected(boolean sessionPresent) {
        super.onConnected(sessionPresent);
        stage = Stage.BEFORE;
        marks++;
        subscribe(mark, 1, this::markEnd);
    }

    // Behind all that is queued.
    private void markEnd() {
        send(
                new Publish(
                        TopicName.of(mark),
                        Payload.of(Integer.toString(marks)),
                        QoS.AT_LEAST_ONCE,
                        false,
                        false,
                        nextIdentifier(),
                        Properties.NONE));
    }

    @Override
    void onPacket(Packet packet) {
        if (!(packet instanceof Puback)) {
            super.onPacket(packet);
        }
    }

    @Override
    void delivered(String topicName, byte[] payload, Publish publish) {
        if (!topicName.equals(mark)) {
            Named named = crew.topology().named(topicName, payload);
            int dup = publish.dup() ? Note.DUP : 0;
            crew.note(
                    Note.What.RECEIVED,
                    who,
                    named.stream().id(),
                    named.number(),
                    publish.qos().value() | dup);
        } else if (Integer.parseInt(new String(payload, StandardCharsets.US_ASCII)) == marks
                && stage == Stage.BEFORE) {
            crew.note(Note.What.EMPTIED, who, 0, 0, 0);
            subscribe(root() + "/#", 2, this::subscribed);
        }
    }

    private String root() {
        String topicName = streams.getFirst().topicName();
        return topicName.substring(0, topicName.indexOf('/'));
    }

    private void subscribed() {
        stage = Stage.EMPTY;
        for (Stream each : streams) {
            crew.note(Note.What.EXPECTING, who, each.id(), 0, each.qos().value());
        }
    }

    @Override
    boolean isDone() {
        return stage == Stage.EMPTY && super.isDone();
    }
}
