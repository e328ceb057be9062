package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The broker as a process: its log, its signals, its exit code.
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such signals")
class BrokerProcessTest {
    /// MQTT 5.0, Clean Start, Keep Alive 0, Client Identifier "a".
    private static final byte[] CONNECT_5 = {
        0x10, 0x0E, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x05, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 'a'
    };

    private static final Pattern LISTENS =
            Pattern.compile(".*INFO  vencejo .* listens on 127\\.0\\.0\\.1:(\\d+);.*");

    @TempDir private Path folder;
    private Path file;
    private Process broker;
    private BufferedReader log;
    private int port;

    @BeforeEach
    void start() throws IOException {
        start("");
        Matcher listens = LISTENS.matcher(lineWith("listens on"));
        assertThat(listens.matches()).isTrue();
        assertThat(listens.group()).contains("durability fsync", "io-threads", "started in");
        port = Integer.parseInt(listens.group(1));
    }

    private void start(String more) throws IOException {
        file =
                Files.writeString(
                        folder.resolve("vencejo.yaml"), "sys-interval: 1d\nio-threads: 1\n" + more);
        ProcessBuilder builder =
                new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Vencejo.class.getName(),
                        "broker",
                        "--config",
                        file.toString(),
                        "--port",
                        "0",
                        "--set",
                        "data-folder=" + folder.resolve("data"));
        broker = builder.redirectErrorStream(true).start();
        log = broker.inputReader();
    }

    @AfterEach
    void end() {
        broker.destroyForcibly();
    }

    @Test
    void atSigtermClientsAreToldAndTheExitCodeIsZero() throws Exception {
        try (Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            client.getOutputStream().write(CONNECT_5);
            assertThat(packet(client)).startsWith(0x20).element(3).isEqualTo(0);

            signal("TERM");

            assertThat(packet(client)).startsWith(0xE0).element(2).isEqualTo(0x8B);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(broker.waitFor()).isZero();
        assertThat(log.readAllAsString().strip()).endsWith("INFO  stopped");
    }

    @Test
    void atSighupTheFileIsReadAgain() throws Exception {
        Files.writeString(file, "sys-interval: 2h\nio-threads: 2\n");
        signal("HUP");
        assertThat(lineWith("io-threads"))
                .endsWith(
                        "INFO  io-threads changed from 1 to 2, which takes effect at the next start");
        assertThat(lineWith("sys-interval")).endsWith("INFO  sys-interval changed from 1d to 2h");

        Files.writeString(file, "sys-intervall: 2h\n");
        signal("HUP");
        assertThat(lineWith("sys-intervall"))
                .endsWith(
                        "vencejo.yaml:1:1: sys-intervall: unknown key; the nearest is sys-interval");
        assertThat(lineWith("the configuration"))
                .endsWith(
                        "ERROR the configuration has mistakes; the broker goes on with the one before");

        signal("INT");
        assertThat(broker.waitFor()).isZero();
    }

    @Test
    void aSecretThatEverybodyCanReadIsWarnedOfAtTheStart() throws Exception {
        signal("TERM");
        assertThat(broker.waitFor()).isZero();
        Path open = secret("open", "rw-r--r--");
        Path own = secret("own", "rw-------");

        start(
                """
                authentication:
                  - {type: jwt, jwt: {algorithms: [HS256], secret-file: %s}}
                  - {type: jwt, jwt: {algorithms: [HS256], secret-file: %s}}
                """
                        .formatted(own, open));

        assertThat(untilItListens())
                .filteredOn(line -> line.contains("chmod"))
                .singleElement()
                .asString()
                .endsWith(
                        "WARN  %s can be read by everybody on this machine: chmod o-r"
                                .formatted(open));
    }

    /// At a first start none is there, and the one that is made is not warned of.
    @Test
    void aDataFolderThatEverybodyCanEnterIsWarnedOfAtTheStart() throws Exception {
        signal("TERM");
        assertThat(broker.waitFor()).isZero();
        assertThat(log.readAllAsString()).doesNotContain("chmod");
        Path data = folder.resolve("data");
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));

        start("");

        assertThat(untilItListens())
                .filteredOn(line -> line.contains("chmod"))
                .singleElement()
                .asString()
                .endsWith(
                        "WARN  %s can be entered by everybody on this machine: chmod o-rwx"
                                .formatted(data));
    }

    private List<String> untilItListens() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            lines.add(line);
            if (line.contains("listens on")) {
                break;
            }
        }
        return lines;
    }

    private Path secret(String name, String mode) throws IOException {
        Path secret =
                Files.writeString(folder.resolve(name), "a secret of thirty-two bytes, or more");
        return Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));
    }

    private void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(broker.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /// The next line of the log that holds `words`.
    private String lineWith(String words) throws IOException {
        List<String> before = new ArrayList<>();
        String line = log.readLine();
        while (line != null && !line.contains(words)) {
            before.add(line);
            line = log.readLine();
        }
        assertThat(line).as("a line with '%s' after %s", words, before).isNotNull();
        return line;
    }

    /// The next packet, whose Remaining Length fits in a byte.
    private static List<Integer> packet(Socket client) throws IOException {
        List<Integer> packet = new ArrayList<>();
        packet.add(client.getInputStream().read());
        packet.add(client.getInputStream().read());
        for (byte each : client.getInputStream().readNBytes(packet.get(1))) {
            packet.add(each & 0xFF);
        }
        return packet;
    }
}
