package org.vencejo.broker;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.vencejo.core.Event;

/// What the log says of whether anything can be kept: at once when that changes, and when it comes
/// and goes once a minute, with how often. Thread-safe.
///
/// A block of the disk that stays bad has the store opened anew each second, and each time it works
/// for a moment.
final class StoreLines {
    /// That trouble began and that it ended are told at once.
    private static final int LINES_MAX = 2;

    private final Executor aMinuteLater;
    private final Consumer<Line> log;
    private boolean isWatched;
    private int told;
    private int untold;
    private Event latest = new Event.StoreAvailable();

    /// What is to be written of `event`, before which the log was told nothing of so many others.
    record Line(int untoldBefore, Event event) {}

    /// `aMinuteLater` runs what it is given in a minute, once.
    StoreLines(Executor aMinuteLater, Consumer<Line> log) {
        this.aMinuteLater = aMinuteLater;
        this.log = log;
    }

    /// It is as `event` says from now on.
    synchronized void tell(Event event) {
        latest = event;
        if (!isWatched) {
            told = 0;
            watch();
        }
        if (told < LINES_MAX) {
            told++;
            log.accept(new Line(0, event));
        } else {
            untold++;
        }
    }

    private void watch() {
        isWatched = true;
        aMinuteLater.execute(this::lookAgain);
    }

    private synchronized void lookAgain() {
        isWatched = false;
        if (untold > 0) {
            log.accept(new Line(untold - 1, latest));
            untold = 0;
            told = LINES_MAX;
            watch();
        }
    }
}
