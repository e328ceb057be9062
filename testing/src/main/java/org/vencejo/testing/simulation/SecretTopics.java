package org.vencejo.testing.simulation;

import org.vencejo.core.AccessRules;
import org.vencejo.core.Permissions;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Rules that let everybody do everything, but only the client `c0` read what is below `secret/`.
/// Stateless.
final class SecretTopics implements AccessRules {
    @Override
    public Permissions of(Subject subject) {
        return new Permissions() {
            @Override
            public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
                return SecretTopics.mayPublish(topicName);
            }

            @Override
            public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
                return SecretTopics.maySubscribe(topicFilter);
            }

            @Override
            public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
                return SecretTopics.mayReceive(subject.clientIdentifier(), topicName);
            }
        };
    }

    static boolean mayPublish(TopicName topicName) {
        return !topicName.toString().startsWith("forbidden/");
    }

    static boolean maySubscribe(TopicFilter topicFilter) {
        return !topicFilter.toString().startsWith("forbidden/");
    }

    static boolean mayReceive(String clientIdentifier, TopicName topicName) {
        return clientIdentifier.equals("c0") || !topicName.toString().startsWith("secret/");
    }
}
