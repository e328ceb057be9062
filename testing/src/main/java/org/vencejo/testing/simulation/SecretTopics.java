package org.vencejo.testing.simulation;

import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Rules that let everybody do everything, but only the client `c0` read what is below `secret/`.
/// Stateless.
final class SecretTopics implements AccessRules {
    @Override
    public boolean mayPublish(String clientIdentifier, Identity identity, TopicName topicName) {
        return !topicName.toString().startsWith("forbidden/");
    }

    @Override
    public boolean maySubscribe(
            String clientIdentifier, Identity identity, TopicFilter topicFilter) {
        return !topicFilter.toString().startsWith("forbidden/");
    }

    @Override
    public boolean mayReceive(String clientIdentifier, Identity identity, TopicName topicName) {
        return clientIdentifier.equals("c0") || !topicName.toString().startsWith("secret/");
    }
}
