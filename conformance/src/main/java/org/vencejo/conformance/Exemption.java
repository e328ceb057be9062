package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.vencejo.protocol.ProtocolVersion;

/// A statement that no scenario can prove, and the test that shows it instead. Immutable.
///
/// `test` is `module ClassName#method`, or empty if the statement is about something that we do not
/// offer; then `reason` says so.
public record Exemption(String id, Set<ProtocolVersion> versions, String reason, String test) {
    /// All of them, from the table beside this class.
    public static List<Exemption> read() {
        List<Exemption> exemptions = new ArrayList<>();
        for (String[] row : Catalogue.rows("exemptions.tsv")) {
            Set<ProtocolVersion> versions = Versions.of(row[1]);
            if (versions.isEmpty() || row[2].isEmpty()) {
                throw new IllegalStateException("an exemption of " + row[0] + " is not whole");
            }
            exemptions.add(new Exemption(row[0], versions, row[2], row[3]));
        }
        return List.copyOf(exemptions);
    }

    /// Whether it speaks of `statement`.
    public boolean covers(Statement statement) {
        return statement.id().equals(id)
                && statement.versions().stream().anyMatch(versions::contains);
    }
}
