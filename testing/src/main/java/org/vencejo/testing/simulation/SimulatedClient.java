package org.vencejo.testing.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Limits;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
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
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.protocol.Will;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.simulation.Scenario.Act;
import org.vencejo.testing.simulation.Scenario.Population;

/// A client that speaks bytes and obeys the protocol (unless it is rude), with session state that
/// outlives its connections.
///
/// Confined to one thread. One file because it is the client's whole state machine, small as it is:
/// what it does when it is its turn, and what it does with what comes.
final class SimulatedClient {
    /// A message that it has published and that is not at its end.
    private static final class Outgoing {
        final Publish publish;
        boolean released;

        Outgoing(Publish publish) {
            this.publish = publish;
        }
    }

    private static final int THINKS_MILLIS = 60;

    private final Simulation world;
    private final String clientIdentifier;
    private final Seeds seeds;
    private final Topics topics;

    // For the session
    private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>();
    private final Set<Integer> incoming = new HashSet<>();
    private final Map<String, Integer> exactlyOnce = new HashMap<>();
    private final Set<TopicFilter> subscribed = new LinkedHashSet<>();
    private long sequence;
    private int lastIdentifier;

    // For the connection
    private @Nullable Link link;
    private @Nullable PacketDecoder decoder;
    private ByteBuf partial = Unpooled.EMPTY_BUFFER;
    private ProtocolVersion version;
    private boolean cleanStart;
    private boolean lasting;
    private boolean connected;
    private boolean stalled;
    private boolean acknowledging;
    private int receiveMaximum = 65_535;
    private int aliasMaximum;
    private final Map<TopicName, Integer> aliases = new HashMap<>();
    private final ArrayDeque<Packet> acknowledgements = new ArrayDeque<>();

    SimulatedClient(Simulation world, String clientIdentifier, Seeds seeds) {
        this.world = world;
        this.clientIdentifier = clientIdentifier;
        this.seeds = seeds;
        this.topics = new Topics(world.scenario().mail(), seeds);
        this.version = seeds.pick(population().versions());
    }

    private Population population() {
        return world.scenario().population();
    }

    // ---- its turn
    // ----------------------------------------------------------------------------------

    /// Does something, and plans its next turn.
    void turn() {
        if (world.isCalm()) {
            return;
        }
        world.plan(
                world.now() + (1 + seeds.below(2 * THINKS_MILLIS)) * Simulation.MILLI, this::turn);
        if (link == null) {
            if (seeds.chance(0.4)) {
                connect(seeds.chance(population().cleanStarts()));
            }
        } else if (connected) {
            act(pickAct());
        } else if (seeds.chance(0.03)) {
            cut();
        }
    }

    private Act pickAct() {
        int sum = population().acts().values().stream().mapToInt(w -> w).sum();
        int drawn = seeds.below(sum);
        for (Act act : Act.values()) {
            drawn -= population().acts().getOrDefault(act, 0);
            if (drawn < 0) {
                return act;
            }
        }
        return Act.NOTHING;
    }

    private void act(Act act) {
        switch (act) {
            case PUBLISH -> publish();
            case SUBSCRIBE -> subscribe();
            case UNSUBSCRIBE -> unsubscribe();
            case DISCONNECT -> disconnect();
            case CUT -> cut();
            case TAKE_OVER -> {
                left().leave();
                lost(left());
                connect(seeds.chance(population().cleanStarts()));
            }
            case PING -> send(Pingreq.INSTANCE);
            case STALL -> {
                stalled = !stalled;
                acknowledgeSoon();
            }
            case RUDE -> send(Rudeness.bytes(seeds, version));
            case NOTHING -> {}
        }
    }

    private Link left() {
        if (link == null) {
            throw new IllegalStateException("not connected");
        }
        return link;
    }

    private void connect(boolean clean) {
        Properties.Builder properties = Properties.builder();
        long expiry = seeds.pick(population().sessionExpiries());
        cleanStart = clean;
        if (version.isMqtt5()) {
            announce(properties, expiry);
        } else {
            cleanStart = expiry == 0;
        }
        connect(
                new Connect(
                        version,
                        clientIdentifier,
                        cleanStart,
                        seeds.pick(population().keepAlives()),
                        seeds.chance(population().wills()) ? will() : null,
                        null,
                        null,
                        properties.build()));
    }

