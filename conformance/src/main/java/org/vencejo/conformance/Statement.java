package org.vencejo.conformance;

import java.util.Set;
import org.vencejo.protocol.ProtocolVersion;

/// A normative statement of a standard, or a choice of ours where it leaves one, in our own words.
/// Immutable.
///
/// 3.1.1 and 5.0 use the same number for different rules, so a statement is named by its id and one
/// of its `versions`; a choice is the same in all. `binds` is false for choices, and for what binds
/// only who offers a feature.
public record Statement(
        String id,
        Set<ProtocolVersion> versions,
        Kind kind,
        Side side,
        String section,
        String paraphrase,
        String observableTest,
        boolean binds) {

    /// Where a statement comes from.
    public enum Kind {
        /// A numbered statement of an OASIS standard.
        NUMBERED,
        /// A rule of the text that has no number there.
        UNNUMBERED,
        /// A choice of ours.
        CHOICE
    }

    /// Who is bound.
    public enum Side {
        SERVER,
        CLIENT,
        BOTH;

        /// Whether a server can break the statement.
        public boolean bindsServer() {
            return this != CLIENT;
        }
    }

    /// What one line can hold: `MQTT-3.3.1-2: DUP is 0 at QoS 0.`
    @Override
    public String toString() {
        return id + ": " + paraphrase;
    }
}
