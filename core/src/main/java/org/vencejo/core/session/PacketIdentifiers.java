package org.vencejo.core.session;

import org.jspecify.annotations.Nullable;

/// The Packet Identifiers in use in one direction, each with what it stands for.
///
/// Touched only by whoever runs the session. A table with open addressing that is absent while
/// empty. Identifiers are mostly taken in turn, so most stand in their own slot, side by side; of
/// those that cannot, the one further from its own goes first ("Robin Hood"). So a search and the
/// closing of a hole end at the first that stands nearer to its own slot, and not only at the end
/// of a run, which may be as long as the window.
public final class PacketIdentifiers<V> {
    public static final int MAX = 65_535;

    private static final int CAPACITY_MIN = 8;

    private char @Nullable [] keys;
    private @Nullable Object @Nullable [] values;
    private int size;

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public boolean contains(int identifier) {
        return slotOf(identifier) >= 0;
    }

    /// What `identifier` stands for, or null if it is free.
    @SuppressWarnings("unchecked") // only put writes values, and it takes a V
    public @Nullable V get(int identifier) {
        int slot = slotOf(identifier);
        return slot < 0 || values == null ? null : (V) values[slot];
    }

    /// Takes `identifier` (1 to 65,535) for `value`, or changes what it stands for.
    public void put(int identifier, V value) {
        int slot = slotOf(identifier);
        if (slot >= 0 && values != null) {
            values[slot] = value;
            return;
        }
        grow();
        if (keys != null && values != null) {
            insert(keys, values, (char) identifier, value);
            size++;
        }
    }

    /// Frees `identifier`; returns what it stood for, or null if it was free.
    public @Nullable V remove(int identifier) {
        int slot = slotOf(identifier);
        if (slot < 0 || keys == null || values == null) {
            return null;
        }
        @SuppressWarnings("unchecked") // only put writes values, and it takes a V
        V value = (V) values[slot];
        closeHole(keys, values, slot);
        if (--size == 0 && keys.length > CAPACITY_MIN * 8) {
            keys = null;
            values = null;
        }
        return value;
    }

    /// The first free identifier from `candidate` on, wrapping at 65,535; 0 if all are in use.
    public int freeFrom(int candidate) {
        if (size >= MAX) {
            return 0;
        }
        int identifier = candidate;
        while (contains(identifier)) {
            identifier = identifier == MAX ? 1 : identifier + 1;
        }
        return identifier;
    }

    public void clear() {
        keys = null;
        values = null;
        size = 0;
    }

    /// The identifiers in use, in no order.
    public int[] toArray() {
        int[] all = new int[size];
        int count = 0;
        if (keys != null) {
            for (char key : keys) {
                if (key != 0) {
                    all[count++] = key;
                }
            }
        }
        return all;
    }

    // Moves what stands behind the hole one slot back, up to the first that is in its own.
    private static void closeHole(char[] keys, @Nullable Object[] values, int slot) {
        int mask = keys.length - 1;
        int hole = slot;
        for (int next = (hole + 1) & mask; distance(keys, next) > 0; next = (next + 1) & mask) {
            keys[hole] = keys[next];
            values[hole] = values[next];
            hole = next;
        }
        keys[hole] = 0;
        values[hole] = null;
    }

    // Of two that want a slot, the one further from its own has it, and the other goes on.
    private static void insert(
            char[] keys, @Nullable Object[] values, char key, @Nullable Object value) {
        int mask = keys.length - 1;
        int slot = key & mask;
        for (int distance = 0; keys[slot] != 0; distance++, slot = (slot + 1) & mask) {
            int there = distance(keys, slot);
            if (there < distance) {
                char displaced = keys[slot];
                @Nullable Object displacedValue = values[slot];
                keys[slot] = key;
                values[slot] = value;
                key = displaced;
                value = displacedValue;
                distance = there;
            }
        }
        keys[slot] = key;
        values[slot] = value;
    }

    // How many slots behind its own the identifier in `slot` stands; -1 if there is none.
    private static int distance(char[] keys, int slot) {
        return keys[slot] == 0 ? -1 : (slot - keys[slot]) & (keys.length - 1);
    }

    private int slotOf(int identifier) {
        if (keys == null) {
            return -1;
        }
        int mask = keys.length - 1;
        int slot = identifier & mask;
        for (int distance = 0;
                distance(keys, slot) >= distance;
                distance++, slot = (slot + 1) & mask) {
            if (keys[slot] == identifier) {
                return slot;
            }
        }
        return -1;
    }

    private void grow() {
        if (keys == null || values == null) {
            keys = new char[CAPACITY_MIN];
            values = new @Nullable Object[CAPACITY_MIN];
        } else if ((size + 1) * 3 > keys.length * 2) {
            char[] oldKeys = keys;
            @Nullable Object[] oldValues = values;
            keys = new char[oldKeys.length * 2];
            values = new @Nullable Object[oldKeys.length * 2];
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != 0) {
                    insert(keys, values, oldKeys[i], oldValues[i]);
                }
            }
        }
    }
}
