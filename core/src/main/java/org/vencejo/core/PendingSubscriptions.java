package org.vencejo.core;

import java.util.List;
import org.vencejo.core.Mutation.Subscribed;
import org.vencejo.protocol.Suback;

/// Subscriptions whose SUBACK waits for the journal: they are in the session, and become active
/// when SUBACK is sent (C33). Immutable.
record PendingSubscriptions(Suback suback, List<Grant> grants) {
    /// One granted filter; `isNew` if the session did not have it before.
    record Grant(Subscribed subscribed, boolean isNew) {}
}
