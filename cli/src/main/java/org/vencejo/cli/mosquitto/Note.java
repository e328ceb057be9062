package org.vencejo.cli.mosquitto;

import org.vencejo.broker.Visible;

/// What is to be known of one line of a `mosquitto.conf`: that it was not carried over, or that it
/// means something else now. Immutable.
///
/// `place` is its file and line, or the file alone for what is nowhere written.
public record Note(String place, String option, Kind kind, String text) {
    /// How bad it is.
    public enum Kind {
        LOST("not carried over"),
        DIFFERS("differs"),
        NEEDLESS("not needed");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /// Whether something works otherwise than before.
    public boolean isLoss() {
        return kind != Kind.NEEDLESS;
    }

    @Override
    public String toString() {
        String head = option.isEmpty() ? place : place + ": " + option;
        return Visible.text(head + ": " + kind + ": " + text);
    }
}
