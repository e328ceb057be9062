package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.BrokerConnection.Pause;

/// How long who waits for whom, by [Turns] alone: time passes only while somebody is read from, and
/// between ticks.
class TurnTimesTest {
    private static final long MICROSECOND = 1_000;
    private static final long MILLISECOND = 1_000_000;

    /// What the loud ones have of a tick, and one turn more than that.
    private static final long SHARE_NANOS = 350 * MICROSECOND;

    private final Ticks ticks = new Ticks();

    // ---- many floods ----

    @ParameterizedTest(name = "{0} floods, {1} ms a tick for other things")
    @CsvSource({
        "  100,  0, each has many turns in a window",
        "2_000,  5, each has a turn in about three windows",
        "5_000,  5, each has a turn in about eight windows",
        "2_000, 10, each has a turn in about six windows",
    })
    void floodsHaveTheirShareOfATickHoweverSeldomEachHasItsTurn(
            String floods, int elsewhereMillis, String why) {
        ticks.elsewhereNanos = elsewhereMillis * MILLISECOND;
        Client oftenQuiet = ticks.client(MICROSECOND / 2, 0);
        Client seldomQuiet = ticks.client(20 * MICROSECOND, 100 * MILLISECOND);
        List<Client> all = ticks.floods(Integer.parseInt(floods.replace("_", "")));
        ticks.runFor(3_000); // nobody knows them at first
        for (Client each : ticks.clients) {
            each.waits = 0;
            each.reads = 0;
        }

        assertThat(ticks.mostOfLoudIn(50_000)).as(why).isLessThanOrEqualTo(SHARE_NANOS);
        assertThat(oftenQuiet.waits).as("who is read from in each tick").isZero();
        assertThat(seldomQuiet.waits).as("who is read from now and then").isZero();
        assertThat(all).as("no flood is forgotten").allMatch(it -> it.waits > 1 && it.reads > 1);
    }

    /// What is left of a turn counts as well.
    @Test
    void whatWasReadInATickIsOfTheShareOfThoseWhoGoOn() {
        List<Client> all = ticks.floods(2_000);
        for (int i = 0; i < all.size(); i += 2) {
            all.get(i).isCutShortEveryOtherTime = true;
        }
        ticks.runFor(3_000);

        assertThat(ticks.mostOfLoudIn(5_000)).isLessThanOrEqualTo(SHARE_NANOS);
    }

    @Test
    void ifItWereForgottenWhoWaitedATickWouldBeFarLonger() {
        ticks.elsewhereNanos = 5 * MILLISECOND;
        ticks.forgetsWhoWaited = true;
        var _ = ticks.floods(2_000);
        ticks.runFor(3_000);

        assertThat(ticks.mostOfLoudIn(10_000)).isGreaterThan(3 * SHARE_NANOS);
    }

    // ---- one that waited ----

    /// Its turn was cut short as somebody took the processor, and others wait as well.
    @ParameterizedTest(name = "{0} microseconds: {1}")
    @CsvSource({
        "  1, false, it has hardly anything to say",
        " 50, false, it has little to say",
        " 51, true,  it has more than a little to say",
        "100, true,  it would go on",
    })
    void whoHasLittleToSayAtItsTurnIsQuietAgain(int micros, boolean waitsAgain, String why) {
        ticks.foreverCutShort();
        Client once = ticks.client(0, 0);
        once.bytes = 2_000;
        once.isCutShort = true;
        ticks.tickUntilGiven();
        assertThat(once.isPaused).as("it waits for its turn").isTrue();

        once.isCutShort = false;
        once.turnNanos = micros * MICROSECOND;
        ticks.give();
        assertThat(once.isPaused).as("it had its turn").isFalse();

        once.turnNanos = 90 * MICROSECOND;
        ticks.tickUntilGiven();
        assertThat(once.isPaused).as(why).isEqualTo(waitsAgain);
    }

