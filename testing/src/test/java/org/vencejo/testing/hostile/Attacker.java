package org.vencejo.testing.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;

/// A socket that says whatever bytes it is given and keeps all that it is answered. Confined to one
/// thread.
final class Attacker implements AutoCloseable {
    static final byte[] PINGREQ = {(byte) 0xC0, 0};

    private static final int WAIT_MILLIS = 30_000;

    private final SocketChannel channel;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[8 << 10];
    private final Whole whole = new Whole();
    private boolean over;

    Attacker(InetSocketAddress address) throws IOException {
        this(SocketChannel.open(address));
    }

    /// One whose own address is `from`.
    static Attacker from(String from, InetSocketAddress address) throws IOException {
        SocketChannel opened = SocketChannel.open();
        opened.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        opened.connect(address);
        return new Attacker(opened);
    }

    private Attacker(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.socket().setSoTimeout(WAIT_MILLIS);
    }

    /// One that was accepted as a client.
    static Attacker connected(InetSocketAddress address, ProtocolVersion version, String client)
            throws IOException {
        Attacker attacker = new Attacker(address);
        attacker.send(Frame.of(HonestClient.connect(version, client), version));
        attacker.awaitPackets(1);
        return attacker;
    }

    void send(Packet packet, ProtocolVersion version) {
        send(Frame.of(packet, version));
    }

    /// Sends all of `bytes`; returns false if the server did not want to hear them.
    boolean send(byte... bytes) {
        try {
            channel.socket().getOutputStream().write(bytes);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    /// Sends as much of `bytes` as the operating system takes without waiting for the server.
    /// Returns how much that was, -1 if the server closed.
    int offer(ByteBuffer bytes) throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.write(bytes);
        } catch (IOException closed) {
            return -1;
        } finally {
            channel.configureBlocking(true);
        }
    }

    /// Says that it will send nothing more.
    void halfClose() throws IOException {
        channel.shutdownOutput();
    }

    /// Waits until it was sent so many packets, or for the end; returns false if it was the end.
    boolean awaitPackets(int count) throws IOException {
        while (!over && whole.packets < count) {
            read();
        }
        return whole.packets >= count;
    }

    /// Waits until it was sent so many PINGRESPs, or for the end; returns false if it was the end.
    boolean awaitPingresps(int count) throws IOException {
        while (!over && whole.pingresps < count) {
            read();
        }
        return whole.pingresps >= count;
    }

    /// Waits until it was sent so many bytes, or for the end.
    void awaitBytes(long count) throws IOException {
        while (!over && heard.size() < count) {
            read();
        }
    }

    /// Waits for the server to close; returns all that was ever heard.
    byte[] awaitEnd() throws IOException {
        while (!over) {
            read();
        }
        return heard.toByteArray();
    }

    /// What it was answered so far.
    byte[] heard() {
        return heard.toByteArray();
    }

    /// The whole packets among what it was answered so far.
    List<byte[]> packets() {
        byte[] all = heard.toByteArray();
        List<byte[]> packets = new ArrayList<>();
        int at = 0;
        while (at < all.length) {
            int length = 0;
            int i = 1;
            while (at + i < all.length && all[at + i] < 0) {
                length |= (all[at + i] & 0x7F) << (7 * (i - 1));
                i++;
            }
            if (at + i >= all.length) {
                break;
            }
            length |= all[at + i] << (7 * (i - 1));
            int end = at + i + 1 + length;
            if (end > all.length) {
                break;
            }
            packets.add(Arrays.copyOfRange(all, at, end));
            at = end;
        }
        return packets;
    }

    /// Whether the connection still lives: PINGREQ is answered.
    boolean isServed() throws IOException {
        int before = whole.pingresps;
        return send(PINGREQ) && awaitPingresps(before + 1);
    }

    /// Whether the server has closed, as far as can be known without waiting.
    boolean isOver() {
        try {
            channel.configureBlocking(false);
            int count = channel.read(ByteBuffer.wrap(buffer));
            hear(Math.max(0, count));
            over |= count < 0;
            channel.configureBlocking(true);
        } catch (IOException closed) {
            over = true;
        }
        return over;
    }

    private void read() throws IOException {
        try {
            int count = channel.socket().getInputStream().read(buffer);
            if (count < 0) {
                over = true;
            } else {
                hear(count);
            }
        } catch (SocketException reset) {
            over = true;
        }
    }

    private void hear(int count) {
        heard.write(buffer, 0, count);
        for (int i = 0; i < count; i++) {
            whole.hear(buffer[i]);
        }
    }

    /// Counts packets as their bytes come, however many.
    private static final class Whole {
        int packets;
        int pingresps;
        private int first;
        private int at;
        private long left;

        void hear(byte b) {
            if (at == 0) {
                first = b & 0xFF;
                left = 0;
                at = 1;
                return;
            }
            if (at <= 4) { // in the Remaining Length
                left |= (b & 0x7FL) << (7 * (at - 1));
                at = b < 0 ? at + 1 : 5;
            } else {
                left--;
            }
            if (at == 5 && left == 0) {
                packets++;
                pingresps += first == 0xD0 ? 1 : 0;
                at = 0;
            }
        }
    }

    /// Cuts the connection.
    void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
