package org.vencejo.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.UserProperty;

/// The values of `-D PACKET NAME VALUE`, as properties of their packets. Immutable.
///
/// Names are those of the standard in small letters with hyphens, so the table of the protocol is
/// the table of the flag.
final class PropertyFlags {
    private static final String WILL = "will";

    private record Flag(String packet, Property property, String value, String second) {}

    private final List<Flag> flags = new ArrayList<>();

    /// The words after all `-D`, one behind the other.
    ///
    /// @throws IllegalArgumentException naming what is wrong
    PropertyFlags(List<String> words) {
        int at = 0;
        while (at < words.size()) {
            require(at + 3 <= words.size(), "-D takes PACKET NAME VALUE");
            String packet = words.get(at);
            Property property = property(words.get(at + 1));
            requireAllowed(property, packet);
            boolean pair = property == Property.USER_PROPERTY;
            require(!pair || at + 4 <= words.size(), "-D user-property takes a name and a value");
            Flag flag =
                    new Flag(packet, property, words.get(at + 2), pair ? words.get(at + 3) : "");
            put(Properties.builder(), flag); // to hear of a wrong value now
            flags.add(flag);
            at += pair ? 4 : 3;
        }
    }

    /// The properties of packets of `type`.
    Properties of(PacketType type) {
        return of(type.name().toLowerCase(Locale.ROOT));
    }

    Properties ofWill() {
        return of(WILL);
    }

    private Properties of(String packet) {
        Properties.Builder all = Properties.builder();
        for (Flag flag : flags) {
            if (flag.packet.equals(packet)) {
                put(all, flag);
            }
        }
        return all.build();
    }

    private static void put(Properties.Builder all, Flag flag) {
        switch (flag.property.type()) {
            case BYTE, TWO_BYTE_INTEGER, FOUR_BYTE_INTEGER, VARIABLE_BYTE_INTEGER ->
                    all.put(flag.property, number(flag));
            case UTF_8_STRING -> all.put(flag.property, flag.value);
            case BINARY_DATA -> all.put(flag.property, flag.value.getBytes(StandardCharsets.UTF_8));
            case UTF_8_STRING_PAIR -> all.add(new UserProperty(flag.value, flag.second));
        }
    }

    private static long number(Flag flag) {
        long least = flag.property.minimum();
        long most = flag.property.maximum();
        try {
            long value = Long.parseLong(flag.value);
            require(
                    value >= least && value <= most,
                    "%s is %d to %d, given was %d"
                            .formatted(name(flag.property), least, most, value));
            return value;
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(
                    name(flag.property) + " is a number, given was " + flag.value, wrong);
        }
    }

    private static Property property(String name) {
        for (Property property : Property.values()) {
            if (name(property).equals(name)) {
                return property;
            }
        }
        throw new IllegalArgumentException("no property is called " + name);
    }

    private static void requireAllowed(Property property, String packet) {
        boolean allowed =
                switch (packet) {
                    case WILL -> property.allowedInWill();
                    case "connect" -> property.allowedIn(PacketType.CONNECT);
                    case "publish" -> property.allowedIn(PacketType.PUBLISH);
                    case "subscribe" -> property.allowedIn(PacketType.SUBSCRIBE);
                    default ->
                            throw new IllegalArgumentException(
                                    "-D is for connect, publish, subscribe and will, given was "
                                            + packet);
                };
        require(allowed, packet + " has no property " + name(property));
    }

    private static String name(Property property) {
        return property.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void require(boolean holds, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(expected);
        }
    }
}
