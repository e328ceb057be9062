package org.vencejo.broker.config;

/// One thing that is wrong with a configuration: where, which key, what was given and what is
/// allowed. Immutable. `key` is empty when the trouble is with the whole source.
public record Mistake(Place place, String key, String detail) {
    /// The line that operators read.
    @Override
    public String toString() {
        return key.isEmpty() ? place + ": " + detail : place + ": " + key + ": " + detail;
    }
}
