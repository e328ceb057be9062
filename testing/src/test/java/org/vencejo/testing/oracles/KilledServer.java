package org.vencejo.testing.oracles;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.conformance.SocketLine;
import org.vencejo.conformance.Wire.Heard;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;
import org.vencejo.storage.RocksStore;
import org.vencejo.storage.StoreOptions;
import org.vencejo.testing.crash.BrokerProcess;

/// Our broker as a process that keeps what it acknowledges on disk, to be killed with SIGKILL and
/// started again; in between its store can be looked at, and time can pass in it. Belongs to the
/// test's thread.
final class KilledServer implements AutoCloseable {
    private static final int WAIT_MILLIS_MAX = 30_000;
    private static final int WINDOW = 1_000;

    private final Path dataFolder;
    private @Nullable BrokerProcess process;

    KilledServer(Path folder) {
        dataFolder = folder.resolve("data");
        start();
    }

    void start() {
        process =
                BrokerProcess.launch(
                        new BrokerProcess.Setup(
                                dataFolder,
                                List.of("durability=fsync", "sys-interval=1s"),
                                Map.of()));
    }

    void kill() {
        close();
    }

    void restart() {
        kill();
        start();
    }

    /// What the store of the killed server has.
    Recovered found() {
        try (RocksStore store = store()) {
            return store.recovered(WINDOW);
        }
    }

    /// Lets `changes` happen in the store of the killed server, as if it had written them.
    void change(List<Mutation> changes) {
        try (RocksStore store = store()) {
            store.recovered(WINDOW);
            store.apply(changes.size(), changes);
        }
    }

    private RocksStore store() {
        return RocksStore.open(dataFolder.resolve("store"), StoreOptions.DEFAULTS);
    }

    /// Connects in 5.0 with these flags of CONNECT and this Session Expiry Interval; the client's
    /// identifier has four letters. Takes the CONNACK, which has to say whether there is a session.
    SocketLine connect(String name, String flags, String expiry, boolean present) {
        return connect(
                "10 16 0004 4D515454 05 %s 0000 05 11 %s 0004 %s"
                        .formatted(flags, expiry, hex(name)),
                present);
    }

    SocketLine connect(String connect, boolean present) {
        BrokerProcess running = process;
        if (running == null) {
            throw new IllegalStateException("the server is dead");
        }
        SocketLine line = new SocketLine(running.address(), WAIT_MILLIS_MAX);
        line.send(LiveServer.bytes(connect));
        byte[] connack = LiveServer.require(line.next(), 0x20);
        if (connack[3] != 0 || (connack[2] == 1) != present) {
            throw new AssertionError("CONNACK was " + HexFormat.of().formatHex(connack));
        }
        return line;
    }

    static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends, and hears so many packets, in hexadecimal without blanks.
    static List<String> ask(SocketLine line, String hex, int answers) {
        line.send(LiveServer.bytes(hex));
        return hear(line, answers);
    }

    static List<String> hear(SocketLine line, int packets) {
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            if (!(line.next() instanceof Heard.Packet packet)) {
                throw new AssertionError("after " + heard + " came nothing");
            }
            heard.add(HexFormat.of().withUpperCase().formatHex(packet.bytes()));
        }
        return heard;
    }

    @Override
    public void close() {
        if (process != null) {
            process.kill();
            process = null;
        }
    }
}
