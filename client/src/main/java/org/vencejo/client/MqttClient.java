package org.vencejo.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.transport.IoLoop;
import org.vencejo.transport.IoLoops;
import org.vencejo.transport.ServerDoor;
import org.vencejo.transport.SocketConnection;
import org.vencejo.transport.TcpTransport;
import org.vencejo.transport.TlsClient;
import org.vencejo.transport.TlsException;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.WebSocketClient;

/// An MQTT client whose calls wait for the server: 3.1, 3.1.1 and 5.0 over TCP, TLS, WebSocket and
/// Unix sockets.
///
/// Thread-safe. Every call fails with an [MqttException], a Reason Code and a sentence. The session
/// lives in this object: after a lost connection the same object connects again, with Clean Start
/// off, and goes on where it was. It does so only when told to.
///
/// A message counts as received when [#receive] returned it: not before is it acknowledged. So a
/// server stops sending to an application that does not keep up, by Receive Maximum or because
/// nothing is read.
public final class MqttClient implements AutoCloseable {
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final MqttOptions options;
    private final IoLoops loops;
    private final TcpTransport transport;
    private final Inbox inbox;
    private final ClientSession session;
    private final SessionLoop owner;
    private final AtomicBoolean closed = new AtomicBoolean();

    /// Of the last connection that the session took as its own: written by the event loop.
    private volatile @Nullable ClientDriver driver;

    /// A client that is not connected yet. It holds a thread until it is closed.
    public MqttClient(MqttOptions options) {
        var notConnected =
                new MqttException(ReasonCode.UNSPECIFIED_ERROR, "the client is not connected");
        this.options = options;
        this.loops = IoLoops.start(1, "vencejo-client");
        this.transport = new TcpTransport(loops, ClientDriver.HIGH_BYTES, ClientDriver.LOW_BYTES);
        this.inbox = new Inbox(notConnected);
        this.session = new ClientSession(options, inbox, notConnected);
        this.owner = new SessionLoop(loops.loops().getFirst(), session);
    }

    // ---- connection ----

    /// Connects as the options say.
    public MqttConnected connect() {
        return connect(options.cleanStart());
    }

    /// Connects with Clean Start as given: off to resume the session of an earlier connect.
    public MqttConnected connect(boolean cleanStart) {
        if (closed.get()) {
            throw wasClosed();
        }
        options.connect(options.clientIdentifier(), cleanStart); // to hear of a fault here
        Answer<MqttConnected> answer = new Answer<>();
        dial(cleanStart, answer);
        return answer.await(options.connectTimeout().multipliedBy(2).toNanos(), "CONNECT");
    }

