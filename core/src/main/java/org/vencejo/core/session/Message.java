package org.vencejo.core.session;

import org.vencejo.protocol.PackedPublish;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Publish;

/// An Application Message that is kept: a PUBLISH without a Packet Identifier, Topic Alias or
/// Subscription Identifier whose payload is stored. Immutable, shared by all that keep it.
///
/// `expiresAtMillis` is wall-clock time, [#NEVER] for a message without Message Expiry Interval. A
/// message that several kept sessions have queued is stored once under its `number`, which no other
/// message has; one with number 0 is stored in each queue entry.
public record Message(Publish publish, long expiresAtMillis, long number) {
    public static final long NEVER = Long.MAX_VALUE;

    /// What a message costs beside its bytes; part of the limits in bytes.
    private static final int OVERHEAD_BYTES = 96;

    /// A message that is stored with what refers to it.
    public Message(Publish publish, long expiresAtMillis) {
        this(publish, expiresAtMillis, 0);
    }

    public boolean isExpired(long wallMillis) {
        return wallMillis >= expiresAtMillis;
    }

    /// What the message counts against limits in bytes.
    public long bytes() {
        return bytesOf(publish);
    }

    /// What a message would count that is kept.
    public static long bytesOf(Publish publish) {
        long length = (long) publish.topicName().length() + publish.payload().length();
        return bytesOf(length, publish.properties());
    }

    /// The same of a message that is kept packed.
    public static long bytesOf(PackedPublish packed) {
        return bytesOf(packed.length(), packed.properties());
    }

    private static long bytesOf(long length, Properties properties) {
        long bytes = OVERHEAD_BYTES + length;
        return properties.isEmpty() ? bytes : bytes + properties.heapBytes();
    }
}
