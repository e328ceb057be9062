package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The log never holds up those who log.
@Timeout(30)
class LogTest {
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch read = new CountDownLatch(1);

    @Test
    void linesComeInTheirOrder() {
        Log log = new Log(bytes, 10, 1_000);
        log.write("1\n");
        log.start();
        log.write("2\n");
        log.write("3\n");

        assertThat(log.flush(LONG_NANOS)).isTrue();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("1\n2\n3\n");
    }

    @Test
    void whatNobodyReadsIsDroppedAndCounted() throws InterruptedException {
        Log log = new Log(stuck(), 2, 1_000);
        log.start();
        log.write("1\n");
        writing.await();
        for (int i = 2; i <= 6; i++) {
            log.write(i + "\n");
        }
        assertThat(log.flush(1)).isFalse();
        read.countDown();

        assertThat(log.flush(LONG_NANOS)).isTrue();
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("1\n2\n3\n... 3 lines were dropped: the log was not read in time\n");
    }

    @Test
    void longLinesFillTheQueueByTheirBytes() throws InterruptedException {
        String half = "h".repeat(230) + "\n";
        Log log = new Log(stuck(), 10, 1_000);
        log.start();
        log.write("1\n");
        writing.await();
        log.write(half);
        log.write(half);
        log.write(half);
        log.write("short\n");
        read.countDown();
        assertThat(log.flush(LONG_NANOS)).isTrue();
        log.write(half);
        log.write(half);

        assertThat(log.flush(LONG_NANOS)).isTrue();
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "1\n"
                                + half
                                + half
                                + "short\n... 1 lines were dropped: the log was not read in time\n"
                                + half
                                + half);
    }

    @Test
    void linesToASilentLogAreGoneWithoutAWord() {
        Log log = new Log(bytes, 10, 1_000);
        log.start();
        log.write("1\n");
        log.silent(true);
        log.write("2\n");
        log.silent(false);
        log.write("3\n");

        assertThat(log.flush(LONG_NANOS)).isTrue();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("1\n3\n");
    }

    @Test
    void aLogThatNobodyUsedNeedsNoFlush() {
        assertThat(new Log(bytes, 10, 1_000).flush(LONG_NANOS)).isTrue();
    }

    /// A stream that nobody reads until `read` is open.
    private OutputStream stuck() {
        return new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("lines are written as a whole");
            }

            @Override
            public void write(byte[] line) {
                writing.countDown();
                try {
                    read.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                bytes.writeBytes(line);
            }
        };
    }
}
