package org.vencejo.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vencejo.protocol.ReasonCode;

/// What one request of the application ends in, exactly once: a value or a failure.
///
/// Thread-safe: given by whoever runs the session, awaited by the application.
final class Answer<T> {
    private final CompletableFuture<T> future = new CompletableFuture<>();

    void complete(T value) {
        if (!future.complete(value)) {
            throw new IllegalStateException("a request was answered twice");
        }
    }

    void fail(MqttException failure) {
        if (!future.completeExceptionally(failure)) {
            throw new IllegalStateException("a request was answered twice");
        }
    }

    boolean isGiven() {
        return future.isDone();
    }

    /// For who waits in a way of his own; what he does to it changes nothing here.
    CompletableFuture<T> future() {
        return future.copy();
    }

    /// Waits for the end of `request`, as the sentence calls it.
    ///
    /// @throws MqttException if it failed, or was not answered in time, which leaves it under way
    T await(long nanos, String request) {
        try {
            return future.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof MqttException failure) {
                throw failure.here();
            }
            throw new IllegalStateException(failed);
        } catch (TimeoutException late) {
            throw new MqttException(
                    ReasonCode.UNSPECIFIED_ERROR,
                    "the server did not answer the "
                            + request
                            + " in "
                            + TimeUnit.NANOSECONDS.toMillis(nanos)
                            + " ms; it is still under way");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new MqttException(
                    ReasonCode.UNSPECIFIED_ERROR,
                    "interrupted while waiting for the answer to the " + request);
        }
    }
}
