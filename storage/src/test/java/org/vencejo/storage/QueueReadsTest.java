package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.core.Mutation;

/// When the trouble that reads have begins and ends.
@Timeout(60)
class QueueReadsTest {
    @TempDir Path folder;

    private FailingStore store;
    private QueueReads reads;

    @BeforeEach
    void aStoreThatCannotBeRead() {
        store = FailingStore.failing(folder.resolve("store"));
        store.unreadable.add(1L);
        reads = new QueueReads(store);
    }

    @AfterEach
    void close() {
        closeReads();
        store.close();
    }

    private void closeReads() {
        assertThat(reads.close(System.nanoTime() + TimeUnit.SECONDS.toNanos(30))).isTrue();
    }

    private void read() {
        reads.read(1, 0, 10, Long.MAX_VALUE, answer -> {});
    }

    @Test
    void troubleLastsAsLongAsAReadFails() throws InterruptedException {
        read();
        store.awaitTries(1, 2);
        assertThat(reads.isInTrouble()).isTrue();
        reads.leaveEndedOf(List.of(new Mutation.SessionEnded(1)));
        assertThat(reads.isInTrouble()).isFalse();
    }

    @Test
    void aSessionThatEndsWhileItsReadFailsLeavesNoTrouble() throws InterruptedException {
        QueueReads held = reads;
        synchronized (held) { // so that the failure is known, and nothing done about it
            read();
            store.awaitTries(1, 1);
            while (!isReaderHeld()) {
                Thread.onSpinWait();
            }
            reads.leaveEndedOf(List.of(new Mutation.SessionEnded(1)));
        }
        closeReads();
        assertThat(reads.failures()).isEqualTo(1);
        assertThat(reads.isInTrouble()).isFalse();
    }

    private static boolean isReaderHeld() {
        return Thread.getAllStackTraces().entrySet().stream()
                .anyMatch(each ->
                        each.getKey().getState() == Thread.State.BLOCKED
                                && each.getValue().length > 0
                                && each.getValue()[0].getMethodName().equals("failed"));
    }
}
