package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    void whatWasGatheredIsTakenAwayLikeWhatWasThere() {
        Properties.Builder builder = Properties.builder();
        builder.add(new UserProperty("a", "1")).addSubscriptionIdentifier(7);
        assertThat(builder.has(Property.USER_PROPERTY)).isTrue();
        builder.remove(Property.USER_PROPERTY).remove(Property.SUBSCRIPTION_IDENTIFIER);
        assertThat(builder.has(Property.SUBSCRIPTION_IDENTIFIER)).isFalse();
        assertThat(builder.build()).isSameAs(Properties.NONE);
    }

    @Test
    void oneOfManyNumbersOrStringsIsTakenAwayWhereverItStands() {
        List<Property> there =
                List.of(
                        Property.SESSION_EXPIRY_INTERVAL,
                        Property.RECEIVE_MAXIMUM,
                        Property.TOPIC_ALIAS_MAXIMUM,
                        Property.ASSIGNED_CLIENT_IDENTIFIER,
                        Property.SERVER_REFERENCE,
                        Property.REASON_STRING);
        Properties.Builder builder = Properties.builder();
        there.forEach(each -> put(each, builder));
        Properties all = builder.build();
        for (Property gone : there) {
            Properties.Builder others = Properties.builder();
            there.stream().filter(each -> each != gone).forEach(each -> put(each, others));
            assertThat(all.without(gone)).as(gone.name()).isEqualTo(others.build());
        }
    }

    private static void put(Property property, Properties.Builder builder) {
        if (property.isNumber()) {
            builder.put(property, property.identifier());
        } else {
            builder.put(property, property.name());
        }
    }

    @Test
    void aPropertyTakesOnlyAValueOfItsType() {
        Properties.Builder builder = Properties.builder();
        assertThatThrownBy(() -> builder.put(Property.CONTENT_TYPE, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("CONTENT_TYPE is a UTF_8_STRING");
        assertThatThrownBy(() -> builder.put(Property.CORRELATION_DATA, "text"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.put(Property.CONTENT_TYPE, new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(builder.build()).isSameAs(Properties.NONE);
    }

    @Test
    void aFlagIsItsByteOrWhatItsAbsenceMeans() {
        Properties no = Properties.NONE.with(Property.RETAIN_AVAILABLE, 0);
        Properties yes = Properties.NONE.with(Property.RETAIN_AVAILABLE, 1);
        for (boolean absent : new boolean[] {false, true}) {
            assertThat(no.flag(Property.RETAIN_AVAILABLE, absent)).isFalse();
            assertThat(yes.flag(Property.RETAIN_AVAILABLE, absent)).isTrue();
            assertThat(no.flag(Property.MAXIMUM_QOS, absent)).isEqualTo(absent);
        }
    }

    @Test
    void propertiesSayTheirNumbersInTheOrderOfTheTable() {
        assertThat(
                        Properties.NONE
                                .with(Property.TOPIC_ALIAS, 5)
                                .with(Property.CONTENT_TYPE, "secret")
                                .with(Property.MESSAGE_EXPIRY_INTERVAL, 9))
                .hasToString("[MESSAGE_EXPIRY_INTERVAL=9, CONTENT_TYPE, TOPIC_ALIAS=5]");
        assertThat(Properties.NONE).hasToString("[]");
    }

    @Test
    void whatPropertiesTakeInMemoryGrowsWithEachValueAndEachLetter() {
        Properties one = Properties.NONE.with(Property.CONTENT_TYPE, "x");
        assertThat(Properties.NONE.heapBytes()).isZero();
        assertThat(one.heapBytes()).as("more than its letter").isGreaterThan(32);
        assertThat(one.with(Property.CONTENT_TYPE, "xyz").heapBytes())
                .isEqualTo(one.heapBytes() + 2);
        assertThat(one.with(Property.TOPIC_ALIAS, 5).heapBytes()).isEqualTo(one.heapBytes() + 8);
        Properties data = one.toBuilder().put(Property.CORRELATION_DATA, new byte[100]).build();
        assertThat(data.heapBytes()).isBetween(one.heapBytes() + 101, one.heapBytes() + 150);
        Properties pairs = Properties.NONE.withUserProperty("a", "b");
        long onePair = pairs.withUserProperty("a", "b").heapBytes() - pairs.heapBytes();
        assertThat(onePair).as("as much as two strings and more").isGreaterThan(64);
        assertThat(pairs.heapBytes()).as("and a list").isGreaterThan(onePair);
        assertThat(Properties.NONE.withUserProperty("ab", "cde").heapBytes())
                .isEqualTo(pairs.heapBytes() + 3);
    }

    @Test
    void aLevelOfQosIsTheLowerOrTheHigherOfTwo() {
        QoS[] levels = QoS.values();
        for (QoS one : levels) {
            for (QoS other : levels) {
                assertThat(one.min(other).value()).isEqualTo(Math.min(one.value(), other.value()));
                assertThat(one.max(other).value()).isEqualTo(Math.max(one.value(), other.value()));
            }
        }
    }

    @Test
    void aPayloadIsWrittenAndSharedWhereverItsBytesAre() {
        ByteBuf received = Unpooled.buffer().writeBytes(new byte[] {1, 2, 3, 4});
        for (Payload payload :
                List.of(
                        Payload.inTransit(received, 1, 2),
                        Payload.of(new byte[] {2, 3}),
                        Payload.inTransit(received, 1, 2).stored())) {
            ByteBuf out = Unpooled.buffer();
            payload.writeTo(out);
            assertThat(Bytes.hex(out)).isEqualTo("0203");
            ByteBuf shared = payload.retainedBuffer();
            assertThat(Bytes.hex(shared)).isEqualTo("0203");
            shared.release();
            assertThat(received.refCnt()).isEqualTo(1);
            assertThat(payload.isEmpty()).isFalse();
            assertThat(payload).hasToString("Payload[2 bytes]");
        }
        Payload inTransit = Payload.inTransit(received, 0, 4);
        ByteBuf shared = inTransit.retainedBuffer();
        assertThat(received.refCnt()).as("who shares the buffer holds it").isEqualTo(2);
        shared.release();
        assertThat(Payload.of(new byte[0])).isSameAs(Payload.EMPTY);
        assertThat(Payload.EMPTY.isEmpty()).isTrue();
        assertThat(Payload.EMPTY.retainedBuffer().readableBytes()).isZero();
        assertThat(inTransit).isNotEqualTo(Payload.of(new byte[] {1, 2, 3}));
        assertThat(inTransit).isNotEqualTo(Payload.of(new byte[] {1, 2, 3, 5}));
        Payload stored = Payload.of(new byte[] {1});
        assertThat(stored.stored()).isSameAs(stored);
    }

    @Test
    void aPayloadIsUtf8OrNot() {
        assertThat(Payload.of("a\u00F1\u0000").isUtf8()).isTrue();
        assertThat(Payload.EMPTY.isUtf8()).isTrue();
        assertThat(Payload.of(new byte[] {'a', (byte) 0xC3}).isUtf8()).isFalse();
    }

    @Test
    void anIdentifierNamesItsPropertyOrNone() {
        for (Property property : Property.values()) {
            assertThat(Property.of(property.identifier())).isEqualTo(property);
        }
        for (int unknown : new int[] {0, 0x04, 0x2B, 0x7F, 0x80, 0xFFFF}) {
            assertThat(Property.of(unknown)).isNull();
        }
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
