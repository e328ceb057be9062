package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.ClientProcess;
import org.vencejo.core.Connection;
import org.vencejo.core.Input;
import org.vencejo.core.ListenerLimits;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.ConnectionHandler;
import org.vencejo.transport.Door;
import org.vencejo.transport.ProxyHeader;
import org.vencejo.transport.SocketConnection;
import org.vencejo.transport.TlsServer;

/// What joins a socket to a [Connection] of the core: the decoder of one and the peer of the other.
///
/// Confined to its event loop, except what [Peer] and the final fields give; the version is written
/// before the first packet reaches the core and read only after, and whether its client is known by
/// who runs the core.
final class BrokerConnection extends Turns.Sender implements ConnectionHandler, Peer {
    private final LoopDriver driver;
    private final Visitors visitors;
    private final PacketDecoder decoder;
    private final Connection connection = new Connection(this);

    /// Where the client is. A proxy may say so, before the core hears of the connection.
    private Origin origin;

    private final long acceptedNanos = System.nanoTime();

    /// Its transport connection, on its way through a door or behind it.
    private @Nullable SocketConnection arriving;

    private boolean pushedOut;

    /// Its client was let in once. Written by who runs the core.
    private volatile boolean clientKnown;

    /// Its address counts it, and is to be told when it is gone.
    private boolean admitted;

    private @Nullable SocketConnection socket;
    private @Nullable ProtocolVersion version;

    /// What the client has shown, to us or to a proxy; written before the core hears of the
    /// connection.
    private @Nullable ClientCertificate certificate;

    /// Nothing that comes is listened to any more.
    private boolean deaf;

    /// The same for others than the loop, a little later.
    private volatile boolean gone;

    /// The core ended this connection and need not be told that it did.
    private boolean closedByCore;

    /// Why it is not read from, as bits of [Pause].
    private int pauses;

    private long pausedSinceNanos;

    /// What was read since [#takeBytesReceived].
    private long bytesReceived;

    /// Whether there is a rest of what was read that it has to wait with.
    private boolean hasRest;

    /// The room taken for a packet that has not arrived whole.
    private int roomBytes;

    /// When it last sent something of that packet.
    private long roomUsedNanos;

    /// The room that it waits for, or 0.
    private int roomAwaited;

    /// Who may have reading stopped.
    enum Pause {
        /// The core wants nothing of this client now.
        BY_CORE,
        /// The loop cannot get rid of what it read.
        BY_LOOP,
        /// There is no room for the packet that is on its way.
        FOR_ROOM,
        /// It sends more than others, who come first.
        BY_TURN,
        /// It sends most of what fills the memory.
        FOR_MEMORY
    }

    BrokerConnection(LoopDriver driver, Visitors visitors, Origin origin, PacketDecoder decoder) {
        this.driver = driver;
        this.visitors = visitors;
        this.origin = origin;
        this.decoder = decoder;
    }

    LoopDriver driver() {
        return driver;
    }

    Connection connection() {
        return connection;
    }

    SocketConnection socket() {
        if (socket == null) {
            throw new IllegalStateException(
                    "expected an open connection, given was one before that");
        }
        return socket;
    }

    /// What the peer speaks, or null while nothing can be said to it.
    @Nullable ProtocolVersion version() {
        return version;
    }

    @Override
    public String remoteAddress() {
        return origin.text();
    }

    /// Where the peer is. Thread-safe.
    InetAddress address() {
        return origin.address();
    }

    Visitors visitors() {
        return visitors;
    }

    /// Its address counts it from now on.
    void admit() {
        admitted = true;
    }

    boolean isAdmitted() {
        return admitted;
    }

    /// Whether nobody waits for an answer on it any more. Thread-safe.
    boolean isGone() {
        return gone;
    }

    @Override
    public String listener() {
        return visitors.entry().listener();
    }

    @Override
    public ListenerLimits limits() {
        return visitors.own();
    }

    @Override
    public @Nullable ClientCertificate clientCertificate() {
        return certificate;
    }

    @Override
    public @Nullable ClientProcess clientProcess() {
        return origin.process();
    }

    @Override
    public void entering(SocketConnection entering) {
        arriving = entering;
        if (pushedOut) {
            pushOut();
        }
    }

    /// Gives its place to newer connections, as its client is not known yet.
    void pushOut() {
        pushedOut = true;
        if (socket != null && !gone) {
            driver.handle(new Input.PushedOut(connection));
        } else if (arriving != null) {
            arriving.abort("newer connections need its place");
        }
    }

    @Override
    public @Nullable String introduced(ProxyHeader header) {
        origin = header.source() == null ? origin.ofProxy() : Origin.of(header.source());
        if (header.certificateName() != null) {
            certificate = Certificates.ofProxy(header.certificateName());
        }
        return driver.refusal(this);
    }

    @Override
    public void opened(SocketConnection opened) {
        this.socket = opened;
        List<X509Certificate> shown = opened.peerCertificates();
        if (!shown.isEmpty()) {
            certificate = Certificates.ofClient(shown.getFirst());
        }
        driver.handle(new Input.Connected(connection, System.nanoTime() - acceptedNanos));
    }

    @Override
    public void turnedAway(Door.Step step, String reason) {
        driver.turnedAway(this, step, reason);
    }

    /// Ends it if its client's certificate was taken back by the list that `changed` has read.
    void expelIfRevoked(TlsServer changed) {
        if (visitors.entry().tls() != changed || socket == null || deaf) {
            return;
        }
        List<X509Certificate> shown = socket.peerCertificates();
        if (changed.isRevoked(shown)) {
            // To come back with it is of no use, which is what this code tells.
            driver.handleLater(
                    new Input.Expel(
                            connection, ReasonCode.NOT_AUTHORIZED, "its certificate is revoked"));
        }
    }

