package org.vencejo.protocol;

/// Tells what came lately from what comes for the first time, so that a cache takes only what comes
/// again: of a flood of things that come once nothing is kept, and nothing that was kept is lost.
///
/// Touched only by its owner. It remembers fifteen bits of the hash of a thing, in one of two
/// places that its hash chooses; now and then it takes one thing for another, which costs a cache a
/// place.
public final class Doorkeeper {
    private final short[] marks;
    private int turn;

    /// One that remembers about as many things as it has places, a power of two from 2 on.
    public Doorkeeper(int places) {
        if (places < 2 || Integer.bitCount(places) != 1) {
            throw new IllegalArgumentException(
                    "places is a power of two from 2 on, given was " + places);
        }
        this.marks = new short[places];
    }

    /// Whether a thing of this `hash` came lately; from now on it did. `hash` has to be well mixed.
    ///
    /// Which of two is forgotten changes from time to time: were it always the older one, things
    /// that come in a fixed order could each have the next one forgotten for ever.
    public boolean cameBefore(int hash) {
        int place = hash & (marks.length - 1) & -2;
        short mark = (short) (hash >>> Short.SIZE | 1); // 0 is nobody's
        if (marks[place] == mark || marks[place + 1] == mark) {
            return true;
        }
        turn = turn * 0x9E37_79B9 + 1;
        boolean second = marks[place] != 0 && (marks[place + 1] == 0 || turn < 0);
        marks[second ? place + 1 : place] = mark;
        return false;
    }
}
