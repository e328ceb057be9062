package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// `vencejo store` as an operator uses it: words, exit codes, and that what was acknowledged is
/// there afterwards.
@Timeout(180)
class StoreCommandTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int MESSAGES = 30;

    @RegisterExtension final Console console = new Console();

    @TempDir private Path folder;

    // ---- check
    // ------------------------------------------------------------------------------------

    @Test
    void aStoreThatIsSoundIsSaidToBe() throws IOException {
        queued(data());

        assertThat(store("check", "--data-folder", data())).isZero();

        assertThat(console.out().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("it holds 1 sessions with 30 queued messages")
                .contains("1 retained messages");
        assertThat(console.out())
                .endsWith(
                        "the store in '%s' is sound: all is there and adds up\n".formatted(data()));
        assertThat(console.err()).isEmpty();
    }

    @Test
    void aFolderThatIsNotThereCannotBeLookedAtAndIsNotMade() {
        assertThat(store("check", "--data-folder", data())).isEqualTo(2);
        assertThat(console.err())
                .isEqualTo("vencejo: there is no data folder '%s'\n".formatted(data()));
        assertThat(Path.of(data())).doesNotExist();
    }

    @Test
    void aFolderWithoutAStoreCannotBeLookedAt() throws IOException {
        Files.createDirectory(Path.of(data()));
        assertThat(store("check", "--data-folder", data())).isEqualTo(2);
        assertThat(console.err()).startsWith("vencejo: there is no store in '" + data());
    }

    @Test
    void theStoreOfARunningBrokerIsLeftAlone() {
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            assertThat(broker.port()).isPositive();
            String inUse =
                    "vencejo: the data folder '%s' is in use by process %d"
                            .formatted(data(), ProcessHandle.current().pid());
            assertThat(store("check", "--data-folder", data())).isEqualTo(2);
            assertThat(console.err()).startsWith(inUse);
            assertThat(store("salvage", "--data-folder", data(), "--to", at("new"))).isEqualTo(2);
            assertThat(console.err()).startsWith(inUse);
            assertThat(store("restore", "--data-folder", data(), at("new"))).isEqualTo(1);
            assertThat(console.err()).startsWith(inUse);
        }
    }

    @Test
    void theFolderComesFromTheConfigurationToo() throws IOException {
        Path file =
                Files.writeString(folder.resolve("a.yaml"), "data-folder: " + at("none") + "\n");
        assertThat(store("check", "--config", file.toString())).isEqualTo(2);
        assertThat(console.err()).contains("there is no data folder '" + at("none") + "'");
        Files.writeString(file, "data-foldr: x\n");
        assertThat(store("check", "--config", file.toString())).isEqualTo(78);
        assertThat(console.err()).contains("data-foldr: unknown key");
    }

    @Test
    void wrongUseIsToldAsThatOfOtherCommands() {
        assertThat(store()).isEqualTo(64);
        assertThat(console.err())
                .isEqualTo(
                        """
                        vencejo store: a command is missing: check, salvage, backup or restore
                        vencejo store --help shows how it is used
                        """);
        assertThat(store("salvage")).isEqualTo(64);
        assertThat(console.err())
                .contains("--to=DIR")
                .endsWith("vencejo store salvage --help shows how it is used\n");
        for (String command : List.of("check", "salvage", "backup", "restore")) {
            assertThat(store(command, "--help")).isZero();
            assertThat(console.out())
                    .startsWith("Usage: vencejo store " + command)
                    .contains("Exit codes:");
        }
    }

    // ---- damage
    // -----------------------------------------------------------------------------------

    @Test
    void aDamagedStoreIsRefusedFoundSalvagedAndGoneOnWith() throws IOException {
        queued(data());
        Path table = tableWith("payload 0");
        flip(table, "payload 0");

        assertThat(store("check", "--data-folder", data())).isEqualTo(1);
        assertThat(console.out())
                .contains(table.getFileName() + ": cannot be read whole")
                .endsWith(
                        "the store in '%1$s' is damaged; `vencejo store salvage --data-folder %1$s --to NEW_FOLDER` keeps all that can be read\n"
                                .formatted(data()));

        assertThat(store("salvage", "--data-folder", data(), "--to", at("new"))).isEqualTo(1);
        assertThat(console.out())
                .contains("kept: 1 sessions", "session 1 ('guard'): 30 of 30 messages")
                .endsWith(
                        "to go on with it, and keep the damaged store aside: `vencejo store restore %s --force --data-folder %s`\n"
                                .formatted(at("new"), data()));
        assertThat(Files.readAllLines(folder.resolve("new/salvage.txt")))
                .isEqualTo(
                        console.out()
                                .lines()
                                .toList()
                                .subList(0, (int) console.out().lines().count() - 1));

        assertThat(store("restore", at("new"), "--force", "--data-folder", data())).isZero();
        assertThat(console.out())
                .startsWith("restored: 1 sessions with 0 queued messages")
                .contains("the store that was there is now '" + data() + "/store.replaced-1'");
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            assertThat(received(broker.port())).isEmpty();
        }
    }

    /// A Client Identifier and a topic that would clear the screen and add a line of its own.
    @Test
    void whatClientsChoseIsShownAndNotObeyed() throws IOException {
        String chosen = "mal\u001B[2J\nnothing is lost";
        try (RunningBroker broker = RunningBroker.start(folder, 1);
                MqttClient publisher = client(broker.port(), "publisher", 0)) {
            guard(broker.port(), chosen);
            publisher.connect();
            for (int i = 0; i < MESSAGES; i++) {
                publisher.publish("a", "payload " + i, QoS.AT_LEAST_ONCE);
            }
            // Each in a block of its own, which nothing can compress.
            publisher.publish(retained(chosen, "the first", 1));
            publisher.publish(retained("z", "the last", 2));
        }
        flip(tableWith("payload 0"), "payload 0");
        flip(tableWith("the last"), "the last");
        String shown = "'mal\\u001B[2J\\u000Anothing is lost'";

        assertThat(store("check", "--data-folder", data())).isEqualTo(1);
        assertThat(console.out())
                .contains("what follows retained message of " + shown)
                .doesNotContain("\u001B");

        assertThat(store("salvage", "--data-folder", data(), "--to", at("new"))).isEqualTo(1);
        assertThat(console.out()).contains(shown).doesNotContain("\u001B");
        assertThat(folder.resolve("new/salvage.txt"))
                .content()
                .contains(shown)
                .doesNotContain("\u001B", "\nnothing is lost");
    }

    private static MqttMessage retained(String topicName, String begin, int seed) {
        byte[] payload = new byte[20_000];
        new Random(seed).nextBytes(payload);
        byte[] words = begin.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(words, 0, payload, 0, words.length);
        return new MqttMessage(
                topicName, Payload.of(payload), QoS.AT_LEAST_ONCE, true, Properties.NONE);
    }

    @Test
    void aStoreOfWhichNothingCanBeReadIsSaidToBe() throws IOException {
        Path store = Files.createDirectories(Path.of(data(), "store"));
        Files.writeString(store.resolve("CURRENT"), "nonsense");
        Files.writeString(store.resolve("000012.sst"), "nonsense");

        assertThat(store("check", "--data-folder", data())).isEqualTo(1);
        assertThat(store("salvage", "--data-folder", data(), "--to", at("new"))).isEqualTo(2);
        assertThat(console.out()).contains("000012.sst cannot be opened");
        assertThat(console.err()).isEqualTo("vencejo: nothing in the store can be read\n");
    }

    @Test
    void aSalvageNeverWritesWhereSomethingIs() throws IOException {
        queued(data());
        Files.createDirectory(folder.resolve("full"));
        Files.createFile(folder.resolve("full/file"));
        assertThat(store("salvage", "--data-folder", data(), "--to", at("full"))).isEqualTo(2);
        assertThat(console.err()).contains("the folder '" + at("full") + "' is not empty");
        assertThat(store("salvage", "--data-folder", data(), "--to", at("empty"))).isZero();
        assertThat(console.out()).contains("nothing is lost");
    }

    // ---- backup and restore
    // -----------------------------------------------------------------------

    @Test
    void whatWasAcknowledgedBeforeABackupUnderLoadIsInIt() throws Exception {
        int before;
        try (RunningBroker broker = RunningBroker.start(folder, 1);
                MqttClient publisher = client(broker.port(), "publisher", 0)) {
            guard(broker.port());
            publisher.connect();
            AtomicInteger acknowledged = new AtomicInteger();
            AtomicBoolean enough = new AtomicBoolean();
            CountDownLatch busy = new CountDownLatch(500);
            Thread load =
                    Thread.ofPlatform().start(() -> publish(publisher, acknowledged, busy, enough));
            busy.await();
            before = acknowledged.get();

            assertThat(store("backup", at("backup"), "--data-folder", data())).isZero();

            assertThat(console.out())
                    .isEqualTo("a copy of the store is in '%s'\n".formatted(at("backup")));
            int after = acknowledged.get();
            enough.set(true);
            load.join();
            assertThat(after).as("the load went on").isGreaterThan(before);
        }
        assertThat(store("check", "--data-folder", at("backup"))).isZero();
        assertThat(store("restore", at("backup"), "--data-folder", at("other/data"))).isZero();

        try (RunningBroker broker = RunningBroker.start(folder.resolve("other"), 1)) {
            List<String> received = received(broker.port());
            assertThat(received).hasSizeGreaterThanOrEqualTo(before).doesNotHaveDuplicates();
            for (int i = 0; i < received.size(); i++) {
                assertThat(received.get(i)).isEqualTo("load " + i);
            }
        }
    }

    private static void publish(
            MqttClient publisher,
            AtomicInteger acknowledged,
            CountDownLatch busy,
            AtomicBoolean enough) {
        Semaphore window = new Semaphore(100);
        List<CompletableFuture<ReasonCode>> open = new ArrayList<>();
        for (int i = 0; !enough.get(); i++) {
            window.acquireUninterruptibly();
            open.add(
                    publisher
                            .publishAsync(MqttMessage.of("a", "load " + i, QoS.AT_LEAST_ONCE))
                            .whenComplete((code, wrong) -> {
                                acknowledged.incrementAndGet();
                                busy.countDown();
                                window.release();
                            }));
        }
        open.forEach(CompletableFuture::join);
    }

    @Test
    void aBackupOfAStoppedBrokerIsMadeWithoutIt() throws IOException {
        queued(data());
        assertThat(store("backup", at("backup"), "--data-folder", data())).isZero();
        assertThat(store("backup", at("backup"), "--data-folder", data())).isEqualTo(1);
        assertThat(console.err()).contains("is not empty; name a new one");
        assertThat(store("backup", at("b"), "--data-folder", at("none"))).isEqualTo(1);
        assertThat(console.err()).contains("there is no data folder");
        assertThat(folder.resolve("b")).doesNotExist();

        assertThat(store("restore", at("backup"), "--data-folder", data())).isEqualTo(1);
        assertThat(console.err())
                .isEqualTo(
                        "vencejo: there is a store in '%s'; --force moves it aside\n"
                                .formatted(data()));
        assertThat(store("restore", at("backup"), "--force", "--data-folder", data())).isZero();
        assertThat(Path.of(data(), "store.replaced-1")).isDirectory();
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            assertThat(received(broker.port())).hasSize(MESSAGES);
        }
    }

    /// Wherever it is put: a folder that is there already stays as open as it is.
    @Test
    void everyStoreIsForItsOwnerAlone() throws IOException {
        queued(data());
        assertThat(List.of(mode(data()), mode(data() + "/store"))).containsOnly("rwx------");

        assertThat(store("backup", at("made"), "--data-folder", data())).isZero();
        assertThat(List.of(mode(at("made")), mode(at("made/store")))).containsOnly("rwx------");

        for (String command : List.of("backup", "salvage", "restore")) {
            Path open = Files.createDirectory(folder.resolve(command));
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        assertThat(store("backup", at("backup"), "--data-folder", data())).isZero();
        assertThat(store("salvage", "--to", at("salvage"), "--data-folder", data())).isZero();
        assertThat(store("restore", at("backup"), "--data-folder", at("restore"))).isZero();
        for (String command : List.of("backup", "salvage", "restore")) {
            assertThat(mode(at(command))).isEqualTo("rwxr-xr-x");
            assertThat(mode(at(command + "/store"))).as(command).isEqualTo("rwx------");
        }
        assertThat(mode(at("salvage/salvage.txt"))).isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(Path.of(at("backup")))) {
            assertThat(files).containsExactly(Path.of(at("backup/store")));
        }
    }

    private static String mode(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(file)));
    }

    @Test
    void aDamagedBackupIsNotRestored() throws IOException {
        queued(data());
        assertThat(store("backup", at("backup"), "--data-folder", data())).isZero();
        Files.delete(folder.resolve("backup/store/CURRENT"));

        assertThat(store("restore", at("backup"), "--force", "--data-folder", data())).isEqualTo(1);

        assertThat(console.err())
                .contains("is damaged (its file CURRENT is missing", "nothing was changed");
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            assertThat(received(broker.port())).hasSize(MESSAGES);
        }
    }

    @Test
    void aRestoreThatWasCutShortIsNoEmptyStore() throws IOException {
        Files.createDirectories(Path.of(data(), "store.part"));
        console.run("broker", "-p", "0", "--set", "data-folder=" + data());
        assertThat(console.err())
                .isEqualTo(
                        "vencejo: a restore into '%s' was cut short; run `vencejo store restore` again\n"
                                .formatted(data()));
        assertThat(Path.of(data(), "store")).doesNotExist();
    }

    // ---- a broker's store
    // -------------------------------------------------------------------------

    /// A store with a session that has a queue, and a retained message.
    private void queued(String dataFolder) {
        assertThat(Path.of(dataFolder)).isEqualTo(folder.resolve("data"));
        try (RunningBroker broker = RunningBroker.start(folder, 1);
                MqttClient publisher = client(broker.port(), "publisher", 0)) {
            guard(broker.port());
            publisher.connect();
            for (int i = 0; i < MESSAGES; i++) {
                publisher.publish("a", "payload " + i, QoS.AT_LEAST_ONCE);
            }
            publisher.publish(MqttMessage.of("r", "kept", QoS.AT_LEAST_ONCE).retained());
        }
    }

    /// Makes a session that subscribes, and goes.
    private static void guard(int port) {
        guard(port, "guard");
    }

    private static void guard(int port, String clientIdentifier) {
        try (MqttClient guard = client(port, clientIdentifier, 3_600)) {
            guard.connect();
            guard.subscribe("a", QoS.AT_LEAST_ONCE);
        }
    }

    /// What the session has queued, up to a message that is published now.
    private static List<String> received(int port) {
        List<String> received = new ArrayList<>();
        try (MqttClient publisher = client(port, "publisher", 0);
                MqttClient guard = client(port, "guard", 3_600)) {
            publisher.connect();
            publisher.publish("a", "end", QoS.AT_LEAST_ONCE);
            assertThat(guard.connect(false).sessionPresent()).isTrue();
            for (String text = text(guard); !"end".equals(text); text = text(guard)) {
                received.add(text);
            }
        }
        return received;
    }

    private static String text(MqttClient client) {
        MqttMessage message = client.receive(LONG);
        assertThat(message).isNotNull();
        return message.text();
    }

    private static MqttClient client(int port, String clientIdentifier, long expirySeconds) {
        return new MqttClient(
                MqttOptions.builder()
                        .host("127.0.0.1")
                        .port(port)
                        .clientIdentifier(clientIdentifier)
                        .cleanStart(false)
                        .foreignSessionAccepted(true)
                        .sessionExpiryInterval(expirySeconds)
                        .build());
    }

    private Path tableWith(String text) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(data(), "store"))) {
            for (Path each : files.filter(file -> file.toString().endsWith(".sst")).toList()) {
                if (contents(each).contains(text)) {
                    return each;
                }
            }
        }
        throw new AssertionError("no table with " + text);
    }

    private static String contents(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    private static void flip(Path file, String text) throws IOException {
        int at = contents(file).indexOf(text);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            bytes.write('P');
        }
    }

    // ---- the command
    // ------------------------------------------------------------------------------

    private String data() {
        return at("data");
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private int store(String... arguments) {
        List<String> all = new ArrayList<>(List.of("store"));
        all.addAll(List.of(arguments));
        return console.run(all.toArray(String[]::new));
    }
}
