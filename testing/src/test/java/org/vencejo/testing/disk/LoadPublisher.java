package org.vencejo.testing.disk;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
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
    private final TreeSet<Integer> refused = new TreeSet<>();
    private final TreeSet<Integer> matched = new TreeSet<>();
    private final Semaphore answers = new Semaphore(0);
    private final String filling;
    private volatile IntConsumer onAllAnswered = number -> {};
    private int last;

    /// One whose payloads have so many bytes beside the number.
    LoadPublisher(ProtocolVersion version, int fillingBytes) {
        super("publisher", version);
        filling = "x".repeat(fillingBytes);
    }

    /// Tells the number of the last packet whenever nothing is open any more.
    void onAllAnswered(IntConsumer action) {
        onAllAnswered = action;
    }

    /// The number in a payload.
    static int number(byte[] payload) {
        String text = new String(payload, StandardCharsets.US_ASCII);
        return Integer.parseInt(text.substring(0, text.indexOf(' ')));
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

    private Packet packet(int number) {
        QoS qos = qos(number);
        if (isSubscription(number)) {
            return SocketClient.subscribe(number, FILTERS + number, QoS.AT_LEAST_ONCE);
        }
        String topic = isRetained(number) ? RETAINED_TOPIC : TOPICS + qos;
        return SocketClient.publish(topic, qos, isRetained(number), number, number + " " + filling);
    }

    /// Sends so many more; returns the number of the last.
    int sendMore(int count) {
        List<Packet> packets = new ArrayList<>();
        int number;
        synchronized (open) {
            for (int i = 0; i < count; i++) {
                last++;
                open.put(last, packet(last));
                packets.add(open.get(last));
            }
            number = last;
        }
        send(packets.toArray(Packet[]::new));
        return number;
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
                case Puback it -> answered(it.packetIdentifier(), it.reasonCode());
                case Pubrec it -> {
                    answered(it.packetIdentifier(), it.reasonCode());
                    if (!it.reasonCode().isError()) {
                        Pubrel pubrel = new Pubrel(it.packetIdentifier(), ReasonCode.SUCCESS);
                        open.put(it.packetIdentifier(), pubrel);
                        send(pubrel);
                    }
                }
                case Pubcomp it -> open.remove(it.packetIdentifier());
                case Suback it -> answered(it.packetIdentifier(), it.reasonCodes().getFirst());
                case Publish it -> {
                    String topic = it.topicName().toString();
                    matched.add(Integer.parseInt(topic.substring(FILTERS.length())));
                    send(new Puback(it.packetIdentifier(), ReasonCode.SUCCESS));
                }
                default -> throw new IllegalStateException("unexpected " + packet);
            }
            if (open.isEmpty()) {
                onAllAnswered.accept(last);
            }
        }
        answers.release();
    }

    private void answered(int number, ReasonCode reasonCode) {
        (reasonCode.isError() ? refused : acknowledged).add(number);
        open.remove(number);
    }

    /// How many operations are not answered to the end.
    int open() {
        synchronized (open) {
            return open.size();
        }
    }

    /// Numbers whose PUBACK, PUBREC or SUBACK came; to be looked at when the connection has ended.
    NavigableSet<Integer> acknowledged() {
        return acknowledged;
    }

    /// Numbers whose answer was an error; likewise.
    NavigableSet<Integer> refused() {
        return refused;
    }

    /// Numbers of filters by which a message came; likewise.
    NavigableSet<Integer> matched() {
        return matched;
    }
}
