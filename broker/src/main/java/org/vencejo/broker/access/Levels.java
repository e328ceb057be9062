package org.vencejo.broker.access;

import org.vencejo.protocol.TopicFilter;

/// A Topic Filter by its levels, without the `$share/ShareName/` of a shared one, and how it lies
/// to others. Immutable.
final class Levels {
    private static final String ONE = "+";
    private static final String REST = "#";

    private final String[] levels;

    private Levels(String[] levels) {
        this.levels = levels;
    }

    static Levels of(TopicFilter filter) {
        String text = filter.toString();
        String share = filter.shareName();
        int start = share == null ? 0 : "$share/".length() + share.length() + 1;
        String plain = text.substring(start);
        // There is always a first level.
        return new Levels((plain.equals("+/#") ? REST : plain).split("/", -1));
    }

    /// Whether this matches every Topic Name that `other` matches.
    boolean covers(Levels other) {
        // Wildcards at the start pass over what starts with $ [MQTT-4.7.2-1].
        if (startsWithWildcard() && other.levels[0].startsWith("$")) {
            return false;
        }
        for (int i = 0; i < levels.length; i++) {
            if (levels[i].equals(REST)) {
                return true; // `a/#` matches `a`, too
            }
            if (i == other.levels.length) {
                return false;
            }
            String theirs = other.levels[i];
            if (theirs.equals(REST) || !(levels[i].equals(ONE) || levels[i].equals(theirs))) {
                return false;
            }
        }
        return levels.length == other.levels.length;
    }

    /// Whether some Topic Name is matched by both.
    boolean overlaps(Levels other) {
        if ((startsWithWildcard() && other.levels[0].startsWith("$"))
                || (other.startsWithWildcard() && levels[0].startsWith("$"))) {
            return false;
        }
        int i = 0;
        while (i < levels.length && i < other.levels.length) {
            String ours = levels[i];
            String theirs = other.levels[i];
            if (ours.equals(REST) || theirs.equals(REST)) {
                return true;
            }
            if (!ours.equals(ONE) && !theirs.equals(ONE) && !ours.equals(theirs)) {
                return false;
            }
            i++;
        }
        return isRestFrom(i) && other.isRestFrom(i);
    }

    // Whether the levels from `i` on may be none at all.
    private boolean isRestFrom(int i) {
        return i == levels.length || (i == levels.length - 1 && levels[i].equals(REST));
    }

    private boolean startsWithWildcard() {
        return levels[0].equals(ONE) || levels[0].equals(REST);
    }

    @Override
    public String toString() {
        return String.join("/", levels);
    }
}
