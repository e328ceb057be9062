package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// What sub makes of a server that goes away.
@Timeout(60)
class CutOffTest {
    private static final String CONNACK = "20 03 00 00 00";

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
