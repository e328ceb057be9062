package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// How the levels of a topic are told apart.
class LevelsTest {
    private static Levels levels(String text) {
        return levels(text, 1);
    }

    private static Levels levels(String text, long seed) {
        Levels levels = new Levels(seed);
        levels.cut(text.getBytes(StandardCharsets.UTF_8), 0);
        return levels;
    }

    @Test
    void levelsThatDifferInOneLetterAnywhereHaveOtherDigests() {
        for (int length : new int[] {1, 7, 8, 9, 15, 16, 17, 31, 32, 33}) {
            String level = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop".substring(0, length);
            Set<Long> digests = new HashSet<>(Set.of(levels(level).digest(0)));
            assertThat(levels("x/" + level + "/y").digest(1))
                    .as("wherever it stands")
                    .isEqualTo(levels(level).digest(0));
            for (int at = 0; at < length; at++) {
                for (String letter : new String[] {"?", "Q", "\u00F1"}) {
                    String other = level.substring(0, at) + letter + level.substring(at + 1);
                    assertThat(digests.add(levels(other).digest(0))).as(other).isTrue();
                }
            }
            assertThat(digests.add(levels(level + "q").digest(0))).isTrue();
        }
    }

    @Test
    void longLevelsHaveDigestsThatHangOnTheSeedAndShortOnesNeedNone() {
        assertThat(levels("123456789", 1).digest(0)).isNotEqualTo(levels("123456789", 2).digest(0));
        assertThat(levels("12345678", 1).digest(0)).isEqualTo(levels("12345678", 1).head(0));
    }

    @Test
    void levelsWithOneHeadAreToldApartByTheirTailsEvenIfTheirDigestsWereEqual() {
        String[] names = {"12345678", "12345678a", "12345678b", "12345678ab", "12345678abcdefghi"};
        for (String one : names) {
            for (String other : names) {
                byte[] tail = levels(one).tail(0);
                assertThat(levels("x/" + other + "/y").hasTail(1, tail))
                        .as("%s and %s", one, other)
                        .isEqualTo(one.equals(other));
            }
            assertThat(levels(one).head(0)).isEqualTo(levels("12345678").head(0));
        }
    }

    @Test
    void emptyLevelsAreLevels() {
        Levels levels = levels("/a//");
        assertThat(levels.count()).isEqualTo(4);
        assertThat(levels.head(0)).isZero();
        assertThat(levels.head(1)).isEqualTo('a');
        assertThat(levels.head(3)).isZero();
        assertThat(levels("+/#").isSingleLevelWildcard(0)).isTrue();
        assertThat(levels("+/#").lastIsMultiLevelWildcard()).isTrue();
        assertThat(levels("#").isWildcard(0)).isTrue();
        assertThat(levels("a").isWildcard(0)).isFalse();
    }
}
