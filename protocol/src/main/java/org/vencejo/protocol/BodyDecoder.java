package org.vencejo.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// All packets but CONNECT and PUBLISH from the bytes behind their fixed header. Stateless.
final class BodyDecoder {
    private BodyDecoder() {}

    /// The packet of `type` whose fields come next; the type is one that the peer may send.
    static Packet decode(PacketType type, FieldReader in) {
        boolean mqtt5 = in.version() == ProtocolVersion.MQTT_5;
        Packet packet =
                switch (type) {
                    case PUBACK, PUBREC, PUBREL, PUBCOMP -> publishAnswer(type, in, mqtt5);
                    case SUBSCRIBE -> subscribe(in, mqtt5);
                    case UNSUBSCRIBE -> unsubscribe(in, mqtt5);
                    case SUBACK -> suback(in, mqtt5);
                    case UNSUBACK -> unsuback(in, mqtt5);
                    case CONNACK -> connack(in, mqtt5);
                    case PINGREQ -> Pingreq.INSTANCE;
                    case PINGRESP -> Pingresp.INSTANCE;
                    case DISCONNECT -> disconnect(in, mqtt5);
                    case AUTH -> auth(in);
                    case CONNECT, PUBLISH ->
                            throw new IllegalStateException(type + " is decoded elsewhere");
                };
        in.requireEnd(type, Rule.FORMAT);
        return packet;
    }

    private static Packet publishAnswer(PacketType type, FieldReader in, boolean mqtt5) {
        int packetIdentifier = in.packetIdentifier(Rule.IDENTIFIER_OF_PUBLISH_ANSWER);
        ReasonCode code = ReasonCode.SUCCESS;
        Properties own = Properties.NONE;
        if (mqtt5 && in.hasMore()) { // U5-31: without both, or without the second
            code = reasonCode(in, type);
            own = in.hasMore() ? PropertiesDecoder.decode(in, type) : Properties.NONE;
        }
        return switch (type) {
            case PUBACK -> new Puback(packetIdentifier, code, own);
            case PUBREC -> new Pubrec(packetIdentifier, code, own);
            case PUBREL -> new Pubrel(packetIdentifier, code, own);
            case PUBCOMP -> new Pubcomp(packetIdentifier, code, own);
            case CONNECT,
                    CONNACK,
                    PUBLISH,
                    SUBSCRIBE,
                    SUBACK,
                    UNSUBSCRIBE,
                    UNSUBACK,
                    PINGREQ,
                    PINGRESP,
                    DISCONNECT,
                    AUTH ->
                    throw new IllegalStateException(type + " is no answer to PUBLISH");
        };
    }

    private static Subscribe subscribe(FieldReader in, boolean mqtt5) {
        int packetIdentifier = in.packetIdentifier(Rule.IDENTIFIER_OF_CLIENT);
        Properties own =
                mqtt5 ? PropertiesDecoder.decode(in, PacketType.SUBSCRIBE) : Properties.NONE;
        if (!in.hasMore()) {
            throw Rule.SUBSCRIBE_EMPTY.broken(
                    in.version(), "SUBSCRIBE has at least one Topic Filter, given was none");
        }
        Subscription first = subscription(in, mqtt5);
        if (!in.hasMore()) { // as most have
            return new Subscribe(packetIdentifier, List.of(first), own);
        }
        List<Subscription> subscriptions = new ArrayList<>();
        subscriptions.add(first);
        while (in.hasMore()) {
            requireRoom(in, subscriptions.size());
            subscriptions.add(subscription(in, mqtt5));
        }
        return new Subscribe(packetIdentifier, List.copyOf(subscriptions), own);
    }

