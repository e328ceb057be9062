package org.vencejo.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.SysSnapshot.Running;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.storage.StoreStatistics;

/// Publishes the broker's numbers below `$SYS`, retained, at an interval and only what changed.
///
/// Thread-safe: its state is confined to the thread that it starts.
final class SysPublisher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SysPublisher.class);
    private static final Payload NOTHING = Payload.EMPTY;

    private final ServerDriver driver;
    private final Supplier<@Nullable StoreStatistics> store;
    private final String version;
    private final long startedNanos;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().name("vencejo-sys").daemon().unstarted(task));

    private final Map<String, String> published = new HashMap<>();
    private final SysLoad load;
    private long heapBytesMost;
    private @Nullable ScheduledFuture<?> ticking;

    /// `store` tells what the store on disk has done, or null.
    SysPublisher(
            ServerDriver driver,
            Supplier<@Nullable StoreStatistics> store,
            String version,
            long startedNanos) {
        this.driver = driver;
        this.store = store;
        this.version = version;
        this.startedNanos = startedNanos;
        this.load = new SysLoad(startedNanos);
    }

    /// Publishes now and then every `intervalNanos`; 0 stops, and takes back what was retained.
    void every(long intervalNanos) {
        thread.execute(() -> {
            if (ticking != null) {
                ticking.cancel(false);
                ticking = null;
            }
            if (intervalNanos == 0) {
                published.keySet().forEach(topic -> publish(topic, NOTHING));
                published.clear();
            } else {
                ticking =
                        thread.scheduleAtFixedRate(
                                this::tick, 0, intervalNanos, TimeUnit.NANOSECONDS);
            }
        });
    }

    private void tick() {
        Running running = running();
        Traffic traffic = driver.traffic();
        AuthenticationThreads.Counts authentication = driver.authentication();
        // What fails here must not end the repetition, and is our fault.
        var _ =
                driver.inspect(server -> SysSnapshot.of(server, traffic, authentication, running))
                        .thenAcceptAsync(this::publishChanges, thread)
                        .exceptionally(fault -> {
                            if (!thread.isShutdown()) {
                                log.error("$SYS could not be published; please report it", fault);
                            }
                            return null;
                        });
    }

    private void publishChanges(SysSnapshot snapshot) {
        if (ticking == null) {
            return;
        }
        SysTopics.of(snapshot.with(load.at(System.nanoTime(), snapshot)))
                .forEach((topic, value) -> {
                    if (!value.equals(published.put(topic, value))) {
                        publish(topic, Payload.of(value));
                    }
                });
    }

    private void publish(String topic, Payload payload) {
        driver.publishLocally(
                new Publish(
                        TopicName.of(topic),
                        payload,
                        QoS.AT_MOST_ONCE,
                        true,
                        false,
                        0,
                        Properties.NONE));
    }

    private Running running() {
        Runtime runtime = Runtime.getRuntime();
        long heapBytes = runtime.totalMemory() - runtime.freeMemory();
        heapBytesMost = Math.max(heapBytesMost, heapBytes);
        return new Running(
                version,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos),
                heapBytes,
                heapBytesMost,
                runtime.maxMemory(),
                store.get());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
