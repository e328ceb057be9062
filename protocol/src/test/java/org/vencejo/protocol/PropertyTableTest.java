package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every property in every packet: allowed once, twice or not at all, and cut off at every byte.
class PropertyTableTest {

    /// A packet that can have properties, its bytes before them and behind them, its sender.
    record Carrier(String name, PacketType type, boolean fromClient, String before, String behind) {
        @Override
        public String toString() {
            return name;
        }
    }

    record Case(Carrier carrier, Property property) {
        boolean allowed() {
            return carrier.name().equals("Will")
                    ? property.allowedInWill()
                    : property.allowedIn(carrier.type());
        }

        boolean refusedByDirection() {
            return (property == Property.SUBSCRIPTION_IDENTIFIER
                            && carrier.type() == PacketType.PUBLISH
                            && carrier.fromClient())
                    || (property == Property.SESSION_EXPIRY_INTERVAL
                            && carrier.type() == PacketType.DISCONNECT
                            && !carrier.fromClient());
        }
    }

    private static final List<Carrier> CARRIERS =
            List.of(
                    new Carrier(
                            "CONNECT",
                            PacketType.CONNECT,
                            true,
                            "00 04 4D 51 54 54 05 02 00 00",
                            "00 01 63"),
                    new Carrier(
                            "Will",
                            PacketType.CONNECT,
                            true,
                            "00 04 4D 51 54 54 05 06 00 00 00 00 01 63",
                            "00 01 77 00 00"),
                    new Carrier("CONNACK", PacketType.CONNACK, false, "00 00", ""),
                    new Carrier("PUBLISH of a client", PacketType.PUBLISH, true, "00 01 74", ""),
                    new Carrier("PUBLISH of a server", PacketType.PUBLISH, false, "00 01 74", ""),
                    new Carrier("PUBACK", PacketType.PUBACK, true, "00 01 00", ""),
                    new Carrier("PUBREC", PacketType.PUBREC, false, "00 01 00", ""),
                    new Carrier("PUBREL", PacketType.PUBREL, true, "00 01 00", ""),
                    new Carrier("PUBCOMP", PacketType.PUBCOMP, false, "00 01 00", ""),
                    new Carrier("SUBSCRIBE", PacketType.SUBSCRIBE, true, "00 01", "00 01 74 00"),
                    new Carrier("SUBACK", PacketType.SUBACK, false, "00 01", "00"),
                    new Carrier("UNSUBSCRIBE", PacketType.UNSUBSCRIBE, true, "00 01", "00 01 74"),
                    new Carrier("UNSUBACK", PacketType.UNSUBACK, false, "00 01", "00"),
                    new Carrier("DISCONNECT of a client", PacketType.DISCONNECT, true, "00", ""),
                    new Carrier("DISCONNECT of a server", PacketType.DISCONNECT, false, "00", ""),
                    new Carrier("AUTH of a client", PacketType.AUTH, true, "18", ""),
                    new Carrier("AUTH of a server", PacketType.AUTH, false, "18", ""));

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (Carrier carrier : CARRIERS) {
            for (Property property : Property.values()) {
                cases.add(new Case(carrier, property));
            }
        }
        return cases;
    }

    static List<Case> allowed() {
        return all().stream().filter(c -> c.allowed() && !c.refusedByDirection()).toList();
    }

    @ParameterizedTest
    @MethodSource("all")
    void standsOnlyWhereItsRowSays(Case c) {
        ProtocolViolation violation = violation(c, bytes(c.property()));
        if (!c.allowed()) {
            assertThat(violation.statement()).isEqualTo("U5-2");
            assertThat(violation.reasonCode()).isEqualTo(ReasonCode.MALFORMED_PACKET);
        } else if (c.refusedByDirection()) {
            assertThat(violation.reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        } else if (c.property() == Property.AUTHENTICATION_DATA) {
            assertThat(violation.statement()).isEqualTo("U5-9");
        } else {
            assertThat(violation).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("allowed")
    void standsOnceUnlessItMayRepeat(Case c) {
        byte[] twice = Bytes.of((Bytes.hex(bytes(c.property())) + Bytes.hex(bytes(c.property()))));
        ProtocolViolation violation = violation(c, twice);
        boolean mayRepeat =
                c.property() == Property.USER_PROPERTY
                        || (c.property() == Property.SUBSCRIPTION_IDENTIFIER
                                && c.carrier().type() == PacketType.PUBLISH);
        if (mayRepeat) {
            assertThat(violation).isNull();
        } else {
            assertThat(violation.statement()).isEqualTo("U5-3");
            assertThat(violation.reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        }
    }

    @ParameterizedTest
    @MethodSource("allowed")
    void endsWhereThePropertyLengthEnds(Case c) {
        byte[] whole = bytes(c.property());
        for (int length = 1; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThat(violation(c, cut)).as("%d of %d bytes", length, whole.length).isNotNull();
            assertThat(violation(c, cut).statement()).isEqualTo("U5-4");
        }
    }

    private static ProtocolViolation violation(Case c, byte[] properties) {
        Carrier carrier = c.carrier();
        byte[] before = Bytes.of(carrier.before());
        byte[] behind = Bytes.of(carrier.behind());
        ByteBuf in =
                Unpooled.buffer()
                        .writeByte((carrier.type().value() << 4) | carrier.type().flags())
                        .writeByte(before.length + 1 + properties.length + behind.length)
                        .writeBytes(before)
                        .writeByte(properties.length)
                        .writeBytes(properties)
                        .writeBytes(behind);
        PacketDecoder decoder =
                carrier.fromClient()
                        ? PacketDecoder.ofServer(DecoderLimits.DEFAULT, new TopicCache(2))
                        : PacketDecoder.ofClient(
                                ProtocolVersion.MQTT_5, DecoderLimits.DEFAULT, new TopicCache(2));
        if (carrier.fromClient() && carrier.type() != PacketType.CONNECT) {
            decoder.decode(PacketRow.connect(ProtocolVersion.MQTT_5));
        }
        return catchThrowableOfType(ProtocolViolation.class, () -> decoder.decode(in));
    }

    private static byte[] bytes(Property property) {
        String value =
                switch (property.type()) {
                    case BYTE -> "01";
                    case TWO_BYTE_INTEGER -> "00 01";
                    case FOUR_BYTE_INTEGER -> "00 00 00 01";
                    case VARIABLE_BYTE_INTEGER -> "81 01";
                    case UTF_8_STRING, BINARY_DATA -> "00 01 78";
                    case UTF_8_STRING_PAIR -> "00 01 78 00 01 79";
                };
        return Bytes.of(String.format("%02X ", property.identifier()) + value);
    }
}
