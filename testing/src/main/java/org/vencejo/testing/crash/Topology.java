package org.vencejo.testing.crash;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vencejo.protocol.QoS;
import org.vencejo.testing.Seeds;

/// What is published where. Every payload says run, publisher, topic and number, so that none can
/// be taken for another. Immutable once the clients are made.
final class Topology {
    private static final int FILLING_MAX = 700;

    private final long run;
    private final List<Stream> streams = new ArrayList<>();

    /// What one publisher sends to one topic at one QoS.
    record Stream(int id, int publisher, String topicName, QoS qos) {}

    Topology(long run) {
        this.run = run;
    }

    Stream stream(int publisher, String root, QoS qos) {
        Stream stream =
                new Stream(
                        streams.size(),
                        publisher,
                        "%s/%d/%d".formatted(root, publisher, qos.value()),
                        qos);
        streams.add(stream);
        return stream;
    }

    /// All streams below `root`.
    List<Stream> below(String root) {
        return streams.stream().filter(each -> each.topicName().startsWith(root + "/")).toList();
    }

    /// The payload of a message: its name, and bytes that hang on it.
    byte[] payload(Stream stream, int number) {
        String name =
                "run %d publisher %d topic %s number %d;"
                        .formatted(run, stream.publisher(), stream.topicName(), number);
        Seeds seeds = Seeds.of(run ^ ((long) stream.id() << 40) ^ number);
        byte[] filling = seeds.bytes(seeds.below(FILLING_MAX));
        byte[] payload = new byte[name.length() + filling.length];
        System.arraycopy(name.getBytes(StandardCharsets.US_ASCII), 0, payload, 0, name.length());
        System.arraycopy(filling, 0, payload, name.length(), filling.length);
        return payload;
    }

    /// Which message this is.
    record Named(Stream stream, int number) {}

    /// The message that came on `topicName`; breaks the rule if it is not that, to the last byte.
    Named named(String topicName, byte[] payload) {
        String text = new String(payload, StandardCharsets.US_ASCII);
        int end = text.indexOf(';');
        String name = end < 0 ? text : text.substring(0, end);
        for (Stream stream : streams) {
            if (stream.topicName().equals(topicName)) {
                int number = number(name);
                if (number >= 0 && Arrays.equals(payload, payload(stream, number))) {
                    return new Named(stream, number);
                }
            }
        }
        throw Rule.NOTHING_UNSENT.broken("on topic %s came '%s'".formatted(topicName, name));
    }

    private static int number(String name) {
        try {
            return Integer.parseInt(name.substring(name.lastIndexOf(' ') + 1));
        } catch (NumberFormatException damaged) {
            return -1;
        }
    }
}
