package org.vencejo.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// What the clients of a [Training] and of a [WarmUp] do: a little of what brokers are asked for,
/// and much of the roads that are taken for each message. Confined to its thread, but for the
/// threads that it has work and waits for.
final class TrainingLoad {
    private static final int WINDOW = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int CLIENTS = 20;
    private static final long FLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(600);
    private static final long QUEUE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);
    private static final int QUEUED = 500;

    /// The same of a warm-up, again and again.
    private static final long FLOW_TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long QUEUE_TURN_NANOS = 3 * FLOW_TURN_NANOS;
    private static final int QUEUED_IN_A_TURN = 2_500;
    private static final byte[] PAYLOAD = new byte[256];

    private final int port;
    private final ExecutorService threads;
    private final List<MqttClient> open = new ArrayList<>();
    private long published;

    private TrainingLoad(int port, ExecutorService threads) {
        this.port = port;
        this.threads = threads;
    }

    /// Has clients use the broker at this port for a few seconds.
    static void on(int port) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            TrainingLoad load = new TrainingLoad(port, threads);
            load.everySort();
            List<MqttClient> publishers = load.clients("publisher");
            load.flow(publishers, load.subscribers(), FLOW_NANOS);
            load.queueAndDrain(publishers, load.keptSessions(), QUEUED, QUEUE_NANOS);
            load.open.forEach(MqttClient::close);
        }
    }

    /// The clients of a [WarmUp] as a process, started as `TrainingLoad NANOSECONDS PORT PORT PORT
    /// [PORT]`: uses the broker at the first port for about so long, has [TrainingStrangers] come
    /// to all of them meanwhile, and prints how many messages and strangers that were. Ends early
    /// with its input, so with the process that started it, however that ends.
    public static void main(String[] arguments) {
        // What a terminal or a service manager tells the whole group is for the broker to hear.
        for (String name : List.of("HUP", "INT", "TERM")) {
            Signals.on(name, () -> {});
        }
        Thread.ofPlatform().daemon().start(TrainingLoad::endWithInput);
        int exitCode = 0;
        try {
            int[] ports = Stream.of(arguments).skip(1).mapToInt(Integer::parseInt).toArray();
            System.out.println(warmUp(Long.parseLong(arguments[0]), ports));
        } catch (RuntimeException failed) {
            System.out.println(failed);
            exitCode = 1;
        }
        System.exit(exitCode); // clients that were left behind have threads
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException ended) {
            // as well
        }
        Runtime.getRuntime().halt(1);
    }

    private static String warmUp(long nanos, int... ports) {
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            TrainingLoad load = new TrainingLoad(ports[0], threads);
            load.everySort();
            List<MqttClient> publishers = load.clients("publisher");
            List<MqttClient> subscribers = load.subscribers();
            List<MqttClient> kept = load.keptSessions();
            TrainingStrangers strangers = new TrainingStrangers(ports);
            Future<?> coming = threads.submit(strangers::come);
            try {
                do {
                    load.queueAndDrain(publishers, kept, QUEUED_IN_A_TURN, QUEUE_TURN_NANOS);
                    load.flow(publishers, subscribers, FLOW_TURN_NANOS);
                } while (System.nanoTime() - start < nanos);
            } finally {
                strangers.end();
            }
            await(List.of(coming));
            return "%d messages, %d connections of strangers"
                    .formatted(load.published, strangers.came());
        }
    }

    // ---- what is done a little ----

    private void everySort() {
        everySort(ProtocolVersion.MQTT_3_1_1);
        everySort(ProtocolVersion.MQTT_5);
    }

    private void everySort(ProtocolVersion version) {
        MqttOptions.Builder withWill =
                options("training-will", version).will(will()).cleanStart(true);
        try (MqttClient watcher = connected(options("training-watcher", version));
                MqttClient left = connected(withWill);
                MqttClient sharing = connected(options("training-sharing", version))) {
            for (QoS qos : QoS.values()) {
                watcher.subscribe("training/+/" + qos, qos);
                sharing.subscribe("$share/some/training/+/" + qos, qos);
                MqttMessage message = message("training/one/" + qos, qos).retained();
                watcher.publish(version.isMqtt5() ? expiring(message) : message);
                left.publish(MqttMessage.of("training/two/" + qos, "text", qos));
            }
            watcher.subscribe("training/#", QoS.EXACTLY_ONCE);
            if (version.isMqtt5()) {
                left.disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE);
            }
            take(watcher, 9);
            take(sharing, 3);
            for (QoS qos : QoS.values()) {
                watcher.unsubscribe("training/+/" + qos);
                watcher.publish(MqttMessage.of("training/one/" + qos, "", qos).retained());
            }
            // Another with the same name takes the session over.
            connected(options("training-sharing", version)).close();
            watcher.disconnect();
        }
    }

    private static Will will() {
        return new Will(
                TopicName.of("training/will"),
                Payload.of("gone"),
                QoS.AT_LEAST_ONCE,
                false,
                Properties.NONE);
    }

    private static MqttMessage expiring(MqttMessage message) {
        return message.with(
                Properties.NONE
                        .with(Property.MESSAGE_EXPIRY_INTERVAL, 60)
                        .with(Property.CONTENT_TYPE, "text/plain")
                        .withUserProperty("name", "value"));
    }

    // ---- what is done for each message ----

    /// Messages of all kinds to subscribers that are there: pairs, many to one, one to many.
    private void flow(List<MqttClient> publishers, List<MqttClient> subscribers, long nanos) {
        for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) {
            for (QoS qos : QoS.values()) {
                published(publishers, 32, number -> message("training/" + number + "/x", qos));
                taken(subscribers, 32);
            }
            published(publishers, 16, number -> message("training/in/x", QoS.AT_LEAST_ONCE));
            take(subscribers.getFirst(), 16 * CLIENTS);
            published(
                    publishers.subList(0, 2),
                    16,
                    number -> message("training/all", QoS.AT_MOST_ONCE));
            taken(subscribers, 32);
        }
    }

    private List<MqttClient> subscribers() {
        List<MqttClient> subscribers = clients("subscriber");
        for (int i = 0; i < CLIENTS; i++) {
            subscribers.get(i).subscribe("training/" + i + "/+", QoS.EXACTLY_ONCE);
            subscribers.get(i).subscribe("training/all", QoS.AT_MOST_ONCE);
        }
        subscribers.getFirst().subscribe("training/in/#", QoS.AT_LEAST_ONCE);
        return subscribers;
    }

    /// So many messages to each of these sessions while their clients are away, who then come for
    /// them.
    private void queueAndDrain(
            List<MqttClient> publishers, List<MqttClient> kept, int count, long nanos) {
        for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) {
            kept.forEach(MqttClient::disconnect);
            published(
                    publishers,
                    count,
                    number -> message("training/kept/" + number, QoS.AT_LEAST_ONCE));
            kept.forEach(MqttClient::connect);
            taken(kept, count);
        }
    }

    private List<MqttClient> keptSessions() {
        List<MqttClient> kept = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            MqttClient subscriber =
                    connected(
                            options("training-kept" + i, version(i))
                                    .cleanStart(false)
                                    .sessionExpiryInterval(600));
            subscriber.subscribe("training/kept/" + i, QoS.AT_LEAST_ONCE);
            kept.add(subscriber);
        }
        open.addAll(kept);
        return kept;
    }

    /// Has each of `publishers` publish `count` messages of those that `made` makes for its number.
    private void published(List<MqttClient> publishers, int count, IntFunction<MqttMessage> made) {
        List<Runnable> all = new ArrayList<>();
        for (int i = 0; i < publishers.size(); i++) {
            MqttClient publisher = publishers.get(i);
            MqttMessage message = made.apply(i);
            all.add(() -> publish(publisher, count, message));
        }
        together(all);
        published += (long) count * publishers.size();
    }

    private static void publish(MqttClient publisher, int count, MqttMessage message) {
        ArrayDeque<CompletableFuture<ReasonCode>> underWay = new ArrayDeque<>();
        for (int i = 0; i < count; i++) {
            if (underWay.size() == WINDOW) {
                underWay.remove().join();
            }
            underWay.add(publisher.publishAsync(message));
        }
        underWay.forEach(CompletableFuture::join);
    }

    /// Has each of `subscribers` take `count` messages.
    private void taken(List<MqttClient> subscribers, int count) {
        List<Runnable> all = new ArrayList<>();
        for (MqttClient subscriber : subscribers) {
            all.add(() -> take(subscriber, count));
        }
        together(all);
    }

    /// Takes so many messages, or those that come: at QoS 0 some may not.
    private static void take(MqttClient subscriber, int count) {
        int taken = 0;
        while (taken < count && subscriber.receive(PATIENCE) != null) {
            taken++;
        }
    }

    private void together(List<Runnable> all) {
        List<Future<?>> started = new ArrayList<>();
        for (Runnable each : all) {
            started.add(threads.submit(each));
        }
        await(started);
    }

    private static void await(List<Future<?>> started) {
        try {
            for (Future<?> each : started) {
                each.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- clients ----

    private List<MqttClient> clients(String role) {
        List<MqttClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(connected(options("training-" + role + i, version(i))));
        }
        open.addAll(clients);
        return clients;
    }

    private static ProtocolVersion version(int number) {
        return number % 2 == 0 ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5;
    }

    private static MqttClient connected(MqttOptions.Builder options) {
        MqttClient client = new MqttClient(options.build());
        client.connect();
        return client;
    }

    private MqttOptions.Builder options(String clientIdentifier, ProtocolVersion version) {
        return MqttOptions.builder()
                .host("127.0.0.1")
                .port(port)
                .version(version)
                .clientIdentifier(clientIdentifier);
    }

    private static MqttMessage message(String topicName, QoS qos) {
        return MqttMessage.of(topicName, PAYLOAD, qos);
    }
}
