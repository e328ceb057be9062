package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Authentication;
import org.vencejo.core.Event;
import org.vencejo.core.Limits;
import org.vencejo.core.Peer;
import org.vencejo.core.Server;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsServer;
import org.vencejo.transport.WebSocketServer;

/// Who is let in when there are too many, over real sockets. Addresses are those of the loopback.
@Timeout(60)
class ConnectionLimitsTest {
    private static final byte[] HALF_A_CONNECT = {0x10, 100, 0, 4, 'M', 'Q'};

    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir private Path folder;

    private static Limits limits(Limits.Admission admission) {
        return With.with(Limits.DEFAULTS, "admission", admission);
    }

    private static Limits connectingMax(int max) {
        return limits(new Limits.Admission(1_000, 0, 0, max, 10, true));
    }

    private static RawClient from(ServerRig rig, String address) throws IOException {
        return new RawClient(
                new Socket(
                        rig.address().getAddress(),
                        rig.address().getPort(),
                        InetAddress.ofLiteral(address),
                        0));
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void anAddressWithItsConnectionsGetsNoMoreAndOthersDo(int ioThreads) throws IOException {
        Limits limits = limits(new Limits.Admission(3, 0, 0, 100, 10, true));
        try (ServerRig rig = ServerRig.start(ioThreads, limits)) {
            List<RawClient> mine = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                RawClient client = from(rig, "127.0.0.7");
                client.connectAs("c" + i);
                mine.add(client);
            }
            try (RawClient tooMany = from(rig, "127.0.0.7")) {
                tooMany.send(RawClient.connect("tooMany"));
                assertThat(Asked.answer(tooMany)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            }
            try (RawClient other = from(rig, "127.0.0.8")) {
                other.connectAs("other");
            }
            mine.getFirst().close();
            rig.await(Server::connections, 2);
            while (rig.driver().traffic().openConnections() > 2) {
                Thread.onSpinWait();
            }
            RawClient next = from(rig, "127.0.0.7");
            next.connectAs("next");
            next.close();
            for (RawClient client : mine) {
                client.close();
            }
            assertThat(rig.driver().traffic().atTheDoor().refusedBy(Refusal.ADDRESS_FULL))
                    .isEqualTo(1);
        }
    }

    @Test
    void whoComesTooOftenIsRefused() throws IOException {
        // One in a second: the second one cannot be in time by chance.
        Limits limits = limits(new Limits.Admission(100, 0, 1, 100, 10, true));
        try (ServerRig rig = ServerRig.start(1, limits)) {
            int refused = 0;
            for (int i = 0; i < 20; i++) {
                try (RawClient client = from(rig, "127.0.0.7")) {
                    refused += isLetIn(client) ? 0 : 1;
                }
            }
            assertThat(refused).isPositive();
            assertThat(rig.driver().traffic().atTheDoor().refusedBy(Refusal.ADDRESS_RATE))
                    .isEqualTo(refused);
            try (RawClient other = from(rig, "127.0.0.8")) {
                other.connectAs("other");
            }
        }
    }

    /// Its door is not built for want of memory, or because its files are just being closed.
    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void whoseDoorFailsTakesNobodysPlace(int ioThreads) throws IOException {
        try (ServerRig rig =
                ServerRig.start(ioThreads, With.with(Limits.DEFAULTS, "connectionsMax", 3))) {
            Entry broken =
                    With.with(new Entry("broken", null, closed(), null), "connectionsMax", 3);
            InetSocketAddress address = rig.driver().bind(broken, ANY);
            for (int i = 1; i <= 6; i++) {
                try (RawClient client = new RawClient(address)) {
                    assertThat(client.isClosed()).isTrue();
                }
                while (rig.driver().traffic().openConnections() > 0) {
                    assertThat(Thread.interrupted()).as("the time of the test is up").isFalse();
                }
                assertThat(rig.driver().traffic().acceptedConnections()).isEqualTo(i);
                assertThat(rig.driver().traffic().failedHandshakes()).isEqualTo(i);
            }
            assertThat(rig.driver().traffic().atTheDoor().connecting()).isZero();
            for (int i = 0; i < 3; i++) {
                rig.connected("c" + i).close();
            }
            assertThat(rig.events()).filteredOn(Event.Fault.class::isInstance).hasSize(6);
            rig.events().removeIf(Event.Fault.class::isInstance);
        }
    }

    private TlsServer closed() throws IOException {
        Authority authority = Authority.named("an authority");
        TlsServer tls =
                TlsServer.open(
                        new TlsFiles(
                                List.of(authority.server("localhost").write(folder, "server")),
                                TlsFiles.PeerCertificate.OFF,
                                List.of(),
                                List.of(),
                                TlsFiles.Version.TLS_1_2),
                        "mqtt");
        tls.close();
        return tls;
    }

    @Test
    void theOldestOfThoseWhoAreNotKnownGoesForNewerOnesAndNobodyWhoIs() throws IOException {
        try (ServerRig rig = ServerRig.start(1, connectingMax(4));
                RawClient honest = rig.connected("honest")) {
            List<RawClient> slow = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                RawClient each = new RawClient(rig.address());
                each.send(HALF_A_CONNECT);
                slow.add(each);
                rig.await(Server::connections, i + 2);
            }
            for (int i = 0; i < 2; i++) { // known at once, so one place is enough for both
                rig.connected("honest" + i).close();
            }
            assertThat(slow.get(0).isClosed()).isTrue();
            assertThat(rig.driver().traffic().atTheDoor().pushedOut()).isEqualTo(1);
            ping(honest);
            for (int i = 1; i < 4; i++) {
                RawClient newer = new RawClient(rig.address());
                newer.send(HALF_A_CONNECT);
                slow.add(newer);
            }
            RawClient newest = new RawClient(rig.address());
            assertThat(slow.get(1).isClosed()).isTrue();
            newest.connectAs("newest");
            newest.close();
            ping(honest);
            for (RawClient each : slow) {
                each.close();
            }
        }
    }

