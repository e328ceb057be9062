package org.vencejo.core;

import org.vencejo.core.Authentication.Identity;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What a client may do. Asked at each PUBLISH, at each SUBSCRIBE and again at each delivery.
///
/// That clients do not publish to `$SYS/` is no access rule but the server's own (B32).
public interface AccessRules {
    /// Everybody may do everything.
    AccessRules OPEN =
            new AccessRules() {
                @Override
                public boolean mayPublish(
                        String clientIdentifier, Identity identity, TopicName topicName) {
                    return true;
                }

                @Override
                public boolean maySubscribe(
                        String clientIdentifier, Identity identity, TopicFilter topicFilter) {
                    return true;
                }

                @Override
                public boolean mayReceive(
                        String clientIdentifier, Identity identity, TopicName topicName) {
                    return true;
                }
            };

    boolean mayPublish(String clientIdentifier, Identity identity, TopicName topicName);

    boolean maySubscribe(String clientIdentifier, Identity identity, TopicFilter topicFilter);

    boolean mayReceive(String clientIdentifier, Identity identity, TopicName topicName);
}
