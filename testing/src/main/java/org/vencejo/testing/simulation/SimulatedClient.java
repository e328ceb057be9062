package org.vencejo.testing.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
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
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.protocol.Will;

/// A client that speaks bytes and obeys the protocol (unless it is told to send something else),
/// with session state that outlives its connections.
///
/// Confined to one thread. It does what it is told to as far as that makes sense, and answers by
/// itself. One file because it is the client's whole state machine, small as it is.
final class SimulatedClient {
    /// A message that it has published and that is not at its end.
    private static final class Outgoing {
        final Publish publish;
        boolean released;

        Outgoing(Publish publish) {
            this.publish = publish;
        }
    }

    /// The Authentication Method of all.
    private static final String METHOD = "steps";

    private static final long BRIEF_SECONDS = 10;

    private final String clientIdentifier;

    // For the session
    private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>();
    private final Set<Integer> incoming = new HashSet<>();
    private final Map<String, Integer> exactlyOnce = new HashMap<>();
    private final Set<TopicFilter> subscribed = new LinkedHashSet<>();
    private long sequence;
    private int lastIdentifier;
    private ProtocolVersion version = ProtocolVersion.MQTT_5;

    // For the connection
    private @Nullable Link link;
    private @Nullable PacketDecoder decoder;
    private ByteBuf partial = Unpooled.EMPTY_BUFFER;
    private boolean cleanStart;
    private boolean lasting;
    private boolean lastingBefore;

    /// Its session may be another one by the next connection, without a CONNACK that it sees: it
    /// sends nothing again then, as it could come twice.
    private boolean brief;

    /// The same, as an operator ended it.
    private boolean unsure;

    private boolean connected;
    private boolean stalled;
    private boolean refusing;
    private boolean enhanced;
    private boolean proving;
    private int receiveMaximum = 65_535;
    private int aliasMaximum;
    private final Map<TopicName, Integer> aliases = new HashMap<>();
    private final ArrayDeque<Packet> answers = new ArrayDeque<>();

    SimulatedClient(String clientIdentifier) {
        this.clientIdentifier = clientIdentifier;
    }

    String name() {
        return clientIdentifier;
    }

    /// Whether this is the link that it has.
    boolean isOn(Link other) {
        return other.equals(link);
    }

    boolean hasLink() {
        return link != null;
    }

    boolean isConnected() {
        return connected;
    }

    boolean isStalled() {
        return stalled;
    }

    Set<TopicFilter> subscribed() {
        return subscribed;
    }

    // ---- what it is told to do
    // -----------------------------------------------------------------------

    /// Does what `command` says; returns whether that made sense.
    boolean does(Command.OfClient command) {
        Link now = link;
        if (now == null) {
            return false;
        }
        return switch (command) {
            case Command.Connects c -> false; // needs a new link
            case Command.Cuts c -> {
                lost(now);
                now.hangUp(false);
                yield true;
            }
            case Command.Answers c -> answers();
            case Command.Publishes c -> connected && publish(c);
            case Command.Subscribes c -> connected && subscribe(c);
            case Command.Unsubscribes c -> connected && unsubscribe(c.topicFilter());
            case Command.Pings c -> connected && send(Pingreq.INSTANCE);
            case Command.Proves c -> connected && proves();
            case Command.Sends c -> connected && send(HexFormat.of().parseHex(c.hex()));
            case Command.Disconnects c -> connected && disconnect(now, c.withWill());
            case Command.TurnsAway c -> {
                now.leave();
                lost(now);
                yield true;
            }
            case Command.Stalls c -> connected && stall(true);
            case Command.GoesOn c -> connected && stall(false);
        };
    }

