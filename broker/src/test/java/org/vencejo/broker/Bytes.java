package org.vencejo.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.HexFormat;

/// Blocking sockets to which a test says bytes in hexadecimal, with spaces where it likes, and what
/// they hear. Stateless.
final class Bytes {
    /// A whole CONNECT of 5.0.
    static final String CONNECT = "100e 0004 4d515454 05 02 0000 00 0001 61";

    static final String NO_ROOM = "20 03 00 97 00";
    static final String NOTHING = "";

    private static final int WAIT_MILLIS = 30_000;

    private Bytes() {}

    static Socket socket(InetSocketAddress address) throws IOException {
        return socketFrom("127.0.0.1", address);
    }

    /// One that comes from an address of this machine.
    static Socket socketFrom(String address, InetSocketAddress to) throws IOException {
        Socket socket =
                new Socket(to.getAddress(), to.getPort(), InetAddress.ofLiteral(address), 0);
        socket.setSoTimeout(WAIT_MILLIS);
        return socket;
    }

    static void send(Socket socket, String bytes) throws IOException {
        socket.getOutputStream().write(HexFormat.of().parseHex(bare(bytes)));
    }

    /// What comes until the end, in hexadecimal, when these bytes were sent.
    static String heard(InetSocketAddress address, String bytes) throws IOException {
        try (Socket socket = socket(address)) {
            return heard(socket, bytes);
        }
    }

    static String heard(Socket socket, String bytes) throws IOException {
        try {
            send(socket, bytes);
        } catch (SocketException closed) {
            return NOTHING;
        }
        return rest(socket);
    }

    /// What comes until the end, in hexadecimal.
    static String rest(Socket socket) throws IOException {
        try {
            return HexFormat.of().formatHex(socket.getInputStream().readAllBytes());
        } catch (SocketException reset) {
            return NOTHING;
        }
    }

    static String bare(String hex) {
        return hex.replace(" ", "");
    }
}
