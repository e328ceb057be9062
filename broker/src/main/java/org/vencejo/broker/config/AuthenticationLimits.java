package org.vencejo.broker.config;

/// What finding out who clients are may take. Immutable.
///
/// `timeoutNanos` and `concurrencyMax` are for those who ask others, which may not answer.
public record AuthenticationLimits(
        int threads,
        long memoryBytesMax,
        int waitingMax,
        long timeoutNanos,
        int concurrencyMax,
        long rememberedNanos,
        int rememberedMax,
        int failuresMax,
        long forgivenNanos,
        long banNanos,
        boolean banLoopback,
        boolean banUsers,
        long delayNanosMax,
        int trackedMax) {

    /// Those of the configuration without any key, but nobody is delayed or banned.
    public static final AuthenticationLimits PATIENT =
            new AuthenticationLimits(
                    1,
                    20L << 20,
                    1_000,
                    3_600_000_000_000L,
                    1_000,
                    0,
                    0,
                    10_000,
                    1_000_000_000L,
                    0,
                    false,
                    false,
                    0,
                    1);
}
