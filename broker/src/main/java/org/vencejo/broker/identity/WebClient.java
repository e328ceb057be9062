package org.vencejo.broker.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Asks one service of others over HTTP, with a time and a size that no answer exceeds.
/// Thread-safe.
///
/// Redirections are not followed: who we ask is written in the configuration.
public final class WebClient implements AutoCloseable {
    private final HttpClient client;
    private final long timeoutNanos;
    private final int bytesMax;

    /// One that trusts the authorities in the PEM file `authorities`, or those of the JDK;
    /// `mistakes` hears what is wrong with the file.
    static WebClient open(
            @Nullable Path authorities,
            long timeoutNanos,
            int bytesMax,
            BiConsumer<Path, String> mistakes) {
        SSLContext trust = null;
        if (authorities != null) {
            try {
                trust = trusting(authorities);
            } catch (IOException e) {
                mistakes.accept(
                        authorities,
                        Files.exists(authorities)
                                ? "it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
                                : "there is no such file");
            }
        }
        return new WebClient(trust, timeoutNanos, bytesMax);
    }

    private WebClient(@Nullable SSLContext trust, long timeoutNanos, int bytesMax) {
        this.timeoutNanos = timeoutNanos;
        this.bytesMax = bytesMax;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofNanos(timeoutNanos));
        if (trust != null) {
            builder.sslContext(trust);
        }
        this.client = builder.build();
    }

    /// What is wrong with a URL, or null: what is asked for over it decides who comes in.
    public static @Nullable String fault(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return "which is no URL";
        }
        String host = uri.getHost();
        if (host == null || uri.getUserInfo() != null || uri.getFragment() != null) {
            return "which is no URL of a service, with a host and without a user or #";
        }
        return "https".equals(uri.getScheme())
                        || ("http".equals(uri.getScheme()) && isLoopback(host))
                ? null
                : "which others could read and answer";
    }

    /// A URL without what stands behind a `?`, which may be a secret.
    static String shown(URI url) {
        return url.getScheme() + "://" + url.getAuthority() + url.getPath();
    }

    private static boolean isLoopback(String host) {
        try {
            return host.equals("localhost")
                    || InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    static SSLContext trusting(Path authorities) throws IOException {
        try (var in = Files.newInputStream(authorities)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int count = 0;
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + count++, each);
            }
            if (count == 0) {
                throw new IOException("no certificate");
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate", e);
        }
    }

    /// Sends a request; the future fails when the time is over, or the answer is too large.
    CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request) {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(
                        request,
                        HttpResponse.BodyHandlers.limiting(
                                HttpResponse.BodyHandlers.ofByteArray(), bytesMax));
        // To cancel it closes its connection, which a time-out of the future alone does not.
        CompletableFuture.delayedExecutor(timeoutNanos, TimeUnit.NANOSECONDS, Runnable::run)
                .execute(() -> answer.cancel(true));
        return answer;
    }

    /// The same, and waits for it.
    HttpResponse<byte[]> ask(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer = send(request);
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (CancellationException e) {
            throw new IOException(reason(e), e);
        } catch (ExecutionException e) {
            throw new IOException(reason(e), e);
        }
    }

    /// Why a request failed, in a few words.
    static String reason(Throwable failed) {
        Throwable cause = failed;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof CancellationException) {
            return "no answer in time";
        }
        String message = cause.getMessage();
        return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
