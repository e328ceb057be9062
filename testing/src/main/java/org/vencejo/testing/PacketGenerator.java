package org.vencejo.testing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsuback;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.protocol.UserProperty;
import org.vencejo.protocol.Will;

/// Packets that one side may send in one version, by chance. Confined to one thread.
///
/// They obey the protocol and are as the decoder gives them back: what a version cannot say is not
/// in them. Most are small; some are long where lengths take another byte.
public final class PacketGenerator {
    private static final List<PacketType> OF_CLIENT =
            List.of(
                    PacketType.CONNECT,
                    PacketType.PUBLISH,
                    PacketType.PUBACK,
                    PacketType.PUBREC,
                    PacketType.PUBREL,
                    PacketType.PUBCOMP,
                    PacketType.SUBSCRIBE,
                    PacketType.UNSUBSCRIBE,
                    PacketType.PINGREQ,
                    PacketType.DISCONNECT,
                    PacketType.AUTH);
    private static final List<PacketType> OF_SERVER =
            List.of(
                    PacketType.CONNACK,
                    PacketType.PUBLISH,
                    PacketType.PUBACK,
                    PacketType.PUBREC,
                    PacketType.PUBREL,
                    PacketType.PUBCOMP,
                    PacketType.SUBACK,
                    PacketType.UNSUBACK,
                    PacketType.PINGRESP,
                    PacketType.DISCONNECT,
                    PacketType.AUTH);
    private static final List<String> TEXTS =
            List.of(
                    "",
                    "a",
                    "b/c",
                    "vencejo",
                    "a\u00F1o",
                    "\u20AC",
                    "\uD83D\uDC26",
                    "\u0001",
                    "\uFEFFx",
                    "x y");
    private static final List<String> LEVELS =
            List.of("a", "b", "miCasa", "", "$SYS", "ni\u00F1o", "sala 1", "\uD83D\uDC26");
    private static final List<Integer> LENGTHS =
            List.of(0, 1, 2, 7, 8, 9, 100, 127, 128, 200, 16_383, 16_400);

    private final Seeds seeds;
    private final ProtocolVersion version;
    private final boolean fromClient;

    public PacketGenerator(Seeds seeds, ProtocolVersion version, boolean fromClient) {
        this.seeds = seeds;
        this.version = version;
        this.fromClient = fromClient;
    }

    /// Any packet but CONNECT, which begins a connection: see [#connect()].
    public Packet packet() {
        while (true) {
            PacketType type = seeds.pick(fromClient ? OF_CLIENT : OF_SERVER);
            boolean known =
                    switch (type) {
                        case CONNECT -> false;
                        case AUTH -> mqtt5();
                        case DISCONNECT -> fromClient || mqtt5();
                        default -> true;
                    };
            if (known) {
                return packet(type);
            }
        }
    }

    private Packet packet(PacketType type) {
        return switch (type) {
            case CONNECT -> connect();
            case CONNACK -> connack();
            case PUBLISH -> publish();
            case PUBACK -> new Puback(identifier(), code(type), properties(type));
            case PUBREC -> new Pubrec(identifier(), code(type), properties(type));
            case PUBREL -> new Pubrel(identifier(), code(type), properties(type));
            case PUBCOMP -> new Pubcomp(identifier(), code(type), properties(type));
            case SUBSCRIBE ->
                    new Subscribe(identifier(), several(this::subscription), properties(type));
            case SUBACK -> new Suback(identifier(), several(() -> code(type)), properties(type));
            case UNSUBSCRIBE ->
                    new Unsubscribe(identifier(), several(this::topicFilter), properties(type));
            case UNSUBACK ->
                    new Unsuback(
                            identifier(),
                            mqtt5() ? several(() -> code(type)) : List.of(),
                            properties(type));
            case PINGREQ -> Pingreq.INSTANCE;
            case PINGRESP -> Pingresp.INSTANCE;
            case DISCONNECT -> new Disconnect(code(type), properties(type));
            case AUTH -> new Auth(code(type), properties(type));
        };
    }

    /// The CONNECT of a client.
    public Connect connect() {
        String userName = seeds.chance(0.5) ? text() : null;
        boolean mayHavePassword = userName != null || mqtt5();
        return new Connect(
                version,
                text(),
                seeds.chance(0.5),
                seeds.below(65_536),
                seeds.chance(0.5) ? will() : null,
                userName,
                mayHavePassword && seeds.chance(0.5) ? seeds.bytes(length()) : null,
                properties(PacketType.CONNECT));
    }

    private Will will() {
        return new Will(
                topicName(),
                Payload.of(seeds.bytes(length())),
                qos(),
                seeds.chance(0.5),
                mqtt5() ? properties(null) : Properties.NONE);
    }

    private Connack connack() {
        ReasonCode code = code(PacketType.CONNACK);
        boolean present =
                code == ReasonCode.SUCCESS
                        && version != ProtocolVersion.MQTT_3_1
                        && seeds.chance(0.5);
        return new Connack(present, code, properties(PacketType.CONNACK));
    }

    /// A PUBLISH; in 5.0 now and then with a Topic Alias instead of the name.
    public Publish publish() {
        QoS qos = qos();
        Properties properties = properties(PacketType.PUBLISH);
        boolean named = !properties.has(Property.TOPIC_ALIAS) || seeds.chance(0.5);
        return new Publish(
                named ? topicName() : TopicName.NONE,
                Payload.of(seeds.bytes(length())),
                qos,
                seeds.chance(0.5),
                qos != QoS.AT_MOST_ONCE && seeds.chance(0.5),
                qos == QoS.AT_MOST_ONCE ? 0 : identifier(),
                properties);
    }

