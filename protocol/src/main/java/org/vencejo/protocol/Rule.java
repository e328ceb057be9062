package org.vencejo.protocol;

import static org.vencejo.protocol.ReasonCode.MALFORMED_PACKET;
import static org.vencejo.protocol.ReasonCode.PACKET_TOO_LARGE;
import static org.vencejo.protocol.ReasonCode.PROTOCOL_ERROR;
import static org.vencejo.protocol.ReasonCode.TOPIC_ALIAS_INVALID;
import static org.vencejo.protocol.ReasonCode.TOPIC_FILTER_INVALID;
import static org.vencejo.protocol.ReasonCode.TOPIC_NAME_INVALID;
import static org.vencejo.protocol.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The table of what bytes can break: the statement in each version and the Reason Code that
/// answers.
///
/// 3.1.1 and 5.0 number the same rule differently, and use the same number for different rules; a
/// row with one statement has it in all versions.
enum Rule {
    // Fixed header
    PACKET_TYPE(MALFORMED_PACKET, "MQTT-4.8.0-1", "MQTT-4.13.1-1"),
    PACKET_DIRECTION(PROTOCOL_ERROR, "MQTT-4.8.0-1", "MQTT-4.13.1-1"),
    FLAGS(MALFORMED_PACKET, "MQTT-2.2.2-2", "MQTT-2.1.3-1"),
    FLAGS_PUBREL(MALFORMED_PACKET, "V31-11", "MQTT-3.6.1-1", "MQTT-3.6.1-1"),
    FLAGS_SUBSCRIBE(MALFORMED_PACKET, "V31-11", "MQTT-3.8.1-1", "MQTT-3.8.1-1"),
    FLAGS_UNSUBSCRIBE(MALFORMED_PACKET, "V31-11", "MQTT-3.10.1-1", "MQTT-3.10.1-1"),
    FLAGS_DISCONNECT(MALFORMED_PACKET, "MQTT-3.14.1-1"),
    FLAGS_AUTH(MALFORMED_PACKET, "MQTT-3.15.1-1"),
    INTEGER_OF_FOUR_BYTES(MALFORMED_PACKET, "U5-1"),
    INTEGER_MINIMAL(MALFORMED_PACKET, "MQTT-1.5.5-1"),
    PACKET_SIZE(PACKET_TOO_LARGE, "U5-8"),
    CONNECT_SIZE(PACKET_TOO_LARGE, "U5-36"),

    // Any packet
    FORMAT(MALFORMED_PACKET, "MQTT-4.8.0-1", "MQTT-4.13.1-1"),
    UTF_8(MALFORMED_PACKET, "MQTT-1.5.3-1", "MQTT-1.5.4-1"),
    UTF_8_NO_NULL(MALFORMED_PACKET, "MQTT-1.5.3-2", "MQTT-1.5.4-2"),
    IDENTIFIER_OF_CLIENT(PROTOCOL_ERROR, "V31-34", "MQTT-2.3.1-1", "MQTT-2.2.1-3"),
    IDENTIFIER_OF_SERVER(PROTOCOL_ERROR, "V31-34", "MQTT-2.3.1-4", "MQTT-2.2.1-4"),
    IDENTIFIER_OF_PUBLISH_ANSWER(PROTOCOL_ERROR, "V31-34", "MQTT-2.3.1-6", "MQTT-2.2.1-5"),
    IDENTIFIER_OF_SUBSCRIBE_ANSWER(PROTOCOL_ERROR, "V31-34", "MQTT-2.3.1-7", "MQTT-2.2.1-6"),

    // Properties
    PROPERTY_LENGTH_THERE(MALFORMED_PACKET, "MQTT-2.2.2-1"),
    PROPERTY_LENGTH(MALFORMED_PACKET, "U5-4"),
    PROPERTY_ALLOWED(MALFORMED_PACKET, "U5-2"),
    PROPERTY_ONCE(PROTOCOL_ERROR, "U5-3"),
    PROPERTY_ZERO_OR_ONE(PROTOCOL_ERROR, "U5-5"),
    RECEIVE_MAXIMUM(PROTOCOL_ERROR, "U5-6"),
    MAXIMUM_PACKET_SIZE(PROTOCOL_ERROR, "U5-7"),
    AUTHENTICATION_DATA(PROTOCOL_ERROR, "U5-9"),
    SUBSCRIPTION_IDENTIFIER(PROTOCOL_ERROR, "U5-19"),
    SUBSCRIPTION_IDENTIFIER_OF_CLIENT(PROTOCOL_ERROR, "MQTT-3.3.4-6"),
    TOPIC_ALIAS(TOPIC_ALIAS_INVALID, "MQTT-3.3.2-8"),
    RESPONSE_TOPIC(PROTOCOL_ERROR, "MQTT-3.3.2-14"),
    SESSION_EXPIRY_OF_SERVER(PROTOCOL_ERROR, "MQTT-3.14.2-2"),
    USER_PROPERTIES(PACKET_TOO_LARGE, "U5-8"),

