package org.vencejo.storage;

import java.util.List;
import java.util.SplittableRandom;

/// Chance that one number repeats: that of the system property `vencejo.seed`, or a fresh one.
/// Confined to one thread.
final class Chance {
    private static final String PROPERTY = "vencejo.seed";

    private final long seed;
    private final SplittableRandom random;

    private Chance(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    static Chance of(long seed) {
        return new Chance(seed);
    }

    static Chance given() {
        String given = System.getProperty(PROPERTY);
        return new Chance(given == null ? System.nanoTime() : Long.parseLong(given));
    }

    /// A line that says how to repeat what this led to.
    String replay() {
        return "replay with -D" + PROPERTY + "=" + seed;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean is(double probability) {
        return random.nextDouble() < probability;
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    <T> T pick(List<T> choices) {
        return choices.get(below(choices.size()));
    }
}
