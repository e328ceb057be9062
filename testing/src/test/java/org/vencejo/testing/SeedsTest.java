package org.vencejo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A seed is a promise: the same number, the same chance, anywhere.
class SeedsTest {

    @Test
    void oneNumberRepeatsEverything() {
        Seeds one = Seeds.of(42);
        Seeds again = Seeds.of(42);
        for (int i = 0; i < 100; i++) {
            assertThat(one.below(1 + i)).isEqualTo(again.below(1 + i));
            assertThat(one.bytes(i)).isEqualTo(again.bytes(i));
            assertThat(one.chance(0.3)).isEqualTo(again.chance(0.3));
        }
        assertThat(one.replay()).isEqualTo("replay with -Dvencejo.seed=42");
        assertThat(Seeds.of(43).next()).isNotEqualTo(Seeds.of(42).next());
    }

    @Test
    void theSequenceIsThatOfSplitMix64() {
        Seeds seeds = Seeds.of(0);
        assertThat(seeds.next()).isEqualTo(0xE220_A839_7B1D_CDAFL);
        assertThat(seeds.next()).isEqualTo(0x6E78_9E6A_A1B9_65F4L);
    }

    @Test
    void whatAForkDrawsChangesNothingInTheFirst() {
        Seeds one = Seeds.of(7);
        Seeds other = Seeds.of(7);
        Seeds fork = one.fork();
        Seeds unused = other.fork();
        fork.bytes(100);
        assertThat(one.next()).isEqualTo(other.next());
        assertThat(unused.next()).isNotEqualTo(one.next());
    }

    @Test
    void numbersStayBelowTheirBoundAndReachIt() {
        Seeds seeds = Seeds.of(1);
        int[] seen = new int[5];
        for (int i = 0; i < 1000; i++) {
            seen[seeds.below(5)]++;
        }
        assertThat(seen).doesNotContain(0);
        assertThat(seeds.below(1)).isZero();
        assertThat(seeds.below(Integer.MAX_VALUE)).isNotNegative();
        assertThat(List.of("a", "b")).contains(seeds.pick(List.of("a", "b")));
        assertThatThrownBy(() -> seeds.below(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void chanceKeepsToItsProbability() {
        Seeds seeds = Seeds.of(2);
        int hits = 0;
        for (int i = 0; i < 10_000; i++) {
            hits += seeds.chance(0.25) ? 1 : 0;
        }
        assertThat(hits).isBetween(2_300, 2_700);
        assertThat(seeds.chance(0)).isFalse();
        assertThat(seeds.chance(1)).isTrue();
    }
}
