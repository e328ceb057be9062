package org.vencejo.testing.simulation;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.vencejo.protocol.PacketType;

/// What happened last, in words if somebody wants them, and a hash of all that ever happened.
///
/// Confined to one thread. Words take longer than all the rest of a simulation, and who reads them
/// is a failure: it happens again with words.
final class Trace {
    /// How many lines are kept; more with `-Dvencejo.trace=100000`.
    private static final int LINES = Integer.getInteger("vencejo.trace", 30);

    private static final int PUBLISH_AGAIN = 0x38;

    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final long[] sent = new long[16];
    private long sentAgain;
    private boolean inWords = true;
    private long hash = 0xCBF2_9CE4_8422_2325L;

    void inWords(boolean wanted) {
        inWords = wanted;
    }

    boolean isInWords() {
        return inWords;
    }

    void add(long nowNanos, String line) {
        if (inWords) {
            if (last.size() == LINES) {
                last.remove();
            }
            last.add("%10.3f s  %s".formatted(nowNanos / 1e9, line));
        }
    }

    /// A packet was sent now.
    void mix(long nowNanos, byte[] bytes) {
        sent[bytes[0] >> 4 & 0xF]++;
        sentAgain += (bytes[0] & 0xF8) == PUBLISH_AGAIN ? 1 : 0;
        hash = (hash ^ nowNanos) * 0x100_0000_01B3L;
        hash = (hash ^ Arrays.hashCode(bytes)) * 0x100_0000_01B3L;
    }

    /// Two runs with the same hash did the same.
    long hash() {
        return hash;
    }

    /// How many packets of this type the server sent.
    long sent(PacketType type) {
        return sent[type.value()];
    }

    /// How many PUBLISH packets it sent with DUP.
    long sentAgain() {
        return sentAgain;
    }

    List<String> lines() {
        return List.copyOf(last);
    }
}
