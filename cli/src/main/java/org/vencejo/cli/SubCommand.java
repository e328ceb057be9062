package org.vencejo.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Visible;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttMessage;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `vencejo sub`: subscribes and prints what comes, a message a line. Confined to its thread.
///
/// Exit code 0 after `-C` messages or when it is told to stop, 27 when `-W` seconds are over, 1
/// when the server refuses or goes away.
@Command(
        name = "sub",
        description = {
            "Subscribe and print messages, with the usual flags of mosquitto_sub.",
            "",
            "It ends when the connection ends, with exit code 1: it does not connect again.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 ended as asked (-C, -E, SIGINT, SIGTERM), 1 refused or cut off,",
            "27 the time is over (-W), 64 wrong use."
        },
        sortOptions = false)
final class SubCommand implements Callable<Integer> {
    /// As mosquitto_sub.
    static final int TIMED_OUT = 27;

    private static final long TIMEOUT_SECONDS_MAX = 0xFFFF_FFFFL;
    private static final Duration FOREVER = Duration.ofDays(36_500);
    private static final Duration AT_ONCE = Duration.ZERO;

    @Mixin private ClientFlags client = new ClientFlags();

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "FILTER",
            description = "A Topic Filter to subscribe to; may be repeated.")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-T", "--filter-out"},
            paramLabel = "FILTER",
            description = "Do not print topics that match this; may be repeated.")
    private List<String> filteredOut = new ArrayList<>();

    @Option(
            names = {"-U", "--unsubscribe"},
            paramLabel = "FILTER",
            description = "A Topic Filter to unsubscribe from first; may be repeated.")
    private List<String> unsubscribed = new ArrayList<>();

    @Mixin private PrintFlags print = new PrintFlags();

    @Option(
            names = {"-C", "--count"},
            paramLabel = "N",
            description = "End after N messages.")
    private @Nullable Long count;

    @Option(
            names = {"-W", "--timeout"},
            paramLabel = "SECONDS",
            description = "End after that time, with exit code 27.")
    private @Nullable Long timeoutSeconds;

    @Option(
            names = {"-R", "--no-retained"},
            description = "Do not print messages with RETAIN set.")
    private boolean noRetained;

    @Option(
            names = "--retained-only",
            description = "Print only messages with RETAIN set, and end at the first without.")
    private boolean retainedOnly;

    @Option(
            names = "--remove-retained",
            description = "Remove each retained message that is printed from the server.")
    private boolean removeRetained;

    @Option(
            names = "--retain-as-published",
            description = "Have live messages keep their RETAIN flag; 5.0 only.")
    private boolean retainAsPublished;

    @Option(
            names = {"-E", "--exit-subscribed"},
            description = "End when the server has answered the subscription.")
    private boolean endSubscribed;

    private final OutputStream out;
    private final BiConsumer<String, Runnable> signals;
    private final UnaryOperator<String> shown;

    private final AtomicBoolean toldToStop = new AtomicBoolean();
    private volatile boolean connected;

    SubCommand() {
        this(
                new FileOutputStream(FileDescriptor.out),
                Signals::on,
                Terminal.isStandardOutput() ? Visible::text : UnaryOperator.identity());
    }

    /// `signals` has an action run when a signal of that name comes.
    SubCommand(OutputStream out, BiConsumer<String, Runnable> signals) {
        this(out, signals, UnaryOperator.identity());
    }

    /// The same; `shown` says how `out` is given the text of others, but for payloads.
    SubCommand(
            OutputStream out, BiConsumer<String, Runnable> signals, UnaryOperator<String> shown) {
        this.shown = shown;
        this.out = new BufferedOutputStream(out, 1 << 16);
        this.signals = signals;
    }

    @Override
    public Integer call() {
        List<Subscription> subscriptions = subscriptions();
        List<TopicFilter> hidden = topicFilters(filteredOut);
        List<TopicFilter> given = topicFilters(unsubscribed);
        requireNumbers();
        long untilNanos =
                System.nanoTime()
                        + (timeoutSeconds == null
                                ? FOREVER.toNanos()
                                : Duration.ofSeconds(timeoutSeconds).toNanos());
        try (MqttClient server = new MqttClient(client.options())) {
            Runnable stop = () -> stop(server);
            signals.accept("INT", stop);
            signals.accept("TERM", stop);
            server.connect();
            connected = true;
            if (!given.isEmpty()) {
                server.unsubscribe(given, Properties.NONE);
            }
            if (!isSubscribed(server, subscriptions)) {
                return 1;
            }
            return endSubscribed ? 0 : print(server, hidden, untilNanos);
        } catch (MqttException ended) {
            return toldToStop.get() ? 0 : client.failed(ended.sentence());
        } catch (IOException unwritable) {
            String why = String.valueOf(unwritable.getMessage());
            // Who read our output and has gone needs no word.
            return why.contains("Broken pipe") ? 1 : client.failed("cannot write: " + why);
        }
    }

    // The connection ends as planned, so that the server forgets the will, and with it the command.
    // Before there is one, and when told again, the process ends at once.
    private void stop(MqttClient server) {
        if (!connected) {
            Runtime.getRuntime().halt(0);
        }
        if (toldToStop.getAndSet(true)) {
            Runtime.getRuntime().halt(1);
        }
        try {
            server.disconnect();
        } catch (MqttException closed) {
            // The command has come to its end by itself.
        }
    }

    // ---- what the flags say ----

    private void requireNumbers() {
        if (count != null && count < 1) {
            throw client.misuse("-C is at least 1, given was " + count);
        }
        if (timeoutSeconds != null
                && (timeoutSeconds < 0 || timeoutSeconds > TIMEOUT_SECONDS_MAX)) {
            throw client.misuse(
                    "-W is 0 to " + TIMEOUT_SECONDS_MAX + ", given was " + timeoutSeconds);
        }
        if (removeRetained && noRetained) {
            throw client.misuse("--remove-retained and -R exclude each other");
        }
        if (retainAsPublished) {
            client.requireMqtt5("--retain-as-published");
        }
    }

    private List<Subscription> subscriptions() {
        List<String> all = new ArrayList<>(filters);
        String ofUrl = client.topicOfUrl();
        if (ofUrl != null) {
            all.add(ofUrl);
        }
        if (all.isEmpty() && unsubscribed.isEmpty()) {
            throw client.misuse("a subscription needs a topic filter: -t FILTER");
        }
        List<Subscription> subscriptions = new ArrayList<>();
        for (TopicFilter topicFilter : topicFilters(all)) {
            subscriptions.add(
                    new Subscription(
                            topicFilter,
                            client.qos,
                            false,
                            retainAsPublished,
                            RetainHandling.SEND_AT_SUBSCRIBE));
        }
        return subscriptions;
    }

    private List<TopicFilter> topicFilters(List<String> texts) {
        List<TopicFilter> all = new ArrayList<>();
        for (String text : texts) {
            try {
                TopicFilter topicFilter = TopicFilter.of(text);
                if (topicFilter.fault() != null) {
                    throw client.misuse(topicFilter.fault() + ", given was " + text);
                }
                all.add(topicFilter);
            } catch (ProtocolViolation violation) {
                throw client.misuse(violation.detail());
            }
        }
        return all;
    }

    // Says what was refused; whether there is anything to wait for.
    private boolean isSubscribed(MqttClient server, List<Subscription> subscriptions) {
        if (subscriptions.isEmpty()) {
            return true;
        }
        List<ReasonCode> codes =
                server.subscribe(subscriptions, client.properties(PacketType.SUBSCRIBE));
        boolean any = false;
        for (int i = 0; i < codes.size(); i++) {
            if (codes.get(i).isError()) {
                client.failed(
                        "the server refused the subscription to "
                                + subscriptions.get(i).topicFilter()
                                + ": "
                                + codes.get(i));
            } else {
                any = true;
            }
        }
        return any;
    }

    // ---- what to print ----

    private int print(MqttClient server, List<TopicFilter> hidden, long untilNanos)
            throws IOException {
        try {
            long printed = 0;
            while (count == null || printed < count) {
                MqttMessage message = next(server, untilNanos);
                if (message == null) {
                    return TIMED_OUT;
                }
                if (removeRetained && message.payload().length() == 0) {
                    continue; // a removal, most likely one of ours: a subscriber gets them, too
                }
                if (retainedOnly && !message.retain()) {
                    break;
                }
                if (isWanted(message, hidden)) {
                    print.print(message, shown, out);
                    printed++;
                    if (removeRetained && message.retain()) {
                        remove(server, message);
                    }
                }
            }
            return 0;
        } finally {
            out.flush(); // however it ends: what was received is acknowledged
        }
    }

    // [MQTT-3.3.1-6]: an empty one takes the place of what is kept, and is not kept. If the server
    // refuses, that is the end of the command.
    private void remove(MqttClient server, MqttMessage message) {
        server.publish(
                new MqttMessage(
                        message.topicName(), Payload.EMPTY, client.qos, true, Properties.NONE));
    }

    private @Nullable MqttMessage next(MqttClient server, long untilNanos) throws IOException {
        long leftNanos = untilNanos - System.nanoTime();
        if (leftNanos <= 0) {
            return null; // however much there is to print
        }
        MqttMessage message = server.receive(AT_ONCE);
        if (message != null) {
            return message;
        }
        out.flush(); // nothing more for now
        return server.receive(Duration.ofNanos(leftNanos));
    }

    private boolean isWanted(MqttMessage message, List<TopicFilter> hidden) {
        if (noRetained && message.retain()) {
            return false;
        }
        if (hidden.isEmpty()) {
            return true;
        }
        TopicName name = TopicName.of(message.topicName());
        return hidden.stream().noneMatch(topicFilter -> topicFilter.matches(name));
    }
}
