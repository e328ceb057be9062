package org.vencejo.protocol;

import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.util.ArrayList;
import java.util.List;

/// The table of packets, third part: SUBSCRIBE, UNSUBSCRIBE and their answers, and the packets
/// without much in them.
final class SubscribePackets {
    private SubscribePackets() {}

    static final List<PacketRow> ROWS = new ArrayList<>();

    private static final Properties WHY =
            Properties.NONE.with(Property.REASON_STRING, "?").withUserProperty("a", "b");

    static {
        subscribe();
        unsubscribe();
        ping();
        disconnect();
        auth();
    }

    private static void subscribe() {
        fromClient(
                "SUBSCRIBE",
                """
                82 0E             # SUBSCRIBE, 14 bytes
                00 0A             # Packet Identifier 10
                00 03 61 2F 2B    # Topic Filter "a/+"
                01                # Maximum QoS 1
                00 03 63 2F 23    # Topic Filter "c/#"
                02                # Maximum QoS 2
                """,
                new Subscribe(
                        10,
                        List.of(
                                Subscription.of("a/+", QoS.AT_LEAST_ONCE),
                                Subscription.of("c/#", QoS.EXACTLY_ONCE)),
                        Properties.NONE),
                MQTT_3_1,
                MQTT_3_1_1);
        fromClient(
                "SUBSCRIBE with all options",
                """
                82 26             # SUBSCRIBE, 38 bytes
                FF FF             # Packet Identifier 65535
                0A                # 10 bytes of Properties:
                0B C8 01          #   Subscription Identifier 200
                26 00 01 61 00 01 62 # User Property a: b
                00 01 23          # Topic Filter "#"
                2E                # Retain Handling 2, Retain As Published, No Local, QoS 2
                00 0A 24 73 68 61 72 65 2F 67 2F 74 # Topic Filter "$share/g/t"
                11                # Retain Handling 1, QoS 1
                00 02 61 23       # Topic Filter "a#", which is not valid
                00                # Retain Handling 0, QoS 0
                00 00             # an empty Topic Filter, which is not valid either
                08                # Retain As Published
                """,
                new Subscribe(
                        65_535,
                        List.of(
                                new Subscription(
                                        TopicFilter.of("#"),
                                        QoS.EXACTLY_ONCE,
                                        true,
                                        true,
                                        RetainHandling.DO_NOT_SEND),
                                new Subscription(
                                        TopicFilter.of("$share/g/t"),
                                        QoS.AT_LEAST_ONCE,
                                        false,
                                        false,
                                        RetainHandling.SEND_IF_NEW),
                                Subscription.of("a#", QoS.AT_MOST_ONCE),
                                new Subscription(
                                        TopicFilter.of(""),
                                        QoS.AT_MOST_ONCE,
                                        false,
                                        true,
                                        RetainHandling.SEND_AT_SUBSCRIBE)),
                        Properties.NONE
                                .withSubscriptionIdentifiers(new int[] {200})
                                .withUserProperty("a", "b")),
                MQTT_5);
        fromServer(
                "SUBACK",
                "90 05 00 0A 00 01 02",
                new Suback(
                        10,
                        List.of(
                                ReasonCode.SUCCESS,
                                ReasonCode.GRANTED_QOS_1,
                                ReasonCode.GRANTED_QOS_2),
                        Properties.NONE),
                MQTT_3_1,
                MQTT_3_1_1);
        fromServer(
                "SUBACK with a failure",
                "90 04 00 0A 80 01",
                new Suback(
                        10,
                        List.of(ReasonCode.UNSPECIFIED_ERROR, ReasonCode.GRANTED_QOS_1),
                        Properties.NONE),
                MQTT_3_1_1);
        fromServer(
                "SUBACK with everything",
                """
                90 10             # SUBACK, 16 bytes
                00 0A             # Packet Identifier 10
                0B                # 11 bytes of Properties:
                1F 00 01 3F       #   Reason String "?"
                26 00 01 61 00 01 62 # User Property a: b
                87                # Not authorized
                02                # Granted QoS 2
                """,
                new Suback(10, List.of(ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_2), WHY),
                MQTT_5);
    }

