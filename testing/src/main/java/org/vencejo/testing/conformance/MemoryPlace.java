package org.vencejo.testing.conformance;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.vencejo.conformance.Ability;
import org.vencejo.conformance.PacketSplitter;
import org.vencejo.conformance.Place;
import org.vencejo.conformance.Setup;
import org.vencejo.conformance.Wire;
import org.vencejo.testing.memory.LateStore;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// Our server in memory, behind bytes: virtual time, a journal that answers when it is told, and
/// restarts. A new one for each wire. Stateless.
public final class MemoryPlace implements Place {
    private static final long SEED = 1;

    @Override
    public String name() {
        return "in memory";
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.allOf(Ability.class);
    }

    @Override
    public Wire wire(Setup setup) {
        return new MemoryWire(new ServerUnderTest(setup));
    }

    private static final class MemoryWire implements Wire {
        private final ServerUnderTest underTest;
        private final MemoryServer server;

        MemoryWire(ServerUnderTest underTest) {
            this.underTest = underTest;
            server =
                    new MemoryServer(
                            new MemoryServer.Setup(
                                    underTest.settings("memory"),
                                    underTest.accessRules(),
                                    underTest::authenticate,
                                    LateStore.prompt(),
                                    SEED));
            server.listener(underTest::note);
        }

        @Override
        public Line open() {
            MemoryLine line = new MemoryLine(server, server.accept());
            server.settle();
            return line;
        }

        @Override
        public String unique() {
            return ServerUnderTest.UNIQUE;
        }

        @Override
        public void advance(Duration time) {
            server.pass(time.toNanos());
        }

        @Override
        public void restart(Duration after) {
            if (server.isRunning()) {
                server.crash(0);
            }
            server.goTo(server.nowNanos() + after.toNanos());
            server.restart();
            server.settle();
        }

        @Override
        public void stop() {
            server.stop();
        }

        @Override
        public void deny(Setup.Denial what, boolean denied) {
            underTest.deny(what, denied);
        }

        @Override
        public void holdJournal(boolean held) {
            server.store().answersAtOnce(!held);
            server.settle();
        }

        @Override
        public void close() {
            server.connections().forEach(connection -> connection.cut("the scenario is over"));
            server.settle();
            underTest.requireNoFault();
            if (server.buffersHeld() > 0) {
                throw new AssertionError(server.buffersHeld() + " buffers were not released");
            }
        }
    }

    /// A connection in memory. What there is to hear is there at once.
    private static final class MemoryLine implements Wire.Line {
        private final MemoryServer server;
        private final MemoryConnection connection;
        private final PacketSplitter packets = new PacketSplitter();

        MemoryLine(MemoryServer server, MemoryConnection connection) {
            this.server = server;
            this.connection = connection;
        }

        @Override
        public void send(byte[] bytes) {
            connection.receive(bytes);
            server.settle();
        }

        @Override
        public Wire.Heard next() {
            byte[] packet = packets.next();
            if (packet == null) {
                byte[] more = connection.take();
                server.settle();
                packets.add(more, more.length);
                packet = packets.next();
            }
            if (packet != null) {
                return new Wire.Heard.Packet(packet);
            }
            return connection.isGone()
                    ? new Wire.Heard.Closed(packets.rest())
                    : new Wire.Heard.Silence();
        }

        @Override
        public void reset() {
            connection.cut("reset by the client");
            server.settle();
        }

        @Override
        public void end() {
            connection.cut("closed by the client");
            server.settle();
        }
    }
}
