package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.broker.passwords.PasswordFileEditor;
import org.vencejo.broker.passwords.PasswordHash;
import picocli.CommandLine;

/// `vencejo passwd` by what it leaves in the file, says, and ends with.
class PasswdCommandTest {
    private final PrintStream standardOut = System.out;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<char[]> typed = new ArrayList<>();

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void listen() {
        file = folder.resolve("passwords");
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void giveBack() {
        System.setOut(standardOut);
        System.setErr(standardError);
    }

    /// The other one waits; without that it would be done, and then be written over.
    @Test
    @Timeout(60)
    void anotherProcessThatChangesTheFileWaitsForThisOne() throws Exception {
        Path locks = Path.of("/proc/locks");
        assumeTrue(Files.isReadable(locks), "whether a process waits for a lock: only on Linux");
        PasswordHash hash = HashKind.PBKDF2.hash(new byte[] {'x'}, new SecureRandom());
        Process other;
        try (PasswordFileEditor editor = PasswordFileEditor.open(file)) {
            editor.set("alice", hash);
            other = passwd("bob");
            Pattern waiting = Pattern.compile(".*-> POSIX +ADVISORY +WRITE " + other.pid() + " .*");
            while (other.isAlive()
                    && Files.readAllLines(locks).stream()
                            .noneMatch(line -> waiting.matcher(line).matches())) {
                Thread.onSpinWait();
            }
            editor.store();
        }
        assertThat(other.waitFor()).isZero();
        assertThat(Files.readAllLines(file))
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly("alice", "bob");
    }

    private Process passwd(String user) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "build");
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Vencejo.class.getName(),
                        "passwd",
                        file.toString(),
                        user,
                        "--hash",
                        "pbkdf2",
                        "--password-file",
                        password.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
    }

    @Test
    void aPasswordThatIsTypedTwiceMakesAUserAndAFileForItsOwnerAlone() throws IOException {
        assertThat(ask(List.of("wönder", "wönder"), "alice")).isZero();

        assertThat(said(out)).isEqualTo(file + ": alice is a user now\n");
        assertThat(hashOf("alice").fits("wönder".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(Files.readString(file)).startsWith("alice:$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(typed).allSatisfy(it -> assertThat(it).containsOnly('\0'));

        out.reset();
        assertThat(ask(List.of("build", "build"), "alice")).isZero();
        assertThat(said(out)).isEqualTo(file + ": alice has a new password\n");
        assertThat(Files.readAllLines(file)).hasSize(1);
        assertThat(hashOf("alice").fits("build".getBytes(StandardCharsets.UTF_8))).isTrue();
    }

    @Test
    void whatDiffersOrIsEmptyChangesNothing() {
        assertThat(ask(List.of("one", "other"), "alice")).isEqualTo(1);
        assertThat(said(err)).isEqualTo("vencejo passwd: the two differ; nothing was changed\n");
        assertThat(ask(List.of("", ""), "alice")).isEqualTo(1);
        assertThat(said(err)).contains("an empty password is none");
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"argon2id, $argon2id$", "bcrypt, $2b$10$", "pbkdf2, $7$210000$"})
    void thePasswordMayComeFromStandardInputOrAFile(String kind, String begin) throws IOException {
        Path source = Files.writeString(folder.resolve("secret"), "from a file\r\nnot this");

        assertThat(run("from a pipe\n", "alice", "--hash", kind, "--password-file", "-")).isZero();
        assertThat(run("", "bob", "--hash", kind, "--password-file", source.toString())).isZero();

        assertThat(hashOf("alice").text()).startsWith(begin);
        assertThat(hashOf("alice").fits("from a pipe".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(hashOf("bob").fits("from a file".getBytes(StandardCharsets.UTF_8))).isTrue();
    }

    @Test
    void aUserIsTakenAwayAndOthersStay() throws IOException {
        Files.writeString(file, "# ours\nalice:x\nbob:y\n");
        assertThat(run("", "alice", "-D")).isZero();
        assertThat(file).hasContent("# ours\nbob:y\n");
        assertThat(said(out)).isEqualTo(file + ": alice is no user any more\n");
        assertThat(run("", "alice", "-D")).isEqualTo(1);
        assertThat(said(err)).isEqualTo("vencejo passwd: " + file + ": there is no user alice\n");
    }

    @Test
    void plainPasswordsAreHashedAndHashesStay() throws IOException {
        String known = "bob:$7$1$c2FsdA==$" + "A".repeat(86) + "==";
        Files.writeString(file, "# ours\nalice:wonder:land\n" + known + "\nold:$1$x\nnone:\n");
        assertThat(run("", null, "-U", "--hash", "bcrypt")).isZero();
        assertThat(said(out)).isEqualTo(file + ": 1 passwords were hashed\n");
        assertThat(hashOf("alice").fits("wonder:land".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(Files.readAllLines(file)).contains("# ours", known, "old:$1$x", "none:");
        assertThat(run("", null, "-U")).isZero();
        assertThat(said(out)).endsWith(": 0 passwords were hashed\n");
    }

    /// Nobody could come in with it, or with a part of it as well.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "scram-sha-256 |  1024 | none",
                "scram-sha-256 |  1025 | scram-sha-256 knows passwords of up to 1024 bytes, this one has 1025",
                "bcrypt        |    73 | bcrypt sees the first 72 bytes of a password, this one has 73",
                "pbkdf2        | 65536 | a password of MQTT has up to 65535 bytes, this one has more",
                "pbkdf2        | 99999 | a password of MQTT has up to 65535 bytes, this one has more",
            })
    void aPasswordThatIsTooLongForItsKindIsRefused(String kind, int length, @Nullable String fault)
            throws IOException {
        String password = "x".repeat(length);
        int code = fault == null ? 0 : 1;
        assertThat(run(password + "\n", "alice", "--hash", kind, "--password-file", "-"))
                .isEqualTo(code);
        if (fault == null) {
            assertThat(hashOf("alice").fits(password.getBytes(StandardCharsets.UTF_8))).isTrue();
        } else {
            assertThat(said(err))
                    .isEqualTo("vencejo passwd: %s; nothing was changed\n".formatted(fault));
            assertThat(file).doesNotExist();
        }
        err.reset();
        String plain = "# ours\nbob:build\nalice:" + password + "\n";
        Files.writeString(file, plain);
        assertThat(run("", null, "-U", "--hash", kind)).isEqualTo(code);
        if (fault == null) {
            assertThat(hashOf("alice").fits(password.getBytes(StandardCharsets.UTF_8))).isTrue();
        } else {
            assertThat(said(err))
                    .isEqualTo(
                            "vencejo passwd: %s: line 3: %s; nothing was changed\n"
                                    .formatted(file, fault));
            assertThat(file).hasContent(plain);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alice geheim | no password is taken from the command line",
                "-b alice geheim | no password is taken from the command line",
                "alice -D -U | -D and -U exclude each other",
                "alice -U | -U takes no user name",
                "alice -D --password-file - | --password-file gives a password",
                "a:b | a user name has no colon",
                "alice --hash md5 | the hash is argon2id, bcrypt, pbkdf2 or scram-sha-256, given was md5",
                "-D | the user name is missing"
            })
    void wrongUseIsRefused(String words, String why) {
        assertThat(run("", null, words.split(" ", -1))).isEqualTo(64);
        assertThat(said(err)).startsWith("passwd: ").contains(why).doesNotContain("geheim");
        assertThat(file).doesNotExist();
    }

    @Test
    void whatCannotBeDoneIsOneSentence() {
        assertThat(run("", "alice")).isEqualTo(1);
        assertThat(said(err)).contains("there is no terminal to ask at; allowed: --password-file");
        assertThat(run("", "alice", "--password-file", folder + "/none")).isEqualTo(1);
        assertThat(said(err)).contains(folder + "/none: there is no such file");
        assertThat(run("x".repeat(73) + "\n", "alice", "--hash", "bcrypt", "--password-file", "-"))
                .isEqualTo(1);
        assertThat(said(err))
                .contains("bcrypt sees the first 72 bytes of a password, this one has 73");
        file = folder.resolve("no/folder/passwords");
        assertThat(run("x\n", "alice", "--password-file", "-")).isEqualTo(1);
        assertThat(said(err)).contains("passwords: ");
        assertThat(said(err).lines()).allMatch(line -> line.startsWith("vencejo passwd: "));
    }

    private int ask(List<String> answers, String... words) {
        Iterator<String> next = answers.iterator();
        return runAsking(
                "",
                question -> {
                    char[] answer = next.next().toCharArray();
                    typed.add(answer);
                    return answer;
                },
                null,
                words);
    }

    private int run(String input, @Nullable String user, String... words) {
        return runAsking(input, null, user, words);
    }

    private int runAsking(
            String input,
            @Nullable Function<String, char[]> prompt,
            @Nullable String user,
            String... words) {
        List<String> arguments = new ArrayList<>(List.of(file.toString()));
        if (user != null) {
            arguments.add(user);
        }
        arguments.addAll(List.of(words));
        CommandLine command =
                new CommandLine(
                        new PasswdCommand(
                                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                                prompt));
        return Vencejo.run(command, arguments.toArray(String[]::new));
    }

    private PasswordHash hashOf(String user) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(user + ":"))
                .map(line -> PasswordHash.of(line.substring(user.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static String said(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