    private void announce(Properties.Builder properties, long expiry) {
        if (expiry > 0) {
            properties.put(Property.SESSION_EXPIRY_INTERVAL, expiry);
        }
        int window = seeds.pick(population().receiveMaxima());
        if (window < 65_535) {
            properties.put(Property.RECEIVE_MAXIMUM, window);
        }
        int size = seeds.pick(population().packetSizes());
        if (size > 0) {
            properties.put(Property.MAXIMUM_PACKET_SIZE, size);
        }
        int aliasesTaken = seeds.pick(population().topicAliasMaxima());
        if (aliasesTaken > 0) {
            properties.put(Property.TOPIC_ALIAS_MAXIMUM, aliasesTaken);
        }
    }

    private Will will() {
        int delay = version.isMqtt5() ? seeds.pick(population().willDelays()) : 0;
        return new Will(
                topics.will(),
                new Stamp("will of " + clientIdentifier, ++sequence).payload(10),
                seeds.pick(world.scenario().mail().levels()),
                seeds.chance(world.scenario().mail().retained()),
                delay == 0
                        ? Properties.NONE
                        : Properties.NONE.with(Property.WILL_DELAY_INTERVAL, delay));
    }

    private void connect(Connect connect) {
        link = world.connect(this);
        if (link == null) {
            return;
        }
        if (connect.cleanStart()) {
            forgetSession(); // whether CONNACK comes or not
        }
        lasting =
                version.isMqtt5()
                        ? connect.properties().has(Property.SESSION_EXPIRY_INTERVAL)
                        : !connect.cleanStart();
        decoder = PacketDecoder.ofClient(version, DecoderLimits.DEFAULT, new TopicCache(64));
        send(connect);
    }

    private void publish() {
        QoS qos = seeds.pick(world.scenario().mail().levels());
        if (qos != QoS.AT_MOST_ONCE && outgoing.size() >= receiveMaximum) {
            return;
        }
        boolean retain = seeds.chance(world.scenario().mail().retained());
        boolean clears = retain && seeds.chance(world.scenario().mail().cleared());
        TopicName topic = topics.name();
        Publish publish =
                new Publish(
                        topic,
                        clears
                                ? org.vencejo.protocol.Payload.EMPTY
                                : new Stamp(clientIdentifier, ++sequence)
                                        .payload(seeds.pick(world.scenario().mail().lengths())),
                        qos,
                        retain,
                        false,
                        qos == QoS.AT_MOST_ONCE ? 0 : freeIdentifier(),
                        publishProperties());
        if (qos != QoS.AT_MOST_ONCE) {
            outgoing.put(publish.packetIdentifier(), new Outgoing(publish));
        }
        send(aliased(publish));
    }

    private Properties publishProperties() {
        return version.isMqtt5() && seeds.chance(world.scenario().mail().expiring())
                ? Properties.NONE.with(
                        Property.MESSAGE_EXPIRY_INTERVAL, seeds.pick(List.of(0, 1, 2, 10, 60)))
                : Properties.NONE;
    }

