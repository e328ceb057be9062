package org.vencejo.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;

/// A server in memory that does what the test says, and the session that talks to it: bytes both
/// ways, and time that stands still until it is moved. Confined to the test.
final class ScriptedServer {
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ").withUpperCase();

    private final MqttOptions options;
    private final List<String> received = new ArrayList<>();

    final Inbox inbox;
    final ClientSession session;
    long nowNanos = 5_000_000_000L;
    private Wire wire;

    /// Whether the mechanism of authentication takes its time until [#mechanismSpeaks].
    boolean mechanismWaits;

    ScriptedServer(MqttOptions.Builder options) {
        this.options = options.build();
        var never = new MqttException(ReasonCode.UNSPECIFIED_ERROR, "not connected");
        inbox = new Inbox(never);
        session = new ClientSession(this.options, inbox, never);
    }

    /// A server whose client asks for a session that lasts, and has none yet; CONNACK was sent.
    static ScriptedServer connected(ProtocolVersion version) {
        return connected(lasting(version), connack(version, false));
    }

    static ScriptedServer connected(MqttOptions.Builder options, String connack) {
        var server = new ScriptedServer(options);
        server.connect(false);
        server.received();
        server.sends(connack);
        return server;
    }

    static MqttOptions.Builder lasting(ProtocolVersion version) {
        return MqttOptions.builder()
                .version(version)
                .clientIdentifier("c")
                .cleanStart(false)
                .keepAlive(0)
                .sessionExpiryInterval(60);
    }

    static String connack(ProtocolVersion version, boolean sessionPresent) {
        String flags = sessionPresent ? "01" : "00";
        return version.isMqtt5() ? "20 03 " + flags + " 00 00" : "20 02 " + flags + " 00";
    }

    // ---- the application ----

    Answer<MqttConnected> connect(boolean cleanStart) {
        var answer = new Answer<MqttConnected>();
        wire = new Wire();
        session.connect(wire, cleanStart, answer, nowNanos);
        wire.goOn();
        return answer;
    }

    /// Cuts the connection and makes a new one that the server answers with `connack`.
    Answer<MqttConnected> reconnect(String connack) {
        cut();
        Answer<MqttConnected> answer = connect(false);
        received();
        sends(connack);
        return answer;
    }

    Answer<ReasonCode> publish(String topicName, String text, QoS qos) {
        return publish(MqttMessage.of(topicName, text, qos));
    }

    Answer<ReasonCode> publish(MqttMessage message) {
        var answer = new Answer<ReasonCode>();
        session.publish(message.toPublish(), answer, nowNanos);
        return answer;
    }

    Answer<List<ReasonCode>> subscribe(String... topicFilters) {
        var answer = new Answer<List<ReasonCode>>();
        List<Subscription> all = new ArrayList<>();
        for (String topicFilter : topicFilters) {
            all.add(Subscription.of(topicFilter, QoS.EXACTLY_ONCE));
        }
        session.subscribe(all, Properties.NONE, answer, nowNanos);
        return answer;
    }

    Answer<List<ReasonCode>> unsubscribe(String topicFilter) {
        var answer = new Answer<List<ReasonCode>>();
        session.unsubscribe(
                List.of(TopicFilter.of(topicFilter)), Properties.NONE, answer, nowNanos);
        return answer;
    }

    Answer<Properties> reauthenticate() {
        var answer = new Answer<Properties>();
        session.authenticate(answer, nowNanos);
        wire.goOn();
        return answer;
    }

    /// What the mechanism has to say is said now.
    void mechanismSpeaks() {
        wire.speak();
    }

    /// What the mechanism has to say now is said when this is run.
    Runnable lateMechanism() {
        return wire.late();
    }

    /// The next message that waits, as the application takes it: text, or null.
    String take() {
        Arrival arrival = takeUntold();
        if (arrival == null) {
            return null;
        }
        session.taken(arrival, nowNanos);
        return arrival.message().text();
    }

