package org.vencejo.broker;

import java.util.Locale;

/// Why a transport connection was closed as soon as it came.
public enum Refusal {
    /// There are as many as there may be.
    FULL("`limits.connections-max`"),
    /// There are as many at its listener.
    LISTENER_FULL("`listeners[].connections-max`"),
    /// There are as many from its address.
    ADDRESS_FULL("`limits.connections-per-address-max`"),
    /// Too many came in the last second.
    RATE("`limits.connections-rate-max`"),
    /// Too many came from its address.
    ADDRESS_RATE("`limits.connections-per-address-rate-max`"),
    /// There is no memory for it.
    MEMORY("`limits.memory-accepting-max`"),
    /// Its address is banned.
    BANNED("`limits.authentication-failures-max`"),
    /// The broker stops.
    STOPPING("the end of the broker");

    private final String limit;

    Refusal(String limit) {
        this.limit = limit;
    }

    /// What refused it, as the documents write it.
    String limit() {
        return limit;
    }

    /// Its name in topics.
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
