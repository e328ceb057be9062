package org.vencejo.testing.interop;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What stands between a client and a broker, to cut the connection with neither's consent.
final class Relay implements Closeable {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final ServerSocket listener = new ServerSocket(0, 10, LOOPBACK);
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    Relay(int brokerPort) throws IOException {
        start(() -> {
            while (true) {
                Socket client = listener.accept();
                Socket broker = new Socket(LOOPBACK, brokerPort);
                sockets.addAll(List.of(client, broker));
                start(() -> client.getInputStream().transferTo(broker.getOutputStream()));
                start(() -> broker.getInputStream().transferTo(client.getOutputStream()));
            }
        });
    }

    int port() {
        return listener.getLocalPort();
    }

    /// Resets all connections, and lets nobody through any more.
    @Override
    public void close() throws IOException {
        if (listener.isClosed()) {
            return;
        }
        listener.close();
        for (Socket socket : sockets) {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    private static void start(Piping piping) {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        piping.run();
                    } catch (IOException closed) {
                        // by an end, or by us
                    }
                });
    }

    private interface Piping {
        void run() throws IOException;
    }
}
