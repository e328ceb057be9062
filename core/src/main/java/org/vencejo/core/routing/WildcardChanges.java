package org.vencejo.core.routing;

/// How often wildcard filters changed, counted apart for those that begin with different levels.
///
/// Part of the core: touched only by whoever runs it.
///
/// A topic has a place for each of its first levels, a filter one for the levels before its first
/// wildcard. A change counts at the filter's place; the sum over a topic's places rises whenever a
/// filter changed that may match it, and rarely otherwise. So while a fleet subscribes to
/// `device/<name>/#`, one by one, the routes of other topics stay good.
final class WildcardChanges {
    private static final int LEVELS = 4;
    private static final int PLACES = 1024;

    private final long[] changes = new long[PLACES];
    private long everywhere;

    /// The places of the topic, packed; one with fewer levels has its last place several times.
    static long placesOf(Levels topicName) {
        long path = 0;
        long places = 0;
        for (int level = 0; level < LEVELS; level++) {
            if (level < topicName.count()) {
                path = below(path, topicName.digest(level));
            }
            places = places << Short.SIZE | place(path);
        }
        return places;
    }

    /// A number that is another one after each change of a filter that matches the topic.
    long sum(long places) {
        long sum = everywhere;
        for (int level = 0; level < LEVELS; level++) {
            sum += changes[(int) (places >>> (level * Short.SIZE)) & (PLACES - 1)];
        }
        return sum;
    }

    void count(Levels filter) {
        long path = 0;
        int level = 0;
        while (level < Math.min(LEVELS, filter.count()) && !filter.isWildcard(level)) {
            path = below(path, filter.digest(level));
            level++;
        }
        if (level == 0) {
            everywhere++;
        } else {
            changes[place(path)]++;
        }
    }

    private static long below(long path, long digest) {
        return Levels.mix(Levels.mix(path) ^ digest);
    }

    private static int place(long path) {
        return (int) path & (PLACES - 1);
    }
}