    private static Subscription subscription(FieldReader in, boolean mqtt5) {
        TopicFilter topicFilter = topicFilter(in, Rule.SUBSCRIBE_FILTER, mqtt5);
        int options = in.byteValue("the Subscription Options", Rule.SUBSCRIBE_OPTIONS);
        int reserved = mqtt5 ? 0xC0 : 0xFC;
        if ((options & reserved) != 0) {
            throw Rule.SUBSCRIBE_OPTIONS.broken(
                    in.version(),
                    "the reserved bits of Subscription Options are 0, given was "
                            + Rule.hex(options));
        }
        if ((options & 3) == 3) {
            throw Rule.SUBSCRIBE_QOS.broken(
                    in.version(), "the Maximum QoS is 0, 1 or 2, given was 3");
        }
        int retainHandling = (options >>> 4) & 3;
        if (retainHandling == 3) {
            throw Rule.SUBSCRIBE_RETAIN_HANDLING.broken(
                    in.version(), "Retain Handling is 0, 1 or 2, given was 3");
        }
        boolean noLocal = (options & 4) != 0;
        if (noLocal && topicFilter.isShared()) {
            throw Rule.SUBSCRIBE_SHARED_NO_LOCAL.broken(
                    in.version(), "a Shared Subscription has No Local 0, given was 1");
        }
        return new Subscription(
                topicFilter,
                QoS.of(options & 3),
                noLocal,
                (options & 8) != 0,
                RetainHandling.of(retainHandling));
    }

    private static Unsubscribe unsubscribe(FieldReader in, boolean mqtt5) {
        int packetIdentifier = in.packetIdentifier(Rule.IDENTIFIER_OF_CLIENT);
        Properties own =
                mqtt5 ? PropertiesDecoder.decode(in, PacketType.UNSUBSCRIBE) : Properties.NONE;
        if (!in.hasMore()) {
            throw Rule.UNSUBSCRIBE_EMPTY.broken(
                    in.version(), "UNSUBSCRIBE has at least one Topic Filter, given was none");
        }
        List<TopicFilter> topicFilters = new ArrayList<>();
        while (in.hasMore()) {
            requireRoom(in, topicFilters.size());
            topicFilters.add(topicFilter(in, Rule.UNSUBSCRIBE_FILTER, mqtt5));
        }
        return new Unsubscribe(packetIdentifier, List.copyOf(topicFilters), own);
    }

    /// A filter. In 5.0 one that breaks the rules of filters is let through, as its client is told
    /// in the SUBACK or UNSUBACK; before 5.0 it costs the connection.
    private static TopicFilter topicFilter(FieldReader in, Rule missing, boolean mqtt5) {
        TopicFilter topicFilter = TopicFilter.ofUtf8(in.utf8("a Topic Filter", missing));
        if (!mqtt5 && !topicFilter.isValid()) {
            throw topicFilter.violation(in.version());
        }
        return topicFilter;
    }

    private static void requireRoom(FieldReader in, int topicFilters) {
        if (topicFilters == in.limits().topicFiltersMax()) {
            throw Rule.TOPIC_FILTERS.broken(
                    in.version(),
                    "a packet has at most "
                            + in.limits().topicFiltersMax()
                            + " Topic Filters, given were more");
        }
    }

    private static Suback suback(FieldReader in, boolean mqtt5) {
        int packetIdentifier = in.packetIdentifier(Rule.IDENTIFIER_OF_SUBSCRIBE_ANSWER);
        Properties own = mqtt5 ? PropertiesDecoder.decode(in, PacketType.SUBACK) : Properties.NONE;
        if (!in.hasMore()) {
            throw Rule.SUBACK_EMPTY.broken(
                    in.version(), "SUBACK has a code for each Topic Filter, given was none");
        }
        List<ReasonCode> codes = new ArrayList<>();
        while (in.hasMore()) {
            ReasonCode code = reasonCode(in, PacketType.SUBACK);
            boolean known =
                    switch (Objects.requireNonNull(in.version())) {
                        case MQTT_3_1 -> !code.isError(); // V31-8
                        case MQTT_3_1_1 -> !code.isError() || code == ReasonCode.UNSPECIFIED_ERROR;
                        case MQTT_5 -> true;
                    };
            if (!known) {
                throw codeNotAllowed(in, PacketType.SUBACK, code.value());
            }
            codes.add(code);
        }
        return new Suback(packetIdentifier, List.copyOf(codes), own);
    }

    private static Unsuback unsuback(FieldReader in, boolean mqtt5) {
        int packetIdentifier = in.packetIdentifier(Rule.IDENTIFIER_OF_SUBSCRIBE_ANSWER);
        if (!mqtt5) {
            return new Unsuback(packetIdentifier, List.of(), Properties.NONE);
        }
        Properties own = PropertiesDecoder.decode(in, PacketType.UNSUBACK);
        if (!in.hasMore()) {
            throw Rule.UNSUBACK_EMPTY.broken(
                    in.version(), "UNSUBACK has a code for each Topic Filter, given was none");
        }
        List<ReasonCode> codes = new ArrayList<>();
        while (in.hasMore()) {
            codes.add(reasonCode(in, PacketType.UNSUBACK));
        }
        return new Unsuback(packetIdentifier, List.copyOf(codes), own);
    }