    // CONNECT
    CONNECT_FIRST(PROTOCOL_ERROR, "MQTT-3.1.0-1"),
    CONNECT_ONCE(PROTOCOL_ERROR, "MQTT-3.1.0-2"),
    CONNECT_FORMAT(MALFORMED_PACKET, "MQTT-3.1.4-1"),
    PROTOCOL_NAME(UNSUPPORTED_PROTOCOL_VERSION, "MQTT-3.1.2-1"),
    PROTOCOL_LEVEL(UNSUPPORTED_PROTOCOL_VERSION, "MQTT-3.1.2-2"),
    PROTOCOL_PAIR(UNSUPPORTED_PROTOCOL_VERSION, "V31-2"),
    BRIDGE_LEVEL(UNSUPPORTED_PROTOCOL_VERSION, "V31-3"),
    CONNECT_FLAG_RESERVED(MALFORMED_PACKET, "MQTT-3.1.2-3"),
    WILL_FIELDS(MALFORMED_PACKET, "MQTT-3.1.2-9"),
    WILL_QOS(MALFORMED_PACKET, "MQTT-3.1.2-14", "MQTT-3.1.2-12"),
    NO_WILL_QOS(MALFORMED_PACKET, "MQTT-3.1.2-13", "MQTT-3.1.2-11"),
    NO_WILL_RETAIN(MALFORMED_PACKET, "MQTT-3.1.2-15", "MQTT-3.1.2-13"),
    CLIENT_IDENTIFIER(MALFORMED_PACKET, "MQTT-3.1.3-3"),
    USER_NAME(MALFORMED_PACKET, "MQTT-3.1.2-19", "MQTT-3.1.2-17"),
    PASSWORD(MALFORMED_PACKET, "MQTT-3.1.2-21", "MQTT-3.1.2-19"),
    PASSWORD_ALONE(MALFORMED_PACKET, "V31-15", "MQTT-3.1.2-22", "MQTT-3.1.2-22"),

    // CONNACK
    CONNACK_FLAGS(MALFORMED_PACKET, "MQTT-4.8.0-1", "MQTT-3.2.2-1"),
    CONNACK_CODE(MALFORMED_PACKET, "V31-7", "MQTT-3.2.2-6", "MQTT-3.2.2-8"),
    CONNACK_REFUSED_WITH_SESSION(PROTOCOL_ERROR, "MQTT-3.2.2-4", "MQTT-3.2.2-6"),

    // PUBLISH and its answers
    PUBLISH_QOS(MALFORMED_PACKET, "MQTT-3.3.1-4"),
    PUBLISH_DUP(MALFORMED_PACKET, "MQTT-3.3.1-2"),
    TOPIC_NAME_THERE(MALFORMED_PACKET, "MQTT-3.3.2-1"),
    TOPIC_NAME_EMPTY(MALFORMED_PACKET, "MQTT-4.7.3-1"),
    TOPIC_NAME_OR_ALIAS(PROTOCOL_ERROR, "U5-17"),
    TOPIC_NAME_WILDCARD(TOPIC_NAME_INVALID, "MQTT-3.3.2-2"),
    TOPIC_NAME_SHARE(TOPIC_NAME_INVALID, "MQTT-4.8.2-1"),
    TOPIC_NAME_LEVELS(TOPIC_NAME_INVALID, "MQTT-4.7.3-3"),
    WILL_TOPIC_WILDCARD(TOPIC_NAME_INVALID, "MQTT-4.7.1-1", "MQTT-4.7.0-1"),
    WILL_TOPIC_EMPTY(TOPIC_NAME_INVALID, "MQTT-4.7.3-1"),
    PUBACK_CODE(PROTOCOL_ERROR, "MQTT-3.4.2-1"),
    PUBREC_CODE(PROTOCOL_ERROR, "MQTT-3.5.2-1"),
    PUBREL_CODE(PROTOCOL_ERROR, "MQTT-3.6.2-1"),
    PUBCOMP_CODE(PROTOCOL_ERROR, "MQTT-3.7.2-1"),

