package org.vencejo.testing.house.offenders.core;

import java.nio.file.Path;
import java.util.Random;
import org.slf4j.LoggerFactory;

/// Breaks every rule of the core, once each.
public class ImpureCore {
    long clock() {
        return System.nanoTime();
    }

    Runnable thread() {
        return new Thread()::start;
    }

    Path disk() {
        return Path.of("state");
    }

    int randomness() {
        return new Random().nextInt();
    }

    void logger() {
        LoggerFactory.getLogger("core").info("from the core");
    }
}
