package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.PropertiesCodec;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// The bytes of what is stored: messages, queue entries, subscriptions, wills. Stateless.
///
/// A change here is a new [Keys#FORMAT]. A number is a *varint*: seven bits a byte, the lowest
/// first. Strings and lists have their length before them; a payload is what is left.
final class Records {
    private static final int QOS = 0b11;

    // Of a message, behind its QoS
    private static final int RETAIN = 1 << 2;
    private static final int DUP = 1 << 3;
    private static final int EXPIRES = 1 << 4;
    private static final int PROPERTIES = 1 << 5;
    private static final int NUMBER = 1 << 6;

    // Of an entry, behind its QoS and RETAIN
    private static final int IDENTIFIERS = 1 << 3;
    private static final int SHARE = 1 << 4;
    private static final int REFERENCE = 1 << 5;

    // Of a subscription, behind its QoS
    private static final int NO_LOCAL = 1 << 2;
    private static final int RETAIN_AS_PUBLISHED = 1 << 3;
    private static final int RETAIN_HANDLING_SHIFT = 4;

    private static final int[] NO_IDENTIFIERS = {};

    private Records() {}

    // ---- messages
    // ---------------------------------------------------------------------------------

    static void writeMessage(Message message, ByteBuf out) {
        Publish publish = message.publish();
        Properties properties = publish.properties();
        boolean expires = message.expiresAtMillis() != Message.NEVER;
        out.writeByte(
                publish.qos().value()
                        | (publish.retain() ? RETAIN : 0)
                        | (publish.dup() ? DUP : 0)
                        | (expires ? EXPIRES : 0)
                        | (properties.isEmpty() ? 0 : PROPERTIES)
                        | (message.number() == 0 ? 0 : NUMBER));
        if (expires) {
            out.writeLong(message.expiresAtMillis());
        }
        if (message.number() != 0) {
            writeNumber(message.number(), out);
        }
        writeBytes(publish.topicName().utf8(), out);
        if (!properties.isEmpty()) {
            PropertiesCodec.encode(properties, out);
        }
        publish.payload().writeTo(out);
    }

    static Message readMessage(ByteBuf in, TopicCache topics) {
        int flags = in.readByte();
        long expiresAtMillis = (flags & EXPIRES) == 0 ? Message.NEVER : in.readLong();
        long number = (flags & NUMBER) == 0 ? 0 : readNumber(in);
        TopicName topicName = readTopicName(in, topics);
        Properties properties =
                (flags & PROPERTIES) == 0 ? Properties.NONE : PropertiesCodec.decode(in);
        Publish publish =
                new Publish(
                        topicName,
                        readPayload(in),
                        QoS.of(flags & QOS),
                        (flags & RETAIN) != 0,
                        (flags & DUP) != 0,
                        0,
                        properties);
        return new Message(publish, expiresAtMillis, number);
    }

    private static TopicName readTopicName(ByteBuf in, TopicCache topics) {
        int length = (int) readNumber(in);
        TopicName name = topics.get(in, in.readerIndex(), length, ProtocolVersion.MQTT_5);
        in.skipBytes(length);
        return name;
    }

    private static Payload readPayload(ByteBuf in) {
        return Payload.of(readRest(in));
    }

    // ---- queue entries
    // ----------------------------------------------------------------------------

    /// A queue entry; without its message if that has a number.
    static void writeEntry(Enqueued entry, ByteBuf out) {
        int[] identifiers = entry.subscriptionIdentifiers();
        TopicFilter share = entry.share();
        long number = entry.message().number();
        out.writeByte(
                entry.qos().value()
                        | (entry.retain() ? RETAIN : 0)
                        | (identifiers.length == 0 ? 0 : IDENTIFIERS)
                        | (share == null ? 0 : SHARE)
                        | (number == 0 ? 0 : REFERENCE));
        if (number != 0) {
            writeNumber(number, out);
        }
        if (identifiers.length > 0) {
            writeNumber(identifiers.length, out);
            for (int identifier : identifiers) {
                writeNumber(identifier, out);
            }
        }
        if (share != null) {
            writeBytes(share.utf8(), out);
        }
        if (number == 0) {
            writeMessage(entry.message(), out);
        }
    }

