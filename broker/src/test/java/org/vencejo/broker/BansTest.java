package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.passwords.Guessers;
import org.vencejo.broker.passwords.Guessers.Banned;
import org.vencejo.broker.passwords.Guessers.Kind;
import org.vencejo.broker.passwords.NameKeys;
import org.vencejo.storage.StoreException;

/// What the control socket tells of bans is read as it was, and what it is told ends them.
class BansTest {
    private static final long HOUR = 3_600_000_000_000L;

    @TempDir private Path folder;

    private final Guessers guessers =
            new Guessers(
                    new Guessers.Limits(2, HOUR, HOUR, 0, 10, false, true),
                    new NameKeys(new SecureRandom()));

    private void fail(String address, String user) {
        for (int i = 0; i < 2; i++) {
            guessers.failed(InetAddress.ofLiteral(address), user, System.nanoTime());
        }
    }

    @Test
    void aLineIsReadAsItWasWritten() {
        assertThat(
                        Bans.parse(
                                """
                                address 192.0.2.66 1000
                                user a+b%0A%C3%B1 2000
                                of-a-newer-broker x
                                more\
                                """))
                .isEqualTo(
                        new Bans(
                                List.of(
                                        new Banned(Kind.ADDRESS, "192.0.2.66", 1000),
                                        new Banned(Kind.USER, "a b\nñ", 2000)),
                                false));
        assertThat(Bans.parse(Bans.lines(guessers))).isEqualTo(new Bans(List.of(), true));
        fail("2001:db8::1", "a b\nñ");
        Bans bans = Bans.parse(Bans.lines(guessers));
        assertThat(bans.complete()).isTrue();
        assertThat(bans.banned())
                .extracting(Banned::name)
                .containsExactly("2001:db8:0:0:0:0:0:0/64", "a b\nñ");
        assertThat(bans.banned()).allMatch(it -> it.leftNanos() > 0 && it.leftNanos() <= HOUR);
    }

    @Test
    void aBanIsLiftedByTheNameThatTheListHas() {
        fail("2001:db8::1", "a b");
        assertThat(Bans.lift(guessers, "address 2001%3Adb8%3A0%3A0%3A0%3A0%3A0%3A0%2F64"))
                .isEqualTo("lifted");
        assertThat(Bans.lift(guessers, "user a+b")).isEqualTo("lifted");
        assertThat(Bans.lines(guessers)).isEmpty();
        assertThat(Bans.lift(guessers, "user a+b")).isEqualTo("not banned");
        assertThat(Bans.lift(guessers, "address 192.0.2.1")).isEqualTo("not banned");
    }

    /// A ban of which nothing is known is not told to have been none.
    @Test
    void anAnswerThatIsNotUnderstoodIsAFault() {
        assertThat(Bans.wasLifted("lifted")).isTrue();
        assertThat(Bans.wasLifted("not banned")).isFalse();
        assertThatThrownBy(() -> Bans.wasLifted("lift"))
                .isInstanceOf(StoreException.class)
                .hasMessage("not understood from the broker: lift");
    }

    @Test
    void theLogIsToldOfItAndOfNoMoreOfTheNameThanIsListed() {
        LogLines log = new LogLines(false);
        for (String user : List.of("a b", "x".repeat(201))) {
            fail("192.0.2.66", user);
            Bans.lift(guessers, "user " + user.replace(' ', '+'), log);
            Bans.lift(guessers, "user nobody", log);
        }
        assertThat(log.lines)
                .containsExactly(
                        "asked by the control socket: user a b is banned no more",
                        "asked by the control socket: user "
                                + "x".repeat(200)
                                + "... (201 characters) is banned no more");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            value = {
                "address alice -> is no IP address",
                "client c -> not known here: client",
                "alice -> expected a kind and a name",
                "user a b -> expected a kind and a name",
            })
    void whatNamesNobodyIsRefused(String whose, String words) {
        assertThatThrownBy(() -> Bans.lift(guessers, whose))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7",
        "2001:db8::7, 2001:db8:0:0:0:0:0:7",
        "2001:db8::/64, 2001:db8:0:0:0:0:0:0",
        "2001:db8::/48,",
        "192.0.2.0/24,",
        "192.0.2.7/32,",
        "192.0.2,",
        "alice,",
        "'',",
    })
    void anAddressIsWhatTheListHas(String text, @Nullable String address) {
        InetAddress found = Bans.address(text);
        assertThat(found == null ? null : found.getHostAddress()).isEqualTo(address);
    }

    @Test
    void nobodyIsBannedWhereNoBrokerRuns() throws Exception {
        assertThatThrownBy(() -> Bans.ofBrokerOn(folder.resolve("none")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("there is no data folder");
        Path free = Files.createDirectory(folder.resolve("d"));
        assertThatThrownBy(() -> Bans.lift(free, Kind.USER, "alice"))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("no broker runs");
    }
}
