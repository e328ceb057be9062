package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Connection;
import org.vencejo.core.Input;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.transport.ConnectionHandler;
import org.vencejo.transport.SocketConnection;

/// What joins a socket to a [Connection] of the core: the decoder of one and the peer of the other.
///
/// Confined to its event loop, except what [Peer] and the final fields give; the version is written
/// before the first packet reaches the core and read only after.
final class BrokerConnection implements ConnectionHandler, Peer {
    private final LoopDriver driver;
    private final String listener;
    private final PacketDecoder decoder;
    private final Connection connection = new Connection(this);
    private final InetSocketAddress remote;

    private @Nullable SocketConnection socket;
    private @Nullable ProtocolVersion version;

    /// Nothing that comes is listened to any more.
    private boolean deaf;

    /// The core ended this connection and need not be told that it did.
    private boolean closedByCore;

    private boolean pausedByCore;
    private boolean pausedByLoop;
    private long pausedSinceNanos;

    BrokerConnection(
            LoopDriver driver, String listener, InetSocketAddress remote, PacketDecoder decoder) {
        this.driver = driver;
        this.listener = listener;
        this.remote = remote;
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
        String host = remote.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + remote.getPort();
    }

    @Override
    public String listener() {
        return listener;
    }

    @Override
    public void opened(SocketConnection opened) {
        this.socket = opened;
        driver.handle(new Input.Connected(connection));
    }

    @Override
    public int received(ByteBuf bytes) {
        driver.received(this, bytes);
        return bytes.readableBytes() + Math.max(1, decoder.bytesWanted());
    }

    @Override
    public void writable() {
        driver.handle(new Input.Writable(connection));
    }

    @Override
    public void closed(String reason) {
        deaf = true;
        driver.closed();
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
            return new Input.PacketReceived(connection, packet);
        } catch (ProtocolViolation violation) {
            deaf = true;
            version = decoder.version();
            return new Input.PacketRejected(connection, violation, version);
        }
    }

    /// The core ends this connection.
    void close(long patienceNanos) {
        deaf = true;
        closedByCore = true;
        socket().close("closed by the server", patienceNanos);
    }

    /// Something of ours broke here; this connection pays for it.
    void abort() {
        deaf = true;
        socket().abort("a fault of the server");
    }

    void pauseReading(long nanos) {
        if (!pausedByCore) {
            pausedByCore = true;
            pause(nanos);
        }
    }

    /// Returns for how long reading was paused, or -1 if it still is, or was not.
    long resumeReading(long nanos) {
        if (!pausedByCore) {
            return -1;
        }
        pausedByCore = false;
        return resume(nanos);
    }

    /// As [#pauseReading], because the loop cannot get rid of what it read; whether that is new.
    boolean holdBack(long nanos) {
        if (pausedByLoop || deaf) {
            return false;
        }
        pausedByLoop = true;
        pause(nanos);
        return true;
    }

    /// As [#resumeReading].
    long goOn(long nanos) {
        if (!pausedByLoop) {
            return -1;
        }
        pausedByLoop = false;
        return resume(nanos);
    }

    @Override
    public String toString() {
        return "BrokerConnection[" + remoteAddress() + "]";
    }

    private void pause(long nanos) {
        if (!(pausedByCore && pausedByLoop)) {
            pausedSinceNanos = nanos;
            socket().pauseReading();
        }
    }

    private long resume(long nanos) {
        if (pausedByCore || pausedByLoop) {
            return -1;
        }
        socket().resumeReading();
        return Math.max(0, nanos - pausedSinceNanos);
    }
}
