package org.vencejo.broker.config;

/// Times in nanoseconds and sizes in bytes, as tables of keys name them.
final class Units {
    static final long MILLISECOND = 1_000_000L;
    static final long SECOND = 1_000 * MILLISECOND;
    static final long HOUR = 3_600 * SECOND;
    static final long KB = 1L << 10;
    static final long MB = 1L << 20;
    static final long GB = 1L << 30;
    static final long TB = 1L << 40;

    private Units() {}
}
