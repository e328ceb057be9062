package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.vencejo.core.Mutation;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Will;

/// All that SESSIONS has, session by session. Confined to one thread.
final class SessionScan {
    private static final int TOPICS = 256;
    private static final int KIND_END = 9;

    private SessionScan() {}

    /// One session; its queue is elsewhere.
    static final class Found {
        final long number;
        @Nullable String clientIdentifier;
        @Nullable String userName;
        @Nullable SessionRecord state;
        @Nullable Will will;
        final List<Mutation.Subscribed> subscriptions = new ArrayList<>();
        final TreeMap<Long, Mutation.Released> released = new TreeMap<>();
        final TreeSet<Integer> taken = new TreeSet<>();

        Found(long number) {
            this.number = number;
        }

        SessionRecord state() {
            return Objects.requireNonNull(state, () -> "session " + number + " has no state");
        }

        Mutation.SessionCreated created() {
            String client =
                    Objects.requireNonNull(
                            clientIdentifier, () -> "session " + number + " has no identity");
            return new Mutation.SessionCreated(number, client, userName);
        }
    }

    static void forEach(Database database, Consumer<Found> to) throws RocksDBException {
        TopicCache topics = new TopicCache(TOPICS);
        try (ReadOptions options = new ReadOptions().setFillCache(false);
                RocksIterator all =
                        database.rocks.newIterator(database.family(Family.SESSIONS), options)) {
            @Nullable Found current = null;
            for (all.seekToFirst(); all.isValid(); all.next()) {
                byte[] key = all.key();
                long number = Keys.sessionOf(key);
                if (current == null || current.number != number) {
                    if (current != null) {
                        to.accept(current);
                    }
                    current = new Found(number);
                }
                take(current, key, Records.wrap(all.value()), topics);
            }
            all.status();
            if (current != null) {
                to.accept(current);
            }
        }
    }

    /// Takes one record into what is known of its session.
    static void take(Found session, byte[] key, ByteBuf value, TopicCache topics) {
        byte[] rest = Arrays.copyOfRange(key, KIND_END, key.length);
        long number = session.number;
        switch (Keys.kindOf(key)) {
            case Keys.IDENTITY -> session.clientIdentifier = text(value);
            case Keys.OWNER -> session.userName = text(value);
            case Keys.STATE -> session.state = SessionRecord.read(number, value);
            case Keys.WILL -> session.will = Records.readWill(value, topics);
            case Keys.SUBSCRIPTION -> {
                TopicFilter filter = TopicFilter.of(Database.text(rest));
                Subscription subscription = Records.readSubscription(filter, value);
                int identifier = (int) Records.readNumber(value);
                session.subscriptions.add(
                        new Mutation.Subscribed(number, subscription, identifier));
            }
            case Keys.RELEASED -> {
                long sequence = Keys.sessionOf(rest);
                int packetIdentifier = value.readUnsignedShort();
                long place = Records.readNumber(value);
                session.released.put(
                        sequence, new Mutation.Released(number, sequence, packetIdentifier, place));
                session.state().release(sequence);
            }
            case Keys.TAKEN -> session.taken.add((rest[0] & 0xFF) << 8 | (rest[1] & 0xFF));
            default ->
                    throw new IllegalStateException(
                            "session " + number + " has a record of kind " + Keys.kindOf(key));
        }
    }

    private static String text(ByteBuf value) {
        return value.toString(java.nio.charset.StandardCharsets.UTF_8);
    }
}
