package org.vencejo.conformance;

import java.util.List;

/// A place where real brokers went wrong, and what has to be seen there. Immutable.
///
/// Scenarios name it by `oracle: 17`, tests by an annotation. `left` is what no test of ours does
/// yet, and why; empty if nothing is left.
public record Oracle(int number, String subject, String what, String left) {
    /// All of them, from the table beside this class.
    public static List<Oracle> read() {
        return Catalogue.rows("oracles.tsv").stream()
                .map(row -> new Oracle(Integer.parseInt(row[0]), row[1], row[2], row[4]))
                .toList();
    }
}
