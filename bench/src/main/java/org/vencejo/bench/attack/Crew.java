package org.vencejo.bench.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A process of ours that plays clients, and answers each question with a line. Confined to one
/// thread.
final class Crew implements AutoCloseable {
    /// Starts what runs before all who share the processors; administrators may.
    private static final List<String> AHEAD = List.of("chrt", "--fifo", "1");

    /// Starts what has a processor only while nobody else wants it; politeness alone (`nice`) still
    /// keeps one for four milliseconds.
    private static final List<String> BEHIND = List.of("chrt", "--idle", "0");

    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;

    private Crew(List<String> prefix, Class<?> role, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(role.getName());
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        questions = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /// Runs the main method of `role` in a JVM like this one, before all others where that is
    /// allowed: who measures has a machine of its own, and does not wait for one of the processors
    /// of the broker.
    static Crew beforeOthers(Class<?> role, String... arguments) throws IOException {
        return new Crew(mayRunBeforeOthers() ? AHEAD : List.of(), role, arguments);
    }

    /// Runs it so that it has only what the others leave of the processors: who attacks has a
    /// machine of its own, too, and does not slow down honest clients by computing.
    static Crew behindOthers(Class<?> role, String... arguments) throws IOException {
        return new Crew(mayRun(BEHIND) ? BEHIND : List.of("nice", "-n", "19"), role, arguments);
    }

    /// Whether this machine lets anybody run before others.
    static boolean mayRunBeforeOthers() {
        return mayRun(AHEAD);
    }

    private static boolean mayRun(List<String> prefix) {
        List<String> command = new ArrayList<>(prefix);
        command.add("true");
        try {
            Process trial = new ProcessBuilder(command).redirectErrorStream(true).start();
            return trial.onExit().join().exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    /// What it has to say about the time since the last question.
    String ask() throws IOException {
        questions.write("?\n");
        questions.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("a process of ours has ended");
        }
        return answer;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
