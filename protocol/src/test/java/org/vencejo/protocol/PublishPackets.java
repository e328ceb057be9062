package org.vencejo.protocol;

import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.util.ArrayList;
import java.util.List;

/// The table of packets, second part: PUBLISH and its answers, which both sides send.
final class PublishPackets {
    private PublishPackets() {}

    static final List<PacketRow> ROWS = new ArrayList<>();

    static {
        both(
                "PUBLISH of QoS 0",
                """
                30 0A             # PUBLISH, QoS 0, 10 bytes
                00 03 61 2F 62    # Topic Name "a/b"
                68 65 6C 6C 6F    # "hello", without a Packet Identifier before it
                """,
                publish("a/b", "hello", QoS.AT_MOST_ONCE, false, false, 0, Properties.NONE),
                MQTT_3_1,
                MQTT_3_1_1);
        both(
                "PUBLISH of QoS 1 with DUP and RETAIN",
                """
                3B 0A             # PUBLISH, DUP, QoS 1, RETAIN, 10 bytes
                00 03 61 2F 62    # Topic Name "a/b"
                FF FE             # Packet Identifier 65534
                68 65 79          # "hey"
                """,
                publish("a/b", "hey", QoS.AT_LEAST_ONCE, true, true, 65_534, Properties.NONE),
                MQTT_3_1,
                MQTT_3_1_1);
        both(
                "PUBLISH of QoS 2 with nothing in it",
                """
                34 05             # PUBLISH, QoS 2, 5 bytes
                00 01 2F          # Topic Name "/"
                00 01             # Packet Identifier 1
                """,
                publish("/", "", QoS.EXACTLY_ONCE, false, false, 1, Properties.NONE),
                MQTT_3_1,
                MQTT_3_1_1);
        both(
                "PUBLISH of QoS 0",
                """
                31 0B             # PUBLISH, QoS 0, RETAIN, 11 bytes
                00 03 61 2F 62    # Topic Name "a/b"
                00                # no Property
                68 65 6C 6C 6F    # "hello"
                """,
                publish("a/b", "hello", QoS.AT_MOST_ONCE, true, false, 0, Properties.NONE),
                MQTT_5);
        both(
                "PUBLISH of QoS 2 with everything",
                """
                3C 4C             # PUBLISH, DUP, QoS 2, 76 bytes
                00 0A 6D 69 43 61 73 61 2F C3 B1 75 # Topic Name with an enye
                12 34             # Packet Identifier 4660
                3C                # 60 bytes of Properties:
                01 00             #   Payload Format Indicator 0
                02 FF FF FF FF    #   Message Expiry Interval 4294967295
                03 00 03 78 2F 79 #   Content Type "x/y"
                08 00 03 72 2F 31 #   Response Topic "r/1"
                09 00 04 00 FF 00 01 # Correlation Data
                23 FF FF          #   Topic Alias 65535
                26 00 03 6B 65 79 00 05 76 61 6C 75 65 # User Property key: value
                26 00 03 6B 65 79 00 05 76 61 6C 75 65 # the same again
                26 00 00 00 00    #   User Property of nothing: nothing
                2A                # "*"
                """,
                publish(
                        "miCasa/\u00F1u",
                        "*",
                        QoS.EXACTLY_ONCE,
                        false,
                        true,
                        4660,
                        Properties.builder()
                                .put(Property.PAYLOAD_FORMAT_INDICATOR, 0)
                                .put(Property.MESSAGE_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                                .put(Property.CONTENT_TYPE, "x/y")
                                .put(Property.RESPONSE_TOPIC, "r/1")
                                .put(Property.CORRELATION_DATA, new byte[] {0, (byte) 0xFF, 0, 1})
                                .put(Property.TOPIC_ALIAS, 65_535)
                                .add(new UserProperty("key", "value"))
                                .add(new UserProperty("key", "value"))
                                .add(new UserProperty("", ""))
                                .build()),
                MQTT_5);
        both(
                "PUBLISH with a Topic Alias and no name",
                """
                30 07             # PUBLISH, QoS 0, 7 bytes
                00 00             # no Topic Name
                03                # 3 bytes of Properties:
                23 00 01          #   Topic Alias 1
                21                # "!"
                """,
                new Publish(
                        TopicName.NONE,
                        Payload.of("!"),
                        QoS.AT_MOST_ONCE,
                        false,
                        false,
                        0,
                        Properties.NONE.with(Property.TOPIC_ALIAS, 1)),
                MQTT_5);
        ROWS.add(
                new PacketRow(
                        "PUBLISH with Subscription Identifiers",
                        MQTT_5,
                        false,
                        """
                        32 13             # PUBLISH, QoS 1, 19 bytes
                        00 01 74          # Topic Name "t"
                        00 07             # Packet Identifier 7
                        0D                # 13 bytes of Properties:
                        0B 01             #   Subscription Identifier 1
                        0B FF FF FF 7F    #   Subscription Identifier 268435455
                        0B 80 01          #   Subscription Identifier 128
                        23 00 01          #   Topic Alias 1
                        """,
                        publish(
                                "t",
                                "",
                                QoS.AT_LEAST_ONCE,
                                false,
                                false,
                                7,
                                Properties.NONE
                                        .withSubscriptionIdentifiers(
                                                new int[] {1, 268_435_455, 128})
                                        .with(Property.TOPIC_ALIAS, 1))));

        both("PUBACK", "40 02 00 01", new Puback(1, ReasonCode.SUCCESS), ProtocolVersion.values());
        both("PUBREC", "50 02 00 02", new Pubrec(2, ReasonCode.SUCCESS), ProtocolVersion.values());
        both(
                "PUBREL",
                "62 02 FF FF",
                new Pubrel(65_535, ReasonCode.SUCCESS),
                ProtocolVersion.values());
        both(
                "PUBCOMP",
                "70 02 01 00",
                new Pubcomp(256, ReasonCode.SUCCESS),
                ProtocolVersion.values());

        both(
                "PUBACK with a Reason Code",
                """
                40 03             # PUBACK, 3 bytes
                00 01             # Packet Identifier 1
                10                # No matching subscribers, without a Property Length
                """,
                new Puback(1, ReasonCode.NO_MATCHING_SUBSCRIBERS),
                MQTT_5);
        both(
                "PUBREC with a Reason Code",
                "50 03 00 02 97",
                new Pubrec(2, ReasonCode.QUOTA_EXCEEDED),
                MQTT_5);
        both(
                "PUBREL with a Reason Code",
                "62 03 00 03 92",
                new Pubrel(3, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
                MQTT_5);
        both(
                "PUBCOMP with a Reason Code",
                "70 03 00 04 92",
                new Pubcomp(4, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
                MQTT_5);

        String codeAndProperties =
                """
                00                # Success, which stands because Properties follow
                0B                # 11 bytes of Properties:
                1F 00 01 3F       #   Reason String "?"
                26 00 01 61 00 01 62 # User Property a: b
                """;
        Properties why =
                Properties.NONE.with(Property.REASON_STRING, "?").withUserProperty("a", "b");
        both(
                "PUBACK with everything",
                "40 0F 00 05" + codeAndProperties,
                new Puback(5, ReasonCode.SUCCESS, why),
                MQTT_5);
        both(
                "PUBREC with everything",
                "50 0F 00 05" + codeAndProperties,
                new Pubrec(5, ReasonCode.SUCCESS, why),
                MQTT_5);
        both(
                "PUBREL with everything",
                "62 0F 00 05" + codeAndProperties,
                new Pubrel(5, ReasonCode.SUCCESS, why),
                MQTT_5);
        both(
                "PUBCOMP with everything",
                "70 0F 00 05" + codeAndProperties,
                new Pubcomp(5, ReasonCode.SUCCESS, why),
                MQTT_5);
    }

    private static Publish publish(
            String topicName,
            String payload,
            QoS qos,
            boolean retain,
            boolean dup,
            int packetIdentifier,
            Properties properties) {
        return new Publish(
                TopicName.of(topicName),
                Payload.of(payload),
                qos,
                retain,
                dup,
                packetIdentifier,
                properties);
    }

    private static void both(
            String name, String bytes, Packet packet, ProtocolVersion... versions) {
        for (ProtocolVersion version : versions) {
            ROWS.add(new PacketRow(name, version, true, bytes, packet));
            ROWS.add(new PacketRow(name, version, false, bytes, packet));
        }
    }
}
