package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What we ask a server of WebSocket for, and what we make of its answers.
@Timeout(60)
class WebSocketDialTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final Pattern KEY = Pattern.compile("sec-websocket-key: (\\S+)\r\n");

    private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Heard client =
            new Heard((connection, bytes) ->
                    heard.add(bytes.readCharSequence(bytes.readableBytes(), US_ASCII).toString()));
    private IoLoops loops;
    private ServerSocket listener;
    private Socket server;

    @BeforeEach
    void start() throws IOException {
        loops = IoLoops.start(1, "test-io");
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void end() throws IOException {
        if (server != null) {
            server.close();
        }
        listener.close();
        loops.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtt", "mqttv3.1"})
    void theSubprotocolIsOffered(String subprotocol) throws Exception { // [MQTT-6.0.0-3]
        var dialled = dial(subprotocol);
        String request = request();
        assertThat(request)
                .startsWith("GET /mqtt HTTP/1.1\r\n")
                .contains("host: localhost:" + listener.getLocalPort() + "\r\n")
                .contains("upgrade: websocket\r\n")
                .contains("connection: Upgrade\r\n")
                .contains("sec-websocket-version: 13\r\n")
                .contains("sec-websocket-protocol: " + subprotocol + "\r\n");
        assertThat(client.opened).as("not before the answer").isNotDone();
        send(agreed(request, subprotocol));
        assertThat(dialled.get()).isSameAs(client.connection());
    }

    @Test
    void whatIsBehindTheAnswerIsHeardWhereverFramesBeginAndEnd() throws Exception {
        var dialled = dial("mqtt");
        String first = agreed(request(), "mqtt") + frames("82026162 0201 63");
        send(first);
        dialled.get();
        send(frames("00 00 80 02 6465"));
        StringBuilder text = new StringBuilder();
        while (text.length() < 5) {
            text.append(heard.poll(30, TimeUnit.SECONDS));
        }
        assertThat(text).hasToString("abcde"); // [MQTT-6.0.0-2]
    }

    @Test
    void whatWeSendIsMaskedAndAnyKeyWillDo() throws Exception {
        var dialled = dial("mqtt");
        send(agreed(request(), "mqtt"));
        dialled.get();
        client.on(connection -> connection.out(5).writeCharSequence("hello", US_ASCII));
        InputStream in = server.getInputStream();
        assertThat(in.read()).isEqualTo(0x82);
        assertThat(in.read()).isEqualTo(0x80 | 5);
        byte[] key = in.readNBytes(4);
        byte[] payload = in.readNBytes(5);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= key[i & 3];
        }
        assertThat(new String(payload, US_ASCII)).isEqualTo("hello");
    }

    @ParameterizedTest
    @CsvSource({
        "8100, 1003, a text frame; MQTT is in binary ones", // [MQTT-6.0.0-1]
        "828000000000, 1002, a frame that is masked"
    })
    void whatIsNoFrameOfMqttClosesTheConnection(String bytes, int status, String reason)
            throws Exception {
        var dialled = dial("mqtt");
        send(agreed(request(), "mqtt"));
        dialled.get();
        send(frames(bytes));
        byte[] close = server.getInputStream().readNBytes(8);
        assertThat(close[0]).isEqualTo((byte) 0x88);
        assertThat(((close[6] ^ close[2]) & 0xFF) << 8 | ((close[7] ^ close[3]) & 0xFF))
                .isEqualTo(status);
        server.close();
        assertThat(client.reason()).isEqualTo("WebSocket: " + reason);
    }

    /// A part of a right answer is another one. Rows without a reason are the control arm: what
    /// they have instead is right, too.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    upgrade: websocket         | Upgrade: WebSocket        |
                    upgrade: websocket         | upgrade: h2c              | the answer is not `Upgrade: websocket` but h2c
                    upgrade: websocket         | upgrade: websocket, h2c   | the answer is not `Upgrade: websocket` but websocket, h2c
                    upgrade: websocket         | x: websocket              | the answer is not `Upgrade: websocket` but none
                    connection: upgrade        | Connection: x, Upgrade    |
                    connection: upgrade        | connection: close         | the answer is not `Connection: Upgrade` but close
                    connection: upgrade        | connection: upgraded      | the answer is not `Connection: Upgrade` but upgraded
                    connection: upgrade        | x: upgrade                | the answer is not `Connection: Upgrade` but none
                    sec-websocket-accept:      | Sec-WebSocket-Accept:     |
                    sec-websocket-accept:      | sec-websocket-accept: x   | the answer is to another request: it has not the `Sec-WebSocket-Accept` of ours
                    sec-websocket-accept:      | x:                        | the answer is to another request: it has not the `Sec-WebSocket-Accept` of ours
                    sec-websocket-protocol:    | Sec-WebSocket-Protocol:   |
                    protocol: mqtt             | protocol: mqttv3.1        | the subprotocol mqtt was answered with mqttv3.1
                    protocol: mqtt             | protocol: MQTT            | the subprotocol mqtt was answered with MQTT
                    protocol: mqtt             | protocol: mqtt, x         | the subprotocol mqtt was answered with mqtt, x
                    sec-websocket-protocol:    | x:                        | the subprotocol mqtt was answered with none
                    sec-websocket-protocol:    | sec-websocket-extensions: | the answer has extensions that were not asked for: mqtt
                    101 Switching Protocols    | 101 Yes                   |
                    101 Switching Protocols    | 200 OK                    | answered with 200 OK
                    101 Switching Protocols    | 404 Nö               | answered with 404 N?
                    HTTP/1.1                   | MQTT                      | what came is no HTTP
                    """)
    void anAnswerIsCheckedInAllItsParts(String right, String given, @Nullable String reason)
            throws Exception {
        var dialled = dial("mqtt");
        String answer = agreed(request(), "mqtt");
        assertThat(answer).contains(right);
        send(answer.replace(right, given));
        if (reason == null) {
            assertThat(dialled.get()).isSameAs(client.connection());
            return;
        }
        assertThatThrownBy(dialled::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessage("WebSocket upgrade: " + reason);
        assertThat(client.opened).isNotDone();
    }

    @Test
    void noMoreThanALineOfAWrongAnswerIsTold() throws Exception {
        var dialled = dial("mqtt");
        String answer = agreed(request(), "mqtt");
        send(answer.replace("protocol: mqtt", "protocol: " + "x".repeat(5_000)));
        assertThatThrownBy(dialled::get)
                .cause()
                .hasMessage(
                        "WebSocket upgrade: the subprotocol mqtt was answered with "
                                + "x".repeat(100)
                                + "...");
    }

    @Test
    void aServerThatDoesNotAnswerIsNotWaitedForForEver() throws Exception {
        var dialled = dial("mqtt", SECOND_NANOS / 20);
        request();
        assertThatThrownBy(dialled::get)
                .cause()
                .hasMessage("WebSocket upgrade: not complete within 50 ms");
    }

    // ---- helpers ----

    private CompletableFuture<SocketConnection> dial(String subprotocol) {
        return dial(subprotocol, 30 * SECOND_NANOS);
    }

    private CompletableFuture<SocketConnection> dial(String subprotocol, long patience) {
        return new TcpTransport(loops, 1 << 20, 256 << 10)
                .dial(
                        loops.loops().getFirst(),
                        (InetSocketAddress) listener.getLocalSocketAddress(),
                        new ServerDoor(
                                null,
                                new WebSocketClient("/mqtt", subprotocol),
                                "localhost",
                                listener.getLocalPort(),
                                patience),
                        30 * SECOND_NANOS,
                        client);
    }

    private String request() throws IOException {
        server = listener.accept();
        server.setSoTimeout(30_000);
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            text.append((char) server.getInputStream().read());
        }
        return text.toString();
    }

    private static String agreed(String request, String subprotocol) {
        Matcher key = KEY.matcher(request);
        assertThat(key.find()).isTrue();
        return "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                + "sec-websocket-accept: "
                + WebSocketUpgrade.accept(key.group(1))
                + "\r\nsec-websocket-protocol: "
                + subprotocol
                + "\r\n\r\n";
    }

    private static String frames(String hex) {
        return new String(HexFormat.of().parseHex(hex.replace(" ", "")), ISO_8859_1);
    }

    private void send(String text) throws IOException {
        server.getOutputStream().write(text.getBytes(ISO_8859_1));
    }
}
