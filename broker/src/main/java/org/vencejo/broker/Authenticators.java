package org.vencejo.broker;

import java.util.List;
import org.vencejo.broker.config.AuthenticationLimits;

/// Those who know who clients are, in the order in which they are asked, and what that may take.
/// Immutable. The first that decides does so for all.
public record Authenticators(List<Authenticator> chain, AuthenticationLimits limits) {
    public Authenticators {
        chain = List.copyOf(chain);
    }

    /// One alone, of which nobody is delayed or banned.
    public static Authenticators of(Authenticator only) {
        return new Authenticators(List.of(only), AuthenticationLimits.PATIENT);
    }
}
