package org.vencejo.broker.access;

/// One thing that is wrong with a file of rules. Immutable.
///
/// `line` and `column` count from 1, or are 0 if it is about the whole file; `key` is empty then,
/// too.
public record RuleMistake(int line, int column, String key, String detail) {
    @Override
    public String toString() {
        return line + ":" + column + ": " + (key.isEmpty() ? "" : key + ": ") + detail;
    }
}
