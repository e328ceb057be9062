package org.vencejo.cli;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;

/// A server of one connection that does what the test says, on a thread of its own.
final class ScriptedPeer implements AutoCloseable {
    /// What the server does, from the client's CONNECT on.
    interface Script {
        void run(ScriptedPeer peer) throws IOException;
    }

    private final ServerSocket listener;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private Socket client;
    private DataInputStream in;
    private OutputStream out;

    private ScriptedPeer(ServerSocket listener) {
        this.listener = listener;
    }

    static ScriptedPeer start(Script script) throws IOException {
        var peer = new ScriptedPeer(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        Thread.ofPlatform().daemon().name("scripted-peer").start(() -> peer.run(script));
        return peer;
    }

    private void run(Script script) {
        try (Socket accepted = listener.accept()) {
            client = accepted;
            in = new DataInputStream(accepted.getInputStream());
            out = accepted.getOutputStream();
            script.run(this);
            end.complete(null);
        } catch (IOException | AssertionError e) {
            end.completeExceptionally(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /// The next packet: the fixed header's first byte and all behind the Remaining Length.
    byte[] receive() throws IOException {
        int first = in.readUnsignedByte();
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            int digit = in.readUnsignedByte();
            length |= (digit & 0x7F) << shift;
            if (digit < 0x80) {
                break;
            }
        }
        byte[] packet = new byte[1 + length];
        packet[0] = (byte) first;
        in.readFully(packet, 1, length);
        return packet;
    }

    /// Waits until the client has closed its side; what it sends before is not looked at.
    void awaitClose() throws IOException {
        while (in.read() >= 0) {
            // acknowledgements and the like
        }
    }

    void send(String hex) throws IOException {
        send(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /// Waits until the script has come to its end; fails as it did.
    void join() {
        end.join();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        if (client != null) {
            client.close();
        }
    }
}
