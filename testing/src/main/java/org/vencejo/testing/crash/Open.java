package org.vencejo.testing.crash;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/// What is under way at a moment, by the knowledge of the clients. Confined to the tester's thread.
final class Open {
    /// An acknowledgement that the broker owes, a message in flight in either direction, or an
    /// exchange that has begun.
    enum Kind {
        CONNACK,
        PUBACK,
        PUBREC,
        PUBREL,
        PUBCOMP,
        SUBACK,
        UNSUBACK,
        QOS_0,
        QOS_1,
        QOS_2,
        HANDSHAKE
    }

    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

    void add(Kind kind, int count) {
        if (count > 0) {
            counts.merge(kind, count, Integer::sum);
        }
    }

    int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    /// Acknowledgements of any kind that the broker owes.
    int waiting() {
        return counts.entrySet().stream()
                .filter(each -> each.getKey().compareTo(Kind.UNSUBACK) <= 0)
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /// Whether a kill now proves something.
    boolean isAny() {
        return !counts.isEmpty();
    }

    /// The acknowledgements that wait, by name.
    String waitingTexts() {
        return counts.entrySet().stream()
                .filter(each -> each.getKey().compareTo(Kind.UNSUBACK) <= 0)
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
    }
}
