package org.vencejo.testing.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;

/// A publisher and two receivers with sessions that are kept, and what they were promised and do
/// not get. Used by the thread of the test.
final class Load {
    private final LoadPublisher publisher;
    private final LoadReceiver early = new LoadReceiver("early", ProtocolVersion.MQTT_5);
    private final LoadReceiver late = new LoadReceiver("late", ProtocolVersion.MQTT_3_1_1);
    private final List<String> lost = new ArrayList<>();

    /// With payloads of so many bytes beside a number.
    Load(int fillingBytes) {
        publisher = new LoadPublisher(ProtocolVersion.MQTT_5, fillingBytes);
    }

    LoadPublisher publisher() {
        return publisher;
    }

    /// Who is mostly there.
    LoadReceiver early() {
        return early;
    }

    /// Whose queue grows.
    LoadReceiver late() {
        return late;
    }

    /// What was promised and is not there.
    List<String> lost() {
        return lost;
    }

    /// Makes the sessions of the receivers, and leaves one of them there.
    void subscribe(BrokerOnDisk broker) throws IOException, InterruptedException {
        for (LoadReceiver it : List.of(early, late)) {
            it.start(broker, lost);
            it.awaitSubscribed();
        }
        late.leave();
    }

    /// Completes all that is open, with nobody connected at first, and compares.
    void drain(BrokerOnDisk broker) throws IOException, InterruptedException {
        publisher.start(broker, lost);
        publisher.awaitAll();
        early.start(broker, lost);
        late.start(broker, lost);
        try (SocketClient other =
                broker.client(SocketClient.notKept(ProtocolVersion.MQTT_5, "newcomer"))) {
            other.ask(SocketClient.publish(LoadReceiver.END, QoS.AT_LEAST_ONCE, 1, ""));
            for (LoadReceiver it : List.of(early, late)) {
                it.awaitEnd();
                it.leave();
                it.judge(publisher.acknowledged(), lost);
            }
            judgeRetained(other);
            judgeSubscriptions(other);
        }
    }

    private void judgeRetained(SocketClient other) throws IOException {
        int expected =
                publisher.acknowledged().descendingSet().stream()
                        .filter(LoadPublisher::isRetained)
                        .findFirst()
                        .orElse(0);
        other.ask(SocketClient.subscribe(2, LoadPublisher.RETAINED_TOPIC, QoS.AT_MOST_ONCE));
        int found = 0;
        for (Packet it : other.beforePing()) {
            found = LoadPublisher.number(((Publish) it).payload().toByteArray());
        }
        if (found < expected) {
            lost.add("retained is " + found + ", acknowledged was " + expected);
        }
    }

    // Nothing is open any more, so that every subscription was answered.
    private void judgeSubscriptions(SocketClient other) throws IOException, InterruptedException {
        TreeSet<Integer> subscriptions = new TreeSet<>(publisher.acknowledged());
        subscriptions.removeIf(number -> !LoadPublisher.isSubscription(number));
        for (int number : subscriptions) {
            String topic = LoadPublisher.FILTERS + number;
            other.ask(SocketClient.publish(topic, QoS.AT_LEAST_ONCE, 3, ""));
        }
        publisher.leave();
        subscriptions.removeAll(publisher.matched());
        if (!subscriptions.isEmpty()) {
            lost.add("subscriptions " + subscriptions);
        }
    }
}
