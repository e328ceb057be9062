package org.vencejo.conformance;

/// What was expected and what was given instead; caught by the step that expects.
final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mismatch(String expected, String given) {
        super("expected " + expected + ", given was " + given, null, false, false);
    }

    /// The same, found at a place.
    Mismatch(String where, Mismatch found) {
        super(where + found.getMessage(), null, false, false);
    }
}
