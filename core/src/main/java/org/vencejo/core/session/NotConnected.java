package org.vencejo.core.session;

import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;

/// The link of a session whose peer is not connected: nothing goes out, and nothing is too large.
/// Stateless.
final class NotConnected implements Link {
    static final Link INSTANCE = new NotConnected();

    private NotConnected() {}

    @Override
    public void send(Packet packet) {}

    @Override
    public void publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias) {}

    @Override
    public boolean fits(Publish publish, int topicAlias) {
        return true;
    }

    @Override
    public boolean writable() {
        return false;
    }
}
