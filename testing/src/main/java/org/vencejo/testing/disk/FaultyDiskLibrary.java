package org.vencejo.testing.disk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/// `faultydisk.c` as a library, built by the machine's gcc when first asked for, beside the
/// classes; or the reason why there is none. Immutable.
public final class FaultyDiskLibrary {
    private static final String SOURCE = "faultydisk.c";
    private static final FaultyDiskLibrary BUILT = build();

    private final Path file;
    private final String missing;

    private FaultyDiskLibrary(Path file, String missing) {
        this.file = file;
        this.missing = missing;
    }

    /// The library, or what stands in its place on a machine without Linux or gcc.
    public static FaultyDiskLibrary built() {
        return BUILT;
    }

    public boolean isPresent() {
        return missing.isEmpty();
    }

    /// Why it is not present, to be printed with the tests that are skipped for it.
    public String missing() {
        return missing;
    }

    Path file() {
        if (!isPresent()) {
            throw new IllegalStateException(missing);
        }
        return file;
    }

    private static FaultyDiskLibrary build() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return none("the disk's troubles are made by a library for Linux");
        }
        try (InputStream in = FaultyDiskLibrary.class.getResourceAsStream(SOURCE)) {
            byte[] source = Objects.requireNonNull(in, SOURCE).readAllBytes();
            Path folder = Files.createDirectories(besideTheClasses());
            Path built = folder.resolve("faultydisk-" + checksum(source) + ".so");
            return Files.exists(built)
                    ? new FaultyDiskLibrary(built, "")
                    : compiled(source, folder, built);
        } catch (IOException | URISyntaxException e) {
            return none("the library under the disk cannot be built: " + e);
        }
    }

    private static FaultyDiskLibrary none(String reason) {
        return new FaultyDiskLibrary(Path.of(""), reason);
    }

    private static Path besideTheClasses() throws URISyntaxException {
        var location = FaultyDiskLibrary.class.getProtectionDomain().getCodeSource().getLocation();
        return Path.of(location.toURI()).resolveSibling("faultydisk");
    }

    private static String checksum(byte[] source) {
        CRC32 crc = new CRC32();
        crc.update(source);
        return Long.toHexString(crc.getValue());
    }

    private static FaultyDiskLibrary compiled(byte[] source, Path folder, Path built)
            throws IOException {
        Path code = Files.write(Files.createTempFile(folder, "", ".c"), source);
        Path made = code.resolveSibling(code.getFileName() + ".so");
        try {
            String said = gcc(code, made);
            if (!said.isEmpty()) {
                return none(said);
            }
            move(made, built); // At once: another test run may build it at the same time.
            return new FaultyDiskLibrary(built, "");
        } finally {
            Files.deleteIfExists(code);
            Files.deleteIfExists(made);
        }
    }

    private static void move(Path made, Path built) throws IOException {
        try {
            Files.move(made, built, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(made, built, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// Empty, or why there is no library; a fault in our own source is an error.
    private static String gcc(Path code, Path made) throws IOException {
        Process gcc;
        try {
            gcc =
                    new ProcessBuilder(
                                    "gcc",
                                    "-std=gnu17",
                                    "-O2",
                                    "-Wall",
                                    "-Wextra",
                                    "-shared",
                                    "-fPIC",
                                    "-pthread",
                                    "-o",
                                    made.toString(),
                                    code.toString(),
                                    "-ldl")
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            return "no gcc to build the library under the disk";
        }
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!gcc.waitFor(1, TimeUnit.MINUTES) || gcc.exitValue() != 0) {
                gcc.destroyForcibly();
                return notHere(said);
            }
        } catch (InterruptedException e) {
            gcc.destroyForcibly();
            Thread.currentThread().interrupt();
            return "interrupted while the library under the disk was built";
        }
        return "";
    }

    /// The reason, if it is this machine's; else it is a mistake of ours.
    private static String notHere(String said) {
        if (said.contains("#error")) {
            return "the library under the disk needs glibc and 64 bits";
        }
        if (said.contains("No such file or directory")) {
            return "gcc has no C library's headers to build the library under the disk";
        }
        throw new UncheckedIOException(new IOException(SOURCE + " does not build:\n" + said));
    }
}
