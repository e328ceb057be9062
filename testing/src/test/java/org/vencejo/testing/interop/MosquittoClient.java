package org.vencejo.testing.interop;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `mosquitto_pub` and `mosquitto_sub`.
final class MosquittoClient extends CommandLineClient {
    private static final Pattern MESSAGE = Pattern.compile("=> ([012]) ([01]) (\\S+) (.*)");

    private final Arrivals<Message> arrivals = new Arrivals<>("message");

    MosquittoClient(String version, Settings settings) {
        super(version, settings);
    }

    @Override
    List<String> publishing() {
        return List.of("mosquitto_pub");
    }

    @Override
    List<String> subscribing() {
        // To a pipe mosquitto_sub says nothing before it has a buffer full.
        return List.of("stdbuf", "-oL", "mosquitto_sub", "-d", "-F", "=> %q %r %t %p");
    }

    @Override
    void printed(String line) {
        Matcher message = MESSAGE.matcher(line);
        if (message.matches()) {
            arrivals.add(
                    new Message(
                            message.group(3),
                            Message.of("", message.group(4), 0).payload(),
                            Integer.parseInt(message.group(1)),
                            message.group(2).equals("1")));
        } else if (line.startsWith("Subscribed (mid: ")) {
            subscribed(line);
        }
    }

    @Override
    void complained(String line) {
        // A broker that goes away is complained of, and some tests cut.
    }

    // Told to end, mosquitto_sub 2.0.11 now and then waits for itself in its own signal handler.
    @Override
    public void close() throws InterruptedException {
        kill();
    }

    @Override
    public Message receive() throws InterruptedException {
        return arrivals.next();
    }
}
