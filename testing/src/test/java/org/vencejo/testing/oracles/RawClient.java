package org.vencejo.testing.oracles;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.vencejo.conformance.PacketSplitter;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// A client of a [MemoryServer] that says bytes and hears packets. Confined to one thread.
final class RawClient {
    private final MemoryServer server;
    private final MemoryConnection connection;
    private final PacketSplitter packets = new PacketSplitter();

    /// Opens a connection, and says nothing yet.
    RawClient(MemoryServer server) {
        this.server = server;
        this.connection = server.accept();
        server.settle();
    }

    /// Sends bytes written in hexadecimal, and lets the server do all that follows.
    void send(String hex) {
        send(bytes(hex));
    }

    void send(byte[] bytes) {
        connection.receive(bytes);
        server.settle();
    }

    /// The packets that came since the last call, in hexadecimal.
    List<String> heard() {
        byte[] more = connection.take();
        server.settle();
        packets.add(more, more.length);
        List<String> heard = new ArrayList<>();
        for (byte[] it = packets.next(); it != null; it = packets.next()) {
            heard.add(HexFormat.of().withUpperCase().formatHex(it));
        }
        return heard;
    }

    boolean isGone() {
        return connection.isGone();
    }

    /// The connection under it.
    MemoryConnection connection() {
        return connection;
    }

    // ---- bytes
    // -----------------------------------------------------------------------------------

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /// A packet of this first byte; the Remaining Length is counted.
    static byte[] packet(int first, byte[]... body) {
        byte[] content = joined(body);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        out.writeBytes(length(content.length));
        out.writeBytes(content);
        return out.toByteArray();
    }

    /// A block of Properties with its length; nothing before 5.0.
    static byte[] properties(ProtocolVersion version, byte[]... properties) {
        byte[] block = joined(properties);
        return version.isMqtt5() ? joined(length(block.length), block) : new byte[0];
    }

    /// A string, or what should be one, with its length.
    static byte[] string(byte[] content) {
        return joined(new byte[] {(byte) (content.length >>> 8), (byte) content.length}, content);
    }

    static byte[] string(String text) {
        return string(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    // A Variable Byte Integer.
    private static byte[] length(int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int left = length;
        do {
            out.write(left > 0x7F ? (left & 0x7F) | 0x80 : left);
            left >>>= 7;
        } while (left > 0);
        return out.toByteArray();
    }
}
