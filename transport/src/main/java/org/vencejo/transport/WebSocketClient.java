package org.vencejo.transport;

/// The client's side of WebSocket: what is asked for. Immutable.
///
/// `path` begins with a slash; `subprotocol` is `mqtt`, or `mqttv3.1` for servers of that time.
public record WebSocketClient(String path, String subprotocol) {}
