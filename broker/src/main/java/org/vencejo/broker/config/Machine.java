package org.vencejo.broker.config;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What defaults hang on: the machine, or the container, as this process may use it. Immutable.
///
/// `memoryBytes` is the heap's maximum: queues and retained messages are in the heap.
public record Machine(int processors, long memoryBytes, long descriptors, boolean hasIpv6Loopback) {
    /// Descriptors that are not for clients: jars, the log, listeners, the event loops, the store's
    /// files, and the few refused ones that are told why.
    public static final int DESCRIPTORS_RESERVED = 200;

    private static final Path LIMITS = Path.of("/proc/self/limits");

    /// The machine that runs this process.
    public static Machine here() {
        Runtime runtime = Runtime.getRuntime();
        return new Machine(
                runtime.availableProcessors(),
                runtime.maxMemory(),
                descriptorLimit(),
                ipv6Loopback());
    }

    /// That part of the memory.
    long memoryShare(int divisor) {
        return Math.max(1_024, memoryBytes / divisor);
    }

    /// The soft limit in effect: the JVM has raised it to the hard one where it may.
    private static long descriptorLimit() {
        // The management bean says the same, but loading it costs a tenth of the time to start.
        if (Files.isReadable(LIMITS)) {
            try {
                for (String line : Files.readAllLines(LIMITS)) {
                    if (line.startsWith("Max open files")) {
                        String soft =
                                line.substring("Max open files".length())
                                        .strip()
                                        .split(" +", -1)[0];
                        return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
                    }
                }
            } catch (IOException | NumberFormatException e) {
                // An odd /proc: the bean knows as well.
            }
        }
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    private static boolean ipv6Loopback() {
        try {
            return NetworkInterface.getByInetAddress(InetAddress.ofLiteral("::1")) != null;
        } catch (SocketException e) {
            return false;
        }
    }
}
