package org.vencejo.storage;

import java.util.concurrent.TimeUnit;

/// When what a burst has left in memory is to be written to files, as nothing more comes. Confined
/// to whoever writes.
///
/// RocksDB does that when its memory is full, and never because time passes: until more comes an
/// idle broker would hold that memory, and have all that log to read when it was killed.
final class Lull {
    /// Longer than the pauses in a burst; and what clients take within that time never comes into a
    /// file.
    private static final long LASTS_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// Less is left where it is: files are merged again and again, so clients that send a little
    /// now and then must not have one made in each pause. In bytes of the log; in memory they are
    /// up to two and a half times as many.
    private static final long BYTES_MIN = 4 << 20;

    private long bytes;
    private long endedBytes;
    private long sinceNanos;

    /// How long it has to last yet if so many bytes were written in all; without end if there is
    /// too little to write out.
    long leftNanos(long bytesWritten, long nowNanos) {
        if (bytesWritten != bytes) {
            bytes = bytesWritten;
            sinceNanos = nowNanos;
        }
        return bytes - endedBytes < BYTES_MIN
                ? Long.MAX_VALUE
                : sinceNanos + LASTS_NANOS - nowNanos;
    }

    /// What was written so far is written out.
    void end() {
        endedBytes = bytes;
    }
}
