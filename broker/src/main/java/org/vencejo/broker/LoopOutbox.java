package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.core.Input;
import org.vencejo.core.Mutation;
import org.vencejo.core.Outbox;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.PublishFrame;
import org.vencejo.transport.SocketConnection;

/// Where the effects of the core go while one loop runs it: into the out-buffers of the loop's own
/// connections, into a [Mail] for those of another loop.
///
/// Part of its loop, and used only while that loop holds the core.
final class LoopOutbox implements Outbox {
    /// About what a packet that is no PUBLISH takes; a longer one makes its own room.
    private static final int SMALL_BYTES = 64;

    private final LoopDriver driver;
    private final @Nullable Mail[] mails;

    /// The last PUBLISH of each version, encoded: a fan-out asks for it again and again.
    private final PublishFrame[] frames;

    private final @Nullable Publish[] framed;

    /// What the effects of the input at hand have led to; handled before the next input.
    private final ArrayDeque<Input> next = new ArrayDeque<>();

    LoopOutbox(LoopDriver driver, int loops) {
        this.driver = driver;
        this.mails = new @Nullable Mail[loops];
        int versions = ProtocolVersion.values().length;
        this.frames = new PublishFrame[versions];
        this.framed = new @Nullable Publish[versions];
        for (int i = 0; i < versions; i++) {
            frames[i] = new PublishFrame();
        }
    }

    @Override
    public long send(Connection connection, Packet packet) {
        BrokerConnection to = (BrokerConnection) connection.peer();
        ProtocolVersion version = to.version();
        if (version == null) {
            return 0;
        }
        SocketConnection socket = to.socket();
        int size;
        if (to.driver() == driver) {
            ByteBuf out = socket.out(SMALL_BYTES);
            int begin = out.writerIndex();
            PacketEncoder.encode(packet, version, out);
            size = out.writerIndex() - begin;
        } else {
            size = mail(to).send(to, packet, version);
        }
        return socket.backlog().add(size);
    }

    @Override
    public long publish(
            Connection connection,
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int topicAlias) {
        BrokerConnection to = (BrokerConnection) connection.peer();
        ProtocolVersion version = to.version();
        if (version == null) {
            return 0;
        }
        SocketConnection socket = to.socket();
        if (topicAlias != 0) {
            return socket.backlog()
                    .add(sendAliased(to, publish, packetIdentifier, dup, topicAlias, version));
        }
        PublishFrame frame = frame(publish, version);
        if (to.driver() == driver) {
            frame.writeTo(socket.out(frame.bytes()), packetIdentifier, dup);
            if (frame.payloadApart()) {
                socket.append(publish.payload().retainedBuffer());
            }
        } else {
            mail(to).publish(to, frame, publish, version, packetIdentifier, dup);
        }
        return socket.backlog().add(frame.size());
    }

    @Override
    public void close(Connection connection) {
        BrokerConnection it = (BrokerConnection) connection.peer();
        if (it.driver() == driver) {
            driver.close(it);
        } else {
            mail(it).close(it);
        }
    }

    @Override
    public void pauseReading(Connection connection) {
        BrokerConnection it = (BrokerConnection) connection.peer();
        if (it.driver() == driver) {
            driver.pauseReading(it);
        } else {
            mail(it).pauseReading(it);
        }
    }

    @Override
    public void resumeReading(Connection connection) {
        BrokerConnection it = (BrokerConnection) connection.peer();
        if (it.driver() == driver) {
            driver.resumeReading(it);
        } else {
            mail(it).resumeReading(it);
        }
    }

    @Override
    public void append(long number, Mutation mutation) {
        driver.core().append(number, mutation);
    }

    @Override
    public void readQueue(long session, long read, long from, int messagesMax, long bytesMax) {
        driver.core().readQueue(driver, session, read, from, messagesMax, bytesMax);
    }

    @Override
    public void authenticate(Connection connection, Authentication.Request request) {
        Authentication.Outcome outcome = driver.ask(connection, request);
        if (outcome != null) {
            next.add(new Input.Authenticated(connection, outcome));
        }
    }

    @Override
    public void event(Event event) {
        if (event instanceof Event.ClientConnected it) {
            driver.known((BrokerConnection) it.connection().peer());
        }
        driver.tell(event);
    }

    @Nullable Input next() {
        return next.poll();
    }

    /// Gives other loops what is theirs. To be done before the core is let go.
    void post() {
        for (int i = 0; i < mails.length; i++) {
            Mail mail = mails[i];
            if (mail != null) {
                mails[i] = null;
                driver.peer(i).inbox().post(mail);
            }
        }
    }

    private int sendAliased(
            BrokerConnection to,
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int topicAlias,
            ProtocolVersion version) {
        if (to.driver() != driver) {
            return mail(to).send(to, publish, packetIdentifier, dup, topicAlias, version);
        }
        int size = PacketEncoder.publishSize(publish, version, topicAlias);
        ByteBuf out = to.socket().out(size);
        PacketEncoder.encodePublish(publish, packetIdentifier, dup, topicAlias, version, out);
        return size;
    }

    @SuppressWarnings("ReferenceEquality") // the same object, by the contract of Outbox
    private PublishFrame frame(Publish publish, ProtocolVersion version) {
        int index = version.ordinal();
        PublishFrame frame = frames[index];
        if (framed[index] != publish) {
            frame.encode(publish, version);
            framed[index] = publish;
        }
        return frame;
    }

    private Mail mail(BrokerConnection to) {
        int index = to.driver().index();
        Mail mail = mails[index];
        if (mail == null) {
            mail = new Mail();
            mails[index] = mail;
        }
        return mail;
    }
}
