package org.vencejo.core;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;

/// What operators may want to know, one line each. Immutable; holds no payload and no password.
public sealed interface Event {
    /// A CONNECT was accepted.
    record ClientConnected(
            Connection connection,
            String clientIdentifier,
            ProtocolVersion version,
            @Nullable String userName,
            boolean sessionPresent)
            implements Event {}

    /// A CONNECT was refused.
    record ConnectRefused(
            Connection connection,
            @Nullable String clientIdentifier,
            ReasonCode reasonCode,
            String detail)
            implements Event {}

    /// A transport connection did not become one of the server's: its TLS handshake or its
    /// WebSocket upgrade, named in `step`, failed.
    record TurnedAway(Peer peer, String step, String detail) implements Event {}

    /// After so many attempts that failed an address is not heard for so long.
    record AddressBanned(String address, long seconds, int failures) implements Event {}

    /// After so many attempts that failed, from whatever addresses, a user name is heard for so
    /// long only where it came in from before. It need not be anybody's.
    record UserBanned(String userName, long seconds, int failures) implements Event {}

    /// A connected client is gone, with the Reason Code that it or we gave; none if its transport
    /// connection was lost.
    record ClientDisconnected(
            Connection connection,
            String clientIdentifier,
            @Nullable ReasonCode reasonCode,
            String detail)
            implements Event {}

    /// A `request` of a client, to publish or subscribe to `topic`, was refused; it stays
    /// connected.
    ///
    /// The topic is a Topic Name or Topic Filter as it is, as few refusals are ever read.
    record RequestRefused(
            Connection connection,
            String clientIdentifier,
            ReasonCode reasonCode,
            String request,
            Object topic)
            implements Event {
        public String detail() {
            return request + " " + topic;
        }
    }

    /// Subscriptions ended because the access rules, which have changed, do not allow them.
    record SubscriptionsEnded(String clientIdentifier, int subscriptions) implements Event {}

    /// A session's queue became full; messages are dropped until it drains.
    record QueueFull(String clientIdentifier, long messages, long bytes) implements Event {}

    /// A session ended with this many messages undelivered.
    record SessionEnded(String clientIdentifier, long undelivered) implements Event {}

    /// Nothing can be kept for the time being, and what would have to be is refused.
    record StoreUnavailable(String reason) implements Event {}

    /// What was acknowledged is kept again.
    record StoreAvailable() implements Event {}

    /// We are at fault: the connection, if any, was ended, everything else goes on.
    record Fault(@Nullable Connection connection, Throwable cause) implements Event {}
}
