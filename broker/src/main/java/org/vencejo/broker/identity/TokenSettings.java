package org.vencejo.broker.identity;

import java.util.Set;

/// What is asked of a token, and which of its claims say what. Immutable.
///
/// A text that is empty is not asked for. `clockSkewMillis` is how far the clock of who signs may
/// be from ours.
public record TokenSettings(
        Set<String> algorithms,
        String issuer,
        String audience,
        String userNameClaim,
        String clientIdentifierClaim,
        String groupsClaim,
        String rulesClaim,
        boolean expiryRequired,
        long clockSkewMillis,
        Limits limits) {

    /// What a token, or the answer of a service, may hold at most.
    public record Limits(int sizeMax, int groupsMax, int topicsMax) {}

    public TokenSettings {
        algorithms = Set.copyOf(algorithms);
    }
}
