package org.vencejo.broker.config;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Guesses which key was meant.
final class Nearest {
    private static final String OF_LISTENER = ListenerLimitKeys.LISTENER + "limits.";

    private Nearest() {}

    /// What is said of a path that the table does not know.
    static String unknown(String path) {
        String plain = Shape.plain(path);
        if (plain.startsWith(OF_LISTENER)) {
            String ofAll = plain.substring(ListenerLimitKeys.LISTENER.length());
            if (Shape.of(ofAll) == Shape.VALUE) {
                return "a listener has none of its own; allowed: %s, for all of them"
                        .formatted(ofAll);
            }
        }
        return "unknown key" + hint(key(path));
    }

    /// The key's path that is nearest to what was given, whatever section it was looked for in, or
    /// null if none is near.
    static @Nullable String key(String path) {
        String plain = Shape.plain(path);
        if (plain.startsWith(OF_LISTENER)) {
            String nearest = key(plain.substring(ListenerLimitKeys.LISTENER.length()));
            String own = ListenerLimitKeys.LISTENER + nearest;
            return nearest != null && Shape.of(own) == Shape.VALUE ? own : nearest;
        }
        List<String> paths =
                Keys.ALL.stream()
                        .map(Key::path)
                        .flatMap(key -> Stream.concat(Stream.of(key), sectionsOf(key)))
                        .distinct()
                        .toList();
        String nearest = of(plain, paths);
        if (nearest != null) {
            return nearest;
        }
        // The right name in the wrong section.
        String name = nameOf(plain);
        List<String> names = paths.stream().map(Nearest::nameOf).toList();
        String nearestName = of(name, names);
        return nearestName == null ? null : paths.get(names.indexOf(nearestName));
    }

    /// The candidate with the least edit distance to `given`, or null if all are farther than a
    /// third of its length.
    static @Nullable String of(String given, Collection<String> candidates) {
        String wanted = normal(given);
        String best = null;
        int bestDistance = Math.max(2, wanted.length() / 3) + 1;
        for (String candidate : candidates) {
            int distance = distance(wanted, normal(candidate));
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /// The end of a message about something unknown.
    static String hint(@Nullable String nearest) {
        return nearest == null ? "" : "; the nearest is " + nearest;
    }

    /// `packetSizeMax` and `packet_size_max` are `packet-size-max`.
    private static String normal(String key) {
        return key.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .replace('_', '-')
                .toLowerCase(Locale.ROOT);
    }

    private static String nameOf(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    private static Stream<String> sectionsOf(String path) {
        return IntStream.range(0, path.length())
                .filter(i -> path.charAt(i) == '.')
                .mapToObj(dot -> path.substring(0, dot).replaceFirst("\\[]$", ""));
    }

    /// How many characters must be inserted, removed, replaced or swapped with their neighbour.
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least =
                        Math.min(
                                cost[i - 1][j - 1] + change,
                                1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, 1 + cost[i - 2][j - 2]);
                }
                cost[i][j] = least;
            }
        }
        return cost[a.length()][b.length()];
    }
}
