package org.vencejo.protocol;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// CONNECT: a client asks for a connection (section 3.1). In 3.x Clean Start is called Clean
/// Session.
///
/// `keepAlive` is in seconds, 0 for none; `clientIdentifier` may be empty; `password` is
/// overwritten by who authenticates, and by nobody else.
@SuppressWarnings(
        "ArrayRecordComponent") // equality and text below know that the password is an array
public record Connect(
        ProtocolVersion version,
        String clientIdentifier,
        boolean cleanStart,
        int keepAlive,
        @Nullable Will will,
        @Nullable String userName,
        byte @Nullable [] password,
        Properties properties)
        implements Packet {

    @Override
    public PacketType type() {
        return PacketType.CONNECT;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Connect that
                        && version == that.version
                        && clientIdentifier.equals(that.clientIdentifier)
                        && cleanStart == that.cleanStart
                        && keepAlive == that.keepAlive
                        && Objects.equals(will, that.will)
                        && Objects.equals(userName, that.userName)
                        && Arrays.equals(password, that.password)
                        && properties.equals(that.properties));
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                version,
                clientIdentifier,
                cleanStart,
                keepAlive,
                will,
                userName,
                Arrays.hashCode(password),
                properties);
    }

    /// Says whether there is a password; never what it is, as this may end up in a log.
    @Override
    public String toString() {
        return "Connect[version="
                + version
                + ", clientIdentifier="
                + clientIdentifier
                + ", cleanStart="
                + cleanStart
                + ", keepAlive="
                + keepAlive
                + ", will="
                + will
                + ", userName="
                + userName
                + ", password="
                + (password == null ? "none" : "hidden")
                + ", properties="
                + properties
                + "]";
    }
}