    /// The next message, of which the session hears later.
    Arrival takeUntold() {
        try {
            return inbox.take(0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ---- the server ----

    /// What came since the last look, a packet an entry.
    List<String> received() {
        List<String> all = List.copyOf(received);
        received.clear();
        return all;
    }

    /// Sends bytes: hex digits, with blanks and comments to the end of the line.
    void sends(String annotated) {
        wire.feed(bytes(annotated));
        wire.goOn();
    }

    private static byte[] bytes(String annotated) {
        return HexFormat.of().parseHex(annotated.replaceAll("//.*", "").replaceAll("\\s", ""));
    }

    /// Bytes of this connection that are read when it is run.
    Runnable lateBytes(String annotated) {
        Wire late = wire;
        return () -> late.feed(bytes(annotated));
    }

    void cut() {
        session.closed(wire, "cut by the test");
    }

    /// The server's out-buffer is full, or empty again.
    void takesMore(boolean more) {
        wire.takesMore = more;
        if (more) {
            session.writable(wire, nowNanos);
        }
    }

    boolean isClosed() {
        return wire.closed;
    }

    boolean isReadingPaused() {
        return wire.readingPaused;
    }

    /// Moves time on, second by second, and does what is due.
    void passes(int seconds) {
        for (int second = 0; second < seconds; second++) {
            nowNanos += 1_000_000_000L;
            while (session.nanosToNext(nowNanos) == 0) {
                session.due(nowNanos);
            }
        }
    }

    private final class Wire implements ToServer {
        private final PacketDecoder decoder;
        private final ByteBuf in = Unpooled.buffer();
        private boolean takesMore = true;
        private boolean closed;
        private boolean readingPaused;
        private Authenticating exchange;
        private Authenticating.Step step;

        Wire() {
            DecoderLimits limits =
                    DecoderLimits.DEFAULT.withPacketSizeMax(options.maximumPacketSize());
            decoder = PacketDecoder.ofClient(options.version(), limits, new TopicCache(2));
        }

        void feed(byte[] bytes) {
            in.writeBytes(bytes);
            try {
                for (Packet packet = next(); packet != null; packet = next()) {
                    session.received(this, packet, nowNanos);
                }
            } catch (ProtocolViolation violation) {
                session.rejected(this, violation, nowNanos);
            }
        }

        private Packet next() {
            return decoder.decode(in);
        }

        @Override
        public boolean send(Packet packet) {
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.encode(packet, options.version(), out);
            return record(out);
        }

        @Override
        public boolean publish(Publish publish, int packetIdentifier, boolean dup, int alias) {
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.encodePublish(
                    publish, packetIdentifier, dup, alias, options.version(), out);
            return record(out);
        }

        private boolean record(ByteBuf out) {
            if (closed) {
                throw new AssertionError("sent after the close");
            }
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            received.add(HEX.formatHex(bytes));
            return takesMore;
        }

        @Override
        public void close(String reason) {
            closed = true;
        }

        @Override
        public void aside(Authenticating in, Authenticating.Step asked) {
            if (step != null) {
                throw new AssertionError("the mechanism was asked twice");
            }
            exchange = in;
            step = asked;
        }

        void goOn() {
            if (step != null && !mechanismWaits) {
                speak();
            }
        }

        void speak() {
            late().run();
        }

        Runnable late() {
            Authenticating in = exchange;
            Authenticating.Step spoken = step;
            step = null;
            return () -> {
                byte[] data = null;
                Exception failure = null;
                try {
                    data = spoken.data();
                } catch (Exception e) {
                    failure = e;
                }
                session.authenticated(in, data, failure, nowNanos);
            };
        }

        @Override
        public void pauseReading() {
            readingPaused = true;
        }

        @Override
        public void resumeReading() {
            readingPaused = false;
        }
    }
}
