package org.vencejo.testing.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vencejo.cli.Vencejo;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.ProtocolVersion;

/// `vencejo broker` as a process on a [FaultyDisk], that can be killed and started again on what is
/// left. Used by the thread of the test.
final class BrokerOnDisk implements AutoCloseable {
    private static final Pattern LISTENS =
            Pattern.compile(".* listens on 127\\.0\\.0\\.1:(\\d+).*");

    private static final int COULD_NOT_START = 69;

    private final FaultyDisk disk;
    private final Path data;
    private final String level;
    private final List<String> settings;
    private final List<SocketClient> clients = new ArrayList<>();
    private ProcessOnDisk process;
    private int port;

    /// Starts one of this durability and with these settings, whose data folder is not there yet.
    BrokerOnDisk(Path folder, String level, String... settings)
            throws IOException, InterruptedException {
        Path root = Files.createDirectories(folder.resolve(level));
        this.disk = new FaultyDisk(root, folder.resolve(level + "-disk"));
        this.data = root.resolve("var").resolve("data");
        this.level = level;
        this.settings = List.of(settings);
        start();
    }

    /// Starts it, anew after its end.
    void start() throws IOException, InterruptedException {
        launch();
        Matcher listens = LISTENS.matcher(process.await(LISTENS.asMatchPredicate()));
        if (!listens.matches() || !disk.isAttached()) {
            throw new AssertionError("the broker does not run on the disk of the test");
        }
        port = Integer.parseInt(listens.group(1));
    }

    /// Starts it where it should refuse to: returns the line in which it says why, and ends.
    String startInVain() throws IOException, InterruptedException {
        launch();
        String why = process.await(line -> line.startsWith("vencejo: "));
        process.awaitEnd(COULD_NOT_START);
        return why;
    }

    private void launch() throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "broker",
                                "--port=0",
                                "--set=data-folder=" + data,
                                "--set=durability=" + level,
                                "--set=io-threads=1",
                                "--set=sys-interval=0s"));
        settings.forEach(setting -> words.add("--set=" + setting));
        process = ProcessOnDisk.start(disk, Vencejo.class, words.toArray());
    }

    FaultyDisk disk() {
        return disk;
    }

    /// Waits for a line of its log, of the disk, or of the test; returns it.
    String await(Predicate<String> line) throws InterruptedException {
        return process.await(line);
    }

    /// Adds a line of the test's own.
    void note(String line) {
        process.note(line);
    }

    long pid() {
        return process.pid();
    }

    /// A connection that says nothing yet; it ends with this.
    SocketClient client(ProtocolVersion version) throws IOException {
        SocketClient client = new SocketClient(port, version);
        clients.add(client);
        return client;
    }

    /// One whose CONNECT was accepted.
    SocketClient client(Connect connect) throws IOException {
        SocketClient client = client(connect.version());
        client.connect(connect);
        return client;
    }

    /// As `kill`: it ends by itself and well.
    void stop() throws InterruptedException {
        process.terminate();
        process.awaitEnd(0);
    }

    /// As `kill -9`; connections can still be read to their end.
    void kill() {
        process.kill();
    }

    @Override
    public void close() throws IOException {
        kill();
        for (SocketClient client : clients) {
            client.close();
        }
        disk.close();
    }
}
