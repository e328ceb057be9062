package org.vencejo.testing.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Debian's mosquitto as a process, on a port of loopback that was free a moment ago.
record MosquittoBroker(Process process, int port) {
    private static final int ATTEMPTS = 5;

    static MosquittoBroker start(Path program) throws IOException {
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = freePort();
            Process process =
                    new ProcessBuilder(program.toString(), "-v", "-p", String.valueOf(port))
                            .redirectErrorStream(true)
                            .start();
            BufferedReader log = process.inputReader();
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                said.append(line).append('\n');
                if (line.endsWith(" running")) {
                    Thread.ofPlatform().daemon().start(() -> readOn(log));
                    return new MosquittoBroker(process, port);
                }
            }
            process.destroyForcibly();
        }
        throw new AssertionError("mosquitto does not start:\n" + said);
    }

    /// It has to be told its port, so that one might be taken meanwhile by somebody else.
    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private static void readOn(BufferedReader log) {
        try (log) {
            log.lines().forEach(line -> {});
        } catch (IOException | UncheckedIOException ended) {
            // with its process
        }
    }

    void end() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
