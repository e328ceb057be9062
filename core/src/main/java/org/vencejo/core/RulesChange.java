package org.vencejo.core;

/// Other access rules for a server that runs. They hold for every message at once; subscriptions
/// that they do not allow any more end session by session, and clients are not told, as no packet
/// could (the log is).
///
/// Part of the core: touched only by whoever runs it.
final class RulesChange {
    private final Turn turn;
    private final Sessions sessions;
    private final Subscribing subscribing;
    private final Walk<ServerSession> walk;

    RulesChange(Turn turn, Sessions sessions, Subscribing subscribing, Faults faults) {
        this.turn = turn;
        this.sessions = sessions;
        this.subscribing = subscribing;
        this.walk =
                new Walk<>(
                        turn,
                        this::look,
                        (session, fault) -> faults.failed(session.connection(), fault));
    }

    void begin(AccessRules rules) {
        turn.accessRules = rules;
        walk.giveUp(); // all are looked at by the newer ones
        walk.begin(sessions.all());
    }

    private int look(ServerSession session) {
        if (session.hasEnded()) {
            return 1;
        }
        int subscriptions = session.state().subscriptions().size();
        if (subscriptions == 0) {
            return 1; // nobody asks the rules
        }
        subscribing.endDenied(session);
        return 1 + subscriptions + session.state().permissions().rulesLookedAt();
    }
}
