package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.ReasonCode;

/// Moving averages of what counters rise by in a minute.
class SysLoadTest {
    private final SysLoad load = new SysLoad(seconds(0));

    @Test
    void aSteadyRateIsReachedSoonerByTheShorterAverage() {
        // 100 bytes in each of 60 seconds.
        Map<String, String> values = load.at(seconds(60), received(6_000));
        assertThat(averages(values)).containsExactly("3792.72", "1087.62", "386.96");

        for (int minute = 2; minute <= 200; minute++) {
            values = load.at(seconds(60L * minute), received(6_000L * minute));
        }
        assertThat(averages(values)).containsExactly("6000.00", "6000.00", "5999.99");
    }

    @Test
    void theAverageDoesNotHangOnHowOftenItIsAsked() {
        SysLoad often = new SysLoad(seconds(0));
        for (int second = 1; second < 600; second++) {
            often.at(seconds(second), received(100L * second));
        }
        assertThat(averages(often.at(seconds(600), received(60_000))))
                .isEqualTo(averages(load.at(seconds(600), received(60_000))));
    }

    @Test
    void whatIsOverCountsLessAndLess() {
        load.at(seconds(60), received(6_000));
        assertThat(averages(load.at(seconds(120), received(6_000))))
                .containsExactly("1395.26", "890.46", "362.00");
    }

    @Test
    void twoPublicationsAtOneInstantAreOne() {
        Map<String, String> values = load.at(seconds(60), received(6_000));
        assertThat(load.at(seconds(60), received(6_000))).isEqualTo(values);
    }

    private static List<String> averages(Map<String, String> values) {
        return List.of(
                values.get("load/bytes/received/1min"),
                values.get("load/bytes/received/5min"),
                values.get("load/bytes/received/15min"));
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private static SysSnapshot received(long bytes) {
        return new SysSnapshot(
                new SysSnapshot.Running("", 0, 0, 0, 0, null),
                new Traffic(
                        bytes,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        Traffic.AtTheDoor.NOBODY,
                        0,
                        Traffic.Memory.FREE),
                new SysSnapshot.Holdings(0, 0, 0, 0, 0, 0, 0, 0, 0),
                new SysSnapshot.Packets(
                        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new EnumMap<>(ReasonCode.class)),
                new SysSnapshot.Copies(0, 0, 0, 0, 0, 0, 0, new EnumMap<>(Fate.class)),
                new AuthenticationThreads.Counts(0, 0, 0, 0, 0, 0, 0, 0, 0),
                Map.of());
    }
}
