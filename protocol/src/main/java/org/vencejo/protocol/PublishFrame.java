package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// One variant of an outgoing PUBLISH, encoded once and written to many receivers: for each the
/// bytes are copied, and the Packet Identifier and the DUP bit are its own. Confined to one thread,
/// and reused: [#encode(Publish, ProtocolVersion)] begins anew.
///
/// A payload above [#COPY_MAX] is not copied: the caller sends it by reference behind the header.
/// The bytes are on the heap, so a frame need not be released.
public final class PublishFrame {
    /// The largest payload that is copied for each receiver, in bytes.
    public static final int COPY_MAX = 4_096;

    private static final int DUP = 0x08;

    private final ByteBuf bytes = Unpooled.buffer(512);
    private int size;
    private int identifierAt;
    private boolean payloadApart;

    /// Makes this the frame of `publish`, without a Topic Alias.
    public void encode(Publish publish, ProtocolVersion version) {
        Payload payload = publish.payload();
        bytes.clear();
        identifierAt = PacketEncoder.writePublishHeader(publish, 0, false, 0, version, bytes);
        size = bytes.writerIndex() + payload.length();
        payloadApart = payload.length() > COPY_MAX;
        if (!payloadApart) {
            payload.writeTo(bytes);
        }
    }

    /// The bytes of the whole packet, with the payload even if that is apart.
    public int size() {
        return size;
    }

    /// Where in what [#writeTo(ByteBuf, int, boolean)] appends the Packet Identifier is, for those
    /// who copy it themselves; -1 at QoS 0. The DUP bit is in the first byte.
    public int identifierAt() {
        return identifierAt;
    }

    /// How many bytes [#writeTo(ByteBuf, int, boolean)] appends.
    public int bytes() {
        return bytes.writerIndex();
    }

    /// Whether [#writeTo(ByteBuf, int, boolean)] leaves out the payload and the caller sends
    /// [Payload#retainedBuffer()] behind it.
    public boolean payloadApart() {
        return payloadApart;
    }

    /// Appends the packet (if the payload is apart, its header) as sent under `packetIdentifier`,
    /// which QoS 0 does not have.
    public void writeTo(ByteBuf out, int packetIdentifier, boolean dup) {
        byte[] array = bytes.array();
        if (identifierAt >= 0) {
            PacketEncoder.requireIdentifier(packetIdentifier);
            array[0] = (byte) (dup ? array[0] | DUP : array[0] & ~DUP);
            array[identifierAt] = (byte) (packetIdentifier >>> 8);
            array[identifierAt + 1] = (byte) packetIdentifier;
        }
        out.writeBytes(array, 0, bytes.writerIndex());
    }
}
