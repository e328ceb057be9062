package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.vencejo.protocol.TopicFilter;

/// Where things lie: the keys of each [Family]. All numbers are big-endian, so that their order is
/// that of the keys.
///
/// | family | key | value |
/// |---|---|---|
/// | META | `format` | its number |
/// | META | `progress` | index applied, last session, last message |
/// | SESSIONS | session, IDENTITY | Client Identifier |
/// | SESSIONS | session, OWNER | User Name |
/// | SESSIONS | session, STATE | see [SessionRecord] |
/// | SESSIONS | session, WILL | will |
/// | SESSIONS | session, SUBSCRIPTION, Topic Filter | options and identifier |
/// | SESSIONS | session, RELEASED, sequence | Packet Identifier, place |
/// | SESSIONS | session, TAKEN, Packet Identifier | nothing |
/// | QUEUES | session, sequence | entry; put once, removed once by a single delete |
/// | MESSAGES | number, MESSAGE | message |
/// | MESSAGES | number, COUNT | how many entries refer to it |
/// | RETAINED | Topic Name | message |
final class Keys {
    /// What a store written by this program can be read with. A newer number is refused.
    static final int FORMAT = 1;

    static final byte IDENTITY = 0;
    static final byte OWNER = 1;
    static final byte STATE = 2;
    static final byte WILL = 3;
    static final byte SUBSCRIPTION = 4;
    static final byte RELEASED = 5;
    static final byte TAKEN = 6;

    static final byte MESSAGE = 0;
    static final byte COUNT = 1;

    private static final byte[] FORMAT_KEY = "format".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PROGRESS_KEY = "progress".getBytes(StandardCharsets.US_ASCII);

    private Keys() {}

    static byte[] format() {
        return FORMAT_KEY.clone();
    }

    static byte[] progress() {
        return PROGRESS_KEY.clone();
    }

    static void progress(ByteBuf out) {
        out.writeBytes(PROGRESS_KEY);
    }

    static void session(ByteBuf out, long session, byte kind) {
        out.writeLong(session).writeByte(kind);
    }

    static void subscription(ByteBuf out, long session, TopicFilter filter) {
        session(out, session, SUBSCRIPTION);
        out.writeBytes(filter.utf8());
    }

    static void released(ByteBuf out, long session, long sequence) {
        session(out, session, RELEASED);
        out.writeLong(sequence);
    }

    static void taken(ByteBuf out, long session, int packetIdentifier) {
        session(out, session, TAKEN);
        out.writeShort(packetIdentifier);
    }

    static void entry(ByteBuf out, long session, long sequence) {
        out.writeLong(session).writeLong(sequence);
    }

    static void message(ByteBuf out, long number, byte kind) {
        out.writeLong(number).writeByte(kind);
    }

    static byte[] message(long number, byte kind) {
        return ByteBuffer.allocate(9).putLong(number).put(kind).array();
    }

    static byte[] entry(long session, long sequence) {
        return ByteBuffer.allocate(16).putLong(session).putLong(sequence).array();
    }

    /// Before all of the session in SESSIONS and QUEUES; behind all of the one before it.
    static byte[] session(long session) {
        return ByteBuffer.allocate(8).putLong(session).array();
    }

    static long sessionOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong();
    }

    static byte kindOf(byte[] key) {
        return key[8];
    }

    static long sequenceOf(byte[] entryKey) {
        return ByteBuffer.wrap(entryKey).getLong(8);
    }
}
