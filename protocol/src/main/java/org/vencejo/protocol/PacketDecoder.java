package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// One direction of a connection from bytes to packets, at any fragmentation. Confined to one
/// thread; the buffers given in stay the caller's.
///
/// Call [#decode(ByteBuf)] with all bytes that have come and were not consumed, until it returns
/// null. It refuses what it can by the first bytes, and by the length before the rest is awaited,
/// so that the caller never has to keep more than the packet size allowed. After a
/// [ProtocolViolation] the stream has no meaning any more: the decoder is at its end.
public final class PacketDecoder {
    // For the connection.
    private final TopicCache topics;
    private final FieldReader fields;
    private FirstBytes firstBytes;
    private int packetSizeMax;

    // For the packet under way.
    private int bytesWanted;

    private PacketDecoder(
            boolean fromClient, DecoderLimits limits, TopicCache topics, FirstBytes firstBytes) {
        this.topics = topics;
        this.fields = new FieldReader(fromClient, limits);
        this.firstBytes = firstBytes;
    }

    /// A decoder of what a client sends. It learns the version from the CONNECT.
    public static PacketDecoder ofServer(DecoderLimits limits, TopicCache topics) {
        PacketDecoder decoder = new PacketDecoder(true, limits, topics, FirstBytes.OF_NEW_CLIENT);
        decoder.packetSizeMax = limits.connectSizeMax();
        return decoder;
    }

    /// A decoder of what a server sends to a client that speaks `version`.
    public static PacketDecoder ofClient(
            ProtocolVersion version, DecoderLimits limits, TopicCache topics) {
        PacketDecoder decoder =
                new PacketDecoder(false, limits, topics, FirstBytes.ofServer(version));
        decoder.fields.version(version);
        decoder.packetSizeMax = limits.packetSizeMax();
        return decoder;
    }

    /// What the peer speaks; null until name and level of its CONNECT were understood. A refused
    /// CONNECT leaves here the version in which the refusal is to be written, null if in none.
    public @Nullable ProtocolVersion version() {
        return fields.version();
    }

    /// How many bytes the packet under way lacks, at least; 0 if that is not known.
    public int bytesWanted() {
        return bytesWanted;
    }

    /// From now on no packet may be larger than `packetSizeMax` bytes.
    public void packetSizeMax(int packetSizeMax) {
        this.packetSizeMax = packetSizeMax;
    }

    /// Consumes one packet of `in`, or nothing and returns null if it is not whole. The payload of
    /// a PUBLISH is a view of `in`.
    ///
    /// @throws ProtocolViolation if the peer is at fault; nothing is consumed
    public @Nullable Packet decode(ByteBuf in) {
        bytesWanted = 0;
        int start = in.readerIndex();
        int given = in.writerIndex() - start;
        if (given == 0) {
            return null;
        }
        int first = in.getUnsignedByte(start);
        if (!firstBytes.allow(first)) {
            throw firstBytes.violation(first);
        }
        int length = remainingLength(in, start + 1, given - 1);
        if (length < 0) {
            return null;
        }
        int bodyAt = start + 1 + VariableByteInteger.size(length);
        int size = bodyAt - start + length;
        if (size > packetSizeMax) {
            if (firstBytes == FirstBytes.OF_NEW_CLIENT
                    && !learnsVersion(in, bodyAt, start + given)) {
                return null;
            }
            throw tooLarge(size);
        }
        if (given < size) {
            bytesWanted = size - given;
            return null;
        }
        Packet packet = decode(in, first, bodyAt, start + size);
        in.readerIndex(start + size);
        return packet;
    }

    /// The Remaining Length at `index`, -1 if it is not whole in the `given` bytes.
    private int remainingLength(ByteBuf in, int index, int given) {
        int value = 0;
        for (int i = 0; i < given; i++) {
            int b = in.getByte(index + i);
            value |= (b & 0x7F) << (7 * i);
            if (b >= 0) {
                if (b == 0 && i > 0) {
                    throw Rule.INTEGER_MINIMAL.broken(
                            version(),
                            "the Remaining Length takes the fewest bytes that hold it, given were "
                                    + (i + 1)
                                    + " for "
                                    + value);
                }
                return value;
            }
            if (i == 3) {
                throw Rule.INTEGER_OF_FOUR_BYTES.broken(
                        version(), "the Remaining Length has at most four bytes, given were more");
            }
        }
        return -1;
    }

