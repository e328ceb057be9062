package org.vencejo.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttMessage;
import org.vencejo.protocol.ReasonCode;

/// The messages of one `pub` that were handed over and that the server has not answered yet, in
/// their order, counted from 1.
///
/// Confined to the thread of the command. It is a window: when it is full, the next message waits
/// for the answer to the oldest. What failed is told once for messages that follow each other.
final class UnderWay {
    static final int MESSAGES_MAX = 1_000;
    static final long BYTES_MAX = 16L << 20;

    private record Open(long number, int bytes, CompletableFuture<ReasonCode> answer) {}

    private final MqttClient server;
    private final String noun;
    private final Duration patience;
    private final Consumer<String> failed;

    private final ArrayDeque<Open> open = new ArrayDeque<>();
    private long openBytes;
    private long published;

    // The failure that is not told yet, as the next message may have the same
    private String failure = "";
    private long failureFrom;
    private long failureTo;

    /// `noun` is what a message is to the user; `patience` is the wait for one answer; `failed` is
    /// told each failure.
    UnderWay(MqttClient server, String noun, Duration patience, Consumer<String> failed) {
        this.server = server;
        this.noun = noun;
        this.patience = patience;
        this.failed = failed;
    }

    /// Hands the next message over, when there is room for it. Returns false, and does not, if one
    /// has failed by then.
    boolean publish(MqttMessage message) {
        int bytes = message.payload().length();
        while (!open.isEmpty() && (isFull(bytes) || open.element().answer.isDone())) {
            awaitOldest();
        }
        if (hasFailed()) {
            return false;
        }
        published++;
        try {
            open.add(new Open(published, bytes, server.publishAsync(message)));
            openBytes += bytes;
        } catch (MqttException refused) {
            failed(published, refused.sentence());
        }
        return true;
    }

    private boolean isFull(int more) {
        return open.size() >= MESSAGES_MAX || openBytes + more > BYTES_MAX;
    }

    private boolean hasFailed() {
        return failureFrom > 0;
    }

    /// Waits for all answers; returns the exit code. `complete` says whether these were all there
    /// is to publish.
    int end(boolean complete) {
        while (!open.isEmpty()) {
            awaitOldest();
        }
        if (!hasFailed()) {
            return 0;
        }
        tellFailure();
        if (!complete) {
            failed.accept("nothing after " + noun + " " + published + " was published");
        }
        return 1;
    }

    private void awaitOldest() {
        Open oldest = open.remove();
        openBytes -= oldest.bytes;
        try {
            oldest.answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException refused) {
            Throwable why = refused.getCause();
            if (!(why instanceof MqttException failure)) {
                throw new IllegalStateException(why);
            }
            failed(oldest.number, failure.sentence());
        } catch (TimeoutException late) {
            failed(oldest.number, "the server did not answer in " + patience.toSeconds() + " s");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failed(oldest.number, "interrupted while waiting for the answer");
        }
    }

    // ---- what failed ----

    private void failed(long number, String sentence) {
        if (failureTo + 1 != number || !failure.equals(sentence)) {
            tellFailure();
            failure = sentence;
            failureFrom = number;
        }
        failureTo = number;
    }

    private void tellFailure() {
        if (failureFrom == 0) {
            return;
        }
        String which =
                failureFrom == failureTo
                        ? noun + " " + failureTo
                        : noun + "s " + failureFrom + " to " + failureTo;
        failed.accept(which + ": " + failure);
    }
}
