package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;

/// The properties of messages and wills as bytes, for whoever keeps them: as 5.0 writes them, with
/// their length before them, whatever the version in which they came. Stateless.
///
/// What was within the limits of a connection once is not held against limits again.
public final class PropertiesCodec {
    private static final int NO_LIMIT = Integer.MAX_VALUE;
    private static final DecoderLimits NO_LIMITS =
            new DecoderLimits(NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT);

    private PropertiesCodec() {}

    /// Appends the properties of a message. A Topic Alias is left out, as it belongs to one
    /// connection.
    public static void encode(Properties properties, ByteBuf out) {
        PropertiesEncoder.encode(properties, PacketType.PUBLISH, 0, out);
    }

    /// Reads the properties of a message, which come next in `in`.
    ///
    /// @throws ProtocolViolation if they are damaged
    public static Properties decode(ByteBuf in) {
        FieldReader fields = fields(in);
        Properties properties = PropertiesDecoder.decode(fields, PacketType.PUBLISH);
        in.readerIndex(fields.index());
        return properties;
    }

    /// Appends the properties of a will.
    public static void encodeWill(Properties properties, ByteBuf out) {
        PropertiesEncoder.encodeWill(properties, out);
    }

    /// Reads the properties of a will, which come next in `in`.
    ///
    /// @throws ProtocolViolation if they are damaged
    public static Properties decodeWill(ByteBuf in) {
        FieldReader fields = fields(in);
        Properties properties = PropertiesDecoder.decodeWill(fields);
        in.readerIndex(fields.index());
        return properties;
    }

    private static FieldReader fields(ByteBuf in) {
        FieldReader fields = new FieldReader(false, NO_LIMITS);
        fields.version(ProtocolVersion.MQTT_5);
        fields.begin(in, in.readerIndex(), in.writerIndex());
        return fields;
    }
}
