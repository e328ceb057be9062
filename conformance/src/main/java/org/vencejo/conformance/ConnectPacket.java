package org.vencejo.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// A well-formed CONNECT as a client sends it, taken apart. Immutable.
///
/// `will` is all that the Will Flag announces; `sessionExpiryInterval` is 0 where none is given.
record ConnectPacket(
        byte[] nameAndLevel,
        int level,
        int flags,
        byte[] keepAliveAndProperties,
        byte[] clientIdentifier,
        byte[] will,
        byte[] willTopic,
        long sessionExpiryInterval) {
    static final int CLEAN_START = 0x02;
    static final int WILL_FLAG = 0x04;
    static final int WILL_RETAIN = 0x20;
    static final int PASSWORD = 0x40;
    static final int USER_NAME = 0x80;
    private static final int CONNECT = 0x10;
    private static final int MQTT_5 = 5;

    /// Takes `packet` apart; nothing comes of one that is no CONNECT, or not as it should be.
    static Optional<ConnectPacket> read(byte[] packet) {
        try {
            return Optional.of(read(new Cursor(packet)));
        } catch (Mismatch malformed) {
            return Optional.empty();
        }
    }

    private static ConnectPacket read(Cursor in) {
        require(in.octet() == CONNECT, "CONNECT");
        int length = in.variableByteInteger();
        require(length == in.left(), "its Remaining Length");
        int start = in.position();
        in.string();
        int level = in.octet();
        byte[] nameAndLevel = in.slice(start, in.position());
        int flags = in.octet();
        require((flags & 1) == 0, "the reserved bit 0");
        start = in.position();
        in.twoBytes();
        long expiry = level == MQTT_5 ? sessionExpiryInterval(in) : 0;
        byte[] keepAliveAndProperties = in.slice(start, in.position());
        byte[] clientIdentifier = in.string();
        start = in.position();
        byte[] willTopic = (flags & WILL_FLAG) == 0 ? new byte[0] : willTopic(in, level);
        byte[] will = in.slice(start, in.position());
        boolean hasUserName = (flags & USER_NAME) != 0;
        if (hasUserName) {
            require(isText(in.string()), "a user name of well-formed UTF-8");
        }
        require(hasUserName || (flags & PASSWORD) == 0 || level == MQTT_5, "a user name");
        if ((flags & PASSWORD) != 0) {
            in.string();
        }
        require(in.atEnd(), "the end");
        return new ConnectPacket(
                nameAndLevel,
                level,
                flags,
                keepAliveAndProperties,
                clientIdentifier,
                will,
                willTopic,
                expiry);
    }

    private static boolean isText(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes) && text.indexOf(0) < 0;
    }

    private static long sessionExpiryInterval(Cursor in) {
        for (byte[] property : WireProperty.block(in)) {
            if ((property[0] & 0xFF) == WireProperty.SESSION_EXPIRY_INTERVAL.identifier()) {
                return WireProperty.number(property);
            }
        }
        return 0;
    }

    private static byte[] willTopic(Cursor in, int level) {
        if (level == MQTT_5) {
            WireProperty.block(in);
        }
        byte[] topic = in.string();
        in.string();
        return topic;
    }

    private static void require(boolean holds, String expected) {
        if (!holds) {
            throw new Mismatch(expected, "another byte");
        }
    }

    boolean isMqtt5() {
        return level == MQTT_5;
    }

    /// Whether the server is to keep the session when the connection has ended.
    boolean isToBeKept() {
        return isMqtt5() ? sessionExpiryInterval > 0 : (flags & CLEAN_START) == 0;
    }

    /// The bytes of the same CONNECT with these credentials in place of what it has.
    byte[] with(Credentials credentials) {
        return bytes(flags, keepAliveAndProperties, will, Optional.of(credentials));
    }

    /// The bytes of a CONNECT of the same client that leaves no session behind.
    byte[] withoutSession(Optional<Credentials> credentials) {
        byte[] nothing = isMqtt5() ? new byte[] {0, 0, 0} : new byte[] {0, 0};
        return bytes(CLEAN_START, nothing, new byte[0], credentials);
    }

    /// The same of a client of this name.
    ConnectPacket named(byte[] name) {
        return new ConnectPacket(
                nameAndLevel,
                level,
                flags,
                keepAliveAndProperties,
                name,
                will,
                willTopic,
                sessionExpiryInterval);
    }

    private byte[] bytes(
            int newFlags, byte[] middle, byte[] newWill, Optional<Credentials> credentials) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(nameAndLevel);
        body.write(
                (newFlags & ~(USER_NAME | PASSWORD))
                        | credentials.map(Credentials::flags).orElse(0));
        body.writeBytes(middle);
        body.writeBytes(Octets.string(clientIdentifier));
        body.writeBytes(newWill);
        credentials.ifPresent(it -> body.writeBytes(it.bytes()));
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(CONNECT);
        packet.writeBytes(Octets.variableByteInteger(body.size()));
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }
}
