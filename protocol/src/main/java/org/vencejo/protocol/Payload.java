package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The Application Message as it was given: bytes that nobody here reads. Immutable.
///
/// A payload is either *in transit*, a view of the buffer that was received and valid only while
/// the packet is being handled, or *stored*, bytes of just the right size, its own or those of a
/// [PackedPublish]. Whoever keeps a payload beyond the call keeps [#stored()]; nothing stored is
/// reference-counted.
public final class Payload {
    public static final Payload EMPTY = new Payload(null, new byte[0], 0, 0);

    private final @Nullable ByteBuf view;
    private final byte @Nullable [] bytes;
    private final int offset;
    private final int length;

    private Payload(@Nullable ByteBuf view, byte @Nullable [] bytes, int offset, int length) {
        this.view = view;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    /// A stored payload that takes over `bytes`.
    public static Payload of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Payload(null, bytes, 0, bytes.length);
    }

    /// A stored payload of the UTF-8 bytes of `text`.
    public static Payload of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// A stored payload of the bytes of `bytes` from `offset` on, which it shares.
    static Payload ofPart(byte[] bytes, int offset) {
        return offset == bytes.length
                ? EMPTY
                : new Payload(null, bytes, offset, bytes.length - offset);
    }

    /// A payload in transit: `length` bytes of `buffer` from `offset`, whose reference count stays
    /// the caller's business.
    public static Payload inTransit(ByteBuf buffer, int offset, int length) {
        return length == 0 ? EMPTY : new Payload(buffer, null, offset, length);
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /// This payload if it is stored already, else a copy that is.
    public Payload stored() {
        return bytes != null ? this : of(toByteArray());
    }

    /// A copy of the bytes.
    public byte[] toByteArray() {
        byte[] copy = new byte[length];
        copyTo(copy, 0);
        return copy;
    }

    /// Writes the bytes into `target`, from `at` on.
    void copyTo(byte[] target, int at) {
        if (bytes != null) {
            System.arraycopy(bytes, offset, target, at, length);
        } else if (view != null) {
            view.getBytes(offset, target, at, length);
        }
    }

    /// Whether the bytes are well-formed UTF-8, as Payload Format Indicator 1 promises.
    public boolean isUtf8() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(toByteArray()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /// Appends the bytes to `out`.
    public void writeTo(ByteBuf out) {
        if (bytes != null) {
            out.writeBytes(bytes, offset, length);
        } else if (view != null) {
            out.writeBytes(view, offset, length);
        }
    }

    /// The bytes as a buffer that the caller releases: a retained slice of a payload in transit, a
    /// wrapper of a stored one. For payloads too large to copy.
    public ByteBuf retainedBuffer() {
        if (bytes != null) {
            return Unpooled.wrappedBuffer(bytes, offset, length);
        }
        return view == null ? Unpooled.EMPTY_BUFFER : view.retainedSlice(offset, length);
    }

    /// Two payloads are equal if their bytes are.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Payload that
                        && length == that.length
                        && Arrays.equals(toByteArray(), that.toByteArray()));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toByteArray());
    }

    /// Says how long it is; never what it holds, as it may end up in a log.
    @Override
    public String toString() {
        return "Payload[" + length + " bytes]";
    }
}
