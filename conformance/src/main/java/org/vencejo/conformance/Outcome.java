package org.vencejo.conformance;

/// What became of one trial at a server. Immutable.
public sealed interface Outcome {
    /// The trial that it became of.
    Trial trial();

    /// All that was expected came.
    record Passed(Trial trial) implements Outcome {}

    /// A statement is broken: the failure says which and how.
    record Failed(Trial trial, Failure failure) implements Outcome {}

    /// The server is not as expected where the standard leaves a choice, and we have chosen. It
    /// breaks nothing by that.
    record Differs(Trial trial, Failure failure) implements Outcome {}

    /// It was not played.
    record NotPlayed(Trial trial, String why) implements Outcome {}

    /// The word for it in reports.
    default String word() {
        return switch (this) {
            case Passed _ -> "passed";
            case Failed _ -> "failed";
            case Differs _ -> "differs";
            case NotPlayed _ -> "not played";
        };
    }
}
