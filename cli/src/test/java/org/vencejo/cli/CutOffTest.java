package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// What pub and sub make of a server that is slow, refuses or goes away.
@Timeout(60)
class CutOffTest {
    private static final String CONNACK = "20 03 00 00 00";
    private static final int NOT_AUTHORIZED = 0x87;

    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @AfterEach
    void giveBack() {
        System.setErr(standardError);
    }

    // ---- sub ----

    @Test
    void whatWasReceivedIsPrintedThoughTheServerIsGone() throws IOException {
        var closed = new CountDownLatch(1);
        var printed = new ByteArrayOutputStream();
        String big = "x".repeat(100_000); // too large for any buffer: printed at once
        try (var server =
                ScriptedPeer.start(peer -> {
                    serve(peer, big, 900);
                    peer.awaitClose();
                    closed.countDown();
                })) {
            OutputStream slow =
                    new OutputStream() {
                        @Override
                        public void write(int b) {
                            write(new byte[] {(byte) b}, 0, 1);
                        }

                        @Override
                        public void write(byte[] bytes, int offset, int length) {
                            await(closed);
                            printed.write(bytes, offset, length);
                        }
                    };
            collectErrors();
            var sub = new SubCommand(slow, (name, action) -> {});
            assertThat(run(sub, server, "-t a")).isEqualTo(1);
            server.join();
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .hasSize(901)
                .startsWith(big, "m0")
                .endsWith("m899");
        assertThat(said()).contains("SERVER_SHUTTING_DOWN");
    }

    @ParameterizedTest
    @CsvSource({
        "No space left on device, sub: cannot write: No space left on device",
        "Broken pipe, ''"
    })
    void outputThatCannotBeWrittenIsTold(String trouble, String said) throws IOException {
        try (var server = ScriptedPeer.start(peer -> serve(peer, "x", 1))) {
            OutputStream full =
                    new OutputStream() {
                        @Override
                        public void write(int b) throws IOException {
                            throw new IOException(trouble);
                        }
                    };
            collectErrors();
            var sub = new SubCommand(full, (name, action) -> {});
            assertThat(run(sub, server, "-t a")).isEqualTo(1);
        }
        assertThat(said().strip()).isEqualTo(said);
    }

    // One message, more of them, and the end.
    private static void serve(ScriptedPeer peer, String first, int more) throws IOException {
        peer.receive();
        peer.send(CONNACK);
        byte[] subscribe = peer.receive();
        var out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x90, 4, subscribe[1], subscribe[2], 0, 0});
        publish(out, first);
        for (int i = 0; i < more; i++) {
            publish(out, "m" + i);
        }
        out.write(new byte[] {(byte) 0xE0, 1, (byte) 0x8B}); // shutting down
        peer.send(out.toByteArray());
    }

    private static void publish(ByteArrayOutputStream out, String payload) throws IOException {
        out.write(0x30);
        int length = 4 + payload.length();
        while (length >= 0x80) {
            out.write((length & 0x7F) | 0x80);
            length >>= 7;
        }
        out.write(length);
        out.write(new byte[] {0, 1, 'a', 0});
        out.write(payload.getBytes(StandardCharsets.US_ASCII));
    }

    // ---- pub ----

    @ParameterizedTest
    @CsvSource({"-l, line", "'-m x --repeat 1500', message"})
    void aWindowOfMessagesIsOpenAndEndsWithARefusal(String flags, String noun) throws IOException {
        try (var server =
                ScriptedPeer.start(peer -> {
                    peer.receive();
                    peer.send(CONNACK);
                    int[] identifiers = new int[UnderWay.MESSAGES_MAX];
                    for (int i = 0; i < identifiers.length; i++) {
                        identifiers[i] = identifierOf(peer.receive());
                    }
                    puback(peer, identifiers[0], NOT_AUTHORIZED);
                    for (int i = 1; i < identifiers.length; i++) {
                        puback(peer, identifiers[i], 0);
                    }
                    assertThat(peer.receive()[0]).as("DISCONNECT").isEqualTo((byte) 0xE0);
                })) {
            collectErrors();
            assertThat(run(new PubCommand(lines(1_500)), server, "-t t -q 1 " + flags))
                    .isEqualTo(1);
            server.join();
        }
        assertThat(said().lines())
                .containsExactly(
                        "pub: %s 1: the server refused the message for t: NOT_AUTHORIZED"
                                .formatted(noun),
                        "pub: nothing after %s 1000 was published".formatted(noun));
    }

    @Test
    void linesThatWereNotAnsweredAreNamed() throws IOException {
        try (var server =
                ScriptedPeer.start(peer -> {
                    peer.receive();
                    peer.send(CONNACK);
                    int[] identifiers = new int[5];
                    for (int i = 0; i < identifiers.length; i++) {
                        identifiers[i] = identifierOf(peer.receive());
                    }
                    puback(peer, identifiers[0], 0);
                    puback(peer, identifiers[1], NOT_AUTHORIZED); // all others are under way
                })) {
            collectErrors();
            // one line would not tell a window from none, and five fit into it
            assertThat(run(new PubCommand(lines(5)), server, "-t t -q 1 -l")).isEqualTo(1);
        }
        assertThat(said().lines())
                .hasSize(2)
                .satisfiesExactly(
                        refused ->
                                assertThat(refused)
                                        .startsWith("pub: line 2: ")
                                        .endsWith("NOT_AUTHORIZED"),
                        cut ->
                                assertThat(cut)
                                        .startsWith("pub: lines 3 to 5: ")
                                        .endsWith("the message may have arrived"));
    }

    @Test
    void whenAllAreAnsweredAllIsWell() throws IOException {
        try (var server =
                ScriptedPeer.start(peer -> {
                    peer.receive();
                    peer.send(CONNACK);
                    for (int i = 0; i < 1_500; i++) {
                        puback(peer, identifierOf(peer.receive()), 0);
                    }
                })) {
            collectErrors();
            assertThat(run(new PubCommand(lines(1_500)), server, "-t t -q 1 -l")).isZero();
        }
        assertThat(said()).isEmpty();
    }

    private static int identifierOf(byte[] publish) {
        assertThat(publish[0]).as("PUBLISH of QoS 1").isEqualTo((byte) 0x32);
        int at = 3 + publish[2]; // behind the Topic Name
        return ((publish[at] & 0xFF) << 8) | (publish[at + 1] & 0xFF);
    }

    private static void puback(ScriptedPeer peer, int identifier, int code) throws IOException {
        peer.send("40 03 %04X %02X".formatted(identifier, code));
    }

    private static ByteArrayInputStream lines(int count) {
        String all =
                IntStream.rangeClosed(1, count)
                        .mapToObj(i -> "n" + i)
                        .collect(Collectors.joining("\n"));
        return new ByteArrayInputStream(all.getBytes(StandardCharsets.UTF_8));
    }

    // ---- the command ----

    private void collectErrors() {
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static int run(Object command, ScriptedPeer server, String line) {
        String all = "-h 127.0.0.1 -p " + server.port() + " " + line;
        return Vencejo.run(new CommandLine(command), all.split(" "));
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
