package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Event;
import org.vencejo.core.Limits;
import org.vencejo.protocol.Connect;
import org.vencejo.transport.Door;
import org.vencejo.transport.WebSocketPeer;
import org.vencejo.transport.WebSocketServer;

/// What those who are refused may take: places, bytes, time, and nobody's secrets.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class RefusedPlacesTest {
    private static final long AN_HOUR = 3_600_000_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final int WAIT_MILLIS = 30_000;
    private static final Door WEB =
            new Door(null, new WebSocketServer("/mqtt", Set.of()), () -> AN_HOUR);

    // ---- places ----

    @Test
    void thereAreAFewPlacesAndEachIsFreeAgainWhenItsConnectionIsGone() throws IOException {
        try (RefusedRoom room = new RefusedRoom(AN_HOUR)) {
            ArrayDeque<Socket> silent = new ArrayDeque<>();
            for (int i = 0; i < 32; i++) {
                silent.add(socketFrom("127.0.0." + (2 + i / 8), room.address()));
            }
            room.awaitPresent(32);
            assertThat(heard(room.address(), CONNECT)).as("the 33rd").isEqualTo(NOTHING);
            for (int i = 1; i <= 3; i++) {
                try (Socket first = silent.remove()) {
                    if (i == 1) { // it was told, goes away, or is cut
                        send(first, CONNECT);
                        assertThat(rest(first)).isEqualTo(bare(NO_ROOM));
                    } else if (i == 2) {
                        first.getOutputStream().write(0);
                        assertThat(rest(first)).isEqualTo(NOTHING);
                    }
                }
                room.awaitPresent(31);
                silent.add(socketFrom("127.0.1." + i, room.address()));
                room.awaitPresent(32);
                assertThat(heard(room.address(), CONNECT)).as("the 33rd again").isEqualTo(NOTHING);
            }
            for (Socket each : silent) {
                each.close();
            }
            room.awaitPresent(0);
            assertThat(heard(room.address(), CONNECT)).isEqualTo(bare(NO_ROOM));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NOTHING, "100e 0004 4d51", CONNECT})
    void aStopEndsThemWhateverTheyHaveSaid(String bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(WAIT_MILLIS);
            try (RefusedRoom room = new RefusedRoom(AN_HOUR)) {
                socket.connect(room.address());
                send(socket, bytes);
                if (bytes.equals(CONNECT)) { // it has its answer, and stays
                    assertThat(rest(socket)).isEqualTo(bare(NO_ROOM));
                }
                room.awaitPresent(1);
            }
            assertThat(rest(socket)).isEqualTo(NOTHING);
        }
    }

    @Test
    void ofAnAddressAreThereAtMostEight() throws IOException {
        try (RefusedRoom room = new RefusedRoom(AN_HOUR)) {
            ArrayDeque<Socket> silent = new ArrayDeque<>();
            for (int i = 0; i < 8; i++) {
                silent.add(socketFrom("127.0.0.7", room.address()));
            }
            room.awaitPresent(8);
            try (Socket ninth = socketFrom("127.0.0.7", room.address());
                    Socket other = socketFrom("127.0.0.8", room.address())) {
                assertThat(heard(ninth, CONNECT)).isEqualTo(NOTHING);
                assertThat(heard(other, CONNECT)).isEqualTo(bare(NO_ROOM));
            }
            silent.remove().close();
            room.awaitPresent(7);
            try (Socket next = socketFrom("127.0.0.7", room.address())) {
                assertThat(heard(next, CONNECT)).isEqualTo(bare(NO_ROOM));
            }
            for (Socket each : silent) {
                each.close();
            }
            room.awaitPresent(0);
        }
    }

    /// Who goes at once leaves its place, however often it comes.
    @Test
    void ofThoseWhoGoAtOnceAHundredASecondAreLetIn() {
        RefusedConnections refused = new RefusedConnections(it -> false, fault -> {}, SECOND, 0);
        assertThat(letIn(refused, 0)).isEqualTo(100);
        assertThat(letIn(refused, SECOND / 2)).isEqualTo(50);
        assertThat(letIn(refused, 5 * SECOND)).isEqualTo(100);
    }

    private static int letIn(RefusedConnections refused, long nowNanos) {
        int letIn = 0;
        for (int i = 0; i < 1_000; i++) {
            RefusedConnection it =
                    refused.letIn(
                            Refusal.FULL,
                            new Entry("test", null, null, null),
                            InetAddress.getLoopbackAddress(),
                            nowNanos,
                            RefusedRoom::decoder);
            if (it != null) {
                it.closed("by the peer");
                letIn++;
            }
        }
        return letIn;
    }

    @Test
    void whoFailsAtItsDoorLeavesItsPlace() throws IOException {
        try (RefusedRoom room = new RefusedRoom(AN_HOUR, WEB, null)) {
            for (int i = 0; i < 33; i++) {
                try (WebSocketPeer peer = WebSocketPeer.plain(room.address())) {
                    peer.send("GET /elsewhere HTTP/1.1\r\nHost: h\r\n\r\n");
                    assertThat(peer.answer()).startsWith("HTTP/1.1 4");
                }
                room.awaitPresent(0);
            }
            try (WebSocketPeer peer = WebSocketPeer.plain(room.address())) {
                assertThat(peer.upgrade()).startsWith("HTTP/1.1 101");
            }
        }
    }

    @Test
    void aStopDoesNotWaitForThem() throws IOException {
        ServerRig rig = ServerRig.start(1, with(Limits.DEFAULTS, "connectionsMax", 1), AN_HOUR);
        RawClient there = rig.connected("there");
        try (Socket silent = socket(rig.address());
                Socket told = socket(rig.address())) {
            assertThat(heard(told, CONNECT)).isEqualTo(bare(NO_ROOM));
            there.close();
            rig.close();
            assertThat(rest(silent)).isEqualTo(NOTHING);
        }
    }

    // ---- bytes, and time ----

    /// Before its CONNECT or behind it, in WebSocket or not.
    @ParameterizedTest
    @CsvSource({"false, true", "true, true", "true, false"})
    void whoFloodsIsCut(boolean isWeb, boolean isBehindConnect) throws IOException {
        byte[] ping = WebSocketPeer.frame(0x89, new byte[100]);
        byte[] binary = WebSocketPeer.frame(0x82, new byte[1_000]);
        byte[] flood = !isWeb ? new byte[1_000] : isBehindConnect ? binary : ping;
        try (RefusedRoom room = new RefusedRoom(AN_HOUR, isWeb ? WEB : null, null);
                Socket socket = socket(room.address());
                WebSocketPeer peer = new WebSocketPeer(socket)) {
            if (isWeb) {
                assertThat(peer.upgrade()).startsWith("HTTP/1.1 101");
            }
            if (isWeb && isBehindConnect) {
                peer.sendBinary(HexFormat.of().parseHex(bare(CONNECT)));
                assertThat(peer.next()).hasToString("82 " + bare(NO_ROOM));
            } else if (isBehindConnect) {
                assertThat(heard(socket, CONNECT)).isEqualTo(bare(NO_ROOM));
            }
            int sent = pour(flood, 100_000, socket);
            assertThat(sent).as("what may be on its way").isGreaterThan(99_000);
            while (isBehindConnect && room.received() < 99_000) { // pings are not of MQTT
                assertThat(Thread.interrupted()).as("the time of the test is up").isFalse();
            }
            room.awaitPresent(1);
            assertThat(pour(flood, 16 << 20, socket)).isLessThan(16 << 20);
            room.awaitPresent(0);
            assertThat(room.received()).isLessThan(256 << 10);
        }
    }

    /// Returns how many bytes were sent, of so many.
    private static int pour(byte[] piece, int bytes, Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        int sent = 0;
        try {
            while (sent + piece.length <= bytes) {
                out.write(piece);
                sent += piece.length;
            }
        } catch (SocketException cut) {
            return sent;
        }
        return sent;
    }

    @ParameterizedTest
    @ValueSource(strings = {NOTHING, "100e 0004 4d51", CONNECT})
    void whoStaysIsCutWhateverItHasSaid(String bytes) throws IOException {
        try (RefusedRoom room = new RefusedRoom(50_000_000);
                Socket socket = socket(room.address())) {
            heard(socket, bytes);
            room.awaitPresent(0);
            assertThat(socket.isClosed()).as("by its own side").isFalse();
        }
    }

    // ---- secrets, and faults ----

    @Test
    void theirPasswordIsNotLeftInTheBuffer() throws Exception {
        String user = "0004 75736572";
        String password = "0006 736563726574";
        try (RefusedRoom room = new RefusedRoom(AN_HOUR)) {
            String connect = "101c 0004 4d515454 05 c2 0000 00 0001 61" + user + password;
            assertThat(heard(room.address(), connect)).isEqualTo(bare(NO_ROOM));
            String buffer = room.read().poll(30, TimeUnit.SECONDS);
            assertThat(buffer).contains(bare(user)).doesNotContain("736563726574");
        }
    }

    @Test
    void theirPasswordIsNotLeftInThePacket() throws Exception {
        byte[] password = "secret".getBytes(StandardCharsets.UTF_8);
        Connect connect =
                with(with(RawClient.connect("a"), "userName", "user"), "password", password);
        try (RefusedRoom room =
                new RefusedRoom(
                        AN_HOUR,
                        null,
                        (it, bytes) -> {
                            bytes.skipBytes(bytes.readableBytes());
                            it.tell(connect, bytes);
                        })) {
            assertThat(heard(room.address(), CONNECT)).isEqualTo(bare(NO_ROOM));
        }
        assertThat(password).containsOnly(0);
    }

    @Test
    void aFaultIsToldAndEndsOneOfThem() throws IOException {
        IllegalStateException ours = new IllegalStateException("broken by the test");
        try (RefusedRoom room =
                new RefusedRoom(
                        AN_HOUR,
                        null,
                        (it, bytes) -> {
                            throw ours;
                        })) {
            assertThat(heard(room.address(), CONNECT)).isEqualTo(NOTHING);
            room.awaitPresent(0);
            assertThat(room.faults()).containsExactly(new Event.Fault(null, ours));
            room.faults().clear();
        }
    }
}
