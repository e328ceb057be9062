package org.vencejo.testing.crash;

/// Whether what was noted may be: the rules, apart from how the notes were made. Confined to one
/// thread.
///
/// It knows nothing of sockets, processes and time, so that notes written by hand show that each
/// rule can be broken.
final class Judge {
    private final SessionRules sessions = new SessionRules();
    private final MessageRules messages = new MessageRules();
    private final RetainedRules retained = new RetainedRules();
    private final SubscriptionRules subscriptions = new SubscriptionRules();
    private final WillRules wills = new WillRules();

    /// Takes a note, or throws [Broken].
    void accept(Note note) {
        switch (note.what()) {
            case KILLED, STARTED -> {}
            case DRAINED -> {
                messages.drained();
                wills.drained();
            }
            case EMPTIED -> messages.drained(note.who());
            case CONNECTING -> {
                sessions.connecting(note);
                messages.connecting(note);
            }
            case CONNECTED -> {
                sessions.connected(note);
                messages.connected(note);
            }
            case EXPIRED -> sessions.expired(note.who());
            case MAY_HAVE_EXPIRED -> sessions.mayHaveExpired(note.who());
            case EXPECTING -> messages.expecting(note);
            case SENT -> messages.sent(note);
            case TAKEN -> messages.taken(note);
            case RECEIVED -> messages.received(note);
            case RETAINED_SENT -> retained.sent(note);
            case RETAINED_TAKEN -> retained.taken(note);
            case RETAINED_SEEN -> retained.seen(note);
            case RETAINED_ABSENT -> retained.absent(note);
            case SUBSCRIBING, UNSUBSCRIBING -> subscriptions.asked(note);
            case SUBSCRIBED, UNSUBSCRIBED -> subscriptions.answered(note);
            case PROBED -> subscriptions.probed(note);
            case WILL_SENT -> wills.sent(note);
            case WILL_DUE -> wills.due(note);
            case WILL_GIVEN_UP -> wills.givenUp(note);
            case WILL_SEEN -> wills.seen(note);
        }
    }

    /// The wills that are due and were not seen, for a failure.
    String willsAwaited() {
        return wills.awaited();
    }

    boolean isWillAwaited(int who) {
        return wills.isAwaited(who);
    }

    /// What was counted on the way.
    Tally tally() {
        return messages.tally();
    }

    /// How much was judged. Immutable.
    record Tally(long taken, long received, long repeats) {}
}