    // SUBSCRIBE, UNSUBSCRIBE and their answers
    SUBSCRIBE_EMPTY(PROTOCOL_ERROR, "V31-29", "MQTT-3.8.3-3", "MQTT-3.8.3-2"),
    SUBSCRIBE_FILTER(MALFORMED_PACKET, "MQTT-3.8.3-1"),
    SUBSCRIBE_OPTIONS(MALFORMED_PACKET, "V31-30", "MQTT-3.8.3-4", "MQTT-3.8.3-5"),
    SUBSCRIBE_QOS(PROTOCOL_ERROR, "V31-30", "MQTT-3.8.3-4", "U5-23"),
    SUBSCRIBE_RETAIN_HANDLING(PROTOCOL_ERROR, "U5-23"),
    SUBSCRIBE_SHARED_NO_LOCAL(PROTOCOL_ERROR, "MQTT-3.8.3-4"),
    TOPIC_FILTERS(PACKET_TOO_LARGE, "U5-8"),
    SUBACK_EMPTY(MALFORMED_PACKET, "MQTT-3.8.4-5", "MQTT-3.8.4-6"),
    SUBACK_CODE(PROTOCOL_ERROR, "V31-8", "MQTT-3.9.3-2", "MQTT-3.9.3-2"),
    UNSUBSCRIBE_EMPTY(PROTOCOL_ERROR, "MQTT-3.10.3-2"),
    UNSUBSCRIBE_FILTER(MALFORMED_PACKET, "MQTT-3.10.3-1"),
    UNSUBACK_EMPTY(MALFORMED_PACKET, "MQTT-3.11.3-1"),
    UNSUBACK_CODE(PROTOCOL_ERROR, "MQTT-3.11.3-2"),
    FILTER_EMPTY(TOPIC_FILTER_INVALID, "MQTT-4.7.3-1"),
    FILTER_MULTI_LEVEL(TOPIC_FILTER_INVALID, "MQTT-4.7.1-2", "MQTT-4.7.1-1"),
    FILTER_SINGLE_LEVEL(TOPIC_FILTER_INVALID, "MQTT-4.7.1-3", "MQTT-4.7.1-2"),
    FILTER_SHARE_FORM(TOPIC_FILTER_INVALID, "MQTT-4.8.2-1"),
    FILTER_SHARE_NAME(TOPIC_FILTER_INVALID, "MQTT-4.8.2-2"),

    // DISCONNECT and AUTH
    DISCONNECT_CODE(PROTOCOL_ERROR, "MQTT-3.14.2-1"),
    DISCONNECT_DIRECTION(PROTOCOL_ERROR, "U5-34"),
    AUTH_CODE(PROTOCOL_ERROR, "MQTT-3.15.2-1");

    private final ReasonCode reasonCode;
    private final String statement31;
    private final String statement311;
    private final String statement5;

    Rule(ReasonCode reasonCode, String statement) {
        this(reasonCode, statement, statement, statement);
    }

    Rule(ReasonCode reasonCode, String statement3, String statement5) {
        this(reasonCode, statement3, statement3, statement5);
    }

    Rule(ReasonCode reasonCode, String statement31, String statement311, String statement5) {
        this.reasonCode = reasonCode;
        this.statement31 = statement31;
        this.statement311 = statement311;
        this.statement5 = statement5;
    }

    /// The violation of this rule by a peer that speaks `version`, null if it has not said yet.
    ProtocolViolation broken(@Nullable ProtocolVersion version, String detail) {
        return new ProtocolViolation(reasonCode, statement(version), detail);
    }

    private String statement(@Nullable ProtocolVersion version) {
        if (version == null) {
            return statement5;
        }
        return switch (version) {
            case MQTT_3_1 -> statement31;
            case MQTT_3_1_1 -> statement311;
            case MQTT_5 -> statement5;
        };
    }

    /// A byte as the standard writes it.
    static String hex(int value) {
        return "0x" + HexFormat.of().withUpperCase().toHexDigits((byte) value);
    }
}
