package org.vencejo.broker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.vencejo.core.Server;
import org.vencejo.storage.StoreException;

/// Something that is asked of the server by who does not run it. Thread-safe.
final class Question<T> implements CoreTask {
    private static final long PATIENCE_SECONDS = 10;

    private final Server server;
    private final Function<Server, T> question;
    private final CompletableFuture<T> answer = new CompletableFuture<>();

    Question(Server server, Function<Server, T> question) {
        this.server = server;
        this.question = question;
    }

    CompletableFuture<T> answer() {
        return answer;
    }

    @Override
    public void run(LoopDriver holder) {
        try {
            answer.complete(question.apply(server));
        } catch (RuntimeException | Error fault) {
            answer.completeExceptionally(fault);
        }
    }

    @Override
    public void discard() {
        answer.completeExceptionally(new IllegalStateException("the server has stopped"));
    }

    /// Waits for an answer, on a thread that may.
    ///
    /// @throws StoreException if none comes; `late` says what holds if it only takes too long
    static <T> T await(CompletableFuture<T> answer, Supplier<String> late) {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new StoreException("the server does not answer: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new StoreException(late.get(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("the server was not asked", e);
        }
    }
}
