package org.vencejo.core;

import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;

/// The outbox between two calls: nothing may be sent then, so each use is a fault of ours.
final class Nowhere implements Outbox {
    static final Outbox INSTANCE = new Nowhere();

    private Nowhere() {}

    @Override
    public long send(Connection connection, Packet packet) {
        throw fault();
    }

    @Override
    public long publish(
            Connection connection,
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int topicAlias) {
        throw fault();
    }

    @Override
    public void close(Connection connection) {
        throw fault();
    }

    @Override
    public void pauseReading(Connection connection) {
        throw fault();
    }

    @Override
    public void resumeReading(Connection connection) {
        throw fault();
    }

    @Override
    public void append(long number, Mutation mutation) {
        throw fault();
    }

    @Override
    public void readQueue(long session, long read, long from, int messagesMax, long bytesMax) {
        throw fault();
    }

    @Override
    public void authenticate(Connection connection, Authentication.Request request) {
        throw fault();
    }

    @Override
    public void event(Event event) {
        throw fault();
    }

    private static IllegalStateException fault() {
        return new IllegalStateException("an effect outside of Server.handle");
    }
}
