package org.vencejo.broker;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/// How much the counters of a broker rise in a minute, each as a moving average over one, five and
/// fifteen minutes.
///
/// Confined to the thread that publishes `$SYS`. The averages are those of Mosquitto, whose names
/// they have: what is older counts less, by the factor e each time that the minutes have passed.
final class SysLoad {
    static final String ROOT = "load/";

    /// A counter whose rise is averaged, and what one of it is.
    enum Of {
        MESSAGES_RECEIVED("messages/received", "packets of any type", s -> s.packets().received()),
        MESSAGES_SENT("messages/sent", "packets of any type", s -> s.packets().sent()),
        PUBLISH_DROPPED("publish/dropped", "dropped messages", SysSnapshot::dropped),
        PUBLISH_RECEIVED("publish/received", "PUBLISH packets", s -> s.packets().publishReceived()),
        PUBLISH_SENT("publish/sent", "PUBLISH packets", s -> s.packets().publishSent()),
        BYTES_RECEIVED("bytes/received", "bytes", s -> s.traffic().bytesReceived()),
        BYTES_SENT("bytes/sent", "bytes", s -> s.traffic().bytesSent()),
        SOCKETS(
                "sockets",
                "transport connections accepted",
                s -> s.traffic().acceptedConnections()),
        CONNECTIONS("connections", "CONNECT packets", s -> s.packets().connectReceived());

        private final String topic;
        private final String words;
        private final ToLongFunction<SysSnapshot> counter;

        Of(String topic, String words, ToLongFunction<SysSnapshot> counter) {
            this.topic = topic;
            this.words = words;
            this.counter = counter;
        }

        String words() {
            return words;
        }
    }

    /// Over how long is averaged.
    enum Over {
        ONE_MINUTE("1min", 60),
        FIVE_MINUTES("5min", 300),
        FIFTEEN_MINUTES("15min", 900);

        private final String topic;
        private final double seconds;

        Over(String topic, double seconds) {
            this.topic = topic;
            this.seconds = seconds;
        }
    }

    private final Map<Of, Long> before = new EnumMap<>(Of.class);
    private final double[][] averages = new double[Of.values().length][Over.values().length];
    private long beforeNanos;

    /// Loads of a broker that began at `startedNanos`, with all counters at zero.
    SysLoad(long startedNanos) {
        this.beforeNanos = startedNanos;
    }

    /// The topic of an average, below the root of all.
    static String topic(Of of, Over over) {
        return ROOT + of.topic + "/" + over.topic;
    }

    /// The averages at `nowNanos`, when the counters stand as in `snapshot`, by topic.
    Map<String, String> at(long nowNanos, SysSnapshot snapshot) {
        double seconds = (nowNanos - beforeNanos) / (double) TimeUnit.SECONDS.toNanos(1);
        beforeNanos = nowNanos;
        Map<String, String> values = new HashMap<>();
        for (Of of : Of.values()) {
            long counted = of.counter.applyAsLong(snapshot);
            Long earlier = before.put(of, counted);
            long rise = counted - (earlier == null ? 0 : earlier);
            for (Over over : Over.values()) {
                double average = averages[of.ordinal()][over.ordinal()];
                if (seconds > 0) {
                    double aMinute = rise * 60 / seconds;
                    average = aMinute + Math.exp(-seconds / over.seconds) * (average - aMinute);
                    averages[of.ordinal()][over.ordinal()] = average;
                }
                values.put(topic(of, over), String.format(Locale.ROOT, "%.2f", average));
            }
        }
        return values;
    }
}
