package org.vencejo.testing.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vencejo.protocol.QoS;

/// What became of bytes that were poured in as fast as they were taken, while an honest pair was
/// served. Immutable.
///
/// `taken` is what the operating system took, which is more than the server read; `stopped` says
/// that no more was taken for so many honest round trips that the server must have stopped reading.
record Flood(long taken, long bufferBytesMost, boolean stopped, boolean closed) {
    private static final int TRIPS_WITHOUT_PROGRESS = 100;

    /// Pours `bytes` in so many times, or until the server closes or stops reading.
    static Flood of(Attacker attacker, Victim victim, HonestPair honest, byte[] bytes, int times)
            throws IOException {
        long taken = 0;
        long bufferBytesMost = 0;
        int idle = 0;
        for (int i = 0; i < times; i++) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                int count = attacker.offer(rest);
                bufferBytesMost = Math.max(bufferBytesMost, victim.bufferBytes());
                if (count < 0) {
                    return new Flood(taken, bufferBytesMost, false, true);
                }
                taken += count;
                idle = count > 0 ? 0 : idle + 1;
                honest.roundTrip(QoS.AT_LEAST_ONCE);
                if (idle == TRIPS_WITHOUT_PROGRESS) {
                    return new Flood(taken, bufferBytesMost, true, false);
                }
            }
        }
        return new Flood(taken, bufferBytesMost, false, false);
    }
}
