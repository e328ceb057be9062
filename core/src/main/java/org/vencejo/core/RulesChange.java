package org.vencejo.core;

import java.util.ArrayDeque;

/// Other access rules for a server that runs. They hold for every message at once; subscriptions
/// that they do not allow any more end session by session, and clients are not told, as no packet
/// could (the log is).
///
/// Part of the core: touched only by whoever runs it.
final class RulesChange {
    private final Turn turn;
    private final Sessions sessions;
    private final Subscribing subscribing;
    private final ArrayDeque<ServerSession> left = new ArrayDeque<>();
    private final Deadline more = Deadline.ofSlice(this::goOn);

    RulesChange(Turn turn, Sessions sessions, Subscribing subscribing) {
        this.turn = turn;
        this.sessions = sessions;
        this.subscribing = subscribing;
    }

    void begin(AccessRules rules) {
        turn.accessRules = rules;
        left.clear();
        left.addAll(sessions.all());
        goOn();
    }

    private void goOn() {
        int looked = 0;
        while (looked < turn.limits.sliceMax() && !left.isEmpty()) {
            ServerSession session = left.remove();
            if (!session.hasEnded()) {
                looked += 1 + session.state().subscriptions().size();
                end(session);
            }
        }
        if (!left.isEmpty()) {
            turn.leaveRestTo(more);
        }
    }

    private void end(ServerSession session) {
        int ended = subscribing.endDenied(session);
        if (ended > 0) {
            turn.statistics.subscriptionsDenied(ended);
            turn.outbox()
                    .event(new Event.SubscriptionsEnded(session.state().clientIdentifier(), ended));
        }
    }
}
