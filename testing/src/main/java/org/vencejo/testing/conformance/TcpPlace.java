package org.vencejo.testing.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.vencejo.broker.Authenticators;
import org.vencejo.broker.MemoryJournal;
import org.vencejo.broker.ServerDriver;
import org.vencejo.conformance.Ability;
import org.vencejo.conformance.Place;
import org.vencejo.conformance.Setup;
import org.vencejo.conformance.SocketLine;
import org.vencejo.conformance.Wire;
import org.vencejo.core.Recovered;

/// Our broker in this process, over TCP on the loopback, with so many event loops; a new one for
/// each wire. Thread-safe.
///
/// All but the reading of a configuration file is as in production: sockets, event loops, the
/// driver and the core.
public final class TcpPlace implements Place {
    private static final long SEED = 1;
    private static final int WAIT_MILLIS_MAX = 10_000;

    private final int ioThreads;

    public TcpPlace(int ioThreads) {
        this.ioThreads = ioThreads;
    }

    @Override
    public String name() {
        return "over TCP, " + ioThreads + (ioThreads == 1 ? " loop" : " loops");
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.of(Ability.SETUP, Ability.CHOICES);
    }

    @Override
    public Wire wire(Setup setup) {
        ServerUnderTest server = new ServerUnderTest(setup);
        ServerDriver driver =
                ServerDriver.start(
                        new ServerDriver.Parts(
                                server.settings("memory"),
                                server.accessRules(),
                                Authenticators.of(server),
                                new MemoryJournal(),
                                new MemoryJournal(),
                                Recovered.NOTHING,
                                SEED,
                                server::note),
                        ioThreads);
        try {
            InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            return new TcpWire(driver, driver.bind("conformance", loopback), server);
        } catch (IOException e) {
            driver.stop(0);
            throw new UncheckedIOException(e);
        }
    }

    private static final class TcpWire implements Wire {
        private final ServerDriver driver;
        private final InetSocketAddress address;
        private final ServerUnderTest server;
        private final List<SocketLine> lines = new ArrayList<>();

        TcpWire(ServerDriver driver, InetSocketAddress address, ServerUnderTest server) {
            this.driver = driver;
            this.address = address;
            this.server = server;
        }

        @Override
        public Line open() {
            SocketLine line = new SocketLine(address, WAIT_MILLIS_MAX);
            lines.add(line);
            return line;
        }

        @Override
        public void deny(Setup.Denial what, boolean denied) {
            server.deny(what, denied);
        }

        @Override
        public String unique() {
            return ServerUnderTest.UNIQUE;
        }

        @Override
        public void close() {
            lines.forEach(SocketLine::reset);
            driver.stop(0);
            server.requireNoFault();
        }
    }
}
