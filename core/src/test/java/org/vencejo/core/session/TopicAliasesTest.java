package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;

/// Topic Aliases of both directions (3.3.2.3.4).
class TopicAliasesTest {
    private static Publish publish(String topic, int alias) {
        return FlowBench.message(QoS.AT_MOST_ONCE, "payload")
                .with(
                        topic.isEmpty() ? TopicName.NONE : TopicName.of(topic),
                        Properties.NONE
                                .with(Property.TOPIC_ALIAS, alias)
                                .with(Property.PAYLOAD_FORMAT_INDICATOR, 1));
    }

    // ---- what the peer sets

    @Test
    void anAliasStandsForTheNameThatItCameWithLast() {
        TopicAliases aliases = new TopicAliases(2);
        for (String[] step :
                new String[][] {{"a", "a"}, {"", "a"}, {"b", "b"}, {"", "b"}, {"", "b"}}) {
            Publish resolved = aliases.resolve(publish(step[0], 2));
            assertThat(resolved.topicName()).isEqualTo(TopicName.of(step[1]));
            assertThat(resolved.properties()) // (B20): and nothing else is gone
                    .isEqualTo(Properties.NONE.with(Property.PAYLOAD_FORMAT_INDICATOR, 1));
        }
    }

    @Test
    void eachAliasUpToTheMaximumWorksAndNoneBeyond() {
        TopicAliases aliases = new TopicAliases(100);
        for (int alias = 100; alias > 0; alias -= 33) {
            aliases.resolve(publish("t/" + alias, alias)); // [MQTT-3.3.2-12]
            assertThat(aliases.resolve(publish("", alias)).topicName())
                    .isEqualTo(TopicName.of("t/" + alias));
        }
        assertCode(aliases, publish("t", 101), ReasonCode.TOPIC_ALIAS_INVALID);
        assertCode(new TopicAliases(0), publish("t", 1), ReasonCode.TOPIC_ALIAS_INVALID);
    }

    @Test
    void anAliasThatWasNotSetIsAProtocolError() {
        TopicAliases aliases = new TopicAliases(5);
        assertCode(aliases, publish("", 1), ReasonCode.PROTOCOL_ERROR); // U5-16
        aliases.resolve(publish("t", 2));
        assertCode(aliases, publish("", 1), ReasonCode.PROTOCOL_ERROR);
        assertCode(aliases, publish("", 5), ReasonCode.PROTOCOL_ERROR);
    }

    private static void assertCode(TopicAliases aliases, Publish publish, ReasonCode code) {
        assertThatThrownBy(() -> aliases.resolve(publish))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> assertThat(violation.reasonCode()).isEqualTo(code));
    }

    // ---- what we set

    @Test
    void theLeastRecentlyUsedAliasIsGivenAnew() {
        AliasesSent aliases = new AliasesSent(3);
        assertThat(use(aliases, "a", "b", "c")).containsExactly(1, 2, 3);
        assertThat(use(aliases, "a", "c", "a")).containsExactly(-1, -3, -1);
        assertThat(use(aliases, "d")).containsExactly(2); // b's (B21)
        assertThat(use(aliases, "b")).containsExactly(3); // c's
        assertThat(use(aliases, "a", "d", "b")).containsExactly(-1, -2, -3);
    }

    @Test
    void towardsAPeerThatTakesNoneThereAreNone() {
        assertThat(use(AliasesSent.NONE, "a", "a")).containsExactly(0, 0); // [MQTT-3.1.2-27]
        assertThat(use(new AliasesSent(0), "a", "a")).containsExactly(0, 0);
    }

    @Test
    void anAliasThatWasOnlyLookedForIsNotSet() {
        AliasesSent aliases = new AliasesSent(2);
        assertThat(aliases.find(TopicName.of("a"))).isEqualTo(1);
        assertThat(aliases.find(TopicName.of("b"))).isEqualTo(1);
    }

    private static int[] use(AliasesSent aliases, String... topics) {
        int[] found = new int[topics.length];
        for (int i = 0; i < topics.length; i++) {
            TopicName topicName = TopicName.of(topics[i]);
            found[i] = aliases.find(topicName);
            if (found[i] > 0) {
                aliases.set(topicName, found[i]);
            }
        }
        return found;
    }
}
