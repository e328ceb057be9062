package org.vencejo.testing.oracles;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.vencejo.broker.Authenticator;
import org.vencejo.broker.Authenticators;
import org.vencejo.broker.MemoryJournal;
import org.vencejo.broker.ServerDriver;
import org.vencejo.conformance.SocketLine;
import org.vencejo.conformance.Wire.Heard;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Event;
import org.vencejo.core.Recovered;
import org.vencejo.core.Server;
import org.vencejo.core.ServerSettings;
import org.vencejo.transport.WebSocketServer;

/// Our broker over TCP in this process, for tests that also look inside. Thread-safe.
final class LiveServer implements AutoCloseable {
    private static final long SEED = 1;
    private static final int WAIT_SECONDS_MAX = 20;

    private final Queue<Event.Fault> faults = new ConcurrentLinkedQueue<>();
    private final ServerDriver driver;
    private final InetSocketAddress address;

    LiveServer(int ioThreads) throws IOException {
        driver =
                ServerDriver.start(
                        new ServerDriver.Parts(
                                ServerSettings.DEFAULTS,
                                AccessRules.OPEN,
                                Authenticators.of(Authenticator.ANONYMOUS),
                                new MemoryJournal(),
                                new MemoryJournal(),
                                Recovered.NOTHING,
                                SEED,
                                event -> {
                                    if (event instanceof Event.Fault fault) {
                                        faults.add(fault);
                                    }
                                }),
                        ioThreads);
        address =
                driver.bind("oracles", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /// Where it listens for WebSocket, too, from now on.
    InetSocketAddress webSocket() throws IOException {
        return driver.bind(
                "websocket",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                null,
                new WebSocketServer("/mqtt", Set.of()));
    }

    SocketLine open() {
        return new SocketLine(address, WAIT_SECONDS_MAX * 1_000);
    }

    /// Connects with the bytes of a CONNECT, and takes the CONNACK.
    SocketLine connect(String connect) {
        SocketLine line = open();
        line.send(bytes(connect));
        require(line.next(), 0x20);
        return line;
    }

    long openConnections() {
        return driver.traffic().openConnections();
    }

    /// What `question` finds out about the core.
    <T> T inside(Function<Server, T> question) {
        try {
            return driver.inspect(question).get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError("the server did not say", failed);
        }
    }

    /// The packet that was heard, which has to begin with `first`.
    static byte[] require(Heard heard, int first) {
        if (heard instanceof Heard.Packet packet && (packet.bytes()[0] & 0xFF) == first) {
            return packet.bytes();
        }
        throw new AssertionError("expected %02X, heard %s".formatted(first, heard));
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Override
    public void close() {
        driver.stop(0);
        if (!faults.isEmpty()) {
            throw new AssertionError("the server met a fault", faults.peek().cause());
        }
    }
}
