package org.vencejo.client;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.TopicCache;
import org.vencejo.transport.ConnectionHandler;
import org.vencejo.transport.SocketConnection;

/// What joins a socket to the session: bytes to packets and back.
///
/// Confined to its event loop, except [#gone], and what is done aside.
final class ClientDriver implements ConnectionHandler, ToServer {
    static final int HIGH_BYTES = 1 << 20;
    static final int LOW_BYTES = 256 << 10;

    private static final int SMALL_BYTES = 64;
    private static final int TOPICS_CACHED = 256;

    /// How long a server may take to close after us.
    private static final long PATIENCE_NANOS = 2_000_000_000L;

    private final SessionLoop owner;
    private final ProtocolVersion version;
    private final PacketDecoder decoder;
    private final boolean cleanStart;
    private final Answer<MqttConnected> answer;
    private final Consumer<ClientDriver> accepted;
    private final @Nullable Consumer<String> trace;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    private @Nullable SocketConnection socket;
    private boolean deaf;

    /// The driver of a connection to be made, which begins with CONNECT. `accepted` is told of it,
    /// on its loop and before anything is answered, unless the session has another connection.
    ClientDriver(
            SessionLoop owner,
            MqttOptions options,
            boolean cleanStart,
            Answer<MqttConnected> answer,
            Consumer<ClientDriver> accepted) {
        this.owner = owner;
        this.version = options.version();
        this.decoder =
                PacketDecoder.ofClient(version, limits(options), new TopicCache(TOPICS_CACHED));
        this.cleanStart = cleanStart;
        this.answer = answer;
        this.accepted = accepted;
        this.trace = options.trace();
    }

    // How deep topics are is the server's business.
    private static DecoderLimits limits(MqttOptions options) {
        DecoderLimits defaults = DecoderLimits.DEFAULT;
        return new DecoderLimits(
                options.maximumPacketSize(),
                defaults.connectSizeMax(),
                Integer.MAX_VALUE,
                defaults.userPropertiesMax(),
                defaults.userPropertiesBytesMax(),
                defaults.topicFiltersMax());
    }

    /// Completed when the socket is gone.
    CompletableFuture<Void> gone() {
        return gone;
    }

    // ---- from the socket ----

    @Override
    public void opened(SocketConnection connection) {
        socket = connection;
        owner.run((session, nanos) -> {
            if (session.connect(this, cleanStart, answer, nanos)) {
                accepted.accept(this);
            }
        });
    }

    @Override
    public int received(ByteBuf bytes) {
        owner.run((session, nanos) -> feed(bytes, session, nanos));
        if (deaf) {
            bytes.skipBytes(bytes.readableBytes());
        }
        return bytes.readableBytes() + Math.max(1, decoder.bytesWanted());
    }

    private void feed(ByteBuf bytes, ClientSession session, long nowNanos) {
        try {
            while (!deaf) {
                Packet packet = decoder.decode(bytes);
                if (packet == null) {
                    return;
                }
                tell("received", packet);
                session.received(this, packet, nowNanos);
            }
        } catch (ProtocolViolation violation) {
            session.rejected(this, violation, nowNanos);
        }
    }

    @Override
    public void writable() {
        owner.run((session, nanos) -> session.writable(this, nanos));
    }

    @Override
    public void failed(Throwable fault) {
        owner.run((session, nanos) -> session.broken(fault));
    }

    @Override
    public void closed(String reason) {
        deaf = true;
        owner.run((session, nanos) -> session.closed(this, reason));
        gone.complete(null);
    }

    // ---- to the socket ----

    @Override
    public boolean send(Packet packet) {
        tell("sent", packet);
        ByteBuf out = socket().out(SMALL_BYTES);
        int begin = out.writerIndex();
        PacketEncoder.encode(packet, version, out);
        return mayGoOn(out.writerIndex() - begin);
    }

    @Override
    public boolean publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias) {
        tell("sent", publish);
        int size = PacketEncoder.publishSize(publish, version, topicAlias);
        ByteBuf out = socket().out(size);
        PacketEncoder.encodePublish(publish, packetIdentifier, dup, topicAlias, version, out);
        return mayGoOn(size);
    }

    private boolean mayGoOn(int bytes) {
        return socket().backlog().add(bytes) <= HIGH_BYTES;
    }

    @Override
    public void close(String reason) {
        deaf = true;
        socket().close(reason, PATIENCE_NANOS);
    }

    @Override
    public void aside(Authenticating exchange, Authenticating.Step step) {
        Thread.ofPlatform()
                .daemon()
                .name("vencejo-client-authentication")
                .start(() -> answer(exchange, step));
    }

    // On a thread of its own.
    private void answer(Authenticating exchange, Authenticating.Step step) {
        byte[] data = null;
        Throwable failure = null;
        try {
            data = step.data();
        } catch (Throwable failed) { // an Error, too, would leave the application waiting
            failure = failed;
        }
        byte[] said = data;
        Throwable why = failure;
        try {
            owner.submit((session, nanos) -> session.authenticated(exchange, said, why, nanos));
        } catch (RejectedExecutionException ended) {
            return; // the client was closed, and nobody waits
        }
    }

    @Override
    public void pauseReading() {
        socket().pauseReading();
    }

    @Override
    public void resumeReading() {
        socket().resumeReading();
    }

    private SocketConnection socket() {
        if (socket == null) {
            throw new IllegalStateException("expected an open socket, given was one before that");
        }
        return socket;
    }

    private void tell(String verb, Packet packet) {
        if (trace != null) {
            trace.accept(verb + " " + packet);
        }
    }
}
