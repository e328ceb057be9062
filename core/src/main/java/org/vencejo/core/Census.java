package org.vencejo.core;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Mutation.Subscribed;
import org.vencejo.core.RetainedStore.Retained;
import org.vencejo.core.routing.Cursor;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Who and what a server knows, to be read part by part while it goes on: clients with their
/// subscriptions, and the topics of retained messages, but for those that begin with `$`.
///
/// Part of the core: touched only by whoever runs it. Who begins a session meanwhile may be in it,
/// once more if it was in it before. It is given up when a few later ones, or rosters, have begun.
public final class Census {
    /// A client that has a session.
    public record Client(Subject subject, List<Subscription> subscriptions) {}

    private final SessionLine.Walk sessions;
    private final Cursor<Retained> retained;
    private boolean allClients;

    Census(SessionLine.Walk sessions, RetainedStore retained) {
        this.sessions = sessions;
        this.retained = retained.matching(TopicFilter.of("#"));
    }

    /// Some more clients: not many more than `most` with their subscriptions, none when all were
    /// given.
    ///
    /// @throws IllegalStateException if it was given up
    public List<Client> clients(int most) {
        List<Client> some = new ArrayList<>();
        for (int read = 0; read < most && !allClients; read++) {
            ServerSession session = sessions.next();
            if (session == null) {
                allClients = true;
            } else if (!session.hasEnded()) {
                List<Subscription> subscriptions =
                        session.state().subscriptions().values().stream()
                                .map(Subscribed::subscription)
                                .toList();
                read += subscriptions.size();
                some.add(new Client(session.state().subject(), subscriptions));
            }
        }
        return some;
    }

    /// Some more topics, for which `most` places are looked at.
    public List<TopicName> topics(int most) {
        List<TopicName> some = new ArrayList<>();
        for (int read = 0; read < most && !retained.finished(); read += retained.steps()) {
            Retained each = retained.next(most - read);
            if (each != null) {
                some.add(each.message().publish().topicName());
            }
        }
        return some;
    }

    /// Whether all clients and topics were given.
    public boolean isFinished() {
        return allClients && retained.finished();
    }
}
