package org.vencejo.broker;

import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;

/// The user name that a client gives, in CONNECT or in its exchange. Stateless.
final class GivenName {
    private GivenName() {}

    /// That of `request`, or null if it gives none.
    static @Nullable String in(Authentication.Request request) {
        return switch (request) {
            case Authentication.Credentials it -> it.userName();
            case Authentication.Step it ->
                    it.userName() != null ? it.userName() : saidIn(it.exchange(), it.first());
        };
    }

    // Who names itself in the exchange alone guesses at somebody as well.
    private static @Nullable String saidIn(
            Authentication.@Nullable Exchange exchange, boolean first) {
        return exchange == null || first ? null : exchange.userName();
    }
}