    // A CONNECT that is not read on still says whether its client can be told why: only 5.0 has a
    // word for it. Returns false if too little of it is there.
    private boolean learnsVersion(ByteBuf in, int bodyAt, int end) {
        int missing = bodyAt + ConnectDecoder.VERSION_BYTES - end;
        if (missing > 0) {
            bytesWanted = missing;
            return false;
        }
        if (ConnectDecoder.isMqtt5(in, bodyAt)) {
            fields.version(ProtocolVersion.MQTT_5);
        }
        return true;
    }

    private ProtocolViolation tooLarge(int size) {
        Rule rule = firstBytes == FirstBytes.OF_NEW_CLIENT ? Rule.CONNECT_SIZE : Rule.PACKET_SIZE;
        return rule.broken(
                version(), "a packet has at most " + packetSizeMax + " bytes, given were " + size);
    }

    private Packet decode(ByteBuf in, int first, int bodyAt, int end) {
        PacketType type = PacketType.of(first >>> 4);
        if (type == PacketType.PUBLISH) {
            return publish(in, first, bodyAt, end);
        }
        fields.begin(in, bodyAt, end);
        Packet packet = type == PacketType.CONNECT ? connect() : BodyDecoder.decode(type, fields);
        fields.done();
        return packet;
    }

    private Connect connect() {
        Connect connect = ConnectDecoder.decode(fields);
        firstBytes = FirstBytes.ofClient(connect.version());
        packetSizeMax = fields.limits().packetSizeMax();
        return connect;
    }

    /// The road that must cost least: no memory but the record and the view of its payload.
    private Publish publish(ByteBuf in, int first, int bodyAt, int end) {
        ProtocolVersion version = knownVersion();
        if (end - bodyAt < 2) {
            throw Rule.TOPIC_NAME_THERE.broken(
                    version, "PUBLISH begins with a Topic Name, given were no two bytes");
        }
        int nameLength = in.getUnsignedShort(bodyAt);
        int index = bodyAt + 2 + nameLength;
        if (index > end) {
            throw Rule.TOPIC_NAME_THERE.broken(
                    version,
                    "the Topic Name ends in the packet, given were "
                            + nameLength
                            + " bytes of name and "
                            + (end - bodyAt - 2)
                            + " of packet");
        }
        TopicName topicName = TopicName.NONE;
        if (nameLength > 0) {
            topicName = topics.get(in, bodyAt + 2, nameLength, version);
            requireUsable(topicName, version);
        }
        QoS qos = QoS.of((first >>> 1) & 3);
        int packetIdentifier = 0;
        if (qos != QoS.AT_MOST_ONCE) {
            packetIdentifier = packetIdentifier(in, index, end, version);
            index += 2;
        }
        Properties own = Properties.NONE;
        if (version == ProtocolVersion.MQTT_5) {
            if (index < end && in.getByte(index) == 0) {
                index++;
            } else {
                fields.begin(in, index, end);
                own = PropertiesDecoder.decode(fields, PacketType.PUBLISH);
                index = fields.index();
                fields.done();
            }
        }
        if (nameLength == 0 && !own.has(Property.TOPIC_ALIAS)) {
            throw (version.isMqtt5() ? Rule.TOPIC_NAME_OR_ALIAS : Rule.TOPIC_NAME_EMPTY)
                    .broken(
                            version,
                            "PUBLISH has a Topic Name or else a Topic Alias, given was neither");
        }
        boolean dup = (first & 8) != 0 && qos != QoS.AT_MOST_ONCE; // V31-25
        Payload payload = Payload.inTransit(in, index, end - index);
        return new Publish(topicName, payload, qos, (first & 1) != 0, dup, packetIdentifier, own);
    }

    private ProtocolVersion knownVersion() {
        ProtocolVersion version = fields.version();
        if (version == null) {
            throw new IllegalStateException("only CONNECT is let in before the version is known");
        }
        return version;
    }

    private void requireUsable(TopicName topicName, ProtocolVersion version) {
        DecoderLimits limits = fields.limits();
        if (fields.fromClient()) {
            limits.requireUsable(topicName, version);
        } else if (topicName.levels() > limits.topicLevelsMax()) {
            throw limits.tooManyLevels(topicName, version);
        }
    }

    private int packetIdentifier(ByteBuf in, int index, int end, ProtocolVersion version) {
        if (end - index < 2) {
            throw Rule.FORMAT.broken(
                    version, "PUBLISH above QoS 0 has a Packet Identifier, given was the end");
        }
        int packetIdentifier = in.getUnsignedShort(index);
        if (packetIdentifier == 0) {
            throw (fields.fromClient() ? Rule.IDENTIFIER_OF_CLIENT : Rule.IDENTIFIER_OF_SERVER)
                    .broken(version, "a Packet Identifier is 1 to 65535, given was 0");
        }
        return packetIdentifier;
    }
}
