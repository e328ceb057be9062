package org.vencejo.broker;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.vencejo.broker.BrokerConnection.Pause;
import org.vencejo.transport.IoLoop;

/// Who is read from when a loop has more to do than it can: those who send little first, and all of
/// them, then those who send much, one after the other.
///
/// Confined to its event loop. While the loop has time to spare nobody waits here. A connection
/// that takes more than half of what connections take on average is *loud*: in a tick that is long
/// already, or while others wait, it is not read from again before its turn comes, and turns have a
/// bounded part of each tick, behind what the others had sent to whom they speak with. So a client
/// that floods waits for other floods and has nobody else wait, however many they are; what it is
/// not read from it has to keep.
final class Turns {
    /// After so much time a turn is over, whatever else was read.
    static final long TURN_NANOS = 100_000;

    /// What a turn with hardly a byte may take, by itself.
    private static final long TURN_NANOS_LEAST = 20_000;

    /// A tick that has read for so long is busy. It has its price, where fifty publish as fast as
    /// they can: an eighth more for each message of a fan-in than with four milliseconds.
    private static final long BUSY_NANOS = 1_000_000;

    /// The same where all are as loud: to pause and resume is work, up to a fifth more for each
    /// message, and nobody there is served sooner for it.
    private static final long BUSY_NANOS_ALL_LOUD = 8_000_000;

    /// About what the loud ones have of a tick.
    private static final long SHARE_NANOS = 250_000;

    /// After so much time in a tick what was appended is flushed before its end, if there are any
    /// who send little: what they have caused need not wait for all who are read from.
    private static final long FLUSH_NANOS = 500_000;

    /// For so long it is added up who takes how much.
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// Who takes no more of that is not loud, whatever others take.
    private static final long LOUD_NANOS_LEAST = 300_000;

    /// A pause that Keep Alive has to know of.
    private static final long LONG_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Tick tick;
    private final ArrayDeque<Sender> waiting = new ArrayDeque<>();

    /// The size of that, for others.
    private volatile int waitingCount;

    // For this window: what all took, and how many they are
    private long window;
    private long windowBeganNanos;
    private long usedNanos;
    private int users;
    private int loudUsers;

    /// Whether there were any who are not loud, in the window before.
    private boolean anyQuiet;

    /// Who takes more in a window is loud, by the window before.
    private long loudFromNanos = LOUD_NANOS_LEAST;

    // For this tick
    private boolean tickBegan;
    private long tickBeganNanos;

    /// When this tick was flushed, or began.
    private long flushedNanos;

    /// How long flushes took in this tick, and the last one of them.
    private long flushingNanos;

    private long lastFlushNanos;

    /// What all took in this tick, by themselves.
    private long ownNanos;

    /// What the loud ones took in this tick.
    private long loudNanos;

    /// What a turn of a loud one takes, on average.
    private long turnNanos = TURN_NANOS;

    Turns(Tick tick) {
        this.tick = tick;
    }

    static Turns of(LoopDriver driver, IoLoop loop) {
        return new Turns(new LoopTick(driver, loop));
    }

    /// A turn began.
    void begin(long nowNanos) {
        if (!tickBegan) {
            tickBegan = true;
            tickBeganNanos = nowNanos;
            flushedNanos = nowNanos;
            flushingNanos = 0;
            lastFlushNanos = 0;
        }
    }

    /// `sender` has had its turn with so many bytes, which took so long; or it was cut short, and
    /// has a rest.
    void had(Sender sender, int bytes, long tookNanos, boolean rest, long nowNanos) {
        // More is no doing of its own: somebody took the processor, or garbage was collected.
        long own = Math.min(tookNanos, Math.min(TURN_NANOS, TURN_NANOS_LEAST + 50L * bytes));
        ownNanos += own;
        boolean loud = isLoud(sender, own, nowNanos);
        if (sender.waited || ownNanos > BUSY_NANOS_ALL_LOUD) {
            // With many who wait, or make ticks long, turns come so seldom that each has taken
            // little: what tells then is whether it has much to say when its turn comes.
            boolean hasMore = rest || own > TURN_NANOS / 2;
            loud |= hasMore;
            sender.waited = hasMore;
        }
        if (loud) {
            turnNanos += (own - turnNanos) / 8;
            loudNanos += own;
        }
        if (rest || (loud && (isBusy(nowNanos) || !waiting.isEmpty()))) {
            if (sender.pauseReading(Pause.BY_TURN, nowNanos)) {
                waiting.add(sender);
                sender.waited = true;
                tick.arm(); // it may be another loop that runs the core
            }
        }
        // Never for more than half of the time.
        if (anyQuiet && nowNanos - flushedNanos > Math.max(FLUSH_NANOS, lastFlushNanos)) {
            flush();
        }
    }

