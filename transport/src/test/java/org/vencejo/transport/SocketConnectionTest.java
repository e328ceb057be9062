package org.vencejo.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames of this test: four bytes of length, then as many bytes of text.
class SocketConnectionTest {
    private final List<String> frames = new ArrayList<>();
    private int calls;

    @Test
    void aStreamCutAnywhereGivesTheSameFrames() {
        byte[] stream = {
            0, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 5, 'b', 'c', 'd', 'e', 'f', 0, 0, 0, 1, 'g'
        };
        for (int first = 0; first <= stream.length; first++) {
            for (int second = first; second <= stream.length; second++) {
                frames.clear();
                try (var link = new Embedded(this::read)) {
                    link.arrive(stream, 0, first);
                    link.arrive(stream, first, second);
                    link.arrive(stream, second, stream.length);
                    assertThat(frames)
                            .as("cut at %s and %s", first, second)
                            .containsExactly("a", "", "bcdef", "g");
                    assertThat(link.bytesInUse()).isZero();
                }
            }
        }
    }

    @Test
    void whatIsIncompleteIsLookedAtAgainOnlyWhenThereIsEnough() {
        byte[] stream = new byte[4 + 100];
        stream[3] = 100;
        try (var link = new Embedded(this::read)) {
            for (int i = 0; i < stream.length; i++) {
                link.arrive(stream, i, i + 1);
            }
        }
        // At the first byte, when the length is whole, and at the end.
        assertThat(calls).isEqualTo(3);
        assertThat(frames).hasSize(1);
    }

    @Test
    void aLengthThatWasOnlyDeclaredCostsNothing() {
        try (var link = new Embedded(this::read)) {
            link.arrive(new byte[] {0x0F, 0, 0, 0, 'x'}, 0, 5);
            link.arrive(new byte[600], 0, 600);
            assertThat(link.bytesInUse()).isBetween(605L, 2_000L);
        }
    }

    @Test
    void bytesAfterTheEndOfAConnectionAreDropped() {
        try (var link = new Embedded(this::read)) {
            byte[] frame = {0, 0, 0, 1, 'a'};
            link.arrive(frame, 0, 5);
            link.connection.out(1).writeByte('z');
            link.connection.close("enough", 1_000_000_000);
            link.arrive(frame, 0, 5);
        }
        assertThat(frames).containsExactly("a");
    }

    /// Whatever closes it while its handler looks at what it has put off.
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatWasPutOffIsNotAskedAboutOnceTheConnectionCloses() {
        byte[] much = new byte[200 << 10];
        try (var link = new Embedded(bytes -> ConnectionHandler.LATER)) {
            link.onReceived =
                    () -> {
                        if (++calls == 2) {
                            link.connection.out(1).writeByte('z');
                            link.connection.close("enough", 1_000_000_000);
                        }
                    };
            link.arrive(much, 0, 10);
            link.arrive(much, 10, much.length);
            assertThat(calls).isEqualTo(2);
        }
    }

    /// The peer went without reading what we had sent, which its system tells by RST.
    @Test
    void whatWasPutOffIsHandledBeforeAResetAndInItsTurn() {
        try (var link = new Embedded(this::readOne)) {
            link.arrive(new byte[] {'a', 'b', 'c'}, 0, 3);
            link.channel.pipeline().fireExceptionCaught(new IOException("reset"));
            link.hangUp();
            link.connection.goOn();
            assertThat(frames).containsExactly("a", "b");
            assertThat(link.events).containsExactly("opened");
            assertThat(link.loop.openConnections()).isEqualTo(1);
            link.connection.goOn();
            link.channel.runPendingTasks();
            assertThat(frames).containsExactly("a", "b", "c");
            assertThat(link.events).containsExactly("opened", "closed: reset");
            assertThat(link.loop.openConnections()).isZero();
            assertThat(link.bytesInUse()).isZero();
        }
    }

