package org.vencejo.testing.hostile;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Pingreq;
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
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.protocol.Will;
import org.vencejo.testing.PacketGenerator;
import org.vencejo.testing.Seeds;

/// What a client might say from CONNECT on, packet by packet, by chance. Immutable.
///
/// Few client identifiers and topics, so that sessions are resumed and taken over, messages are
/// retained and cleared, and subscriptions overlap. A `plain` one has nothing that a server might
/// want to close its connection for.
record Conversation(Connect connect, List<byte[]> packets, boolean plain) {
    private static final List<String> CLIENTS = List.of("uno", "dos", "tres", "cuatro", "");
    private static final List<String> TOPICS =
            List.of("a", "a/b", "a/b/c", "b//c", "/", "$x/y", "ni\u00F1o/\u20AC", "sala/1");
    private static final List<String> FILTERS =
            List.of("#", "a/#", "+/b", "+/+/#", "a/b", "sala/+", "/", "$x/#", "b//c");
    private static final List<String> SHARED = List.of("$share/g/a/#", "$share/g/+", "$share/h/#");
    private static final String METHOD = "vencejo";
    private static final int ALIASES = 8;

    /// A conversation in any version.
    static Conversation of(Seeds seeds) {
        ProtocolVersion version = ProtocolVersion.values()[seeds.below(3)];
        return new Author(seeds, version).write();
    }

    byte[] bytes() {
        return Frame.joined(packets);
    }

    private static final class Author {
        private final Seeds seeds;
        private final ProtocolVersion version;
        private final PacketGenerator generator;
        private final List<byte[]> packets = new ArrayList<>();
        private boolean plain;
        private boolean authenticates;
        private int identifier;

        Author(Seeds seeds, ProtocolVersion version) {
            this.seeds = seeds;
            this.version = version;
            this.generator = new PacketGenerator(seeds, version, true);
            this.plain = seeds.chance(0.4);
        }

        Conversation write() {
            Connect connect = plain || seeds.chance(0.9) ? connect() : generator.connect();
            add(connect);
            if (authenticates) {
                auth(ReasonCode.CONTINUE_AUTHENTICATION);
            }
            int count = 2 + seeds.below(9);
            for (int i = 0; i < count; i++) {
                step();
            }
            if (!plain && seeds.chance(0.5)) {
                goodbye();
            }
            return new Conversation(connect, List.copyOf(packets), plain);
        }

        private Connect connect() {
            Properties.Builder properties = Properties.builder();
            if (version.isMqtt5()) {
                number(properties, Property.SESSION_EXPIRY_INTERVAL, seeds.pick(List.of(0, 1, 99)));
                number(properties, Property.RECEIVE_MAXIMUM, 1 + seeds.below(20));
                number(properties, Property.TOPIC_ALIAS_MAXIMUM, seeds.below(20));
                number(properties, Property.MAXIMUM_PACKET_SIZE, 40 + seeds.below(400));
                number(properties, Property.REQUEST_PROBLEM_INFORMATION, seeds.below(2));
                // AUTH is sent without waiting for the other side, which a server may refuse.
                authenticates = !plain && seeds.chance(0.3);
                if (authenticates) {
                    properties.put(Property.AUTHENTICATION_METHOD, METHOD);
                }
            }
            String client = seeds.pick(CLIENTS);
            boolean clean = plain || client.isEmpty() || seeds.chance(0.5);
            if (client.isEmpty() && version == ProtocolVersion.MQTT_3_1) {
                client = "cinco";
            }
            String user = seeds.chance(0.2) ? "ave" : null;
            return new Connect(
                    version,
                    client,
                    clean,
                    seeds.chance(0.5) ? 0 : 60 + seeds.below(600),
                    seeds.chance(0.4) ? will() : null,
                    user,
                    user != null && seeds.chance(0.5) ? seeds.bytes(5) : null,
                    properties.build());
        }

        private Will will() {
            Properties.Builder properties = Properties.builder();
            if (version.isMqtt5()) {
                number(properties, Property.WILL_DELAY_INTERVAL, seeds.below(3));
                number(properties, Property.MESSAGE_EXPIRY_INTERVAL, seeds.below(5));
            }
            return new Will(
                    topic(),
                    Payload.of(seeds.bytes(seeds.below(30))),
                    qos(),
                    seeds.chance(0.3),
                    properties.build());
        }

        private void step() {
            switch (seeds.below(plain ? 8 : 12)) {
                case 0, 1 -> subscribe();
                case 2, 3, 4 -> publish();
                case 5 -> unsubscribe();
                case 6 -> add(Pingreq.INSTANCE);
                case 7 -> {
                    if (authenticates) {
                        auth(ReasonCode.RE_AUTHENTICATE);
                        auth(ReasonCode.CONTINUE_AUTHENTICATION);
                    } else {
                        publish();
                    }
                }
                case 8, 9 -> acknowledgement();
                default -> add(generator.packet());
            }
        }

