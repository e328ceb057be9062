package org.vencejo.broker.passwords;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/// What was found to fit is known for a while, as long as the hash is the same.
class KnownPasswordsTest {
    private static final long MINUTE = 60_000_000_000L;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] RIGHT = {1, 2, 3};
    private static final byte[] WRONG = {1, 2, 4};

    private final NameKeys keys = new NameKeys(RANDOM);
    private final PasswordHash hash = HashKind.BCRYPT.hash(RIGHT, RANDOM);
    private final PasswordHash sameAgain = HashKind.BCRYPT.hash(RIGHT, RANDOM);
    private final KnownPasswords known = new KnownPasswords(keys, 2, MINUTE);
    private long now = Long.MAX_VALUE - 1; // clocks may wrap

    @Test
    void knowsWhatItWasToldAboutThisHashAndThisPassword() {
        assertThat(known.knows(hash, RIGHT, now)).isFalse();
        known.remember(hash, RIGHT, now);
        assertThat(known.knows(hash, RIGHT, now)).isTrue();
        assertThat(known.knows(hash, WRONG, now)).isFalse();
        assertThat(known.knows(hash, new byte[0], now)).isFalse();
        assertThat(known.knows(sameAgain, RIGHT, now)).isFalse();
        assertThat(known.knows(PasswordHash.of(hash.text()), RIGHT, now)).isTrue(); // read again
    }

    @Test
    void forgetsWhenItsTimeHasPassedHoweverOftenItWasUsed() {
        known.remember(hash, RIGHT, now);
        assertThat(known.knows(hash, RIGHT, now + MINUTE / 2)).isTrue();
        assertThat(known.knows(hash, RIGHT, now + MINUTE - 1)).isTrue();
        assertThat(known.knows(hash, RIGHT, now + MINUTE)).isFalse();
        assertThat(known.size()).isZero();
    }

    @Test
    void holdsNoMoreThanItMayAndForgetsWhatWasUsedLeastRecently() {
        known.remember(hash, RIGHT, now);
        known.remember(sameAgain, RIGHT, now);
        assertThat(known.knows(hash, RIGHT, now)).isTrue();
        known.remember(hash, WRONG, now);
        assertThat(known.size()).isEqualTo(2);
        assertThat(known.knows(hash, RIGHT, now)).isTrue();
        assertThat(known.knows(sameAgain, RIGHT, now)).isFalse();
    }

    @Test
    void zeroSwitchesItOff() {
        for (KnownPasswords off :
                new KnownPasswords[] {
                    new KnownPasswords(keys, 0, MINUTE), new KnownPasswords(keys, 2, 0)
                }) {
            off.remember(hash, RIGHT, now);
            assertThat(off.knows(hash, RIGHT, now)).isFalse();
            assertThat(off.size()).isZero();
        }
    }

    @Test
    void anotherProcessHasOtherKeys() {
        assertThat(new NameKeys(RANDOM).of("alice")).isNotEqualTo(keys.of("alice"));
        assertThat(keys.of("alice")).isEqualTo(keys.of("alice"));
        assertThat(keys.of("a", new byte[] {'b', 'c'}))
                .isNotEqualTo(keys.of("ab", new byte[] {'c'}));
    }
}
