package org.vencejo.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `vencejo pub`: publishes one message, or one for each line of its input. Confined to its thread.
///
/// Exit code 0 when the server has answered for all of them, 1 when not.
@Command(
        name = "pub",
        description = {"Publish messages, with the usual flags of mosquitto_pub.", ""},
        footer = {"", "Exit codes: 0 the server has them, 1 it has not, 64 wrong use."},
        sortOptions = false)
final class PubCommand implements Callable<Integer> {
    private static final long REPEAT_DELAY_MAX = 1_000_000;

    @Mixin private ClientFlags client = new ClientFlags();

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC",
            description = "The Topic Name.")
    private @Nullable String topic;

    @ArgGroup(multiplicity = "1")
    private Source source = new Source();

    @Option(
            names = {"-r", "--retain"},
            description = "Have the message retained.")
    private boolean retain;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "Publish the message so many times (1).")
    private int repeat = 1;

    @Option(
            names = "--repeat-delay",
            paramLabel = "SECONDS",
            description = "Wait so long between two of them, as 0.5 (0).")
    private @Nullable Double repeatDelay;

    private final InputStream in;

    PubCommand() {
        this(System.in);
    }

    PubCommand(InputStream in) {
        this.in = in;
    }

    /// What is published: one of these.
    static final class Source {
        @Option(
                names = {"-m", "--message"},
                paramLabel = "TEXT",
                description = "Publish this text.")
        private @Nullable String text;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "Publish the bytes of this file.")
        private @Nullable Path file;

        @SuppressWarnings("unused") // that it was given is all that it says
        @Option(
                names = {"-n", "--null-message"},
                description = "Publish nothing; with -r this clears what is retained.")
        private boolean empty;

        @Option(
                names = {"-s", "--stdin-file"},
                description = "Publish all of standard input as one message.")
        private boolean input;

        @Option(
                names = {"-l", "--stdin-line"},
                description = "Publish each line of standard input as a message.")
        private boolean lines;
    }

    @Override
    public Integer call() {
        MqttMessage empty = emptyMessage();
        requireRepeat();
        MqttOptions options = client.options();
        try {
            MqttMessage message = source.lines ? empty : with(payload(), empty);
            try (MqttClient server = new MqttClient(options)) {
                server.connect();
                if (source.lines) {
                    return publishLines(server, empty, options.answerTimeout());
                }
                if (repeat > 1) {
                    return publishAgain(server, message, options.answerTimeout());
                }
                server.publish(message);
                return 0;
            }
        } catch (MqttException failed) {
            return client.failed(failed.sentence());
        } catch (IOException unreadable) {
            return client.failed("cannot read standard input: " + unreadable.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return client.failed("interrupted");
        }
    }

    private void requireRepeat() {
        if (repeat < 1) {
            throw client.misuse("--repeat is at least 1, given was " + repeat);
        }
        // so asked, NaN is refused
        if (repeatDelay != null && !(repeatDelay >= 0 && repeatDelay <= REPEAT_DELAY_MAX)) {
            throw client.misuse(
                    "--repeat-delay is 0 to " + REPEAT_DELAY_MAX + ", given was " + repeatDelay);
        }
        if (source.lines && repeat > 1) {
            throw client.misuse("--repeat is for one message, given was -l");
        }
    }

    private MqttMessage emptyMessage() {
        String to = topic != null ? topic : client.topicOfUrl();
        if (to == null) {
            throw client.misuse("a message needs a topic: -t TOPIC");
        }
        Properties properties = client.properties(PacketType.PUBLISH);
        MqttMessage empty = new MqttMessage(to, Payload.EMPTY, client.qos, retain, properties);
        try {
            empty.requirePublishable(); // a wrong topic is wrong use, not the server's business
        } catch (MqttException refused) {
            throw client.misuse(refused.sentence());
        }
        return empty;
    }

    private static MqttMessage with(Payload payload, MqttMessage empty) {
        return new MqttMessage(
                empty.topicName(), payload, empty.qos(), empty.retain(), empty.properties());
    }

    private Payload payload() throws IOException {
        if (source.text != null) {
            return Payload.of(source.text);
        }
        if (source.file != null) {
            try {
                return Payload.of(Files.readAllBytes(source.file));
            } catch (IOException trouble) {
                throw client.misuse(FileTrouble.sentence(source.file, trouble));
            }
        }
        return source.input ? Payload.of(in.readAllBytes()) : Payload.EMPTY;
    }

    // A line is bytes up to a line feed: what they mean is the receiver's business.
    private int publishLines(MqttClient server, MqttMessage empty, Duration patience)
            throws IOException {
        var underWay = new UnderWay(server, "line", patience, client::failed);
        var buffered = new BufferedInputStream(in);
        var line = new ByteArrayOutputStream();
        int next = buffered.read();
        boolean more = true;
        while (next >= 0 && more) {
            line.reset();
            while (next >= 0 && next != '\n') {
                line.write(next);
                next = buffered.read();
            }
            more = underWay.publish(with(Payload.of(line.toByteArray()), empty));
            next = next < 0 ? next : buffered.read();
        }
        return underWay.end(more);
    }

    private int publishAgain(MqttClient server, MqttMessage message, Duration patience)
            throws InterruptedException {
        var underWay = new UnderWay(server, "message", patience, client::failed);
        Duration delay = Duration.ofNanos(repeatDelay == null ? 0 : (long) (repeatDelay * 1e9));
        boolean more = underWay.publish(message);
        for (int again = 1; again < repeat && more; again++) {
            Thread.sleep(delay);
            more = underWay.publish(message);
        }
        return underWay.end(more);
    }
}
