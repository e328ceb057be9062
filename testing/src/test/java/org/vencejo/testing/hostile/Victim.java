package org.vencejo.testing.hostile;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.vencejo.broker.Authenticator;
import org.vencejo.broker.Authenticators;
import org.vencejo.broker.MemoryJournal;
import org.vencejo.broker.ServerDriver;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Event;
import org.vencejo.core.Recovered;
import org.vencejo.core.Server;
import org.vencejo.core.session.Accounting;

/// Our server over TCP on the loopback, whose memory and insides can be looked at. Thread-safe.
///
/// Its end is a test of its own: no fault was told, every copy is accounted for, nobody had to be
/// cut, and every buffer is back.
final class Victim implements AutoCloseable {
    private static final long SEED = 1;
    private static final long GRACE_NANOS = 60_000_000_000L;
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long DESCRIPTORS = 20_000;

    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final long pinnedBefore = pinned();
    private final ServerDriver driver;
    private final InetSocketAddress address;

    private Victim(int ioThreads, Authenticator authenticator, List<String> assignments)
            throws IOException {
        List<String> inMemory = new ArrayList<>(assignments);
        inMemory.add("durability=memory");
        Configuration.Request request = new Configuration.Request(null, Map.of(), inMemory, null);
        driver =
                ServerDriver.start(
                        new ServerDriver.Parts(
                                Configuration.read(
                                                request,
                                                new Machine(2, MEMORY_BYTES, DESCRIPTORS, false))
                                        .broker()
                                        .server(),
                                AccessRules.OPEN,
                                Authenticators.of(authenticator),
                                new MemoryJournal(),
                                new MemoryJournal(),
                                Recovered.NOTHING,
                                SEED,
                                this::note),
                        ioThreads);
        address =
                driver.bind("hostile", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /// A server with so many loops and these settings, as `limits.packet-size-max=1MB`.
    static Victim start(int ioThreads, String... assignments) throws IOException {
        return new Victim(ioThreads, Authenticator.ANONYMOUS, List.of(assignments));
    }

    static Victim start(int ioThreads, Authenticator authenticator, String... assignments)
            throws IOException {
        return new Victim(ioThreads, authenticator, List.of(assignments));
    }

    InetSocketAddress address() {
        return address;
    }

    ServerDriver driver() {
        return driver;
    }

    private void note(Event event) {
        if (event instanceof Event.Fault fault) {
            faults.add(fault.cause());
        }
    }

    /// A number of the server's.
    long ask(ToLongFunction<Server> question) {
        return driver.inspect(question::applyAsLong).orTimeout(30, TimeUnit.SECONDS).join();
    }

    /// Waits until a number of the server's is this; the test's own time-out is the bound.
    void await(ToLongFunction<Server> question, long answer) {
        while (ask(question) != answer) {
            Thread.onSpinWait();
        }
    }

    /// Waits until every socket is closed: the core hears of the end of a connection before that.
    void awaitNoConnection() {
        await(Server::connections, 0);
        while (driver.traffic().openConnections() != 0) {
            Thread.onSpinWait();
        }
    }

    /// Waits until so many bytes were read from all connections since the start.
    void awaitReceived(long bytes) {
        while (driver.traffic().bytesReceived() < bytes) {
            Thread.onSpinWait();
        }
    }

    /// Direct memory that buffers hold now, of all that the server began with.
    long bufferBytes() {
        return pinned() - pinnedBefore;
    }

    /// What is reachable in the heap of this process, clients and test with it.
    static long heapBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /// Where the copies of all messages are, for people.
    String accounts() {
        return driver.inspect(server -> server.accounting().toString())
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    void requireNoFault() {
        if (!faults.isEmpty()) {
            throw new AssertionError("the server met a fault of its own", faults.peek());
        }
    }

    @Override
    public void close() {
        boolean balances =
                driver.inspect(Server::accounting).thenApply(Accounting::balances).join();
        boolean inTime = driver.stop(GRACE_NANOS);
        requireNoFault();
        if (!balances) {
            throw new AssertionError("a copy of a message is not accounted for");
        }
        if (!inTime) {
            throw new AssertionError("somebody had to be cut");
        }
        if (bufferBytes() != 0) {
            throw new AssertionError("buffers were not given back: " + bufferBytes() + " bytes");
        }
    }

    private static long pinned() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }
}
