package org.vencejo.broker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Asks the [Authenticator], on the threads that fit its kind of work. Thread-safe.
final class AuthenticationThreads implements AutoCloseable {
    private static final int QUEUED_MAX = 1_000;

    private static final Authentication.Outcome BUSY =
            new Authentication.Refused(ReasonCode.SERVER_BUSY, Properties.NONE);
    private static final Authentication.Outcome UNAVAILABLE =
            new Authentication.Refused(ReasonCode.SERVER_UNAVAILABLE, Properties.NONE);

    private final Authenticator authenticator;
    private final Consumer<? super Event> events;
    private final @Nullable ExecutorService threads;

    AuthenticationThreads(Authenticator authenticator, Consumer<? super Event> events) {
        this.authenticator = authenticator;
        this.events = events;
        this.threads =
                switch (authenticator.work()) {
                    case NONE -> null;
                    case COMPUTES ->
                            pool(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
                    case WAITS ->
                            Executors.newThreadPerTaskExecutor(
                                    Thread.ofVirtual()
                                            .name("vencejo-authentication-", 0)
                                            .factory());
                };
    }

    /// The outcome if there is one at once, else null, and `later` hears it.
    Authentication.@Nullable Outcome ask(
            Connection connection,
            Authentication.Request request,
            Consumer<Authentication.Outcome> later) {
        if (threads == null) {
            return answer(connection, request);
        }
        try {
            threads.execute(() -> later.accept(answer(connection, request)));
            return null;
        } catch (RejectedExecutionException full) {
            return BUSY;
        }
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdownNow();
        }
    }

    private Authentication.Outcome answer(Connection connection, Authentication.Request request) {
        try {
            return authenticator.authenticate(connection.peer(), request);
        } catch (RuntimeException fault) {
            events.accept(new Event.Fault(connection, fault));
            return UNAVAILABLE;
        }
    }

    private static ExecutorService pool(int size) {
        var pool =
                new ThreadPoolExecutor(
                        size,
                        size,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(QUEUED_MAX),
                        Thread.ofPlatform().daemon().name("vencejo-authentication-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
