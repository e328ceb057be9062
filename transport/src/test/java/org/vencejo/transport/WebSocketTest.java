package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;

/// WebSocket over real sockets, by the bytes of its frames. One file because it is one table of
/// what a peer may send, from the request to the last frame.
@Timeout(60)
class WebSocketTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int HIGH_BYTES = 1 << 20;
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final WebSocketServer SERVER =
            new WebSocketServer("/mqtt", Set.of("https://good.example"));

    @TempDir private Path folder;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final BlockingQueue<String> turnedAway = new LinkedBlockingQueue<>();
    private long buffersBefore;
    private IoLoops loops;
    private TcpTransport transport;

    @BeforeEach
    void start() {
        buffersBefore = buffersInUse();
        loops = IoLoops.start(1, "test-io");
        transport = new TcpTransport(loops, HIGH_BYTES, 256 << 10);
    }

    @AfterEach
    void everyBufferIsGivenBack() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        loops.close();
        assertThat(buffersInUse()).isEqualTo(buffersBefore);
    }

    // ---- the upgrade ----

    @ParameterizedTest
    @CsvSource({"mqtt, mqtt", "mqttv3.1, mqttv3.1", "'mqttv3.1, mqtt', mqtt", "'soap,MQTT', mqtt"})
    void theServerAnswersWithTheSubprotocol(String offered, String answered) throws Exception {
        try (WebSocketPeer peer = peer(echoing())) {
            peer.send(WebSocketPeer.request("/mqtt", "Sec-WebSocket-Protocol: " + offered));
            assertThat(peer.answer())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    // The example of RFC 6455, 1.3.
                    .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .contains("sec-websocket-protocol: " + answered + "\r\n")
                    .doesNotContainIgnoringCase("extensions");
            assertEchoes(peer);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sec-WebSocket-Protocol: mqtt | Sec-WebSocket-Protocol: soap | 400 | no subprotocol mqtt is offered | no subprotocol mqtt is offered",
                "Sec-WebSocket-Protocol: mqtt | X: y | 400 | no subprotocol mqtt is offered | no subprotocol mqtt is offered",
                "GET /mqtt | GET /other | 404 | Not Found | a path other than /mqtt",
                "GET /mqtt | GET / | 404 | Not Found | a path other than /mqtt",
                "GET /mqtt | GET /mqtt/ | 404 | Not Found | a path other than /mqtt",
                "GET /mqtt | POST /mqtt | 426 | a request that asks for no WebSocket | a request that asks for no WebSocket",
                "HTTP/1.1 | HTTP/1.0 | 426 | a request that asks for no WebSocket | a request that asks for no WebSocket",
                "Upgrade: websocket | X: y | 426 | a request that asks for no WebSocket | a request that asks for no WebSocket",
                "Connection: keep-alive, Upgrade | Connection: close | 426 | a request that asks for no WebSocket | a request that asks for no WebSocket",
                "Version: 13 | Version: 8 | 426 | a version other than 13 | a version other than 13",
                "dGhlIHNhbXBsZSBub25jZQ== | c2hvcnQ= | 400 | no key of 16 bytes in base64 | no key of 16 bytes in base64",
                "dGhlIHNhbXBsZSBub25jZQ== | ??? | 400 | no key of 16 bytes in base64 | no key of 16 bytes in base64",
                "Host: localhost | Content-Length: 3 | 400 | the request has a body | the request has a body",
                "Host: localhost | Host: evil.example\\r\\nOrigin: http://evil.example | 403 | Forbidden | the origin is not one of those in websocket.origins: http://evil.example",
                "Host: localhost | Host: localhost:8083\\r\\nOrigin: http://localhost:8080 | 403 | Forbidden | the origin is not one of those in websocket.origins: http://localhost:8080",
                "Host: localhost | Origin: https://evil.example | 403 | Forbidden | the origin is not one of those in websocket.origins: https://evil.example",
                "Host: localhost | Origin: null | 403 | Forbidden | the origin is not one of those in websocket.origins: null",
                "GET /mqtt HTTP/1.1 | MQTT MQTT MQTT MQTT MQTT | 400 | what came is no HTTP | what came is no HTTP",
            })
    void aWrongRequestIsRefused(
            String right, String wrong, String status, String told, String reason)
            throws Exception {
        InetSocketAddress address = echoing();
        String request = WebSocketPeer.request("/mqtt", "Sec-WebSocket-Protocol: mqtt");
        assertThat(request).contains(right);
        try (WebSocketPeer peer = peer(address);
                WebSocketPeer control = peer(address)) {
            peer.send(request.replace(right, wrong.translateEscapes()) + "abc");
            assertThat(peer.answer())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("connection: close\r\n")
                    .endsWith("\r\n\r\n" + told + "\n");
            assertThat(peer.isAtItsEnd()).isTrue();
            assertThat(nextTurnedAway()).isEqualTo("WEBSOCKET: " + reason);
            control.upgrade();
            assertEchoes(control);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://good.example", "HTTPS://Good.Example/"})
    void aListedOriginComesIn(String origin) throws Exception {
        try (WebSocketPeer peer = peer(echoing())) {
            peer.send(
                    WebSocketPeer.request(
                            "/mqtt?token=x", "Origin: " + origin, "Sec-WebSocket-Protocol: mqtt"));
            assertThat(peer.answer()).startsWith("HTTP/1.1 101 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', http://localhost:8083, localhost:8083, false, true",
        "'', http://127.0.0.1:8083, 127.0.0.1:8083, false, true",
        "'', http://[::1]:8083, [::1]:8083, false, true",
        "'', http://localhost:8083, localhost:1, false, false",
        "'', http://localhost, localhost:8083, false, false",
        // A name may have been another's when the page was loaded; its certificate it has not.
        "'', http://broker.example:8083, broker.example:8083, false, false",
        "'', https://broker.example, broker.example, true, true",
        "'', https://evil.example, broker.example, true, false",
        "'', null, localhost, false, false",
        "*, https://evil.example, broker.example, false, true",
        "https://a.example, https://a.example, broker.example, false, true",
        "https://a.example, https://a.example.evil, broker.example, false, false"
    })
    void anOriginComesInIfItIsListedOrOurOwnBeyondDoubt(
            String listed, String origin, String host, boolean secure, boolean comesIn) {
        WebSocketServer server =
                new WebSocketServer("/", listed.isEmpty() ? Set.of() : Set.of(listed));
        assertThat(server.admits(origin, host, secure)).isEqualTo(comesIn);
    }

    @ParameterizedTest
    @CsvSource({"8000, 101", "8300, 431", "1000000, 431"})
    void headersAreLimited(int bytes, String status) throws Exception {
        try (WebSocketPeer peer = peer(echoing())) {
            String request =
                    WebSocketPeer.request(
                            "/mqtt",
                            "Sec-WebSocket-Protocol: mqtt",
                            "X: " + "x".repeat(Math.max(0, bytes - 250)));
            try {
                peer.send(request);
            } catch (java.net.SocketException refusedAlready) {
                assertThat(status).isNotEqualTo("101");
                return;
            }
            try {
                assertThat(peer.answer()).startsWith("HTTP/1.1 " + status + " ");
            } catch (java.net.SocketException reset) {
                assertThat(status).as("it was refused while it spoke").isEqualTo("431");
            }
        }
        if (status.equals("431")) {
            assertThat(nextTurnedAway()).isEqualTo("WEBSOCKET: headers of more than 8192 bytes");
        }
    }

    @Test
    void aLineIsLimited() throws Exception {
        try (WebSocketPeer peer = peer(echoing())) {
            peer.send("GET /" + "x".repeat(5_000));
            assertThat(peer.answer()).startsWith("HTTP/1.1 414 ");
        }
        assertThat(nextTurnedAway()).isEqualTo("WEBSOCKET: a line of more than 4096 bytes");
    }

    @Test
    void aRequestMayComeByteByByteButNotForEver() throws Exception {
        Heard server = heard(Heard.echo());
        var listener =
                transport.listen(
                        ANY_PORT,
                        new Door(null, SERVER, () -> SECOND_NANOS / 2),
                        (loop, remote) -> server);
        opened.add(listener);
        try (WebSocketPeer slow = peer(listener.localAddress())) {
            for (byte each :
                    WebSocketPeer.request("/mqtt", "Sec-WebSocket-Protocol: mqtt")
                            .getBytes(US_ASCII)) {
                slow.send(new byte[] {each});
            }
            assertThat(slow.answer()).startsWith("HTTP/1.1 101 ");
            assertEchoes(slow);
        }
        try (WebSocketPeer never = peer(listener.localAddress())) {
            never.send("GET /mqtt HTTP/1.1\r\n");
            assertThat(never.isAtItsEnd()).isTrue();
        }
        assertThat(nextTurnedAway()).isEqualTo("WEBSOCKET: not complete within 500 ms");
    }

    @Test
    void frameAndRequestMayComeTogether() throws Exception {
        try (WebSocketPeer peer = peer(echoing())) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(
                    WebSocketPeer.request("/mqtt", "Sec-WebSocket-Protocol: mqtt")
                            .getBytes(US_ASCII));
            all.writeBytes(WebSocketPeer.frame(0x82, "early".getBytes(US_ASCII)));
            peer.send(all.toByteArray());
            assertThat(peer.answer()).startsWith("HTTP/1.1 101 ");
            assertThat(new String(peer.bytes(5), US_ASCII)).isEqualTo("early");
        }
    }

    // ---- frames ----

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void whereFramesBeginAndEndMeansNothing(int seed) throws Exception {
        Random random = new Random(seed);
        byte[] sent = new byte[300_000];
        random.nextBytes(sent);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        boolean within = false;
        for (int from = 0; from < sent.length; ) {
            int most = new int[] {1, 10, 126, 1_000, 70_000}[random.nextInt(5)];
            int to = Math.min(sent.length, from + random.nextInt(most + 1));
            boolean last = random.nextBoolean() || to == sent.length;
            frames.writeBytes(
                    WebSocketPeer.frame(
                            (last ? 0x80 : 0) | (within ? 0 : 2),
                            Arrays.copyOfRange(sent, from, to)));
            within = !last;
            from = to;
            if (random.nextInt(5) == 0) {
                frames.writeBytes(WebSocketPeer.frame(0x8A, "unasked".getBytes(US_ASCII)));
            }
        }
        try (WebSocketPeer peer = peer(echoing())) {
            peer.upgrade();
            byte[] all = frames.toByteArray();
            CompletableFuture<Void> writing =
                    CompletableFuture.runAsync(() -> {
                        for (int from = 0; from < all.length; ) {
                            int to = Math.min(all.length, from + 1 + random.nextInt(5_000));
                            try {
                                peer.send(Arrays.copyOfRange(all, from, to));
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                            from = to;
                        }
                    });
            assertThat(peer.bytes(sent.length)).isEqualTo(sent);
            writing.join();
        }
    }

    @Test
    void whatATickSendsIsOneBinaryFrame() throws Exception {
        Heard server =
                heard(
                        new Heard((connection, bytes) -> {
                            bytes.skipBytes(bytes.readableBytes());
                            for (int i = 0; i < 3; i++) {
                                connection.backlog().add(2);
                                connection.out(2).writeCharSequence("ab", US_ASCII);
                            }
                        }));
        try (WebSocketPeer peer = peer(listen(server))) {
            peer.upgrade();
            peer.sendBinary(new byte[] {1});
            assertThat(peer.next()).hasToString("82 616261626162");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // first bytes of frames, our status, why
        "'818000000000', 1003, a text frame; MQTT is in binary ones", // [MQTT-6.0.0-1]
        "'018000000000', 1003, a text frame; MQTT is in binary ones",
        "'820161', 1002, a frame that is not masked",
        "'c28000000000', 1002, a frame with reserved bits: no extension was agreed on",
        "'808000000000', 1002, a continuation of nothing",
        "'028000000000 028000000000', 1002, a new message amid another",
        "'028000000000 818000000000', 1003, a text frame; MQTT is in binary ones",
        "'098000000000', 1002, a control frame that is in parts or too long",
        "'89fe007e00000000', 1002, a control frame that is in parts or too long",
        "'88fe007e00000000', 1002, a control frame that is in parts or too long",
        "'838000000000', 1002, a frame of unknown kind 3",
        "'8b8000000000', 1002, a frame of unknown kind 11",
        "'82ff800000000000000000000000', 1002, a frame with a negative length"
    })
    void whatIsNoFrameOfMqttClosesTheConnection(String bytes, int status, String reason)
            throws Exception {
        Heard server = heard(Heard.echo());
        try (WebSocketPeer peer = peer(listen(server))) {
            peer.upgrade();
            assertEchoes(peer); // the control arm
            peer.send(HexFormat.of().parseHex(bytes.replace(" ", "")));
            assertThat(peer.next()).hasToString("88 %04x".formatted(status));
            assertThat(peer.isAtItsEnd()).isTrue();
        }
        assertThat(server.reason()).isEqualTo("WebSocket: " + reason);
        assertThat(server.events).as("no fault of ours").isEmpty();
    }

    @Test
    void aPingIsAnsweredWithWhatItSays() throws Exception {
        try (WebSocketPeer peer = peer(echoing())) {
            peer.upgrade();
            // In the middle of a message, of a frame of it in two parts, and empty.
            peer.send(WebSocketPeer.frame(0x02, "a".getBytes(US_ASCII)));
            byte[] ping = WebSocketPeer.frame(0x89, "hello".getBytes(US_ASCII));
            peer.send(Arrays.copyOf(ping, 8));
            peer.send(Arrays.copyOfRange(ping, 8, ping.length));
            peer.send(WebSocketPeer.frame(0x80, "b".getBytes(US_ASCII)));
            List<String> frames = new ArrayList<>();
            StringBuilder data = new StringBuilder();
            while (data.length() < 4 || frames.isEmpty()) {
                String frame = peer.next().toString();
                if (frame.startsWith("82 ")) {
                    data.append(frame.substring(3));
                } else {
                    frames.add(frame);
                }
            }
            assertThat(data).hasToString("6162");
            assertThat(frames).containsExactly("8a 68656c6c6f");
            peer.send(WebSocketPeer.frame(0x89, new byte[0]));
            assertThat(peer.next()).hasToString("8a ");
        }
    }

    @Test
    void ofPingsThatComeTogetherTheLastIsAnswered() {
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocketFrames(true));
        ByteArrayOutputStream pings = new ByteArrayOutputStream();
        for (int i = 0; i < 1_000; i++) {
            pings.writeBytes(WebSocketPeer.frame(0x89, ("number " + i).getBytes(US_ASCII)));
        }
        for (int times = 0; times < 2; times++) {
            channel.writeInbound(Unpooled.copiedBuffer(pings.toByteArray()));
            List<String> answers = new ArrayList<>();
            for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                answers.add(out.skipBytes(2).toString(US_ASCII));
                out.release();
            }
            assertThat(answers).containsExactly("number 999");
        }
        channel.finishAndReleaseAll();
    }

    @Test
    void pingsOfWhoDoesNotReadTakeNoMemory() throws Exception {
        var allRead = new CompletableFuture<Void>();
        Heard server =
                heard(
                        new Heard((connection, bytes) -> {
                            bytes.skipBytes(bytes.readableBytes());
                            allRead.complete(null);
                        }));
        Socket narrow = new Socket();
        narrow.setReceiveBufferSize(8 << 10);
        narrow.connect(listen(server));
        try (WebSocketPeer peer = new WebSocketPeer(narrow)) {
            peer.upgrade();
            long before = buffersInUse();
            byte[] ping = WebSocketPeer.frame(0x89, new byte[125]);
            byte[] many = new byte[ping.length * 1_000];
            for (int i = 0; i < 1_000; i++) {
                System.arraycopy(ping, 0, many, i * ping.length, ping.length);
            }
            for (int i = 0; i < 60; i++) {
                peer.send(many); // 8 MB, more than the sockets hold
            }
            byte[] last = "the last".getBytes(US_ASCII);
            peer.send(WebSocketPeer.frame(0x89, last));
            peer.sendBinary(new byte[1]);
            allRead.get();

            assertThat(buffersInUse() - before).as("pongs that wait, of 60,000").isLessThan(2_000);
            String frame = "";
            while (!frame.equals("8a " + HexFormat.of().formatHex(last))) {
                frame = peer.next().toString();
                assertThat(frame).startsWith("8a ");
            }
        }
    }

    @Test
    void whatIsOnlyDeclaredTakesNoMemory() throws Exception {
        InetSocketAddress address = echoing();
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        for (int i = 0; i < 300; i++) {
            WebSocketPeer peer = peer(address);
            opened.add(peer);
            peer.upgrade();
            // A frame of a terabyte, and the first byte of it.
            peer.send(HexFormat.of().parseHex("82ff00000100000000000000000001"));
            assertThat(peer.bytes(1)).containsExactly(1);
        }
        assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
                .as("of 19 MB that 64 KB each would be")
                .isLessThan(12 << 20);
    }

    @Test
    void aSlowReaderIsReportedWhenItCaughtUp() throws Exception {
        Heard server = heard(Heard.deaf());
        byte[] sent = new byte[24 << 20];
        new Random(1).nextBytes(sent);
        try (WebSocketPeer peer = peer(listen(server))) {
            peer.upgrade();
            var waiting = new CompletableFuture<Long>();
            server.on(connection -> {
                for (int i = 0; i < sent.length; i += 1 << 16) {
                    connection.backlog().add(1 << 16);
                    connection.out(1 << 16).writeBytes(sent, i, 1 << 16);
                }
                connection.loop().execute(() -> waiting.complete(connection.backlog().waiting()));
            });
            assertThat(waiting.get()).as("nobody reads yet").isGreaterThan(HIGH_BYTES);
            assertThat(peer.bytes(sent.length)).isEqualTo(sent);
            assertThat(server.nextEvent()).isEqualTo("writable");
        }
        assertThat(server.reason()).isEqualTo("closed by the peer");
        assertThat(server.connection().backlog().waiting()).isZero();
    }

    // ---- how it ends ----

    @ParameterizedTest
    @CsvSource({
        // what the peer says, our status
        "03e8, 03e8",
        "'', 03e8",
        "0fa162796521, 0fa1",
        "03, 03ea",
        "03ed, 03ea", // 1005 says that there was none
        "ffff, 03ea"
    })
    void whoSaysGoodbyeIsAnswered(String close, String status) throws Exception {
        Heard server = heard(Heard.echo());
        try (WebSocketPeer peer = peer(listen(server))) {
            peer.upgrade();
            peer.send(WebSocketPeer.frame(0x88, HexFormat.of().parseHex(close)));
            assertThat(peer.next()).hasToString("88 " + status);
            assertThat(peer.isAtItsEnd()).isTrue();
        }
        assertThat(server.reason()).startsWith("closed by the peer: WebSocket ");
    }

    /// As where its turn has not come yet.
    @Test
    void whatCameBeforeGoodbyeIsHandledBeforeIt() throws Exception {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        Heard server = heard(new Heard((it, bytes) -> read.write(bytes.readByte())));
        server.putsOff = true;
        try (WebSocketPeer peer = peer(listen(server))) {
            peer.upgrade();
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(WebSocketPeer.frame(0x82, "three".getBytes(US_ASCII)));
            both.writeBytes(WebSocketPeer.frame(0x88, HexFormat.of().parseHex("03e8")));
            peer.send(both.toByteArray());
            assertThat(peer.next()).hasToString("88 03e8");
        }
        assertThat(server.reason()).startsWith("closed by the peer: WebSocket ");
        assertThat(read.toString(US_ASCII)).isEqualTo("three");
    }

    @Test
    void ourLastWordsComeBeforeGoodbye() throws Exception {
        Heard server =
                heard(
                        new Heard((connection, bytes) -> {
                            bytes.skipBytes(bytes.readableBytes());
                            connection.out(4).writeCharSequence("bye.", US_ASCII);
                            connection.close("enough", 30 * SECOND_NANOS);
                        }));
        try (WebSocketPeer peer = peer(listen(server))) {
            peer.upgrade();
            peer.sendBinary(new byte[100_000]);
            assertThat(peer.next()).hasToString("82 6279652e");
            assertThat(peer.next()).hasToString("88 03e8");
            assertThat(peer.isAtItsEnd()).isTrue();
        }
        assertThat(server.reason()).isEqualTo("enough");
    }

    @Test
    void whoJustGoesIsGone() throws Exception {
        Heard server = heard(Heard.echo());
        try (WebSocketPeer peer = peer(listen(server))) {
            peer.upgrade();
            peer.send(HexFormat.of().parseHex("82ff0000"));
        }
        assertThat(server.reason()).isEqualTo("closed by the peer");
    }

    // ---- behind TLS ----

    @Test
    void itGoesThroughTlsAsWell() throws Exception {
        Authority authority = Authority.named("an authority");
        TlsServer tls =
                TlsServer.open(
                        new TlsFiles(
                                List.of(authority.server("it").write(folder, "it")),
                                PeerCertificate.OFF,
                                List.of(),
                                List.of(),
                                Version.TLS_1_2),
                        "http/1.1");
        opened.add(tls::close);
        var listener =
                transport.listen(
                        ANY_PORT,
                        new Door(tls, SERVER, () -> 30 * SECOND_NANOS),
                        (loop, remote) -> heard(Heard.echo()));
        opened.add(listener);
        TlsPeer secure = TlsPeer.trusting(authority, null);
        try (WebSocketPeer peer = new WebSocketPeer(secure.connect(listener.localAddress()))) {
            assertThat(peer.upgrade()).startsWith("HTTP/1.1 101 ");
            assertEchoes(peer);
            peer.send(WebSocketPeer.frame(0x88, new byte[0]));
            assertThat(peer.next()).hasToString("88 03e8");
            assertThat(peer.isAtItsEnd()).isTrue();
        }
        try (WebSocketPeer refused = new WebSocketPeer(secure.connect(listener.localAddress()))) {
            refused.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(refused.answer()).startsWith("HTTP/1.1 404 ");
            assertThat(refused.isAtItsEnd()).isTrue();
        }
        assertThat(nextTurnedAway()).isEqualTo("WEBSOCKET: a path other than /mqtt");
    }

    /// Between its handshake and its request, that is: who is open hears of a list by itself.
    @Test
    void whoIsRevokedOnItsWayInDoesNotComeIn() throws Exception {
        Authority authority = Authority.named("an authority");
        Authority.Issued stolen = authority.client("stolen");
        Path list = Authority.file(folder, "crl", authority.revoking(Duration.ofDays(1)));
        TlsServer tls =
                TlsServer.open(
                        new TlsFiles(
                                List.of(authority.server("it").write(folder, "it")),
                                PeerCertificate.REQUIRED,
                                List.of(authority.write(folder, "ca.pem")),
                                List.of(list),
                                Version.TLS_1_2),
                        "http/1.1");
        opened.add(tls::close);
        var listener =
                transport.listen(
                        ANY_PORT,
                        new Door(tls, SERVER, () -> 30 * SECOND_NANOS),
                        (loop, remote) -> heard(Heard.echo()));
        opened.add(listener);
        InetSocketAddress address = listener.localAddress();
        // In 1.2 the server has shaken hands when the client has.
        SSLSocket bad = TlsPeer.trusting(authority, stolen).connect(address, "TLSv1.2");
        SSLSocket good =
                TlsPeer.trusting(authority, authority.client("good")).connect(address, "TLSv1.2");
        try (WebSocketPeer refused = new WebSocketPeer(bad);
                WebSocketPeer peer = new WebSocketPeer(good)) {
            bad.startHandshake();
            good.startHandshake();
            Files.writeString(list, authority.revoking(Duration.ofDays(1), stolen));
            assertThat(tls.read()).isInstanceOf(TlsServer.Reading.Renewed.class);
            refused.upgrade();
            assertThat(nextTurnedAway()).isEqualTo("WEBSOCKET: its certificate is revoked");
            peer.upgrade();
            assertEchoes(peer);
        }
    }

    // ---- helpers ----

    private static WebSocketPeer peer(InetSocketAddress address) throws IOException {
        return WebSocketPeer.plain(address);
    }

    private static void assertEchoes(WebSocketPeer peer) throws IOException {
        peer.sendBinary("hello".getBytes(US_ASCII));
        assertThat(new String(peer.bytes(5), US_ASCII)).isEqualTo("hello");
    }

    private InetSocketAddress listen(Heard server) throws IOException {
        var listener =
                transport.listen(
                        ANY_PORT,
                        new Door(null, SERVER, () -> 30 * SECOND_NANOS),
                        (loop, remote) -> server);
        opened.add(listener);
        return listener.localAddress();
    }

    private InetSocketAddress echoing() throws IOException {
        var listener =
                transport.listen(
                        ANY_PORT,
                        new Door(null, SERVER, () -> 30 * SECOND_NANOS),
                        (loop, remote) -> heard(Heard.echo()));
        opened.add(listener);
        return listener.localAddress();
    }

    private Heard heard(Heard server) {
        server.turnedAway = turnedAway::add;
        return server;
    }

    private String nextTurnedAway() throws InterruptedException {
        String reason = turnedAway.poll(30, TimeUnit.SECONDS);
        return reason == null ? "nobody" : reason;
    }

    private static long buffersInUse() {
        return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
                .mapToLong(PoolArenaMetric::numActiveAllocations)
                .sum();
    }
}
