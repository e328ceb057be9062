package org.vencejo.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.vencejo.broker.BrokerConnection.Pause;
import org.vencejo.transport.IoLoop;

/// The connections of a loop that are not read from as they send most of what fills the memory.
///
/// Confined to its event loop. Who sent the average or more in a second is paused for the next one,
/// and then heard again: so what comes is less by more than half, and nobody is shut out who only
/// wants to send a little.
final class Loudest {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// Who sends no more in a period is not loud, whatever others send.
    private static final long QUIET_BYTES = 16 << 10;

    private final LoopDriver driver;
    private final IoLoop loop;
    private final List<BrokerConnection> paused = new ArrayList<>();
    private boolean isWatching;

    Loudest(LoopDriver driver, IoLoop loop) {
        this.driver = driver;
        this.loop = loop;
    }

    /// The memory is filled to the mark from which on the loudest are not read from, or no longer.
    void watch(boolean isFull) {
        if (isFull && !isWatching) {
            isWatching = true;
            pauseThem();
            loop.runLater(this::again, PERIOD_NANOS);
        }
    }

    private void again() {
        boolean theirTurn = !paused.isEmpty();
        resumeAll();
        if (driver.memory().mark().compareTo(MemoryInUse.Mark.READING) < 0) {
            isWatching = false;
            return;
        }
        if (!theirTurn) {
            pauseThem();
        } else {
            loop.eachHandler(BrokerConnection.class, BrokerConnection::takeBytesReceived);
        }
        loop.runLater(this::again, PERIOD_NANOS);
    }

    private void pauseThem() {
        List<BrokerConnection> senders = new ArrayList<>();
        List<Long> sent = new ArrayList<>();
        loop.eachHandler(
                BrokerConnection.class,
                each -> {
                    long bytes = each.takeBytesReceived();
                    if (bytes > QUIET_BYTES) {
                        senders.add(each);
                        sent.add(bytes);
                    }
                });
        double average = sent.stream().mapToLong(Long::longValue).average().orElse(0);
        long nanos = driver.nanos();
        for (int i = 0; i < senders.size(); i++) {
            if (sent.get(i) >= average && senders.get(i).pauseReading(Pause.FOR_MEMORY, nanos)) {
                paused.add(senders.get(i));
            }
        }
    }

    private void resumeAll() {
        for (BrokerConnection each : paused) {
            driver.intake().resumed(each, each.resumeReading(Pause.FOR_MEMORY, driver.nanos()));
        }
        paused.clear();
    }
}
