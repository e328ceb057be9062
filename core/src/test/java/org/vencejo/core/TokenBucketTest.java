package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// So much in a second, and a second's worth at once. Time is a value here.
class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long RATE = 10;

    private long now = Long.MAX_VALUE - SECOND / 2; // clocks may wrap
    private final TokenBucket bucket = new TokenBucket(now);

    @Test
    void oneSecondsWorthPassesAtOnceAndThenAsMuchAsTimePasses() {
        for (int i = 0; i < RATE; i++) {
            assertThat(bucket.hasRoomFor(1, RATE, now)).isTrue();
            bucket.take(1, RATE, now);
        }
        assertThat(bucket.hasRoomFor(1, RATE, now)).isFalse();
        now += SECOND / RATE - 1;
        assertThat(bucket.hasRoomFor(1, RATE, now)).isFalse();
        now++;
        assertThat(bucket.hasRoomFor(1, RATE, now)).isTrue();
        bucket.take(1, RATE, now);
        assertThat(bucket.hasRoomFor(1, RATE, now)).isFalse();
    }

    @Test
    void whatPassedTooEarlyIsWaitedFor() {
        assertThat(bucket.waitNanos(now)).isZero();
        bucket.take(RATE, RATE, now);
        assertThat(bucket.waitNanos(now)).isZero();
        bucket.take(3 * RATE, RATE, now);
        assertThat(bucket.waitNanos(now)).isEqualTo(3 * SECOND);
        now += 2 * SECOND;
        assertThat(bucket.waitNanos(now)).isEqualTo(SECOND);
    }

    @Test
    void nothingIsSavedForLongerThanASecond() {
        now += 3_600 * SECOND;
        assertThat(bucket.isFull(now)).isTrue();
        bucket.take(RATE, RATE, now);
        assertThat(bucket.hasRoomFor(1, RATE, now)).isFalse();
        assertThat(bucket.isFull(now)).isFalse();
        now += SECOND;
        assertThat(bucket.isFull(now)).isTrue();
    }
}
