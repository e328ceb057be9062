package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.Epoll;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Over real sockets, with either way of waiting for them.
@ParameterizedClass
@ValueSource(strings = {"epoll", "nio"})
class TcpTransportTest {
    private static final int HIGH_BYTES = 1 << 20;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Parameter String kind;

    private long buffersBefore;
    private IoLoops loops;
    private TcpTransport transport;

    @BeforeEach
    void start() {
        assumeTrue(kind.equals("nio") || Epoll.isAvailable(), "there is no epoll here");
        buffersBefore = buffersInUse();
        loops = IoLoops.start(1, "test-io", kind.equals("epoll"));
        transport = new TcpTransport(loops, HIGH_BYTES, 256 << 10);
    }

    @AfterEach
    void everyBufferIsGivenBack() {
        if (loops != null) {
            loops.close();
            assertThat(buffersInUse()).isEqualTo(buffersBefore);
        }
    }

    @Test
    void bytesComeBackAsTheyWereSent() throws Exception {
        Heard server = Heard.echo();
        try (Socket client = connect(server)) {
            byte[] sent = randomBytes(3_000_000);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(client, sent));
            byte[] back = new DataInputStream(client.getInputStream()).readNBytes(sent.length);
            writing.join();
            assertThat(back).isEqualTo(sent);
        }
        assertThat(server.reason()).isEqualTo("closed by the peer");
        assertThat(server.connection().backlog().waiting()).isZero();
    }

    @Test
    void whoHalfClosesIsClosed() throws Exception {
        Heard server = Heard.deaf();
        try (Socket client = connect(server)) {
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(server.reason()).isEqualTo("closed by the peer");
        }
    }

    @Test
    void theLastWordsArriveThoughThePeerStillSends() throws Exception {
        Heard server =
                new Heard((connection, bytes) -> {
                    bytes.skipBytes(bytes.readableBytes());
                    connection.out(4).writeCharSequence("bye.", US_ASCII);
                    connection.close("enough", 30 * SECOND_NANOS);
                });
        try (Socket client = connect(server)) {
            // More than fits on the way: part of it is unread when the server says its last words.
            CompletableFuture<Void> writing =
                    CompletableFuture.runAsync(() -> write(client, new byte[8 << 20]));
            writing.join();
            assertThat(new String(client.getInputStream().readNBytes(4), US_ASCII))
                    .isEqualTo("bye.");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(server.reason()).isEqualTo("enough");
    }

    @Test
    void aPeerThatDoesNotCloseIsCutAfterAWhile() throws Exception {
        Heard server = Heard.deaf();
        try (Socket client = connect(server)) {
            server.on(connection -> {
                connection.out(1).writeByte('x');
                connection.close("enough", SECOND_NANOS / 50);
            });
            assertThat(client.getInputStream().read()).isEqualTo('x');
            assertThat(server.reason()).isEqualTo("enough");
        }
    }

    @Test
    void aPeerThatDoesNotReadIsCutAfterAWhile() throws Exception {
        Heard server = Heard.deaf();
        try (Socket client = connect(server)) {
            server.on(connection -> {
                connection.append(Unpooled.wrappedBuffer(new byte[32 << 20]));
                connection.close("enough", SECOND_NANOS / 50);
            });
            assertThat(server.reason()).isEqualTo("enough");
            assertThat(client.isClosed()).as("the peer did nothing").isFalse();
        }
    }

    @Test
    void aSlowReaderIsReportedWhenItCaughtUp() throws Exception {
        Heard server = Heard.deaf();
        byte[] sent = randomBytes(24 << 20);
        try (Socket client = connect(server)) {
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
        Heard server = Heard.echo();
        try (Socket client = connect(server)) {
            var paused = new CompletableFuture<Void>();
            server.on(connection -> {
                connection.pauseReading();
                paused.complete(null);
            });
            paused.get();
            client.getOutputStream().write('a');
            // Another connection of the loop is served meanwhile: the first was not just slow.
            Heard other = Heard.echo();
            try (Socket control = connect(other)) {
                control.getOutputStream().write('b');
                assertThat(control.getInputStream().read()).isEqualTo('b');
            }
            assertThat(server.connection().loop().receivedBytes()).isEqualTo(1);
            server.on(SocketConnection::resumeReading);
            assertThat(client.getInputStream().read()).isEqualTo('a');
        }
    }

    /// Left to itself epoll has all of it read at once, paused or not.
    @ParameterizedTest
    @CsvSource({"FIN, false", "FIN, true", "RST, false", "RST, true"})
    void whatAPeerSaidBeforeItLeftIsReadInPieces(String leaving, boolean pausesAgain)
            throws Exception {
        int sent = 60_000; // fits into the smallest of buffers on the way
        List<Integer> lengths = new ArrayList<>();
        Pause pause = new Pause();
        Heard server =
                new Heard((connection, bytes) -> {
                    pause.read();
                    lengths.add(bytes.readableBytes());
                    bytes.skipBytes(bytes.readableBytes());
                    if (kind.equals("epoll")) {
                        connection.out(1).writeByte('.'); // which nobody hears
                    }
                    if (pausesAgain) {
                        pause.again(connection);
                    }
                });
        try (Socket client = connect(server)) {
            server.connection().loop().readInPieces(true);
            pause.begin(server);
            write(client, new byte[sent]);
            client.setSoLinger(leaving.equals("RST"), 0);
        }
        plainEcho(); // whatever the loop is told of it, it has heard
        server.on(pause::end);
        if (leaving.equals("FIN")) {
            assertThat(server.reason()).isEqualTo("closed by the peer");
        } else if (kind.equals("epoll")) {
            assertThat(server.reason()).contains("reset");
        } else {
            server.reason();
        }
        assertThat(server.events).as("no fault of ours").isEmpty();
        assertThat(pause.reads()).as("reads while paused").isLessThanOrEqualTo(2);
        assertThat(lengths).allMatch(length -> length <= ReceiveBuffer.PIECE_BYTES);
        assertThat(lengths.stream().mapToInt(length -> length).sum()).isEqualTo(sent);
    }

    private void plainEcho() throws Exception {
        try (Socket control = connect(Heard.echo())) {
            control.getOutputStream().write('b');
            assertThat(control.getInputStream().read()).isEqualTo('b');
        }
    }

    @Test
    void whoIsNotAcceptedIsClosedAtOnce() throws Exception {
        try (var listener = transport.listen(ANY_PORT, (loop, remote) -> null);
                Socket client = new Socket()) {
            client.connect(listener.localAddress());
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aPortInUseIsAnIoException() throws Exception {
        try (var listener = transport.listen(ANY_PORT, (loop, remote) -> null)) {
            assertThatThrownBy(
                            () -> transport.listen(listener.localAddress(), (loop, remote) -> null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void dialsAsWellAsItListens() throws Exception {
        Heard server = Heard.echo();
        var back = new CompletableFuture<String>();
        Heard client =
                new Heard((connection, bytes) ->
                        back.complete(bytes.readCharSequence(2, US_ASCII).toString()));
        try (var listener = transport.listen(ANY_PORT, (loop, remote) -> server)) {
            SocketConnection connection =
                    transport
                            .dial(
                                    loops.loops().getFirst(),
                                    listener.localAddress(),
                                    30 * SECOND_NANOS,
                                    client)
                            .get();
            assertThat(connection).isSameAs(client.connection());
            client.on(it -> it.out(2).writeCharSequence("hi", US_ASCII));
            assertThat(back.get()).isEqualTo("hi");
            client.on(it -> it.close("done", SECOND_NANOS));
            assertThat(client.reason()).isEqualTo("done");
            assertThat(server.reason()).isEqualTo("closed by the peer");
        }
    }

    @Test
    void whoCannotBeReachedIsAnIoException() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(closed.getInetAddress(), closed.getLocalPort());
        }
        assertThatThrownBy(() ->
                        transport
                                .dial(
                                        loops.loops().getFirst(),
                                        nobody,
                                        30 * SECOND_NANOS,
                                        Heard.deaf())
                                .get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refused");
    }

    private Socket connect(Heard server) throws IOException {
        try (var listener = transport.listen(ANY_PORT, (loop, remote) -> server)) {
            Socket client = new Socket();
            client.connect(listener.localAddress());
            server.opened.join();
            return client;
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
