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

    @Test
    void linesComeInTheirOrder() {
        Log log = new Log(bytes, 10);
        log.write("1\n");
        log.start();
        log.write("2\n");
        log.write("3\n");

        assertThat(log.flush(LONG_NANOS)).isTrue();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("1\n2\n3\n");
    }

    @Test
    void whatNobodyReadsIsDroppedAndCounted() throws InterruptedException {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        Log log =
                new Log(
                        new OutputStream() {
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
                        },
                        2);
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
    void aLogThatNobodyUsedNeedsNoFlush() {
        assertThat(new Log(bytes, 10).flush(LONG_NANOS)).isTrue();
    }
}
