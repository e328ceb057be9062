package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HexFormat;

/// A client of WebSocket that does nothing by itself: it sends what it is told, and tells what
/// comes. Confined to one thread.
public final class WebSocketPeer implements AutoCloseable {
    private static final int WAIT_MILLIS = 30_000;
    private static final byte[] MASK = {0x12, (byte) 0xF4, 0x56, (byte) 0xA8};

    private final Socket socket;
    private final DataInputStream in;

    public WebSocketPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(WAIT_MILLIS);
        this.in = new DataInputStream(socket.getInputStream());
    }

    public static WebSocketPeer plain(InetSocketAddress address) throws IOException {
        return new WebSocketPeer(new Socket(address.getAddress(), address.getPort()));
    }

    /// A frame that came: its first byte and its payload.
    public record Frame(int first, byte[] payload) {
        @Override
        public String toString() {
            return "%02x %s".formatted(first, HexFormat.of().formatHex(payload));
        }
    }

    /// A request as browsers and libraries make it.
    public static String request(String path, String... headers) {
        StringBuilder text = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
        for (String each :
                new String[] {
                    "Host: localhost",
                    "Upgrade: websocket",
                    "Connection: keep-alive, Upgrade",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Version: 13"
                }) {
            text.append(each).append("\r\n");
        }
        for (String each : headers) {
            text.append(each).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    /// Asks for MQTT, and returns the answer of HTTP.
    public String upgrade() throws IOException {
        send(request("/mqtt", "Sec-WebSocket-Protocol: mqtt"));
        return answer();
    }

    public void send(String text) throws IOException {
        send(text.getBytes(ISO_8859_1));
    }

    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /// The answer of HTTP with its headers, and its body if it has one.
    public String answer() throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return text.toString();
            }
            text.append((char) next);
        }
        int length = text.indexOf("content-length: ");
        if (length > 0) {
            int end = text.indexOf("\r", length);
            int bytes = Integer.parseInt(text.substring(length + 16, end));
            text.append(new String(in.readNBytes(bytes), ISO_8859_1));
        }
        return text.toString();
    }

    /// A whole message of MQTT's in one frame.
    public void sendBinary(byte[] payload) throws IOException {
        send(frame(0x82, payload));
    }

    /// A masked frame; `first` is 0x82 for a binary one that is a whole message.
    public static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (payload.length < 126) {
            out.write(0x80 | payload.length);
        } else if (payload.length < 65_536) {
            out.write(0x80 | 126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) ((long) payload.length >> shift));
            }
        }
        out.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ MASK[i & 3]);
        }
        return out.toByteArray();
    }

    /// The next frame, which must not be masked.
    public Frame next() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        if ((second & 0x80) != 0) {
            throw new IOException("a frame of a server is masked");
        }
        long length =
                switch (second) {
                    case 126 -> in.readUnsignedShort();
                    case 127 -> in.readLong();
                    default -> second;
                };
        return new Frame(first, in.readNBytes((int) length));
    }

    /// So many bytes of what binary frames hold.
    public byte[] bytes(int length) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (out.size() < length) {
            Frame frame = next();
            if (frame.first != 0x82) {
                throw new IOException("a binary frame was expected, and came " + frame);
            }
            out.writeBytes(frame.payload);
        }
        return out.toByteArray();
    }

    /// Whether nothing more comes, and the line is closed.
    public boolean isAtItsEnd() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
