package org.vencejo.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttMessage;
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
        try (MqttClient connected = new MqttClient(client.options())) {
            Payload single = source.lines ? null : payload();
            connected.connect();
            if (single != null) {
                publish(connected, empty, single);
            } else {
                publishLines(connected, empty);
            }
            return 0;
        } catch (MqttException failed) {
            return client.failed(failed.sentence());
        } catch (IOException unreadable) {
            return client.failed("cannot read standard input: " + unreadable.getMessage());
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
    private void publishLines(MqttClient connected, MqttMessage empty) throws IOException {
        var buffered = new BufferedInputStream(in);
        var line = new ByteArrayOutputStream();
        int next = buffered.read();
        while (next >= 0) {
            line.reset();
            while (next >= 0 && next != '\n') {
                line.write(next);
                next = buffered.read();
            }
            publish(connected, empty, Payload.of(line.toByteArray()));
            next = next < 0 ? next : buffered.read();
        }
    }

    private void publish(MqttClient connected, MqttMessage empty, Payload payload) {
        connected.publish(
                new MqttMessage(
                        empty.topicName(),
                        payload,
                        empty.qos(),
                        empty.retain(),
                        empty.properties()));
    }
}
