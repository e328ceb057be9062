package org.vencejo.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.vencejo.conformance.Wire.Heard;

/// A TCP connection to a server under test. Confined to one thread.
public final class SocketLine implements Wire.Line {
    private static final int CONNECT_MILLIS_MAX = 10_000;

    private final Socket socket;
    private final PacketSplitter packets = new PacketSplitter();
    private final byte[] buffer = new byte[64 << 10];
    private boolean over;

    /// Connects; each [#next()] waits for at most `waitMillisMax`.
    public SocketLine(InetSocketAddress server, int waitMillisMax) {
        socket = new Socket();
        try {
            socket.connect(server, CONNECT_MILLIS_MAX);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(waitMillisMax);
        } catch (IOException e) {
            throw new UncheckedIOException("no connection to " + server, e);
        }
    }

    @Override
    public void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException closed) {
            return; // What the server said before it closed can still be read.
        }
    }

    @Override
    public Heard next() {
        while (true) {
            byte[] packet = packets.next();
            if (packet != null) {
                return new Heard.Packet(packet);
            }
            if (over) {
                return new Heard.Closed(packets.rest());
            }
            try {
                int length = socket.getInputStream().read(buffer);
                if (length < 0) {
                    over = true;
                } else {
                    packets.add(buffer, length);
                }
            } catch (SocketTimeoutException silence) {
                return new Heard.Silence();
            } catch (SocketException reset) {
                over = true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Says that nothing more will be sent; what the server still says can be read.
    void finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException over) {
            return; // Then it is finished.
        }
    }

    @Override
    public void reset() {
        if (socket.isClosed()) {
            return;
        }
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void end() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
