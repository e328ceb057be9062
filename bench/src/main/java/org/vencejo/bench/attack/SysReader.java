package org.vencejo.bench.attack;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// Reads what the broker says of itself below `$SYS/broker/`. Stateless.
final class SysReader {
    private static final String ROOT = "$SYS/broker/";
    private static final int QUIET_MILLIS = 3_000;

    private SysReader() {}

    /// All topics with their values, as they are retained.
    static Map<String, String> read(String host, int port) throws IOException {
        Map<String, String> values = new TreeMap<>();
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.2.9"), 0));
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port));
            socket.setSoTimeout(QUIET_MILLIS);
            socket.getOutputStream().write(Bytes.connect("testigo"));
            socket.getOutputStream().write(Bytes.subscribe(1, 0, ROOT + "#"));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            // The broker publishes what changed every second, so a second round means the first
            // is complete.
            for (int uptimes = 0; uptimes < 2; ) {
                uptimes += packet(in, values) ? 1 : 0;
            }
        } catch (SocketTimeoutException quiet) {
            // What there is has come.
        }
        return values;
    }

    private static boolean packet(DataInputStream in, Map<String, String> values)
            throws IOException {
        int type = in.readUnsignedByte() & 0xF0;
        int length = 0;
        int shift = 0;
        int each;
        do {
            each = in.readUnsignedByte();
            length |= (each & 127) << shift;
            shift += 7;
        } while (each > 127);
        byte[] body = in.readNBytes(length);
        if (type != Bytes.PUBLISH) {
            return false;
        }
        int topicLength = ((body[0] & 0xFF) << 8) | (body[1] & 0xFF);
        String topic = new String(body, 2, topicLength, StandardCharsets.UTF_8);
        values.put(
                topic.substring(ROOT.length()),
                new String(
                        body, 2 + topicLength, length - 2 - topicLength, StandardCharsets.UTF_8));
        return topic.equals(ROOT + "uptime");
    }
}
