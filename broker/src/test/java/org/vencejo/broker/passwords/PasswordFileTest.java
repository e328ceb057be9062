package org.vencejo.broker.passwords;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.config.Mistake;

/// Password files: every mistake at once with its line, changes, and edits that leave the rest as
/// it is.
class PasswordFileTest {
    /// Of `wonder` and `build`, by mosquitto_passwd.
    private static final String WONDER =
            "$7$101$I5Qjkjrn5HkiZprL$/zOFfj6QRTyiiFdUp5SIzio5sjovZubOEKfdcnI1hUBcyjV77exp8n8XyBhhcdGWgaEX2n55B2G/my+X6pvPmA==";

    private static final String BUILD =
            "$6$Y4SnK7pET5PqGFI+$MBS42b/XGJXJecHpEFDJCKmtjZIyZdnjSgNo/rt9sD2nGnxZkcYX4O3LAvNTBBpQZWesXoQ6r5hcwjQB5L1T8g==";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long MEMORY_MAX = 1 << 25;

    private final List<Mistake> mistakes = new ArrayList<>();

    @Test
    void readsUsersAndSkipsCommentsAndEmptyLines() {
        PasswordFile file = read("# ours\n\nalice:" + WONDER + "\r\n  \nzoë smith:" + BUILD);

        assertThat(mistakes).isEmpty();
        assertThat(file.size()).isEqualTo(2);
        assertThat(file.hashOf("alice").fits(bytes("wonder"))).isTrue();
        assertThat(file.hashOf("zoë smith").fits(bytes("build"))).isTrue();
        assertThat(file.hashOf("Alice")).isNull();
        assertThat(file.toString()).isEqualTo("PasswordFile[2 users]");
    }

    @Test
    void tellsEveryMistakeWithItsLineAndNoPassword() {
        read(
                """
                alice:%s
                bob:geheim
                geheim
                :%s
                alice:%s
                carol:
                dave:$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc
                """
                        .formatted(WONDER, BUILD, BUILD));

        assertThat(mistakes)
                .extracting(Mistake::toString)
                .containsExactly(
                        "p:2:5: bob: not a hash of a known form; allowed: " + PasswordHash.FORMS,
                        "p:3:1: no colon; allowed: name:hash, # for a comment",
                        "p:4:1: no user name before the colon",
                        "p:5:1: alice: given twice; first in line 1",
                        "p:6:7: carol: no hash; allowed: " + PasswordHash.FORMS,
                        "p:7:6: dave: the hash takes 65536 KB of memory; allowed: 32768 KB on each"
                                + " thread (limits.authentication-memory-max)");
    }

    @Test
    void aFileThatCannotBeReadIsAMistake(@TempDir Path folder) throws IOException {
        Path latin = Files.write(folder.resolve("latin"), new byte[] {'a', (byte) 0xE9, ':'});
        PasswordFile.read(folder.resolve("none"), MEMORY_MAX, mistakes);
        PasswordFile.read(folder, MEMORY_MAX, mistakes);
        PasswordFile.read(latin, MEMORY_MAX, mistakes);

        assertThat(mistakes)
                .extracting(Mistake::detail)
                .containsExactly(
                        "there is no such file; 'vencejo passwd " + folder + "/none USER' makes it",
                        "this is a folder",
                        "this file is not UTF-8 text");
    }

    @Test
    void usersThatAreGoneOrHaveAnotherPasswordAreTold() {
        PasswordFile before = read("same:%s\nother:%s\ngone:%s".formatted(BUILD, BUILD, BUILD));
        PasswordFile after = read("new:%s\nother:%s\nsame:%s".formatted(BUILD, WONDER, BUILD));

        assertThat(before.goneIn(after)).containsExactlyInAnyOrder("other", "gone");
        assertThat(before.goneIn(before)).isEmpty();
    }

    /// Three of four users have one kind of hash; so have about three of four strangers.
    @Test
    void strangersLookLikeASampleOfTheUsersAndEachAlwaysTheSame() {
        PasswordFile file = read("a:%s\nb:%s\nc:%s\nd:%s".formatted(WONDER, WONDER, WONDER, BUILD));
        NameKeys secret = new NameKeys(RANDOM);
        Map<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < 400; i++) {
            String name = "stranger" + i;
            PasswordHash decoy = file.decoyFor(name, secret);
            assertThat(decoy.fits(bytes("wonder"))).isFalse();
            assertThat(file.decoyFor(name, secret)).isSameAs(decoy);
            seen.merge(decoy.toString(), 1, Integer::sum);
        }