    private Subscription subscription() {
        TopicFilter filter = topicFilter();
        if (!mqtt5()) {
            return new Subscription(filter, qos(), false, false, RetainHandling.SEND_AT_SUBSCRIBE);
        }
        return new Subscription(
                filter,
                qos(),
                !filter.isShared() && seeds.chance(0.5),
                seeds.chance(0.5),
                RetainHandling.of(seeds.below(3)));
    }

    /// A Topic Filter; in 5.0 now and then one that is not valid.
    public TopicFilter topicFilter() {
        if (mqtt5() && seeds.chance(0.1)) {
            return TopicFilter.of(
                    seeds.pick(List.of("", "a#", "+a", "a/#/b", "$share/g", "$share//t")));
        }
        StringBuilder filter = new StringBuilder(seeds.chance(0.1) ? "$share/g/" : "");
        int levels = 1 + seeds.below(4);
        for (int i = 0; i < levels; i++) {
            filter.append(i == 0 ? "" : "/").append(seeds.chance(0.3) ? "+" : seeds.pick(LEVELS));
        }
        TopicFilter made = TopicFilter.of(filter + (seeds.chance(0.3) ? "/#" : ""));
        return made.isValid() ? made : TopicFilter.of("#");
    }

    /// A Topic Name.
    public TopicName topicName() {
        StringBuilder name = new StringBuilder(seeds.pick(LEVELS));
        int more = seeds.chance(0.02) ? 120 : seeds.below(4);
        for (int i = 0; i < more; i++) {
            name.append('/').append(seeds.pick(LEVELS));
        }
        return name.isEmpty() ? TopicName.of("/") : TopicName.of(name.toString());
    }

    /// The properties that a packet of `type` may have, each by chance; of a Will if it is null.
    private Properties properties(@Nullable PacketType type) {
        Properties.Builder properties = Properties.builder();
        if (!mqtt5() || seeds.chance(0.4)) {
            return properties.build();
        }
        for (Property property : Property.values()) {
            boolean allowed = type == null ? property.allowedInWill() : property.allowedIn(type);
            if (allowed && !ofOtherSide(property, type) && seeds.chance(0.3)) {
                put(property, type, properties);
            }
        }
        return properties.build();
    }

    private boolean ofOtherSide(Property property, @Nullable PacketType type) {
        return (property == Property.SUBSCRIPTION_IDENTIFIER
                        && type == PacketType.PUBLISH
                        && fromClient)
                || (property == Property.SESSION_EXPIRY_INTERVAL
                        && type == PacketType.DISCONNECT
                        && !fromClient);
    }

    private void put(Property property, @Nullable PacketType type, Properties.Builder properties) {
        switch (property.type()) {
            case BYTE -> properties.put(property, seeds.below(2));
            case TWO_BYTE_INTEGER -> properties.put(property, 1 + seeds.below(65_535));
            case FOUR_BYTE_INTEGER -> properties.put(property, 1 + (seeds.next() >>> 33));
            case VARIABLE_BYTE_INTEGER -> {
                int count = type == PacketType.PUBLISH ? 1 + seeds.below(4) : 1;
                for (int i = 0; i < count; i++) {
                    properties.put(
                            property, 1 + seeds.below((1 << (7 * (1 + seeds.below(4)))) - 1));
                }
            }
            case UTF_8_STRING -> properties.put(property, text());
            case BINARY_DATA -> {
                if (property == Property.AUTHENTICATION_DATA
                        && !properties.has(Property.AUTHENTICATION_METHOD)) {
                    properties.put(Property.AUTHENTICATION_METHOD, text());
                }
                properties.put(property, seeds.bytes(length()));
            }
            case UTF_8_STRING_PAIR ->
                    several(() -> new UserProperty(text(), text())).forEach(properties::add);
        }
    }

    private ReasonCode code(PacketType type) {
        if (type == PacketType.CONNACK && !mqtt5()) {
            ReasonCode code = ReasonCode.ofReturnCode(seeds.below(6));
            return code == null ? ReasonCode.SUCCESS : code;
        }
        if (!mqtt5() && type != PacketType.SUBACK) {
            return ReasonCode.SUCCESS;
        }
        while (true) {
            ReasonCode code = seeds.pick(List.of(ReasonCode.values()));
            if (code.allowedIn(type, fromClient) && (mqtt5() || knownBefore5(code))) {
                return code;
            }
        }
    }

    private boolean knownBefore5(ReasonCode code) {
        return !code.isError()
                || (code == ReasonCode.UNSPECIFIED_ERROR && version == ProtocolVersion.MQTT_3_1_1);
    }

    private String text() {
        return seeds.chance(0.02) ? "x".repeat(length()) : seeds.pick(TEXTS);
    }

    private int length() {
        return seeds.chance(0.05) ? seeds.pick(LENGTHS) : seeds.below(24);
    }

    private int identifier() {
        return 1 + seeds.below(65_535);
    }

    private QoS qos() {
        return QoS.of(seeds.below(3));
    }

    private <T> List<T> several(java.util.function.Supplier<T> one) {
        List<T> several = new ArrayList<>();
        int count = seeds.chance(0.02) ? 200 : 1 + seeds.below(3);
        for (int i = 0; i < count; i++) {
            several.add(one.get());
        }
        return several;
    }

    private boolean mqtt5() {
        return version.isMqtt5();
    }
}
