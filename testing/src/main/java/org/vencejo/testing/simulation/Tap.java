package org.vencejo.testing.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.memory.MemoryConnection;

/// One connection, listened to on the wire beside the server: what the server took from it and what
/// it sent, and what follows from both.
///
/// Confined to one thread.
final class Tap {
    /// A packet that the server sent, with its bytes.
    record Sent(Packet packet, byte[] bytes) {}

    /// An answer that the server owes, and what it stands for: a message that was taken over, or
    /// one that was `refused` as nothing can be kept.
    record Owed(int packetIdentifier, @Nullable Acceptance acceptance, boolean refused) {
        Owed(int packetIdentifier, @Nullable Acceptance acceptance) {
            this(packetIdentifier, acceptance, false);
        }
    }

    /// An UNSUBACK that the server owes, for the request of this number of its session; `refused`
    /// as nothing can be kept.
    record Unsubscribing(
            int packetIdentifier, List<TopicFilter> topicFilters, long request, boolean refused) {}

    /// Retained messages that a new subscription is to get.
    static final class Replay {
        final TopicFilter topicFilter;
        final QoS qos;
        final int identifier;

        /// What was accepted from here on comes live.
        final long liveFrom;

        final Map<String, Acceptance> owed = new LinkedHashMap<>();
        boolean liveSeen;

        Replay(TopicFilter topicFilter, QoS qos, int identifier, long liveFrom) {
            this.topicFilter = topicFilter;
            this.qos = qos;
            this.identifier = identifier;
            this.liveFrom = liveFrom;
        }
    }

    final MemoryConnection connection;
    private final TopicCache topics = new TopicCache(64);
    private @Nullable PacketDecoder decoder;

    // How far it is
    @Nullable Connect connect;
    @Nullable String userName;
    boolean accepted;
    boolean isOfAnother;

    /// Nothing can be kept, and its session would have to be.
    boolean isRefused;

    /// What the server closes the connection for, in the call in which it comes; else null.
    @Nullable String mustClose;

    boolean established;
    boolean ended;
    boolean goodbye;
    @Nullable ReasonCode disconnectedWith;
    final List<Packet> behind = new ArrayList<>();
    @Nullable ModelSession session;
    boolean present;

    // What the client said of itself
    ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    long packetSizeMax = Long.MAX_VALUE;
    int topicAliasMaximum;
    long keepAliveNanos;
    long lastPacketNanos;

    // What the server owes
    final ArrayDeque<Owed> pubacks = new ArrayDeque<>();
    final ArrayDeque<Owed> pubrecs = new ArrayDeque<>();
    final ArrayDeque<Integer> pubcomps = new ArrayDeque<>();
    final List<Integer> pubrels = new ArrayList<>();
    final ArrayDeque<Unsubscribing> unsubacks = new ArrayDeque<>();
    final List<Replay> replays = new ArrayList<>();
    int pingresps;
    int proofs;
    int openExactlyOnce;

    // Aliases
    final Map<Integer, TopicName> aliasesOfClient = new HashMap<>();
    final Map<Integer, TopicName> aliasesOfServer = new HashMap<>();
    long lastResent = -1;
    final Map<String, Long> sentOrder = new HashMap<>();

    Tap(MemoryConnection connection) {
        this.connection = connection;
    }

    void connect(Connect packet) {
        connect = packet;
        version = packet.version();
        packetSizeMax = packet.properties().number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE);
        topicAliasMaximum = (int) packet.properties().number(Property.TOPIC_ALIAS_MAXIMUM, 0);
    }

    /// What the server sent since the last call.
    List<Sent> sent() {
        byte[] bytes = connection.look();
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        List<Sent> all = new ArrayList<>();
        ProtocolVersion of = connect == null ? versionOf(bytes) : version;
        if (decoder == null) {
            decoder = PacketDecoder.ofClient(of, DecoderLimits.DEFAULT, topics);
        }
        while (in.isReadable()) {
            int begin = in.readerIndex();
            Packet packet = decoder.decode(in);
            if (packet == null) {
                throw Invariant.ANSWERED.broken("half a packet was sent to " + this);
            }
            byte[] own = new byte[in.readerIndex() - begin];
            in.getBytes(begin, own);
            all.add(new Sent(packet, own));
        }
        return all;
    }

    // A CONNECT that could not be read is refused in the version that it seemed to have.
    private static ProtocolVersion versionOf(byte[] connack) {
        return connack.length > 4 ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
    }

    String name() {
        Connect packet = connect;
        return packet == null || packet.clientIdentifier().isEmpty()
                ? connection.remoteAddress()
                : packet.clientIdentifier();
    }

    @Override
    public String toString() {
        return name() + "@" + connection.remoteAddress();
    }
}