    /// Connects over a new link.
    void connect(Link fresh, Command.Terms terms) {
        link = fresh;
        version = terms.version();
        cleanStart = terms.cleanStart();
        enhanced = version.isMqtt5() && terms.enhanced();
        if (cleanStart) {
            forgetSession(); // whether CONNACK comes or not
        }
        if (brief || unsure) {
            outgoing.clear();
        }
        unsure = false;
        lastingBefore = lasting;
        lasting = version.isMqtt5() ? terms.sessionExpiry() > 0 : !cleanStart;
        brief = version.isMqtt5() && lasting && terms.sessionExpiry() < BRIEF_SECONDS;
        decoder = PacketDecoder.ofClient(version, DecoderLimits.DEFAULT, new TopicCache(64));
        send(
                new Connect(
                        version,
                        clientIdentifier,
                        cleanStart,
                        terms.keepAlive(),
                        terms.will() == null ? null : will(terms.will()),
                        terms.userName().isEmpty() ? null : terms.userName(),
                        null,
                        version.isMqtt5() ? announced(terms) : Properties.NONE));
    }

    private static Properties announced(Command.Terms terms) {
        Properties.Builder properties = Properties.builder();
        if (terms.sessionExpiry() > 0) {
            properties.put(Property.SESSION_EXPIRY_INTERVAL, terms.sessionExpiry());
        }
        if (terms.receiveMaximum() > 0) {
            properties.put(Property.RECEIVE_MAXIMUM, terms.receiveMaximum());
        }
        if (terms.packetSize() > 0) {
            properties.put(Property.MAXIMUM_PACKET_SIZE, terms.packetSize());
        }
        if (terms.topicAliasMaximum() > 0) {
            properties.put(Property.TOPIC_ALIAS_MAXIMUM, terms.topicAliasMaximum());
        }
        if (terms.enhanced()) {
            properties.put(Property.AUTHENTICATION_METHOD, METHOD);
        }
        return properties.build();
    }

    private Will will(Command.Testament will) {
        return new Will(
                will.topicName(),
                new Stamp("will of " + clientIdentifier, ++sequence).payload(10),
                will.qos(),
                will.retain(),
                version.isMqtt5() && will.delay() > 0
                        ? Properties.NONE.with(Property.WILL_DELAY_INTERVAL, will.delay())
                        : Properties.NONE);
    }

    private boolean publish(Command.Publishes told) {
        QoS qos = told.qos();
        if (qos != QoS.AT_MOST_ONCE && outgoing.size() >= receiveMaximum) {
            return false;
        }
        Publish publish =
                new Publish(
                        told.topicName(),
                        told.length() == 0
                                ? Payload.EMPTY
                                : new Stamp(clientIdentifier, ++sequence).payload(told.length()),
                        qos,
                        told.retain(),
                        false,
                        qos == QoS.AT_MOST_ONCE ? 0 : freeIdentifier(),
                        version.isMqtt5() && told.expiry() >= 0
                                ? Properties.NONE.with(
                                        Property.MESSAGE_EXPIRY_INTERVAL, told.expiry())
                                : Properties.NONE);
        if (qos != QoS.AT_MOST_ONCE) {
            outgoing.put(publish.packetIdentifier(), new Outgoing(publish));
        }
        return send(aliased(publish, told.alias()));
    }

    // An alias that the topic has is used; else it is given this one.
    private Publish aliased(Publish publish, int given) {
        if (!version.isMqtt5() || given == 0 || given > aliasMaximum) {
            return publish;
        }
        Integer alias = aliases.get(publish.topicName());
        if (alias != null) {
            return publish.with(
                    TopicName.NONE, publish.properties().with(Property.TOPIC_ALIAS, alias));
        }
        aliases.values().removeIf(taken -> taken == given);
        aliases.put(publish.topicName(), given);
        return publish.with(
                publish.topicName(), publish.properties().with(Property.TOPIC_ALIAS, given));
    }

    private int freeIdentifier() {
        do {
            lastIdentifier = lastIdentifier % 65_535 + 1;
        } while (outgoing.containsKey(lastIdentifier));
        return lastIdentifier;
    }