    /// As the one above, but all of its little comes long after.
    @Test
    void whoWaitedAndHadMuchIsQuietOnceItHasLittle() {
        ticks.foreverCutShort();
        Client once = ticks.client(90 * MICROSECOND, 0);
        once.bytes = 2_000;
        once.isCutShort = true;
        ticks.tickUntilGiven();
        once.isCutShort = false;
        ticks.give();

        once.turnNanos = 10 * MICROSECOND;
        for (int i = 0; i < 5; i++) {
            ticks.tickUntilGiven();
            assertThat(once.isPaused).isFalse();
            ticks.give();
        }
    }

    /// It takes a millisecond with each hundred bytes, which is the doing of somebody else.
    @ParameterizedTest(name = "{0} bytes: {1}")
    @CsvSource({
        "  100, false",
        "2_000, true",
    })
    void whoSendsFewBytesIsNotLoudAsOthersTakeTheProcessor(String bytes, boolean waits) {
        ticks.foreverCutShort();
        Client slowed = ticks.client(1 * MILLISECOND, 0);
        slowed.bytes = Integer.parseInt(bytes.replace("_", ""));
        for (int i = 0; i < 8; i++) {
            ticks.tick();
        }
        assertThat(slowed.waits > 0).isEqualTo(waits);
    }

    /// Nobody is known to be loud, and one waits.
    @ParameterizedTest(name = "{0} floods, and a pause of {1} ms: {2}")
    @CsvSource({
        " 98,  0, false",
        " 99,  0, true",
        "  0, 50, false",
    })
    void whoHasMuchToSayWaitsInATickThatOthersMakeLongAndNotTheMachine(
            int floods, long pauseMillis, boolean waits) {
        ticks.foreverCutShort();
        ticks.client(pauseMillis * MILLISECOND, 0);
        var _ = ticks.floods(floods);
        Client last = ticks.client(80 * MICROSECOND, 0);
        last.bytes = 2_000;
        ticks.tickUntilGiven();
        assertThat(last.isPaused).isEqualTo(waits);
    }

    // ---- nobody but loud ones ----

    @ParameterizedTest(name = "quiet: {0}, turns of {1} microseconds: paused from {2} on")
    @CsvSource({
        "false,  80,   -1, a tick of seven milliseconds is not long where all are loud",
        "false, 100, 8100, one of nine is",
        "true,   80, 1040, one of a millisecond is where there is a quiet one",
        "true,  100, 1100, as before",
        "true,   11,   -1, one of less is not",
    })
    void whereAllAreLoudATickMayBeLongBeforeAnybodyIsPaused(
            boolean anyQuiet, int micros, long pausedFromMicros, String why) {
        List<Client> floods = ticks.floods(90);
        if (anyQuiet) {
            ticks.client(1 * MICROSECOND, 200 * MILLISECOND);
        }
        ticks.runFor(990);
        assertThat(floods).as("in the first window").allMatch(it -> it.waits == 0);
        ticks.now += 20 * MILLISECOND; // the window ends
        floods.forEach(it -> it.turnNanos = micros * MICROSECOND);
        ticks.pausedAfterNanos = -1;
        ticks.tick();

        assertThat(Math.floorDiv(ticks.pausedAfterNanos, MICROSECOND))
                .as(why)
                .isEqualTo(pausedFromMicros);
    }

    // ---- the middle of a tick ----

    @ParameterizedTest(name = "{0} reads, of those who send little: {1}, a flush takes {2} us: {3}")
    @CsvSource({
        " 6, true,     0, ''",
        " 7, true,     0, 7",
        "13, true,     0, 7",
        "20, true,     0, 7 14",
        "20, true,   500, 7 14",
        "20, true,   600, 7 15",
        "20, true, 1_000, 7 20",
        "20, false,    0, ''",
    })
    void whatWasAppendedIsFlushedBeforeTheEndOfALongTick(
            int reads, boolean ofQuiet, String flushMicros, String flushedBehind) {
        var _ = eachReadsAtTheNextTick(reads, ofQuiet);
        ticks.flushNanos = Long.parseLong(flushMicros.replace("_", "")) * MICROSECOND;
        for (int i = 0; i < 3; i++) { // each begins anew
            ticks.now += 400 * MILLISECOND;
            ticks.said.clear();
            ticks.tick();
            assertThat(readsBeforeEachFlush()).isEqualTo(flushedBehind);
        }
    }