        private void subscribe() {
            List<Subscription> subscriptions = new ArrayList<>();
            int count = 1 + seeds.below(5);
            for (int i = 0; i < count; i++) {
                boolean shared = version != ProtocolVersion.MQTT_3_1 && seeds.chance(0.2);
                subscriptions.add(
                        new Subscription(
                                TopicFilter.of(seeds.pick(shared ? SHARED : FILTERS)),
                                qos(),
                                version.isMqtt5() && !shared && seeds.chance(0.3),
                                version.isMqtt5() && seeds.chance(0.5),
                                RetainHandling.of(version.isMqtt5() ? seeds.below(3) : 0)));
            }
            Properties.Builder properties = Properties.builder();
            if (version.isMqtt5()) {
                number(properties, Property.SUBSCRIPTION_IDENTIFIER, 1 + seeds.below(1_000));
            }
            add(new Subscribe(nextIdentifier(), subscriptions, properties.build()));
        }

        private void publish() {
            Properties.Builder properties = Properties.builder();
            TopicName topicName = topic();
            if (version.isMqtt5()) {
                number(properties, Property.MESSAGE_EXPIRY_INTERVAL, seeds.below(10));
                number(properties, Property.PAYLOAD_FORMAT_INDICATOR, 0);
                if (seeds.chance(0.3)) {
                    properties.put(Property.CONTENT_TYPE, "texto");
                    properties.put(Property.CORRELATION_DATA, seeds.bytes(seeds.below(9)));
                }
                if (seeds.chance(0.4)) {
                    int alias = 1 + seeds.below(ALIASES);
                    properties.put(Property.TOPIC_ALIAS, alias);
                    if (seeds.chance(0.5)) {
                        // First the topic for the alias, so that the second may go without.
                        publish(topicName, QoS.AT_MOST_ONCE, properties.build());
                        topicName = TopicName.NONE;
                    }
                }
            }
            publish(topicName, qos(), properties.build());
        }

        private void publish(TopicName topicName, QoS qos, Properties properties) {
            int number = qos == QoS.AT_MOST_ONCE ? 0 : nextIdentifier();
            int length = seeds.chance(0.05) ? seeds.below(3_000) : seeds.below(40);
            Publish publish =
                    new Publish(
                            topicName,
                            Payload.of(seeds.bytes(length)),
                            qos,
                            seeds.chance(0.2),
                            false,
                            number,
                            properties);
            add(publish);
            if (qos == QoS.EXACTLY_ONCE && seeds.chance(0.7)) {
                add(new Pubrel(number, ReasonCode.SUCCESS));
            }
        }

        private void unsubscribe() {
            List<TopicFilter> filters = new ArrayList<>();
            int count = 1 + seeds.below(3);
            for (int i = 0; i < count; i++) {
                filters.add(TopicFilter.of(seeds.pick(FILTERS)));
            }
            add(new Unsubscribe(nextIdentifier(), filters, Properties.NONE));
        }

        // The server's identifiers begin at 1, so these may be of messages that are in flight.
        private void acknowledgement() {
            int number = 1 + seeds.below(4);
            ReasonCode code =
                    version.isMqtt5() && seeds.chance(0.2)
                            ? ReasonCode.QUOTA_EXCEEDED
                            : ReasonCode.SUCCESS;
            switch (seeds.below(3)) {
                case 0 -> add(new Puback(number, code));
                case 1 -> add(new Pubrec(number, code));
                default -> add(new Pubcomp(number, ReasonCode.SUCCESS));
            }
        }

        private void auth(ReasonCode code) {
            add(
                    new Auth(
                            code,
                            Properties.builder()
                                    .put(Property.AUTHENTICATION_METHOD, METHOD)
                                    .put(Property.AUTHENTICATION_DATA, seeds.bytes(4))
                                    .build()));
        }

        private void goodbye() {
            boolean withWill = version.isMqtt5() && seeds.chance(0.3);
            add(
                    new Disconnect(
                            withWill ? ReasonCode.DISCONNECT_WITH_WILL_MESSAGE : ReasonCode.SUCCESS,
                            Properties.NONE));
        }

        private void number(Properties.Builder properties, Property property, int value) {
            if (seeds.chance(0.3)) {
                properties.put(property, value);
            }
        }

        private TopicName topic() {
            return TopicName.of(seeds.pick(TOPICS));
        }

        private QoS qos() {
            return QoS.of(seeds.below(3));
        }

        private int nextIdentifier() {
            return ++identifier;
        }

        private void add(Packet packet) {
            packets.add(Frame.of(packet, version));
        }
    }
}
