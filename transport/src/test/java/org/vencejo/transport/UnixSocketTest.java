package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Unix sockets, with the JDK's own at the other end: what goes through, whose file it is, and what
/// becomes of one that is there already.
@Timeout(60)
@ParameterizedClass
@ValueSource(strings = {"epoll", "nio"})
class UnixSocketTest {
    @Parameter String kind;

    @TempDir private Path folder;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final BlockingQueue<Heard> connections = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> peers = new LinkedBlockingQueue<>();
    private IoLoops loops;
    private TcpTransport transport;

    @BeforeEach
    void start() {
        assumeTrue(kind.equals("nio") || Epoll.isAvailable(), "there is no epoll here");
        loops = IoLoops.start(1, "test-io", kind.equals("epoll"));
        transport = new TcpTransport(loops, 1 << 20, 256 << 10);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        if (loops != null) {
            loops.close();
        }
    }

    @Test
    void bytesComeBackAsTheyWereSent() throws Exception {
        Path file = listen("s");
        try (SocketChannel client = connect(file)) {
            client.write(ByteBuffer.wrap("hello".getBytes(US_ASCII)));
            assertThat(read(client, 5)).isEqualTo("hello");
        }
        assertThat(connections.take().reason()).isEqualTo("closed by the peer");
    }

    @Test
    void theProcessAtTheOtherEndIsKnown() throws Exception {
        Path file = listen("s");
        try (SocketChannel client = connect(file)) {
            int user = (int) Files.getAttribute(folder, "unix:uid");
            int group = (int) Files.getAttribute(folder, "unix:gid");
            assertThat(peers.take())
                    .isEqualTo(
                            kind.equals("epoll")
                                    ? new UnixPeer((int) ProcessHandle.current().pid(), user, group)
                                            .toString()
                                    : "null");
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void weDialThemToo() throws Exception {
        Path file = listen("s");
        Heard client = Heard.deaf();
        SocketConnection connection =
                transport.dial(loops.loops().getFirst(), file, null, 10_000_000_000L, client).get();
        connection.loop().execute(() -> connection.abort("enough"));
        assertThat(client.reason()).isEqualTo("enough");
        assertThat(connections.take().reason()).isNotEmpty();
        assertThatThrownBy(() ->
                        transport
                                .dial(
                                        loops.loops().getFirst(),
                                        folder.resolve("none"),
                                        null,
                                        10_000_000_000L,
                                        Heard.deaf())
                                .get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aDoorMayBeInFrontOfIt() throws Exception {
        Path file = folder.resolve("s");
        Door door =
                new Door(
                        new ProxyProtocol(
                                remote -> !(remote instanceof java.net.InetSocketAddress), false),
                        null,
                        null,
                        () -> 30_000_000_000L);
        opened.add(transport.listen(socket(file, "rw-------"), door, (loop, peer) -> heard()));
        try (SocketChannel client = connect(file)) {
            client.write(ByteBuffer.wrap("PROXY UNKNOWN\r\nhello".getBytes(US_ASCII)));
            assertThat(read(client, 5)).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-rw----", "rw-rw-rw-"})
    void theFileHasItsModeAndNothingElseIsLeft(String mode) throws Exception {
        Path file = folder.resolve("s");
        TcpTransport.Bound bound =
                transport.listen(socket(file, mode), null, (loop, peer) -> heard());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo(mode);
        assertThat(names()).containsExactly("s");
        bound.close();
        assertThat(names()).isEmpty();
    }

    @Test
    void theFileIsForOwnerAndGroup() throws Exception {
        Path file = folder.resolve("s");
        var owner = Files.getOwner(folder);
        var group =
                (java.nio.file.attribute.GroupPrincipal) Files.getAttribute(folder, "unix:group");
        opened.add(
                transport.listen(
                        new UnixSocket(
                                file, PosixFilePermissions.fromString("rw-rw----"), owner, group),
                        null,
                        (loop, peer) -> heard()));
        assertThat(Files.getOwner(file)).isEqualTo(owner);
        assertThat(Files.getAttribute(file, "unix:group")).isEqualTo(group);
    }

    @Test
    void whatADeadProcessHasLeftIsReplaced() throws Exception {
        Path file = folder.resolve("s");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();
        listen("s");
        try (SocketChannel client = connect(file)) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void whoListensIsNotDisturbed() throws Exception {
        Path file = listen("s");
        assertThatThrownBy(() -> listen("s"))
                .isInstanceOf(IOException.class)
                .hasMessage("somebody listens there already");
        try (SocketChannel client = connect(file)) {
            client.write(ByteBuffer.wrap("h".getBytes(US_ASCII)));
            assertThat(read(client, 1)).isEqualTo("h");
        }
        assertThat(names()).containsExactly("s");
    }

    @Test
    void aFileThatIsNoSocketIsNotTouched() throws Exception {
        Files.writeString(folder.resolve("s"), "precious");
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("s"));
        for (String name : List.of("s", "link")) {
            assertThatThrownBy(() -> listen(name)).hasMessage("there is a file that is no socket");
        }
        assertThat(folder.resolve("s")).hasContent("precious");
        assertThat(names()).containsExactly("link", "s");
    }

    @Test
    void aFolderThatIsNotThereIsTold() {
        assertThatThrownBy(() -> listen("none/s"))
                .hasMessage("there is no folder " + folder.resolve("none"));
    }

    @Test
    void theFileOfASuccessorStays() throws Exception {
        Path file = folder.resolve("s");
        TcpTransport.Bound before =
                transport.listen(socket(file, "rw-------"), null, (loop, peer) -> heard());
        Files.delete(file);
        listen("s");
        before.close();
        try (SocketChannel client = connect(file)) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void aPathThatIsTooLongIsTold() {
        Path longest = Path.of("/" + "x".repeat(93), "s");
        assertThat(UnixSocket.troubleWith(longest)).isEqualTo(null);
        assertThat(UnixSocket.troubleWith(Path.of("/" + "x".repeat(96), "s")))
                .isEqualTo("it is too long for a socket by 2 bytes");
        assertThat(UnixSocket.troubleWith(Path.of("/" + "x".repeat(106)))).isNull();
        assertThat(UnixSocket.troubleWith(Path.of("/" + "x".repeat(107))))
                .isEqualTo("it is too long for a socket by 1 bytes");
        assertThat(UnixSocket.troubleWith(Path.of("/"))).isEqualTo("it is no file");
    }

    // ---- helpers

    private Path listen(String name) throws IOException {
        Path file = folder.resolve(name);
        opened.add(
                transport.listen(
                        socket(file, "rw-rw----"),
                        null,
                        (loop, peer) -> {
                            peers.add(String.valueOf(peer));
                            return heard();
                        }));
        return file;
    }

    private static UnixSocket socket(Path file, String mode) {
        return new UnixSocket(file, PosixFilePermissions.fromString(mode), null, null);
    }

    private Heard heard() {
        Heard heard = Heard.echo();
        connections.add(heard);
        return heard;
    }

    private static SocketChannel connect(Path file) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(file));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(it -> it.getFileName().toString()).sorted().toList();
        }
    }

    private static String read(SocketChannel client, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && client.read(bytes) >= 0) {
            // until they are there
        }
        return new String(bytes.array(), 0, bytes.position(), US_ASCII);
    }
}
