package org.vencejo.broker.passwords;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who guesses waits ever longer and is banned for a while; nobody can lock out another. Time is a
/// value here.
class GuessersTest {
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final long MINUTE = 60 * SECOND;

    private static final InetAddress MALLORY = InetAddress.ofLiteral("192.0.2.66");
    private static final InetAddress HOME = InetAddress.ofLiteral("192.0.2.1");

    private final NameKeys keys = new NameKeys(new SecureRandom());
    private Guessers guessers = with(5, 100);
    private long now = Long.MAX_VALUE - MINUTE; // clocks may wrap

    private Guessers with(int failuresMax, int trackedMax) {
        return new Guessers(
                new Guessers.Limits(
                        failuresMax, MINUTE, 10 * MINUTE, 2 * SECOND, trackedMax, false),
                keys);
    }

    @Test
    void eachFailureFromAnAddressDoublesTheWaitUpToALimit() {
        guessers = with(20, 100);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waits.add(guessers.waitNanos(MALLORY, "user" + i, now) / MILLISECOND);
            guessers.failed(MALLORY, "user" + i, now);
        }
        assertThat(waits).containsExactly(0L, 0L, 100L, 200L, 400L, 800L, 1_600L, 2_000L);
        assertThat(guessers.waitNanos(HOME, "bob", now)).isZero();
    }

    @Test
    void failuresAreForgivenOneByOneAsTimePasses() {
        fail(MALLORY, "alice", 4);
        now += MINUTE;
        assertThat(guessers.waitNanos(MALLORY, "alice", now)).isEqualTo(200 * MILLISECOND);
        now += 2 * MINUTE;
        assertThat(guessers.waitNanos(MALLORY, "alice", now)).isZero();
    }

    @Test
    void anAddressWithTooManyIsBannedForAWhileAndBeginsAnewThen() {
        assertThat(guessers.banned(now)).isZero();
        fail(MALLORY, "alice", 4);
        assertThat(guessers.failed(MALLORY, "bob", now))
                .isEqualTo(new Guessers.Ban("192.0.2.66", 5));

        assertThat(guessers.waitNanos(MALLORY, "carol", now)).isEqualTo(Guessers.BANNED);
        assertThat(guessers.isBanned(MALLORY, now + 10 * MINUTE - 1)).isTrue();
        assertThat(guessers.isBanned(HOME, now)).isFalse();
        assertThat(guessers.banned(now)).isEqualTo(1);
        // What was under way when the ban began does not make it longer, nor another one.
        assertThat(guessers.failed(MALLORY, "bob", now + MINUTE)).isNull();

        now += 10 * MINUTE;
        assertThat(guessers.isBanned(MALLORY, now)).isFalse();
        assertThat(guessers.banned(now)).isZero();
        assertThat(guessers.bans()).isEqualTo(1);
        assertThat(guessers.failed(MALLORY, "bob", now)).isNull();
    }

    @Test
    void aUserNameOnlyWaitsHoweverManyFail() {
        for (int i = 0; i < 100; i++) {
            guessers.failed(InetAddress.ofLiteral("198.51.100." + i), "alice", now);
        }
        assertThat(guessers.waitNanos(HOME, "alice", now)).isEqualTo(800 * MILLISECOND);
        assertThat(guessers.waitNanos(HOME, "bob", now)).isZero();
        now += 5 * MINUTE;
        assertThat(guessers.waitNanos(HOME, "alice", now)).isZero();
    }

    @Test
    void aUserDoesNotWaitWhereItCameInFromBefore() {
        guessers.succeeded(HOME, "alice", now);
        fail(MALLORY, "alice", 4);
        assertThat(guessers.waitNanos(HOME, "alice", now)).isZero();
        assertThat(guessers.waitNanos(InetAddress.ofLiteral("192.0.2.2"), "alice", now))
                .isEqualTo(400 * MILLISECOND);
        assertThat(guessers.waitNanos(MALLORY, "alice", now)).isEqualTo(400 * MILLISECOND);
    }

    @Test
    void whoKnowsOnePasswordDoesNotGuessOthersBetween() {
        fail(MALLORY, "alice", 2);
        guessers.succeeded(MALLORY, "mallory", now);
        fail(MALLORY, "alice", 2);
        guessers.succeeded(MALLORY, "mallory", now);
        assertThat(guessers.failed(MALLORY, "alice", now)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.2, false",
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
        "::ffff:192.0.2.1, 192.0.2.1, true",
        "::, 0.0.0.0, false",
    })
    void anIpv6AddressIsBannedWithItsNeighbours(String one, String other, boolean both) {
        InetAddress first = InetAddress.ofLiteral(one);
        fail(first, "alice", 5);
        assertThat(guessers.isBanned(first, now)).isTrue();
        assertThat(guessers.isBanned(InetAddress.ofLiteral(other), now)).isEqualTo(both);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, false", "127.0.0.1, true", "::1, false", "::1, true"})
    void thisMachineIsBannedOnlyWhereThatIsWanted(String address, boolean loopbackBanned) {
        guessers =
                new Guessers(
                        new Guessers.Limits(5, MINUTE, MINUTE, SECOND, 10, loopbackBanned), keys);
        InetAddress here = InetAddress.ofLiteral(address);
        fail(here, "alice", 10);
        assertThat(guessers.isBanned(here, now)).isEqualTo(loopbackBanned);
        assertThat(guessers.bans()).isEqualTo(loopbackBanned ? 1 : 0);
    }

    @Test
    void zeroSwitchesBansAndDelaysOff() {
        guessers = new Guessers(new Guessers.Limits(5, MINUTE, 0, 0, 10, true), keys);
        fail(MALLORY, "alice", 100);
        guessers.succeeded(MALLORY, "alice", now);
        assertThat(guessers.waitNanos(MALLORY, "alice", now)).isZero();
        guessers = new Guessers(Guessers.Limits.NONE, keys);
        fail(MALLORY, "alice", 100);
        assertThat(guessers.waitNanos(MALLORY, "alice", now)).isZero();
    }

    @Test
    void tablesAreBoundedAndNewFailuresPushOutNoBan() {
        guessers = with(5, 10);
        fail(MALLORY, "alice", 5);
        for (int i = 0; i < 1_000; i++) {
            InetAddress other =
                    InetAddress.ofLiteral("2001:db8:0:" + Integer.toHexString(i) + "::");
            fail(other, "user" + i, 2);
            guessers.succeeded(other, "user" + i, now);
        }
        assertThat(guessers.isBanned(MALLORY, now)).isTrue();
        assertThat(guessers.waitNanos(InetAddress.ofLiteral("2001:db8::"), null, now)).isZero();
        assertThat(guessers.waitNanos(HOME, "user999", now)).isEqualTo(100 * MILLISECOND);
        assertThat(guessers.waitNanos(HOME, "user0", now)).isZero();
    }

    @Test
    void anAddressHasOnlySoManyAttemptsThatWait() {
        InetAddress neighbour = InetAddress.ofLiteral("2001:db8:1:2::9");
        InetAddress same = InetAddress.ofLiteral("2001:db8:1:2::8");
        for (int i = 0; i < Guessers.WAITING_MAX; i++) {
            assertThat(guessers.beginWait(i % 2 == 0 ? neighbour : same)).isTrue();
        }
        assertThat(guessers.beginWait(neighbour)).isFalse();
        assertThat(guessers.beginWait(HOME)).isTrue();
        guessers.endWait(same);
        assertThat(guessers.beginWait(neighbour)).isTrue();
        assertThat(guessers.beginWait(same)).isFalse();
    }

    private void fail(InetAddress address, String user, int times) {
        for (int i = 0; i < times; i++) {
            guessers.failed(address, user, now);
        }
    }
}
