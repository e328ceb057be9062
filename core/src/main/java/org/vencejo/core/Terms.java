package org.vencejo.core;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// The terms on which a CONNECT is accepted: what was asked for, as far as the limits go, and what
/// CONNACK says of it (3.2.2.3). Immutable.
///
/// A limit that a client is not told is not used towards it.
final class Terms {
    private static final Property[] DISPENSABLE = {
        Property.RESPONSE_INFORMATION,
        Property.MAXIMUM_PACKET_SIZE,
        Property.TOPIC_ALIAS_MAXIMUM,
        Property.RECEIVE_MAXIMUM
    };

    private final ServerSettings settings;
    private final Limits limits;
    private final QoS maximumQoS;
    private final Connect connect;

    Terms(ServerSettings settings, Connection connection, Connect connect) {
        this.settings = settings;
        this.limits = connection.limits();
        this.maximumQoS = connection.maximumQoS();
        this.connect = connect;
    }

    /// In seconds; what 3.x asks for with Clean Session (A16).
    long sessionExpiryInterval() {
        long max = limits.sessionExpiryIntervalMaxSeconds();
        if (!connect.version().isMqtt5()) {
            return connect.cleanStart() ? 0 : max;
        }
        return Math.min(asked(Property.SESSION_EXPIRY_INTERVAL), max);
    }

    /// In seconds, 0 for none. Only 5.0 can be told another one than it asked for (U5-48).
    int keepAlive() {
        int cap = limits.keepAliveMaxSeconds();
        int asked = connect.keepAlive();
        boolean capped = cap > 0 && connect.version().isMqtt5() && (asked == 0 || asked > cap);
        return capped ? cap : asked;
    }

    /// After how long an unanswered message is repeated on the live connection, 0 for never.
    long retryIntervalNanos() {
        return switch (connect.version()) {
            case MQTT_3_1 -> settings.retryIntervalNanos31();
            case MQTT_3_1_1 -> settings.retryIntervalNanos311();
            case MQTT_5 -> 0; // [MQTT-4.4.0-1]
        };
    }

    /// What CONNACK says. `assigned` is the Client Identifier that the client did not choose;
    /// `data` is the authenticator's last word.
    ///
    /// @throws ProtocolViolation if that is more than the client takes [MQTT-3.1.2-24]
    Properties told(Connection connection, @Nullable String assigned, byte @Nullable [] data) {
        if (!connect.version().isMqtt5()) {
            return Properties.NONE;
        }
        Properties.Builder properties = Properties.builder();
        tellLimits(properties);
        tellFeatures(properties);
        if (assigned != null) {
            properties.put(Property.ASSIGNED_CLIENT_IDENTIFIER, assigned);
        }
        String method = connect.properties().text(Property.AUTHENTICATION_METHOD);
        if (method != null) {
            properties.put(Property.AUTHENTICATION_METHOD, method); // [MQTT-4.12.0-5]
            if (data != null) {
                properties.put(Property.AUTHENTICATION_DATA, data);
            }
        }
        return fitted(connection, properties.build());
    }

    private void tellLimits(Properties.Builder properties) {
        if (sessionExpiryInterval() != asked(Property.SESSION_EXPIRY_INTERVAL)) {
            properties.put(Property.SESSION_EXPIRY_INTERVAL, sessionExpiryInterval()); // U5-10
        }
        if (keepAlive() != connect.keepAlive()) {
            properties.put(Property.SERVER_KEEP_ALIVE, keepAlive());
        }
        if (limits.receiveMaximum() < 65_535) {
            properties.put(Property.RECEIVE_MAXIMUM, limits.receiveMaximum());
        }
        properties.put(Property.MAXIMUM_PACKET_SIZE, limits.packetSizeMax());
        if (limits.topicAliasMaximum() > 0) {
            properties.put(Property.TOPIC_ALIAS_MAXIMUM, limits.topicAliasMaximum());
        }
    }

    private void tellFeatures(Properties.Builder properties) {
        if (maximumQoS != QoS.EXACTLY_ONCE) {
            properties.put(Property.MAXIMUM_QOS, maximumQoS.value());
        }
        if (!settings.retainAvailable()) {
            properties.put(Property.RETAIN_AVAILABLE, 0);
        }
        if (!settings.wildcardSubscriptionAvailable()) {
            properties.put(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0);
        }
        if (!settings.sharedSubscriptionAvailable()) {
            properties.put(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0);
        }
        String information = settings.responseInformation();
        if (information != null
                && connect.properties().flag(Property.REQUEST_RESPONSE_INFORMATION, false)) {
            properties.put(Property.RESPONSE_INFORMATION, information); // [MQTT-3.1.2-28]
        }
    }

    private long asked(Property property) {
        return connect.properties().number(property, 0);
    }

    // What CONNACK may go without leaves it if it is too large for the client.
    private static Properties fitted(Connection connection, Properties properties) {
        Properties fitted = properties;
        for (Property property : DISPENSABLE) {
            if (isSmallEnough(connection, fitted)) {
                break;
            }
            fitted = fitted.without(property);
        }
        if (!isSmallEnough(connection, fitted)) {
            throw new ProtocolViolation(
                    ReasonCode.PACKET_TOO_LARGE,
                    "MQTT-3.1.2-24",
                    "CONNACK is larger than the client's Maximum Packet Size");
        }
        return fitted;
    }

    private static boolean isSmallEnough(Connection connection, Properties properties) {
        return connection.fits(new Connack(false, ReasonCode.SUCCESS, properties));
    }
}
