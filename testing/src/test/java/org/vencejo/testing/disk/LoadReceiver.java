package org.vencejo.testing.disk;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
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

/// Receives what [LoadPublisher] publishes, and counts.
final class LoadReceiver extends LoadClient {
    /// The topic of the message that comes last.
    static final String END = LoadPublisher.TOPICS + "end";

    private final Map<Integer, Integer> received = new HashMap<>();
    private final Map<String, Integer> lastByTopic = new HashMap<>();
    private final Set<Integer> open = new HashSet<>();
    private final Set<String> disorder = new HashSet<>();
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    LoadReceiver(String name, ProtocolVersion version) {
        super(name, version);
    }

    void awaitSubscribed() throws InterruptedException {
        await(subscribed);
    }

    void awaitEnd() throws InterruptedException {
        await(ended);
    }

    private void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " waits in vain");
        }
    }

    @Override
    void resume(boolean sessionPresent) {
        if (subscribed.getCount() > 0) {
            send(SocketClient.subscribe(1, LoadPublisher.TOPICS + "#", QoS.EXACTLY_ONCE));
        }
    }

    @Override
    void heard(Packet packet) {
        switch (packet) {
            case Suback _ -> subscribed.countDown();
            case Publish it -> {
                if (it.qos() == QoS.AT_LEAST_ONCE) {
                    received(it);
                    send(new Puback(it.packetIdentifier(), ReasonCode.SUCCESS));
                } else {
                    if (open.add(it.packetIdentifier())) {
                        received(it);
                    }
                    send(new Pubrec(it.packetIdentifier(), ReasonCode.SUCCESS));
                }
            }
            case Pubrel it -> {
                open.remove(it.packetIdentifier());
                send(new Pubcomp(it.packetIdentifier(), ReasonCode.SUCCESS));
            }
            default -> throw new IllegalStateException("unexpected " + packet);
        }
    }

    private void received(Publish publish) {
        String topic = publish.topicName().toString();
        if (topic.equals(END)) {
            ended.countDown();
            return;
        }
        int number = LoadPublisher.number(publish.payload().toByteArray());
        if (received.merge(number, 1, Integer::sum) == 1) {
            Integer before = lastByTopic.put(topic, number);
            if (before != null && before > number) {
                disorder.add(number + " after " + before + " of " + topic);
            }
        }
    }

    /// Adds what breaks the promises given to the publisher; when the connection has ended.
    void judge(Set<Integer> acknowledged, List<String> lost) {
        for (int number : acknowledged) {
            if (!LoadPublisher.isSubscription(number) && !received.containsKey(number)) {
                lost.add(name + " never gets " + number);
            }
        }
        received.forEach((number, times) -> {
            if (times > 1 && LoadPublisher.qos(number) == QoS.EXACTLY_ONCE) {
                lost.add(name + " gets " + number + " " + times + " times");
            }
        });
        disorder.forEach(it -> lost.add(name + " gets " + it));
    }

    int received() {
        return received.size();
    }
}
