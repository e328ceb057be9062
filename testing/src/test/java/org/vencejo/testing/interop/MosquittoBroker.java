package org.vencejo.testing.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Debian's mosquitto as a process, on a port of loopback that was free a moment ago.
record MosquittoBroker(Process process, int port) {
    private static final int ATTEMPTS = 5;

    static MosquittoBroker start(Path program) throws IOException {
        return start(program, "");
    }

    /// One that knows the users of a password file, and nobody else.
    static MosquittoBroker startWithPasswords(Path program, Path passwords) throws IOException {
        return start(program, "password_file %s\nallow_anonymous false\n".formatted(passwords));
    }

    /// One with these lines in its configuration.
    static MosquittoBroker start(Path program, String settings) throws IOException {
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = freePort();
            List<String> words =
                    new ArrayList<>(List.of(program.toString(), "-v", "-p", String.valueOf(port)));
            if (!settings.isEmpty()) {
                words.addAll(List.of("-c", "/dev/stdin"));
            }
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().write(settings.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
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
