package org.vencejo.testing.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.core.Input;
import org.vencejo.core.Mutation;
import org.vencejo.core.Outbox;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.PublishFrame;

/// Where the effects of the core go: into the out-buffers of [MemoryConnection]s, and into the
/// batch that the next commit hands over.
///
/// Confined to one thread; belongs to one server between two starts.
final class MemoryOutbox implements Outbox {
    private final MemoryServer server;
    private final PublishFrame[] frames = new PublishFrame[ProtocolVersion.values().length];
    private final @Nullable Publish[] framed = new @Nullable Publish[frames.length];

    /// What the effects of the input at hand have led to; handled before anything else.
    private final ArrayDeque<Input> next = new ArrayDeque<>();

    private List<Mutation> batch = new ArrayList<>();
    private long lastNumber;
    private int publishesInCall;

    MemoryOutbox(MemoryServer server) {
        this.server = server;
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new PublishFrame();
        }
    }

    private static MemoryConnection of(Connection connection) {
        return (MemoryConnection) connection.peer();
    }

    @Override
    public long send(Connection connection, Packet packet) {
        MemoryConnection to = of(connection);
        ProtocolVersion version = to.version();
        return version == null ? 0 : to.send(packet, version);
    }

    @Override
    public long publish(
            Connection connection,
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int topicAlias) {
        publishesInCall++;
        MemoryConnection to = of(connection);
        ProtocolVersion version = to.version();
        if (version == null) {
            return 0;
        }
        return topicAlias == 0
                ? to.send(frame(publish, version), publish, packetIdentifier, dup)
                : to.send(publish, packetIdentifier, dup, topicAlias, version);
    }

    @SuppressWarnings("ReferenceEquality") // the same object, by the contract of Outbox
    private PublishFrame frame(Publish publish, ProtocolVersion version) {
        int index = version.ordinal();
        if (framed[index] != publish) {
            frames[index].encode(publish, version);
            framed[index] = publish;
        }
        return frames[index];
    }

    @Override
    public void close(Connection connection) {
        of(connection).close();
    }

    @Override
    public void pauseReading(Connection connection) {
        of(connection).pauseReading(server.nowNanos());
    }

    @Override
    public void resumeReading(Connection connection) {
        MemoryConnection it = of(connection);
        long nanos = it.resumeReading(server.nowNanos());
        if (nanos > 0) {
            next.add(new Input.ReadingWasPaused(connection, nanos));
        }
        server.readsAgain(it);
    }

    @Override
    public void append(long number, Mutation mutation) {
        if (number != lastNumber + 1) {
            throw new IllegalStateException("mutation " + number + " comes behind " + lastNumber);
        }
        lastNumber = number;
        batch.add(mutation);
    }

    @Override
    public void readQueue(long session, long read, long from, int messagesMax, long bytesMax) {
        server.readQueue(session, read, from, messagesMax, bytesMax);
    }

    @Override
    public void authenticate(Connection connection, Authentication.Request request) {
        Authentication.Outcome outcome = server.ask(of(connection), request);
        if (outcome != null) {
            next.add(new Input.Authenticated(connection, outcome));
        }
    }

    @Override
    public void event(Event event) {
        server.tell(event);
    }

    void queueRead(Input.QueueRead input) {
        next.add(input);
    }

    void beginCall() {
        publishesInCall = 0;
    }

    int publishesInCall() {
        return publishesInCall;
    }

    @Nullable Input next() {
        return next.poll();
    }

    /// The number of the last mutation that was appended.
    long lastNumber() {
        return lastNumber;
    }

    boolean hasBatch() {
        return !batch.isEmpty();
    }

    /// Takes the mutations since the last call.
    List<Mutation> takeBatch() {
        List<Mutation> taken = batch;
        batch = new ArrayList<>();
        return taken;
    }
}