    /// Loops get connections in turn, so who comes at every other turn is at one of two.
    @Test
    void whoSitsOnOneLoopPushesNobodyOutOfAnother() throws IOException {
        try (ServerRig rig = ServerRig.start(2, connectingMax(4));
                Strangers here = new Strangers(rig)) {
            for (int i = 0; i < 4; i++) {
                here.another();
                rig.connected("there" + i).close();
            }
            assertThat(here.goneFirst()).as("the share of a loop is two").isTrue();
            assertThat(here.goneFirst()).isTrue();
            here.another();
            try (RawClient newest = new RawClient(rig.address())) {
                rig.await(Server::connections, 3); // two strangers here, and one there
                here.another();
                rig.connected("there").close();
                assertThat(here.goneFirst()).isTrue();
                assertThat(here.goneFirst()).isTrue();
                newest.connectAs("newest");
            }
            assertThat(rig.driver().traffic().atTheDoor().pushedOut()).isEqualTo(4);
        }
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void theNumberOfThoseWhoAreNotKnownComesBackToNothing(int ioThreads) throws IOException {
        try (ServerRig rig = ServerRig.start(ioThreads, connectingMax(4))) {
            for (int i = 0; i < 50; i++) {
                RawClient half = new RawClient(rig.address());
                half.send(HALF_A_CONNECT);
                rig.connected("c" + i).close();
                half.close();
            }
            rig.await(Server::connections, 0);
            while (rig.driver().traffic().openConnections() > 0
                    || rig.driver().traffic().atTheDoor().connecting() > 0) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void whoHasSentItsConnectIsToldToComeAgain() throws IOException {
        try (ServerRig rig =
                        ServerRig.start(
                                1,
                                connectingMax(1),
                                new MemoryJournal(),
                                Authenticators.of(new Silent()));
                RawClient waiting = new RawClient(rig.address())) {
            waiting.send(RawClient.connect("waiting"));
            rig.await(Server::connections, 1);
            try (RawClient newer = new RawClient(rig.address())) {
                assertThat(waiting.next())
                        .isInstanceOfSatisfying(
                                Connack.class,
                                it ->
                                        assertThat(it.reasonCode())
                                                .isEqualTo(ReasonCode.SERVER_BUSY));
                newer.send(HALF_A_CONNECT);
            }
        }
    }

    @Test
    void whoIsStillBeforeADoorGoes() throws IOException {
        try (ServerRig rig = ServerRig.start(1, connectingMax(1))) {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            InetSocketAddress door =
                    rig.driver().bind("door", any, null, new WebSocketServer("/mqtt", Set.of()));
            try (RawClient first = new RawClient(door);
                    RawClient second = new RawClient(door)) {
                assertThat(first.isClosed()).isTrue();
                while (rig.driver().traffic().failedUpgrades() == 0) {
                    Thread.onSpinWait();
                }
                second.send(HALF_A_CONNECT);
            }
        }
    }

    private static void ping(RawClient client) throws IOException {
        client.send(Pingreq.INSTANCE);
        assertThat(client.next()).isInstanceOf(Pingresp.class);
    }

    private static boolean isLetIn(RawClient client) {
        try {
            client.send(RawClient.connect("c"));
            return client.next() instanceof Connack it && it.reasonCode() == ReasonCode.SUCCESS;
        } catch (IOException closed) {
            return false;
        }
    }

    /// Clients that do not get beyond half a CONNECT, in the order in which they came.
    private static final class Strangers implements AutoCloseable {
        private final ServerRig rig;
        private final ArrayDeque<RawClient> clients = new ArrayDeque<>();

        Strangers(ServerRig rig) {
            this.rig = rig;
        }

        void another() throws IOException {
            RawClient client = new RawClient(rig.address());
            client.send(HALF_A_CONNECT);
            clients.add(client);
        }

        /// Takes the first one, and waits until the server has closed it; another one would have
        /// the test run out of time.
        boolean goneFirst() throws IOException {
            try (RawClient first = clients.remove()) {
                return first.isClosed();
            }
        }

        @Override
        public void close() throws IOException {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    /// Never answers.
    private static final class Silent implements Authenticator {
        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public Work work(Peer peer, Authentication.Request request) {
            return Work.WAITS;
        }

        @Override
        public Authentication.Outcome authenticate(Peer peer, Authentication.Request request) {
            try {
                never.await();
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
            return WRONG;
        }
    }
}
