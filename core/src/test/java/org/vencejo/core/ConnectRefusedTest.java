package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.with;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// What of a CONNECT refuses its client whoever it is, each beside a CONNECT that passes.
class ConnectRefusedTest {
    private static final Will WILL = Packets.will("w", QoS.AT_LEAST_ONCE, 0);

    private static ReasonCode answer(ServerSettings settings, Connect connect) {
        Bench bench = new Bench(settings);
        Connection client = bench.connect(connect);
        ReasonCode code = bench.to(client, Connack.class).getFirst().reasonCode();
        assertThat(bench.isClosed(client)).isEqualTo(code != ReasonCode.SUCCESS);
        assertThat(bench.server.sessions()).isEqualTo(code == ReasonCode.SUCCESS ? 1 : 0);
        return code;
    }

    private static ReasonCode answer(String setting, Object value, Will will) {
        return answer(
                Change.of(ServerSettings.DEFAULTS, setting, value), with(connect("c", 0), will));
    }

    @Test
    void aWillOfAHigherQosThanTheServerTakes() {
        assertThat(answer("maximumQoS", QoS.AT_LEAST_ONCE, WILL)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer("maximumQoS", QoS.AT_MOST_ONCE, WILL))
                .isEqualTo(ReasonCode.QOS_NOT_SUPPORTED); // [MQTT-3.2.2-12]
    }

    @Test
    void aRetainedWillWhereRetainIsNotAvailable() {
        assertThat(answer("retainAvailable", false, WILL)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer("retainAvailable", false, Change.of(WILL, "retain", true)))
                .isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED); // [MQTT-3.2.2-13]
        assertThat(answer("retainAvailable", true, Change.of(WILL, "retain", true)))
                .isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void aWillToATopicOfTheServer() {
        Will ofServer = Change.of(WILL, "topicName", TopicName.of("$SYS/x"));
        assertThat(answer(ServerSettings.DEFAULTS, with(connect("c", 0), ofServer)))
                .isEqualTo(ReasonCode.NOT_AUTHORIZED); // (A13)
    }

    @ParameterizedTest
    @CsvSource({
        "true, 1, false, PAYLOAD_FORMAT_INVALID",
        "true, 1, true, SUCCESS",
        "true, 0, false, SUCCESS",
        "false, 1, false, SUCCESS"
    })
    void aWillThatIsNotTheTextThatItPromisesIfThatIsChecked(
            boolean checked, int indicator, boolean isText, ReasonCode code) { // U5-18
        byte[] bytes = {'a', isText ? (byte) 'b' : (byte) 0xC3};
        Will will =
                new Will(
                        WILL.topicName(),
                        Payload.of(bytes),
                        WILL.qos(),
                        false,
                        WILL.properties().with(Property.PAYLOAD_FORMAT_INDICATOR, indicator));
        assertThat(answer("payloadFormatChecked", checked, will)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1, true, 23, SUCCESS",
        "MQTT_3_1, true, 24, CLIENT_IDENTIFIER_NOT_VALID", // V31-4
        "MQTT_3_1, false, 24, SUCCESS",
        "MQTT_3_1_1, true, 24, SUCCESS"
    })
    void a31ClientIdentifierOfMoreThan23CharactersIfThatIsWanted(
            ProtocolVersion version, boolean strict, int length, ReasonCode code) {
        assertThat(
                        answer(
                                Change.of(
                                        ServerSettings.DEFAULTS,
                                        "strictClientIdentifierFor31",
                                        strict),
                                connect3(version, "x".repeat(length), true)))
                .isEqualTo(code);
    }

    @Test
    void oneConnectionMoreThanMayBe() {
        Bench bench = Bench.with("connectionsMax", 2);
        bench.connect("one", 0);
        Connection two = bench.connect("two", 0);
        assertThat(bench.isClosed(two)).isFalse();
        Connection three = bench.connect("three", 0);
        assertThat(bench.to(three, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        bench.cut(two);
        assertThat(bench.isClosed(bench.connect("three", 0))).isFalse();
    }

    @Test
    void whoSaysNothingInTime() {
        Bench bench = Bench.with("connectTimeoutNanos", 5_000_000_000L);
        Connection silent = bench.accept();
        bench.pass(4_999);
        assertThat(bench.isClosed(silent)).isFalse();
        bench.pass(1);
        assertThat(bench.isClosed(silent)).isTrue(); // U5-35
        assertThat(bench.to(silent)).isEmpty();
        assertThat(bench.events)
                .containsExactly(
                        new Event.ConnectRefused(
                                silent,
                                null,
                                ReasonCode.SERVER_BUSY,
                                "no CONNECT in time [U5-35]"));
        assertThat(bench.server.connections()).isZero();
    }

    @Test
    void whatTheTransportTookOfTheTimeIsGone() {
        Bench bench = Bench.with("connectTimeoutNanos", 5_000_000_000L);
        Connection slow = bench.accept(4_000_000_000L);
        Connection tooSlow = bench.accept(6_000_000_000L);
        bench.pass(1);
        assertThat(bench.isClosed(tooSlow)).isTrue();
        bench.pass(998);
        assertThat(bench.isClosed(slow)).isFalse();
        bench.pass(1);
        assertThat(bench.isClosed(slow)).isTrue(); // U5-35
    }

    @Test
    void whatIsNoConnectIsAnsweredInTheVersionThatWasUnderstoodOrNotAtAll() {
        for (ProtocolVersion version :
                new ProtocolVersion[] {null, ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5}) {
            Bench bench = new Bench();
            Connection client = bench.accept();
            ProtocolViolation violation =
                    new ProtocolViolation(
                            ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "MQTT-3.1.2-2", "level 6");
            bench.handle(new Input.PacketRejected(client, violation, version));
            assertThat(bench.isClosed(client)).isTrue();
            assertThat(bench.to(client, Connack.class)).hasSize(version == null ? 0 : 1);
            if (version != null) {
                assertThat(client.version()).isEqualTo(version);
            }
            bench.forget();
            bench.handle(new Input.PacketRejected(client, violation, version)); // read already
            assertThat(bench.events).isEmpty();
        }
    }
}
