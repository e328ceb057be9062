package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the records say and hide, and what Properties keep.
class RecordsTest {

    @Test
    void aConnectHidesItsPasswordAndComparesIt() {
        Connect one = connect(new byte[] {'s', 'e', 'c'});
        assertThat(one)
                .isEqualTo(connect(new byte[] {'s', 'e', 'c'}))
                .hasSameHashCodeAs(connect(new byte[] {'s', 'e', 'c'}));
        assertThat(one)
                .isNotEqualTo(connect(new byte[] {'s', 'e', 'd'}))
                .isNotEqualTo(connect(null));
        assertThat(one.toString())
                .contains("password=hidden", "clientIdentifier=c")
                .doesNotContain("sec", "115");
        assertThat(connect(null)).asString().contains("password=none");
    }

    private static Connect connect(byte[] password) {
        return new Connect(
                ProtocolVersion.MQTT_5, "c", true, 0, null, "u", password, Properties.NONE);
    }

    @Test
    void propertiesHideTextAndCompareArrays() {
        Properties one =
                Properties.builder()
                        .put(Property.CORRELATION_DATA, new byte[] {1})
                        .put(Property.CONTENT_TYPE, "x/y")
                        .build();
        Properties two =
                Properties.builder()
                        .put(Property.CONTENT_TYPE, "x/y")
                        .put(Property.CORRELATION_DATA, new byte[] {1})
                        .build();
        assertThat(one).isEqualTo(two).hasSameHashCodeAs(two);
        assertThat(one).isNotEqualTo(two.with(Property.CONTENT_TYPE, "x/z"));
        assertThat(one.toString()).contains("CONTENT_TYPE").doesNotContain("x/y");
    }

    @Test
    void propertiesAreSetReplacedAndRemoved() {
        Properties some =
                Properties.NONE
                        .with(Property.TOPIC_ALIAS, 5)
                        .with(Property.MESSAGE_EXPIRY_INTERVAL, 9)
                        .with(Property.RESPONSE_TOPIC, "r")
                        .with(Property.CONTENT_TYPE, "c")
                        .withUserProperty("a", "1")
                        .withUserProperty("a", "2");
        assertThat(some.number(Property.MESSAGE_EXPIRY_INTERVAL, -1)).isEqualTo(9);
        assertThat(some.number(Property.TOPIC_ALIAS, -1)).isEqualTo(5);
        assertThat(some.with(Property.TOPIC_ALIAS, 6).number(Property.TOPIC_ALIAS, -1))
                .isEqualTo(6);
        assertThat(some.number(Property.TOPIC_ALIAS, -1))
                .as("the first are as they were")
                .isEqualTo(5);
        assertThat(some.text(Property.CONTENT_TYPE)).isEqualTo("c");
        assertThat(some.with(Property.CONTENT_TYPE, "d").text(Property.RESPONSE_TOPIC))
                .isEqualTo("r");
        assertThat(some.userProperties())
                .containsExactly(new UserProperty("a", "1"), new UserProperty("a", "2"));

        Properties fewer =
                some.without(Property.MESSAGE_EXPIRY_INTERVAL).without(Property.RESPONSE_TOPIC);
        assertThat(fewer.has(Property.MESSAGE_EXPIRY_INTERVAL)).isFalse();
        assertThat(fewer.number(Property.MESSAGE_EXPIRY_INTERVAL, 3)).isEqualTo(3);
        assertThat(fewer.number(Property.TOPIC_ALIAS, -1)).isEqualTo(5);
        assertThat(fewer.text(Property.CONTENT_TYPE)).isEqualTo("c");
        assertThat(fewer.text(Property.RESPONSE_TOPIC)).isNull();
        assertThat(some.without(Property.ASSIGNED_CLIENT_IDENTIFIER)).isSameAs(some);

        Properties none =
                fewer.without(Property.TOPIC_ALIAS)
                        .without(Property.CONTENT_TYPE)
                        .without(Property.USER_PROPERTY);
        assertThat(none).isSameAs(Properties.NONE);
        assertThat(none.userProperties()).isEmpty();
    }

    @Test
    void whatMayRepeatIsAddedBehindWhatIsThere() {
        Properties.Builder builder = Properties.NONE.withUserProperty("a", "1").toBuilder();
        builder.addAll(List.of(new UserProperty("b", "2"), new UserProperty("a", "3")));
        builder.put(Property.SUBSCRIPTION_IDENTIFIER, 7).addSubscriptionIdentifier(7);
        assertThat(builder.has(Property.SUBSCRIPTION_IDENTIFIER)).isTrue();
        Properties built = builder.build();
        assertThat(built.userProperties())
                .extracting(UserProperty::name)
                .containsExactly("a", "b", "a");
        assertThat(built.subscriptionIdentifiers()).containsExactly(7, 7);
        assertThat(built.toBuilder().addSubscriptionIdentifier(8).build().subscriptionIdentifiers())
                .containsExactly(7, 7, 8);
        assertThat(
                        built.withSubscriptionIdentifiers(new int[0])
                                .has(Property.SUBSCRIPTION_IDENTIFIER))
                .isFalse();
        assertThat(builder.remove(Property.USER_PROPERTY).build().userProperties()).isEmpty();
    }

    @Test
    void aPayloadInTransitAndAStoredOneAreEqualIfTheirBytesAre() {
        ByteBuf received = Unpooled.buffer().writeBytes(new byte[] {1, 2, 3, 4});
        Payload inTransit = Payload.inTransit(received, 1, 2);
        assertThat(inTransit)
                .isEqualTo(Payload.of(new byte[] {2, 3}))
                .hasSameHashCodeAs(Payload.of(new byte[] {2, 3}));
        Payload stored = inTransit.stored();
        received.setByte(1, 9);
        assertThat(stored.toByteArray()).containsExactly(2, 3);
        assertThat(inTransit.toByteArray()).containsExactly(9, 3);
        assertThat(Payload.inTransit(received, 1, 0)).isSameAs(Payload.EMPTY);
    }
}