    private void dial(boolean cleanStart, Answer<MqttConnected> answer) {
        ServerDoor door = door();
        String problem = "it has no address";
        for (SocketAddress remote : places()) {
            ClientDriver dialling =
                    new ClientDriver(
                            owner, options, cleanStart, answer, accepted -> driver = accepted);
            CompletableFuture<SocketConnection> dialled = dial(remote, door, dialling);
            try {
                dialled.get();
                return;
            } catch (ExecutionException failed) {
                problem = problem(failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                // Nobody waits for it any more.
                var unused =
                        dialled.thenAccept(
                                late -> late.loop().execute(() -> late.abort("interrupted")));
                throw interruptedWhile("connecting");
            }
        }
        throw new MqttException(
                ReasonCode.SERVER_UNAVAILABLE,
                "cannot connect to " + options.place() + ": " + problem);
    }

    private List<SocketAddress> places() {
        Path socket = options.unixSocket();
        if (socket != null) {
            return List.of(UnixDomainSocketAddress.of(socket));
        }
        try {
            return Arrays.stream(InetAddress.getAllByName(options.host()))
                    .<SocketAddress>map(each -> new InetSocketAddress(each, options.port()))
                    .toList();
        } catch (UnknownHostException unknown) {
            throw new MqttException(
                    ReasonCode.SERVER_UNAVAILABLE, "the host " + options.host() + " is not known");
        }
    }

    private CompletableFuture<SocketConnection> dial(
            SocketAddress remote, @Nullable ServerDoor door, ClientDriver dialling) {
        IoLoop loop = loops.loops().getFirst();
        long nanos = options.connectTimeout().toNanos();
        return remote instanceof InetSocketAddress address
                ? transport.dial(loop, address, door, nanos, dialling)
                : transport.dial(
                        loop, ((UnixDomainSocketAddress) remote).getPath(), door, nanos, dialling);
    }

    private @Nullable ServerDoor door() {
        MqttTls tls = options.tls();
        String path = options.webSocketPath();
        if (tls == null && path == null) {
            return null;
        }
        TlsClient secure = null;
        if (tls != null) {
            Path certificate = tls.certificate();
            try {
                secure =
                        TlsClient.open(
                                tls.authorities(),
                                certificate == null
                                        ? null
                                        : new TlsFiles.KeyPair(
                                                certificate, tls.key(), tls.keyPassword()),
                                TlsFiles.Version.TLS_1_2,
                                path == null ? "mqtt" : "http/1.1",
                                tls.hostNameVerified());
            } catch (TlsException wrong) {
                throw new MqttException(
                        ReasonCode.UNSPECIFIED_ERROR, String.valueOf(wrong.getMessage()), wrong);
            }
        }
        return new ServerDoor(
                secure,
                path == null
                        ? null
                        : new WebSocketClient(
                                path,
                                options.version() == ProtocolVersion.MQTT_3_1
                                        ? "mqttv3.1"
                                        : "mqtt"),
                options.host(),
                options.port(),
                options.connectTimeout().toNanos());
    }

    private static String problem(ExecutionException failed) {
        Throwable cause = failed.getCause();
        String message = cause == null ? failed.toString() : String.valueOf(cause.getMessage());
        // The system's call and its number are no news to who reads this.
        return message.contains("Connection refused") ? "connection refused" : message;
    }

    /// Authenticates again on the open connection, as the option `authentication` says, while all
    /// else goes on: to show a new token before the old one ends. Returns the properties of the
    /// server's answer.
    ///
    /// @throws MqttException if there is no connection or no such option; if the mechanism had
    ///   nothing to say, after which the connection goes on; if the server refused, or is not the
    ///   one, after which there is none
    public Properties reauthenticate() {
        return authenticatedAgain()
                .await(options.answerTimeout().toNanos(), "AUTH that authenticates again");
    }

    /// The same without a wait: what [#reauthenticate] would return or throw is what this completes
    /// with, on the client's own thread, where nothing may wait.
    public CompletableFuture<Properties> reauthenticateAsync() {
        return authenticatedAgain().future();
    }

    private Answer<Properties> authenticatedAgain() {
        Answer<Properties> answer = new Answer<>();
        submit((to, nanos) -> to.authenticate(answer, nanos));
        return answer;
    }

    /// Ends the connection as planned: the server forgets the will.
    public void disconnect() {
        disconnect(ReasonCode.SUCCESS);
    }

    /// Ends the connection with this Reason Code, which 5.0 servers are told; 0x04 has the will
    /// published.
    public void disconnect(ReasonCode reasonCode) {
        if (!reasonCode.allowedIn(PacketType.DISCONNECT, true)) {
            throw new MqttException(
                    ReasonCode.PROTOCOL_ERROR, "a client's DISCONNECT does not say " + reasonCode);
        }
        ClientDriver open = driver;
        if (open == null || open.gone().isDone()) {
            return;
        }
        submit((to, nanos) -> to.disconnect(reasonCode, nanos));
        try {
            open.gone().get(5, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            throw new MqttException(
                    ReasonCode.UNSPECIFIED_ERROR, "the socket was cut and did not go in 5 s", late);
        }
    }

    /// Ends the connection if there is one, and gives back the thread. Messages that were received
    /// can still be taken.
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            disconnect();
        } finally {
            loops.close();
        }
    }

    // ---- publish ----

    /// Publishes text.
    public ReasonCode publish(String topicName, String text, QoS qos) {
        return publish(MqttMessage.of(topicName, text, qos));
    }

    /// Publishes a message, and returns what the server said when the exchange was complete: 0x00,
    /// or 0x10 if nobody has subscribed (D8). At QoS 0 nobody answers: it returns when the message
    /// is on its way.
    ///
    /// @throws MqttException if the server refused it, or does not take it, or went away; the
    ///   sentence then says whether it may have arrived
    public ReasonCode publish(MqttMessage message) {
        return handedOver(message).await(options.answerTimeout().toNanos(), "PUBLISH");
    }

    /// Hands a message over and does not wait for the server, so that several may be under way:
    /// what [#publish] would return or throw is what this completes with. They leave in the order
    /// of the calls. It is completed on the client's own thread, where nothing may wait.
    ///
    /// @throws MqttException if no server could take the message
    public CompletableFuture<ReasonCode> publishAsync(MqttMessage message) {
        return handedOver(message).future();
    }

    private Answer<ReasonCode> handedOver(MqttMessage message) {
        Publish publish = message.toPublish();
        checked(() -> PacketEncoder.publishSize(publish, options.version(), 0));
        Answer<ReasonCode> answer = new Answer<>();
        submit((to, nanos) -> to.publish(publish, answer, nanos));
        return answer;
    }

    // ---- subscribe ----

    /// Subscribes to one filter; returns the QoS that was granted.
    ///
    /// @throws MqttException if the server refused it
    public QoS subscribe(String topicFilter, QoS maximumQoS) {
        ReasonCode code =
                subscribe(
                                List.of(
                                        new Subscription(
                                                filter(topicFilter),
                                                maximumQoS,
                                                false,
                                                false,
                                                RetainHandling.SEND_AT_SUBSCRIBE)),
                                Properties.NONE)
                        .getFirst();
        if (code.isError()) {
            throw new MqttException(
                    code, "the server refused the subscription to " + topicFilter + ": " + code);
        }
        return QoS.of(code.value());
    }

