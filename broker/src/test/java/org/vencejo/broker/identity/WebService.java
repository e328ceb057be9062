package org.vencejo.broker.identity;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/// A service of others on loopback, which answers what the test says. Thread-safe.
public final class WebService implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile byte[] body = {};
    private boolean silent;

    public WebService() throws IOException {
        this(0);
    }

    /// One on a port.
    public WebService(int port) throws IOException {
        this(HttpServer.create(at(port), 0));
    }

    /// One in TLS.
    public static WebService inTls(SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create(at(0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return new WebService(server);
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private WebService(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String request =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        byte[] answer = body;
        int code = status;
        asked.add(request + " " + exchange.getRequestHeaders().getFirst("Authorization"));
        awaitWords();
        if (code == 302) {
            exchange.getResponseHeaders().set("Location", url().toString());
        }
        exchange.sendResponseHeaders(code, answer.length == 0 ? -1 : answer.length);
        if (answer.length > 0) {
            exchange.getResponseBody().write(answer);
        }
        exchange.close();
    }

    private synchronized void awaitWords() {
        while (silent) {
            try {
                wait();
            } catch (InterruptedException e) {
                silent = false; // it is closed
            }
        }
    }

    public void answers(int code, String text) {
        status = code;
        body = text.getBytes(StandardCharsets.UTF_8);
    }

    /// Takes requests and answers none, or those that wait as well.
    public synchronized void silent(boolean isSilent) {
        silent = isSilent;
        notifyAll();
    }

    /// What was asked so far: the body of each request, and who says to be asking.
    public List<String> asked() {
        return asked;
    }

    public URI url() {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/it");
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
