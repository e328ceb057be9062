package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/// Properties to bytes: in the order of their identifiers, one loop over the table that [Property]
/// is. Stateless.
///
/// The Topic Alias is an argument and never taken from the properties of a message, as it belongs
/// to one connection; 0 is none.
final class PropertiesEncoder {
    private static final long[] ALLOWED = new long[PacketType.values().length];
    private static final long ALLOWED_IN_WILL;
    private static final long ALIAS = Properties.bit(Property.TOPIC_ALIAS);

    static {
        long will = 0;
        for (Property property : Property.values()) {
            for (PacketType type : PacketType.values()) {
                ALLOWED[type.ordinal()] |= property.allowedIn(type) ? Properties.bit(property) : 0;
            }
            will |= property.allowedInWill() ? Properties.bit(property) : 0;
        }
        ALLOWED_IN_WILL = will;
    }

    private PropertiesEncoder() {}

    /// The bytes of the properties of a packet of `type`, with their length before them.
    static int size(Properties properties, PacketType type, int alias) {
        int length = length(properties, ALLOWED[type.ordinal()], type, alias);
        return VariableByteInteger.size(length) + length;
    }

    static int willSize(Properties properties) {
        int length = length(properties, ALLOWED_IN_WILL, PacketType.CONNECT, 0);
        return VariableByteInteger.size(length) + length;
    }

    static void encode(Properties properties, PacketType type, int alias, ByteBuf out) {
        VariableByteInteger.write(length(properties, ALLOWED[type.ordinal()], type, alias), out);
        write(properties, alias, out);
    }

    static void encodeWill(Properties properties, ByteBuf out) {
        VariableByteInteger.write(length(properties, ALLOWED_IN_WILL, PacketType.CONNECT, 0), out);
        write(properties, 0, out);
    }

    private static int length(Properties properties, long allowed, PacketType type, int alias) {
        int length = alias == 0 ? 0 : 3;
        long present = properties.present() & ~ALIAS;
        if ((present & ~allowed) != 0) {
            throw new IllegalArgumentException(
                    Properties.propertyAt(present & ~allowed) + " may not stand in " + type);
        }
        for (long bits = present; bits != 0; bits &= bits - 1) {
            Property property = Properties.propertyAt(bits);
            length +=
                    switch (property.type()) {
                        case BYTE -> 1 + numberLength(1, property, properties.number(property, 0));
                        case TWO_BYTE_INTEGER ->
                                1 + numberLength(2, property, properties.number(property, 0));
                        case FOUR_BYTE_INTEGER ->
                                1 + numberLength(4, property, properties.number(property, 0));
                        case VARIABLE_BYTE_INTEGER ->
                                identifiersLength(properties.subscriptionIdentifiers());
                        case UTF_8_STRING -> 3 + Utf8.size(properties.requiredText(property));
                        case BINARY_DATA -> 3 + binaryLength(properties.requiredBinary(property));
                        case UTF_8_STRING_PAIR -> pairsLength(properties);
                    };
        }
        return length;
    }

    private static int numberLength(int length, Property property, long number) {
        if (number < property.minimum() || number > property.maximum()) {
            throw new IllegalArgumentException(
                    property
                            + " is "
                            + property.minimum()
                            + " to "
                            + property.maximum()
                            + ", given was "
                            + number);
        }
        return length;
    }

    private static int identifiersLength(int[] identifiers) {
        int length = 0;
        for (int identifier : identifiers) {
            int size = VariableByteInteger.size(identifier);
            length += 1 + numberLength(size, Property.SUBSCRIPTION_IDENTIFIER, identifier);
        }
        return length;
    }

    private static int pairsLength(Properties properties) {
        int length = 0;
        for (UserProperty pair : properties.userProperties()) {
            length += 5 + Utf8.size(pair.name()) + Utf8.size(pair.value());
        }
        return length;
    }

    static int binaryLength(byte[] data) {
        if (data.length > Utf8.BYTES_MAX) {
            throw new IllegalArgumentException(
                    "Binary Data has at most 65535 bytes, given were " + data.length);
        }
        return data.length;
    }

    private static void write(Properties properties, int alias, ByteBuf out) {
        long present = (properties.present() & ~ALIAS) | (alias == 0 ? 0 : ALIAS);
        for (long bits = present; bits != 0; bits &= bits - 1) {
            Property property = Properties.propertyAt(bits);
            if (property == Property.TOPIC_ALIAS) {
                out.writeByte(property.identifier()).writeShort(alias);
                continue;
            }
            switch (property.type()) {
                case BYTE ->
                        out.writeByte(property.identifier())
                                .writeByte((int) properties.number(property, 0));
                case TWO_BYTE_INTEGER ->
                        out.writeByte(property.identifier())
                                .writeShort((int) properties.number(property, 0));
                case FOUR_BYTE_INTEGER ->
                        out.writeByte(property.identifier())
                                .writeInt((int) properties.number(property, 0));
                case VARIABLE_BYTE_INTEGER ->
                        writeIdentifiers(properties.subscriptionIdentifiers(), out);
                case UTF_8_STRING -> {
                    out.writeByte(property.identifier());
                    writeText(properties.requiredText(property), out);
                }
                case BINARY_DATA -> {
                    out.writeByte(property.identifier());
                    writeBinary(properties.requiredBinary(property), out);
                }
                case UTF_8_STRING_PAIR -> writePairs(properties, out);
            }
        }
    }

    private static void writeIdentifiers(int[] identifiers, ByteBuf out) {
        for (int identifier : identifiers) {
            out.writeByte(Property.SUBSCRIPTION_IDENTIFIER.identifier());
            VariableByteInteger.write(identifier, out);
        }
    }

    private static void writePairs(Properties properties, ByteBuf out) {
        for (UserProperty pair : properties.userProperties()) {
            out.writeByte(Property.USER_PROPERTY.identifier());
            writeText(pair.name(), out);
            writeText(pair.value(), out);
        }
    }

    static void writeText(String text, ByteBuf out) {
        int lengthAt = out.writerIndex();
        out.writeShort(0);
        out.setShort(lengthAt, ByteBufUtil.writeUtf8(out, text));
    }

    static void writeBinary(byte[] data, ByteBuf out) {
        out.writeShort(data.length).writeBytes(data);
    }
}
