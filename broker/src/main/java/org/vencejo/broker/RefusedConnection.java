package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.ConnectionHandler;
import org.vencejo.transport.Door;
import org.vencejo.transport.IoLoop;
import org.vencejo.transport.SocketConnection;

/// A refused connection that has a place among the [RefusedConnections]: its CONNECT is answered
/// with the reason, anything else ends it. The core never hears of it.
///
/// Confined to its event loop.
final class RefusedConnection implements ConnectionHandler {
    private final RefusedConnections all;
    private final InetAddress address;
    private final ReasonCode reasonCode;
    private final PacketDecoder decoder;
    private @Nullable SocketConnection socket;
    private IoLoop.@Nullable Timer patience;

    RefusedConnection(
            RefusedConnections all,
            InetAddress address,
            ReasonCode reasonCode,
            PacketDecoder decoder) {
        this.all = all;
        this.address = address;
        this.reasonCode = reasonCode;
        this.decoder = decoder;
    }

    @Override
    public void entering(SocketConnection entering) {
        socket = entering;
        entering.receiveAtMost(RefusedConnections.BYTES_MAX);
        patience =
                entering.loop()
                        .runLater(
                                () -> entering.abort("it is refused, and sent no CONNECT"),
                                all.patienceNanos());
    }

    @Override
    public void opened(SocketConnection opened) {}

    @Override
    public int received(ByteBuf bytes) {
        try {
            Packet packet = decoder.decode(bytes);
            if (packet == null) {
                return bytes.readableBytes() + Math.max(1, decoder.bytesWanted());
            }
            tell((Connect) packet, bytes); // a decoder lets nothing else come first
        } catch (ProtocolViolation violation) {
            socket().abort("it is refused, and sent what is no CONNECT");
        }
        bytes.skipBytes(bytes.readableBytes());
        return 1;
    }

    void tell(Connect connect, ByteBuf bytes) {
        BrokerConnection.clearPassword(connect, bytes);
        Secrets.clear(connect.password());
        stopWaiting();
        Connack connack = new Connack(false, reasonCode, Properties.NONE);
        int size = PacketEncoder.size(connack, connect.version());
        // [MQTT-3.1.2-24]: never larger, whatever it is
        if (size <= connect.properties().number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE)) {
            PacketEncoder.encode(connack, connect.version(), socket().out(size));
            socket().backlog().add(size);
            all.answered();
        }
        socket().close("it is refused", all.patienceNanos());
    }

    @Override
    public void writable() {}

    @Override
    public void failed(Throwable fault) {
        all.fault(fault);
    }

    @Override
    public void closed(String reason) {
        leave();
    }

    @Override
    public void turnedAway(Door.Step step, String reason) {
        leave();
    }

    private void leave() {
        stopWaiting();
        all.left(address);
    }

    private void stopWaiting() {
        if (patience != null) {
            patience.cancel();
            patience = null;
        }
    }

    private SocketConnection socket() {
        if (socket == null) {
            throw new IllegalStateException("expected a connection that has come, given was none");
        }
        return socket;
    }
}
