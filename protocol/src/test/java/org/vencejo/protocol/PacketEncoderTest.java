package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What the encoder leaves out, what it refuses to write, and Topic Aliases.
class PacketEncoderTest {
    private static final Properties WHY =
            Properties.NONE
                    .with(Property.REASON_STRING, "because")
                    .withUserProperty("name", "value");

    private static final Subscription T = Subscription.of("t", QoS.AT_MOST_ONCE);

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "127, 7F",
        "128, 8001",
        "16383, FF7F",
        "16384, 808001",
        "2097151, FFFF7F",
        "2097152, 80808001",
        "268435455, FFFFFF7F"
    })
    void variableByteIntegersTakeTheFewestBytes(int value, String hex) {
        ByteBuf out = Unpooled.buffer();
        VariableByteInteger.write(value, out);
        assertThat(Bytes.hex(out)).isEqualToIgnoringCase(hex);
        assertThat(VariableByteInteger.size(value)).isEqualTo(out.readableBytes());
    }

    @Test
    void propertiesAreLeftOutBefore5() {
        Publish publish =
                publish(
                        QoS.AT_MOST_ONCE,
                        Properties.NONE
                                .with(Property.CONTENT_TYPE, "x")
                                .with(Property.TOPIC_ALIAS, 1));
        assertThat(
                        hex(
                                publish.with(
                                        publish.topicName(), WHY.without(Property.REASON_STRING)),
                                MQTT_3_1_1))
                .isEqualTo("30050001746869");
        assertThat(hex(new Puback(1, ReasonCode.QUOTA_EXCEEDED, WHY), MQTT_3_1))
                .isEqualTo("40020001");
        assertThat(hex(new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN, WHY), MQTT_3_1_1))
                .isEqualTo("e000");
        assertThat(
                        hex(
                                new Unsuback(1, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED), WHY),
                                MQTT_3_1_1))
                .isEqualTo("b0020001");
        assertThat(hex(new Suback(1, List.of(ReasonCode.NOT_AUTHORIZED), WHY), MQTT_3_1_1))
                .isEqualTo("9003000180");
        assertThat(hex(new Connack(true, ReasonCode.SUCCESS, WHY), MQTT_3_1))
                .as("[V31-6]")
                .isEqualTo("20020000");
    }

    @ParameterizedTest
    @CsvSource({
        "SUCCESS, 0",
        "UNSUPPORTED_PROTOCOL_VERSION, 1",
        "CLIENT_IDENTIFIER_NOT_VALID, 2",
        "SERVER_UNAVAILABLE, 3",
        "SERVER_BUSY, 3",
        "QUOTA_EXCEEDED, 3",
        "SERVER_SHUTTING_DOWN, 3",
        "BAD_USER_NAME_OR_PASSWORD, 4",
        "NOT_AUTHORIZED, 5",
        "BANNED, 5",
        "MALFORMED_PACKET, -1",
        "PROTOCOL_ERROR, -1",
        "PACKET_TOO_LARGE, -1",
        "QOS_NOT_SUPPORTED, -1"
    })
    void refusalsBefore5HaveAReturnCodeOrNone(ReasonCode code, int returnCode) {
        assertThat(code.returnCode()).isEqualTo(returnCode);
        if (returnCode >= 0) {
            assertThat(hex(new Connack(false, code, Properties.NONE), MQTT_3_1_1))
                    .isEqualTo("2002000" + returnCode);
        } else {
            refuses(new Connack(false, code, Properties.NONE), MQTT_3_1_1);
        }
    }

    @Test
    void returnCodesComeBackAsTheReasonCodesThatTheyStandFor() {
        for (int returnCode = 0; returnCode <= 5; returnCode++) {
            ReasonCode code = ReasonCode.ofReturnCode(returnCode);
            assertThat(code).isNotNull();
            assertThat(code.returnCode()).isEqualTo(returnCode);
        }
        assertThat(ReasonCode.ofReturnCode(6)).isNull();
    }

    @Test
    void whatNoPeerCouldTakeIsRefused() {
        refuses(publish(QoS.AT_LEAST_ONCE, Properties.NONE), MQTT_3_1_1); // Packet Identifier 0
        refuses(publish(QoS.AT_LEAST_ONCE, Properties.NONE).sentAs(65_536, false), MQTT_5);
        refuses(publish(QoS.AT_MOST_ONCE, Properties.NONE).sentAs(0, true), MQTT_5); // DUP
        refuses(
                publish(QoS.AT_MOST_ONCE, Properties.NONE).with(TopicName.NONE, Properties.NONE),
                MQTT_5);
        refuses(publish(QoS.AT_MOST_ONCE, WHY), MQTT_5); // a Reason String
        refuses(
                publish(
                        QoS.AT_MOST_ONCE,
                        Properties.NONE.withSubscriptionIdentifiers(new int[] {0})),
                MQTT_5);
        refuses(withProperty(Property.RECEIVE_MAXIMUM, 0), MQTT_5);
        refuses(withProperty(Property.RECEIVE_MAXIMUM, 65_536), MQTT_5);
        refuses(withProperty(Property.MAXIMUM_PACKET_SIZE, 0x1_0000_0000L), MQTT_5);
        refuses(withProperty(Property.SESSION_EXPIRY_INTERVAL, -1), MQTT_5);
        refuses(withProperty(Property.REQUEST_PROBLEM_INFORMATION, 2), MQTT_5);
        refuses(withWill(will(TopicName.NONE, Payload.EMPTY)), MQTT_5);
        refuses(new Puback(0, ReasonCode.SUCCESS), MQTT_5);
        refuses(new Subscribe(0, List.of(T), Properties.NONE), MQTT_5);
        refuses(new Suback(0, List.of(ReasonCode.SUCCESS), Properties.NONE), MQTT_5);
        refuses(new Unsubscribe(0, List.of(T.topicFilter()), Properties.NONE), MQTT_5);
        refuses(new Unsuback(0, List.of(ReasonCode.SUCCESS), Properties.NONE), MQTT_5);
        refuses(new Auth(ReasonCode.SUCCESS, Properties.NONE), MQTT_3_1_1);
        refuses(
                new Suback(1, List.of(ReasonCode.UNSPECIFIED_ERROR), Properties.NONE),
                MQTT_3_1); // [V31-8]
        refuses(new Subscribe(1, List.of(), Properties.NONE), MQTT_5);
        refuses(new Unsubscribe(1, List.of(), Properties.NONE), MQTT_5);
        refuses(connect(MQTT_3_1_1, "c", new byte[1]), MQTT_3_1_1); // a Password alone
        refuses(connect(MQTT_5, "c", new byte[65_536]), MQTT_5);
        refuses(connect(MQTT_5, "c", null), MQTT_3_1_1);
        refuses(
                new Disconnect(
                        ReasonCode.SUCCESS, Properties.NONE.with(Property.RECEIVE_MAXIMUM, 1)),
                MQTT_5);
    }

    @Test
    void aKeepAliveHasTwoBytesAndAWillPayloadHasALengthOfTwo() {
        for (int keepAlive : new int[] {0, 65_535}) {
            assertThat(hex(keepAlive(keepAlive), MQTT_5)).hasSize(2 * 16);
        }
        refuses(keepAlive(-1), MQTT_5);
        refuses(keepAlive(65_536), MQTT_5);
        Will longest = will(TopicName.of("t"), Payload.of(new byte[65_535]));
        assertThat(hex(withWill(longest), MQTT_5)).hasSize(2 * 65_559);
        refuses(withWill(will(TopicName.of("t"), Payload.of(new byte[65_536]))), MQTT_5);
    }

    @Test
    void aTopicAliasIsOf5AndHasTwoBytes() {
        Publish publish = publish(QoS.AT_MOST_ONCE, Properties.NONE);
        for (int alias : new int[] {65_535, -65_535}) {
            assertThat(PacketEncoder.publishSize(publish, MQTT_5, alias)).isPositive();
        }
        for (int alias : new int[] {65_536, -65_536}) {
            assertThatThrownBy(() -> PacketEncoder.publishSize(publish, MQTT_5, alias))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> PacketEncoder.publishSize(publish, MQTT_3_1_1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(PacketEncoder.publishSize(publish, MQTT_3_1_1, 0)).isEqualTo(7);
    }

    @Test
    void textThatIsNoStringIsRefused() {
        for (String text : new String[] {"\u0000", "\uD800", "x".repeat(65_536)}) {
            assertThatThrownBy(() -> PacketEncoder.size(connect(MQTT_5, text, null), MQTT_5))
                    .isInstanceOf(ProtocolViolation.class);
        }
        assertThat(PacketEncoder.size(connect(MQTT_5, "x".repeat(65_535), null), MQTT_5))
                .isEqualTo(65_552);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    0  | 30 06 00 01 74 00 68 69
                    5  | 30 09 00 01 74 03 23 00 05 68 69
                    -5 | 30 08 00 00 03 23 00 05 68 69
                    """)
    void aTopicAliasStandsBesideOrInsteadOfTheName(int alias, String hex) {
        for (Properties own :
                List.of(Properties.NONE, Properties.NONE.with(Property.TOPIC_ALIAS, 9))) {
            Publish publish = publish(QoS.AT_MOST_ONCE, own);
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.encodePublish(publish, 0, false, alias, MQTT_5, out);
            assertThat(Bytes.hex(out)).isEqualTo(Bytes.hex(Bytes.of(hex)));
            assertThat(PacketEncoder.publishSize(publish, MQTT_5, alias))
                    .isEqualTo(out.readableBytes());
        }
    }

    static List<Packet> answers() {
        return List.of(
                new Connack(false, ReasonCode.NOT_AUTHORIZED, WHY),
                new Puback(1, ReasonCode.NOT_AUTHORIZED, WHY),
                new Pubrec(1, ReasonCode.NOT_AUTHORIZED, WHY),
                new Pubrel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, WHY),
                new Pubcomp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, WHY),
                new Suback(1, List.of(ReasonCode.NOT_AUTHORIZED), WHY),
                new Unsuback(1, List.of(ReasonCode.NOT_AUTHORIZED), WHY),
                new Disconnect(ReasonCode.NOT_AUTHORIZED, WHY),
                new Auth(ReasonCode.CONTINUE_AUTHENTICATION, WHY));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answersLoseUserPropertiesThenTheReasonStringUntilTheyFit(Packet packet) {
        int whole = PacketEncoder.size(packet, MQTT_5);
        int withoutUserProperties = whole - 14;
        assertThat(PacketEncoder.fitted(packet, MQTT_5, whole, true)).isSameAs(packet);
        Packet less = PacketEncoder.fitted(packet, MQTT_5, whole - 1, true);
        assertThat(less.properties()).isEqualTo(WHY.without(Property.USER_PROPERTY));
        assertThat(PacketEncoder.size(less, MQTT_5)).isEqualTo(withoutUserProperties);
        assertThat(PacketEncoder.fitted(packet, MQTT_5, withoutUserProperties, true))
                .isEqualTo(less);
        Packet least = PacketEncoder.fitted(packet, MQTT_5, withoutUserProperties - 1, true);
        assertThat(least.properties()).isEqualTo(Properties.NONE);
        assertThat(PacketEncoder.fitted(packet, MQTT_5, 2, true))
                .as("nothing more to leave out")
                .isEqualTo(least);
        assertThat(least.type()).isEqualTo(packet.type());
    }

    @ParameterizedTest
    @MethodSource("answers")
    void whoAskedForNoProblemInformationGetsItOnlyInConnackAndDisconnect(Packet packet) {
        boolean kept = packet instanceof Connack || packet instanceof Disconnect;
        Packet fitted = PacketEncoder.fitted(packet, MQTT_5, Long.MAX_VALUE, false);
        assertThat(fitted.properties()).isEqualTo(kept ? WHY : Properties.NONE);
    }

    @Test
    void whatAnApplicationWroteIsNeverCut() {
        Publish publish = publish(QoS.AT_MOST_ONCE, Properties.NONE.withUserProperty("a", "b"));
        assertThat(PacketEncoder.fitted(publish, MQTT_5, 2, false)).isEqualTo(publish);
        Unsubscribe unsubscribe =
                new Unsubscribe(
                        1,
                        List.of(TopicFilter.of("t")),
                        Properties.NONE.withUserProperty("a", "b"));
        assertThat(PacketEncoder.fitted(unsubscribe, MQTT_5, 2, false)).isEqualTo(unsubscribe);
    }

    private static Publish publish(QoS qos, Properties properties) {
        return new Publish(TopicName.of("t"), Payload.of("hi"), qos, false, false, 0, properties);
    }

    private static Connect connect(
            ProtocolVersion version, String clientIdentifier, byte[] password) {
        return new Connect(
                version, clientIdentifier, true, 0, null, null, password, Properties.NONE);
    }

    private static Connect withProperty(Property property, long number) {
        return new Connect(
                MQTT_5, "c", true, 0, null, null, null, Properties.NONE.with(property, number));
    }

    private static Connect keepAlive(int seconds) {
        return new Connect(MQTT_5, "c", true, seconds, null, null, null, Properties.NONE);
    }

    private static Will will(TopicName topicName, Payload payload) {
        return new Will(topicName, payload, QoS.AT_MOST_ONCE, false, Properties.NONE);
    }

    private static Connect withWill(Will will) {
        return new Connect(MQTT_5, "c", true, 0, will, null, null, Properties.NONE);
    }

    private static String hex(Packet packet, ProtocolVersion version) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        return Bytes.hex(out);
    }

    private static void refuses(Packet packet, ProtocolVersion version) {
        assertThatThrownBy(() -> PacketEncoder.encode(packet, version, Unpooled.buffer()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
