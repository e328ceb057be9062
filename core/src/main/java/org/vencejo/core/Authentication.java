package org.vencejo.core;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// The seam to those who know identities: what is asked of them and what they may answer.
///
/// Plain authentication is one request and one outcome. Enhanced authentication (section 4.12)
/// repeats [Step] and [More] until it is decided; the same exchange re-authenticates a connected
/// client.
public final class Authentication {
    private Authentication() {}

    /// A question.
    public sealed interface Request {}

    /// The CONNECT of a client without an Authentication Method. Passwords are never logged.
    public record Credentials(
            String clientIdentifier, @Nullable String userName, byte @Nullable [] password)
            implements Request {
        @Override
        public String toString() {
            return "Credentials[" + clientIdentifier + ", " + userName + "]";
        }
    }

    /// One step of enhanced authentication: the data of a CONNECT (`first`) or of an AUTH. A
    /// password comes with the first step alone. `exchange` is what the answer to the step before
    /// gave to be remembered.
    public record Step(
            String clientIdentifier,
            @Nullable String userName,
            byte @Nullable [] password,
            String method,
            byte @Nullable [] data,
            boolean first,
            boolean reAuthentication,
            @Nullable Exchange exchange)
            implements Request {
        @Override
        public String toString() {
            return "Step[" + clientIdentifier + ", " + method + "]";
        }
    }

    /// An answer.
    public sealed interface Outcome {}

    /// The client is who it says; `data` goes back in CONNACK or AUTH. After `holdsNanos` the
    /// connection ends, unless the client has authenticated again.
    public record Accepted(Identity identity, byte @Nullable [] data, long holdsNanos)
            implements Outcome {
        /// What holds as long as the connection does.
        public static final long FOR_EVER = Long.MAX_VALUE;

        public Accepted(Identity identity, byte @Nullable [] data) {
            this(identity, data, FOR_EVER);
        }
    }

    /// The client is refused with a code of the CONNACK table; `properties` (Reason String, Server
    /// Reference, User Properties) go to a 5.0 client with it. `detail` is for operators alone.
    public record Refused(ReasonCode reasonCode, Properties properties, String detail)
            implements Outcome {
        public Refused(ReasonCode reasonCode, Properties properties) {
            this(
                    reasonCode,
                    properties,
                    reasonCode == ReasonCode.SERVER_UNAVAILABLE
                            ? "the authenticator has no room or no answer; try again"
                            : "the authenticator refused");
        }
    }

    /// The exchange goes on: the client is sent AUTH 0x18 with `data`. `exchange`, if there is any,
    /// comes back with what the client answers.
    public record More(byte[] data, @Nullable Exchange exchange) implements Outcome {
        public More(byte[] data) {
            this(data, null);
        }
    }

    /// What an authenticator remembers of a client between two steps. The server keeps it, and
    /// forgets it with the connection. Immutable.
    public interface Exchange {
        /// Who the client has said that it is; null if that is not known yet.
        default @Nullable String userName() {
            return null;
        }
    }

    /// Who a client is. `userName` is null for an anonymous one; `grants` are the rights that came
    /// with the name, null if none did. Immutable.
    ///
    /// A session belongs to the user name alone (A19), and nothing else is stored with it: that of
    /// a client that has not been here since the server started is `remembered`, and its groups and
    /// grants are not known.
    public record Identity(
            @Nullable String userName,
            Set<String> groups,
            @Nullable Grants grants,
            boolean remembered) {
        public static final Identity ANONYMOUS = new Identity(null);

        public Identity {
            groups = Set.copyOf(groups);
        }

        public Identity(@Nullable String userName, Set<String> groups, @Nullable Grants grants) {
            this(userName, groups, grants, false);
        }

        /// A name without more.
        public Identity(@Nullable String userName) {
            this(userName, Set.of(), null);
        }

        /// Whose session the store has.
        static Identity remembered(@Nullable String userName) {
            return new Identity(userName, Set.of(), null, true);
        }
    }

    /// Rights that somebody gives one client with its identity, as the claims of a token do. What
    /// is in them is for the [AccessRules] to know. Immutable.
    public interface Grants {}
}
