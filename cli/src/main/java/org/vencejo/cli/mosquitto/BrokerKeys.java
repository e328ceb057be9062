package org.vencejo.cli.mosquitto;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The keys of our configuration that are about the broker as a whole, from the options that are.
/// Confined to one thread.
final class BrokerKeys {
    private static final long KB = 1L << 10;
    private static final long MB = 1L << 20;
    private static final long PACKET_BYTES_MIN = 128;
    private static final long PACKET_BYTES_MAX = 256 * MB;

    /// What a PUBLISH has beside its payload, at most: the Topic Name and some more.
    private static final long HEADER_BYTES = 64 * KB;

    private static final long QUEUED_BYTES_MIN = KB;
    private static final long EXPIRY_SECONDS_MAX = 4_294_967_294L;

    private final ConfPaths paths;
    private final ConfValues values;
    private final List<Note> notes;

    /// By their paths.
    private final Map<String, Object> keys = new LinkedHashMap<>();

    private final Map<String, Object> limits = new TreeMap<>();
    private long packetBytesMax = Long.MAX_VALUE;

    BrokerKeys(ConfPaths paths, ConfValues values, List<Note> notes) {
        this.paths = paths;
        this.values = values;
        this.notes = notes;
    }

    /// What the options of `conf` say; keys of listeners are not among it.
    void read(Conf conf) {
        conf.broker.values().forEach(this::option);
        logLevel(conf.logTypes);
        if (packetBytesMax < Long.MAX_VALUE) {
            limits.put("packet-size-max", size(packetBytesMax));
        }
    }

    private void option(ConfLine line) {
        switch (line.option()) {
            case "max_inflight_messages" -> {
                Long count = number(line, 0, 65_535);
                if (count != null) {
                    limits.put("window-max", count == 0 ? 65_535 : count);
                }
            }
            case "max_queued_messages" -> {
                Long count = orNoLimit(line, "limits.queued-messages-max");
                if (count != null) {
                    limits.put("queued-messages-max", count);
                    limits.put("stored-queued-messages-max", count);
                    keys.put("queue-full-policy", "drop-newest");
                }
            }
            case "max_queued_bytes" -> {
                Long bytes = orNoLimit(line, "limits.queued-bytes-max");
                if (bytes != null) {
                    String size = size(atLeast(line, bytes, QUEUED_BYTES_MIN));
                    limits.put("queued-bytes-max", size);
                    limits.put("stored-queued-bytes-max", size);
                    keys.put("queue-full-policy", "drop-newest");
                }
            }
            case "max_packet_size" -> {
                Long bytes = number(line, 20, Integer.MAX_VALUE);
                if (bytes != null) {
                    packetBytes(atLeast(line, bytes, PACKET_BYTES_MIN));
                }
            }
            case "message_size_limit" -> {
                Long bytes = orNoLimit(line, "limits.packet-size-max");
                if (bytes != null) {
                    packetBytes(bytes + HEADER_BYTES);
                    differs(
                            line,
                            "it is the size of the packet, so 64 KB more; who sends more is disconnected, where Mosquitto drops the message");
                }
            }
            case "max_keepalive" -> seconds(line, "keep-alive-max", 65_535);
            case "persistent_client_expiration" -> expiration(line);
            case "queue_qos0_messages" -> flag(line, "queue-qos0-messages");
            case "retain_available" -> flag(line, "retain-available");
            case "sys_interval" -> {
                Long seconds = number(line, 0, 65_535);
                if (seconds != null) {
                    keys.put("sys-interval", seconds == 0 ? "0" : seconds + "s");
                }
            }
            case "global_max_connections" -> {
                Long count = number(line, -1, Integer.MAX_VALUE);
                if (count != null && count > 0) {
                    limits.put("connections-max", count);
                }
            }
            case "persistence", "retained_persistence" -> {
                Boolean kept = values.flag(line);
                if (Boolean.TRUE.equals(kept)) {
                    notes.add(
                            line.note(
                                    Note.Kind.LOST,
                                    "what is in mosquitto.db stays there: sessions and retained messages begin anew"));
                } else if (Boolean.FALSE.equals(kept)) {
                    keys.put("durability", "memory");
                }
            }
            case "persistence_location" -> {
                String folder = paths.of(line);
                keys.put("data-folder", folder + (folder.endsWith("/") ? "vencejo" : "/vencejo"));
            }
            default -> {} // noted, if it has to be, by the table
        }
    }

