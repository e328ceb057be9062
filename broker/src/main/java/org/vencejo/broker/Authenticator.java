package org.vencejo.broker;

import org.vencejo.core.Authentication;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Somebody who knows who clients are: the seam for password files, directories and tokens.
public interface Authenticator {
    /// What answering takes, and so where it is done.
    enum Work {
        /// Nothing but a look into memory: done by the event loop itself.
        NONE,
        /// Computing for long, such as hashing a password: done by a few threads with a bounded
        /// queue.
        COMPUTES,
        /// Waiting for others, such as a directory: done by a virtual thread of its own.
        WAITS
    }

    /// Lets everybody in as the user name that it gives, or as nobody.
    Authenticator ANONYMOUS =
            new Authenticator() {
                @Override
                public Work work() {
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

    Work work();

    /// Who `request` comes from. An exception counts as "the server is unavailable".
    Authentication.Outcome authenticate(Peer peer, Authentication.Request request);
}