    /// So many clients that all have something to say in the next tick, and are known.
    private List<Client> eachReadsAtTheNextTick(int count, boolean quiet) {
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(ticks.client(80 * MICROSECOND, quiet ? 300 * MILLISECOND : 0));
        }
        ticks.elsewhereNanos = 1 * MILLISECOND;
        ticks.runFor(2_100);
        ticks.elsewhereNanos = 0;
        ticks.now += 400 * MILLISECOND;
        return all;
    }

    /// Nobody is paused sooner for it.
    @ParameterizedTest(name = "a flush takes {0} us")
    @ValueSource(longs = {0, 400})
    void whatFlushesTakeIsNoReading(long flushMicros) {
        List<Client> floods = ticks.floods(90);
        ticks.client(1 * MICROSECOND, 200 * MILLISECOND);
        ticks.runFor(990);
        ticks.now += 20 * MILLISECOND; // the window ends
        ticks.flushNanos = flushMicros * MICROSECOND;
        ticks.said.clear();
        ticks.tick();
        assertThat(floods.stream().filter(it -> it.waits == 0)).hasSize(12);
    }

    @ParameterizedTest(name = "a flush takes {0} us")
    @ValueSource(longs = {0, 600})
    void whatFlushesTakeIsNoPartOfTheShareOfThoseWhoWait(long flushMicros) {
        ticks.floods(20).forEach(it -> it.isCutShort = true);
        ticks.tickUntilGiven();
        ticks.give();
        ticks.flushNanos = flushMicros * MICROSECOND;
        ticks.said.clear();
        ticks.give(); // in a tick in which nobody is read from
        assertThat(ticks.said.stream().filter("read"::equals)).hasSize(4);
    }

    private String readsBeforeEachFlush() {
        StringJoiner flushes = new StringJoiner(" ");
        int reads = 0;
        for (String each : ticks.said) {
            switch (each) {
                case "read" -> reads++;
                case "flush" -> flushes.add(Integer.toString(reads));
                default -> throw new AssertionError("nobody was to be " + each);
            }
        }
        return flushes.toString();
    }

    // ---- the end of a tick ----

    @Test
    void whatOthersCausedIsFlushedBeforeTurnsAreGivenIfAnybodyWaits() {
        Client flood = ticks.floods(1).getFirst();
        ticks.tick();
        assertThat(ticks.said).as("nobody waits").containsExactly("read");

        ticks.said.clear();
        flood.isCutShort = true;
        ticks.tick();
        assertThat(ticks.said)
                .as("one waits, has its turn, and waits again")
                .containsExactly("read", "paused", "armed", "flush", "read", "armed after sockets");

        ticks.said.clear();
        flood.isCutShort = false;
        ticks.tick();
        assertThat(ticks.said).as("its last turn").containsExactly("flush", "read", "resumed");

        ticks.said.clear();
        ticks.tick();
        assertThat(ticks.said).as("nobody waits any more").containsExactly("read");
    }

    @ParameterizedTest(name = "{0} ms")
    @CsvSource({"100, 0", "101, 101"})
    void aLongPauseIsNoSilenceOfTheClient(long millis, long toldMillis) {
        Client cut = ticks.client(0, 0);
        cut.isCutShort = true;
        ticks.tickUntilGiven();
        cut.isCutShort = false;
        ticks.now += millis * MILLISECOND;
        ticks.give();
        assertThat(cut.isPaused).isFalse();
        assertThat(cut.toldNanos).isEqualTo(toldMillis * MILLISECOND);
    }

    /// A loop with clients, of which it reads from all that are not paused, in each tick.
    private static final class Ticks implements Turns.Tick {
        final Turns turns = new Turns(this);
        final List<Client> clients = new ArrayList<>();
        final List<String> said = new ArrayList<>();
        long now = TimeUnit.DAYS.toNanos(3);
        long elsewhereNanos;
        long flushNanos;
        boolean forgetsWhoWaited;
        long tickBeganNanos;
        long loudNanos;
        long pausedAfterNanos;

        Client client(long turnNanos, long everyNanos) {
            Client client = new Client(this, turnNanos, everyNanos);
            clients.add(client);
            return client;
        }

        /// Who has always as much to say as a buffer holds.
        List<Client> floods(int count) {
            List<Client> floods = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Client flood = client(80 * MICROSECOND, 0);
                flood.bytes = 64 << 10;
                flood.isFlood = true;
                floods.add(flood);
            }
            return floods;
        }

        /// One that always waits for its turn.
        void foreverCutShort() {
            floods(1).getFirst().isCutShort = true;
        }

        void runFor(long millis) {
            long until = now + millis * MILLISECOND;
            while (now < until) {
                tick();
            }
        }

        /// The most that floods took of a tick, of those of so much time.
        long mostOfLoudIn(long millis) {
            long until = now + millis * MILLISECOND;
            long most = 0;
            while (now < until) {
                tick();
                most = Math.max(most, loudNanos);
            }
            return most;
        }

        void tick() {
            tickUntilGiven();
            give();
            now += elsewhereNanos;
        }

        void tickUntilGiven() {
            tickBeganNanos = now;
            loudNanos = 0;
            for (Client client : clients) {
                if (!client.isPaused && now >= client.nextNanos) {
                    client.nextNanos = now + client.everyNanos;
                    client.read();
                }
            }
        }

        void give() {
            turns.give(now);
            assertThat(turns.waiting())
                    .isEqualTo((int) clients.stream().filter(it -> it.isPaused).count());
        }

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public void arm() {
            said.add("armed");
        }

        @Override
        public void armAfterSockets() {
            said.add("armed after sockets");
        }

        @Override
        public void flushNow() {
            said.add("flush");
            now += flushNanos;
        }
    }

    private static final class Client extends Turns.Sender {
        private final Ticks ticks;
        private final long everyNanos;
        long turnNanos;
        int bytes = 100;
        boolean isFlood;

        /// Whether each of its turns is over before it is.
        boolean isCutShort;

        boolean isCutShortEveryOtherTime;
        boolean isPaused;
        private boolean hasRest;
        private long nextNanos;
        private long pausedNanos;
        int reads;
        int waits;
        long toldNanos;

        Client(Ticks ticks, long turnNanos, long everyNanos) {
            this.ticks = ticks;
            this.turnNanos = turnNanos;
            this.everyNanos = everyNanos;
        }

        void read() {
            reads++;
            ticks.said.add("read");
            waited &= !ticks.forgetsWhoWaited;
            ticks.turns.begin(ticks.now);
            ticks.now += turnNanos;
            ticks.loudNanos += isFlood ? turnNanos : 0;
            hasRest = isCutShort || (isCutShortEveryOtherTime && reads % 2 == 0);
            ticks.turns.had(this, bytes, turnNanos, hasRest, ticks.now);
        }

        @Override
        boolean pauseReading(Pause reason, long nanos) {
            assertThat(reason).isEqualTo(Pause.BY_TURN);
            if (isPaused) {
                return false;
            }
            isPaused = true;
            pausedNanos = nanos;
            waits++;
            if (ticks.pausedAfterNanos < 0) {
                ticks.pausedAfterNanos = nanos - ticks.tickBeganNanos;
            }
            ticks.said.add("paused");
            return true;
        }

        @Override
        long resumeReading(Pause reason, long nanos) {
            assertThat(reason).isEqualTo(Pause.BY_TURN);
            assertThat(isPaused).isTrue();
            isPaused = false;
            ticks.said.add("resumed");
            return nanos - pausedNanos;
        }

        @Override
        void wasPaused(long nanos) {
            toldNanos += nanos;
        }

        @Override
        boolean hasRest() {
            return hasRest;
        }

        @Override
        void goOn() {
            read();
        }

        @Override
        public String toString() {
            return reads + " reads, waited " + waits + " times";
        }
    }
}
