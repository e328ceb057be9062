package org.vencejo.broker.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.AccessDeniedException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks one service of others over HTTP, with a time and a size that no answer exceeds.
/// Thread-safe.
///
/// Redirections are not followed: who we ask is written in the configuration.
public final class WebClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WebClient.class);

    private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:/+");
    private static final Pattern QUERY = Pattern.compile("[?#]");

    private final @Nullable Path authorities;
    private final WatchedFiles watched;
    private final long timeoutNanos;
    private final int bytesMax;

    private volatile HttpClient client;
    private boolean closed;

    /// One that trusts the authorities in the PEM file `authorities`, or those of the JDK;
    /// `mistakes` hears what is wrong with the file.
    static WebClient open(
            @Nullable Path authorities,
            long timeoutNanos,
            int bytesMax,
            BiConsumer<Path, String> mistakes) {
        WebClient client = new WebClient(authorities, timeoutNanos, bytesMax);
        if (authorities != null) {
            client.read(authorities, mistakes);
        }
        return client;
    }

    private WebClient(@Nullable Path authorities, long timeoutNanos, int bytesMax) {
        this.authorities = authorities;
        this.watched = WatchedFiles.of(authorities);
        this.timeoutNanos = timeoutNanos;
        this.bytesMax = bytesMax;
        this.client = client(timeoutNanos, null);
    }

    private static HttpClient client(long timeoutNanos, @Nullable SSLContext trust) {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofNanos(timeoutNanos));
        if (trust != null) {
            builder.sslContext(trust);
        }
        return builder.build();
    }

    private synchronized boolean read(Path file, BiConsumer<Path, String> mistakes) {
        watched.reading();
        try {
            SSLContext trust = trusting(file);
            if (!closed) {
                HttpClient before = client;
                client = client(timeoutNanos, trust);
                // What is under way may end.
                CompletableFuture.delayedExecutor(timeoutNanos, TimeUnit.NANOSECONDS, Runnable::run)
                        .execute(before::shutdownNow);
            }
            return true;
        } catch (IOException e) {
            mistakes.accept(file, noAuthority(file, e));
            return false;
        }
    }

    /// Why there is no authority in a file.
    static String noAuthority(Path file, IOException why) {
        if (why instanceof AccessDeniedException) {
            return "this file may not be read";
        }
        return Files.exists(file)
                ? "it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
                : "there is no such file";
    }

    /// Reads the authorities again if their file has changed and stands still.
    synchronized void look() {
        if (watched.haveChanged()) {
            readAgain();
        }
    }

    /// Reads the authorities again, if they are in a file; if they are wrong, those before hold.
    synchronized void readAgain() {
        if (authorities != null
                && read(
                        authorities,
                        (file, wrong) ->
                                log.error("{}: {}; those before stay in force", file, wrong))) {
            log.info("{} was read", authorities);
        }
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

    /// The same of what may be no URL at all, and have a user with a password. A password may hold
    /// what ends the host of a URL: where one could, all behind the scheme is left out.
    public static String shown(String url) {
        Matcher scheme = SCHEME.matcher(url);
        int begin = scheme.lookingAt() ? scheme.end() : 0;
        int at = url.lastIndexOf('@');
        Matcher end = QUERY.matcher(url);
        int query = end.find(begin) ? end.start() : url.length();
        if (at > query) {
            return url.substring(0, begin) + "...";
        }
        String host = at < begin ? url.substring(begin, query) : "..." + url.substring(at, query);
        return url.substring(0, begin)
                + host
                + (query < url.length() ? url.charAt(query) + "..." : "");
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
    public synchronized void close() {
        closed = true;
        client.shutdownNow();
    }
}