    private boolean subscribe(Command.Subscribes told) {
        if (told.subscriptions().isEmpty()) {
            return false;
        }
        told.subscriptions().forEach(each -> subscribed.add(each.topicFilter()));
        return send(
                new Subscribe(
                        freeIdentifier(),
                        told.subscriptions(),
                        version.isMqtt5() && told.identifier() > 0
                                ? Properties.builder()
                                        .addSubscriptionIdentifier(told.identifier())
                                        .build()
                                : Properties.NONE));
    }

    private boolean unsubscribe(TopicFilter filter) {
        return subscribed.remove(filter)
                && send(new Unsubscribe(freeIdentifier(), List.of(filter), Properties.NONE));
    }

    private boolean disconnect(Link now, boolean withWill) {
        send(
                new Disconnect(
                        version.isMqtt5() && withWill
                                ? ReasonCode.DISCONNECT_WITH_WILL_MESSAGE
                                : ReasonCode.SUCCESS));
        lost(now);
        now.hangUp(true);
        return true;
    }

    private boolean proves() {
        if (!enhanced || proving) {
            return false;
        }
        proving = true;
        return send(auth(ReasonCode.RE_AUTHENTICATE));
    }

    private static Auth auth(ReasonCode code) {
        return new Auth(code, Properties.NONE.with(Property.AUTHENTICATION_METHOD, METHOD));
    }

    private boolean stall(boolean stalls) {
        boolean changes = stalled != stalls;
        stalled = stalls;
        owesMore();
        return changes;
    }

    /// Its session is ended by an operator, of which it may not hear.
    void losesSession() {
        unsure = true;
    }

    // ---- sending
    // ------------------------------------------------------------------------------------

    private boolean send(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return send(bytes);
    }

    private boolean send(byte[] bytes) {
        if (link != null) {
            link.send(bytes);
        }
        return true;
    }

    // ---- what comes
    // ---------------------------------------------------------------------------------

    /// Bytes came over `from`. Who is `refusing` answers the first new message in them with an
    /// error, if its version can.
    void received(Link from, byte[] bytes, boolean refuses) {
        PacketDecoder of = decoder;
        if (!isOn(from) || of == null) {
            return;
        }
        refusing = refuses && version.isMqtt5();
        partial = Unpooled.wrappedBuffer(partial, Unpooled.wrappedBuffer(bytes));
        for (Packet packet = of.decode(partial); packet != null; packet = of.decode(partial)) {
            packet(packet);
            if (!isOn(from)) {
                return;
            }
        }
    }

    private void packet(Packet packet) {
        switch (packet) {
            case Connack connack -> connack(connack);
            case Publish publish -> publish(publish);
            case Puback puback -> outgoing.remove(puback.packetIdentifier());
            case Pubrec pubrec -> pubrec(pubrec);
            case Pubcomp pubcomp -> outgoing.remove(pubcomp.packetIdentifier());
            case Pubrel pubrel -> {
                incoming.remove(pubrel.packetIdentifier());
                acknowledge(new Pubcomp(pubrel.packetIdentifier(), ReasonCode.SUCCESS));
            }
            case Auth auth -> {
                if (auth.reasonCode() == ReasonCode.SUCCESS) {
                    proving = false;
                } else {
                    acknowledge(auth(ReasonCode.CONTINUE_AUTHENTICATION));
                }
            }
            default -> {}
        }
    }

    private void connack(Connack connack) {
        if (connack.reasonCode() != ReasonCode.SUCCESS) {
            lasting = lastingBefore; // its session is what it was
            return;
        }
        connected = true;
        receiveMaximum = (int) connack.properties().number(Property.RECEIVE_MAXIMUM, 1_000);
        aliasMaximum = (int) connack.properties().number(Property.TOPIC_ALIAS_MAXIMUM, 0);
        // 3.1 does not say whether there is a session to go on with: the client has to know.
        boolean goesOn =
                version == ProtocolVersion.MQTT_3_1 ? !cleanStart : connack.sessionPresent();
        if (!goesOn) {
            forgetSession();
        }
        if (unsure) { // it was ended after CONNECT
            outgoing.clear();
            unsure = false;
        }
        // In the order in which they were sent first [MQTT-4.6.0-1].
        for (Outgoing each : List.copyOf(outgoing.values())) {
            send(
                    each.released
                            ? new Pubrel(each.publish.packetIdentifier(), ReasonCode.SUCCESS)
                            : each.publish.sentAs(each.publish.packetIdentifier(), true));
        }
    }

