package org.vencejo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.cli.MarkedBroker.MARK;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// A service that says what its client's name asks for, `service-yes`, `service-500` or
/// `service-garbage`, and puts the mark in as well; it knows nobody else. Thread-safe.
final class MarkedService implements AutoCloseable {
    private final HttpServer server;

    MarkedService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", MarkedService::answer);
        server.start();
    }

    /// Where it is asked, with the mark.
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/?key=" + MARK;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String asked = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        assertThat(asked).contains("password");
        String said =
                asked.contains("service-yes") ? "{\"allow\":true}" : "{\"allow\":\"" + MARK + "\"}";
        int status = asked.contains("service-500") ? 500 : asked.contains("service-") ? 200 : 204;
        byte[] answer = said.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, status == 204 ? -1 : answer.length);
        if (status != 204) {
            exchange.getResponseBody().write(answer);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
