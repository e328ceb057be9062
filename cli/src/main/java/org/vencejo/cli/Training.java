package org.vencejo.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Makes the JDK's ahead-of-time cache of this program: what `./vencejo` runs once after it has
/// built. Confined to its thread.
///
/// A broker in a process of its own ([Rehearsal]) serves made-up clients ([TrainingLoad]) while its
/// JVM records which classes it loads and how its methods are used. A second process makes the
/// cache of that. A start that is given it has its classes at hand, and its compilers know at once
/// what they would else find out in the first minute.
///
/// Started as `Training CACHE FOLDER JAVA FLAG...`: the folder is for this training alone, on the
/// file system of the cache; the JVM, flags and class path are those of the starts that are to use
/// it, as a JVM takes no cache of another. What all of them say goes to standard output; an exit
/// code other than 0 means that there is no cache.
final class Training {
    private static final int SECONDS_MAX = 120;
    private static final Pattern LISTENS = Pattern.compile(".* listens on .*:(\\d+);.*");
    private static final Pattern STOPPED = Pattern.compile(".* stopped");

    private final Path folder;
    private final List<String> java;
    private final long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);

    private Training(Path folder, List<String> java) {
        this.folder = folder;
        this.java = java;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path cache = Path.of(arguments[0]).toAbsolutePath();
        Path folder = Path.of(arguments[1]).toAbsolutePath();
        remove(folder);
        Files.createDirectories(folder);
        int exitCode = 0;
        try {
            Training training =
                    new Training(folder, List.of(arguments).subList(2, arguments.length));
            Files.move(training.make(), cache, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException failed) {
            failed.printStackTrace(System.out);
            exitCode = 1;
        } finally {
            remove(folder);
        }
        System.exit(exitCode); // clients that were left behind have threads
    }

    private Path make() throws IOException, InterruptedException {
        Path made = folder.resolve("cache");
        String recorded = "-XX:AOTConfiguration=" + folder.resolve("recorded");
        rehearse(start("-XX:AOTMode=record", recorded, Rehearsal.class.getName()));
        Process dump = start("-XX:AOTMode=create", recorded, "-XX:AOTCache=" + made);
        dump.getInputStream().transferTo(System.out);
        awaitEnd(dump);
        return made;
    }

    private void rehearse(Process process) throws IOException, InterruptedException {
        Heard log = new Heard(process.inputReader());
        Thread.ofPlatform().daemon().start(log);
        try (Writer commands = process.outputWriter()) {
            tell(commands, broker("fsync"));
            TrainingLoad.on(Integer.parseInt(log.next(LISTENS).group(1)));
            // By its handle, as that leaves the pipes open.
            process.toHandle().destroy();
            log.next(STOPPED);

            tell(commands, broker("memory"));
            String port = log.next(LISTENS).group(1);
            TrainingLoad.on(Integer.parseInt(port));
            // Last, as `sub` takes the signals for itself.
            tell(commands, "pub -p " + port + " -t training/text -m text -q 1 -r");
            tell(commands, "sub -p " + port + " -t training/text -C 1");
            log.next(Pattern.compile("text"));
        }
        awaitEnd(process);
    }

    private static String broker(String durability) {
        return "broker --port 0 --set durability="
                + durability
                + " --set data-folder="
                + durability;
    }

    private static void tell(Writer commands, String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    /// What the process says, read by a thread of its own so that it never waits to be heard.
    private record Heard(BufferedReader reader, BlockingQueue<String> lines) implements Runnable {
        private static final String END = "the process ended";

        Heard(BufferedReader reader) {
            this(reader, new LinkedBlockingQueue<>());
        }

        @Override
        public void run() {
            try (reader) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    System.out.println(line);
                    lines.add(line);
                }
            } catch (IOException ended) {
                // with its process
            }
            lines.add(END);
        }

        Matcher next(Pattern wanted) throws InterruptedException {
            while (true) {
                String line = lines.take();
                Matcher found = wanted.matcher(line);
                if (found.matches()) {
                    return found;
                }
                if (line.equals(END)) {
                    throw new IllegalStateException("expected " + wanted + ", but " + END);
                }
            }
        }
    }

    // ---- processes ----

    private Process start(String... more) throws IOException {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(folder.toFile());
        builder.environment().keySet().removeIf(each -> each.startsWith("VENCEJO_"));
        Process process = builder.start();
        // Also when this process is interrupted.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Thread.ofPlatform().daemon().start(() -> endInTime(process));
        return process;
    }

    private void endInTime(Process process) {
        try {
            if (!process.waitFor(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
        }
    }

    private static void awaitEnd(Process process) throws InterruptedException {
        int exitCode = process.waitFor();
        if (exitCode != 0) {
            throw new IllegalStateException("expected exit code 0, was " + exitCode);
        }
    }

    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
