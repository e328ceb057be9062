package org.vencejo.core.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;

/// The Topic Aliases that the peer of one connection has set (3.3.2.3.4).
///
/// Touched only by whoever runs the session; ends with the connection [MQTT-3.3.2-7].
public final class TopicAliases {
    private static final int GROWTH_MIN = 8;

    private final int maximum;
    private @Nullable TopicName[] names = new @Nullable TopicName[0];

    /// Aliases from 1 to `maximum`, which the peer was told.
    public TopicAliases(int maximum) {
        this.maximum = maximum;
    }

    /// `publish` with its Topic Name and without a Topic Alias, which is never passed on (B20).
    ///
    /// @throws ProtocolViolation 0x94 for an alias out of range, 0x82 for one that was not set
    public Publish resolve(Publish publish) {
        int alias = (int) publish.properties().number(Property.TOPIC_ALIAS, 0);
        if (alias == 0) {
            return publish;
        }
        if (alias > maximum) {
            throw new ProtocolViolation(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "MQTT-3.3.2-9",
                    "a Topic Alias is at most " + maximum + ", given was " + alias);
        }
        TopicName name = publish.topicName();
        if (name.isEmpty()) {
            TopicName set = alias <= names.length ? names[alias - 1] : null;
            if (set == null) {
                throw ProtocolViolation.protocolError(
                        "U5-16", "Topic Alias " + alias + " was not set");
            }
            name = set;
        } else {
            set(alias, name);
        }
        return publish.with(name, publish.properties().without(Property.TOPIC_ALIAS));
    }

    private void set(int alias, TopicName name) {
        if (alias > names.length) {
            names =
                    Arrays.copyOf(
                            names,
                            Math.min(maximum, Math.max(alias, names.length * 2 + GROWTH_MIN)));
        }
        names[alias - 1] = name;
    }
}
