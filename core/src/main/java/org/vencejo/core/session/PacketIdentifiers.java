package org.vencejo.core.session;

import org.jspecify.annotations.Nullable;

/// The Packet Identifiers in use in one direction, each with what it stands for.
///
/// Touched only by whoever runs the session. A table with open addressing that is absent while
/// empty; as identifiers are mostly taken in turn, they mostly stand in their own slot.
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
        if (slot < 0) {
            grow();
            slot = freeSlotFor(identifier);
            size++;
        }
        if (keys != null && values != null) {
            keys[slot] = (char) identifier;
            values[slot] = value;
        }
    }

    /// Frees `identifier`; returns what it stood for, or null if it was free.
    public @Nullable V remove(int identifier) {
        V value = get(identifier);
        int slot = slotOf(identifier);
        if (slot < 0 || keys == null || values == null) {
            return null;
        }
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

    // Moves what stands behind the hole into it, as long as it stays reachable from its own slot.
    private static void closeHole(char[] keys, @Nullable Object[] values, int slot) {
        int mask = keys.length - 1;
        int hole = slot;
        for (int i = (hole + 1) & mask; keys[i] != 0; i = (i + 1) & mask) {
            int home = keys[i] & mask;
            boolean stays = hole <= i ? hole < home && home <= i : hole < home || home <= i;
            if (!stays) {
                keys[hole] = keys[i];
                values[hole] = values[i];
                hole = i;
            }
        }
        keys[hole] = 0;
        values[hole] = null;
    }

    private int slotOf(int identifier) {
        if (keys == null) {
            return -1;
        }
        int mask = keys.length - 1;
        int slot = identifier & mask;
        while (keys[slot] != 0) {
            if (keys[slot] == identifier) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return -1;
    }

    private int freeSlotFor(int identifier) {
        if (keys == null) {
            throw new IllegalStateException("grow comes first");
        }
        int mask = keys.length - 1;
        int slot = identifier & mask;
        while (keys[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        return slot;
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
                    int slot = freeSlotFor(oldKeys[i]);
                    keys[slot] = oldKeys[i];
                    values[slot] = oldValues[i];
                }
            }
        }
    }
}
