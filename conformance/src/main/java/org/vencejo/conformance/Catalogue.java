package org.vencejo.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.vencejo.conformance.Statement.Kind;
import org.vencejo.conformance.Statement.Side;
import org.vencejo.protocol.ProtocolVersion;

/// All statements that a scenario, a comment or a refusal may cite. Immutable.
///
/// Read from the tables beside this class; their columns are explained in the `README.md` there.
public final class Catalogue {
    /// What an id looks like in running text: of a standard, of its unnumbered rules, of 3.1.
    public static final Pattern ID =
            Pattern.compile("\\b(?:MQTT-\\d+\\.\\d+\\.\\d+-\\d+|U5-\\d+|V31-\\d+)(?!\\d)");

    private static final String BINDS = "must";

    private final List<Statement> statements = new ArrayList<>();
    private final Map<String, List<Statement>> byId = new HashMap<>();

    private Catalogue() {
        table("mqtt-3.1.tsv", Kind.UNNUMBERED, EnumSet.of(ProtocolVersion.MQTT_3_1));
        table("mqtt-3.1.1.tsv", Kind.NUMBERED, EnumSet.of(ProtocolVersion.MQTT_3_1_1));
        table("mqtt-5.0.tsv", Kind.NUMBERED, EnumSet.of(ProtocolVersion.MQTT_5));
        table("mqtt-5.0-unnumbered.tsv", Kind.UNNUMBERED, EnumSet.of(ProtocolVersion.MQTT_5));
        for (String[] row : rows("choices.tsv")) {
            add(
                    new Statement(
                            row[0],
                            EnumSet.allOf(ProtocolVersion.class),
                            Kind.CHOICE,
                            row[0].startsWith("D") ? Side.CLIENT : Side.SERVER,
                            row[1],
                            row[2],
                            row[3],
                            false));
        }
    }

    /// The catalogue of this project.
    public static Catalogue read() {
        return new Catalogue();
    }

    /// All statements, table by table.
    public List<Statement> statements() {
        return List.copyOf(statements);
    }

    /// The statement `id` as `version` means it.
    public Optional<Statement> find(String id, ProtocolVersion version) {
        return byId.getOrDefault(id, List.of()).stream()
                .filter(statement -> statement.versions().contains(version))
                .findFirst();
    }

    /// Whether any version knows the `id`.
    public boolean knows(String id) {
        return byId.containsKey(id);
    }

    private void table(String name, Kind kind, Set<ProtocolVersion> versions) {
        for (String[] row : rows(name)) {
            Side side = Side.valueOf(row[1].toUpperCase(Locale.ROOT));
            add(
                    new Statement(
                            row[0],
                            versions,
                            kind,
                            side,
                            row[2],
                            row[3],
                            row[4],
                            row[5].equals(BINDS)));
        }
    }

    private void add(Statement statement) {
        List<Statement> same = byId.computeIfAbsent(statement.id(), id -> new ArrayList<>());
        for (Statement other : same) {
            if (other.versions().stream().anyMatch(statement.versions()::contains)) {
                throw new IllegalStateException("the catalogue has " + statement.id() + " twice");
            }
        }
        same.add(statement);
        statements.add(statement);
    }

    /// The rows of a table beside this class, without its header.
    static List<String[]> rows(String name) {
        List<String[]> rows = new ArrayList<>();
        for (String line : text(name).lines().skip(1).toList()) {
            rows.add(line.split("\t", -1));
        }
        return rows;
    }

    /// The text of a resource beside this class.
    static String text(String name) {
        try (InputStream in = Catalogue.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
