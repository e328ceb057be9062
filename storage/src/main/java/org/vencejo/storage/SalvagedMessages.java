package org.vencejo.storage;

import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.TopicCache;

/// The messages that a salvage finds, numbered and retained, and how far the store had come.
/// Confined to one thread.
final class SalvagedMessages {
    private static final int TOPICS = 4_096;

    private final SalvageTarget target;
    private final TopicCache topics = new TopicCache(TOPICS);
    private final MessageTable numbered = new MessageTable();
    private final Findings lost = new Findings(1_000);
    private MutationWriter.Progress progress = MutationWriter.Progress.NOTHING;
    private long lastNumber;
    private long retained;

    SalvagedMessages(SalvageTarget target) {
        this.target = target;
    }

    void meta(byte[] key, byte[] value, boolean old) {
        if (Arrays.equals(key, Keys.progress())) {
            progress = MutationWriter.Progress.read(Records.wrap(value));
            lastNumber = Math.max(lastNumber, progress.lastMessage());
        } else if (Arrays.equals(key, Keys.format())) {
            int format = Records.wrap(value).readInt();
            if (format > Keys.FORMAT) {
                throw new StoreException(
                        "the store has format %d, this program knows formats up to %d; use a newer vencejo"
                                .formatted(format, Keys.FORMAT));
            }
        }
    }

    /// A record of MESSAGES. Counts are not believed but made anew.
    void take(byte[] key, byte[] value, boolean old) throws RocksDBException {
        if (key.length != Keys.message(0, Keys.MESSAGE).length
                || Keys.kindOf(key) != Keys.MESSAGE) {
            return;
        }
        long number = Keys.sessionOf(key);
        try {
            Message message = Records.readMessage(Records.wrap(value), topics);
            numbered.message(number, message.bytes());
            target.put(Family.MESSAGES, key, value);
        } catch (RuntimeException e) {
            lost.add(KeyText.of(Family.MESSAGES, key) + " cannot be read: " + e);
        }
    }

    void retained(byte[] key, byte[] value, boolean old) throws RocksDBException {
        try {
            Message message = Records.readMessage(Records.wrap(value), topics);
            if (!Arrays.equals(key, message.publish().topicName().utf8())) {
                throw new IllegalArgumentException(
                        "it has the topic '" + message.publish().topicName() + "'");
            }
            lastNumber = Math.max(lastNumber, message.number());
        } catch (RuntimeException e) {
            lost.add(KeyText.of(Family.RETAINED, key) + " cannot be read: " + e);
            return;
        }
        target.put(Family.RETAINED, key, value);
        retained++;
    }

    /// An entry refers to a message; returns its size, or [MessageTable#MISSING], and then the
    /// entry cannot be kept.
    int reference(long number) {
        lastNumber = Math.max(lastNumber, number);
        int bytes = numbered.bytes(number);
        return bytes == MessageTable.MISSING ? bytes : numbered.reference(number);
    }

    /// Every entry was seen: writes the counts, and drops what nothing refers to.
    void finish() throws RocksDBException {
        RocksDBException[] trouble = {null};
        numbered.forEach((number, bytes, stored, counted) -> {
            lastNumber = Math.max(lastNumber, number);
            try {
                if (counted > 0) {
                    target.putCount(number, counted);
                } else if (bytes != MessageTable.MISSING) {
                    target.deleteMessage(number);
                }
            } catch (RocksDBException e) {
                trouble[0] = e;
            }
        });
        if (trouble[0] != null) {
            throw trouble[0];
        }
    }

    MutationWriter.Progress progress() {
        return progress;
    }

    long lastNumber() {
        return lastNumber;
    }

    long retained() {
        return retained;
    }

    TopicCache topics() {
        return topics;
    }

    Findings lost() {
        return lost;
    }
}
