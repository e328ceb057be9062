package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When the heap is collected that its collector would let grow.
class HeapWatchTest {
    @ParameterizedTest(name = "{1} MB in use of {0} MB, grown by {2} MB: {3}, {4}")
    @CsvSource({
        "0, 0, 0, false, a heap that is empty",
        "48, 0, 0, false, little is left lying",
        "49, 0, 0, true, more than a broker without clients needs",
        "300, 20, 17, false, it grows fast, so more is in use than was",
        "68, 20, 0, false, little is left lying beside what is in use",
        "69, 20, 16, true, more than that",
        "150, 100, 0, false, no more than half of what is in use",
        "151, 100, -5, true, more than half of it",
        "289, 192, 0, true, the most in use that is looked at",
        "1000, 193, 0, false, looking at all of that takes long",
        "10, 20, 0, false, less than was in use",
    })
    void itIsCollectedWhenMuchMoreIsTakenThanIsInUse(
            long usedMegabytes,
            long inUseMegabytes,
            long grownMegabytes,
            boolean isToBeCollected,
            String why) {
        assertThat(
                        HeapWatch.isToBeCollected(
                                usedMegabytes << 20,
                                inUseMegabytes << 20,
                                grownMegabytes << 20,
                                false))
                .as(why)
                .isEqualTo(isToBeCollected);
    }

    @ParameterizedTest(name = "{0} MB in a busy process: {1}")
    @CsvSource({"96, true", "97, false"})
    void ofABusyProcessOnlyALittleHeapIsCollected(long usedMegabytes, boolean isToBeCollected) {
        long used = usedMegabytes << 20;
        assertThat(HeapWatch.isToBeCollected(used, 20L << 20, 0, true)).isEqualTo(isToBeCollected);
        assertThat(HeapWatch.isToBeCollected(used, 20L << 20, 0, false)).isTrue();
    }

    @ParameterizedTest(name = "{0} MB, {1} in use {4} s ago ({5} ms), {2} more, {3}: {6}")
    @CsvSource({
        "321, 224, 0, true, 121, 250, true, a flood has gone that was in use when it was collected",
        "321, 224, 0, true, 120, 250, false, not so soon",
        "321, 224, 0, true, 180, 600, false, that would be more of the time",
        "321, 224, 0, true, 181, 600, true, three thousandths of the time",
        "272, 224, 0, true, 301, 250, false, nothing much has happened since it was looked at",
        "225, 224, 0, false, 301, 250, true, a flood has gone that left nothing to be collected",
        "48, 47, 0, false, 301, 250, false, there is little to give back",
        "321, 224, 17, true, 301, 250, false, it grows fast",
        "513, 224, 0, true, 9999, 250, false, looking at all of that takes long",
    })
    void whatWasInUseIsLookedAtAgainNowAndThen(
            long usedMegabytes,
            long inUseMegabytes,
            long grownMegabytes,
            boolean lookedAlready,
            long sinceSeconds,
            long pauseMillis,
            boolean isToBeLookedAt,
            String why) {
        assertThat(
                        HeapWatch.isToBeLookedAt(
                                usedMegabytes << 20,
                                inUseMegabytes << 20,
                                grownMegabytes << 20,
                                lookedAlready,
                                sinceSeconds * 1_000,
                                pauseMillis))
                .as(why)
                .isEqualTo(isToBeLookedAt);
    }
}
