package org.vencejo.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class IoLoopsTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @Test
    void aReadDuringTheCloseLeavesNoBuffer() {
        IoLoops loops = IoLoops.start(1, "test");
        IoLoop loop = loops.loops().getFirst();
        loop.execute(() -> readWhenClosing(loop));

        loops.close();

        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    /// Bytes lie in the socket when the first of many ticks begins. By a task each, all ticks are
    /// over before anybody reads them.
    @ParameterizedTest
    @CsvSource({
        "true, true, true",
        "true, false, false",
        "false, true, true",
        "false, false, false"
    })
    void socketsAreLookedAtBetweenTicksIfThatIsWanted(
            boolean epoll, boolean afterSockets, boolean read) throws Exception {
        assumeTrue(!epoll || Epoll.isAvailable(), "no epoll here");
        int ticks = 1_000;
        AtomicInteger left = new AtomicInteger(ticks);
        CompletableFuture<Integer> leftWhenRead = new CompletableFuture<>();
        Heard handler =
                new Heard((connection, bytes) -> {
                    bytes.skipBytes(bytes.readableBytes());
                    leftWhenRead.complete(left.get());
                });
        try (IoLoops loops = IoLoops.start(1, "test", epoll);
                TcpTransport.Listener listener =
                        new TcpTransport(loops, 1 << 20, 1 << 10)
                                .listen(
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                        (loop, remote) -> handler);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
            IoLoop loop = handler.connection().loop();
            loop.beforeFlush(() -> {
                if (left.decrementAndGet() > 0) {
                    arm(loop, afterSockets);
                }
            });
            loop.execute(() -> {
                write(client);
                arm(loop, afterSockets);
            });
            int leftThen = leftWhenRead.get(30, TimeUnit.SECONDS);
            assertThat(leftThen > ticks / 2).as("%d ticks were left", leftThen).isEqualTo(read);
        }
    }

    private static void arm(IoLoop loop, boolean afterSockets) {
        if (afterSockets) {
            loop.armTickAfterSockets();
        } else {
            loop.armTick();
        }
    }

    private static int port(TcpTransport.Listener listener) {
        return listener.localAddress().getPort();
    }

    private static void write(Socket client) {
        try {
            client.getOutputStream().write(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readWhenClosing(IoLoop loop) {
        if (loop.eventLoop().isShuttingDown()) {
            // Behind everything that the close itself has asked of the loop.
            loop.execute(() -> loop.receiveBuffer().newHandle().allocate(allocator).release());
        } else {
            loop.execute(() -> readWhenClosing(loop));
        }
    }
}
