package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.Broker;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.cli.mosquitto.MosquittoImport;
import org.vencejo.cli.mosquitto.MosquittoImport.Imported;

/// A set-up of Mosquitto's, with the files that its own tool made, is imported, and its clients go
/// on: what they may and may not is the same at both brokers.
@Timeout(120)
class MosquittoImportTest {
    private static final String ACL =
            """
            user ana
            topic read casa/#
            topic deny casa/alarma

            user bea
            topic write casa/#

            user root
            topic readwrite #
            """;

    @TempDir private Path folder;
    private String settings = "";

    @BeforeEach
    void makeItsFiles() throws Exception {
        Path passwords = Files.createFile(folder.resolve("passwd"));
        for (String user : List.of("ana", "bea", "root")) {
            Result made =
                    run("mosquitto_passwd", "-b", passwords.toString(), user, "clave-de-" + user);
            assertThat(made.exitCode()).as(made.said()).isZero();
        }
        Path acl = Files.writeString(folder.resolve("acl"), ACL);
        settings =
                """
                allow_anonymous false
                password_file %s
                acl_file %s
                """
                        .formatted(passwords, acl);
        // It drops its rights when it is started as root.
        for (Path file : List.of(passwords, acl)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void itsClientsMayWhatTheyMightAtMosquitto() throws Exception {
        MosquittoBroker mosquitto = MosquittoBroker.start(installed("mosquitto"), settings);
        try {
            clientsGoOn(mosquitto.port());
        } finally {
            mosquitto.end();
        }
    }

    @Test
    void itsClientsGoOnHere() throws Exception {
        Path conf =
                Files.writeString(
                        folder.resolve("mosquitto.conf"), "listener 1883 127.0.0.1\n" + settings);
        Imported imported = MosquittoImport.read(new MosquittoImport.Request(conf, null, false));
        assertThat(imported.notes()).isEmpty();
        Path written = Files.writeString(folder.resolve("vencejo.yaml"), imported.yaml());
        try (Broker broker = start(written)) {
            int port = broker.addresses().getFirst().getPort();
            clientsGoOn(port);
            // Mosquitto has no say in it: without a listener it lets everybody of its machine in.
            assertThat(run("mosquitto_pub", "-p", "" + port, "-t", "casa/x", "-n").exitCode())
                    .isNotZero();
        }
    }

    private void clientsGoOn(int port) throws Exception {
        assertThat(publish(port, "bea", "casa/sala", "21").exitCode()).isZero();
        assertThat(publish(port, "root", "casa/alarma", "roja").exitCode()).isZero();
        assertThat(publish(port, "root", "secreto", "nada").exitCode()).isZero();
        assertThat(publish(port, "bea", "jardin", "7").said()).contains("Not authorized");
        assertThat(publish(port, "ana", "casa/sala", "8").said()).contains("Not authorized");

        // What ana may not have would come first, and what nobody was to publish is not there.
        Result ana = subscribe(port, "ana", "-t", "secreto", "-t", "casa/alarma", "-t", "casa/+");
        assertThat(ana.said().lines().filter(line -> line.contains(" ")))
                .containsExactly("casa/sala 21");
        Result root = subscribe(port, "root", "-t", "jardin", "-t", "secreto");
        assertThat(root.said().lines()).containsExactly("secreto nada");

        assertThat(publish(port, "bea", "clave-de-ana", "casa/x", "1").said())
                .contains("onnection");
    }

    private static Result publish(int port, String user, String topic, String payload)
            throws Exception {
        return publish(port, user, "clave-de-" + user, topic, payload);
    }

    private static Result publish(
            int port, String user, String password, String topic, String payload) throws Exception {
        List<String> words = new ArrayList<>(List.of("mosquitto_pub", "-p", "" + port));
        words.addAll(List.of("-V", "mqttv5", "-u", user, "-P", password));
        words.addAll(List.of("-q", "1", "-r", "-t", topic, "-m", payload));
        return run(words.toArray(String[]::new));
    }

    // One retained message, and the end.
    private static Result subscribe(int port, String user, String... filters) throws Exception {
        List<String> words = new ArrayList<>(List.of("mosquitto_sub", "-p", "" + port));
        words.addAll(List.of("-u", user, "-P", "clave-de-" + user));
        words.addAll(List.of("-v", "-C", "1", "-W", "60", "-q", "1"));
        words.addAll(List.of(filters));
        return run(words.toArray(String[]::new));
    }

    private Broker start(Path configuration) {
        return Broker.start(
                new Broker.Setup(
                        new Configuration.Request(
                                configuration,
                                Map.of(),
                                List.of(
                                        "data-folder=" + folder.resolve("data"),
                                        "durability=memory",
                                        "sys-interval=0"),
                                "0"),
                        Machine.here(),
                        "test",
                        System.nanoTime(),
                        level -> {}));
    }

    private record Result(int exitCode, String said) {}

    private static Path installed(String program) {
        Path found = Program.find(program);
        assumeTrue(found != null, "interop with mosquitto: not installed");
        return found;
    }

    private static Result run(String... words) throws IOException, InterruptedException {
        words[0] = installed(words[0]).toString();
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = process.inputReader().readAllAsString();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(words[0] + " does not end");
        }
        return new Result(process.exitValue(), said);
    }
}
