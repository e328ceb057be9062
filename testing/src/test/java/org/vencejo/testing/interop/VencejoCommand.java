package org.vencejo.testing.interop;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vencejo.protocol.QoS;

/// `vencejo pub` and `vencejo sub`.
final class VencejoCommand extends CommandLineClient {
    private static final Pattern PUBLISH =
            Pattern.compile("vencejo sub: received Publish\\[.*qos=(\\w+), retain=(\\w+), .*");

    private static final List<String> VENCEJO =
            List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "--sun-misc-unsafe-memory-access=allow",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "org.vencejo.cli.Vencejo");

    /// What is printed of a message, and what the trace says of it: two streams of the same order.
    private final Arrivals<String> lines = new Arrivals<>("message");

    private final Arrivals<Matcher> traced = new Arrivals<>("trace of a message");

    VencejoCommand(Settings settings) {
        super("5", settings);
    }

    @Override
    List<String> publishing() {
        return with("pub");
    }

    @Override
    List<String> subscribing() {
        return with("sub", "-v", "-d");
    }

    private static List<String> with(String... words) {
        return Stream.concat(VENCEJO.stream(), List.of(words).stream()).toList();
    }

    @Override
    void printed(String line) {
        lines.add(line);
    }

    @Override
    void complained(String line) {
        Matcher publish = PUBLISH.matcher(line);
        if (publish.matches()) {
            traced.add(publish);
        } else if (line.startsWith("vencejo sub: received Suback[")) {
            subscribed(line);
        }
    }

    @Override
    public Message receive() throws InterruptedException {
        String[] topicAndText = lines.next().split(" ", 2);
        Matcher publish = traced.next();
        return new Message(
                topicAndText[0],
                Message.of("", topicAndText[1], 0).payload(),
                QoS.valueOf(publish.group(1)).ordinal(),
                Boolean.parseBoolean(publish.group(2)));
    }
}
