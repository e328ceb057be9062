package org.vencejo.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.vencejo.transport.Authority;

/// A set-up of Mosquitto as somebody has it, and what `vencejo import` has to make of it: one file
/// of `src/test/resources/mosquitto`. Immutable.
///
/// It begins with what it is. `>>> /path` puts a file on the machine, the first is the
/// configuration; behind the path `@server NAME`, `@key`, `@authority` or `@crl` has it made,
/// `@kind X509` an authority that says so of its certificate, and `@link NAME` has it lead to
/// another. `>>> flags` are given to the command; `>>> written`, `>>> rules` and `>>> said` are
/// what is expected of it, as with `/` for the folder that stands for the root of the machine.
record ImportScenario(Path file, SequencedMap<String, String> sections) {
    private static final Path FOLDER = Path.of("src/test/resources/mosquitto");
    private static final Authority AUTHORITY = Authority.named("planta");
    private static final String SECTION = ">>> ";

    static List<ImportScenario> all() throws IOException {
        List<ImportScenario> all = new ArrayList<>();
        try (var files = Files.list(FOLDER)) {
            for (Path file : files.sorted().toList()) {
                all.add(read(file));
            }
        }
        return all;
    }

    private static ImportScenario read(Path file) throws IOException {
        SequencedMap<String, String> sections = new LinkedHashMap<>();
        String section = "";
        sections.put(section, "");
        for (String line : Files.readString(file).lines().toList()) {
            if (line.startsWith(SECTION)) {
                section = line.substring(SECTION.length());
                sections.put(section, "");
            } else {
                sections.merge(section, line + "\n", String::concat);
            }
        }
        return new ImportScenario(file, sections);
    }

    /// Puts its files under `root`; returns the configuration.
    Path build(Path root) throws IOException {
        Path configuration = null;
        Authority.Issued server = null;
        for (var section : sections.entrySet()) {
            if (!section.getKey().startsWith("/")) {
                continue;
            }
            String[] name = section.getKey().split(" @", 2);
            Path file = root.resolve(name[0].substring(1));
            Files.createDirectories(file.getParent());
            if (name.length > 1 && name[1].startsWith("link ")) {
                Files.createSymbolicLink(file, Path.of(name[1].substring(5)));
                continue;
            }
            String text = section.getValue().replaceAll("(?m)(?<= )/(?=[a-z])", root + "/");
            if (name.length > 1) {
                String[] made = name[1].split(" ", 2);
                if (made[0].equals("server")) {
                    server = AUTHORITY.server(made[1]);
                }
                text =
                        switch (made[0]) {
                            case "server" -> server.pem();
                            case "key" -> server.keyPem();
                            case "authority" -> AUTHORITY.pem();
                            case "kind" ->
                                    AUTHORITY.pem().replace(" CERT", " " + made[1] + " CERT");
                            default -> AUTHORITY.revoking(Duration.ofDays(9));
                        };
            }
            Files.writeString(file, text);
            if (configuration == null) {
                configuration = file;
            }
        }
        return configuration;
    }

    String expected(String section) {
        return sections.getOrDefault(section, "");
    }

    List<String> flags() {
        String flags = expected("flags").strip();
        return flags.isEmpty() ? List.of() : List.of(flags.split(" ", -1));
    }

    /// Writes it anew with what the command did.
    void expect(SequencedMap<String, String> outcome) throws IOException {
        SequencedMap<String, String> all = new LinkedHashMap<>(sections);
        List.of("written", "rules", "said").forEach(all::remove);
        all.putAll(outcome);
        StringBuilder text = new StringBuilder();
        all.forEach((section, lines) -> {
            if (!section.isEmpty()) {
                text.append(SECTION).append(section).append('\n');
            }
            text.append(lines);
        });
        Files.writeString(file, text.toString());
    }

    @Override
    public String toString() {
        return String.valueOf(file.getFileName()).replace(".txt", "");
    }
}
