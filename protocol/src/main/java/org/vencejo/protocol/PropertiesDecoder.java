package org.vencejo.protocol;

/// Properties from bytes: one loop over the table that [Property] is (section 2.2.2). Stateless.
final class PropertiesDecoder {
    private PropertiesDecoder() {}

    /// The Properties of a packet of `type`, whose length comes next.
    static Properties decode(FieldReader in, PacketType type) {
        return decode(in, type, false);
    }

    /// The Will Properties of a CONNECT.
    static Properties decodeWill(FieldReader in) {
        return decode(in, PacketType.CONNECT, true);
    }

    private static Properties decode(FieldReader in, PacketType type, boolean ofWill) {
        int length = in.variableByteInteger("the Property Length", Rule.PROPERTY_LENGTH_THERE);
        if (length == 0) {
            return Properties.NONE;
        }
        int packetEnd = in.end();
        if (packetEnd - in.index() < length) {
            throw Rule.PROPERTY_LENGTH.broken(
                    in.version(),
                    "the Property Length ends in the packet, given was "
                            + length
                            + " with "
                            + (packetEnd - in.index())
                            + " bytes left");
        }
        in.end(in.index() + length);
        Properties.Builder properties = Properties.builder();
        int userProperties = 0;
        int userPropertiesBytes = 0;
        while (in.hasMore()) {
            Property property = property(in, type, ofWill);
            if (property == Property.USER_PROPERTY) {
                int begin = in.index();
                properties.add(userProperty(in));
                userPropertiesBytes += in.index() - begin - 2 * Short.BYTES;
                requireWithinLimits(in, ++userProperties, userPropertiesBytes);
                continue;
            }
            boolean repeatable =
                    property == Property.SUBSCRIPTION_IDENTIFIER && type == PacketType.PUBLISH;
            if (properties.has(property) && !repeatable) {
                throw Rule.PROPERTY_ONCE.broken(
                        in.version(), property + " may stand once, given was another");
            }
            value(in, property, properties);
        }
        in.end(packetEnd);
        if (properties.has(Property.AUTHENTICATION_DATA)
                && !properties.has(Property.AUTHENTICATION_METHOD)) {
            throw Rule.AUTHENTICATION_DATA.broken(
                    in.version(),
                    "AUTHENTICATION_DATA stands beside AUTHENTICATION_METHOD, given was it alone");
        }
        return properties.build();
    }

    /// The property that comes next, if one may stand here.
    private static Property property(FieldReader in, PacketType type, boolean ofWill) {
        int identifier = in.variableByteInteger("a Property Identifier", Rule.PROPERTY_LENGTH);
        Property property = Property.of(identifier);
        if (property == null || !(ofWill ? property.allowedInWill() : property.allowedIn(type))) {
            throw Rule.PROPERTY_ALLOWED.broken(
                    in.version(),
                    (ofWill ? "a Will" : type)
                            + " has only the properties of its section, given was "
                            + (property == null
                                    ? "the unknown identifier " + identifier
                                    : property));
        }
        if (property == Property.SUBSCRIPTION_IDENTIFIER
                && type == PacketType.PUBLISH
                && in.fromClient()) {
            throw Rule.SUBSCRIPTION_IDENTIFIER_OF_CLIENT.broken(
                    in.version(),
                    "a client's PUBLISH has no SUBSCRIPTION_IDENTIFIER, given was one");
        }
        if (property == Property.SESSION_EXPIRY_INTERVAL
                && type == PacketType.DISCONNECT
                && !in.fromClient()) {
            throw Rule.SESSION_EXPIRY_OF_SERVER.broken(
                    in.version(),
                    "a server's DISCONNECT has no SESSION_EXPIRY_INTERVAL, given was one");
        }
        return property;
    }

    private static UserProperty userProperty(FieldReader in) {
        return new UserProperty(
                in.text("a User Property's name", Rule.PROPERTY_LENGTH),
                in.text("a User Property's value", Rule.PROPERTY_LENGTH));
    }

    private static void requireWithinLimits(FieldReader in, int userProperties, int bytes) {
        DecoderLimits limits = in.limits();
        if (userProperties > limits.userPropertiesMax()
                || bytes > limits.userPropertiesBytesMax()) {
            throw Rule.USER_PROPERTIES.broken(
                    in.version(),
                    "a packet has at most "
                            + limits.userPropertiesMax()
                            + " User Properties of "
                            + limits.userPropertiesBytesMax()
                            + " bytes, given were "
                            + userProperties
                            + " of "
                            + bytes
                            + " and perhaps more");
        }
    }

    private static void value(FieldReader in, Property property, Properties.Builder properties) {
        String field = property.name();
        switch (property.type()) {
            case BYTE -> properties.put(property, zeroOrOne(in, field));
            case TWO_BYTE_INTEGER ->
                    properties.put(
                            property,
                            notZero(in, property, in.twoByteInteger(field, Rule.PROPERTY_LENGTH)));
            case FOUR_BYTE_INTEGER ->
                    properties.put(
                            property,
                            notZero(in, property, in.fourByteInteger(field, Rule.PROPERTY_LENGTH)));
            case VARIABLE_BYTE_INTEGER ->
                    properties.put(
                            property,
                            notZero(
                                    in,
                                    property,
                                    in.variableByteInteger(field, Rule.PROPERTY_LENGTH)));
            case UTF_8_STRING -> properties.put(property, text(in, property));
            case BINARY_DATA -> properties.put(property, in.binary(field, Rule.PROPERTY_LENGTH));
            case UTF_8_STRING_PAIR ->
                    throw new IllegalStateException(property + " has a loop of its own");
        }
    }

    /// A byte: every property that is one byte is 0 or 1.
    private static int zeroOrOne(FieldReader in, String field) {
        int value = in.byteValue(field, Rule.PROPERTY_LENGTH);
        if (value > 1) {
            throw Rule.PROPERTY_ZERO_OR_ONE.broken(
                    in.version(), field + " is 0 or 1, given was " + value);
        }
        return value;
    }

    private static long notZero(FieldReader in, Property property, long value) {
        if (value == 0) {
            refuseZero(in, property, Property.RECEIVE_MAXIMUM, Rule.RECEIVE_MAXIMUM);
            refuseZero(in, property, Property.MAXIMUM_PACKET_SIZE, Rule.MAXIMUM_PACKET_SIZE);
            refuseZero(in, property, Property.TOPIC_ALIAS, Rule.TOPIC_ALIAS);
            refuseZero(
                    in, property, Property.SUBSCRIPTION_IDENTIFIER, Rule.SUBSCRIPTION_IDENTIFIER);
        }
        return value;
    }

    private static void refuseZero(
            FieldReader in, Property property, Property positive, Rule rule) {
        if (property == positive) {
            throw rule.broken(in.version(), property + " is at least 1, given was 0");
        }
    }

    private static String text(FieldReader in, Property property) {
        String text = in.text(property.name(), Rule.PROPERTY_LENGTH);
        if (property == Property.RESPONSE_TOPIC
                && (text.indexOf('+') >= 0 || text.indexOf('#') >= 0)) {
            throw Rule.RESPONSE_TOPIC.broken(
                    in.version(), "RESPONSE_TOPIC has no wildcard, given was one");
        }
        return text;
    }
}