    /// Where the message of a number is found.
    interface MessageSource {
        Message message(long number);
    }

    static Enqueued readEntry(
            long session, long sequence, ByteBuf in, TopicCache topics, MessageSource numbered) {
        int flags = in.readByte();
        long number = (flags & REFERENCE) == 0 ? 0 : readNumber(in);
        int[] identifiers = (flags & IDENTIFIERS) == 0 ? NO_IDENTIFIERS : readIdentifiers(in);
        TopicFilter share = (flags & SHARE) == 0 ? null : TopicFilter.of(readText(in));
        Message message = number == 0 ? readMessage(in, topics) : numbered.message(number);
        return new Enqueued(
                session,
                sequence,
                message,
                QoS.of(flags & QOS),
                (flags & RETAIN) != 0,
                identifiers,
                share);
    }

    private static int[] readIdentifiers(ByteBuf in) {
        int[] identifiers = new int[(int) readNumber(in)];
        for (int i = 0; i < identifiers.length; i++) {
            identifiers[i] = (int) readNumber(in);
        }
        return identifiers;
    }

    /// The number of the message that an entry refers to, 0 if it has its own.
    static long referenceOf(ByteBuf entry) {
        return (entry.readByte() & REFERENCE) == 0 ? 0 : readNumber(entry);
    }

    // ---- subscriptions and wills
    // ------------------------------------------------------------------

    /// A subscription but for its filter, which is in the key.
    static void writeSubscription(Subscription subscription, int identifier, ByteBuf out) {
        out.writeByte(
                subscription.maximumQoS().value()
                        | (subscription.noLocal() ? NO_LOCAL : 0)
                        | (subscription.retainAsPublished() ? RETAIN_AS_PUBLISHED : 0)
                        | subscription.retainHandling().value() << RETAIN_HANDLING_SHIFT);
        writeNumber(identifier, out);
    }

    static Subscription readSubscription(TopicFilter filter, ByteBuf in) {
        int options = in.readByte();
        return new Subscription(
                filter,
                QoS.of(options & QOS),
                (options & NO_LOCAL) != 0,
                (options & RETAIN_AS_PUBLISHED) != 0,
                RetainHandling.of(options >> RETAIN_HANDLING_SHIFT));
    }

    static void writeWill(Will will, ByteBuf out) {
        out.writeByte(will.qos().value() | (will.retain() ? RETAIN : 0));
        writeBytes(will.topicName().utf8(), out);
        PropertiesCodec.encodeWill(will.properties(), out);
        will.payload().writeTo(out);
    }

    static Will readWill(ByteBuf in, TopicCache topics) {
        int flags = in.readByte();
        TopicName topicName = readTopicName(in, topics);
        Properties properties = PropertiesCodec.decodeWill(in);
        return new Will(
                topicName, readPayload(in), QoS.of(flags & QOS), (flags & RETAIN) != 0, properties);
    }

    // ---- parts
    // ------------------------------------------------------------------------------------

    static void writeNumber(long number, ByteBuf out) {
        long rest = number;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long readNumber(ByteBuf in) {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.readByte();
            number |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number has at most ten bytes, given were more");
    }

    private static void writeBytes(byte[] bytes, ByteBuf out) {
        writeNumber(bytes.length, out);
        out.writeBytes(bytes);
    }

    private static String readText(ByteBuf in) {
        int length = (int) readNumber(in);
        return in.readCharSequence(length, StandardCharsets.UTF_8).toString();
    }

    private static byte[] readRest(ByteBuf in) {
        byte[] rest = new byte[in.readableBytes()];
        in.readBytes(rest);
        return rest;
    }

    static ByteBuf wrap(byte @Nullable [] value) {
        return value == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(value);
    }
}
