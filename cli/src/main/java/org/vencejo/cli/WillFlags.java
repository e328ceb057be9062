package org.vencejo.cli;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;
import picocli.CommandLine.Option;

/// The flags of a will, which `pub` and `sub` share. Confined to the thread of the command.
final class WillFlags {
    @Option(
            names = "--will-topic",
            paramLabel = "TOPIC",
            description = "Leave a will for this topic.")
    private @Nullable String topic;

    @Option(names = "--will-payload", paramLabel = "TEXT", description = "What the will says.")
    private @Nullable String payload;

    @Option(
            names = "--will-qos",
            paramLabel = "0|1|2",
            converter = QoSFlag.class,
            description = "Its Quality of Service (0).")
    private @Nullable QoS qos;

    @Option(names = "--will-retain", description = "Have the will retained.")
    private boolean retain;

    /// The will, with the properties that `-D will` gave, or null.
    ///
    /// @throws IllegalArgumentException naming what is missing or wrong
    @Nullable Will will(Properties properties) {
        if (topic == null) {
            if (payload != null || qos != null || retain || !properties.isEmpty()) {
                throw new IllegalArgumentException("a will needs its topic: --will-topic TOPIC");
            }
            return null;
        }
        try {
            return new Will(
                    TopicName.of(topic),
                    Payload.of(payload == null ? "" : payload),
                    qos == null ? QoS.AT_MOST_ONCE : qos,
                    retain,
                    properties);
        } catch (ProtocolViolation violation) {
            throw new IllegalArgumentException("--will-topic: " + violation.detail(), violation);
        }
    }
}
