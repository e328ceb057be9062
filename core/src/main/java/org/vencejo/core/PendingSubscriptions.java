package org.vencejo.core;

import java.util.List;
import org.vencejo.core.Mutation.Subscribed;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.TopicFilter;

/// Subscriptions whose SUBACK waits for the journal: they are in the session, and become active
/// when SUBACK is sent (C33).
///
/// Part of the core: touched only by whoever runs it.
record PendingSubscriptions(Suback suback, List<Grant> grants) {
    /// One granted filter; `isNew` if the session did not have it before.
    record Grant(Subscribed subscribed, boolean isNew) {}

    /// UNSUBSCRIBE overtook SUBACK: the filter does not become active.
    void cancel(TopicFilter filter) {
        grants.removeIf(grant -> grant.subscribed.subscription().topicFilter().equals(filter));
    }
}
