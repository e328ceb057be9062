package org.vencejo.testing.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;

/// Publishes numbers at QoS 1 and 2, some of them retained, and subscribes in between; remembers
/// what was acknowledged. A number is the Packet Identifier too: no run comes to 65,535.
final class LoadPublisher extends LoadClient {
    static final String TOPICS = "load/";
    static final String RETAINED_TOPIC = TOPICS + "retained";
    static final String FILTERS = "sub/";
    private static final int WAIT_SECONDS = 30;

    /// What is not answered to the end, by number: sent again in this order.
    private final Map<Integer, Packet> open = new TreeMap<>();

    private final TreeSet<Integer> acknowledged = new TreeSet<>();
    private final TreeSet<Integer> matched = new TreeSet<>();
    private final Semaphore answers = new Semaphore(0);
    private int last;

    LoadPublisher(ProtocolVersion version) {
        super("publisher", version);
    }

    static boolean isSubscription(int number) {
        return number % 10 == 0;
    }

    static boolean isRetained(int number) {
        return number % 10 == 5;
    }

    static QoS qos(int number) {
        return number % 2 == 0 ? QoS.EXACTLY_ONCE : QoS.AT_LEAST_ONCE;
    }

    private static Packet packet(int number) {
        QoS qos = qos(number);
        if (isSubscription(number)) {
            return SocketClient.subscribe(number, FILTERS + number, QoS.AT_LEAST_ONCE);
        }
        String topic = isRetained(number) ? RETAINED_TOPIC : TOPICS + qos;
        return SocketClient.publish(topic, qos, isRetained(number), number, "" + number);
    }

    void sendMore(int count) {
        List<Packet> packets = new ArrayList<>();
        synchronized (open) {
            for (int i = 0; i < count; i++) {
                last++;
                open.put(last, packet(last));
                packets.add(open.get(last));
            }
        }
        send(packets.toArray(Packet[]::new));
    }

    /// Waits until so many more answers have come.
    void awaitAnswers(int count) throws InterruptedException {
        if (!answers.tryAcquire(count, WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("only " + answers.availablePermits() + " answers");
        }
    }

    /// Waits until nothing is open.
    void awaitAll() throws InterruptedException {
        while (true) {
            synchronized (open) {
                if (open.isEmpty()) {
                    return;
                }
            }
            awaitAnswers(1);
        }
    }

    @Override
    void resume(boolean sessionPresent) {
        answers.drainPermits();
        List<Packet> again = new ArrayList<>();
        synchronized (open) {
            for (Packet it : open.values()) {
                again.add(it instanceof Publish p ? p.sentAs(p.packetIdentifier(), true) : it);
            }
        }
        send(again.toArray(Packet[]::new));
    }

    @Override
    void heard(Packet packet) {
        synchronized (open) {
            switch (packet) {
                case Puback it -> {
                    acknowledged.add(it.packetIdentifier());
                    open.remove(it.packetIdentifier());
                }
                case Pubrec it -> {
                    acknowledged.add(it.packetIdentifier());
                    Pubrel pubrel = new Pubrel(it.packetIdentifier(), ReasonCode.SUCCESS);
                    open.put(it.packetIdentifier(), pubrel);
                    send(pubrel);
                }
                case Pubcomp it -> open.remove(it.packetIdentifier());
                case Suback it -> {
                    acknowledged.add(it.packetIdentifier());
                    open.remove(it.packetIdentifier());
                }
                case Publish it -> {
                    String topic = it.topicName().toString();
                    matched.add(Integer.parseInt(topic.substring(FILTERS.length())));
                    send(new Puback(it.packetIdentifier(), ReasonCode.SUCCESS));
                }
                default -> throw new IllegalStateException("unexpected " + packet);
            }
        }
        answers.release();
    }

    /// How many operations are not answered to the end.
    int open() {
        synchronized (open) {
            return open.size();
        }
    }

    /// Numbers whose PUBACK, PUBREC or SUBACK came; to be looked at when the connection has ended.
    TreeSet<Integer> acknowledged() {
        return acknowledged;
    }

    /// Numbers of filters by which a message came; likewise.
    TreeSet<Integer> matched() {
        return matched;
    }
}
