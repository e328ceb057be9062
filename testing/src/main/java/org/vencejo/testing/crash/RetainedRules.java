package org.vencejo.testing.crash;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// What may be retained for each topic: the last that was acknowledged, and every later one.
/// Confined to one thread.
///
/// What a new subscriber got is settled, too: the store never goes back.
final class RetainedRules {
    private static final int NONE = -1;

    private final Map<Integer, ArrayDeque<Candidate>> topics = new HashMap<>();

    /// Number -1 stands for the time before the first.
    private record Candidate(int number, boolean empty) {}

    void sent(Note note) {
        ArrayDeque<Candidate> candidates = of(note);
        if (candidates.getLast().number != note.number()) {
            candidates.add(new Candidate(note.number(), note.detail() == 1));
        }
    }

    void taken(Note note) {
        settle(of(note), note.number());
    }

    void seen(Note note) {
        ArrayDeque<Candidate> candidates = of(note);
        if (!candidates.contains(new Candidate(note.number(), false))) {
            throw Rule.RETAINED.broken("allowed are %s, given was %s".formatted(candidates, note));
        }
        settle(candidates, note.number());
    }

    void absent(Note note) {
        ArrayDeque<Candidate> candidates = of(note);
        int number =
                candidates.stream()
                        .filter(Candidate::empty)
                        .findFirst()
                        .orElseThrow(() ->
                                Rule.RETAINED.broken(
                                        "allowed are %s, given was nothing: %s"
                                                .formatted(candidates, note)))
                        .number;
        settle(candidates, number);
    }

    private static void settle(ArrayDeque<Candidate> candidates, int number) {
        while (candidates.getFirst().number < number) {
            candidates.removeFirst();
        }
    }

    private ArrayDeque<Candidate> of(Note note) {
        return topics.computeIfAbsent(
                note.stream(),
                _ -> {
                    ArrayDeque<Candidate> candidates = new ArrayDeque<>();
                    candidates.add(new Candidate(NONE, true));
                    return candidates;
                });
    }
}