    /// Subscribes; returns the server's code for each filter, which may be a refusal.
    public List<ReasonCode> subscribe(List<Subscription> subscriptions, Properties properties) {
        List<Subscription> all = List.copyOf(subscriptions);
        if (all.isEmpty()) {
            throw new MqttException(
                    ReasonCode.PROTOCOL_ERROR, "SUBSCRIBE has at least one Topic Filter");
        }
        for (Subscription subscription : all) {
            requireValid(subscription.topicFilter());
            if (subscription.noLocal() && subscription.topicFilter().isShared()) {
                throw new MqttException( // [MQTT-3.8.3-4]
                        ReasonCode.PROTOCOL_ERROR, "a Shared Subscription has No Local off");
            }
        }
        checked(() -> PacketEncoder.size(new Subscribe(1, all, properties), options.version()));
        Answer<List<ReasonCode>> answer = new Answer<>();
        submit((to, nanos) -> to.subscribe(all, properties, answer, nanos));
        return answer.await(options.answerTimeout().toNanos(), "SUBSCRIBE");
    }

    /// Gives up one subscription; returns 0x00, or 0x11 if there was none.
    ///
    /// @throws MqttException if the server refused it
    public ReasonCode unsubscribe(String topicFilter) {
        ReasonCode code = unsubscribe(List.of(filter(topicFilter)), Properties.NONE).getFirst();
        if (code.isError()) {
            throw new MqttException(
                    code, "the server refused to unsubscribe " + topicFilter + ": " + code);
        }
        return code;
    }

    /// Gives up subscriptions; returns the server's code for each, 0x00 before 5.0.
    public List<ReasonCode> unsubscribe(List<TopicFilter> topicFilters, Properties properties) {
        List<TopicFilter> all = List.copyOf(topicFilters);
        if (all.isEmpty()) {
            throw new MqttException(
                    ReasonCode.PROTOCOL_ERROR, "UNSUBSCRIBE has at least one Topic Filter");
        }
        all.forEach(MqttClient::requireValid);
        checked(() -> PacketEncoder.size(new Unsubscribe(1, all, properties), options.version()));
        Answer<List<ReasonCode>> answer = new Answer<>();
        submit((to, nanos) -> to.unsubscribe(all, properties, answer, nanos));
        return answer.await(options.answerTimeout().toNanos(), "UNSUBSCRIBE");
    }

    // ---- receive ----

    /// Waits for the next message.
    ///
    /// @throws MqttException if the connection ends and all that came was taken
    public MqttMessage receive() {
        while (true) {
            MqttMessage message = receive(FOREVER);
            if (message != null) {
                return message;
            }
        }
    }

    /// The next message, waited for up to `timeout`; null if none came.
    ///
    /// @throws MqttException if the connection ends and all that came was taken
    public @Nullable MqttMessage receive(Duration timeout) {
        Arrival arrival;
        try {
            arrival = inbox.take(timeout.toNanos());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw interruptedWhile("waiting for a message");
        }
        if (arrival == null) {
            return null;
        }
        owner.taken(arrival);
        return arrival.message();
    }

    /// How many QoS 0 messages were dropped because the application had enough to take already,
    /// while an answer of the server was awaited. Else nothing is dropped: reading stops.
    public long droppedMessages() {
        return session.droppedMessages();
    }

    // ---- the road to the session ----

    private void submit(ObjLongConsumer<ClientSession> input) {
        try {
            owner.submit(input);
        } catch (RejectedExecutionException ended) {
            throw wasClosed();
        }
    }

    private static MqttException wasClosed() {
        return new MqttException(ReasonCode.UNSPECIFIED_ERROR, "the client was closed");
    }

    private static TopicFilter filter(String text) {
        try {
            return TopicFilter.of(text);
        } catch (ProtocolViolation violation) {
            throw MqttException.of(violation);
        }
    }

    private static void requireValid(TopicFilter topicFilter) {
        String fault = topicFilter.fault();
        if (fault != null) {
            throw new MqttException(
                    ReasonCode.TOPIC_FILTER_INVALID, fault + ", given was " + topicFilter);
        }
    }

    /// What the encoder has to say is heard where the request is made.
    private static void checked(Runnable encoding) {
        try {
            encoding.run();
        } catch (ProtocolViolation violation) {
            throw MqttException.of(violation);
        } catch (IllegalArgumentException misfit) {
            throw MqttException.of(misfit);
        }
    }

    private static MqttException interruptedWhile(String doing) {
        return new MqttException(ReasonCode.UNSPECIFIED_ERROR, "interrupted while " + doing);
    }
}
