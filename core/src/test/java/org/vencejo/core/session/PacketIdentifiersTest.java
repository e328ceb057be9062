package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The table of identifiers against a map.
class PacketIdentifiersTest {
    private final PacketIdentifiers<String> identifiers = new PacketIdentifiers<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverIsDoneItIsWhatAMapWouldHold(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TreeMap<Integer, String> naive = new TreeMap<>();
        int bound = new int[] {10, 100, 1_000, 65_535}[(int) (seed % 4)];
        int stride = new int[] {1, 8, 64, 1_024}[random.nextInt(4)]; // many in the same slots
        for (int i = 0; i < 20_000; i++) {
            int identifier = 1 + (random.nextInt(bound) * stride) % 65_535;
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    identifiers.put(identifier, "v" + i);
                    naive.put(identifier, "v" + i);
                }
                case 2 ->
                        assertThat(identifiers.remove(identifier))
                                .isEqualTo(naive.remove(identifier));
                default -> {
                    int free = identifiers.freeFrom(identifier);
                    int expected = identifier;
                    while (naive.containsKey(expected)) {
                        expected = expected == 65_535 ? 1 : expected + 1;
                    }
                    assertThat(free).isEqualTo(expected);
                }
            }
            assertThat(identifiers.get(identifier)).isEqualTo(naive.get(identifier));
            assertThat(identifiers.contains(identifier)).isEqualTo(naive.containsKey(identifier));
            assertThat(identifiers.size()).isEqualTo(naive.size());
        }
        assertThat(Arrays.stream(identifiers.toArray()).sorted().toArray())
                .isEqualTo(naive.keySet().stream().mapToInt(Integer::intValue).toArray());
        naive.keySet().forEach(identifiers::remove);
        assertThat(identifiers.isEmpty()).isTrue();
        assertThat(identifiers.toArray()).isEmpty();
    }

    /// All that want the last slots of the smallest table and the first ones behind them.
    @Test
    void whoeverIsRemovedTheOthersAreFoundAroundTheEndOfTheTable() {
        int[] wanted = {5, 6, 7, 8, 9, 13, 14, 15, 16, 23};
        int[] taken = new int[5];
        for (int order = 0; order < 100_000; order++) {
            int rest = order;
            for (int i = 0; i < taken.length; i++) {
                taken[i] = wanted[rest % 10];
                rest /= 10;
            }
            if (Arrays.stream(taken).distinct().count() < taken.length) {
                continue;
            }
            for (int removed : taken) {
                PacketIdentifiers<String> each = new PacketIdentifiers<>();
                for (int identifier : taken) {
                    each.put(identifier, "v" + identifier);
                }
                each.remove(removed);
                for (int identifier : taken) {
                    if (!Objects.equals(
                            each.get(identifier),
                            identifier == removed ? null : "v" + identifier)) {
                        assertThat(taken).as("%d without %d", identifier, removed).isEmpty();
                    }
                }
            }
        }
    }

    @Test
    void allAreInUseAtOnceAndThenNoneIsFree() {
        for (int i = 1; i <= 65_535; i++) {
            assertThat(identifiers.freeFrom(i)).isEqualTo(i);
            identifiers.put(i, "v");
        }
        assertThat(identifiers.freeFrom(1)).isZero();
        identifiers.remove(40_000);
        assertThat(identifiers.freeFrom(40_001)).isEqualTo(40_000); // around the end
        identifiers.clear();
        assertThat(identifiers.freeFrom(65_535)).isEqualTo(65_535);
    }
}
