package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;

/// One message for one receiver, as it is sent.
class CopyTest {
    private static final Publish PUBLISH = FlowBench.message(QoS.EXACTLY_ONCE, "m");

    private static Copy copy(boolean retain, int... identifiers) {
        return new Copy(
                5, new Message(PUBLISH, Message.NEVER), QoS.AT_LEAST_ONCE, retain, identifiers);
    }

    @Test
    void itIsSentWithTheOptionsOfItsReceiver() {
        for (boolean retain : new boolean[] {true, false}) {
            Copy copy = copy(retain, 7, 9);
            assertThat(copy.retain()).isEqualTo(retain);
            Publish sent = copy.publish(0);
            assertThat(sent.retain()).isEqualTo(retain);
            assertThat(sent.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
            assertThat(sent.properties().subscriptionIdentifiers()).containsExactly(7, 9);
            assertThat(sent.payload()).isSameAs(PUBLISH.payload());
        }
        assertThat(copy(false).publish(0).properties()).isSameAs(Properties.NONE);
    }

    @Test
    void itsMessageWeighsItsTopicItsPayloadItsPropertiesAndMore() {
        long plain = Message.bytesOf(PUBLISH);
        assertThat(plain).as("more than its two letters").isGreaterThan(50);
        assertThat(Message.bytesOf(FlowBench.message(QoS.AT_LEAST_ONCE, "mmm")))
                .as("two letters more in topic and payload")
                .isEqualTo(plain + 4);
        Properties some = Properties.NONE.withUserProperty("name", "value");
        Publish more = PUBLISH.with(PUBLISH.topicName(), some);
        assertThat(Message.bytesOf(more)).isEqualTo(plain + some.heapBytes());
        assertThat(new Message(more, Message.NEVER).bytes()).isEqualTo(Message.bytesOf(more));
    }

    @Test
    void withoutAnExpiryOfItsOwnNoneIsSent() {
        Copy bounded =
                new Copy(5, new Message(PUBLISH, 9_000), QoS.AT_LEAST_ONCE, false, new int[0]);
        assertThat(bounded.publish(0).properties().has(Property.MESSAGE_EXPIRY_INTERVAL)).isFalse();
    }

    @Test
    void itWasSentOnceItHasAnIdentifier() {
        Copy copy = copy(false);
        assertThat(copy.wasSent()).isFalse();
        copy.sent(3, 1, 0);
        assertThat(copy.wasSent()).isTrue();
        assertThat(copy.sentIn(1)).isTrue();
        assertThat(copy.sentIn(2)).isFalse();
    }

    @Test
    void whatNobodyKeepsHasNoMessageToAskFor() {
        assertThatThrownBy(Copy.UNKEPT_AT_LEAST_ONCE::message)
                .isInstanceOf(IllegalStateException.class);
        assertThat(Copy.UNKEPT_RELEASED.isReleased()).isTrue();
        assertThat(Copy.UNKEPT_EXACTLY_ONCE.isReleased()).isFalse();
    }
}
