package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.broker.Asked.LIMITS;
import static org.vencejo.broker.Asked.answer;
import static org.vencejo.broker.Bytes.CONNECT;
import static org.vencejo.broker.Bytes.NOTHING;
import static org.vencejo.broker.Bytes.NO_ROOM;
import static org.vencejo.broker.Bytes.bare;
import static org.vencejo.broker.Bytes.heard;
import static org.vencejo.broker.Bytes.rest;
import static org.vencejo.broker.Bytes.send;
import static org.vencejo.broker.Bytes.socket;
import static org.vencejo.broker.Bytes.socketFrom;
import static org.vencejo.broker.With.with;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Authenticator.Work;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.core.Limits;
import org.vencejo.core.Server;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.Authority;
import org.vencejo.transport.ProxyProtocol;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;
import org.vencejo.transport.TlsPeer;
import org.vencejo.transport.TlsServer;
import org.vencejo.transport.UnixSocket;
import org.vencejo.transport.WebSocketPeer;
import org.vencejo.transport.WebSocketServer;

/// Who is refused as soon as it comes, and is told why or not, over real sockets.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class RefusedConnectionsTest {
    private static final Entry ENTRY = new Entry("test", null, null, null);
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final long AN_HOUR = 3_600_000_000_000L;

    @TempDir private Path folder;

    // ---- what they hear ----

    @ParameterizedTest
    @CsvSource({
        "1, 100e 0004 4d515454     05 02 0000 00 0001 61, 20 03 00 97 00", // 5.0
        "3, 100e 0004 4d515454     05 02 0000 00 0001 61, 20 03 00 97 00",
        "1, 100d 0004 4d515454     04 02 0000    0001 61, 20 02 00 03", // 3.1.1
        "1, 100f 0006 4d5149736470 03 02 0000    0001 61, 20 02 00 03", // 3.1
        // with what does not wait for its CONNACK
        "1, 100e 0004 4d515454     05 02 0000 00 0001 61 c000 c000, 20 03 00 97 00",
        // 5.0 with a Maximum Packet Size of 5, and of 4
        "1, 1013 0004 4d515454     05 02 0000 05 27 00000005 0001 61, 20 03 00 97 00",
        "1, 1013 0004 4d515454     05 02 0000 05 27 00000004 0001 61, ''",
    })
    void aConnectForWhichThereIsNoRoomIsAnsweredInItsVersion(
            int ioThreads, String connect, String connack) throws IOException {
        try (ServerRig rig = ServerRig.start(ioThreads, connectionsMax(1))) {
            try (RawClient _ = rig.connected("there")) {
                assertThat(heard(rig.address(), connect)).isEqualTo(bare(connack));
                assertThat(door(rig).told()).isEqualTo(connack.isEmpty() ? 0 : 1);
                assertThat(door(rig).refusedBy(Refusal.FULL)).isEqualTo(1);
                assertThat(rig.ask(Server::connections)).as("known to the core").isEqualTo(1);
            }
            awaitOpen(rig, 0);
            rig.connected("next").close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ADDRESS_FULL, 1, 0, 0, QUOTA_EXCEEDED",
        "RATE,         9, 1, 0, CONNECTION_RATE_EXCEEDED",
        "ADDRESS_RATE, 9, 0, 1, CONNECTION_RATE_EXCEEDED",
    })
    void whoIsRefusedByALimitForStrangersIsToldByWhichKind(
            Refusal why, int perAddress, int rate, int perAddressRate, ReasonCode code)
            throws IOException {
        Limits limits =
                with(
                        Limits.DEFAULTS,
                        "admission",
                        new Limits.Admission(perAddress, rate, perAddressRate, 100, 10, true));
        try (ServerRig rig = ServerRig.start(1, limits)) {
            List<RawClient> clients = new ArrayList<>();
            ReasonCode told = ReasonCode.SUCCESS;
            while (told == ReasonCode.SUCCESS) { // a rate may let in a second one, or some more
                RawClient client = new RawClient(rig.address());
                clients.add(client);
                client.send(RawClient.connect("c" + clients.size()));
                told = answer(client);
            }
            assertThat(told).isEqualTo(code);
            assertThat(clients.getLast().next()).isNull();
            assertThat(door(rig).refusedBy(why)).isEqualTo(1);
            for (RawClient each : clients) {
                each.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "100d 0004 4d515454     04 02 0000 0001 61",
                "100f 0006 4d5149736470 03 02 0000 0001 61"
            })
    void before50ItIsAServerThatIsUnavailable(String connect) throws IOException {
        Limits limits =
                with(Limits.DEFAULTS, "admission", new Limits.Admission(9, 0, 1, 100, 10, true));
        try (ServerRig rig = ServerRig.start(1, limits)) {
            String connack = "20020000";
            while (connack.equals("20020000")) { // a rate may let in a second one, or some more
                try (Socket socket = socket(rig.address())) {
                    send(socket, connect);
                    connack = HexFormat.of().formatHex(socket.getInputStream().readNBytes(4));
                }
            }
            assertThat(connack).isEqualTo("20020003");
            assertThat(door(rig).refusedBy(Refusal.ADDRESS_RATE)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PINGREQ,                                        c000",
        "a request of HTTP,                              474554202f",
        "a CONNECT with a reserved flag,                 100e 0004 4d515454 05 03 0000 00 0001 61",
        "a CONNECT of a version that nobody knows,       100e 0004 4d515454 09 02 0000 00 0001 61",
        "the beginning of one of 64 KB and a byte,       10fdff03 0004 4d515454 05 02 0000",
    })
    void whatIsNoConnectEndsThemAtOnce(String what, String bytes) throws IOException {
        try (RefusedRoom room = new RefusedRoom(AN_HOUR)) {
            assertThat(heard(room.address(), bytes)).as(what).isEqualTo(NOTHING);
            assertThat(room.refused().toldSoFar()).isZero();
            assertThat(heard(room.address(), CONNECT)).isEqualTo(bare(NO_ROOM));
            assertThat(room.refused().toldSoFar()).isEqualTo(1);
        }
    }

    @Test
    void silenceEnds() throws IOException {
        try (ServerRig rig = ServerRig.start(1, connectionsMax(1));
                RawClient _ = rig.connected("there")) {
            assertThat(heard(rig.address(), "100e 0004 4d51")).isEqualTo(NOTHING);
        }
    }

    @Test
    void aConnectInPiecesIsAnswered() throws IOException {
        try (RefusedRoom room = new RefusedRoom(AN_HOUR);
                Socket socket = socket(room.address())) {
            for (byte each : HexFormat.of().parseHex(bare(CONNECT))) {
                socket.getOutputStream().write(each);
            }
            assertThat(rest(socket)).isEqualTo(bare(NO_ROOM));
        }
    }

    // ---- who hears nothing ----

    @Test
    void whoIsBannedHearsNothing() throws IOException {
        AuthenticationLimits stern = with(LIMITS, "failuresMax", 3);
        stern = with(with(stern, "banLoopback", true), "forgivenNanos", AN_HOUR);
        stern = with(with(stern, "delayNanosMax", 1L), "banNanos", AN_HOUR);
        Asked asked =
                new Asked(
                        Work.COMPUTES,
                        it ->
                                it.clientIdentifier().equals("there")
                                        ? Asked.letIn(it)
                                        : Authenticator.WRONG);
        try (ServerRig rig =
                ServerRig.start(
                        1,
                        connectionsMax(1),
                        new MemoryJournal(),
                        new Authenticators(List.of(asked), stern))) {
            for (int i = 0; i < 3; i++) {
                try (RawClient guesser = from(rig, "127.0.0.7")) {
                    guesser.send(named("guesser"));
                    assertThat(answer(guesser)).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
                }
                rig.await(Server::connections, 0);
                awaitOpen(rig, 0);
            }
            assertThat(heardFrom("127.0.0.7", rig)).as("while there is room").isEqualTo(NOTHING);
            assertThat(door(rig).refusedBy(Refusal.BANNED)).isEqualTo(1);
            try (RawClient there = from(rig, "127.0.0.8")) {
                there.send(named("there"));
                assertThat(answer(there)).isEqualTo(ReasonCode.SUCCESS);
                assertThat(heardFrom("127.0.0.7", rig)).as("while there is none").isEmpty();
                assertThat(heardFrom("127.0.0.8", rig)).isEqualTo(bare(NO_ROOM));
            }
        }
    }

    private static Connect named(String clientIdentifier) {
        return with(
                with(RawClient.connect(clientIdentifier), "userName", "alice"),
                "password",
                "secret".getBytes(StandardCharsets.UTF_8));
    }

    /// A handshake is dear, and who speaks for others has none of its own.
    @ParameterizedTest
    @EnumSource
    void atADoorWhereItIsNotWorthItTheyAreClosedOn(Behind door) throws Exception {
        try (ServerRig rig = ServerRig.start(1, connectionsMax(1))) {
            Authority authority = Authority.named("an authority");
            TlsServer tls =
                    TlsServer.open(
                            new TlsFiles(
                                    List.of(authority.server("localhost").write(folder, "server")),
                                    PeerCertificate.OFF,
                                    List.of(),
                                    List.of(),
                                    Version.TLS_1_2),
                            "mqtt");
            Entry entry =
                    switch (door) {
                        case TLS -> new Entry("tls", null, tls, null);
                        case PROXY ->
                                new Entry(
                                        "proxy", new ProxyProtocol(it -> true, false), null, null);
                    };
            InetSocketAddress address = rig.driver().bind(entry, ANY);
            TlsPeer peer = TlsPeer.trusting(authority, null);
            try (RawClient there = new RawClient(door.come(peer, address))) {
                there.connectAs("there");
                assertThatThrownBy(
                                () -> {
                                    try (RawClient more = new RawClient(door.come(peer, address))) {
                                        more.connectAs("more");
                                    }
                                })
                        .isInstanceOfAny(IOException.class, AssertionError.class);
                assertThat(door(rig).refusedBy(Refusal.FULL)).isEqualTo(1);
                assertThat(door(rig).told()).isZero();
                assertThat(heard(rig.address(), CONNECT)).isEqualTo(bare(NO_ROOM));
            }
            tls.close();
        }
    }

    enum Behind {
        TLS,
        PROXY;

        Socket come(TlsPeer peer, InetSocketAddress address) throws IOException {
            if (this == TLS) {
                return peer.connect(address);
            }
            Socket socket = socket(address);
            byte[] header =
                    "PROXY TCP4 192.0.2.7 198.51.100.1 5 8\r\n".getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(header);
            return socket;
        }
    }

    // ---- other doors ----

    @Test
    void inWebSocketTheyAreToldToo() throws IOException {
        try (ServerRig rig = ServerRig.start(1, connectionsMax(1));
                RawClient _ = rig.connected("there")) {
            InetSocketAddress web =
                    rig.driver().bind("web", ANY, null, new WebSocketServer("/mqtt", Set.of()));
            try (WebSocketPeer peer = WebSocketPeer.plain(web)) {
                assertThat(peer.upgrade()).startsWith("HTTP/1.1 101");
                peer.sendBinary(HexFormat.of().parseHex(bare(CONNECT)));
                assertThat(peer.next()).hasToString("82 " + bare(NO_ROOM));
            }
            assertThat(door(rig).told()).isEqualTo(1);
            assertThat(heard(web, "474554202f0d0a")).doesNotContain("20030097");
        }
    }

    @Test
    void atAUnixSocketTheyAreToldToo() throws IOException {
        Path file = folder.resolve("s");
        try (ServerRig rig = ServerRig.start(1, connectionsMax(1));
                RawClient _ = rig.connected("there")) {
            rig.driver()
                    .bind(
                            ENTRY,
                            new UnixSocket(
                                    file,
                                    PosixFilePermissions.fromString("rw-rw----"),
                                    null,
                                    null));
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
                Channels.newOutputStream(client).write(HexFormat.of().parseHex(bare(CONNECT)));
                byte[] all = Channels.newInputStream(client).readAllBytes();
                assertThat(HexFormat.of().formatHex(all)).isEqualTo(bare(NO_ROOM));
            }
        }
    }

    // ---- what they take ----

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void theyTakeNoRoomFromOthers(int ioThreads) throws IOException {
        try (ServerRig rig = ServerRig.start(ioThreads, connectionsMax(2));
                RawClient _ = rig.connected("first")) {
            RawClient second = rig.connected("second");
            try (RawClient refused = new RawClient(rig.address())) {
                refused.send(RawClient.connect("refused"));
                assertThat(answer(refused)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
                assertThat(rig.driver().traffic().openConnections()).isEqualTo(2);
                assertThat(rig.driver().traffic().acceptedConnections()).isEqualTo(2);
                assertThat(door(rig).connecting()).isZero();
                second.close();
                awaitOpen(rig, 1);
                rig.connected("next").close();
            }
        }
    }

    private static Limits connectionsMax(int max) {
        return with(Limits.DEFAULTS, "connectionsMax", max);
    }

    private static Traffic.AtTheDoor door(ServerRig rig) {
        return rig.driver().traffic().atTheDoor();
    }

    private static void awaitOpen(ServerRig rig, int connections) {
        while (rig.driver().traffic().openConnections() != connections) {
            assertThat(Thread.interrupted()).as("the time of the test is up").isFalse();
        }
    }

    private static RawClient from(ServerRig rig, String address) throws IOException {
        return new RawClient(socketFrom(address, rig.address()));
    }

    private static String heardFrom(String address, ServerRig rig) throws IOException {
        try (Socket socket = socketFrom(address, rig.address())) {
            return heard(socket, CONNECT);
        }
    }
}
