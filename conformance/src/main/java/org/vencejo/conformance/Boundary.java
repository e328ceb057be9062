package org.vencejo.conformance;

import java.util.Locale;

/// A way in which a client loses its connection; what holds over one holds over all.
public enum Boundary {
    /// DISCONNECT, and the close behind it.
    DISCONNECT,
    /// The transport connection is reset.
    RESET,
    /// It opens another connection, and the server ends the old one.
    TAKEOVER,
    /// The server dies and comes back.
    RESTART;

    /// As scenarios write it.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
