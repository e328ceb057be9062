package org.vencejo.conformance;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/// User name and password for a server that asks for them, as bytes. Immutable.
///
/// They mean what the server takes them for; a password is not always needed.
public record Credentials(byte[] userName, byte @Nullable [] password) {

    /// The Connect Flags that announce them.
    int flags() {
        return ConnectPacket.USER_NAME | (password == null ? 0 : ConnectPacket.PASSWORD);
    }

    /// What they are in the payload of a CONNECT.
    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Octets.string(userName));
        if (password != null) {
            out.writeBytes(Octets.string(password));
        }
        return out.toByteArray();
    }
}
