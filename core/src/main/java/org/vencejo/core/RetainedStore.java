package org.vencejo.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.routing.Cursor;
import org.vencejo.core.routing.RetainedTrie;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.PackedPublish;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// The retained messages: the last one of each topic that a publisher asked to keep (3.3.1.3).
///
/// Part of the core: touched only by whoever runs it. Each carries the revision at which it was
/// set, so that a subscription is owed only what was there before it, as what came later it got
/// live.
final class RetainedStore {
    /// One retained message: packed, as there may be millions, and most are never asked for.
    static final class Retained extends PackedPublish {
        private final long expiresAtMillis;
        final long revision;
        private @Nullable Deadline expiry;

        private Retained(Message message, long revision) {
            super(message.publish());
            this.expiresAtMillis = message.expiresAtMillis();
            this.revision = revision;
        }

        /// The message, made anew by each call.
        Message message() {
            return new Message(unpacked(), expiresAtMillis);
        }

        private long bytes() {
            return Message.bytesOf(this);
        }
    }

    private final Turn turn;
    private final RetainedTrie<Retained> trie;
    private long bytes;
    private long revision;
    private long lastRemoval;

    RetainedStore(Turn turn, long seed) {
        this.turn = turn;
        this.trie = new RetainedTrie<>(seed);
    }

    /// Whether a message of this size may take the place of what `topicName` has (C16).
    boolean hasRoomFor(TopicName topicName, long moreBytes) {
        Retained old = trie.get(topicName);
        long bytesAfter = bytes + moreBytes - (old == null ? 0 : old.bytes());
        int sizeAfter = trie.size() + (old == null ? 1 : 0);
        return sizeAfter <= turn.limits.retainedMessagesMax()
                && bytesAfter <= turn.limits.retainedBytesMax();
    }

    /// Sets the retained message of its topic [MQTT-3.3.1-5].
    void set(Message given) {
        Message message =
                given.number() == 0
                        ? given
                        : new Message(given.publish(), given.expiresAtMillis()); // stored here
        put(message);
        if (isWritten(message.publish().topicName())) {
            turn.append(new Mutation.RetainedSet(message));
        }
    }

    /// Whether the retained message of this topic is kept over a restart: what the server itself
    /// tells it tells anew.
    static boolean isWritten(TopicName topicName) {
        return !Publishing.isOfServer(topicName);
    }

    /// Takes what the store had when the server started.
    void recover(Message message) {
        put(message);
    }

    private void put(Message message) {
        Retained retained = new Retained(message, ++revision);
        Retained old = trie.put(message.publish().topicName(), retained);
        bytes += message.bytes();
        if (old != null) {
            forget(old);
        }
        if (message.expiresAtMillis() != Message.NEVER) {
            retained.expiry = Deadline.of(() -> remove(retained.message().publish().topicName()));
            long inMillis = Math.max(0, message.expiresAtMillis() - turn.wallMillis());
            turn.schedule(retained.expiry, inMillis * 1_000_000);
        }
    }

    /// Removes the retained message of the topic, if there is one [MQTT-3.3.1-6].
    void remove(TopicName topicName) {
        Retained old = trie.remove(topicName);
        if (old != null) {
            forget(old);
            if (isWritten(topicName)) {
                lastRemoval = turn.append(new Mutation.RetainedRemoved(topicName));
            }
        }
    }

    /// The journal number behind the last removal: who is told that nothing is retained must not
    /// find it again after a crash, even if somebody else had removed it.
    long lastRemoval() {
        return lastRemoval;
    }

    private void forget(Retained old) {
        bytes -= old.bytes();
        if (old.expiry != null) {
            turn.deadlines.cancel(old.expiry);
        }
    }

    @Nullable Retained get(TopicName topicName) {
        return trie.get(topicName);
    }

    Cursor<Retained> matching(TopicFilter filter) {
        return trie.cursor(filter);
    }

    /// The revision of the last change: what is set later is newer.
    long revision() {
        return revision;
    }

    int size() {
        return trie.size();
    }

    long bytes() {
        return bytes;
    }

    /// All messages that are kept over a restart, in no order.
    List<Message> all() {
        List<Message> messages = new ArrayList<>();
        trie.forEach(retained -> {
            Message message = retained.message();
            if (isWritten(message.publish().topicName())) {
                messages.add(message);
            }
        });
        return messages;
    }
}
