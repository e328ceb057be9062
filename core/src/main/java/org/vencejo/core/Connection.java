package org.vencejo.core;

/// One transport connection, from accept to close.
///
/// Part of the core: touched only by whoever runs it, except [#peer()].
public final class Connection {
    private final Peer peer;

    public Connection(Peer peer) {
        this.peer = peer;
    }

    public Peer peer() {
        return peer;
    }
}
