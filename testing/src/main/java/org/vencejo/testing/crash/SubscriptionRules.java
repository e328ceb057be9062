package org.vencejo.testing.crash;

import java.util.HashMap;
import java.util.Map;

/// What each subscription may be: as the last answer said, or as a later packet without an answer
/// asked. Confined to one thread.
final class SubscriptionRules {
    /// A detail of [Note.What#PROBED]: there is no subscription.
    static final int NONE = 3;

    // A bit for each QoS that it may have, and one for none.
    private final Map<Key, Integer> possible = new HashMap<>();

    private record Key(int who, int filter) {}

    void asked(Note note) {
        possible.put(key(note), of(note) | bit(state(note)));
    }

    void answered(Note note) {
        possible.put(key(note), bit(state(note)));
    }

    void probed(Note note) {
        int allowed = of(note);
        if ((allowed & bit(note.detail())) == 0) {
            throw Rule.SUBSCRIPTIONS.broken(
                    "filter %d of client %d: allowed is %s, found was %s"
                            .formatted(
                                    note.number(),
                                    note.who(),
                                    texts(allowed),
                                    texts(bit(note.detail()))));
        }
        possible.put(key(note), bit(note.detail()));
    }

    private int of(Note note) {
        return possible.getOrDefault(key(note), bit(NONE));
    }

    private static int state(Note note) {
        return switch (note.what()) {
            case UNSUBSCRIBING, UNSUBSCRIBED -> NONE;
            default -> note.detail();
        };
    }

    private static Key key(Note note) {
        return new Key(note.who(), note.number());
    }

    private static int bit(int state) {
        return 1 << state;
    }

    private static String texts(int states) {
        StringBuilder text = new StringBuilder();
        for (int state = 0; state <= NONE; state++) {
            if ((states & bit(state)) != 0) {
                text.append(text.isEmpty() ? "" : " or ");
                text.append(state == NONE ? "none" : "QoS " + state);
            }
        }
        return text.toString();
    }
}
