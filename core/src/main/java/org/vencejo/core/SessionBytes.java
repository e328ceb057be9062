package org.vencejo.core;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Will;

/// About what the parts of a session occupy beside its queue, for the limits in bytes. Stateless.
final class SessionBytes {
    /// A session that occupies no more has little.
    private static final long LITTLE = 16 << 10;

    /// And one that occupies no more has hardly anything.
    private static final long LEAST = 2 << 10;

    private static final int SESSION_BYTES = 500;
    private static final int SUBSCRIPTION_BYTES = 128;
    private static final int LEVEL_BYTES = 64;

    private SessionBytes() {}

    /// How much of `all` that sessions may occupy together may be in use when one that has come, or
    /// has subscribed, has `bytes` then. Who has more leaves room for who has less, and who
    /// subscribes leaves some for who comes: those who take a lot keep nobody from connecting.
    static long ofAllFor(long bytes, boolean comes, long all) {
        if (bytes > LITTLE) {
            return all - all / 4;
        }
        if (bytes > LEAST) {
            return all - all / 8;
        }
        return comes ? all : all - all / 16;
    }

    /// About what a session of this client would occupy without subscriptions and will.
    static long of(String clientIdentifier, @Nullable String userName) {
        return (long) SESSION_BYTES
                + clientIdentifier.length()
                + (userName == null ? 0 : userName.length());
    }

    /// About what a will occupies.
    static long of(@Nullable Will will) {
        return will == null
                ? 0
                : (long) will.topicName().length()
                        + will.payload().length()
                        + (will.properties().isEmpty() ? 0 : will.properties().heapBytes());
    }

    // The trie has the bytes of its levels, the session those of the whole filter.
    static long of(TopicFilter filter) {
        return SUBSCRIPTION_BYTES
                + 2L * filter.utf8().length
                + (long) LEVEL_BYTES * filter.levels();
    }
}
