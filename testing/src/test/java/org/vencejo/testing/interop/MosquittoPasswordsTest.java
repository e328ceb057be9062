package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.Broker;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.broker.passwords.PasswordFileEditor;

/// Password files of Mosquitto's go on here, its clients come in by them, and it reads ours.
@Timeout(120)
class MosquittoPasswordsTest {
    private static final List<String> HASHES = List.of("sha512", "sha512-pbkdf2");

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "alice, wonderland, mqttv5, true",
        "alice, wonderland, mqttv311, true",
        "alice, wonderland, mqttv31, true",
        "alice, build, mqttv5, false",
        "alice, build, mqttv311, false",
        "bob, wonderland, mqttv311, false",
        ", , mqttv311, false"
    })
    void itsPasswordFilesAndItsClientsWorkHere(
            String user, String password, String version, boolean letIn) throws Exception {
        Path tool = installed("mosquitto_passwd");
        Path client = installed("mosquitto_pub");
        for (String hash : HASHES) {
            Path file = Files.writeString(folder.resolve(hash), "");
            assertThat(
                            run(
                                    tool.toString(),
                                    "-H",
                                    hash,
                                    "-b",
                                    file.toString(),
                                    "alice",
                                    "wonderland"))
                    .as("mosquitto_passwd")
                    .isZero();
            try (Broker broker = start(file)) {
                List<String> words =
                        new ArrayList<>(
                                List.of(
                                        client.toString(),
                                        "-p",
                                        "" + broker.addresses().getFirst().getPort(),
                                        "-V",
                                        version,
                                        "-q",
                                        "1",
                                        "-t",
                                        "t",
                                        "-m",
                                        "m"));
                if (user != null) {
                    words.addAll(List.of("-u", user, "-P", password));
                }
                assertThat(run(words.toArray(String[]::new)) == 0).isEqualTo(letIn);
            }
        }
    }

    @Test
    void whatPasswdWritesForItItReads() throws Exception {
        Path program = installed("mosquitto");
        Path client = installed("mosquitto_pub");
        Path file = folder.resolve("ours");
        try (PasswordFileEditor editor = PasswordFileEditor.open(file)) {
            editor.set(
                    "alice",
                    HashKind.PBKDF2.hash(
                            "wonderland".getBytes(StandardCharsets.UTF_8), new SecureRandom()));
            editor.store();
        }
        // It drops its rights when it is started as root.
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        MosquittoBroker mosquitto = MosquittoBroker.startWithPasswords(program, file);
        try {
            for (String password : List.of("wonderland", "build")) {
                assertThat(
                                run(
                                                client.toString(),
                                                "-p",
                                                "" + mosquitto.port(),
                                                "-t",
                                                "t",
                                                "-m",
                                                "m",
                                                "-u",
                                                "alice",
                                                "-P",
                                                password)
                                        == 0)
                        .isEqualTo(password.equals("wonderland"));
            }
        } finally {
            mosquitto.end();
        }
    }

    private Broker start(Path passwords) {
        return Broker.start(
                new Broker.Setup(
                        new Configuration.Request(
                                null,
                                Map.of(),
                                List.of(
                                        "data-folder=" + folder.resolve("data"),
                                        "durability=memory",
                                        "sys-interval=0",
                                        "authentication[0].file=" + passwords),
                                "0"),
                        Machine.here(),
                        "test",
                        System.nanoTime(),
                        level -> {}));
    }

    private static Path installed(String program) {
        Path found = Program.find(program);
        assumeTrue(found != null, "interop with mosquitto: not installed");
        return found;
    }

    private static int run(String... words) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(words[0] + " does not end");
        }
        return process.exitValue();
    }
}
