package org.vencejo.core;

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

    /// One step of enhanced authentication: the data of a CONNECT (`first`) or of an AUTH.
    public record Step(
            String clientIdentifier,
            @Nullable String userName,
            byte @Nullable [] password,
            String method,
            byte @Nullable [] data,
            boolean first,
            boolean reAuthentication)
            implements Request {
        @Override
        public String toString() {
            return "Step[" + clientIdentifier + ", " + method + "]";
        }
    }

    /// An answer.
    public sealed interface Outcome {}

    /// The client is who it says; `data` goes back in CONNACK or AUTH.
    public record Accepted(Identity identity, byte @Nullable [] data) implements Outcome {}

    /// The client is refused with a code of the CONNACK table; `properties` (Reason String, Server
    /// Reference, User Properties) go to a 5.0 client with it.
    public record Refused(ReasonCode reasonCode, Properties properties) implements Outcome {}

    /// The exchange goes on: the client is sent AUTH 0x18 with `data`.
    public record More(byte[] data) implements Outcome {}

    /// Who a client is. `userName` is null for an anonymous one. A session belongs to the identity
    /// that made it (A19).
    public record Identity(@Nullable String userName) {
        public static final Identity ANONYMOUS = new Identity(null);
    }
}
