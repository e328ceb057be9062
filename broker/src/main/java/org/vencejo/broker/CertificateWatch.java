package org.vencejo.broker;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.transport.TlsFiles.Trouble;
import org.vencejo.transport.TlsServer;
import org.vencejo.transport.TlsServer.Reading;

/// Watches the files of TLS: takes new ones into use, says which cannot be, and warns before
/// certificates end. Changes the keys of sessions every hour.
///
/// Thread-safe. Looks at them every few seconds on a thread of its own, and whenever it is asked.
final class CertificateWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CertificateWatch.class);

    private static final long LOOK_SECONDS = 5;
    private static final long WARN_HOURS = 24;
    private static final long TICKET_HOURS = 1;

    private final List<Watched> watched;
    private final Consumer<TlsServer> renewed;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().name("vencejo-tls").daemon().unstarted(task));

    /// TLS and the listener that it is for.
    record Watched(String listener, TlsServer tls) {}

    /// `renewed` hears of each whose files were read anew.
    CertificateWatch(List<Watched> watched, Consumer<TlsServer> renewed) {
        this.watched = List.copyOf(watched);
        this.renewed = renewed;
    }

    /// Begins to watch, and warns now and every day.
    void start() {
        if (watched.isEmpty()) {
            return;
        }
        warn(Instant.now());
        var _ =
                thread.scheduleWithFixedDelay(
                        this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        var _ =
                thread.scheduleWithFixedDelay(
                        () -> warn(Instant.now()), WARN_HOURS, WARN_HOURS, TimeUnit.HOURS);
        var _ =
                thread.scheduleWithFixedDelay(
                        this::renewTickets, TICKET_HOURS, TICKET_HOURS, TimeUnit.HOURS);
    }

    /// Reads what has changed.
    void look() {
        for (Watched each : watched) {
            try {
                take(each, each.tls.readIfChanged());
            } catch (RuntimeException fault) {
                // It must not end the watch.
                log.error("the files of TLS could not be looked at; please report it", fault);
            }
        }
    }

    /// Reads all of it.
    void readAgain() {
        for (Watched each : watched) {
            take(each, each.tls.read());
        }
    }

    private void take(Watched it, Reading reading) {
        switch (reading) {
            case Reading.Unchanged _ -> {}
            case Reading.Renewed renewal -> {
                log.info(
                        "listener {}: its certificates were read again: {}",
                        it.listener,
                        String.join(", ", renewal.identities()));
                warn(it, Instant.now());
                renewed.accept(it.tls);
            }
            case Reading.Refused refusal -> {
                if (refusal.news()) {
                    for (Trouble trouble : refusal.troubles()) {
                        log.error(
                                "listener {}: {}; what was read before stays in force",
                                it.listener,
                                trouble);
                    }
                }
            }
        }
    }

    private void renewTickets() {
        watched.forEach(each -> each.tls.renewTickets());
    }

    private void warn(Instant now) {
        watched.forEach(each -> warn(each, now));
    }

    private static void warn(Watched it, Instant now) {
        it.tls.warnings(now).forEach(warning -> log.warn("listener {}: {}", it.listener, warning));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        watched.forEach(each -> each.tls.close());
    }
}