    @Test
    void whoIsGoneHearsNoAnswerToWhatWasPutOff() {
        try (var link = new Embedded(this::readOne)) {
            link.arrive(new byte[] {'a', 'b', 'c'}, 0, 3);
            link.connection.backlog().add(2_000);
            link.hangUp();
            assertThat(frames).as("its turn has not come").containsExactly("a");
            link.onReceived =
                    () -> {
                        link.connection.backlog().add(2_000);
                        link.connection.out(1).writeByte('z');
                    };
            link.connection.goOn();
            link.connection.goOn();
            assertThat(link.connection.backlog().waiting()).isZero();
            assertThat(link.left()).isEmpty();
            assertThat(frames).containsExactly("a", "b", "c");
            assertThat(link.events)
                    .containsExactly("opened", "writable", "closed: closed by the peer");
            assertThat(link.bytesInUse()).isZero();
        }
    }

    /// As a takeover does, or what is put off.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsGoneAndClosedMeanwhileIsNotHeardAnyMore(boolean aborted) {
        try (var link = new Embedded(this::readOne)) {
            link.arrive(new byte[] {'a', 'b', 'c'}, 0, 3);
            link.hangUp();
            link.onReceived =
                    () -> {
                        if (aborted) {
                            link.connection.abort("enough");
                        } else {
                            link.connection.close("enough", 1_000_000_000);
                        }
                    };
            link.connection.goOn();
            assertThat(link.events).as("not in the middle of it").containsExactly("opened");
            link.channel.runPendingTasks();
            assertThat(link.events).containsExactly("opened", "closed: enough");
            link.connection.goOn();
            assertThat(frames).containsExactly("a", "b");
            assertThat(link.bytesInUse()).isZero();
        }
    }

    @Test
    void aHandlerThatThrowsIsToldAndEndsItsConnection() {
        try (var link =
                new Embedded(bytes -> {
                    throw new IllegalStateException("a bug");
                })) {
            link.arrive(new byte[1], 0, 1);
            assertThat(link.channel.isOpen()).isFalse();
            assertThat(link.events)
                    .containsExactly("opened", "failed: a bug", "closed: a fault of ours");
            assertThat(link.bytesInUse()).isZero();
        }
    }

    @Test
    void anErrorOfTheNetworkIsAReasonAndNoFault() {
        try (var link = new Embedded(this::read)) {
            link.channel.pipeline().fireExceptionCaught(new IOException("reset by the peer"));
            assertThat(link.events).containsExactly("opened", "closed: reset by the peer");
        }
    }

    @Test
    void pausingStopsReadingAndResumingStartsItAgain() {
        try (var link = new Embedded(this::read)) {
            link.connection.pauseReading();
            assertThat(link.channel.config().isAutoRead()).isFalse();
            link.connection.resumeReading();
            assertThat(link.channel.config().isAutoRead()).isTrue();
        }
    }

    @Test
    void countsBytesAndConnections() {
        var link = new Embedded(this::read);
        assertThat(link.loop.openConnections()).isEqualTo(1);
        link.arrive(new byte[] {0, 0, 0, 0}, 0, 4);
        link.connection.out(3).writeBytes(new byte[3]);
        assertThat(link.left()).hasSize(1);
        assertThat(link.loop.receivedBytes()).isEqualTo(4);
        assertThat(link.loop.sentBytes()).isEqualTo(3);
        link.close();
        assertThat(link.loop.openConnections()).isZero();
    }

    private int readOne(ByteBuf bytes) {
        frames.add(Character.toString(bytes.readByte()));
        return bytes.isReadable() ? ConnectionHandler.LATER : 1;
    }

    private int read(ByteBuf bytes) {
        calls++;
        while (bytes.readableBytes() >= 4) {
            int length = bytes.getInt(bytes.readerIndex());
            if (bytes.readableBytes() < 4 + length) {
                return 4 + length;
            }
            frames.add(
                    bytes.skipBytes(4)
                            .readCharSequence(length, StandardCharsets.US_ASCII)
                            .toString());
        }
        return 4;
    }
}
