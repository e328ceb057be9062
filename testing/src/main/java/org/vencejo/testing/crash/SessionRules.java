package org.vencejo.testing.crash;

import java.util.HashMap;
import java.util.Map;

/// Which sessions are there, by what CONNACK said. Confined to one thread.
final class SessionRules {
    private enum Presence {
        ABSENT,
        PRESENT,
        EITHER
    }

    private final Map<Integer, Presence> sessions = new HashMap<>();

    /// A CONNECT whose answer never comes may have ended the session and may have made one.
    void connecting(Note note) {
        boolean clean = (note.detail() & Note.CLEAN) != 0;
        boolean kept = (note.detail() & Note.KEPT) != 0;
        if (of(note) == Presence.PRESENT ? clean || !kept : kept) {
            before.put(note.who(), of(note));
            sessions.put(note.who(), Presence.EITHER);
        }
    }

    // What was known before the CONNECT that is not answered yet: its CONNACK tells of that.
    private final Map<Integer, Presence> before = new HashMap<>();

    void connected(Note note) {
        boolean present = (note.detail() & Note.PRESENT) != 0;
        Presence known = before.getOrDefault(note.who(), of(note));
        before.remove(note.who());
        if (present && (note.detail() & Note.CLEAN) != 0) {
            throw Rule.SESSION_ENDED.broken(
                    "Clean Start, and yet Session Present: %s".formatted(note));
        }
        if (present && known == Presence.ABSENT) {
            throw Rule.SESSION_ENDED.broken(
                    "Session Present, and there is none: %s".formatted(note));
        }
        if (!present && known == Presence.PRESENT && (note.detail() & Note.CLEAN) == 0) {
            throw Rule.SESSION_KEPT.broken(
                    "no Session Present, and there is one: %s".formatted(note));
        }
        boolean kept = (note.detail() & Note.KEPT) != 0;
        sessions.put(note.who(), kept ? Presence.PRESENT : Presence.ABSENT);
    }

    void expired(int who) {
        before.remove(who);
        sessions.put(who, Presence.ABSENT);
    }

    void mayHaveExpired(int who) {
        before.remove(who);
        sessions.put(who, Presence.EITHER);
    }

    private Presence of(Note note) {
        return sessions.getOrDefault(note.who(), Presence.ABSENT);
    }
}
