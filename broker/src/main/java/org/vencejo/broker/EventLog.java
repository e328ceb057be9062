package org.vencejo.broker;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.protocol.ReasonCode;

/// Writes events to the log, one line each: who, from where, why. Thread-safe.
public final class EventLog implements Consumer<Event> {
    private static final Logger log = LoggerFactory.getLogger("org.vencejo.broker.events");

    @Override
    public void accept(Event event) {
        switch (event) {
            case Event.ClientConnected it ->
                    log.info(
                            "client {} connected from {} at {}: {}, user {}, {}",
                            it.clientIdentifier(),
                            address(it.connection()),
                            it.connection().peer().listener(),
                            it.version(),
                            it.userName() == null ? "none" : it.userName(),
                            it.sessionPresent() ? "session resumed" : "new session");
            case Event.ConnectRefused it ->
                    log.info(
                            "client {} from {} refused: {}, {}",
                            it.clientIdentifier() == null ? "?" : it.clientIdentifier(),
                            address(it.connection()),
                            code(it.reasonCode()),
                            it.detail());
            case Event.ClientDisconnected it ->
                    log.info(
                            "client {} from {} disconnected: {}, {}",
                            it.clientIdentifier(),
                            address(it.connection()),
                            code(it.reasonCode()),
                            it.detail());
            case Event.RequestRefused it ->
                    log.info(
                            "client {} from {} was refused a request: {}, {}",
                            it.clientIdentifier(),
                            address(it.connection()),
                            code(it.reasonCode()),
                            it.detail());
            case Event.QueueFull it ->
                    log.warn(
                            "client {}: its queue is full with {} messages, {} bytes; messages are dropped",
                            it.clientIdentifier(),
                            it.messages(),
                            it.bytes());
            case Event.SessionEnded it ->
                    log.info(
                            "client {}: its session ended with {} messages undelivered",
                            it.clientIdentifier(),
                            it.undelivered());
            case Event.Fault it ->
                    log.error(
                            "a fault of ours at {}, which is ended; please report it",
                            address(it.connection()),
                            it.cause());
        }
    }

    private static String address(@Nullable Connection connection) {
        return connection == null ? "no connection" : connection.peer().remoteAddress();
    }

    private static String code(ReasonCode reasonCode) {
        return String.format("0x%02X %s", reasonCode.value(), reasonCode);
    }
}
