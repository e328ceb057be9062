package org.vencejo.testing.crash;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// What became of each will. Confined to one thread.
final class WillRules {
    private enum State {
        SENT,
        DUE,
        GIVEN_UP,
        SEEN
    }

    private record Key(int who, int number) {
        @Override
        public String toString() {
            return "will %d of client %d".formatted(number, who);
        }
    }

    private final Map<Key, State> wills = new HashMap<>();

    void sent(Note note) {
        wills.put(key(note), State.SENT);
    }

    void due(Note note) {
        wills.computeIfPresent(key(note), (will, state) -> state == State.SENT ? State.DUE : state);
    }

    void givenUp(Note note) {
        wills.computeIfPresent(
                key(note), (will, state) -> state == State.SENT ? State.GIVEN_UP : state);
    }

    void seen(Note note) {
        State state = wills.put(key(note), State.SEEN);
        if (state == null) {
            throw Rule.NOTHING_UNSENT.broken("nobody has this will: %s".formatted(note));
        }
        if (state == State.SEEN) {
            throw Rule.WILL_ONCE.broken("it was published before: %s".formatted(note));
        }
        if (state == State.GIVEN_UP) {
            throw Rule.WILL_ONCE.broken("it was given up before: %s".formatted(note));
        }
    }

    boolean isAwaited(int who) {
        return wills.entrySet().stream()
                .anyMatch(each -> each.getKey().who == who && each.getValue() == State.DUE);
    }

    void drained() {
        if (wills.containsValue(State.DUE)) {
            throw Rule.WILL_KEPT.broken("%s not published".formatted(awaited()));
        }
    }

    /// Those that are due, for a failure.
    String awaited() {
        return wills.entrySet().stream()
                .filter(each -> each.getValue() == State.DUE)
                .map(each -> each.getKey().toString())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static Key key(Note note) {
        return new Key(note.who(), note.number());
    }
}