    private static Connack connack(FieldReader in, boolean mqtt5) {
        int flags = in.byteValue("the Connect Acknowledge Flags", Rule.FORMAT);
        if (in.version() == ProtocolVersion.MQTT_3_1) {
            flags = 0; // V31-6: the byte has no meaning
        }
        if (flags > 1) {
            throw Rule.CONNACK_FLAGS.broken(
                    in.version(),
                    "the upper bits of the Connect Acknowledge Flags are 0, given was " + flags);
        }
        ReasonCode code = mqtt5 ? reasonCode(in, PacketType.CONNACK) : returnCode(in);
        if (flags == 1 && code != ReasonCode.SUCCESS) {
            throw Rule.CONNACK_REFUSED_WITH_SESSION.broken(
                    in.version(), "a refusal has Session Present 0, given was 1 with " + code);
        }
        Properties own = mqtt5 ? PropertiesDecoder.decode(in, PacketType.CONNACK) : Properties.NONE;
        return new Connack(flags == 1, code, own);
    }

    private static ReasonCode returnCode(FieldReader in) {
        int value = in.byteValue("the Connect Return Code", Rule.FORMAT);
        ReasonCode code = ReasonCode.ofReturnCode(value);
        if (code == null) {
            throw Rule.CONNACK_CODE.broken(
                    in.version(), "a Connect Return Code is 0 to 5, given was " + value);
        }
        return code;
    }

    private static Disconnect disconnect(FieldReader in, boolean mqtt5) {
        if (!mqtt5 || !in.hasMore()) {
            return new Disconnect(ReasonCode.SUCCESS);
        }
        ReasonCode code = reasonCode(in, PacketType.DISCONNECT);
        Properties own =
                in.hasMore()
                        ? PropertiesDecoder.decode(in, PacketType.DISCONNECT)
                        : Properties.NONE;
        return new Disconnect(code, own);
    }

    private static Auth auth(FieldReader in) {
        if (!in.hasMore() && !in.fromClient()) {
            return new Auth(ReasonCode.SUCCESS, Properties.NONE); // U5-31
        }
        ReasonCode code = reasonCode(in, PacketType.AUTH);
        return new Auth(code, PropertiesDecoder.decode(in, PacketType.AUTH));
    }

    private static ReasonCode reasonCode(FieldReader in, PacketType type) {
        int value = in.byteValue("the Reason Code", Rule.FORMAT);
        ReasonCode code = ReasonCode.of(value);
        if (code == null || !code.allowedIn(type, in.fromClient())) {
            throw codeNotAllowed(in, type, value);
        }
        return code;
    }

    private static ProtocolViolation codeNotAllowed(FieldReader in, PacketType type, int value) {
        ReasonCode code = ReasonCode.of(value);
        Rule rule =
                switch (type) {
                    case CONNACK -> Rule.CONNACK_CODE;
                    case PUBACK -> Rule.PUBACK_CODE;
                    case PUBREC -> Rule.PUBREC_CODE;
                    case PUBREL -> Rule.PUBREL_CODE;
                    case PUBCOMP -> Rule.PUBCOMP_CODE;
                    case SUBACK -> Rule.SUBACK_CODE;
                    case UNSUBACK -> Rule.UNSUBACK_CODE;
                    case DISCONNECT ->
                            code != null && code.allowedIn(type)
                                    ? Rule.DISCONNECT_DIRECTION
                                    : Rule.DISCONNECT_CODE;
                    case AUTH -> Rule.AUTH_CODE;
                    case CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, PINGRESP ->
                            throw new IllegalStateException(type + " has no Reason Code");
                };
        return rule.broken(
                in.version(),
                "a Reason Code of "
                        + type
                        + " from a "
                        + (in.fromClient() ? "client" : "server")
                        + " is one of its table, given was "
                        + Rule.hex(value));
    }
}
