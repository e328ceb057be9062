package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.OpenSsl;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;
import org.vencejo.transport.TlsServer.Reading;

/// TLS over real sockets, by either engine, with the JDK's own client at the other end.
///
/// One file because all of it is asked of both engines.
@Timeout(60)
@ParameterizedClass
@ValueSource(strings = {"BoringSSL", "the JDK"})
class TlsTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int HIGH_BYTES = 1 << 20;
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Logger NETTY = Logger.getLogger("io.netty");
    private static final Authority AUTHORITY = Authority.named("an authority");
    private static final Authority STRANGE = Authority.named("another authority");

    @Parameter String engine;

    @TempDir private Path folder;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final BlockingQueue<String> turnedAway = new LinkedBlockingQueue<>();
    private long buffersBefore;
    private IoLoops loops;
    private TcpTransport transport;

    @BeforeEach
    void start() {
        assumeTrue(engine.equals("the JDK") || OpenSsl.isAvailable(), "there is no BoringSSL here");
        System.setProperty("org.vencejo.tls.jdk", String.valueOf(engine.equals("the JDK")));
        buffersBefore = buffersInUse();
        loops = IoLoops.start(1, "test-io");
        transport = new TcpTransport(loops, HIGH_BYTES, 256 << 10);
    }

    @AfterEach
    void everyBufferIsGivenBack() throws Exception {
        System.clearProperty("org.vencejo.tls.jdk");
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        if (loops != null) {
            loops.close();
            assertThat(buffersInUse()).isEqualTo(buffersBefore);
        }
    }

    // ---- what goes through ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bytesComeBackAsTheyWereSent(String version) throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        byte[] sent = randomBytes(3_000_000);
        try (SSLSocket client = peer(null).connect(address, version)) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(client, sent));
            byte[] back = client.getInputStream().readNBytes(sent.length);
            writing.join();
            assertThat(back).isEqualTo(sent);
            assertThat(client.getSession().getProtocol()).isEqualTo(version);
        }
        assertThat(server.reason()).isEqualTo("closed by the peer");
        assertThat(server.connection().backlog().waiting()).isZero();
        assertThat(Tls.engine()).isEqualTo(engine);
    }

    @Test
    void itIsCountedFromTheAcceptAndOpenAfterTheHandshake() throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        IoLoop loop = loops.loops().getFirst();
        try (SSLSocket client = peer(null).connect(address)) {
            while (loop.openConnections() == 0) {
                Thread.onSpinWait();
            }
            assertThat(server.opened).as("no handshake yet").isNotDone();
            client.startHandshake();
            assertThat(server.connection().loop()).isSameAs(loop);
        }
        assertThat(server.reason()).isEqualTo("closed by the peer");
        assertThat(loop.openConnections()).isZero();
    }

    @Test
    void aSlowReaderIsReportedWhenItCaughtUp() throws Exception {
        Heard server = heard(Heard.deaf());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        byte[] sent = randomBytes(24 << 20);
        try (SSLSocket client = peer(null).connect(address)) {
            client.startHandshake();
            var waiting = new CompletableFuture<Long>();
            server.on(connection -> {
                for (int i = 0; i < sent.length; i += 1 << 16) {
                    connection.backlog().add(1 << 16);
                    connection.out(1 << 16).writeBytes(sent, i, 1 << 16);
                }
                connection.loop().execute(() -> waiting.complete(connection.backlog().waiting()));
            });
            assertThat(waiting.get()).as("nobody reads yet").isGreaterThan(HIGH_BYTES);
            assertThat(server.events).isEmpty();
            assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            assertThat(server.nextEvent()).isEqualTo("writable");
        }
        assertThat(server.reason()).isEqualTo("closed by the peer");
        assertThat(server.connection().backlog().waiting()).isZero();
        assertThat(server.events).as("told once").isEmpty();
    }

    @Test
    void nothingIsReadWhileReadingIsPaused() throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        try (SSLSocket client = peer(null).connect(address)) {
            client.startHandshake();
            var paused = new CompletableFuture<Void>();
            server.on(connection -> {
                connection.pauseReading();
                paused.complete(null);
            });
            paused.get();
            client.getOutputStream().write('a');
            // Another connection of the loop is served meanwhile: the first was not just slow.
            Heard other = heard(Heard.echo());
            try (SSLSocket control =
                    peer(null).connect(listen(other, tls(files(PeerCertificate.OFF))))) {
                control.getOutputStream().write('b');
                assertThat(control.getInputStream().read()).isEqualTo('b');
            }
            assertThat(server.connection().loop().receivedBytes()).isEqualTo(1);
            server.on(SocketConnection::resumeReading);
            assertThat(client.getInputStream().read()).isEqualTo('a');
        }
    }

    // ---- how it ends ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theLastWordsArriveThoughThePeerStillSends(String version) throws Exception {
        Heard server =
                heard(
                        new Heard((connection, bytes) -> {
                            bytes.skipBytes(bytes.readableBytes());
                            connection.out(4).writeCharSequence("bye.", US_ASCII);
                            connection.close("enough", 30 * SECOND_NANOS);
                        }));
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        try (SSLSocket client = peer(null).connect(address, version)) {
            client.startHandshake();
            CompletableFuture.runAsync(() -> write(client, new byte[8 << 20]))
                    .handle((done, failed) -> failed)
                    .join();
            assertThat(new String(client.getInputStream().readNBytes(4), US_ASCII))
                    .isEqualTo("bye.");
            assertThat(client.getInputStream().read()).as("with close_notify").isEqualTo(-1);
        }
        assertThat(server.reason()).isEqualTo("enough");
    }

    @Test
    void aCloseWithoutLastWordsIsSaidToo() throws Exception {
        Heard server = heard(Heard.deaf());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        try (SSLSocket client = peer(null).connect(address)) {
            client.startHandshake();
            server.on(connection -> connection.close("enough", 30 * SECOND_NANOS));
            assertThat(client.getInputStream().read()).as("with close_notify").isEqualTo(-1);
        }
        assertThat(server.reason()).isEqualTo("enough");
    }

    @Test
    void aPeerThatDoesNotReadIsCutAfterAWhile() throws Exception {
        Heard server = heard(Heard.deaf());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        try (SSLSocket client = peer(null).connect(address)) {
            client.startHandshake();
            server.on(connection -> {
                connection.append(Unpooled.wrappedBuffer(new byte[32 << 20]));
                connection.close("enough", SECOND_NANOS / 50);
            });
            assertThat(server.reason()).isEqualTo("enough");
            assertThat(client.isClosed()).as("the peer did nothing").isFalse();
        }
    }

    @Test
    void whoSaysGoodbyeButKeepsTheLineIsClosed() throws Exception {
        Heard server = heard(Heard.deaf());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        try (SSLSocket client = peer(null).connect(address)) {
            client.startHandshake();
            client.shutdownOutput();
            assertThat(server.reason()).isEqualTo("closed by the peer");
        }
    }

    /// As where it is not its turn: what it had to say is not lost, nor read at once.
    @Test
    void whoLeavesWhileReadingIsPausedIsReadToTheEnd() throws Exception {
        int sent = 60_000; // fits into the smallest of buffers on the way
        AtomicInteger read = new AtomicInteger();
        Pause pause = new Pause();
        Heard server =
                heard(
                        new Heard((connection, bytes) -> {
                            pause.read();
                            read.addAndGet(bytes.readableBytes());
                            bytes.skipBytes(bytes.readableBytes());
                            pause.again(connection);
                        }));
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        try (SSLSocket client = peer(null).connect(address)) {
            client.startHandshake();
            server.connection().loop().readInPieces(true);
            pause.begin(server);
            write(client, new byte[sent]);
        }
        plainEcho(); // whatever the loop is told of it, it has heard
        server.on(pause::end);
        assertThat(server.reason()).isEqualTo("closed by the peer");
        assertThat(read).hasValue(sent);
        assertThat(pause.reads()).as("records read while paused").isLessThanOrEqualTo(2);
        assertThat(server.events).as("no fault of ours").isEmpty();
    }

    // ---- who does not come in ----

    @ParameterizedTest
    @CsvSource({
        "474554202f20485454502f312e310d0a0d0a, what came is no TLS", // GET / HTTP/1.1
        "101000044d51545404020000000461626364, what came is no TLS", // CONNECT
        "474554, closed by the peer", // no more than GET, which could be less than a record
        "160301000401000000, ''", // a record of four bytes that holds no message
        "1603010004010000ff, ''", // a ClientHello of 255 bytes, and no more of it
        "160301ffff, ''", // a record longer than any
        "'', closed by the peer"
    })
    void garbageInsteadOfAHandshakeIsTurnedAway(String bytes, String reason) throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(HexFormat.of().parseHex(bytes));
            client.shutdownOutput();
            readToTheEnd(client);
        }
        // No byte of it: it may hold a password.
        assertThat(nextTurnedAway()).matches("TLS: " + (reason.isEmpty() ? ".+" : reason));
        assertThat(server.events).as("no fault of ours").isEmpty();
    }

    @Test
    void aHandshakeThatIsCutAfterAnyNumberOfBytesIsTurnedAway() throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        byte[] hello = clientHello(address);
        assertThat(nextTurnedAway()).contains("closed by the peer");
        for (int length = 0; length <= hello.length; length += 7) {
            try (Socket client = new Socket(address.getAddress(), address.getPort())) {
                client.getOutputStream().write(hello, 0, length);
            }
            assertThat(nextTurnedAway()).startsWith("TLS: ");
        }
        while (loops.loops().getFirst().openConnections() > 0) {
            Thread.onSpinWait();
        }
        assertThat(server.events).as("no fault of ours").isEmpty();
    }

    @Test
    void whoLeavesInTheMiddleOfAHandshakeLeavesNoLineInTheLog() throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        byte[] hello = clientHello(address);
        assertThat(nextTurnedAway()).contains("closed by the peer");
        byte[] wrong = HexFormat.of().parseHex("160301000401000000");
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler log = logTo(lines);
        NETTY.addHandler(log);
        try {
            for (int i = 0; i < 400; i++) {
                try (Socket client = new Socket(address.getAddress(), address.getPort())) {
                    client.setSoLinger(i % 2 == 0, 0);
                    client.getOutputStream().write(i % 3 == 0 ? wrong : hello);
                }
                assertThat(nextTurnedAway()).startsWith("TLS: ");
            }
            occupyHandshakes().countDown(); // all who worked on handshakes are done
            inTheLoop(() -> {}); // and what they told the loop is
            assertThat(lines).isEmpty();
            NETTY.warning("the control");
            assertThat(lines).hasSize(1);
        } finally {
            NETTY.removeHandler(log);
        }
        assertThat(server.events).as("no fault of ours").isEmpty();
    }

    // ---- who shakes hands ----

    @Test
    void handshakesHoldUpNobodyElse() throws Exception {
        assumeTrue(engine.equals("BoringSSL"), "the JDK's engine works on the loop");
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.OFF)));
        IoLoop loop = loops.loops().getFirst();
        CountDownLatch free = occupyHandshakes();
        try (SSLSocket client = peer(null).connect(address)) {
            CompletableFuture<Void> handshake =
                    CompletableFuture.runAsync(() -> {
                        try {
                            client.startHandshake();
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
            while (loop.openConnections() == 0) {
                Thread.onSpinWait();
            }
            plainEcho();
            assertThat(server.opened).isNotDone();
            free.countDown();
            handshake.join();
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
        } finally {
            free.countDown();
        }
    }

    /// What comes meanwhile stays with the operating system.
    @Test
    void nothingIsReadWhileOthersWorkOnAHandshake() throws Exception {
        assumeTrue(engine.equals("BoringSSL"), "the JDK's engine works on the loop");
        InetSocketAddress address = listen(heard(Heard.echo()), tls(files(PeerCertificate.OFF)));
        byte[] hello = clientHello(address);
        assertThat(nextTurnedAway()).contains("closed by the peer");
        CountDownLatch free = occupyHandshakes();
        try (SocketChannel client = SocketChannel.open(address)) {
            client.write(ByteBuffer.wrap(hello));
            client.configureBlocking(false);
            ByteBuffer much = ByteBuffer.allocate(64 << 20);
            int stopped = 0;
            while (stopped < 3 && much.hasRemaining()) {
                stopped = client.write(much) == 0 ? stopped + 1 : 0;
                plainEcho(); // the loop had a look at all of its connections
            }
            assertThat(much.hasRemaining()).as("there is an end to what it takes").isTrue();
            free.countDown();
            assertThat(nextTurnedAway()).startsWith("TLS: ");
        } finally {
            free.countDown();
        }
    }

    private void plainEcho() throws Exception {
        Heard other = heard(Heard.echo());
        try (TcpTransport.Listener listener = transport.listen(ANY_PORT, (loop, remote) -> other);
                Socket control = new Socket()) {
            control.connect(listener.localAddress());
            control.getOutputStream().write('b');
            assertThat(control.getInputStream().read()).isEqualTo('b');
        }
    }

    /// Takes all the time of those who work on handshakes, until the answer is counted down.
    private CountDownLatch occupyHandshakes() throws InterruptedException {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        CountDownLatch begun = new CountDownLatch(threads);
        CountDownLatch free = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            loops.loops()
                    .getFirst()
                    .shakeHands(() -> {
                        begun.countDown();
                        awaitQuietly(free);
                    });
        }
        begun.await();
        return free;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void inTheLoop(Runnable task) {
        CompletableFuture.runAsync(task, loops.loops().getFirst()).join();
    }

    private static Handler logTo(List<String> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    @Test
    void whoTakesTooLongIsTurnedAway() throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address =
                listen(
                        server,
                        new Door(tls(files(PeerCertificate.OFF)), null, () -> SECOND_NANOS / 20));
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.getOutputStream().write(new byte[] {0x16, 3, 1});
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(nextTurnedAway()).isEqualTo("TLS: not complete within 50 ms");
    }

    @Test
    void aPartOfARecordHoldsNoMoreThanItself() throws Exception {
        InetSocketAddress address = echoing(tls(files(PeerCertificate.OFF)));
        IoLoop loop = loops.loops().getFirst();
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            Socket client = new Socket(address.getAddress(), address.getPort());
            clients.add(client);
            opened.add(client);
            client.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1});
        }
        while (loop.openConnections() < clients.size()) {
            Thread.onSpinWait();
        }
        // One that shakes hands now was read after all of them.
        try (SSLSocket control = peer(null).connect(address)) {
            control.getOutputStream().write('b');
            assertThat(control.getInputStream().read()).isEqualTo('b');
        }
        assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
                .as("of 26 MB that 64 KB each would be")
                .isLessThan(16 << 20);
    }

    // ---- certificates of clients ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whatTheClientShowsIsKnown(String version) throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(PeerCertificate.REQUIRED)));
        Authority.Issued own = AUTHORITY.client("sensor 7");
        assertThat(echoes(peer(own).connect(address, version))).isTrue();
        assertThat(server.connection().peerCertificates()).containsExactly(own.certificate());
    }

    @ParameterizedTest
    @CsvSource({
        "REQUIRED, TLSv1.2, none, false",
        "REQUIRED, TLSv1.3, none, false",
        "REQUIRED, TLSv1.2, strange, false",
        "REQUIRED, TLSv1.3, strange, false",
        "REQUIRED, TLSv1.3, expired, false",
        "REQUIRED, TLSv1.3, right, true",
        "OPTIONAL, TLSv1.2, none, true",
        "OPTIONAL, TLSv1.3, none, true",
        "OPTIONAL, TLSv1.2, strange, false",
        "OPTIONAL, TLSv1.3, strange, false",
        "OFF, TLSv1.3, strange, true",
    })
    void aClientComesInByItsCertificate(
            PeerCertificate asked, String version, String shown, boolean comesIn) throws Exception {
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls(files(asked)));
        Authority.Issued own =
                switch (shown) {
                    case "strange" -> STRANGE.client("sensor");
                    case "expired" -> AUTHORITY.lasting("sensor", Duration.ofDays(-1));
                    case "right" -> AUTHORITY.client("sensor");
                    default -> null;
                };
        // One that is not asked for may not be sent by the JDK if no authority fits.
        TlsPeer peer = TlsPeer.insisting(AUTHORITY, own);
        assertThat(echoes(peer.connect(address, version))).isEqualTo(comesIn);
        if (!comesIn) {
            assertThat(nextTurnedAway()).startsWith("TLS: ");
            assertThat(server.opened).isNotDone();
        }
        assertThat(server.events).as("no fault of ours").isEmpty();
    }

    @Test
    void aRevokedCertificateDoesNotComeInAndAListOutOfForceLetsNobodyIn() throws Exception {
        Authority.Issued revoked = AUTHORITY.client("stolen");
        Authority.Issued good = AUTHORITY.client("good");
        Path list = Authority.file(folder, "crl", AUTHORITY.revoking(Duration.ofDays(1), revoked));
        TlsServer tls = tls(files(PeerCertificate.REQUIRED, list));
        assertThat(echoes(peer(good).connect(echoing(tls)))).isTrue();
        assertThat(echoes(peer(revoked).connect(echoing(tls)))).isFalse();
        assertThat(nextTurnedAway()).containsIgnoringCase("revoked");

        Files.writeString(list, AUTHORITY.revoking(Duration.ofHours(-1)));
        assertThat(tls.read()).isInstanceOf(Reading.Renewed.class);
        assertThat(tls.warnings(Instant.now()))
                .singleElement()
                .asString()
                .contains("revocation list of CN=an authority was due for renewal");
        assertThat(echoes(peer(good).connect(echoing(tls)))).isFalse();
    }

    @Test
    void aListOfNoAuthorityChangesNothing() throws Exception {
        Authority.Issued revoked = AUTHORITY.client("stolen");
        Path list = Authority.file(folder, "crl", AUTHORITY.revoking(Duration.ofDays(1)));
        TlsServer tls = tls(files(PeerCertificate.REQUIRED, list));
        InetSocketAddress address = echoing(tls);

        Authority namesake = Authority.named("an authority");
        Files.writeString(list, namesake.revoking(Duration.ofDays(1)));
        assertThat(tls.read()).isInstanceOf(Reading.Refused.class);
        assertThat(echoes(peer(revoked).connect(address))).isTrue();

        Files.writeString(list, AUTHORITY.revoking(Duration.ofDays(1), revoked));
        assertThat(tls.read()).isInstanceOf(Reading.Renewed.class);
        assertThat(echoes(peer(revoked).connect(address))).isFalse();
    }

    @Test
    void anAuthorityWithoutAListAmongOthersIsAWarning() throws Exception {
        Path list = Authority.file(folder, "crl", AUTHORITY.revoking(Duration.ofDays(1)));
        TlsFiles files = files(PeerCertificate.REQUIRED, list);
        Files.writeString(files.authorities().getFirst(), AUTHORITY.pem() + STRANGE.pem());
        TlsServer tls = tls(files);
        TlsPeer peer = TlsPeer.trusting(AUTHORITY, STRANGE.client("sensor"));
        assertThat(tls.warnings(Instant.now()))
                .containsExactly(
                        "there is no revocation list of CN=another authority; clients whose certificates it has signed itself are refused until there is one");
        assertThat(echoes(peer.connect(echoing(tls)))).isFalse();

        Files.writeString(
                list,
                AUTHORITY.revoking(Duration.ofDays(1)) + STRANGE.revoking(Duration.ofDays(1)));
        assertThat(tls.read()).isInstanceOf(Reading.Renewed.class);
        assertThat(tls.warnings(Instant.now())).isEmpty();
        assertThat(echoes(peer.connect(echoing(tls)))).isTrue();
    }

    /// As where each authority keeps files of its own.
    @Test
    void allFilesOfAuthoritiesAndListsAreReadTogether() throws Exception {
        Authority.Issued good = AUTHORITY.client("good");
        Authority.Issued stolen = STRANGE.client("stolen");
        Path theirs = Authority.file(folder, "2.pem", STRANGE.pem());
        Path list = Authority.file(folder, "2.crl", STRANGE.revoking(Duration.ofDays(1)));
        TlsServer tls =
                tls(
                        new TlsFiles(
                                List.of(AUTHORITY.server("first").write(folder, "first")),
                                PeerCertificate.REQUIRED,
                                List.of(AUTHORITY.write(folder, "1.pem"), theirs),
                                List.of(
                                        Authority.file(
                                                folder,
                                                "1.crl",
                                                AUTHORITY.revoking(Duration.ofDays(1))),
                                        list),
                                Version.TLS_1_2));
        InetSocketAddress address = echoing(tls);
        TlsPeer stranger = TlsPeer.trusting(AUTHORITY, stolen);
        assertThat(tls.warnings(Instant.now())).isEmpty();
        assertThat(echoes(peer(good).connect(address))).isTrue();
        assertThat(echoes(stranger.connect(address))).isTrue();
        assertThat(tls.readIfChanged()).isInstanceOf(Reading.Unchanged.class);

        Files.writeString(list, STRANGE.revoking(Duration.ofDays(1), stolen));
        Files.writeString(theirs, "no certificate");
        assertThat(tls.readIfChanged())
                .isInstanceOfSatisfying(
                        Reading.Refused.class,
                        it ->
                                assertThat(it.troubles())
                                        .extracting(TlsFiles.Trouble::file)
                                        .containsExactly(theirs));
        assertThat(echoes(stranger.connect(address))).as("all as before").isTrue();

        Files.writeString(theirs, STRANGE.pem());
        assertThat(tls.readIfChanged()).isInstanceOf(Reading.Renewed.class);
        assertThat(echoes(stranger.connect(address))).isFalse();
        assertThat(echoes(peer(good).connect(address))).isTrue();
    }

    @Test
    void whoseAuthorityIsRevokedIsRevokedToo() throws Exception {
        Authority between = AUTHORITY.below("between");
        Authority.Issued own = between.client("sensor");
        String lists =
                between.revoking(Duration.ofDays(1)) + AUTHORITY.revoking(Duration.ofDays(1));
        Path list = Authority.file(folder, "crl", lists);
        TlsServer tls = tls(files(PeerCertificate.REQUIRED, list));
        Heard server = heard(Heard.echo());
        InetSocketAddress address = listen(server, tls);
        try (SSLSocket there = TlsPeer.insisting(AUTHORITY, own).connect(address)) {
            there.startHandshake();
            List<X509Certificate> shown = server.connection().peerCertificates();
            assertThat(shown).containsExactly(own.certificate(), between.certificate());
            assertThat(tls.isRevoked(shown)).isFalse();

            Files.writeString(list, lists + AUTHORITY.revoking(Duration.ofDays(1), between.self()));
            assertThat(tls.read()).isInstanceOf(Reading.Renewed.class);
            assertThat(tls.isRevoked(shown)).isTrue();
        }
        TlsPeer again = TlsPeer.insisting(AUTHORITY, between.client("another"));
        assertThat(echoes(again.connect(address))).isFalse();
    }

    @Test
    void aCertificateThatEndsIsNoneThoughASessionIsResumed() throws Exception {
        List<TlsFiles.Trouble> troubles = new ArrayList<>();
        TlsMaterial material = TlsMaterial.read(files(PeerCertificate.REQUIRED), troubles);
        assertThat(troubles).isEmpty();
        X509Certificate own = AUTHORITY.lasting("sensor", Duration.ofDays(2)).certificate();
        Instant end = own.getNotAfter().toInstant();
        assertThat(material.refusal(List.of(own), end)).isNull();
        assertThat(material.refusal(List.of(own), end.plusSeconds(1)))
                .isEqualTo("its certificate has expired");
        assertThat(material.refusal(List.of(), end)).isNull();
    }

    // ---- what is agreed on ----

    @Test
    void aMinimumVersionHolds() throws Exception {
        TlsFiles files = files(PeerCertificate.OFF);
        TlsServer tls =
                tls(
                        new TlsFiles(
                                files.own(),
                                files.peerCertificate(),
                                List.of(),
                                List.of(),
                                Version.TLS_1_3));
        assertThat(echoes(peer(null).connect(echoing(tls), "TLSv1.3"))).isTrue();
        assertThat(echoes(peer(null).connect(echoing(tls), "TLSv1.2"))).isFalse();
        assertThat(nextTurnedAway()).startsWith("TLS: ");
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, 002f, refused", // RSA_WITH_AES_128_CBC_SHA
        "RSA, 009c, refused", // RSA_WITH_AES_128_GCM_SHA256
        "RSA, 009e, refused", // DHE_RSA_WITH_AES_128_GCM_SHA256
        "RSA, c013, refused", // ECDHE_RSA_WITH_AES_128_CBC_SHA
        "RSA, c027, refused", // ECDHE_RSA_WITH_AES_128_CBC_SHA256
        "RSA, c02f, c02f", // ECDHE_RSA_WITH_AES_128_GCM_SHA256
        "RSA, c030, c030", // ECDHE_RSA_WITH_AES_256_GCM_SHA384
        "RSA, cca8, cca8", // ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
        "EC, c009, refused", // ECDHE_ECDSA_WITH_AES_128_CBC_SHA
        "EC, c02b, c02b", // ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        "EC, c02c, c02c", // ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
        "EC, cca9, cca9", // ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
    })
    void tls12IsSpokenWithForwardSecrecyAlone(String key, String offered, String answer)
            throws Exception {
        KeyPair keys = key.equals("RSA") ? Authority.rsaKeys() : Authority.ecKeys();
        TlsFiles.KeyPair own = AUTHORITY.of("it", keys).write(folder, "it");
        InetSocketAddress address =
                echoing(
                        tls(
                                new TlsFiles(
                                        List.of(own),
                                        PeerCertificate.OFF,
                                        List.of(),
                                        List.of(),
                                        Version.TLS_1_2)));
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(clientHelloOffering(offered));
            assertThat(answer(client)).isEqualTo(answer);
        }
        assertThat(nextTurnedAway())
                .containsPattern(
                        answer.equals("refused")
                                ? "NO_SHARED_CIPHER|no cipher suites in common"
                                : "closed by the peer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_AES_128_GCM_SHA256",
                "TLS_AES_256_GCM_SHA384",
                "TLS_CHACHA20_POLY1305_SHA256"
            })
    void tls13IsSpokenWithEachOfItsSuites(String suite) throws Exception {
        try (SSLSocket client =
                peer(null).connect(echoing(tls(files(PeerCertificate.OFF))), "TLSv1.3")) {
            client.setEnabledCipherSuites(new String[] {suite});
            client.getOutputStream().write('b');
            assertThat(client.getInputStream().read()).isEqualTo('b');
            assertThat(client.getSession().getCipherSuite()).isEqualTo(suite);
        }
    }

    @ParameterizedTest
    @CsvSource({"mqtt, mqtt", "'h2,mqtt', mqtt", "h2, ''", "'', ''"})
    void theApplicationProtocolIsAnsweredAndNeedNotBeAsked(String asked, String answered)
            throws Exception {
        InetSocketAddress address = echoing(tls(files(PeerCertificate.OFF)));
        try (SSLSocket client = peer(null).connect(address)) {
            SSLParameters parameters = client.getSSLParameters();
            parameters.setApplicationProtocols(
                    asked.isEmpty() ? new String[0] : asked.split(",", -1));
            client.setSSLParameters(parameters);
            client.getOutputStream().write('b');
            assertThat(client.getInputStream().read()).isEqualTo('b');
            assertThat(client.getApplicationProtocol()).isEqualTo(answered);
        }
    }

    @Test
    void theCertificateIsThatOfTheNameAskedFor() throws Exception {
        TlsFiles one = files(PeerCertificate.OFF);
        TlsServer tls =
                tls(
                        new TlsFiles(
                                List.of(
                                        one.own().getFirst(),
                                        AUTHORITY
                                                .server(
                                                        "second",
                                                        "mqtt.example.org",
                                                        "*.example.com")
                                                .write(folder, "second")),
                                PeerCertificate.OFF,
                                List.of(),
                                List.of(),
                                Version.TLS_1_2));
        InetSocketAddress address = echoing(tls);
        assertThat(subjectFor(address, "mqtt.example.org")).isEqualTo("CN=second");
        assertThat(subjectFor(address, "MQTT.example.ORG")).isEqualTo("CN=second");
        assertThat(subjectFor(address, "a.example.com")).isEqualTo("CN=second");
        assertThat(subjectFor(address, "a.b.example.com")).isEqualTo("CN=first");
        assertThat(subjectFor(address, "example.com")).isEqualTo("CN=first");
        assertThat(subjectFor(address, "unknown.example")).isEqualTo("CN=first");
        for (String garbage : List.of("GET / HTTP/1.1\r\n\r\n", "")) {
            try (Socket client = new Socket(address.getAddress(), address.getPort())) {
                client.getOutputStream().write(garbage.getBytes(US_ASCII));
                client.shutdownOutput();
                readToTheEnd(client);
            }
            assertThat(nextTurnedAway())
                    .isEqualTo(
                            garbage.isEmpty()
                                    ? "TLS: closed by the peer"
                                    : "TLS: what came is no TLS");
        }
    }

    // ---- sessions and new files ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSessionIsResumedUntilTheFilesAreReadAgain(String version) throws Exception {
        Authority.Issued own = AUTHORITY.client("sensor");
        TlsServer tls = tls(files(PeerCertificate.REQUIRED));
        InetSocketAddress address = echoing(tls);
        TlsPeer peer = peer(own);
        long first = sessionBegun(peer, address, version);
        assertThat(sessionBegun(peer, address, version)).as("resumed").isEqualTo(first);

        assertThat(tls.read()).isInstanceOf(Reading.Renewed.class);

        assertThat(sessionBegun(peer, address, version)).as("begun anew").isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSessionIsResumedOverOneChangeOfTicketKeysAndNotOverTwo(String version) throws Exception {
        boolean byItself = engine.equals("the JDK"); // its keys are its own business
        TlsServer tls = tls(files(PeerCertificate.OFF));
        InetSocketAddress address = echoing(tls);
        TlsPeer peer = peer(null);
        long first = sessionBegun(peer, address, version);
        tls.renewTickets();
        assertThat(sessionBegun(peer, address, version)).as("resumed").isEqualTo(first);
        tls.renewTickets();
        tls.renewTickets();
        assertThat(sessionBegun(peer, address, version) == first).isEqualTo(byItself);
    }

    @Test
    void newFilesAreForWhoComesAndBadOnesForNobody() throws Exception {
        TlsFiles files = files(PeerCertificate.OFF);
        TlsServer tls = tls(files);
        InetSocketAddress address = echoing(tls);
        try (SSLSocket there = peer(null).connect(address)) {
            there.startHandshake();
            assertThat(tls.readIfChanged()).isInstanceOf(Reading.Unchanged.class);

            AUTHORITY.server("a newer one", "x.example").write(folder, "first");
            assertThat(tls.readIfChanged())
                    .isInstanceOfSatisfying(
                            Reading.Renewed.class,
                            it ->
                                    assertThat(it.identities())
                                            .singleElement()
                                            .asString()
                                            .startsWith("CN=a newer one until 20"));
            assertThat(subjectFor(address, "localhost")).isEqualTo("CN=a newer one");

            Files.writeString(folder.resolve("first.pem"), "no certificate");
            Path certificate = folder.resolve("first.pem");
            assertThat(tls.readIfChanged())
                    .isEqualTo(
                            new Reading.Refused(
                                    List.of(
                                            TlsFiles.Part.CERTIFICATE.trouble(
                                                    certificate,
                                                    "it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")),
                                    true));
            assertThat(tls.readIfChanged())
                    .isInstanceOfSatisfying(
                            Reading.Refused.class, it -> assertThat(it.news()).isFalse());
            assertThat(subjectFor(address, "localhost")).isEqualTo("CN=a newer one");

            AUTHORITY.server("the newest").write(folder, "first");
            assertThat(tls.readIfChanged()).isInstanceOf(Reading.Renewed.class);
            assertThat(subjectFor(address, "localhost")).isEqualTo("CN=the newest");

            there.getOutputStream().write('b');
            assertThat(there.getInputStream().read()).as("who was there stays").isEqualTo('b');
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void nobodyIsLostWhileFilesAreReadAgainAndAgain(int certificates) throws Exception {
        TlsFiles one = files(PeerCertificate.OFF);
        List<TlsFiles.KeyPair> own = new ArrayList<>(one.own());
        if (certificates == 2) {
            own.add(AUTHORITY.server("second", "mqtt.example.org").write(folder, "second"));
        }
        TlsServer tls =
                tls(new TlsFiles(own, PeerCertificate.OFF, List.of(), List.of(), Version.TLS_1_2));
        InetSocketAddress address = echoing(tls);
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Integer> reading =
                CompletableFuture.supplyAsync(() -> {
                    int times = 0;
                    while (!enough.get()) {
                        assertThat(tls.read()).isInstanceOf(Reading.Renewed.class);
                        times++;
                    }
                    return times;
                });
        for (int i = 0; i < 40; i++) {
            assertThat(echoes(peer(null).asking(address, "mqtt.example.org"))).isTrue();
        }
        enough.set(true);
        assertThat(reading.get()).isPositive();
        assertThat(turnedAway).isEmpty();
    }

    @Test
    void aFolderThatIsExchangedBehindALinkIsSeen() throws Exception {
        for (String each : List.of("old", "new")) {
            Files.createDirectory(folder.resolve(each));
            AUTHORITY.server("from the " + each).write(folder.resolve(each), "tls");
        }
        Path link = Files.createSymbolicLink(folder.resolve("data"), Path.of("old"));
        TlsServer tls =
                tls(
                        new TlsFiles(
                                List.of(
                                        new TlsFiles.KeyPair(
                                                link.resolve("tls.pem"),
                                                link.resolve("tls.key"),
                                                null)),
                                PeerCertificate.OFF,
                                List.of(),
                                List.of(),
                                Version.TLS_1_2));
        InetSocketAddress address = echoing(tls);
        assertThat(subjectFor(address, "localhost")).isEqualTo("CN=from the old");
        Path next = Files.createSymbolicLink(folder.resolve("next"), Path.of("new"));
        Files.move(next, link, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        assertThat(tls.readIfChanged()).isInstanceOf(Reading.Renewed.class);
        assertThat(subjectFor(address, "localhost")).isEqualTo("CN=from the new");
    }

    // ---- helpers ----

    private TlsFiles files(PeerCertificate asked, Path... revocations) {
        return new TlsFiles(
                List.of(AUTHORITY.server("first").write(folder, "first")),
                asked,
                asked == PeerCertificate.OFF
                        ? List.of()
                        : List.of(AUTHORITY.write(folder, "ca.pem")),
                List.of(revocations),
                Version.TLS_1_2);
    }

    private TlsServer tls(TlsFiles files) throws TlsException {
        TlsServer tls = TlsServer.open(files, "mqtt");
        opened.add(tls::close);
        return tls;
    }

    private InetSocketAddress listen(Heard server, TlsServer tls) throws IOException {
        return listen(server, new Door(tls, null, () -> 30 * SECOND_NANOS));
    }

    private InetSocketAddress listen(Heard server, Door door) throws IOException {
        var listener = transport.listen(ANY_PORT, door, (loop, remote) -> server);
        opened.add(listener);
        return listener.localAddress();
    }

    /// Everybody who comes gets his bytes back.
    private InetSocketAddress echoing(TlsServer tls) throws IOException {
        var listener =
                transport.listen(
                        ANY_PORT,
                        new Door(tls, null, () -> 30 * SECOND_NANOS),
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

    private static TlsPeer peer(Authority.Issued own) {
        return TlsPeer.trusting(AUTHORITY, own);
    }

    private static boolean echoes(SSLSocket client) throws IOException {
        try (client) {
            client.getOutputStream().write('b');
            return client.getInputStream().read() == 'b';
        } catch (SSLException | java.net.SocketException refused) {
            return false;
        }
    }

    private static String subjectFor(InetSocketAddress address, String name) throws IOException {
        try (SSLSocket client = peer(null).asking(address, name)) {
            client.startHandshake();
            return client.getSession().getPeerPrincipal().getName();
        }
    }

    private static long sessionBegun(TlsPeer peer, InetSocketAddress address, String version)
            throws IOException {
        try (SSLSocket client = peer.connect(address, version)) {
            client.getOutputStream().write('b');
            assertThat(client.getInputStream().read()).isEqualTo('b');
            return ((ExtendedSSLSession) client.getSession()).getCreationTime();
        }
    }

    /// What the JDK's client begins with.
    private static byte[] clientHello(InetSocketAddress real) throws Exception {
        try (var listener = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<byte[]> hello =
                    CompletableFuture.supplyAsync(() -> {
                        try (Socket accepted = listener.accept()) {
                            byte[] some = new byte[1 << 14];
                            int length = accepted.getInputStream().read(some);
                            return Arrays.copyOf(some, length);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
            try (SSLSocket client =
                    peer(null).connect((InetSocketAddress) listener.getLocalSocketAddress())) {
                assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
            }
            byte[] bytes = hello.get();
            // The control: all of it, and then nothing.
            try (Socket client = new Socket(real.getAddress(), real.getPort())) {
                client.getOutputStream().write(bytes);
                assertThat(client.getInputStream().read()).as("a ServerHello").isEqualTo(0x16);
            }
            return bytes;
        }
    }

    /// A ClientHello of TLS 1.2 with one cipher suite, whatever the JDK's client thinks of it.
    private static byte[] clientHelloOffering(String cipherSuite) {
        return HexFormat.of()
                .parseHex(
                        "1603010054" // a handshake record
                                + "01000050" // ClientHello
                                + "0303" // TLS 1.2
                                + "00".repeat(32) // random
                                + "00" // session id
                                + ("0002" + cipherSuite)
                                + "0100" // no compression
                                + "0025" // extensions
                                + "000a00060004001d0017" // supported_groups: x25519, secp256r1
                                + "000b00020100" // ec_point_formats: uncompressed
                                + "000d00080006080404010403" // signature_algorithms: RSA, ECDSA
                                + "00170000" // extended_master_secret
                                + "ff01000100"); // renegotiation_info
    }

    /// The cipher suite of the ServerHello; `refused` if an alert or the end came instead.
    private static String answer(Socket client) throws IOException {
        var in = new DataInputStream(client.getInputStream());
        if (in.read() != 0x16) {
            return "refused";
        }
        in.skipNBytes(2); // the record's version
        byte[] hello = in.readNBytes(in.readUnsignedShort());
        int suite = 4 + 2 + 32 + 1 + hello[38]; // behind version, random and session id
        return HexFormat.of().formatHex(hello, suite, suite + 2);
    }

    private static void readToTheEnd(Socket client) throws IOException {
        try {
            client.getInputStream().readAllBytes();
        } catch (java.net.SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long buffersInUse() {
        return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
                .mapToLong(PoolArenaMetric::numActiveAllocations)
                .sum();
    }
}
