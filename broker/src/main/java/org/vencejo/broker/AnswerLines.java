package org.vencejo.broker;

import java.util.ArrayList;
import java.util.List;

/// The lines of an answer of the control socket, as many as there is room for: clients choose how
/// long names are, and how many. Confined to one thread.
final class AnswerLines {
    /// The last line of an answer that is cut.
    static final String MORE = "more";

    /// Lines of an answer, of about 100 bytes each.
    static final int LINES_MAX = 100_000;

    /// Characters of an answer; a few copies of it are made.
    private static final long CHARACTERS_MAX =
            Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 32);

    private final int linesMax;
    private final long charactersMax;
    private final List<String> lines = new ArrayList<>();
    private long characters;
    private boolean isCut;

    /// Of at most so many lines.
    AnswerLines(int linesMax) {
        this(linesMax, CHARACTERS_MAX);
    }

    AnswerLines(int linesMax, long charactersMax) {
        this.linesMax = linesMax;
        this.charactersMax = charactersMax;
    }

    /// Takes a line, unless there is no room for it: from then on the answer is cut.
    void add(String line) {
        isCut |= lines.size() == linesMax || characters + line.length() > charactersMax;
        if (!isCut) {
            characters += line.length() + 1;
            lines.add(line);
        }
    }

    /// Whether there was no room for a line.
    boolean isCut() {
        return isCut;
    }

    String text() {
        return String.join("\n", lines) + (!isCut ? "" : lines.isEmpty() ? MORE : "\n" + MORE);
    }
}
