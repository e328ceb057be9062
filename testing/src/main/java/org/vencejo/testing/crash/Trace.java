package org.vencejo.testing.crash;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;

/// The last packets between a client and the broker, for a failure. Confined to the tester's
/// thread.
final class Trace {
    private static final int ENTRIES_MAX = 80;

    private final ArrayDeque<Object> entries = new ArrayDeque<>();

    private record Said(Packet packet) {}

    private record Heard(Packet packet) {}

    void said(Packet packet) {
        add(new Said(stored(packet)));
    }

    void heard(Packet packet) {
        add(new Heard(stored(packet)));
    }

    void happened(String what) {
        add(what);
    }

    private void add(Object entry) {
        if (entries.size() == ENTRIES_MAX) {
            entries.removeFirst();
        }
        entries.add(entry);
    }

    private static Packet stored(Packet packet) {
        return packet instanceof Publish publish
                ? new Publish(
                        publish.topicName(),
                        publish.payload().stored(),
                        publish.qos(),
                        publish.retain(),
                        publish.dup(),
                        publish.packetIdentifier(),
                        publish.properties())
                : packet;
    }

    /// A line for each, the oldest first.
    String text() {
        StringBuilder text = new StringBuilder();
        for (Object each : entries) {
            text.append(
                            switch (each) {
                                case Said said -> "  -> " + text(said.packet);
                                case Heard heard -> "  <- " + text(heard.packet);
                                default -> "     " + each;
                            })
                    .append('\n');
        }
        return text.toString();
    }

    private static String text(Packet packet) {
        if (!(packet instanceof Publish publish)) {
            return packet.toString();
        }
        String payload = new String(publish.payload().toByteArray(), StandardCharsets.US_ASCII);
        int end = payload.indexOf(';');
        return "Publish %d %s%s%s, %s"
                .formatted(
                        publish.packetIdentifier(),
                        publish.qos(),
                        publish.dup() ? " DUP" : "",
                        publish.retain() ? " RETAIN" : "",
                        end < 0 ? publish.topicName() + " " + payload : payload.substring(0, end));
    }
}
