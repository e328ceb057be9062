package org.vencejo.protocol;

import org.jspecify.annotations.Nullable;

/// CONNECT: a client asks for a connection (section 3.1). In 3.x Clean Start is called Clean Session.
///
/// `keepAlive` is in seconds, 0 for none; `clientIdentifier` may be empty.
public record Connect(ProtocolVersion version, String clientIdentifier, boolean cleanStart, int keepAlive, @Nullable Will will, @Nullable String userName, byte @Nullable [] password, Properties properties) implements Packet {

    @Override
    public PacketType type() {
        return PacketType.CONNECT;
    }
}