    private void forgetSession() {
        outgoing.clear();
        incoming.clear();
        exactlyOnce.clear();
        subscribed.clear();
    }

    private void publish(Publish publish) {
        int identifier = publish.packetIdentifier();
        switch (publish.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> acknowledge(new Puback(identifier, code()));
            case EXACTLY_ONCE -> {
                ReasonCode code = incoming.contains(identifier) ? ReasonCode.SUCCESS : code();
                if (!code.isError() && incoming.add(identifier)) {
                    countExactlyOnce(publish);
                }
                acknowledge(new Pubrec(identifier, code));
            }
        }
    }

    private void countExactlyOnce(Publish publish) {
        Stamp stamp = Stamp.of(publish.payload());
        if (stamp != null && !publish.retain()) {
            String mark = Stamp.mark(stamp, publish.topicName());
            Invariant.EXACTLY_ONCE.require(
                    exactlyOnce.merge(mark, 1, Integer::sum) == 1,
                    "%s came to %s twice, the second time under %d",
                    mark,
                    clientIdentifier,
                    publish.packetIdentifier());
        }
    }

    private ReasonCode code() {
        boolean refuses = refusing;
        refusing = false;
        return refuses ? ReasonCode.UNSPECIFIED_ERROR : ReasonCode.SUCCESS;
    }

    private void pubrec(Pubrec pubrec) {
        Outgoing published = outgoing.get(pubrec.packetIdentifier());
        if (published == null || published.publish.qos() != QoS.EXACTLY_ONCE) {
            return;
        }
        if (pubrec.reasonCode().isError()) {
            outgoing.remove(pubrec.packetIdentifier());
            return;
        }
        published.released = true;
        acknowledge(new Pubrel(pubrec.packetIdentifier(), ReasonCode.SUCCESS));
    }

    // In the order in which the packets came [MQTT-4.6.0-2].
    private void acknowledge(Packet packet) {
        answers.add(packet);
        owesMore();
    }

    private void owesMore() {
        if (link != null && !stalled && !answers.isEmpty()) {
            link.owes();
        }
    }

    /// Sends what it owes, unless it has stalled; returns whether there was something.
    boolean answers() {
        if (stalled || answers.isEmpty()) {
            return false;
        }
        for (Packet each = answers.poll(); each != null; each = answers.poll()) {
            send(each);
        }
        return true;
    }

    /// The connection over `gone` ended.
    void lost(Link gone) {
        if (!isOn(gone)) {
            return;
        }
        if (!lasting) {
            forgetSession();
        }
        link = null;
        decoder = null;
        partial = Unpooled.EMPTY_BUFFER;
        connected = false;
        stalled = false;
        proving = false;
        answers.clear();
        aliases.clear();
    }

    // ---- the end
    // -----------------------------------------------------------------------------------

    /// Answers everything from now on.
    void answersAgain() {
        stalled = false;
    }

    /// What it asks for when it connects for the last times.
    Command.Terms plainTerms(String userName, boolean clean, long expiry) {
        return new Command.Terms(version, userName, false, clean, expiry, 0, 0, 0, 0, null);
    }

    /// Connects and leaves, whether CONNACK comes or not.
    void leaveForGood(Link fresh, String userName) {
        connect(fresh, plainTerms(userName, true, 0));
        send(new Disconnect(ReasonCode.SUCCESS));
    }

    /// Takes back what is retained.
    void takeBack(List<TopicName> retained) {
        for (TopicName topic : retained) {
            send(
                    new Publish(
                            topic,
                            Payload.EMPTY,
                            QoS.AT_MOST_ONCE,
                            true,
                            false,
                            0,
                            Properties.NONE));
        }
    }
}