        assertThat(seen).containsOnlyKeys("Pbkdf2[iterations=101]", "SaltedSha512");
        assertThat(seen.get("SaltedSha512")).isBetween(60, 140);
        assertThat(PasswordFile.empty().decoyFor("stranger", secret)).isNull();
    }

    /// Three of four have 5,000 iterations and a long salt, the others 4,096 and a short one.
    @Test
    void inScramStrangersLookLikeASampleOfTheUsersAndEachAlwaysTheSame() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            text.append(
                    "user%d:%s\n".formatted(i, i % 4 == 0 ? scram(4_096, 8) : scram(5_000, 64)));
        }
        NameKeys secret = new NameKeys(RANDOM);
        PasswordFile file = read(text + "other:" + WONDER);
        PasswordFile more = read(text + "new:" + scram(9_999, 20));
        Map<String, Integer> seen = new TreeMap<>();
        int changed = 0;
        for (int i = 0; i < 400; i++) {
            String name = "stranger" + i;
            ScramSha256 decoy = stranger(file, name, secret);
            assertThat(stranger(file, name, secret).saltBase64()).isEqualTo(decoy.saltBase64());
            int salt = Base64.getDecoder().decode(decoy.saltBase64()).length;
            seen.merge(decoy.iterations() + " " + salt, 1, Integer::sum);
            changed += stranger(more, name, secret).iterations() == decoy.iterations() ? 0 : 1;
        }
        assertThat(seen).containsOnlyKeys("4096 8", "5000 64");
        assertThat(seen.get("4096 8")).isBetween(50, 170);
        assertThat(changed).as("a line more changes it for few").isLessThan(40);
        assertThat(read("other:" + WONDER).scramAt(7)).isNull();
    }

    private static ScramSha256 stranger(PasswordFile file, String name, NameKeys secret) {
        return file.scramAt(secret.of(name).first()).getValue().decoyFor(name, secret);
    }

    private static String scram(int iterations, int saltBytes) {
        Base64.Encoder base64 = Base64.getEncoder();
        String key = base64.encodeToString(new byte[32]);
        return "SCRAM-SHA-256$%d:%s$%s:%s"
                .formatted(iterations, base64.encodeToString(new byte[saltBytes]), key, key);
    }

    @Test
    void anEditorChangesItsLineAndLeavesTheOthers(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("passwords");
        Files.writeString(path, "# ours\nalice:%s\nodd line\nbob:%s\n".formatted(WONDER, BUILD));
        PasswordHash newer = PasswordHash.of(BUILD);

        try (PasswordFileEditor editor = PasswordFileEditor.open(path)) {
            assertThat(editor.set("alice", newer)).isTrue();
            assertThat(editor.set("carol", newer)).isFalse();
            assertThat(editor.remove("bob")).isTrue();
            assertThat(editor.remove("bob")).isFalse();
            editor.store();
        }

        assertThat(path)
                .hasContent("# ours\nalice:%s\nodd line\ncarol:%s\n".formatted(BUILD, BUILD));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @ParameterizedTest
    @CsvSource({"rw-r--r--, rw-r-----", "rwxrwxrwx, rw-r-----", "r--------, rw-------"})
    void aFileThatIsExchangedIsNotForAll(String before, String after, @TempDir Path folder)
            throws IOException {
        Path path = folder.resolve("passwords");
        store(path, "alice");
        assertThat(modeOf(path)).isEqualTo("rw-------");

        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(before));
        store(path, "alice");

        assertThat(modeOf(path)).isEqualTo(after);
    }

    private static void store(Path path, String user) throws IOException {
        try (PasswordFileEditor editor = PasswordFileEditor.open(path)) {
            editor.set(user, PasswordHash.of(BUILD));
            editor.store();
        }
    }

    /// Without a lock some are lost: one writes what it read before the other wrote.
    @Test
    void twoWhoChangeAFileAtOnceLoseNothing(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("passwords");
        List<CompletableFuture<Void>> both = new ArrayList<>();
        for (String who : new String[] {"ana", "bob"}) {
            both.add(
                    CompletableFuture.runAsync(
                            () -> {
                                for (int i = 0; i < 50; i++) {
                                    try {
                                        store(
                                                i % 2 == 0 ? path : folder.resolve("./passwords"),
                                                who + i);
                                    } catch (IOException e) {
                                        throw new UncheckedIOException(e);
                                    }
                                }
                            },
                            task -> Thread.ofPlatform().start(task)));
        }
        for (CompletableFuture<Void> each : both) {
            each.get();
        }
        assertThat(Files.readAllLines(path)).doesNotHaveDuplicates().hasSize(100);
    }

    @Test
    void aFileThatNothingIsStoredInIsNotMade(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("passwords");
        try (PasswordFileEditor editor = PasswordFileEditor.open(path)) {
            assertThat(editor.remove("alice")).isFalse();
        }
        assertThat(path).doesNotExist();
        Path link = Files.createSymbolicLink(folder.resolve("link"), path);
        assertThatThrownBy(() -> PasswordFileEditor.open(link))
                .isInstanceOf(NoSuchFileException.class);
        store(path, "alice"); // control arm
        assertThat(path).exists();
    }

    @Test
    void aLinkStaysALinkToTheFileThatIsExchanged(@TempDir Path folder) throws IOException {
        Path path = Files.writeString(folder.resolve("passwords"), "");
        Path link = Files.createSymbolicLink(folder.resolve("link"), path);
        store(link, "alice");

        assertThat(link).isSymbolicLink();
        assertThat(path).hasContent("alice:" + BUILD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a", "a ", "a:b", "#a", "a\nb", "a\u0000"})
    void someNamesCannotStandInAFile(String name) {
        assertThat(PasswordFileEditor.faultOf(name)).startsWith("a user name ");
        assertThat(PasswordFileEditor.faultOf("a b#c")).isNull();
    }

    private PasswordFile read(String text) {
        return PasswordFile.parse("p", text, MEMORY_MAX, mistakes);
    }

    private static String modeOf(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
