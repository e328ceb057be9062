package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.PublishFrame;
import org.vencejo.transport.SocketConnection;

/// Effects of one holding of the core for connections of another loop, in their order.
///
/// Written by the holder until it is posted, then read once by the loop that it is for. The bytes
/// of a fan-out are in it once, followed by the connections and their Packet Identifiers.
final class Mail {
    private static final byte SEND = 0;
    private static final byte FRAME = 1;
    private static final byte RECEIVER = 2;
    private static final byte CLOSE = 3;
    private static final byte PAUSE = 4;
    private static final byte RESUME = 5;

    private static final int DUP = 1 << 16;
    private static final int HEADROOM_BYTES = 512;

    private final ByteBuf bytes = Unpooled.buffer(HEADROOM_BYTES);
    private byte[] kinds = new byte[16];
    private @Nullable Object[] subjects = new @Nullable Object[16];
    private int[] first = new int[16];
    private int[] second = new int[16];
    private int count;
    private int apartBytes;

    /// The frame that was added last, so that its next receiver only adds a line.
    private @Nullable Publish lastPublish;

    private @Nullable ProtocolVersion lastVersion;

    // For reading: the frame that receivers are given now.
    private @Nullable ByteBuf framePayload;
    private int frameAt;
    private int frameLength;
    private int identifierAt = -1;

    /// About how much memory it takes.
    int size() {
        return bytes.writerIndex() + apartBytes + 16 * count;
    }

    /// Adds a packet that is not a fan-out's; returns its size.
    int send(BrokerConnection to, Packet packet, ProtocolVersion version) {
        int begin = bytes.writerIndex();
        PacketEncoder.encode(packet, version, bytes);
        return added(to, begin);
    }

    /// Adds a PUBLISH for one receiver, with a Topic Alias; returns its size.
    int send(
            BrokerConnection to,
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int topicAlias,
            ProtocolVersion version) {
        int begin = bytes.writerIndex();
        PacketEncoder.encodePublish(publish, packetIdentifier, dup, topicAlias, version, bytes);
        return added(to, begin);
    }

    /// Adds a receiver of `frame`, which is `publish` in `version`.
    @SuppressWarnings("ReferenceEquality") // the same object, by the contract of Outbox
    void publish(
            BrokerConnection to,
            PublishFrame frame,
            Publish publish,
            ProtocolVersion version,
            int packetIdentifier,
            boolean dup) {
        if (publish != lastPublish || version != lastVersion) {
            int begin = bytes.writerIndex();
            frame.writeTo(bytes, packetIdentifier, dup);
            ByteBuf payload = null;
            if (frame.payloadApart()) {
                payload = publish.payload().retainedBuffer();
                apartBytes += payload.readableBytes();
            }
            add(FRAME, payload, begin, bytes.writerIndex() - begin);
            add(FRAME, null, frame.identifierAt(), 0);
            lastPublish = publish;
            lastVersion = version;
        }
        add(RECEIVER, to, dup ? packetIdentifier | DUP : packetIdentifier, 0);
    }

    void close(BrokerConnection connection) {
        add(CLOSE, connection, 0, 0);
    }

    void pauseReading(BrokerConnection connection) {
        add(PAUSE, connection, 0, 0);
    }

    void resumeReading(BrokerConnection connection) {
        add(RESUME, connection, 0, 0);
    }

    /// Does all of it, on the loop that it is for. What fails costs the connection that it was for,
    /// as bytes may be missing there, and no other.
    void apply(LoopDriver driver) {
        for (int i = 0; i < count; i++) {
            if (kinds[i] == FRAME) {
                begin(i++);
                continue;
            }
            try {
                apply(driver, i);
            } catch (RuntimeException | OutOfMemoryError fault) {
                driver.fault(at(i).connection(), fault);
                at(i).abort();
            }
        }
        releaseFrame();
    }

    private void begin(int at) {
        releaseFrame();
        framePayload = (ByteBuf) subjects[at];
        frameAt = first[at];
        frameLength = second[at];
        identifierAt = first[at + 1];
    }

    private void releaseFrame() {
        if (framePayload != null) {
            framePayload.release();
            framePayload = null;
        }
    }

    private void apply(LoopDriver driver, int at) {
        switch (kinds[at]) {
            case SEND -> to(at).out(second[at]).writeBytes(bytes.array(), first[at], second[at]);
            case RECEIVER -> receive(to(at), first[at]);
            case CLOSE -> driver.close(at(at));
            case PAUSE -> driver.pauseReading(at(at));
            case RESUME -> driver.resumeReading(at(at));
            default -> throw new IllegalStateException("no such effect: " + kinds[at]);
        }
    }

    private void receive(SocketConnection to, int identifierAndDup) {
        byte[] array = bytes.array();
        if (identifierAt >= 0) {
            int flags = array[frameAt];
            array[frameAt] = (byte) ((identifierAndDup & DUP) != 0 ? flags | 8 : flags & ~8);
            array[frameAt + identifierAt] = (byte) (identifierAndDup >>> 8);
            array[frameAt + identifierAt + 1] = (byte) identifierAndDup;
        }
        to.out(frameLength).writeBytes(array, frameAt, frameLength);
        if (framePayload != null) {
            to.append(framePayload.retainedSlice());
        }
    }

    /// Gives back what it holds, unread.
    void discard() {
        for (int i = 0; i < count; i++) {
            if (subjects[i] instanceof ByteBuf payload) {
                payload.release();
            }
        }
    }

    private int added(BrokerConnection to, int begin) {
        int length = bytes.writerIndex() - begin;
        add(SEND, to, begin, length);
        return length;
    }

    private void add(byte kind, @Nullable Object subject, int one, int two) {
        if (count == kinds.length) {
            int more = 2 * count;
            kinds = Arrays.copyOf(kinds, more);
            subjects = Arrays.copyOf(subjects, more);
            first = Arrays.copyOf(first, more);
            second = Arrays.copyOf(second, more);
        }
        kinds[count] = kind;
        subjects[count] = subject;
        first[count] = one;
        second[count] = two;
        count++;
    }

    private BrokerConnection at(int index) {
        if (subjects[index] instanceof BrokerConnection connection) {
            return connection;
        }
        throw new IllegalStateException("expected a connection, given was " + subjects[index]);
    }

    private SocketConnection to(int index) {
        return at(index).socket();
    }
}
