package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.testing.oracles.LiveServer.bytes;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.conformance.SocketLine;
import org.vencejo.core.Server;
import org.vencejo.testing.Oracle;
import org.vencejo.transport.WebSocketPeer;

/// MQTT in frames of WebSocket.
@Oracle(85)
@Timeout(60)
@ParameterizedClass(name = "io-threads {0}")
@ValueSource(ints = {1, 3})
class WebSocketTest {
    /// 3.1.1, Clean Session, Keep Alive 0, Client Identifier "w".
    private static final String CONNECT = "10 0D 0004 4D515454 04 02 0000 0001 77";

    /// The same with the will "gone" to the topic "t".
    private static final String CONNECT_WITH_WILL =
            "10 16 0004 4D515454 04 06 0000 0001 77 0001 74 0004 676F6E65";

    private static final String CONNECT_31 = "10 0F 0006 4D5149736470 03 02 0000 0001 77";
    private static final String CONNACK = "20020000";

    /// Packet Identifier 1, the Topic Filter "t", QoS 0.
    private static final String SUBSCRIBE = "82 06 0001 0001 74 00";

    private static final String SUBACK = "9003000100";
    private static final String PUBLISH = "30 05 0001 74 6869";
    private static final String PINGREQ = "C000";
    private static final String PINGRESP = "d000";

    private final int ioThreads;

    WebSocketTest(int ioThreads) {
        this.ioThreads = ioThreads;
    }

    @Test
    void aConnectMayComeByteByByteInFramesOfTheirOwn() throws Exception {
        try (LiveServer server = new LiveServer(ioThreads);
                WebSocketPeer peer = WebSocketPeer.plain(server.webSocket())) {
            peer.upgrade();
            for (byte each : bytes(CONNECT)) {
                peer.sendBinary(new byte[] {each});
            }
            assertHears(peer, CONNACK);
        }
    }

    @Test
    void aFrameMayHoldManyPacketsAndAPacketManyFrames() throws Exception {
        byte[] all = bytes(CONNECT + SUBSCRIBE + PUBLISH + PINGREQ);
        String answers = CONNACK + SUBACK + "30050001746869" + PINGRESP;
        try (LiveServer server = new LiveServer(ioThreads);
                WebSocketPeer one = WebSocketPeer.plain(server.webSocket());
                WebSocketPeer continued = WebSocketPeer.plain(server.webSocket())) {
            one.upgrade();
            one.sendBinary(all);
            assertHears(one, answers);

            continued.upgrade();
            continued.send(WebSocketPeer.frame(0x02, Arrays.copyOf(all, 7)));
            continued.send(
                    WebSocketPeer.frame(
                            0x89,
                            "in between".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            continued.send(WebSocketPeer.frame(0x00, Arrays.copyOfRange(all, 7, 20)));
            continued.send(WebSocketPeer.frame(0x00, new byte[0]));
            continued.send(WebSocketPeer.frame(0x80, Arrays.copyOfRange(all, 20, all.length)));
            assertThat(continued.next().first()).as("a pong").isEqualTo(0x8A);
            assertHears(continued, answers);
        }
    }

    @Test
    void aTextFrameClosesTheConnectionAndItsWillGoesOut() throws Exception {
        try (LiveServer server = new LiveServer(ioThreads)) {
            WebSocketPeer peer = WebSocketPeer.plain(server.webSocket());
            SocketLine observer = server.connect(CONNECT.replace("0001 77", "0001 6F"));
            observer.send(bytes(SUBSCRIBE));
            LiveServer.require(observer.next(), 0x90);
            peer.upgrade();
            peer.sendBinary(bytes(CONNECT_WITH_WILL));
            assertHears(peer, CONNACK);

            peer.send(WebSocketPeer.frame(0x81, bytes(PINGREQ)));

            assertThat(peer.next()).hasToString("88 03eb"); // [MQTT-6.0.0-1]
            assertThat(peer.isAtItsEnd()).isTrue();
            peer.close();
            assertThat(LiveServer.require(observer.next(), 0x30))
                    .isEqualTo(bytes("30 07 0001 74 676F6E65"));
            observer.reset();
        }
    }

    @Test
    void clientsOf31HaveASubprotocolOfTheirOwn() throws Exception {
        try (LiveServer server = new LiveServer(ioThreads);
                WebSocketPeer peer = WebSocketPeer.plain(server.webSocket())) {
            peer.send(WebSocketPeer.request("/mqtt", "Sec-WebSocket-Protocol: mqttv3.1"));
            assertThat(peer.answer()).contains("sec-websocket-protocol: mqttv3.1\r\n");
            peer.sendBinary(bytes(CONNECT_31));
            assertHears(peer, CONNACK);
        }
    }

    @Test
    void whoClosesWithoutAWordIsForgotten() throws Exception {
        try (LiveServer server = new LiveServer(ioThreads)) {
            for (String before : new String[] {"", "GET /mqtt HTTP/1.1\r\nHos"}) {
                WebSocketPeer begun = WebSocketPeer.plain(server.webSocket());
                begun.send(before);
                begun.close();
            }
            for (String half : new String[] {"82", "82FE", "8285000000001001"}) {
                WebSocketPeer peer = WebSocketPeer.plain(server.webSocket());
                peer.upgrade();
                peer.sendBinary(bytes(CONNECT));
                assertHears(peer, CONNACK);
                peer.send(bytes(half));
                peer.close();
            }
            while (server.inside(Server::connections) + server.openConnections() > 0) {
                Thread.onSpinWait();
            }
            assertThat(server.inside(Server::sessions)).isZero();
        }
    }

    private static void assertHears(WebSocketPeer peer, String packets) throws Exception {
        byte[] expected = bytes(packets);
        assertThat(HexFormat.of().formatHex(peer.bytes(expected.length)))
                .isEqualTo(HexFormat.of().formatHex(expected));
    }
}
