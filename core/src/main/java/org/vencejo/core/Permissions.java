package org.vencejo.core;

import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What one client may do. Asked at each PUBLISH and SUBSCRIBE, at each will, and at each delivery,
/// when a message is given to the session and again when it is sent.
///
/// Touched only by whoever runs the server.
public interface Permissions {
    /// Everything.
    Permissions ALL =
            new Permissions() {
                @Override
                public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
                    return true;
                }

                @Override
                public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
                    return true;
                }

                @Override
                public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
                    return true;
                }
            };

    boolean mayPublish(TopicName topicName, QoS qos, boolean retain);

    /// `topicFilter` may be that of a shared subscription; `qos` is the Maximum QoS asked for.
    boolean maySubscribe(TopicFilter topicFilter, QoS qos);

    /// `qos` is the one at which it would be delivered; `shared` says whether through a shared
    /// subscription. Both are asked again here, as one subscription may be about topics of which
    /// different things are allowed.
    boolean mayReceive(TopicName topicName, QoS qos, boolean shared);

    /// How many rules had to be looked at to find out what these are: the work that
    /// [AccessRules#of] was.
    default int rulesLookedAt() {
        return 0;
    }
}