    private static void unsubscribe() {
        List<TopicFilter> filters = List.of(TopicFilter.of("a/+"), TopicFilter.of("$share/g/t"));
        fromClient(
                "UNSUBSCRIBE",
                """
                A2 13             # UNSUBSCRIBE, 19 bytes
                00 09             # Packet Identifier 9
                00 03 61 2F 2B    # Topic Filter "a/+"
                00 0A 24 73 68 61 72 65 2F 67 2F 74 # Topic Filter "$share/g/t"
                """,
                new Unsubscribe(9, filters, Properties.NONE),
                MQTT_3_1,
                MQTT_3_1_1);
        fromClient(
                "UNSUBSCRIBE with everything",
                """
                A2 1B             # UNSUBSCRIBE, 27 bytes
                00 09             # Packet Identifier 9
                07                # 7 bytes of Properties:
                26 00 01 61 00 01 62 # User Property a: b
                00 03 61 2F 2B    # Topic Filter "a/+"
                00 0A 24 73 68 61 72 65 2F 67 2F 74 # Topic Filter "$share/g/t"
                """,
                new Unsubscribe(9, filters, Properties.NONE.withUserProperty("a", "b")),
                MQTT_5);
        fromServer(
                "UNSUBACK, which has no codes",
                "B0 02 00 09",
                new Unsuback(9, List.of(), Properties.NONE),
                MQTT_3_1,
                MQTT_3_1_1);
        fromServer(
                "UNSUBACK with everything",
                """
                B0 10             # UNSUBACK, 16 bytes
                00 09             # Packet Identifier 9
                0B                # 11 bytes of Properties:
                1F 00 01 3F       #   Reason String "?"
                26 00 01 61 00 01 62 # User Property a: b
                00                # Success
                11                # No subscription existed
                """,
                new Unsuback(
                        9, List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED), WHY),
                MQTT_5);
    }

    private static void ping() {
        fromClient("PINGREQ", "C0 00", Pingreq.INSTANCE, ProtocolVersion.values());
        fromServer("PINGRESP", "D0 00", Pingresp.INSTANCE, ProtocolVersion.values());
    }

    private static void disconnect() {
        fromClient(
                "DISCONNECT",
                "E0 00",
                new Disconnect(ReasonCode.SUCCESS),
                ProtocolVersion.values());
        fromServer("DISCONNECT", "E0 00", new Disconnect(ReasonCode.SUCCESS), MQTT_5);
        fromClient(
                "DISCONNECT with the Will",
                "E0 01 04",
                new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE),
                MQTT_5);
        fromServer(
                "DISCONNECT because of another connection",
                "E0 01 8E",
                new Disconnect(ReasonCode.SESSION_TAKEN_OVER),
                MQTT_5);
        fromClient(
                "DISCONNECT with everything",
                """
                E0 12             # DISCONNECT, 18 bytes
                00                # Normal disconnection
                10                # 16 bytes of Properties:
                11 00 00 00 0A    #   Session Expiry Interval 10
                1F 00 01 3F       #   Reason String "?"
                26 00 01 61 00 01 62 # User Property a: b
                """,
                new Disconnect(ReasonCode.SUCCESS, WHY.with(Property.SESSION_EXPIRY_INTERVAL, 10)),
                MQTT_5);
        fromServer(
                "DISCONNECT with everything",
                """
                E0 11             # DISCONNECT, 17 bytes
                9C                # Use another server
                0F                # 15 bytes of Properties:
                1C 00 01 62       #   Server Reference "b"
                1F 00 01 3F       #   Reason String "?"
                26 00 01 61 00 01 62 # User Property a: b
                """,
                new Disconnect(
                        ReasonCode.USE_ANOTHER_SERVER, WHY.with(Property.SERVER_REFERENCE, "b")),
                MQTT_5);
    }

    private static void auth() {
        Properties method = Properties.NONE.with(Property.AUTHENTICATION_METHOD, "m");
        fromServer(
                "AUTH that ends it",
                "F0 00",
                new Auth(ReasonCode.SUCCESS, Properties.NONE),
                MQTT_5);
        String step =
                """
                F0 17             # AUTH, 23 bytes
                18                # Continue authentication
                15                # 21 bytes of Properties:
                15 00 01 6D       #   Authentication Method "m"
                16 00 03 00 01 02 #   Authentication Data
                1F 00 01 3F       #   Reason String "?"
                26 00 01 61 00 01 62 # User Property a: b
                """;
        Auth continued =
                new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION,
                        WHY.toBuilder()
                                .put(Property.AUTHENTICATION_METHOD, "m")
                                .put(Property.AUTHENTICATION_DATA, new byte[] {0, 1, 2})
                                .build());
        fromClient("AUTH with everything", step, continued, MQTT_5);
        fromServer("AUTH with everything", step, continued, MQTT_5);
        fromClient(
                "AUTH again",
                "F0 06 19 04 15 00 01 6D",
                new Auth(ReasonCode.RE_AUTHENTICATE, method),
                MQTT_5);
    }

    private static void fromClient(
            String name, String bytes, Packet packet, ProtocolVersion... versions) {
        for (ProtocolVersion version : versions) {
            ROWS.add(new PacketRow(name, version, true, bytes, packet));
        }
    }

    private static void fromServer(
            String name, String bytes, Packet packet, ProtocolVersion... versions) {
        for (ProtocolVersion version : versions) {
            ROWS.add(new PacketRow(name, version, false, bytes, packet));
        }
    }
}
