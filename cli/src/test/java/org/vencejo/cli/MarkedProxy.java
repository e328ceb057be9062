package org.vencejo.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;

/// A proxy that says that each of its clients is at 192.0.2.7, and passes on all that they say.
/// Thread-safe.
final class MarkedProxy implements AutoCloseable {
    static final byte[] LINE = "PROXY TCP4 192.0.2.7 127.0.0.1 51234 1883\r\n".getBytes(US_ASCII);

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int broker;

    /// One before the broker at this port.
    MarkedProxy(int broker) throws IOException {
        this.broker = broker;
        Thread.startVirtualThread(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                Thread.startVirtualThread(() -> serve(client));
            }
        } catch (IOException closed) {
            // it is no longer needed
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), broker)) {
            server.getOutputStream().write(LINE);
            Thread back = Thread.startVirtualThread(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (IOException | InterruptedException gone) {
            // the client sees that it is closed
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException gone) {
            // as either end likes
        }
    }

    /// A header of version 2 for that client, with this behind the addresses.
    static byte[] binary(String behind) {
        return binary("2111", behind);
    }

    /// The same with another command or family.
    static byte[] binary(String commandAndFamily, String behind) {
        String rest = "c0000207" + "7f000001" + "c822" + "075b" + behind;
        return HexFormat.of()
                .parseHex(
                        "0d0a0d0a000d0a515549540a%s%04x%s"
                                .formatted(commandAndFamily, rest.length() / 2, rest));
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
