package org.vencejo.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.exception.ScramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ReasonCode;

/// SCRAM-SHA-256 over the AUTH packets of 5.0 (section 4.12), with somebody else's client of it.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class ScramTest {
    private static final String METHOD = "SCRAM-SHA-256";

    /// Of 1,025 times "a", made by Python's hashlib.
    private static final String LONG =
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$thdHm72C8aMbhjgxH2bzmo+doR0rNZ0LVIuejGgy+BY=:aW1rsyHuT/dtUbmtGfCJvncPrLrFCJePfEL0SkBEJYc=";

    @TempDir private Path folder;
    private BrokerRig rig;

    @BeforeEach
    void start() throws IOException {
        write(
                "alice:"
                        + scram("pencil")
                        + "\nplain:"
                        + hash(HashKind.PBKDF2, "pencil")
                        + "\na=,b:"
                        + scram("pencil")
                        + "\n=2C:"
                        + scram("pencil")
                        + "\n");
        Path none = folder.resolve("none");
        Files.writeString(none, "plain:" + hash(HashKind.PBKDF2, "pencil") + "\n");
        Files.setPosixFilePermissions(none, PosixFilePermissions.fromString("rw-------"));
        rig = startBroker();
    }

    private BrokerRig startBroker() {
        return startBroker(20);
    }

    private BrokerRig startBroker(int failuresMax) {
        return BrokerRig.start(
                folder,
                "limits.authentication-ban-loopback=true",
                "limits.authentication-failures-max=" + failuresMax,
                "limits.authentication-forgiven-time=1h",
                "listeners=[{name: with, port: 0}, {name: without, port: 0}]",
                "authentication=[{file: '%s', listeners: with}, {file: '%s', listeners: without}]"
                        .formatted(file(), folder.resolve("none")));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void whoProvesItsPasswordIsLetInAndSeesThatTheBrokerKnowsIt() throws Exception {
        try (RawClient client = client("with")) {
            ScramClient scram = scramClient("alice", "pencil");
            Packet answer = exchange(client, scram, null);

            assertThat(answer)
                    .isInstanceOfSatisfying(
                            Connack.class,
                            it -> {
                                assertThat(it.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
                                assertThat(it.properties().text(Property.AUTHENTICATION_METHOD))
                                        .isEqualTo(METHOD);
                            });
            // Throws if the signature is another one.
            scram.serverFinalMessage(data(((Connack) answer).properties()));
        }
    }

    /// A user name behind the password is that in CONNECT.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "with    | alice | pencil |       | 00",
                "with    | alice | pencil | alice | 00",
                "with    | alice | pencil | bob   | 87", // two names
                "with    | alice | Pencil |       | 86",
                "with    | carol | pencil |       | 86", // whom nobody knows
                "with    | plain | pencil |       | 86", // whose line has another form
            })
    void othersAreToldAsMuchAsOfPasswords(
            String listener, String user, String password, String inConnect, String code)
            throws Exception {
        try (RawClient client = client(listener)) {
            Packet answer = exchange(client, scramClient(user, password), inConnect);
            assertThat(code(answer)).isEqualTo(Integer.parseInt(code, 16));
        }
    }

    @Test
    void whoSendsThePasswordIsKnownAsWell() throws IOException {
        assertThat(plain("alice", "pencil")).isZero();
        assertThat(plain("alice", "Pencil")).isEqualTo(0x86);
        assertThat(plain("alice", "")).isEqualTo(0x86);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "with    | SCRAM-SHA-1   | n,,n=alice,r=abc         | 8C",
                "without | SCRAM-SHA-256 | n,,n=alice,r=abc         | 8C", // nobody has such a line
                "with    | SCRAM-SHA-256 |                          | 87",
                "with    | SCRAM-SHA-256 | x                        | 87",
                "with    | SCRAM-SHA-256 | n,,n=,r=abc              | 87",
                "with    | SCRAM-SHA-256 | n,,n=\u200B,r=abc        | 87", // SASLprep leaves
                // nothing
                "with    | SCRAM-SHA-256 | n,a=bob,n=alice,r=abc    | 87", // as another
                "with    | SCRAM-SHA-256 | p=tls-unique,,n=alice,r=abc | 87",
                "with    | SCRAM-SHA-256 | y,,n=alice,r=abc         | 18", // we have none: goes on
                "with    | SCRAM-SHA-256 | n,a=alice,n=alice,r=abc  | 18",
            })
    void aFirstMessageIsCheckedWhole(String listener, String method, String message, String code)
            throws IOException {
        try (RawClient client = client(listener)) {
            client.send(connect(method, null, message));
            assertThat(code(client.next())).isEqualTo(Integer.parseInt(code, 16));
        }
    }

    /// SASLprep takes its time for a long name, on the event loop: of U+0316 and U+0301 it is the
    /// square of their number, U+FDFA becomes 18 characters, and nothing is left of U+00AD.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "n,,n=          | a            |  256 | ,r=abc     | 18",
                "n,,n=          | a            |  257 | ,r=abc     | 87",
                "n,,n=a         | \u0316\u0301 |   63 | ,r=abc     | 18", // 253 bytes
                "n,,n=a         | \u0316\u0301 |   64 | ,r=abc     | 87", // 257
                "n,,n=a         | \u0316\u0301 | 2020 | ,r=abc     | 87",
                "n,,n=          | \uFDFA       |   85 | ,r=abc     | 18", // 255
                "n,,n=          | \uFDFA       |   86 | ,r=abc     | 87", // 258
                "n,a=a          | \u00AD       |  127 | ,n=a,r=abc | 18", // 255
                "n,a=a          | \u00AD       |  128 | ,n=a,r=abc | 87", // 257
                "n,,n=a,r=abc   | d            | 4000 | ''         | 18", // a nonce may be long
            })
    void aUserNameHasUpTo256Bytes(
            String before, String repeated, int times, String after, String code)
            throws IOException {
        try (RawClient client = client("with")) {
            client.send(connect(METHOD, null, before + repeated.repeat(times) + after));
            assertThat(code(client.next())).isEqualTo(Integer.parseInt(code, 16));
        }
    }

    /// Who breaks the rules could go on with it for ever; who goes away when it is asked may have
    /// lost its connection, and costs no more than others who never finish.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "n,,n=          |                      | 87 | true",
                "n,,n=alice,r=a | c=biws,r=abc,p=AAAA  | 87 | true",
                "n,,n=alice,r=a | c=biws,r=*,p=AAAA    | 86 | true", // a wrong proof
                "n,,n=alice,r=a |                      | 18 | false",
            })
    void whoBreaksItsRulesIsBannedAsGuessersAreAndWhoGivesUpIsNot(
            String first, @Nullable String last, String code, boolean banned) throws Exception {
        rig.close();
        rig = startBroker(3);
        for (int i = 0; i < 3; i++) {
            assertThat(rig.broker().authentication().bans()).isZero();
            try (RawClient client = client("with")) {
                client.send(connect(METHOD, null, first));
                Packet answer = client.next();
                if (last != null) {
                    String nonce =
                            ServerFirstMessage.parseFrom(data(((Auth) answer).properties()), "a")
                                    .getNonce();
                    client.send(auth(ReasonCode.CONTINUE_AUTHENTICATION, last.replace("*", nonce)));
                    answer = client.next();
                }
                assertThat(code(answer)).isEqualTo(Integer.parseInt(code, 16));
            }
        }
        assertThat(rig.broker().authentication().bans()).isEqualTo(banned ? 1 : 0);
        try (RawClient client = client("with")) {
            if (banned) {
                assertThat(client.isClosed()).isTrue();
            } else {
                assertThat(code(exchange(client, scramClient("alice", "pencil"), null))).isZero();
            }
        }
    }

    /// SASLprep is done by the client, for as long as it likes.
    @Test
    void aPasswordThatIsTooLongToBeSentMayBeProved() throws Exception {
        write("long:" + LONG + "\n");
        rig.broker().reload();
        String password = "a".repeat(1_025);
        assertThat(plain("long", password)).isEqualTo(0x86);
        try (RawClient client = client("with")) {
            assertThat(code(exchange(client, scramClient("long", password), null))).isZero();
        }
    }

    /// `*` stands for the nonce that both made.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "c=biws,r=*,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= | 86",
                "c=biws,r=*,p=AAAA   | 86",
                "c=biws,r=*,p=       | 86",
                "c=biws,r=*,p=!      | 87",
                "c=biws,r=abc,p=AAAA | 87", // another nonce
                "c=eSws,r=*,p=AAAA   | 87", // it had said n and says y now
                "c=biws,r=*          | 87",
                "n,,n=alice,r=abc    | 87",
            })
    void aLastMessageIsCheckedWhole(String message, String code) throws Exception {
        try (RawClient client = client("with")) {
            client.send(connect(METHOD, null, "n,,n=alice,r=abc"));
            ServerFirstMessage first =
                    ServerFirstMessage.parseFrom(data(((Auth) client.next()).properties()), "abc");
            client.send(
                    auth(
                            ReasonCode.CONTINUE_AUTHENTICATION,
                            message.replace("*", first.getNonce())));
            assertThat(code(client.next())).isEqualTo(Integer.parseInt(code, 16));
        }
    }

    @Test
    void strangersAreAskedAsOthersAreAndTheSameEachTime() throws Exception {
        assertThat(asked("carol").getSalt()).isEqualTo(asked("carol").getSalt());
        assertThat(asked("carol").getSalt()).isNotEqualTo(asked("dave").getSalt());
        assertThat(asked("carol").getSalt()).hasSameSizeAs(asked("alice").getSalt());
        assertThat(asked("carol").getIterationCount())
                .isEqualTo(asked("alice").getIterationCount());
        assertThat(asked("carol").getNonce()).isNotEqualTo(asked("carol").getNonce());
    }

    @Test
    void strangersAreToldTheSameAfterARestart() throws Exception {
        String before = asked("carol").getSalt();
        String ofAlice = asked("alice").getSalt();
        rig.close();
        rig = startBroker();
        assertThat(asked("carol").getSalt()).isEqualTo(before);
        assertThat(asked("alice").getSalt()).isEqualTo(ofAlice);

        rig.close();
        Files.delete(folder.resolve("data/names.secret"));
        rig = startBroker();
        assertThat(asked("carol").getSalt()).isNotEqualTo(before); // control arm
    }

    /// Iterations, and how long the salt is: of a sample of the lines, in whatever file they are.
    @Test
    void strangersLookLikeAnyOfTheUsersThatThereAre() throws Exception {
        String key = "A".repeat(43) + "=";
        StringBuilder text = new StringBuilder("plain:" + hash(HashKind.PBKDF2, "pencil") + "\n");
        for (int i = 0; i < 50; i++) {
            text.append(
                    "u%d:SCRAM-SHA-256$%s$%s:%s\n"
                            .formatted(i, i % 2 == 0 ? "4096:AAAAAAAA" : "5000:" + key, key, key));
        }
        write(text.toString());
        rig.broker().reload();
        Set<String> seen = new TreeSet<>();
        for (int i = 0; i < 40; i++) {
            ServerFirstMessage first = asked("stranger" + i);
            seen.add(first.getIterationCount() + " " + first.getSalt().length());
        }
        assertThat(seen).containsExactly("4096 8", "5000 44");
        assertThat(asked("plain").getIterationCount()).isIn(4096, 5000);
    }

    @Test
    void aClientProvesItAgainOnItsConnection() throws Exception {
        try (RawClient client = client("with")) {
            exchange(client, scramClient("alice", "pencil"), null);

            assertThat(code(again(client, "pencil"))).isZero();
            assertThat(again(client, "Pencil")).isInstanceOf(Disconnect.class);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void whoseLineChangesBetweenTheTwoMessagesIsRefused() throws Exception {
        try (RawClient client = client("with")) {
            ScramClient scram = scramClient("alice", "pencil");
            client.send(connect(METHOD, null, scram.clientFirstMessage().toString()));
            scram.serverFirstMessage(data(((Auth) client.next()).properties()));

            write("alice:" + scram("another") + "\n");
            rig.broker().reload();

            client.send(
                    auth(
                            ReasonCode.CONTINUE_AUTHENTICATION,
                            scram.clientFinalMessage().toString()));
            assertThat(code(client.next())).isEqualTo(0x86);
        }
    }

    @ParameterizedTest
    @CsvSource({"'a=,b'", "=2C"})
    void aNameMayHoldWhatIsEscapedInIt(String name) throws Exception {
        try (RawClient client = client("with")) {
            assertThat(code(exchange(client, scramClient(name, "pencil"), name))).isZero();
        }
        try (RawClient client = client("with")) {
            assertThat(code(exchange(client, scramClient(name, "Pencil"), name))).isEqualTo(0x86);
        }
        try (RawClient client = client("with")) {
            client.send(connect(METHOD, null, "n,,n=a=b,r=abc"));
            assertThat(code(client.next())).isEqualTo(0x87);
        }
    }

    private static Packet again(RawClient client, String password) throws Exception {
        ScramClient scram = scramClient("alice", password);
        client.send(auth(ReasonCode.RE_AUTHENTICATE, scram.clientFirstMessage().toString()));
        return goOn(client, scram);
    }

    private static Packet exchange(RawClient client, ScramClient scram, @Nullable String userName)
            throws Exception {
        client.send(connect(METHOD, userName, scram.clientFirstMessage().toString()));
        return goOn(client, scram);
    }

    private static Packet goOn(RawClient client, ScramClient scram)
            throws IOException, ScramException {
        Packet answer = client.next();
        if (answer instanceof Auth auth
                && auth.reasonCode() == ReasonCode.CONTINUE_AUTHENTICATION) {
            scram.serverFirstMessage(data(auth.properties()));
            client.send(
                    auth(
                            ReasonCode.CONTINUE_AUTHENTICATION,
                            scram.clientFinalMessage().toString()));
            return client.next();
        }
        return answer;
    }

    private ServerFirstMessage asked(String user) throws Exception {
        try (RawClient client = client("with")) {
            client.send(connect(METHOD, null, "n,,n=" + user + ",r=abc"));
            return ServerFirstMessage.parseFrom(data(((Auth) client.next()).properties()), "abc");
        }
    }

    private int plain(String user, String password) throws IOException {
        try (RawClient client = client("with")) {
            client.send(BrokerRig.connect(user, password));
            return code(client.next());
        }
    }

    private static ScramClient scramClient(String user, String password) {
        return ScramClient.builder()
                .advertisedMechanisms(List.of(METHOD))
                .username(user)
                .password(password.toCharArray())
                .build();
    }

    private static Connect connect(
            String method, @Nullable String userName, @Nullable String data) {
        return BrokerRig.connect(userName, null, BrokerRig.exchange(method, data));
    }

    private static Auth auth(ReasonCode reasonCode, String data) {
        return new Auth(reasonCode, BrokerRig.exchange(METHOD, data));
    }

    private static String data(Properties properties) {
        return new String(properties.binary(Property.AUTHENTICATION_DATA), UTF_8);
    }

    private static int code(Packet packet) {
        return switch (packet) {
            case Connack it -> it.reasonCode().value();
            case Auth it -> it.reasonCode().value();
            default -> throw new AssertionError("unexpected " + packet);
        };
    }

    private RawClient client(String listener) throws IOException {
        return new RawClient(rig.address(List.of("with", "without").indexOf(listener)));
    }

    private static String scram(String password) {
        return hash(HashKind.SCRAM_SHA_256, password);
    }

    private static String hash(HashKind kind, String password) {
        return kind.hash(password.getBytes(UTF_8), new SecureRandom()).text();
    }

    private Path file() {
        return folder.resolve("users");
    }

    private void write(String text) throws IOException {
        Files.writeString(file(), text);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
    }
}
