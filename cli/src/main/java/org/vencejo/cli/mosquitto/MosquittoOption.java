package org.vencejo.cli.mosquitto;

/// One option of `mosquitto.conf`, and what becomes of it. Immutable.
///
/// `text` is what carries it here, or why nothing does; `same` is the value with which Mosquitto
/// does what Vencejo always does, empty if there is none. A name that ends in `*` stands for all
/// that begin so.
public record MosquittoOption(String name, Scope scope, Fate fate, String text, String same) {
    /// What an option is about.
    public enum Scope {
        BROKER("The broker"),
        SECURITY("Who comes in, and what they may"),
        LISTENER("Listeners"),
        TLS("TLS"),
        BRIDGE("Bridges");

        private final String words;

        Scope(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /// What becomes of it.
    public enum Fate {
        CARRIED,
        NEEDLESS,
        LOST
    }

    boolean isNamed(String option) {
        return name.endsWith("*")
                ? option.startsWith(name.substring(0, name.length() - 1))
                : name.equals(option);
    }

    /// What becomes of it, as the documents say it.
    @Override
    public String toString() {
        String words =
                switch (fate) {
                    case CARRIED -> text;
                    case NEEDLESS -> "Not needed: " + text;
                    case LOST -> "Not carried over: " + text;
                };
        return same.isEmpty() ? words : words + " (`" + same + "` is what always holds)";
    }
}