    @Override
    public int received(ByteBuf bytes) {
        int before = bytes.readableBytes();
        hasRest = driver.received(this, bytes);
        bytesReceived += before - bytes.readableBytes();
        if (roomBytes > 0) {
            roomUsedNanos = System.nanoTime();
        }
        if (hasRest && !deaf) {
            return LATER;
        }
        int wanted = bytes.readableBytes() + Math.max(1, decoder.bytesWanted());
        makeRoom(deaf ? 0 : wanted);
        return wanted;
    }

    /// How many bytes of packets came since the last call.
    long takeBytesReceived() {
        long bytes = bytesReceived;
        bytesReceived = 0;
        return bytes;
    }

    @Override
    boolean hasRest() {
        return hasRest && !deaf;
    }

    @Override
    void goOn() {
        if (!deaf && socket != null) {
            socket.goOn();
        }
    }

    // What is whole, or small, needs no room.
    private void makeRoom(int wanted) {
        if (wanted <= PartialPackets.FREE_BYTES) {
            giveRoomBack();
        } else if (roomBytes == 0 && roomAwaited == 0) {
            roomAwaited = wanted;
            if (!findRoom()) {
                pauseReading(Pause.FOR_ROOM, System.nanoTime());
                driver.intake().watchRoom(this);
            }
        }
    }

    private void giveRoomBack() {
        if (roomBytes > 0) {
            int given = roomBytes;
            roomBytes = 0;
            driver.partialPackets().giveBack(this, given);
        }
    }

    /// Looks for the room that it needs, and waits if there is none; returns whether it has it, or
    /// needs none any more.
    boolean findRoom() {
        if (roomAwaited > 0 && !driver.partialPackets().take(this, roomAwaited)) {
            driver.partialPackets().await(this, roomAwaited);
            return false;
        }
        roomBytes = roomAwaited;
        roomAwaited = 0;
        roomUsedNanos = System.nanoTime();
        return true;
    }

    boolean awaitsRoom() {
        return roomAwaited > 0;
    }

    /// Whether it holds room and has sent nothing for so long, though it was read from.
    boolean holdsRoomIdly(long nanos, long patienceNanos) {
        return roomBytes > 0 && pauses == 0 && nanos - roomUsedNanos >= patienceNanos;
    }

    @Override
    public void writable() {
        driver.handle(new Input.Writable(connection));
    }

    @Override
    public void failed(Throwable fault) {
        driver.fault(connection, fault);
    }

    @Override
    public void closed(String reason) {
        deaf = true;
        gone = true;
        roomAwaited = 0;
        giveRoomBack();
        driver.closed(this);
        if (!closedByCore) {
            driver.handle(new Input.Disconnected(connection, reason));
        }
    }

    /// The next packet of `bytes` as an input, or null if none is whole.
    @Nullable Input next(ByteBuf bytes) {
        if (deaf) {
            bytes.skipBytes(bytes.readableBytes());
            return null;
        }
        try {
            Packet packet = decoder.decode(bytes);
            if (packet == null) {
                return null;
            }
            if (version == null) {
                version = decoder.version();
            }
            if (packet instanceof Connect connect) {
                clearPassword(connect, bytes);
                checkVersion(connect);
            }
            return new Input.PacketReceived(connection, packet);
        } catch (ProtocolViolation violation) {
            deaf = true;
            version = decoder.version();
            return new Input.PacketRejected(connection, violation, version);
        }
    }

    private void checkVersion(Connect connect) {
        if (!visitors.entry().versions().contains(connect.version())) {
            Secrets.clear(connect.password());
            throw new ProtocolViolation(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "MQTT-3.1.2-2",
                    "MQTT %s is not spoken at %s"
                            .formatted(EventLog.version(connect.version()), listener()));
        }
    }

    // It is the last field of CONNECT. The decoder has copied it; who authenticates clears the
    // copy.
    static void clearPassword(Connect connect, ByteBuf bytes) {
        byte[] password = connect.password();
        if (password != null) {
            bytes.setZero(bytes.readerIndex() - password.length, password.length);
        }
    }

    /// Its client is let in; told by who runs the core, before anything that follows from it.
    void clientKnown() {
        clientKnown = true;
    }

    /// The core ends this connection. Of one whose client was never known little more is read.
    void close(long patienceNanos) {
        if (!clientKnown) {
            socket().receiveAtMostMore(RefusedConnections.BEHIND_BYTES_MAX);
        }
        deaf = true;
        gone = true;
        closedByCore = true;
        roomAwaited = 0;
        giveRoomBack();
        socket().close("closed by the server", patienceNanos);
    }

    /// Something of ours broke here; this connection pays for it.
    void abort() {
        deaf = true;
        socket().abort("a fault of the server");
    }

    @Override
    boolean pauseReading(Pause reason, long nanos) {
        int before = pauses;
        if (deaf || (before & bit(reason)) != 0) {
            return false;
        }
        pauses |= bit(reason);
        if (before == 0) {
            pausedSinceNanos = nanos;
            socket().pauseReading();
        }
        return true;
    }

    @Override
    long resumeReading(Pause reason, long nanos) {
        int before = pauses;
        pauses &= ~bit(reason);
        if (before == 0 || pauses != 0) {
            return -1;
        }
        socket().resumeReading();
        return Math.max(0, nanos - pausedSinceNanos);
    }

    @Override
    void wasPaused(long nanos) {
        driver.intake().resumed(this, nanos);
    }

    private static int bit(Pause reason) {
        return 1 << reason.ordinal();
    }

    @Override
    public String toString() {
        return "BrokerConnection[" + remoteAddress() + "]";
    }
}
