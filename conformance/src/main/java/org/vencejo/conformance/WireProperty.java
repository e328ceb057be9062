package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The Properties of 5.0 as bytes, written down once more: what judges a server must not read with
/// the server's own table.
enum WireProperty {
    PAYLOAD_FORMAT_INDICATOR(0x01, Shape.BYTE),
    MESSAGE_EXPIRY_INTERVAL(0x02, Shape.FOUR_BYTES),
    CONTENT_TYPE(0x03, Shape.STRING),
    RESPONSE_TOPIC(0x08, Shape.STRING),
    CORRELATION_DATA(0x09, Shape.STRING),
    SUBSCRIPTION_IDENTIFIER(0x0B, Shape.VARIABLE),
    SESSION_EXPIRY_INTERVAL(0x11, Shape.FOUR_BYTES),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Shape.STRING),
    SERVER_KEEP_ALIVE(0x13, Shape.TWO_BYTES),
    AUTHENTICATION_METHOD(0x15, Shape.STRING),
    AUTHENTICATION_DATA(0x16, Shape.STRING),
    REQUEST_PROBLEM_INFORMATION(0x17, Shape.BYTE),
    WILL_DELAY_INTERVAL(0x18, Shape.FOUR_BYTES),
    REQUEST_RESPONSE_INFORMATION(0x19, Shape.BYTE),
    RESPONSE_INFORMATION(0x1A, Shape.STRING),
    SERVER_REFERENCE(0x1C, Shape.STRING),
    REASON_STRING(0x1F, Shape.STRING),
    RECEIVE_MAXIMUM(0x21, Shape.TWO_BYTES),
    TOPIC_ALIAS_MAXIMUM(0x22, Shape.TWO_BYTES),
    TOPIC_ALIAS(0x23, Shape.TWO_BYTES),
    MAXIMUM_QOS(0x24, Shape.BYTE),
    RETAIN_AVAILABLE(0x25, Shape.BYTE),
    USER_PROPERTY(0x26, Shape.TWO_STRINGS),
    MAXIMUM_PACKET_SIZE(0x27, Shape.FOUR_BYTES),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Shape.BYTE),
    SUBSCRIPTION_IDENTIFIERS_AVAILABLE(0x29, Shape.BYTE),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Shape.BYTE);

    private enum Shape {
        BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        VARIABLE,
        STRING,
        TWO_STRINGS
    }

    private static final Map<Integer, WireProperty> BY_IDENTIFIER = new HashMap<>();

    static {
        for (WireProperty property : values()) {
            BY_IDENTIFIER.put(property.identifier, property);
        }
    }

    private final int identifier;
    private final Shape shape;

    WireProperty(int identifier, Shape shape) {
        this.identifier = identifier;
        this.shape = shape;
    }

    int identifier() {
        return identifier;
    }

    /// The Property as people read it: `Receive Maximum`.
    String title() {
        StringBuilder title = new StringBuilder();
        for (String word : name().split("_", -1)) {
            title.append(title.isEmpty() ? "" : " ")
                    .append(word.charAt(0))
                    .append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return title.toString().replace("Qos", "QoS");
    }

    static WireProperty of(int identifier) {
        WireProperty property = BY_IDENTIFIER.get(identifier);
        if (property == null) {
            throw new Mismatch("a Property of 5.0", "identifier 0x%02X".formatted(identifier));
        }
        return property;
    }

    /// Takes the Properties of a block apart, which begins with its length at the cursor: each with
    /// its identifier and value.
    static List<byte[]> block(Cursor in) {
        int end = in.variableByteInteger();
        end += in.position();
        List<byte[]> properties = new ArrayList<>();
        while (in.position() < end) {
            int start = in.position();
            of(in.octet()).skip(in);
            properties.add(in.slice(start, in.position()));
        }
        if (in.position() != end) {
            throw new Mismatch(
                    "Properties that end at byte " + end, "one that ends at " + in.position());
        }
        return properties;
    }

    /// The value of a Property that is a number of a fixed size, from its bytes.
    static long number(byte[] property) {
        long value = 0;
        for (int i = 1; i < property.length; i++) {
            value = value << 8 | (property[i] & 0xFF);
        }
        return value;
    }

    private void skip(Cursor in) {
        switch (shape) {
            case BYTE -> in.octets(1);
            case TWO_BYTES -> in.octets(2);
            case FOUR_BYTES -> in.octets(4);
            case VARIABLE -> in.variableByteInteger();
            case STRING -> in.string();
            case TWO_STRINGS -> {
                in.string();
                in.string();
            }
        }
    }
}
