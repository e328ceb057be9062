package org.vencejo.testing.simulation;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.TopicName;

/// What every payload of the simulation carries, so that no two messages are alike: who published
/// it, and as its how manieth. Immutable.
record Stamp(String publisher, long sequence) {
    /// A payload of this stamp and at least `length` bytes.
    Payload payload(int length) {
        String text = publisher + "#" + sequence + ";";
        return Payload.of(text + ".".repeat(Math.max(0, length - text.length())));
    }

    /// The stamp of `payload`; null if it is empty.
    static @Nullable Stamp of(Payload payload) {
        if (payload.isEmpty()) {
            return null;
        }
        String text = new String(payload.toByteArray(), StandardCharsets.UTF_8);
        int number = text.indexOf('#');
        int end = text.indexOf(';');
        if (number < 0 || end < 0) {
            throw Invariant.EXPECTED.broken("a payload that nobody published: " + text);
        }
        return new Stamp(text.substring(0, number), Long.parseLong(text, number + 1, end, 10));
    }

    /// What tells a message from all others; empty ones of one topic are alike.
    static String mark(@Nullable Stamp stamp, TopicName topicName) {
        return stamp == null ? "nothing on " + topicName : stamp.publisher + "#" + stamp.sequence;
    }
}
