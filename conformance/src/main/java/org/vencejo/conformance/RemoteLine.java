package org.vencejo.conformance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.vencejo.conformance.Wire.Heard;

/// A connection to somebody's server: the bytes of the scenario, but for the credentials that its
/// CONNECT needs there, and what the server says to them. Confined to one thread.
final class RemoteLine implements Wire.Line {
    private static final int PUBLISH = 3;
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};

    private final SocketLine line;
    private final String unique;
    private final Optional<Credentials> credentials;
    private final Traces traces;
    private final long waitNanosMax;

    private final PacketSplitter sent = new PacketSplitter();
    private boolean connectIsOver;
    private boolean mqtt5;
    private boolean hasTakenLeave;

    RemoteLine(
            SocketLine line,
            String unique,
            Optional<Credentials> credentials,
            Traces traces,
            long waitNanosMax) {
        this.line = line;
        this.unique = unique;
        this.credentials = credentials;
        this.traces = traces;
        this.waitNanosMax = waitNanosMax;
    }

    @Override
    public void send(byte[] bytes) {
        sent.add(bytes, bytes.length);
        if (connectIsOver || credentials.isEmpty()) {
            line.send(bytes);
        }
        for (byte[] packet = sent.next(); packet != null; packet = sent.next()) {
            whole(packet);
        }
    }

    private void whole(byte[] packet) {
        hasTakenLeave = Arrays.equals(packet, DISCONNECT);
        if (connectIsOver) {
            traces.published(packet, mqtt5);
            return;
        }
        connectIsOver = true;
        Optional<ConnectPacket> connect = ConnectPacket.read(packet);
        connect.ifPresent(it -> {
            mqtt5 = it.isMqtt5();
            traces.connected(it);
        });
        if (credentials.isPresent()) {
            line.send(connect.map(it -> it.with(credentials.get())).orElse(packet));
            line.send(sent.rest());
        }
    }

    // What is no whole packet yet was held back in case that it becomes a CONNECT: who listens now
    // wants an answer to it.
    @Override
    public Heard next() {
        if (!connectIsOver && credentials.isPresent()) {
            connectIsOver = true;
            line.send(sent.rest());
        }
        if (hasTakenLeave) {
            line.finish(); // it is the client that has to close; a server only should
        }
        long begun = System.nanoTime();
        Heard heard = line.next();
        while (heard instanceof Heard.Packet packet && isOfOthers(packet.bytes())) {
            if (System.nanoTime() - begun > waitNanosMax) {
                return new Heard.Silence(); // of what is for us, however much others say
            }
            heard = line.next();
        }
        return heard;
    }

    // What others publish there, or have retained, comes to whoever subscribes to everything.
    private boolean isOfOthers(byte[] packet) {
        if ((packet[0] & 0xFF) >>> 4 != PUBLISH) {
            return false;
        }
        try {
            Cursor in = new Cursor(packet);
            in.octet();
            in.variableByteInteger();
            String topic = new String(in.string(), StandardCharsets.UTF_8);
            return !topic.isEmpty() && !topic.contains(unique); // none is a Topic Alias
        } catch (Mismatch malformed) {
            return false;
        }
    }

    @Override
    public void reset() {
        line.reset();
    }

    @Override
    public void end() {
        line.end();
    }
}
