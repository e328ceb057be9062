package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What comes for the second time is let in, what comes once is not, and little is remembered.
class DoorkeeperTest {
    @Test
    void whatCameOnceCameBefore() {
        Doorkeeper doorkeeper = new Doorkeeper(1_024);
        for (int hash : new int[] {0, -1, 1 << 17, 1 << 31, 0x1234_5678}) {
            assertThat(doorkeeper.cameBefore(hash)).as("%x", hash).isFalse();
            assertThat(doorkeeper.cameBefore(hash)).as("%x", hash).isTrue();
        }
    }

    @Test
    void whatIsNewIsSeldomTakenForSomethingElse() {
        Doorkeeper doorkeeper = new Doorkeeper(1_024);
        SplittableRandom random = new SplittableRandom(7);
        int mistakes = 0;
        for (int i = 0; i < 100_000; i++) {
            mistakes += doorkeeper.cameBefore(random.nextInt()) ? 1 : 0;
        }
        assertThat(mistakes).as("of a hundred thousand").isLessThan(20);
    }

    @Test
    void whatCameLongAgoIsForgotten() {
        Doorkeeper doorkeeper = new Doorkeeper(64);
        SplittableRandom random = new SplittableRandom(7);
        doorkeeper.cameBefore(0x1234_5678);
        for (int i = 0; i < 10_000; i++) {
            doorkeeper.cameBefore(random.nextInt());
        }
        assertThat(doorkeeper.cameBefore(0x1234_5678)).isFalse();
    }

    /// Three share two places, and come in a fixed order.
    @Test
    void nobodyIsForgottenForEverByWhoComesNext() {
        Doorkeeper doorkeeper = new Doorkeeper(2);
        boolean[] known = new boolean[3];
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < known.length; i++) {
                known[i] |= doorkeeper.cameBefore((i + 1) << 20);
            }
        }
        assertThat(known).containsOnly(true);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 1_000})
    void thePlacesAreAPowerOfTwo(int places) {
        assertThatThrownBy(() -> new Doorkeeper(places))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("given was " + places);
    }
}
