package org.vencejo.cli;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server that answers every CONNECT with the same bytes and closes at the next packet. Its
/// threads end with it.
final class StubServer implements AutoCloseable {
    private final ServerSocket listener;
    private final byte[] answer;
    private final byte[] answerTo5;
    private final List<Socket> clients = new CopyOnWriteArrayList<>();
    private final List<byte[]> connects = new CopyOnWriteArrayList<>();

    private StubServer(ServerSocket listener, byte[] answer, byte[] answerTo5) {
        this.listener = listener;
        this.answer = answer;
        this.answerTo5 = answerTo5;
    }

    /// `answer` and `answerTo5` are bytes in hexadecimal, or empty to close at once.
    static StubServer start(String answer, String answerTo5) throws IOException {
        StubServer server =
                new StubServer(
                        new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                        bytes(answer),
                        bytes(answerTo5));
        Thread.ofVirtual().name("stub-server").start(server::accept);
        return server;
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    int port() {
        return listener.getLocalPort();
    }

    /// The first packet of each connection, without its fixed header.
    List<byte[]> connects() {
        return connects;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                clients.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            byte[] connect = packet(in);
            connects.add(connect);
            // Behind the name, which has 4 or 6 characters, stands the level.
            boolean mqtt5 = connect.length > 6 && connect[1] == 4 && connect[6] == 5;
            OutputStream out = client.getOutputStream();
            out.write(mqtt5 ? answerTo5 : answer);
            if ((mqtt5 ? answerTo5 : answer).length > 0) {
                packet(in);
            }
        } catch (IOException gone) {
            return;
        }
    }

    // No packet that matters here is longer.
    private static byte[] packet(DataInputStream in) throws IOException {
        in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length > 0x7F) {
            length += (in.readUnsignedByte() - 1) * 0x80;
        }
        return in.readNBytes(length);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket client : clients) {
            client.close();
        }
    }
}
