package org.vencejo.broker;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Event;
import org.vencejo.core.Journal;
import org.vencejo.core.Limits;
import org.vencejo.core.Recovered;
import org.vencejo.core.Server;
import org.vencejo.core.ServerSettings;

/// A server on loopback whose insides can be asked, with limits of the test's own.
record ServerRig(ServerDriver driver, InetSocketAddress address, List<Event> events)
        implements AutoCloseable {
    private static final long GRACE_NANOS = 60_000_000_000L;

    static ServerRig start(int ioThreads, Limits limits) throws IOException {
        return start(ioThreads, limits, new MemoryJournal());
    }

    static ServerRig start(int ioThreads, Limits limits, Journal journal) throws IOException {
        return start(ioThreads, limits, journal, Authenticators.of(Authenticator.ANONYMOUS));
    }

    static ServerRig start(int ioThreads, Authenticators authenticators) throws IOException {
        return start(ioThreads, Limits.DEFAULTS, new MemoryJournal(), authenticators);
    }

    /// With buffers of which the test says how many bytes they take.
    static ServerRig start(int ioThreads, Limits limits, LongSupplier bufferBytes)
            throws IOException {
        return start(
                ioThreads,
                limits,
                new MemoryJournal(),
                Authenticators.of(Authenticator.ANONYMOUS),
                bufferBytes,
                RefusedConnections.PATIENCE_NANOS);
    }

    /// Where those who are refused are waited for so long.
    static ServerRig start(int ioThreads, Limits limits, long refusedPatienceNanos)
            throws IOException {
        return start(
                ioThreads,
                limits,
                new MemoryJournal(),
                Authenticators.of(Authenticator.ANONYMOUS),
                PooledByteBufAllocator.DEFAULT::pinnedDirectMemory,
                refusedPatienceNanos);
    }

    static ServerRig start(
            int ioThreads, Limits limits, Journal journal, Authenticators authenticators)
            throws IOException {
        return start(
                ioThreads,
                limits,
                journal,
                authenticators,
                PooledByteBufAllocator.DEFAULT::pinnedDirectMemory,
                RefusedConnections.PATIENCE_NANOS);
    }

    private static ServerRig start(
            int ioThreads,
            Limits limits,
            Journal journal,
            Authenticators authenticators,
            LongSupplier bufferBytes,
            long refusedPatienceNanos)
            throws IOException {
        List<Event> events = new CopyOnWriteArrayList<>();
        ServerDriver driver =
                new ServerDriver(
                        new ServerDriver.Parts(
                                With.with(ServerSettings.DEFAULTS, "limits", limits),
                                AccessRules.OPEN,
                                authenticators,
                                journal,
                                new MemoryJournal(),
                                Recovered.NOTHING,
                                1,
                                events::add),
                        ioThreads,
                        bufferBytes,
                        refusedPatienceNanos);
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new ServerRig(driver, driver.bind("test", any), events);
    }

    RawClient connected(String clientIdentifier) throws IOException {
        return RawClient.connected(address, clientIdentifier);
    }

    /// A number of the server's.
    long ask(ToLongFunction<Server> question) {
        return driver.inspect(question::applyAsLong).orTimeout(30, TimeUnit.SECONDS).join();
    }

    /// Waits until a number of the server's is this; a test's own time-out is the bound.
    void await(ToLongFunction<Server> question, long answer) {
        while (ask(question) != answer) {
            Thread.onSpinWait();
        }
    }

    /// Stops, and fails if somebody had to be cut or the server was at fault.
    @Override
    public void close() {
        boolean inTime = driver.stop(GRACE_NANOS);
        for (Event event : events) {
            if (event instanceof Event.Fault fault) {
                throw new AssertionError("a fault of the server", fault.cause());
            }
        }
        if (!inTime) {
            throw new AssertionError("somebody had to be cut");
        }
    }
}
