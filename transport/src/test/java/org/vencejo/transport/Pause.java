package org.vencejo.transport;

import java.util.concurrent.CompletableFuture;

/// A connection that is paused, and how often something was read of it all the same. Confined to
/// the connection's event loop until the connection is closed.
final class Pause {
    private static final int TURNS = 5;

    private boolean lasts;
    private int reads;

    /// Pauses what `server` hears, and returns when that is so.
    void begin(Heard server) throws Exception {
        var begun = new CompletableFuture<Void>();
        server.on(connection -> {
            begin(connection);
            begun.complete(null);
        });
        begun.get();
    }

    private void begin(SocketConnection connection) {
        lasts = true;
        connection.pauseReading();
    }

    void end(SocketConnection connection) {
        lasts = false;
        connection.resumeReading();
    }

    /// Something was read.
    void read() {
        reads += lasts ? 1 : 0;
    }

    /// Begins another one, unless one lasts; all sockets have some turns before it ends.
    void again(SocketConnection connection) {
        if (!lasts) {
            begin(connection);
            endAfter(TURNS, connection);
        }
    }

    private void endAfter(int turns, SocketConnection connection) {
        if (turns == 0) {
            end(connection);
        } else {
            connection.loop().afterSockets(() -> endAfter(turns - 1, connection));
        }
    }

    /// How often something was read while it lasted.
    int reads() {
        return reads;
    }
}
