package org.vencejo.broker;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.vencejo.broker.passwords.ShownName;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;

/// Writes events to the log, one line each: who, from where, why. Thread-safe.
public final class EventLog implements Consumer<Event> {
    private final Logger log;
    private final RefusalLines clients = new RefusalLines();
    private final RefusalLines requests = new RefusalLines();
    private final RefusalLines handshakes = new RefusalLines();
    private final RefusalLines faults = new RefusalLines();
    private final StoreLines store =
            new StoreLines(CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES), this::write);

    public EventLog() {
        this(LoggerFactory.getLogger("org.vencejo.broker.events"));
    }

    EventLog(Logger log) {
        this.log = log;
    }

    @Override
    public void accept(Event event) {
        switch (event) {
            case Event.QueueFull it -> log.warn("{}", text(it));
            case Event.StoreUnavailable it -> ofStore(it);
            case Event.StoreAvailable it -> ofStore(it);
            case Event.Fault it -> fault(it);
            case Event.ClientConnected it -> {
                info(it);
                ClientCertificate certificate = it.connection().peer().clientCertificate();
                if (certificate != null && log.isDebugEnabled()) {
                    log.debug("client {}: {}", name(it.clientIdentifier()), text(certificate));
                }
            }
            case Event.TurnedAway it -> refused(it, handshakes, "connections were turned away");
            case Event.AddressBanned it -> log.warn("{}", text(it));
            case Event.UserBanned it -> log.warn("{}", text(it));
            case Event.ConnectRefused it -> refused(it, clients, "clients were refused");
            case Event.ClientDisconnected it -> info(it);
            case Event.RequestRefused it -> refused(it, requests, "requests were refused");
            case Event.SessionEnded it -> info(it);
            case Event.SubscriptionsEnded it -> info(it);
        }
    }

    // Whoever is refused may try again as fast as it likes.
    private void refused(Event event, RefusalLines lines, String words) {
        if (log.isDebugEnabled()) {
            log.info("{}", text(event));
            return;
        }
        long untold = lines.next(System.nanoTime());
        if (untold > 0) {
            log.info("{} more {} in the seconds before", untold, words);
        }
        if (untold != RefusalLines.UNTOLD) {
            info(event);
        }
    }

    // Somebody may have found out how to make one.
    private void fault(Event.Fault it) {
        long untold = faults.next(System.nanoTime());
        if (untold > 0) {
            log.error("{} more faults of ours in the seconds before", untold);
        }
        if (untold != RefusalLines.UNTOLD) {
            log.error("{}", text(it), it.cause());
        }
    }

    private void ofStore(Event event) {
        if (log.isDebugEnabled()) {
            write(new StoreLines.Line(0, event));
        } else {
            store.tell(event);
        }
    }

    private void write(StoreLines.Line line) {
        Level level = line.event() instanceof Event.StoreUnavailable ? Level.ERROR : Level.WARN;
        log.atLevel(level).log("{}", text(line));
    }

    private void info(Event event) {
        if (log.isInfoEnabled()) {
            log.info("{}", text(event));
        }
    }

    /// What the log says of an event.
    static String text(Event event) {
        return switch (event) {
            case Event.ClientConnected it ->
                    "client %s connected from %s at %s: MQTT %s, user %s, %s"
                            .formatted(
                                    name(it.clientIdentifier()),
                                    address(it.connection()),
                                    it.connection().peer().listener(),
                                    version(it.version()),
                                    it.userName() == null ? "none" : name(it.userName()),
                                    it.sessionPresent() ? "session resumed" : "new session");
            case Event.TurnedAway it ->
                    "a connection from %s at %s was turned away: %s: %s"
                            .formatted(
                                    it.peer().remoteAddress(),
                                    it.peer().listener(),
                                    it.step(),
                                    name(it.detail()));
            case Event.AddressBanned it ->
                    "%s is banned for %d s after %d attempts that failed"
                            .formatted(it.address(), it.seconds(), it.failures());
            case Event.UserBanned it ->
                    "user %s is banned for %d s after %d attempts that failed"
                            .formatted(name(it.userName()), it.seconds(), it.failures());
            case Event.ConnectRefused it ->
                    "client %s from %s refused: %s"
                            .formatted(
                                    it.clientIdentifier() == null
                                            ? "?"
                                            : name(it.clientIdentifier()),
                                    address(it.connection()),
                                    why(it.reasonCode(), it.detail()));
            case Event.ClientDisconnected it ->
                    "client %s from %s disconnected: %s"
                            .formatted(
                                    name(it.clientIdentifier()),
                                    address(it.connection()),
                                    why(it.reasonCode(), it.detail()));
            case Event.RequestRefused it ->
                    "client %s from %s was refused a request: %s"
                            .formatted(
                                    name(it.clientIdentifier()),
                                    address(it.connection()),
                                    why(it.reasonCode(), it.detail()));
            case Event.QueueFull it ->
                    "client %s: its queue is full with %d messages, %d bytes; messages are dropped"
                            .formatted(name(it.clientIdentifier()), it.messages(), it.bytes());
            case Event.SessionEnded it ->
                    "client %s: its session ended with %d messages undelivered"
                            .formatted(name(it.clientIdentifier()), it.undelivered());
            case Event.SubscriptionsEnded it ->
                    "client %s: %d subscriptions ended, as the access rules do not allow them any more"
                            .formatted(name(it.clientIdentifier()), it.subscriptions());
            case Event.StoreUnavailable it ->
                    "nothing can be kept: %s; what would have to be is refused, and tried again"
                            .formatted(it.reason());
            case Event.StoreAvailable it -> "what is acknowledged is kept again";
            case Event.Fault it ->
                    "a fault of ours at %s, which is ended; please report it"
                            .formatted(address(it.connection()));
        };
    }

    static String text(StoreLines.Line line) {
        return line.untoldBefore() == 0
                ? text(line.event())
                : "%s (changes before it in a minute: %d)"
                        .formatted(text(line.event()), line.untoldBefore());
    }

    static String text(ClientCertificate certificate) {
        if (certificate.issuer().isEmpty()) {
            return name("a proxy has verified its certificate, of " + certificate.subject());
        }
        return name(
                "its certificate is of %s%s, from %s, number %s, valid until %s"
                        .formatted(
                                certificate.subject(),
                                certificate.alternativeNames().isEmpty()
                                        ? ""
                                        : " " + certificate.alternativeNames(),
                                certificate.issuer(),
                                certificate.serialNumber(),
                                Instant.ofEpochSecond(certificate.notAfterSeconds())));
    }

    private static String address(@Nullable Connection connection) {
        return connection == null ? "no connection" : connection.peer().remoteAddress();
    }

    static String version(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> "3.1";
            case MQTT_3_1_1 -> "3.1.1";
            case MQTT_5 -> "5.0";
        };
    }

    // A connection that is lost has no Reason Code: none was sent, and none is meant.
    private static String why(@Nullable ReasonCode reasonCode, String detail) {
        return reasonCode == null
                ? name(detail)
                : "0x%02X %s, %s".formatted(reasonCode.value(), reasonCode, name(detail));
    }

    private static String name(String text) {
        return ShownName.of(text);
    }
}
