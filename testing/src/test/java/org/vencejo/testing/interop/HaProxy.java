package org.vencejo.testing.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Debian's HAProxy as a process, with doors of its own on ports of loopback that were free a
/// moment ago. Immutable.
record HaProxy(Process process, Map<String, Integer> ports) {
    private static final int ATTEMPTS = 5;

    private static final String DEFAULTS =
            """
            global
                maxconn 100
            defaults
                mode tcp
                timeout connect 10s
                timeout client 60s
                timeout server 60s
            """;

    /// One with a way through for each entry of `ways`: the name of it, and what a section `listen`
    /// says but for its port, which stands as `PORT` there.
    static HaProxy start(Path program, Path folder, Map<String, String> ways) throws IOException {
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < ATTEMPTS; i++) {
            Map<String, Integer> ports = new LinkedHashMap<>();
            StringBuilder text = new StringBuilder(DEFAULTS);
            for (var way : ways.entrySet()) {
                int port = freePort();
                ports.put(way.getKey(), port);
                text.append("listen ").append(way.getKey()).append('\n');
                text.append(way.getValue().replace("PORT", "127.0.0.1:" + port).indent(4));
            }
            Path file = Files.writeString(folder.resolve("haproxy.cfg"), text);
            Process process =
                    new ProcessBuilder(program.toString(), "-W", "-db", "-f", file.toString())
                            .redirectErrorStream(true)
                            .start();
            BufferedReader log = process.inputReader();
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                said.append(line).append('\n');
                if (line.contains("Loading success")) {
                    Thread.ofPlatform().daemon().start(() -> readOn(log));
                    return new HaProxy(process, Map.copyOf(ports));
                }
            }
            process.destroyForcibly();
        }
        throw new AssertionError("HAProxy does not start:\n" + said);
    }

    int port(String way) {
        return ports.get(way);
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
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
