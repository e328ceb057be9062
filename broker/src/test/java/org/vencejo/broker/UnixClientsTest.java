package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.vencejo.broker.With.with;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.core.Authentication;
import org.vencejo.core.ClientProcess;
import org.vencejo.core.Event;
import org.vencejo.core.Limits;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.ProxyProtocol;
import org.vencejo.transport.UnixSocket;

/// Clients at a Unix socket: what is known of them, and what becomes of the file.
@Timeout(60)
@ExtendWith(NoLeaks.class)
@ParameterizedClass(name = "io-threads {0}")
@ValueSource(ints = {1, 3})
class UnixClientsTest {
    private final int ioThreads;
    @TempDir private Path folder;

    UnixClientsTest(int ioThreads) {
        this.ioThreads = ioThreads;
    }

    @Test
    void theProcessIsKnownToWhoeverAsksItsConnection() throws Exception {
        assumeTrue(Epoll.isAvailable(), "the JDK alone does not tell who the process is");
        Path file = folder.resolve("s");
        try (ServerRig server = ServerRig.start(ioThreads, Limits.DEFAULTS)) {
            bind(server, file);
            try (SocketChannel client = connect(file)) {
                Peer peer = peer(server);
                long us = ProcessHandle.current().pid();
                assertThat(peer.clientProcess())
                        .isEqualTo(
                                new ClientProcess(
                                        (int) us,
                                        (int) Files.getAttribute(folder, "unix:uid"),
                                        (int) Files.getAttribute(folder, "unix:gid")));
                assertThat(peer.remoteAddress()).isEqualTo("unix:process-" + us);
                assertThat(peer.listener()).isEqualTo("local");
                assertThat(client.isConnected()).isTrue();
            }
        }
        assertThat(file).as("after the stop").doesNotExist();
    }

    /// All processes have one address, so one that nobody knows must not slow down the others; that
    /// elsewhere it does is in FailedAttemptsTest.
    @Test
    void aProcessThatIsRefusedCountsAgainstNobody() throws Exception {
        assumeTrue(Epoll.isAvailable(), "the JDK alone does not tell who the process is");
        Path file = folder.resolve("s");
        Asked strict =
                new Asked(
                        Authenticator.Work.WAITS,
                        it ->
                                new Authentication.Refused(
                                        ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        AuthenticationLimits limits = with(Asked.LIMITS, "delayNanosMax", 1_000_000L);
        try (ServerRig server =
                ServerRig.start(ioThreads, new Authenticators(List.of(strict), limits))) {
            bind(server, file);
            for (int i = 0; i < 4; i++) {
                try (SocketChannel client = connect(file)) {
                    ByteBuffer rest = ByteBuffer.allocate(100);
                    while (client.read(rest) >= 0) {
                        // until it is closed
                    }
                    assertThat(rest.get(1) & 0xFF).isEqualTo(0x87); // behind the flags
                }
            }
            assertThat(server.driver().authentication().delayed()).isZero();
        }
    }

    @Test
    void aSecondServerDoesNotTakeTheSocket() throws Exception {
        Path file = folder.resolve("s");
        try (ServerRig server = ServerRig.start(ioThreads, Limits.DEFAULTS);
                ServerRig second = ServerRig.start(ioThreads, Limits.DEFAULTS)) {
            bind(server, file);
            assertThatThrownBy(() -> bind(second, file))
                    .hasMessage("somebody listens there already");
            try (SocketChannel client = connect(file)) {
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    /// Whatever a proxy says, its own process is not the client.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY UNKNOWN\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 51234 8883\r\n",
                "\r\n\r\n\0\r\nQUIT\n \0\0\0"
            })
    void theProcessOfAProxyIsNotTheClient(String header) throws Exception {
        Path file = folder.resolve("s");
        try (ServerRig server = ServerRig.start(ioThreads, Limits.DEFAULTS)) {
            bind(server, file, new ProxyProtocol(remote -> true, true));
            try (SocketChannel client =
                    connect(file, header.getBytes(StandardCharsets.ISO_8859_1))) {
                assertThat(peer(server).clientProcess()).isNull();
                assertThat(peer(server).remoteAddress())
                        .isEqualTo(header.contains("TCP4") ? "192.0.2.7:51234" : "unix:");
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    private static void bind(ServerRig server, Path file) throws IOException {
        bind(server, file, null);
    }

    private static void bind(ServerRig server, Path file, @Nullable ProxyProtocol proxy)
            throws IOException {
        server.driver()
                .bind(
                        new Entry("local", proxy, null, null),
                        new UnixSocket(
                                file, PosixFilePermissions.fromString("rw-rw----"), null, null));
    }

    private static SocketChannel connect(Path file) throws IOException {
        return connect(file, new byte[0]);
    }

    /// A client that was accepted.
    private static SocketChannel connect(Path file, byte[] before) throws IOException {
        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(file));
        client.write(ByteBuffer.wrap(before));
        client.write(ByteBuffer.wrap(RawClient.bytes(RawClient.connect("c"))));
        ByteBuffer connack = ByteBuffer.allocate(2);
        while (connack.hasRemaining() && client.read(connack) >= 0) {
            // until it is there
        }
        assertThat(connack.get(0)).isEqualTo((byte) 0x20);
        return client;
    }

    private static Peer peer(ServerRig server) {
        return server.events().stream()
                .filter(Event.ClientConnected.class::isInstance)
                .map(Event.ClientConnected.class::cast)
                .findFirst()
                .orElseThrow()
                .connection()
                .peer();
    }
}
