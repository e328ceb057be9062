package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What a client of a test may do; each question is asked twice, as the second answer is
/// remembered.
record Rights(RulePermissions permissions) {
    /// `user` is `-` for a client without a user name.
    static Rights of(RuleSet rules, String client, String user) {
        Identity identity = new Identity(user.equals("-") ? null : user);
        return of(rules, new Subject(client, identity, "inside", "10.0.0.7:40000"));
    }

    static Rights of(RuleSet rules, Subject subject) {
        return new Rights(rules.permissionsOf(subject));
    }

    boolean mayPublish(String topic) {
        return mayPublish(topic, QoS.AT_MOST_ONCE, false);
    }

    boolean mayPublish(String topic, QoS qos, boolean retain) {
        TopicName name = TopicName.of(topic);
        boolean first = permissions.mayPublish(name, qos, retain);
        assertThat(permissions.mayPublish(name, qos, retain)).isEqualTo(first);
        return first;
    }

    boolean mayReceive(String topic) {
        return mayReceive(topic, QoS.AT_MOST_ONCE, false);
    }

    boolean mayReceive(String topic, QoS qos, boolean shared) {
        TopicName name = TopicName.of(topic);
        boolean first = permissions.mayReceive(name, qos, shared);
        assertThat(permissions.mayReceive(name, qos, shared)).isEqualTo(first);
        return first;
    }

    boolean maySubscribe(String filter) {
        return maySubscribe(filter, QoS.EXACTLY_ONCE);
    }

    boolean maySubscribe(String filter, QoS qos) {
        return permissions.maySubscribe(TopicFilter.of(filter), qos);
    }
}
