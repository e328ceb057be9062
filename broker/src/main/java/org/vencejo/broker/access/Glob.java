package org.vencejo.broker.access;

/// A text in which `*` stands for any characters, also none, unless it is `literal`. Immutable.
record Glob(String text, boolean literal) {
    static Glob of(String text) {
        return new Glob(text, false);
    }

    static Glob literal(String text) {
        return new Glob(text, true);
    }

    /// Whether it may match more than one name.
    boolean hasStar() {
        return !literal && text.indexOf('*') >= 0;
    }

    boolean matches(String value) {
        return literal ? value.equals(text) : matches(0, value, 0);
    }

    private boolean matches(int at, String value, int from) {
        int star = text.indexOf('*', at);
        if (star < 0) {
            return value.substring(from).equals(text.substring(at));
        }
        String part = text.substring(at, star);
        if (!value.startsWith(part, from)) {
            return false;
        }
        int rest = text.indexOf('*', star + 1);
        if (rest < 0) {
            String end = text.substring(star + 1);
            return value.length() - from - part.length() >= end.length() && value.endsWith(end);
        }
        // The first place where the next part is found is as good as any other.
        String next = text.substring(star + 1, rest);
        int found = value.indexOf(next, from + part.length());
        return found >= 0 && matches(star + 1, value, found);
    }

    @Override
    public String toString() {
        return text;
    }
}