    private void packetBytes(long bytes) {
        packetBytesMax = Math.min(packetBytesMax, Math.min(bytes, PACKET_BYTES_MAX));
    }

    private @Nullable Long orNoLimit(ConfLine line, String key) {
        Long value = number(line, Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (value != null && value <= 0) {
            differs(
                    line,
                    "there is no maximum in Mosquitto; here the default of " + key + " holds");
            return null;
        }
        return value;
    }

    private long atLeast(ConfLine line, long value, long min) {
        if (value < min) {
            differs(line, "the least that can be had here is " + size(min));
        }
        return Math.max(value, min);
    }

    private void seconds(ConfLine line, String limit, long max) {
        Long seconds = number(line, 0, max);
        if (seconds != null) {
            limits.put(limit, seconds == 0 ? "0" : seconds + "s");
        }
    }

    private void flag(ConfLine line, String key) {
        Boolean value = values.flag(line);
        if (value != null) {
            keys.put(key, value);
        }
    }

    private void expiration(ConfLine line) {
        String text = line.word();
        long unit =
                switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
                    case 's' -> 1;
                    case 'h' -> 3_600;
                    case 'd' -> 86_400;
                    case 'w' -> 7 * 86_400;
                    case 'm' -> 30 * 86_400;
                    case 'y' -> 365 * 86_400;
                    default -> 0;
                };
        String digits = text.isEmpty() ? "" : text.substring(0, text.length() - 1);
        if (unit == 0 || !digits.matches("[0-9]{1,9}") || Long.parseLong(digits) == 0) {
            notes.add(
                    line.note(
                            Note.Kind.LOST,
                            "given '"
                                    + text
                                    + "'; Mosquitto takes a number and one of h, d, w, m, y"));
            return;
        }
        long seconds = Math.min(Long.parseLong(digits) * unit, EXPIRY_SECONDS_MAX);
        limits.put(
                "session-expiry-interval-max",
                seconds % 86_400 == 0
                        ? seconds / 86_400 + "d"
                        : seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds + "s");
    }

    private void logLevel(List<ConfLine> types) {
        int most = -1;
        for (ConfLine line : types) {
            int level =
                    switch (line.word()) {
                        case "none" -> -1;
                        case "error" -> 0;
                        case "warning" -> 1;
                        case "notice", "information", "subscribe", "unsubscribe" -> 2;
                        default -> 3;
                    };
            most = level < 0 ? level : Math.max(most, level);
        }
        if (types.isEmpty()) {
            return;
        }
        if (most < 0) {
            differs(types.getLast(), "errors are always logged");
        }
        keys.put("log-level", List.of("error", "warn", "info", "debug").get(Math.max(0, most)));
    }

    private @Nullable Long number(ConfLine line, long min, long max) {
        return values.number(line, min, max);
    }

    private void differs(ConfLine line, String text) {
        notes.add(line.note(Note.Kind.DIFFERS, text));
    }

    void put(String key, Object value) {
        keys.put(key, value);
    }

    boolean has(String key) {
        return keys.containsKey(key);
    }

    /// All of them, for a file.
    Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>(keys);
        if (!limits.isEmpty()) {
            all.put("limits", limits);
        }
        return all;
    }

    private static String size(long bytes) {
        return bytes % MB == 0
                ? bytes / MB + "MB"
                : bytes % KB == 0 ? bytes / KB + "KB" : bytes + "B";
    }
}
