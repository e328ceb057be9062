package org.vencejo.broker;

import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Somebody who knows who clients are: the seam for password files, directories and tokens. Called
/// by any thread.
public interface Authenticator {
    /// What answering takes, and so where it is done.
    enum Work {
        /// Nothing but a look into memory: done by the event loop itself.
        NONE,
        /// Computing for a moment, such as verifying a signature: done by a few threads with a
        /// bounded queue, which do nothing else.
        VERIFIES,
        /// Computing for long, such as hashing a password: done by a few threads with a bounded
        /// queue.
        COMPUTES,
        /// Waiting for others, such as a directory: done by a virtual thread of its own, within a
        /// time.
        WAITS
    }

    /// Lets everybody in as the user name that it gives, or as nobody.
    Authenticator ANONYMOUS =
            new Authenticator() {
                @Override
                public Work work(Peer peer, Authentication.Request request) {
                    return Work.NONE;
                }

                @Override
                public Authentication.Outcome authenticate(
                        Peer peer, Authentication.Request request) {
                    return switch (request) {
                        case Authentication.Credentials it ->
                                new Authentication.Accepted(
                                        new Authentication.Identity(it.userName()), null);
                        case Authentication.Step _ -> BAD_METHOD;
                    };
                }
            };

    /// The answer to an Authentication Method that is not known here.
    Authentication.Outcome BAD_METHOD =
            new Authentication.Refused(ReasonCode.BAD_AUTHENTICATION_METHOD, Properties.NONE);

    /// The answer to a user name that nobody has, and to one with a wrong password: a stranger need
    /// not learn which it was.
    Authentication.Outcome WRONG =
            new Authentication.Refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, Properties.NONE);

    /// Whether it may know who comes by the listener of `peer`. Where nobody does a name is not
    /// believed, and to give one is no guess.
    default boolean isFor(Peer peer) {
        return true;
    }

    /// What it takes to answer `request`.
    Work work(Peer peer, Authentication.Request request);

    /// Who `request` comes from; null if that is nobody it knows, and the next is to be asked. An
    /// exception counts as "the server is unavailable". The password, and the data of a step, are
    /// overwritten afterwards; until it returns they are not.
    Authentication.@Nullable Outcome authenticate(Peer peer, Authentication.Request request);

    /// Whether `given`, which it answered, is for a client that goes by no rule of its method. That
    /// counts against its address as a guess does: otherwise it could go on with it for ever.
    default boolean isBroken(Authentication.Refused given) {
        return false;
    }
}
