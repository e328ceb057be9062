package org.vencejo.broker.config;

/// What carries MQTT at a listener, with the port that is customary for it, if it has one.
public enum Transport {
    TCP(1_883),
    TLS(8_883),
    WEBSOCKET(8_083),
    SECURE_WEBSOCKET(8_084),
    UNIX(0);

    private final int port;

    Transport(int port) {
        this.port = port;
    }

    int port() {
        return port;
    }

    boolean isSecure() {
        return this == TLS || this == SECURE_WEBSOCKET;
    }

    boolean isWebSocket() {
        return this == WEBSOCKET || this == SECURE_WEBSOCKET;
    }
}
