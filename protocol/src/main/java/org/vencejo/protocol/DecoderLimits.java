package org.vencejo.protocol;

/// The limits that a decoder enforces before memory is taken. Immutable.
///
/// Sizes are whole packets with their fixed header, in bytes. `connectSizeMax` holds until CONNECT
/// is complete; `userPropertiesBytesMax` counts names and values. `topicFiltersMax` bounds the
/// filters of one SUBSCRIBE or UNSUBSCRIBE, as four bytes of packet make a hundred in memory.
public record DecoderLimits(
        int packetSizeMax,
        int connectSizeMax,
        int topicLevelsMax,
        int userPropertiesMax,
        int userPropertiesBytesMax,
        int topicFiltersMax) {

    /// The largest packet that the protocol knows: one byte, four of length, the longest body.
    public static final int PACKET_SIZE_MAX = 1 + 4 + VariableByteInteger.MAX;

    public static final DecoderLimits DEFAULT =
            new DecoderLimits(16 << 20, 512 << 10, 128, 1_000, 256 << 10, 65_536);

    public DecoderLimits {
        requireAtLeast(2, packetSizeMax, "packetSizeMax");
        requireAtLeast(2, connectSizeMax, "connectSizeMax");
        requireAtLeast(1, topicLevelsMax, "topicLevelsMax");
        requireAtLeast(0, userPropertiesMax, "userPropertiesMax");
        requireAtLeast(0, userPropertiesBytesMax, "userPropertiesBytesMax");
        requireAtLeast(1, topicFiltersMax, "topicFiltersMax");
    }

    /// These limits with another packet size.
    public DecoderLimits withPacketSizeMax(int other) {
        return new DecoderLimits(
                other,
                connectSizeMax,
                topicLevelsMax,
                userPropertiesMax,
                userPropertiesBytesMax,
                topicFiltersMax);
    }

    /// Refuses a Topic Name of a client that no server takes.
    void requireUsable(TopicName topicName, ProtocolVersion version) {
        if (topicName.levels() > topicLevelsMax) {
            throw tooManyLevels(topicName, version);
        }
        if (topicName.startsWithShare()) {
            throw Rule.TOPIC_NAME_SHARE.broken(
                    version, "$share/ begins only Topic Filters, given was a Topic Name with it");
        }
    }

    ProtocolViolation tooManyLevels(TopicName topicName, ProtocolVersion version) {
        return Rule.TOPIC_NAME_LEVELS.broken(
                version,
                "a Topic Name has at most "
                        + topicLevelsMax
                        + " levels, given were "
                        + topicName.levels());
    }

    private static void requireAtLeast(int least, int given, String name) {
        if (given < least) {
            throw new IllegalArgumentException(
                    name + " is at least " + least + ", given was " + given);
        }
    }
}
