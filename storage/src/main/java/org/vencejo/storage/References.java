package org.vencejo.storage;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Message;

/// How many queue entries refer to each numbered message, which is stored as long as any does.
/// Confined to whoever writes.
///
/// The counts that a group changes are written once at its end; those of the last groups stay in
/// memory, so that a fan-out and its acknowledgements seldom read.
final class References {
    private static final int REMEMBERED_MAX = 65_536;

    /// The count that the store has for a message; 0 if it does not have the message.
    interface Stored {
        int count(long number);
    }

    /// One message of the group at hand.
    private static final class Changed {
        final int before;
        int now;
        @Nullable Message message;

        Changed(int before) {
            this.before = before;
            this.now = before;
        }
    }

    private final Stored stored;
    private final Map<Long, Changed> changed = new HashMap<>();
    private final Map<Long, Integer> remembered =
            new LinkedHashMap<>(1_024, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
                    return size() > REMEMBERED_MAX;
                }
            };

    References(Stored stored) {
        this.stored = stored;
    }

    /// An entry more refers to the message; `isNew` if the store cannot have heard of it.
    void add(Message message, boolean isNew) {
        Changed it = changed.get(message.number());
        if (it == null) {
            it = new Changed(isNew ? 0 : count(message.number()));
            changed.put(message.number(), it);
        }
        it.now++;
        it.message = message;
    }

    /// An entry less refers to the message; returns whether any did.
    boolean remove(long number) {
        Changed it = changed.get(number);
        if (it == null) {
            it = new Changed(count(number));
            changed.put(number, it);
        }
        it.now--;
        return it.now >= 0;
    }

    private int count(long number) {
        Integer known = remembered.get(number);
        return known == null ? stored.count(number) : known;
    }

    /// Writes what the group has changed.
    void write(BatchBytes batch) {
        changed.forEach((number, it) -> {
            Message message = it.message;
            if (it.now > 0 && it.before == 0 && message != null) {
                Keys.message(batch.key(), number, Keys.MESSAGE);
                Records.writeMessage(message, batch.value());
                batch.put(Family.MESSAGES);
            }
            if (it.now > 0 && it.now != it.before) {
                Keys.message(batch.key(), number, Keys.COUNT);
                Records.writeNumber(it.now, batch.value());
                batch.put(Family.MESSAGES);
            }
            if (it.now == 0 && it.before > 0) {
                Keys.message(batch.key(), number, Keys.MESSAGE);
                batch.delete(Family.MESSAGES);
                Keys.message(batch.key(), number, Keys.COUNT);
                batch.delete(Family.MESSAGES);
            }
        });
    }

    /// The group is in the store.
    void written() {
        changed.forEach((number, it) -> {
            if (it.now > 0) {
                remembered.put(number, it.now);
            } else {
                remembered.remove(number);
            }
        });
        changed.clear();
    }

    /// The group is not in the store, or who knows.
    void forget() {
        changed.clear();
        remembered.clear();
    }
}
