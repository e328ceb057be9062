package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Bytes that are understood and that our encoder would write otherwise: longer forms that 5.0
/// allows, and what only 3.1 lets pass. The violations table has the control arms.
class LenientFormsTest {

    static List<PacketRow> rows() {
        Publish hi =
                new Publish(
                        TopicName.of("t"),
                        Payload.of("hi"),
                        QoS.AT_MOST_ONCE,
                        false,
                        false,
                        0,
                        Properties.NONE);
        Connect named = new Connect(MQTT_3_1, "c", true, 0, null, null, null, Properties.NONE);
        return List.of(
                row(
                        "PUBACK, success in three bytes [U5-31]",
                        MQTT_5,
                        "40 03 00 01 00",
                        new Puback(1, ReasonCode.SUCCESS)),
                row(
                        "PUBACK with a Property Length [U5-31]",
                        MQTT_5,
                        "40 04 00 01 00 00",
                        new Puback(1, ReasonCode.SUCCESS)),
                row(
                        "DISCONNECT, success in a byte [U5-31]",
                        MQTT_5,
                        "E0 01 00",
                        new Disconnect(ReasonCode.SUCCESS)),
                row(
                        "DISCONNECT with a Property Length [U5-31]",
                        MQTT_5,
                        "E0 02 00 00",
                        new Disconnect(ReasonCode.SUCCESS)),
                row(
                        "properties in another order",
                        MQTT_5,
                        """
                        40 0F 00 01 00 0B # PUBACK, 11 bytes of Properties
                        26 00 01 61 00 01 62 # User Property a: b
                        1F 00 01 3F       # Reason String "?"
                        """,
                        new Puback(
                                1,
                                ReasonCode.SUCCESS,
                                Properties.NONE
                                        .with(Property.REASON_STRING, "?")
                                        .withUserProperty("a", "b"))),
                row(
                        "PUBREL with DUP and RETAIN [V31-11]",
                        MQTT_3_1,
                        "6B 02 00 01",
                        new Pubrel(1, ReasonCode.SUCCESS)),
                row(
                        "SUBSCRIBE with DUP [V31-11]",
                        MQTT_3_1,
                        "8A 06 00 01 00 01 74 00",
                        new Subscribe(
                                1,
                                List.of(Subscription.of("t", QoS.AT_MOST_ONCE)),
                                Properties.NONE)),
                row(
                        "UNSUBSCRIBE with DUP [V31-11]",
                        MQTT_3_1,
                        "AA 05 00 01 00 01 74",
                        new Unsubscribe(1, List.of(TopicFilter.of("t")), Properties.NONE)),
                row("PINGREQ with DUP [V31-12]", MQTT_3_1, "C8 00", Pingreq.INSTANCE),
                row(
                        "DISCONNECT with all flags [V31-12]",
                        MQTT_3_1,
                        "EF 00",
                        new Disconnect(ReasonCode.SUCCESS)),
                row(
                        "PUBACK with RETAIN [V31-12]",
                        MQTT_3_1,
                        "41 02 00 01",
                        new Puback(1, ReasonCode.SUCCESS)),
                row(
                        "PUBLISH of QoS 0 with DUP, which is cleared [V31-25]",
                        MQTT_3_1,
                        "38 05 00 01 74 68 69",
                        hi),
                row(
                        "CONNECT with bit 0 of the flags [V31-13]",
                        MQTT_3_1,
                        "10 0F 00 06 4D 51 49 73 64 70 03 03 00 00 00 01 63",
                        named),
                row(
                        "CONNECT with a QoS and no Will [V31-36]",
                        MQTT_3_1,
                        "10 0F 00 06 4D 51 49 73 64 70 03 0A 00 00 00 01 63",
                        named),
                row(
                        "CONNECT with RETAIN, QoS 3 and no Will [V31-36]",
                        MQTT_3_1,
                        "10 0F 00 06 4D 51 49 73 64 70 03 3A 00 00 00 01 63",
                        named),
                row(
                        "CONNECT without the User Name and Password that it announces [V31-14]",
                        MQTT_3_1,
                        "10 0F 00 06 4D 51 49 73 64 70 03 C2 00 00 00 01 63",
                        named),
                row(
                        "CONNECT without the Password that it announces [V31-14]",
                        MQTT_3_1,
                        "10 12 00 06 4D 51 49 73 64 70 03 C2 00 00 00 01 63 00 01 75",
                        new Connect(MQTT_3_1, "c", true, 0, null, "u", null, Properties.NONE)),
                new PacketRow(
                        "CONNACK with a first byte that means nothing [V31-6]",
                        MQTT_3_1,
                        false,
                        "20 02 01 00",
                        new Connack(false, ReasonCode.SUCCESS, Properties.NONE)),
                new PacketRow(
                        "AUTH with a Property Length",
                        MQTT_5,
                        false,
                        "F0 02 00 00",
                        new Auth(ReasonCode.SUCCESS, Properties.NONE)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void areUnderstood(PacketRow row) {
        ByteBuf in = Bytes.buffer(row.bytes());
        assertThat(row.decoder().decode(in)).isEqualTo(row.packet());
        assertThat(in.readableBytes()).isZero();
    }

    private static PacketRow row(
            String name, ProtocolVersion version, String bytes, Packet packet) {
        return new PacketRow(name, version, true, bytes, packet);
    }
}
