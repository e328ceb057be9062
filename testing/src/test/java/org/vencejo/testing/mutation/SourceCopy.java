package org.vencejo.testing.mutation;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCounted;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.vencejo.testing.simulation.Sweep;

/// A copy of all sources that a simulation is made of, in a folder of its own: to be patched,
/// compiled and run without a class of the checkout in it.
///
/// Confined to one thread.
final class SourceCopy {
    private static final List<String> SOURCES =
            List.of(
                    "protocol/src/main/java",
                    "core/src/main/java",
                    "testing/src/main/java/org/vencejo/testing/memory",
                    "testing/src/main/java/org/vencejo/testing/simulation",
                    "testing/src/main/java/org/vencejo/testing/Seeds.java");

    private static final long MINUTES_MAX = 8;

    private final Path folder;
    private final Path classes;

    /// Copies the sources of the checkout at `root` into `folder`.
    SourceCopy(Path root, Path folder) throws IOException {
        this.folder = folder;
        this.classes = Files.createDirectories(folder.resolve("classes"));
        for (String sources : SOURCES) {
            try (Stream<Path> files = Files.walk(root.resolve(sources))) {
                for (Path file : files.filter(SourceCopy::isSource).toList()) {
                    Path copy = folder.resolve(root.relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }

    private static boolean isSource(Path file) {
        return file.toString().endsWith(".java") && !file.endsWith("module-info.java");
    }

    /// Makes the mistake.
    void apply(Mutant mutant) throws IOException, InterruptedException {
        String said = git(folder, "apply", "" + mutant.patch());
        if (!said.isEmpty()) {
            throw new IllegalStateException(mutant + " does not apply: " + said);
        }
    }

    /// Whether the patch applies to the sources below `root`; what git says against it, or nothing.
    static String saidAgainst(Mutant mutant, Path root) throws IOException, InterruptedException {
        return git(root, "apply", "--check", "" + mutant.patch());
    }

    // In a folder below a checkout git would pass over what lies outside: it is not to look up.
    private static String git(Path folder, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "safe.directory=*"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("GIT_CEILING_DIRECTORIES", "" + folder.toRealPath().getParent());
        Process git = builder.start();
        String said =
                new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = git.waitFor();
        return code != 0 && said.isEmpty() ? "git ended with " + code : said;
    }

    /// Compiles all of it.
    void compile() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> all = Files.walk(folder)) {
            Iterable<? extends JavaFileObject> sources =
                    files.getJavaFileObjectsFromPaths(all.filter(SourceCopy::isSource).toList());
            List<String> options =
                    List.of("-nowarn", "-proc:none", "-d", "" + classes, "-cp", libraries());
            if (!compiler.getTask(messages, files, null, options, null, sources).call()) {
                throw new IllegalStateException("it does not compile:\n" + messages);
            }
        }
    }

    // The jars of what the sources import.
    private static String libraries() {
        return Stream.of(ByteBuf.class, ReferenceCounted.class, Nullable.class)
                .map(SourceCopy::jarOf)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String jarOf(Class<?> type) {
        try {
            return "" + Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs the simulations of [Sweep] in a process of their own; null if none of `runsMax` failed.
    Sweep.@Nullable Caught run(int runsMax) throws IOException, InterruptedException {
        File out = folder.resolve("out").toFile();
        File errors = folder.resolve("errors").toFile();
        Process java =
                new ProcessBuilder(
                                "" + Path.of(System.getProperty("java.home"), "bin", "java"),
                                "-Xmx1g",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1", // most runs are short
                                "-cp",
                                classes + File.pathSeparator + libraries(),
                                Sweep.class.getName(),
                                "" + runsMax)
                        .directory(folder.toFile())
                        .redirectOutput(out)
                        .redirectError(errors)
                        .start();
        try {
            if (!java.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
                throw new IllegalStateException("it has not come to an end");
            }
        } finally {
            java.destroyForcibly();
        }
        String line = Files.readString(out.toPath()).strip();
        String[] parts = line.split("\t", -1);
        if (java.exitValue() == 0 && line.equals("clean\t" + runsMax)) {
            return null;
        }
        if (java.exitValue() != 0 || parts.length != 6 || !parts[0].equals("caught")) {
            throw new IllegalStateException(
                    "the simulation ended with %d: %s%n%s"
                            .formatted(java.exitValue(), line, Files.readString(errors.toPath())));
        }
        return new Sweep.Caught(
                Integer.parseInt(parts[1]), parts[2], Long.parseLong(parts[3]), parts[4], parts[5]);
    }
}
