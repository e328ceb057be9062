package org.vencejo.broker;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ReasonCode;

/// Why a transport connection was refused as soon as it came, and with which Reason Code it may be
/// told so.
public enum Refusal {
    /// There are as many as there may be.
    FULL("`limits.connections-max`", ReasonCode.QUOTA_EXCEEDED),
    /// There are as many at its listener.
    LISTENER_FULL("`listeners[].connections-max`", ReasonCode.QUOTA_EXCEEDED),
    /// There are as many from its address.
    ADDRESS_FULL("`limits.connections-per-address-max`", ReasonCode.QUOTA_EXCEEDED),
    /// Too many came in the last second.
    RATE("`limits.connections-rate-max`", ReasonCode.CONNECTION_RATE_EXCEEDED),
    /// Too many came from its address.
    ADDRESS_RATE("`limits.connections-per-address-rate-max`", ReasonCode.CONNECTION_RATE_EXCEEDED),
    /// There is no memory for it.
    MEMORY("`limits.memory-accepting-max`", ReasonCode.QUOTA_EXCEEDED),
    /// Its address is banned.
    BANNED("`limits.authentication-failures-max`", null),
    /// The broker stops.
    STOPPING("the end of the broker", null);

    private final String limit;
    private final @Nullable ReasonCode reasonCode;

    Refusal(String limit, @Nullable ReasonCode reasonCode) {
        this.limit = limit;
        this.reasonCode = reasonCode;
    }

    /// What refused it, as the documents write it.
    String limit() {
        return limit;
    }

    /// What its client is told, if it is told anything; null if never: to who is banned we do not
    /// talk, and when we stop there is no time to.
    @Nullable ReasonCode reasonCode() {
        return reasonCode;
    }

    /// Its name in topics.
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
