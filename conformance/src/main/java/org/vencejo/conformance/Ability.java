package org.vencejo.conformance;

/// What not every server under test lets us do.
public enum Ability {
    /// Time passes when we say so; nobody waits for it.
    TIME("virtual time"),
    /// It dies and comes back, with what it had promised to keep.
    RESTART("a restart that keeps what was promised"),
    /// We say when its journal is durable.
    JOURNAL("a journal that answers when we say"),
    /// It is set up as the scenario asks: limits, users, access rules.
    SETUP("a set-up of its own"),
    /// Where the standard leaves a choice it chooses as we do, whether a scenario says so or not.
    CHOICES("our choices");

    private final String text;

    Ability(String text) {
        this.text = text;
    }

    /// What it is, for a report.
    @Override
    public String toString() {
        return text;
    }
}
