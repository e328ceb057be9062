package org.vencejo.testing.simulation;

import org.vencejo.core.session.Accounting;
import org.vencejo.core.session.Fate;

/// How many copies there should be and how they ended, counted beside the server from what went
/// over the wire. Confined to one thread.
///
/// Where the order of two things inside one call of the core cannot be seen from outside, a number
/// is a range.
final class Accounts {
    /// A number that is known up to a range.
    private static final class Range {
        private long least;
        private long most;

        void add(long atLeast, long atMost) {
            least += atLeast;
            most += atMost;
        }

        boolean has(long value) {
            return least <= value && value <= most;
        }

        @Override
        public String toString() {
            return least == most ? "" + least : least + " to " + most;
        }
    }

    private Range copies = new Range();
    private Range noSubscriber = new Range();
    private Range offline = new Range();
    private Range denied = new Range();
    private long delivered;
    private long refused;

    void copies(long least, long most) {
        copies.add(least, most);
    }

    void noSubscriber(long least, long most) {
        noSubscriber.add(least, most);
    }

    void offline(long least, long most) {
        offline.add(least, most);
    }

    void denied(long least, long most) {
        denied.add(least, most);
    }

    void delivered() {
        delivered++;
    }

    void refused() {
        refused++;
    }

    /// Holds at any time.
    void requireFates(Accounting counted) {
        Invariant.BALANCE.require(counted.balances(), "%s", counted);
        requireFate(counted, Fate.DELIVERED, delivered);
        requireFate(counted, Fate.REFUSED, refused);
        requireFate(counted, Fate.MEMORY_SHORT, 0); // nobody tells the core that it is
    }

    private static void requireFate(Accounting counted, Fate fate, long seen) {
        Invariant.FATES.require(
                counted.endedBy(fate) == seen,
                "clients saw %d copies %s, counted were %d: %s",
                seen,
                fate,
                counted.endedBy(fate),
                counted);
    }

    /// Holds while no message is on its way through slices.
    void requireCopies(Accounting counted) {
        Invariant.COPIES.require(
                copies.has(counted.copies()),
                "%s copies should have been opened, counted were %d: %s",
                copies,
                counted.copies(),
                counted);
        requireRange(counted, Fate.NO_SUBSCRIBER, noSubscriber);
        requireRange(counted, Fate.OFFLINE, offline);
        requireRange(counted, Fate.ACCESS_DENIED, denied);
    }

    private static void requireRange(Accounting counted, Fate fate, Range seen) {
        Invariant.FATES.require(
                seen.has(counted.endedBy(fate)),
                "%s copies should have ended by %s, counted were %d: %s",
                seen,
                fate,
                counted.endedBy(fate),
                counted);
    }

    /// A server counts from zero.
    void restarted() {
        copies = new Range();
        noSubscriber = new Range();
        offline = new Range();
        denied = new Range();
        delivered = 0;
        refused = 0;
    }
}