    private Publish aliased(Publish publish) {
        if (!version.isMqtt5() || aliasMaximum == 0 || seeds.chance(0.5)) {
            return publish;
        }
        Integer alias = aliases.get(publish.topicName());
        if (alias != null) {
            return publish.with(
                    TopicName.NONE, publish.properties().with(Property.TOPIC_ALIAS, alias));
        }
        int given = 1 + seeds.below(Math.min(3, aliasMaximum));
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

    private void subscribe() {
        List<Subscription> filters = new ArrayList<>();
        int count = 1 + seeds.below(2);
        for (int i = 0; i < count; i++) {
            Subscription wanted = topics.subscription(version);
            filters.add(wanted);
            subscribed.add(wanted.topicFilter());
        }
        send(
                new Subscribe(
                        freeIdentifier(),
                        filters,
                        version.isMqtt5() && seeds.chance(0.5)
                                ? Properties.builder()
                                        .addSubscriptionIdentifier(1 + seeds.below(200))
                                        .build()
                                : Properties.NONE));
    }

    private void unsubscribe() {
        if (subscribed.isEmpty()) {
            return;
        }
        TopicFilter filter = seeds.pick(List.copyOf(subscribed));
        subscribed.remove(filter);
        send(new Unsubscribe(freeIdentifier(), List.of(filter), Properties.NONE));
    }

    private void disconnect() {
        send(
                new Disconnect(
                        version.isMqtt5() && seeds.chance(0.3)
                                ? ReasonCode.DISCONNECT_WITH_WILL_MESSAGE
                                : ReasonCode.SUCCESS));
        Link gone = left();
        lost(gone);
        gone.finish();
    }

    private void cut() {
        Link gone = left();
        lost(gone);
        gone.cut();
    }

    // ---- sending
    // ------------------------------------------------------------------------------------

    private void send(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        send(bytes);
    }

    private void send(byte[] bytes) {
        if (link != null) {
            link.send(bytes);
        }
    }

    // ---- what comes
    // ---------------------------------------------------------------------------------

    /// Bytes came over `from`.
    void received(Link from, byte[] bytes) {
        PacketDecoder of = decoder;
        if (from != link || of == null) {
            return;
        }
        partial = Unpooled.wrappedBuffer(partial, Unpooled.wrappedBuffer(bytes));
        for (Packet packet = of.decode(partial); packet != null; packet = of.decode(partial)) {
            packet(packet);
            if (from != link) {
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
            default -> {}
        }
    }

    private void connack(Connack connack) {
        if (connack.reasonCode() != ReasonCode.SUCCESS) {
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

    // 5.0 clients refuse something now and then.
    private ReasonCode code() {
        return version.isMqtt5() && !world.isCalm() && seeds.chance(0.02)
                ? ReasonCode.UNSPECIFIED_ERROR
                : ReasonCode.SUCCESS;
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

    // In the order in which the packets came [MQTT-4.6.0-2], at once or a little later.
    private void acknowledge(Packet packet) {
        acknowledgements.add(packet);
        acknowledgeSoon();
    }

    private void acknowledgeSoon() {
        if (!acknowledging && !stalled) {
            acknowledging = true;
            long later = world.isCalm() ? 0 : seeds.below(30) * Simulation.MILLI;
            Link now = link;
            world.plan(
                    world.now() + later,
                    () -> {
                        if (now == link) {
                            acknowledging = false;
                            flush();
                        }
                    });
        }
    }

    private void flush() {
        if (stalled) {
            return;
        }
        for (Packet each = acknowledgements.poll(); each != null; each = acknowledgements.poll()) {
            send(each);
        }
    }

    /// The connection over `gone` ended.
    void lost(Link gone) {
        if (gone != link) {
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
        acknowledging = false;
        acknowledgements.clear();
        aliases.clear();
    }

    // ---- the end
    // -----------------------------------------------------------------------------------

    /// Answers everything from now on, and connects to its session if it is not.
    void comeBack() {
        if (link == null) {
            reconnect(false, Limits.NEVER_SECONDS);
        } else {
            stalled = false;
            acknowledgeSoon();
        }
    }

    private void reconnect(boolean clean, long expiry) {
        cleanStart = clean;
        connect(
                new Connect(
                        version,
                        clientIdentifier,
                        clean,
                        0,
                        null,
                        null,
                        null,
                        version.isMqtt5() && expiry > 0
                                ? Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, expiry)
                                : Properties.NONE));
    }

    /// Ends its session.
    void leaveForGood() {
        if (link != null) {
            Link gone = left();
            lost(gone);
            gone.leave();
        }
        reconnect(true, 0);
        send(new Disconnect(ReasonCode.SUCCESS));
    }

    /// Takes back what is retained.
    void takeBack(List<TopicName> retained) {
        version = ProtocolVersion.MQTT_3_1_1;
        reconnect(true, 0);
        for (TopicName topic : retained) {
            send(
                    new Publish(
                            topic,
                            org.vencejo.protocol.Payload.EMPTY,
                            QoS.AT_MOST_ONCE,
                            true,
                            false,
                            0,
                            Properties.NONE));
        }
    }
}
