package org.vencejo.protocol;

import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.util.List;

/// The table of packets, first part: CONNECT and CONNACK.
final class ConnectPackets {
    private ConnectPackets() {}

    private static final Will WILL =
            new Will(
                    TopicName.of("a/b"), Payload.of("x"), QoS.AT_LEAST_ONCE, true, Properties.NONE);

    static final List<PacketRow> ROWS =
            List.of(
                    connect(
                            "CONNECT with nothing",
                            """
                            10 0D             # CONNECT, 13 bytes
                            00 04 4D 51 54 54 # name MQTT
                            05                # level 5
                            00                # no flag
                            00 00             # no Keep Alive
                            00                # no Property
                            00 00             # no Client Identifier
                            """,
                            new Connect(MQTT_5, "", false, 0, null, null, null, Properties.NONE)),
                    connect(
                            "CONNECT with everything",
                            """
                            10 9A 01          # CONNECT, 154 bytes
                            00 04 4D 51 54 54 # name MQTT
                            05                # level 5
                            F6                # User Name, Password, Will RETAIN, Will QoS 2, Will, Clean Start
                            00 3C             # Keep Alive 60
                            35                # 53 bytes of Properties:
                            11 00 00 0E 10    #   Session Expiry Interval 3600
                            15 00 05 73 63 72 61 6D # Authentication Method "scram"
                            16 00 02 00 FF    #   Authentication Data
                            17 00             #   Request Problem Information 0
                            19 01             #   Request Response Information 1
                            21 00 14          #   Receive Maximum 20
                            22 00 0A          #   Topic Alias Maximum 10
                            26 00 01 62 00 01 32 # User Property b: 2
                            26 00 01 61 00 01 31 # User Property a: 1
                            26 00 01 62 00 00 #   User Property b: nothing
                            27 FF FF FF FF    #   Maximum Packet Size 4294967295
                            00 03 64 65 76    # Client Identifier "dev"
                            3D                # 61 bytes of Will Properties:
                            01 01             #   Payload Format Indicator 1
                            02 00 00 00 1E    #   Message Expiry Interval 30
                            03 00 0A 74 65 78 74 2F 70 6C 61 69 6E # Content Type "text/plain"
                            08 00 05 61 2F 72 65 73 # Response Topic "a/res"
                            09 00 03 01 00 02 #   Correlation Data
                            18 00 00 00 05    #   Will Delay Interval 5
                            26 00 05 70 C3 A1 6A 61 00 0C 76 65 6E 63 65 6A 6F 20 F0 9F 90 A6
                                              #   User Property "paja" with an accent: "vencejo" and a bird
                            00 03 77 2F 67    # Will Topic "w/g"
                            00 04 67 6F 6E 65 # Will Payload "gone"
                            00 04 75 73 65 72 # User Name "user"
                            00 04 70 00 FF 77 # Password, binary
                            """,
                            new Connect(
                                    MQTT_5,
                                    "dev",
                                    true,
                                    60,
                                    new Will(
                                            TopicName.of("w/g"),
                                            Payload.of("gone"),
                                            QoS.EXACTLY_ONCE,
                                            true,
                                            Properties.builder()
                                                    .put(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                                                    .put(Property.MESSAGE_EXPIRY_INTERVAL, 30)
                                                    .put(Property.CONTENT_TYPE, "text/plain")
                                                    .put(Property.RESPONSE_TOPIC, "a/res")
                                                    .put(
                                                            Property.CORRELATION_DATA,
                                                            new byte[] {1, 0, 2})
                                                    .put(Property.WILL_DELAY_INTERVAL, 5)
                                                    .add(
                                                            new UserProperty(
                                                                    "p\u00E1ja",
                                                                    "vencejo \uD83D\uDC26"))
                                                    .build()),
                                    "user",
                                    new byte[] {'p', 0, (byte) 0xFF, 'w'},
                                    Properties.builder()
                                            .put(Property.SESSION_EXPIRY_INTERVAL, 3600)
                                            .put(Property.AUTHENTICATION_METHOD, "scram")
                                            .put(
                                                    Property.AUTHENTICATION_DATA,
                                                    new byte[] {0, (byte) 0xFF})
                                            .put(Property.REQUEST_PROBLEM_INFORMATION, 0)
                                            .put(Property.REQUEST_RESPONSE_INFORMATION, 1)
                                            .put(Property.RECEIVE_MAXIMUM, 20)
                                            .put(Property.TOPIC_ALIAS_MAXIMUM, 10)
                                            .add(new UserProperty("b", "2"))
                                            .add(new UserProperty("a", "1"))
                                            .add(new UserProperty("b", ""))
                                            .put(Property.MAXIMUM_PACKET_SIZE, 0xFFFF_FFFFL)
                                            .build())),
                    connect(
                            "CONNECT with a Password alone [MQTT-3.1.2-19]",
                            """
                            10 11             # CONNECT, 17 bytes
                            00 04 4D 51 54 54 # name MQTT
                            05                # level 5
                            42                # Password, Clean Start
                            00 0A             # Keep Alive 10
                            00                # no Property
                            00 01 63          # Client Identifier "c"
                            00 01 70          # Password "p"
                            """,
                            new Connect(
                                    MQTT_5,
                                    "c",
                                    true,
                                    10,
                                    null,
                                    null,
                                    new byte[] {'p'},
                                    Properties.NONE)),
                    connect(
                            "CONNECT with nothing",
                            """
                            10 0C             # CONNECT, 12 bytes
                            00 04 4D 51 54 54 # name MQTT
                            04                # level 4
                            02                # Clean Session
                            00 0A             # Keep Alive 10
                            00 00             # no Client Identifier
                            """,
                            new Connect(
                                    MQTT_3_1_1, "", true, 10, null, null, null, Properties.NONE)),
                    connect(
                            "CONNECT with everything",
                            """
                            10 1E             # CONNECT, 30 bytes
                            00 04 4D 51 54 54 # name MQTT
                            04                # level 4
                            EC                # User Name, Password, Will RETAIN, Will QoS 1, Will
                            FF FF             # Keep Alive 65535
                            00 03 64 65 76    # Client Identifier "dev"
                            00 03 61 2F 62    # Will Topic "a/b"
                            00 01 78          # Will Payload "x"
                            00 02 75 73       # User Name "us"
                            00 01 70          # Password "p"
                            """,
                            new Connect(
                                    MQTT_3_1_1,
                                    "dev",
                                    false,
                                    65_535,
                                    WILL,
                                    "us",
                                    new byte[] {'p'},
                                    Properties.NONE)),
                    connect(
                            "CONNECT with an empty Will Payload and Password",
                            """
                            10 17             # CONNECT, 23 bytes
                            00 04 4D 51 54 54 # name MQTT
                            04                # level 4
                            C6                # User Name, Password, Will, Clean Session
                            00 00             # no Keep Alive
                            00 01 63          # Client Identifier "c"
                            00 02 2F 77       # Will Topic "/w"
                            00 00             # no Will Payload
                            00 00             # no User Name, which is one as well
                            00 00             # the same for the Password
                            """,
                            new Connect(
                                    MQTT_3_1_1,
                                    "c",
                                    true,
                                    0,
                                    new Will(
                                            TopicName.of("/w"),
                                            Payload.EMPTY,
                                            QoS.AT_MOST_ONCE,
                                            false,
                                            Properties.NONE),
                                    "",
                                    new byte[0],
                                    Properties.NONE)),
                    connect(
                            "CONNECT with everything",
                            """
                            10 20             # CONNECT, 32 bytes
                            00 06 4D 51 49 73 64 70 # name MQIsdp
                            03                # level 3
                            EC                # User Name, Password, Will RETAIN, Will QoS 1, Will
                            00 01             # Keep Alive 1
                            00 03 64 65 76    # Client Identifier "dev"
                            00 03 61 2F 62    # Will Topic "a/b"
                            00 01 78          # Will Payload "x"
                            00 02 75 73       # User Name "us"
                            00 01 70          # Password "p"
                            """,
                            new Connect(
                                    MQTT_3_1,
                                    "dev",
                                    false,
                                    1,
                                    WILL,
                                    "us",
                                    new byte[] {'p'},
                                    Properties.NONE)),
                    connack(
                            "CONNACK with nothing",
                            MQTT_5,
                            """
                            20 03             # CONNACK, 3 bytes
                            00                # no Session Present
                            00                # Success
                            00                # no Property
                            """,
                            new Connack(false, ReasonCode.SUCCESS, Properties.NONE)),
                    connack(
                            "CONNACK with everything",
                            MQTT_5,
                            """
                            20 4B             # CONNACK, 75 bytes
                            01                # Session Present
                            00                # Success
                            48                # 72 bytes of Properties:
                            11 00 00 00 3C    #   Session Expiry Interval 60
                            12 00 04 61 75 74 6F # Assigned Client Identifier "auto"
                            13 00 1E          #   Server Keep Alive 30
                            15 00 01 6D       #   Authentication Method "m"
                            16 00 00          #   Authentication Data, empty
                            1A 00 05 72 65 73 70 2F # Response Information "resp/"
                            1C 00 06 6F 74 68 65 72 3A # Server Reference "other:"
                            1F 00 02 6F 6B    #   Reason String "ok"
                            21 03 E8          #   Receive Maximum 1000
                            22 00 40          #   Topic Alias Maximum 64
                            24 01             #   Maximum QoS 1
                            25 00             #   Retain Available 0
                            26 00 01 6B 00 01 76 # User Property k: v
                            27 01 00 00 00    #   Maximum Packet Size 16777216
                            28 01             #   Wildcard Subscription Available 1
                            29 00             #   Subscription Identifier Available 0
                            2A 01             #   Shared Subscription Available 1
                            """,
                            new Connack(
                                    true,
                                    ReasonCode.SUCCESS,
                                    Properties.builder()
                                            .put(Property.SESSION_EXPIRY_INTERVAL, 60)
                                            .put(Property.ASSIGNED_CLIENT_IDENTIFIER, "auto")
                                            .put(Property.SERVER_KEEP_ALIVE, 30)
                                            .put(Property.AUTHENTICATION_METHOD, "m")
                                            .put(Property.AUTHENTICATION_DATA, new byte[0])
                                            .put(Property.RESPONSE_INFORMATION, "resp/")
                                            .put(Property.SERVER_REFERENCE, "other:")
                                            .put(Property.REASON_STRING, "ok")
                                            .put(Property.RECEIVE_MAXIMUM, 1000)
                                            .put(Property.TOPIC_ALIAS_MAXIMUM, 64)
                                            .put(Property.MAXIMUM_QOS, 1)
                                            .put(Property.RETAIN_AVAILABLE, 0)
                                            .add(new UserProperty("k", "v"))
                                            .put(Property.MAXIMUM_PACKET_SIZE, 1 << 24)
                                            .put(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 1)
                                            .put(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0)
                                            .put(Property.SHARED_SUBSCRIPTION_AVAILABLE, 1)
                                            .build())),
                    connack(
                            "CONNACK that refuses",
                            MQTT_5,
                            """
                            20 03             # CONNACK, 3 bytes
                            00                # no Session Present
                            87                # Not authorized
                            00                # no Property
                            """,
                            new Connack(false, ReasonCode.NOT_AUTHORIZED, Properties.NONE)),
                    connack(
                            "CONNACK with Session Present",
                            MQTT_3_1_1,
                            """
                            20 02             # CONNACK, 2 bytes
                            01                # Session Present
                            00                # accepted
                            """,
                            new Connack(true, ReasonCode.SUCCESS, Properties.NONE)),
                    connack(
                            "CONNACK that refuses",
                            MQTT_3_1_1,
                            """
                            20 02             # CONNACK, 2 bytes
                            00                # no Session Present
                            04                # bad user name or password
                            """,
                            new Connack(
                                    false, ReasonCode.BAD_USER_NAME_OR_PASSWORD, Properties.NONE)),
                    connack(
                            "CONNACK",
                            MQTT_3_1,
                            """
                            20 02             # CONNACK, 2 bytes
                            00                # reserved
                            00                # accepted
                            """,
                            new Connack(false, ReasonCode.SUCCESS, Properties.NONE)));

    private static PacketRow connect(String name, String bytes, Connect packet) {
        return new PacketRow(name, packet.version(), true, bytes, packet);
    }

    private static PacketRow connack(
            String name, ProtocolVersion version, String bytes, Connack packet) {
        return new PacketRow(name, version, false, bytes, packet);
    }
}
