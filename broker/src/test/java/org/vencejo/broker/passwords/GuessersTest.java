package org.vencejo.broker.passwords;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.access.AddressBlock;
import org.vencejo.broker.passwords.Guessers.Ban;
import org.vencejo.broker.passwords.Guessers.Banned;
import org.vencejo.broker.passwords.Guessers.Kind;

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
    private int next;
    private long now = Long.MAX_VALUE - MINUTE; // clocks may wrap

    private Guessers with(int failuresMax, int trackedMax) {
        return new Guessers(
                new Guessers.Limits(
                        failuresMax, MINUTE, 10 * MINUTE, 2 * SECOND, trackedMax, false, false),
                keys);
    }

    private Guessers banningUsers(boolean wanted, int trackedMax) {
        return new Guessers(
                new Guessers.Limits(5, MINUTE, 10 * MINUTE, 0, trackedMax, false, wanted), keys);
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
        assertThat(guessers.counts(now).banned()).isZero();
        fail(MALLORY, "alice", 4);
        assertThat(guessers.failed(MALLORY, "bob", now))
                .containsExactly(new Ban(Kind.ADDRESS, "192.0.2.66", 5));

        assertThat(guessers.waitNanos(MALLORY, "carol", now)).isEqualTo(Guessers.BANNED);
        assertThat(guessers.isBanned(MALLORY, now + 10 * MINUTE - 1)).isTrue();
        assertThat(guessers.isBanned(HOME, now)).isFalse();
        assertThat(guessers.counts(now).banned()).isEqualTo(1);
        // What was under way when the ban began does not make it longer, nor another one.
        assertThat(guessers.failed(MALLORY, "bob", now + MINUTE)).isEmpty();

        now += 10 * MINUTE;
        assertThat(guessers.isBanned(MALLORY, now)).isFalse();
        assertThat(guessers.counts(now).banned()).isZero();
        assertThat(guessers.counts(now).bans()).isEqualTo(1);
        assertThat(guessers.failed(MALLORY, "bob", now)).isEmpty();
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
        succeeded(HOME, "alice");
        fail(MALLORY, "alice", 4);
        assertThat(guessers.waitNanos(HOME, "alice", now)).isZero();
        assertThat(guessers.waitNanos(InetAddress.ofLiteral("192.0.2.2"), "alice", now))
                .isEqualTo(400 * MILLISECOND);
        assertThat(guessers.waitNanos(MALLORY, "alice", now)).isEqualTo(400 * MILLISECOND);
    }

    @Test
    void whoKnowsOnePasswordDoesNotGuessOthersBetween() {
        fail(MALLORY, "alice", 2);
        succeeded(MALLORY, "mallory");
        fail(MALLORY, "alice", 2);
        succeeded(MALLORY, "mallory");
        assertThat(guessers.failed(MALLORY, "alice", now)).isNotEmpty();
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
                        new Guessers.Limits(5, MINUTE, MINUTE, SECOND, 10, loopbackBanned, false),
                        keys);
        InetAddress here = InetAddress.ofLiteral(address);
        fail(here, "alice", 10);
        assertThat(guessers.isBanned(here, now)).isEqualTo(loopbackBanned);
        assertThat(guessers.counts(now).bans()).isEqualTo(loopbackBanned ? 1 : 0);
    }

    @Test
    void zeroSwitchesBansAndDelaysOff() {
        guessers = new Guessers(new Guessers.Limits(5, MINUTE, 0, 0, 10, true, true), keys);
        fail(MALLORY, "alice", 100);
        succeeded(MALLORY, "alice");
        assertThat(guessers.waitNanos(MALLORY, "alice", now)).isZero();
        assertThat(guessers.counts(now).usersBanned()).isZero();
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
            succeeded(other, "user" + i);
        }
        assertThat(guessers.isBanned(MALLORY, now)).isTrue();
        assertThat(guessers.waitNanos(InetAddress.ofLiteral("2001:db8::"), null, now)).isZero();
        assertThat(guessers.waitNanos(HOME, "user999", now)).isEqualTo(100 * MILLISECOND);
        assertThat(guessers.waitNanos(HOME, "user0", now)).isZero();
    }

    // ---- bans of user names

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aUserNameIsBannedWhereThatIsWantedButNotWhereItCameInFrom(boolean wanted) {
        guessers = banningUsers(wanted, 100);
        succeeded(HOME, "alice");
        List<Ban> begun = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            begun.addAll(guessers.failed(stranger(i), "alice", now));
        }
        assertThat(begun).isEqualTo(wanted ? List.of(new Ban(Kind.USER, "alice", 5)) : List.of());
        long wait = wanted ? Guessers.BANNED : 0;
        assertThat(guessers.waitNanos(stranger(9), "alice", now)).isEqualTo(wait);
        assertThat(guessers.isBanned(stranger(9), "alice", now)).isEqualTo(wanted);
        assertThat(guessers.waitNanos(HOME, "alice", now)).isZero();
        assertThat(guessers.waitNanos(stranger(9), "bob", now)).isZero();
        assertThat(guessers.waitNanos(stranger(9), null, now)).isZero();
        assertThat(guessers.isBanned(stranger(9), now)).as("an address").isFalse();
        assertThat(guessers.counts(now).userBans()).isEqualTo(wanted ? 1 : 0);
        assertThat(guessers.counts(now).usersBanned()).isEqualTo(wanted ? 1 : 0);
        assertThat(guessers.counts(now).bans()).isZero();
    }

    /// Who has a token may give any name beside it, and would guess at that one without a delay.
    @ParameterizedTest
    @CsvSource({"alice, 0", "sensor, 400"})
    void aNameThatCameInAsAnotherIsNotBannedThereButWaits(String user, long waits) {
        guessers =
                new Guessers(
                        new Guessers.Limits(5, MINUTE, 10 * MINUTE, 2 * SECOND, 100, false, true),
                        keys);
        guessers.succeeded(HOME, user, "alice", now);
        failFromEverywhere("alice", 4);
        assertThat(guessers.waitNanos(HOME, "alice", now)).isEqualTo(waits * MILLISECOND);
        failFromEverywhere("alice", 1);
        assertThat(guessers.isBanned(HOME, "alice", now)).isFalse();
        assertThat(guessers.isBanned(MALLORY, "alice", now)).as("elsewhere").isTrue();
        now += 24 * 60 * MINUTE;
        failFromEverywhere("alice", 5);
        assertThat(guessers.isBanned(HOME, "alice", now)).as("a day later").isTrue();
    }

    /// The names that come in beside others are chosen by who comes in.
    @Test
    void manyNamesBesideOneMakeNoOwnerAStranger() {
        guessers = banningUsers(true, 3);
        succeeded(HOME, "alice");
        for (int i = 0; i < 9; i++) {
            guessers.succeeded(MALLORY, "mallory", "name" + i, now);
        }
        failFromEverywhere("alice", 5);
        assertThat(guessers.isBanned(HOME, "alice", now)).isFalse();
        for (int i = 0; i < 9; i++) {
            succeeded(MALLORY, "mallory" + i);
        }
        assertThat(guessers.isBanned(HOME, "alice", now)).as("control arm").isTrue();
    }

    @Test
    void anAddressIsFamiliarForADay() {
        guessers = banningUsers(true, 100);
        succeeded(HOME, "alice");
        now += 24 * 60 * MINUTE - 1;
        failFromEverywhere("alice", 5);
        assertThat(guessers.isBanned(HOME, "alice", now)).isFalse();
        assertThat(guessers.isBanned(HOME, "alice", now + 1)).isTrue();
    }

    @Test
    void aBanOfAUserNameEndsAndItBeginsAnewThen() {
        guessers = banningUsers(true, 100);
        failFromEverywhere("alice", 5);
        now += 10 * MINUTE - 1;
        assertThat(guessers.isBanned(MALLORY, "alice", now)).isTrue();
        now++;
        assertThat(guessers.isBanned(MALLORY, "alice", now)).isFalse();
        assertThat(guessers.counts(now).usersBanned()).isZero();
        failFromEverywhere("alice", 4);
        assertThat(guessers.isBanned(MALLORY, "alice", now)).isFalse();
        assertThat(guessers.failed(HOME, "alice", now)).hasSize(1);
    }

    /// The control arm is who does not wait between.
    @ParameterizedTest
    @CsvSource({"true, 0", "false, 4"})
    void failuresOfAUserNameAreForgivenOneByOne(boolean waits, int bans) {
        guessers = banningUsers(true, 100);
        for (int i = 0; i < 20; i++) {
            guessers.failed(stranger(i), "alice", now);
            now += waits ? MINUTE : 0;
            // What is under way when a ban begins does not make it longer.
            now += guessers.isBanned(MALLORY, "alice", now) ? 10 * MINUTE : 0;
        }
        assertThat(guessers.counts(now).userBans()).isEqualTo(bans);
    }

    @Test
    void bansOfUserNamesAreBoundedAndNewFailuresPushOutNone() {
        guessers = banningUsers(true, 10);
        failFromEverywhere("alice", 5);
        for (int i = 0; i < 1_000; i++) {
            failFromEverywhere("user" + i, 4);
        }
        assertThat(guessers.isBanned(MALLORY, "alice", now)).isTrue();
        for (int i = 0; i < 1_000; i++) {
            failFromEverywhere("user" + i, 5);
        }
        assertThat(guessers.counts(now).usersBanned()).isEqualTo(10);
        assertThat(guessers.isBanned(MALLORY, "alice", now)).isFalse();
        assertThat(guessers.isBanned(MALLORY, "user999", now)).isTrue();
    }

    // ---- what operators see and end

    @Test
    void whoIsBannedIsListedWithTheTimeThatIsLeft() {
        guessers = banningUsers(true, 100);
        fail(InetAddress.ofLiteral("2001:db8:1:2::7"), "a", 5);
        now += MINUTE;
        String letters = "x".repeat(ShownName.CHARACTERS_MAX - 1);
        fail(MALLORY, letters + "🐦z", 5);
        List<Banned> all =
                List.of(
                        new Banned(Kind.ADDRESS, "2001:db8:1:2:0:0:0:0/64", 9 * MINUTE),
                        new Banned(Kind.ADDRESS, "192.0.2.66", 10 * MINUTE),
                        new Banned(Kind.USER, "a", 9 * MINUTE),
                        new Banned(Kind.USER, letters + "... (202 characters)", 10 * MINUTE));
        assertThat(guessers.list(10, now)).isEqualTo(all);
        assertThat(guessers.list(3, now)).isEqualTo(all.subList(0, 3));
        now += 9 * MINUTE;
        assertThat(guessers.list(10, now)).extracting(Banned::leftNanos).containsOnly(MINUTE);
    }

    /// Event loops wait for that lock at each connection.
    @Test
    void noTextIsMadeOfAListWhileOthersWait() {
        Guessers locked = guessers;
        List<Boolean> holding = new ArrayList<>();
        Function<AddressBlock, String> noting =
                address -> {
                    holding.add(Thread.holdsLock(locked));
                    return address.text();
                };
        fail(MALLORY, "alice", 5);
        assertThat(guessers.list(10, now, noting)).isEqualTo(guessers.list(10, now));
        assertThat(holding).containsExactly(false);
        synchronized (locked) {
            locked.list(10, now, noting);
        }
        assertThat(holding).as("control arm").containsExactly(false, true);
    }

    @Test
    void aBanThatIsLiftedIsForgiven() {
        InetAddress neighbour = InetAddress.ofLiteral("2001:db8:1:2::8");
        guessers = banningUsers(true, 100);
        fail(InetAddress.ofLiteral("2001:db8:1:2::7"), "alice", 9);
        fail(MALLORY, "bob", 9);

        assertThat(guessers.lift(neighbour, now)).isTrue();
        assertThat(guessers.liftUser("alice", now)).isTrue();

        assertThat(guessers.waitNanos(neighbour, "alice", now)).isZero();
        assertThat(guessers.isBanned(MALLORY, now)).as("of another").isTrue();
        assertThat(guessers.isBanned(HOME, "bob", now)).as("of another").isTrue();
        assertThat(guessers.failed(neighbour, "alice", now)).as("nothing is owed").isEmpty();
        assertThat(guessers.lift(neighbour, now)).as("again").isFalse();
        assertThat(guessers.liftUser("alice", now)).as("again").isFalse();
        now += 10 * MINUTE;
        assertThat(guessers.lift(MALLORY, now)).as("over").isFalse();
        assertThat(guessers.liftUser("bob", now)).as("over").isFalse();
    }

    /// Who asks for the end of a ban that is none takes nothing from what is owed.
    @Test
    void whoIsNotBannedOwesWhatItOwes() {
        guessers = banningUsers(true, 100);
        fail(MALLORY, "alice", 4);
        assertThat(guessers.lift(MALLORY, now)).isFalse();
        assertThat(guessers.liftUser("alice", now)).isFalse();
        assertThat(guessers.failed(MALLORY, "alice", now)).hasSize(2);
    }

    private static InetAddress stranger(int number) {
        return InetAddress.ofLiteral("198.51.100." + number);
    }

    private void failFromEverywhere(String user, int times) {
        for (int i = 0; i < times; i++) {
            guessers.failed(
                    InetAddress.ofLiteral("2001:db8:0:" + Integer.toHexString(next++) + "::"),
                    user,
                    now);
        }
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

    private void succeeded(InetAddress address, String user) {
        guessers.succeeded(address, user, user, now);
    }

    private void fail(InetAddress address, String user, int times) {
        for (int i = 0; i < times; i++) {
            guessers.failed(address, user, now);
        }
    }
}
