package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.identity.RefusedException.Kind;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.transport.Authority;

/// Users of a directory over sockets, plain and in TLS.
@Timeout(60)
class LdapDirectoryTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final Authority AUTHORITY = Authority.named("casa");

    @TempDir private Path folder;
    @AutoClose private DirectoryService service;
    @AutoClose private LdapDirectory directory;

    @BeforeEach
    void start() throws Exception {
        service = DirectoryService.plain(null);
        directory = open(settings(service.url(), false, "search"));
    }

    private LdapSettings settings(URI server, boolean startTls, String bindPassword)
            throws IOException {
        return settings(List.of(server), startTls, AUTHORITY, bindPassword);
    }

    private LdapSettings settings(
            List<URI> servers, boolean startTls, Authority trusted, String bindPassword)
            throws IOException {
        return new LdapSettings(
                servers,
                startTls,
                trusted.write(folder, "ca.pem"),
                DirectoryService.BROKER,
                Files.writeString(folder.resolve("secret"), bindPassword + "\n"),
                DirectoryService.PEOPLE,
                "(uid={user})",
                DirectoryService.GROUPS,
                "(member={dn})",
                "cn",
                3);
    }

    private static LdapDirectory open(LdapSettings settings) {
        return LdapDirectory.open(
                settings,
                PATIENCE_NANOS,
                4,
                (file, detail) -> {
                    throw new AssertionError(file + ": " + detail);
                });
    }

    private static @Nullable Shown ask(LdapDirectory directory, String user, String password)
            throws RefusedException {
        return directory.ask(user, password.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ana    | sol  | staff cooks",
                "bo*(b) | luna | cooks", // what means something in filters is a name here
            })
    void whoGivesItsPasswordIsLetInWithItsGroups(String user, String password, String groups)
            throws RefusedException {
        assertThat(ask(directory, user, password))
                .isEqualTo(
                        new Shown(
                                new Identity(user, Set.of(groups.split(" ", -1)), null),
                                Shown.FOR_EVER));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ana    | luna | WRONG",
                "ana    | ''   | WRONG", // which the directory would take for nobody, and let in
                "bo*(b) | sol  | WRONG",
                "twin   | sol  | NOT_ALLOWED", // there are two of them
                "ANA    | sol  | WRONG", // whom the directory takes for ana
                "'ana '  | sol  | WRONG",
                "ANA    | luna | WRONG", // nor does it tell that this is the password of nobody
            })
    void othersAreRefused(String user, String password, Kind kind) {
        assertThatThrownBy(() -> ask(directory, user, password))
                .isInstanceOfSatisfying(
                        RefusedException.class, it -> assertThat(it.kind()).isEqualTo(kind));
    }

    /// Else who guesses at ana guesses at ANA, Ana and anA, too, of whom nobody counts all.
    @ParameterizedTest
    @ValueSource(strings = {"ANA", "ana "})
    void noPasswordIsTriedForANameThatIsWrittenOtherwise(String user) {
        assertThatThrownBy(() -> ask(directory, user, "sol"))
                .hasMessageContaining("writes its user name otherwise");
        assertThat(service.bound())
                .anyMatch(it -> it.startsWith("cn=vencejo-nobody-"))
                .noneMatch(it -> it.startsWith("uid=ana,"));
        assertThatThrownBy(() -> ask(directory, "ana", "luna"))
                .isInstanceOf(RefusedException.class);
        assertThat(service.bound()).anyMatch(it -> it.startsWith("uid=ana,")); // control arm
    }

    @ParameterizedTest
    @ValueSource(strings = {"carol", "*", "an*", "ana)(cn=*", "a\\2a", "*)(uid=ana"})
    void whomTheDirectoryDoesNotHaveSomebodyElseMayKnow(String user) throws RefusedException {
        assertThat(ask(directory, user, "sol")).isNull();
    }

    /// As many searches and binds, so that what the network takes tells nothing.
    @Test
    void aNameThatTheDirectoryDoesNotHaveCostsItAsMuchAsAWrongPassword() throws RefusedException {
        assertThatThrownBy(() -> ask(directory, "ana", "luna"))
                .isInstanceOf(RefusedException.class);
        List<String> wrong = List.copyOf(service.bound());
        service.bound().clear();

        assertThat(ask(directory, "carol", "luna")).isNull();

        assertThat(service.bound()).hasSize(wrong.size() - 1); // the first has connected, too
        assertThat(service.bound()).anyMatch(it -> it.startsWith("cn=vencejo-nobody-"));
        assertThat(service.bound()).noneMatch(it -> it.contains("luna"));
        assertThat(wrong).contains("uid=ana,ou=people,dc=casa luna"); // control arm
        service.bound().clear();
        assertThat(ask(directory, "carol", "")).isNull();
        assertThat(service.bound()).as("nor does no password").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, false", "2, true", "9, true"})
    void whoIsInMoreGroupsThanAreReadIsNotLetIn(int more, boolean isRefused) throws Exception {
        service.groups("uid=ana,ou=people,dc=casa", more); // and in two already
        if (isRefused) {
            assertThatThrownBy(() -> ask(directory, "ana", "sol"))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            it -> assertThat(it.kind()).isEqualTo(Kind.NOT_ALLOWED))
                    .hasMessageContaining("3 groups (limits.authentication-groups-max)");
        } else {
            assertThat(ask(directory, "ana", "sol").identity().groups()).hasSize(2 + more);
        }
    }

    @Test
    void aConnectionThatTheDirectoryHasClosedIsMadeAnew() throws RefusedException {
        assertThat(ask(directory, "ana", "sol")).isNotNull();
        service.hangUp();
        assertThat(ask(directory, "ana", "sol")).isNotNull();
    }

    @Test
    void aDirectoryThatIsAwayLetsNobodyIn() {
        service.close();
        assertAway(directory);
    }

    @Test
    void theNextServerIsAskedWhenOneIsAway() throws Exception {
        URI away;
        try (DirectoryService gone = DirectoryService.plain(null)) {
            away = gone.url();
        }
        try (LdapDirectory both =
                open(settings(List.of(away, service.url()), false, AUTHORITY, "search"))) {
            assertThat(ask(both, "ana", "sol")).isNotNull();
        }
    }

    /// A wrong password of ours is not one of the client's.
    @Test
    void withoutTheRightToSearchNobodyIsLetInOrCalledWrong() throws IOException {
        try (LdapDirectory wrong = open(settings(service.url(), false, "wrong"))) {
            assertAway(wrong);
        }
    }

    /// The same where a connection is lost, so that another has to be made between.
    @Test
    void aWrongPasswordOfOursIsNoneOfTheClientsWhereItIsFoundAtTheBind() throws RefusedException {
        assertThat(ask(directory, "ana", "sol")).isNotNull();
        service.beforeBind(dn -> {
            if (dn.startsWith("uid=ana,")) {
                service.beforeBind(again -> {});
                service.password(DirectoryService.BROKER, "another");
                service.hangUp();
            }
        });
        assertAway(directory);
        service.password(DirectoryService.BROKER, DirectoryService.BROKER_PASSWORD);
        assertThat(ask(directory, "ana", "sol")).isNotNull(); // control arm
        assertThat(service.bound()).contains("uid=ana,ou=people,dc=casa sol");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theDirectoryIsAskedInTls(boolean startTls) throws Exception {
        SSLContext tls = AUTHORITY.server("directory").context();
        try (DirectoryService secure =
                        startTls ? DirectoryService.plain(tls) : DirectoryService.inTls(tls);
                LdapDirectory asked = open(settings(secure.url(), startTls, "search"))) {
            assertThat(ask(asked, "ana", "sol")).isNotNull();
        }
    }

    /// By another authority, and for another host.
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void whoOnlySaysThatItIsTheDirectoryLearnsNoPassword(boolean startTls, boolean otherHost)
            throws Exception {
        SSLContext tls =
                (otherHost
                                ? AUTHORITY.client("somewhere else")
                                : Authority.named("other").server("directory"))
                        .context();
        try (DirectoryService secure =
                        startTls ? DirectoryService.plain(tls) : DirectoryService.inTls(tls);
                LdapDirectory asked = open(settings(secure.url(), startTls, "search"))) {
            assertAway(asked);
        }
    }

    /// As an operator renews it: first here, or first there.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherPasswordOfOursIsReadWithoutARestart(boolean byItself) throws Exception {
        for (String wrong : new String[] {"", "\n"}) { // which changes nothing
            Files.writeString(folder.resolve("secret"), wrong);
            directory.readAgain();
        }
        Files.delete(folder.resolve("secret"));
        directory.readAgain();
        assertThat(ask(directory, "ana", "sol")).isNotNull();

        service.password(DirectoryService.BROKER, "another one");
        service.hangUp();
        assertAway(directory);
        Files.writeString(folder.resolve("secret"), "another one\n");
        assertAway(directory); // control arm: nobody has looked
        if (byItself) {
            directory.look();
            assertAway(directory); // it may be half of it
            directory.look();
        } else {
            directory.readAgain();
        }
        assertThat(ask(directory, "ana", "sol")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherAuthorityOfTheDirectoryIsReadWithoutARestart(boolean startTls) throws Exception {
        Authority next = Authority.named("next");
        SSLContext tls = next.server("directory").context();
        try (DirectoryService secure =
                        startTls ? DirectoryService.plain(tls) : DirectoryService.inTls(tls);
                LdapDirectory asked = open(settings(secure.url(), startTls, "search"))) {
            assertAway(asked);
            next.write(folder, "ca.pem");
            asked.readAgain();
            assertThat(ask(asked, "ana", "sol")).isNotNull();

            Files.writeString(folder.resolve("ca.pem"), "no certificate");
            asked.readAgain();
            assertThat(ask(asked, "ana", "sol")).isNotNull();
        }
    }

    @Test
    void aDirectoryThatRefusesTlsIsNotAskedWithoutIt() throws IOException {
        try (LdapDirectory asked = open(settings(service.url(), true, "search"))) {
            assertAway(asked);
        }
    }

    @Test
    void filesThatAreMissingOrOfNoUseAreMistakes() throws IOException {
        List<String> mistakes = new ArrayList<>();
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        LdapSettings wrong =
                new LdapSettings(
                        List.of(service.url()),
                        false,
                        folder.resolve("missing"),
                        DirectoryService.BROKER,
                        empty,
                        DirectoryService.PEOPLE,
                        "(uid={user})",
                        "",
                        "(member={dn})",
                        "cn",
                        3);
        LdapDirectory.open(
                        wrong,
                        PATIENCE_NANOS,
                        4,
                        (file, detail) -> mistakes.add(file.getFileName() + ": " + detail))
                .close();
        assertThat(mistakes)
                .containsExactlyInAnyOrder(
                        "missing: there is no such file",
                        "empty: its first line, the password, is empty");
    }

    private static void assertAway(LdapDirectory directory) {
        assertThatThrownBy(() -> ask(directory, "ana", "sol"))
                .isInstanceOfSatisfying(
                        RefusedException.class, it -> assertThat(it.kind()).isEqualTo(Kind.AWAY));
    }
}
