package org.vencejo.storage;

/// The numbered messages of a store, and how many entries were seen that refer to each. Confined to
/// one thread.
///
/// Arrays and not a map, as there may be tens of millions: 20 bytes for a place, of which at least
/// a third is in use.
final class MessageTable {
    /// The size of a message that is not there.
    static final int MISSING = -1;

    private long[] numbers = new long[1 << 10];
    private int[] bytes = new int[1 << 10];
    private int[] stored = new int[1 << 10];
    private int[] counted = new int[1 << 10];
    private int size;

    /// There is such a message, of this size.
    void message(long number, long messageBytes) {
        int at = place(number);
        bytes[at] = (int) messageBytes;
    }

    /// The store says that so many entries refer to it.
    void count(long number, int references) {
        int at = place(number);
        stored[at] = references;
    }

    /// An entry refers to it; returns its size, or [#MISSING].
    int reference(long number) {
        int at = place(number);
        counted[at]++;
        return bytes[at];
    }

    /// The size of a message, or [#MISSING].
    int bytes(long number) {
        int at = place(number);
        return bytes[at];
    }

    /// What is known of one number.
    interface Visitor {
        void take(long number, int bytes, int stored, int counted);
    }

    void forEach(Visitor to) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != 0) {
                to.take(numbers[i], bytes[i], stored[i], counted[i]);
            }
        }
    }

    /// Where a number is. It may have to make the arrays longer, so they are named after it.
    private int place(long number) {
        if (number == 0) {
            throw new IllegalArgumentException("0 is no number of a message");
        }
        int at = find(numbers, number);
        if (numbers[at] == number) {
            return at;
        }
        if (size >= numbers.length / 3 * 2) {
            grow();
            at = find(numbers, number);
        }
        numbers[at] = number;
        bytes[at] = MISSING;
        size++;
        return at;
    }

    private static int find(long[] numbers, long number) {
        int mask = numbers.length - 1;
        int at = (int) ((number * 0x9E37_79B9_7F4A_7C15L) >>> 32) & mask;
        while (numbers[at] != 0 && numbers[at] != number) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() {
        int length = Math.multiplyExact(numbers.length, 2);
        long[] wider = new long[length];
        int[] widerBytes = new int[length];
        int[] widerStored = new int[length];
        int[] widerCounted = new int[length];
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != 0) {
                int at = find(wider, numbers[i]);
                wider[at] = numbers[i];
                widerBytes[at] = bytes[i];
                widerStored[at] = stored[i];
                widerCounted[at] = counted[i];
            }
        }
        numbers = wider;
        bytes = widerBytes;
        stored = widerStored;
        counted = widerCounted;
    }
}
