package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When the heap is collected that its collector would let grow.
class HeapWatchTest {
    @ParameterizedTest(name = "{2} MB used, {0} were in use, {1} more are counted: {3} MB")
    @CsvSource({
        "20,   0,  90, 20, nothing was counted more",
        "20,  60,  90, 80, all that is counted more is in use",
        "20,  80,  90, 90, not more than there is",
        "60, -40,  90, 20, what is counted less is not",
        "60, -90,  90,  8, a broker needs something",
        " 0,   0,   5,  8, even if it seems not to",
    })
    void whatIsInUseIsWhatWasAndWhatTheBrokerCountsMore(
            long thenMegabytes, long heldMegabytes, long usedMegabytes, long inUseMegabytes) {
        assertThat(HeapWatch.inUse(thenMegabytes << 20, heldMegabytes << 20, usedMegabytes << 20))
                .isEqualTo(inUseMegabytes << 20);
    }

    @ParameterizedTest(name = "{0} MB, {1} in use, {3} s later ({4} ms), looked {2}: {5}")
    @CsvSource({
        "  0,   8, false,   10,    0, false, a heap that is empty",
        " 56,   8, false,   10,    0, false, little is left lying",
        " 57,   8, false,   10,    0, true,  more than a broker without clients needs",
        " 68,  20, false,   60,   20, false, little is left lying beside what is in use",
        " 69,  20, false,   60,   20, true,  more than that",
        "150, 100, false,  110,  200, false, no more than half of what is in use",
        "151, 100, false,  110,  200, true,  more than half of it",
        " 10,  20, false,   60,   20, false, less than was in use",
        // what it would take of the time
        "200, 100, false,   60,  200, false, so soon again it would take more of the time",
        "200, 100, false,   61,  200, true,  three thousandths",
        "500, 100, false,   15,  200, false, so soon again even though much would be given back",
        "500, 100, false,   16,  200, true,  three thousandths for each hundred of what is given back",
        "769, 512, false, 9999,  300, true,  the most in use that is looked at",
        "999, 513, false, 9999,  300, false, looking at all of that takes long",
        // what seems to be in use and may be no longer
        "321, 224, false,  121,   50, true,  a flood has gone that was in use when it was collected",
        "321, 224, false,  120,   50, false, not so soon",
        "321, 224, false,  121,  404, false, that would be more of the time",
        "225, 224, false,  121,   50, true,  a flood has gone that left nothing to be collected",
        "225, 224, true,  9999,   50, false, nothing has happened since it was looked at",
        "272, 224, true,  9999,   50, false, little has",
        "273, 224, true,  9999,   50, true,  more has",
        " 48,  47, false, 9999,   50, false, there is little to give back",
    })
    void itIsCollectedWhenMuchMoreIsTakenThanIsInUse(
            long usedMegabytes,
            long inUseMegabytes,
            boolean lookedAlready,
            long sinceSeconds,
            long pauseMillis,
            boolean isToBeCollected,
            String why) {
        assertThat(
                        HeapWatch.isToBeCollected(
                                usedMegabytes << 20,
                                inUseMegabytes << 20,
                                lookedAlready,
                                sinceSeconds * 1_000,
                                pauseMillis))
                .as(why)
                .isEqualTo(isToBeCollected);
    }
}
