package org.vencejo.testing;

import java.util.List;
import java.util.function.Consumer;

/// A source of chance that one number repeats. Confined to one thread.
///
/// The number comes from the system property `vencejo.seed` if it is set, else it is a fresh one,
/// and is printed with the failure that it led to. (The sequence is SplitMix64's: it must stay the
/// same on any machine and JDK, or no seed could be replayed.)
public final class Seeds {
    private static final String PROPERTY = "vencejo.seed";

    private final long seed;
    private long state;

    private Seeds(long seed) {
        this.seed = seed;
        this.state = seed;
    }

    /// The seeds that `seed` stands for.
    public static Seeds of(long seed) {
        return new Seeds(seed);
    }

    /// The seeds of the system property, or fresh ones.
    public static Seeds given() {
        String given = System.getProperty(PROPERTY);
        return new Seeds(given == null ? mixed(System.nanoTime()) >>> 1 : Long.parseLong(given));
    }

    /// Runs `test` with given or fresh seeds, and prints how to repeat it if it fails.
    public static void run(Consumer<Seeds> test) {
        Seeds seeds = given();
        try {
            test.accept(seeds);
        } catch (RuntimeException | Error e) {
            System.err.println(seeds.replay());
            throw e;
        }
    }

    /// The number that repeats everything.
    public long seed() {
        return seed;
    }

    /// A line that says how to repeat what these seeds led to.
    public String replay() {
        return "replay with -D" + PROPERTY + "=" + seed;
    }

    /// Seeds of their own, that go on independently of these: what is drawn from one changes
    /// nothing in the other.
    public Seeds fork() {
        return new Seeds(next());
    }

    /// 64 bits.
    public long next() {
        state += 0x9E37_79B9_7F4A_7C15L;
        return mixed(state);
    }

    /// A number from 0 to `bound - 1`.
    public int below(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("a bound is at least 1, given was " + bound);
        }
        return (int) (((next() >>> 32) * bound) >>> 32);
    }

    /// True with this probability, from 0 to 1.
    public boolean chance(double probability) {
        return (next() >>> 11) * 0x1p-53 < probability;
    }

    /// `length` bytes.
    public byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (next() >>> 56);
        }
        return bytes;
    }

    /// One of `choices`, which has at least one.
    public <T> T pick(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    private static long mixed(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
