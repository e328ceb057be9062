package org.vencejo.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/// The process that the JVM learns from while [Training] has it work: runs each line of its input
/// as a command, on a thread of its own in this one JVM, and ends with its input.
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] none) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            Thread.ofPlatform().name(words[0]).start(() -> Vencejo.run(words));
        }
        System.exit(0);
    }
}
