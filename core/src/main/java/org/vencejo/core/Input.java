package org.vencejo.core;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;

/// Everything that can happen to the server. Immutable.
///
/// Inputs of a connection carry it, and a connection belongs to one epoch of one session: what
/// arrives for a connection that was closed or taken over is dropped.
public sealed interface Input {
    /// The connection that it is about, or null if it is about none.
    default @Nullable Connection connection() {
        return null;
    }

    /// A transport connection is open, and was accepted `nanosAgo`; CONNECT is awaited, from then
    /// on.
    record Connected(Connection connection, long nanosAgo) implements Input {
        /// One that is open as soon as it is accepted.
        public Connected(Connection connection) {
            this(connection, 0);
        }
    }

    /// A packet came. Payloads in transit are valid until [Server#handle] returns.
    record PacketReceived(Connection connection, Packet packet) implements Input {}

    /// The peer sent what is no packet. `version` is what the decoder had learned of the version.
    record PacketRejected(
            Connection connection, ProtocolViolation violation, @Nullable ProtocolVersion version)
            implements Input {}

    /// The out-buffer of a connection fell below the low mark after it was above the high mark.
    record Writable(Connection connection) implements Input {}

    /// Reading from a connection was held back for `nanos` by us; they do not count against Keep
    /// Alive.
    record ReadingWasPaused(Connection connection, long nanos) implements Input {}

    /// The transport connection is gone, closed by the peer or by an error named in `reason`.
    record Disconnected(Connection connection, String reason) implements Input {}

    /// The time that [Server#nextDeadline()] named has come.
    record DeadlineReached() implements Input {}

    /// All mutations up to number `upTo` are durable at the configured level.
    record Durable(long upTo) implements Input {}

    /// The entries came that [Outbox#readQueue] asked for.
    record QueueRead(long session, long read, List<Mutation.Enqueued> entries) implements Input {}

    /// Nothing new is kept for the time being: what would have to be is refused. If the store
    /// `still writes`, there is only no room: who takes messages away is welcome.
    record StoreUnavailable(String reason, boolean stillWrites) implements Input {}

    /// What was appended becomes durable again.
    record StoreAvailable() implements Input {}

    /// The authenticator answered what was asked by [Outbox#authenticate].
    record Authenticated(Connection connection, Authentication.Outcome outcome) implements Input {}

    /// The broker itself publishes (`$SYS`).
    record PublishLocally(Publish publish) implements Input {}

    /// An operator or the broker ends a connection, with the reason that the client is told and the
    /// detail that operators are.
    record Expel(Connection connection, ReasonCode reasonCode, String detail) implements Input {}

    /// An operator ends the session of a client, if there is one. Its connection is closed (0x98),
    /// and its will published, also one whose time has not come [MQTT-3.1.3-9].
    record EndSession(String clientIdentifier) implements Input {}

    /// Newer connections need the place of this one, unless its client is known by now.
    record PushedOut(Connection connection) implements Input {}

    /// Memory is so short that QoS 0 messages of clients are dropped, or it no longer is. What the
    /// broker itself publishes goes on: it is little, and tells what is wrong.
    record AtMostOnceDropped(boolean isDropped) implements Input {}

    /// The broker goes on with other settings, for all that is decided from now on. What a client
    /// was told in CONNACK holds for its connection: Receive Maximum and Topic Alias Maximum may
    /// differ, what is looked up in the settings for each packet may not.
    record Reconfigured(ServerSettings settings) implements Input {}

    /// Other access rules hold from now on, for everybody: subscriptions that they do not allow
    /// end, one session after the other, and what they do not let a client receive is held back at
    /// once.
    record RulesChanged(AccessRules rules) implements Input {}

    /// These users are gone, or have another password: who is connected as one of them is
    /// disconnected (0x87), one slice after the other. Whoever authenticates knows it already.
    record UsersChanged(Set<String> userNames) implements Input {}

    /// The broker stops: each client is told so (0x8B), wills go out by A12, nobody new is served.
    record ShutDown() implements Input {}
}
