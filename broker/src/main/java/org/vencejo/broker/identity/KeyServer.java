package org.vencejo.broker.identity;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys that a server publishes as a set of JSON Web Keys, fetched anew now and then, and when
/// a token names one that is not among them. Thread-safe.
///
/// While it does not answer, the keys that it gave hold on for a time, and then none do.
final class KeyServer implements KeySource {
    private static final Logger log = LoggerFactory.getLogger(KeyServer.class);

    /// The least time between two requests, whatever tokens name and however they fail.
    static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final URI url;
    private final WebClient client;
    private final long refreshNanos;
    private final long keptNanos;
    private final LongSupplier nanoTime;

    private volatile @Nullable Fetched fetched;

    // Guarded by this
    private @Nullable CompletableFuture<?> underWay;
    private boolean wasAsked;
    private long askedNanos;
    private boolean isAway;

    /// What came, and when.
    private record Fetched(List<TokenKey> keys, long nanos) {}

    KeyServer(URI url, WebClient client, long refreshNanos, long keptNanos, LongSupplier nanoTime) {
        this.url = url;
        this.client = client;
        this.refreshNanos = refreshNanos;
        this.keptNanos = keptNanos;
        this.nanoTime = nanoTime;
    }

    @Override
    public @Nullable List<TokenKey> keys() {
        Fetched last = fetched;
        return last == null || nanoTime.getAsLong() - last.nanos >= keptNanos ? null : last.keys;
    }

    @Override
    public boolean mayLearn(@Nullable String identifier) {
        List<TokenKey> known = keys();
        boolean isKnown =
                known != null
                        && (identifier == null
                                || known.stream()
                                        .anyMatch(key -> identifier.equals(key.identifier())));
        if (isKnown) {
            return false;
        }
        synchronized (this) {
            return underWay != null || mayAsk();
        }
    }

    @Override
    public void await() throws InterruptedException {
        CompletableFuture<?> asked = ask();
        if (asked != null) {
            try {
                asked.get();
            } catch (ExecutionException failed) {
                log.trace("told already", failed);
            }
        }
    }

    @Override
    public void readAgain() {
        client.readAgain();
    }

    @Override
    public void look() {
        client.look();
        Fetched last = fetched;
        if (last == null || nanoTime.getAsLong() - last.nanos >= refreshNanos) {
            var _ = ask();
        }
    }

    private boolean mayAsk() {
        return !wasAsked || nanoTime.getAsLong() - askedNanos >= PAUSE_NANOS;
    }

    // The request that is under way; a new one if none is and it is not too early; else null.
    private synchronized @Nullable CompletableFuture<?> ask() {
        if (underWay != null) {
            return underWay;
        }
        if (!mayAsk()) {
            return null;
        }
        wasAsked = true;
        askedNanos = nanoTime.getAsLong();
        CompletableFuture<?> asked =
                client.send(
                                HttpRequest.newBuilder(url)
                                        .header("Accept", "application/json")
                                        .build())
                        .handle((answer, failed) -> {
                            heard(answer, failed);
                            return null;
                        });
        if (!asked.isDone()) {
            underWay = asked;
        }
        return asked;
    }

    private synchronized void heard(
            @Nullable HttpResponse<byte[]> answer, @Nullable Throwable failed) {
        underWay = null;
        try {
            if (answer == null) {
                throw new IOException(failed == null ? "nothing" : WebClient.reason(failed));
            }
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode());
            }
            List<TokenKey> keys =
                    TokenKeys.webKeys(new String(answer.body(), StandardCharsets.UTF_8));
            if (keys.isEmpty()) {
                log.warn("{} publishes no key that tokens can be signed with", this);
            }
            fetched = new Fetched(keys, nanoTime.getAsLong());
            if (isAway) {
                log.info("{} answers again, with {} keys", this, keys.size());
            }
            isAway = false;
        } catch (IOException | TokenKeys.WrongException trouble) {
            if (!isAway) {
                log.warn(
                        "{} gives no keys for tokens: {}; {}",
                        this,
                        trouble.getMessage(),
                        keys() == null
                                ? "they let nobody in until it does"
                                : "those that it gave hold on for a while");
            }
            isAway = true;
        }
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return WebClient.shown(url);
    }
}