    private void flush() {
        long began = tick.nanos();
        tick.flushNow();
        flushedNanos = tick.nanos();
        lastFlushNanos = flushedNanos - began;
        flushingNanos += lastFlushNanos;
    }

    private boolean isLoud(Sender sender, long nanos, long nowNanos) {
        if (nowNanos - windowBeganNanos > WINDOW_NANOS) {
            loudFromNanos = Math.max(LOUD_NANOS_LEAST, usedNanos / Math.max(1, users) / 2);
            anyQuiet = users > loudUsers;
            windowBeganNanos = nowNanos;
            window++;
            usedNanos = 0;
            users = 0;
            loudUsers = 0;
        }
        usedNanos += nanos;
        boolean isNew = sender.isNewIn(window);
        boolean wasLoud = !isNew && sender.used(0) > loudFromNanos;
        boolean isLoud = sender.used(nanos) > loudFromNanos;
        users += isNew ? 1 : 0;
        loudUsers += isLoud && !wasLoud ? 1 : 0;
        return isLoud;
    }

    private boolean isBusy(long nowNanos) {
        long busyNanos = anyQuiet ? BUSY_NANOS : BUSY_NANOS_ALL_LOUD;
        return nowNanos - tickBeganNanos - flushingNanos > busyNanos;
    }

    /// The end of a tick: gives turns to those who wait for one.
    void give(long nowNanos) {
        begin(nowNanos); // perhaps nobody was read from
        if (!waiting.isEmpty()) {
            flush(); // what those who send little have caused need not wait for the others
        }
        long left = SHARE_NANOS - loudNanos;
        for (int count = waiting.size(); count > 0 && left > 0; count--) {
            Sender next = waiting.remove();
            if (next.hasRest()) {
                long before = tick.nanos() - flushingNanos;
                next.goOn();
                left -= tick.nanos() - flushingNanos - before;
            } else {
                left -= Math.max(turnNanos, TURN_NANOS / 16);
            }
            if (next.hasRest()) {
                waiting.add(next);
                continue;
            }
            long pausedNanos = next.resumeReading(Pause.BY_TURN, nowNanos);
            if (pausedNanos > LONG_PAUSE_NANOS) {
                next.wasPaused(pausedNanos);
            }
        }
        tickBegan = false;
        ownNanos = 0;
        loudNanos = 0;
        if (waitingCount != waiting.size()) {
            waitingCount = waiting.size();
        }
        if (!waiting.isEmpty()) {
            tick.armAfterSockets();
        }
    }

    /// How many wait for their turn. Thread-safe.
    int waiting() {
        return waitingCount;
    }

    /// A connection, to whom it matters whether it is read from. What it had of the turns is in it:
    /// an object less for each. Confined to its event loop.
    abstract static class Sender {
        /// What its turns took in this window, and in the one before.
        private long usedNanos;

        private long usedNanosBefore;
        private long usedInWindow = -1;

        /// Whether it had to wait for its turn, and had more than a little to say then.
        boolean waited;

        /// Stops reading; returns whether this reason is new.
        abstract boolean pauseReading(Pause reason, long nanos);

        /// Takes the reason back; returns for how long reading was paused, or -1 if it still is, or
        /// was not.
        abstract long resumeReading(Pause reason, long nanos);

        /// It was paused for so long, which is no silence of its own.
        abstract void wasPaused(long nanos);

        /// Whether it has read packets that are not handled yet.
        abstract boolean hasRest();

        /// Goes on with them.
        abstract void goOn();

        /// Whether it has not had a turn in this window yet.
        private boolean isNewIn(long window) {
            if (usedInWindow == window) {
                return false;
            }
            usedNanosBefore = usedInWindow == window - 1 ? usedNanos : 0;
            usedNanos = 0;
            usedInWindow = window;
            return true;
        }

        /// Its turn took so long; returns what turns took in this window or the one before.
        private long used(long nanos) {
            usedNanos += nanos;
            return Math.max(usedNanos, usedNanosBefore);
        }
    }

    /// A tick of the loop, and its clock.
    interface Tick {
        long nanos();

        /// Makes sure that it has an end, where turns are given.
        void arm();

        /// Makes sure that there is another one, after all who are read from were.
        void armAfterSockets();

        /// Flushes what was appended so far.
        void flushNow();
    }

    private record LoopTick(LoopDriver driver, IoLoop loop) implements Tick {
        @Override
        public long nanos() {
            return driver.nanos();
        }

        @Override
        public void arm() {
            driver.armTick();
        }

        @Override
        public void armAfterSockets() {
            loop.armTickAfterSockets();
        }

        @Override
        public void flushNow() {
            loop.flushNow();
        }
    }
}
