package org.vencejo.testing.routing;

import java.util.List;
import java.util.StringJoiner;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Seeds;

/// Topic Names and Topic Filters by chance, of so few words that they often match.
final class Topics {
    /// Empty, hidden by `$`, alike for eight bytes and then not, as long as a head and longer.
    private static final List<String> WORDS =
            List.of(
                    "",
                    "a",
                    "b",
                    "$x",
                    "c d",
                    "mañana",
                    "eightbyt",
                    "eightbytes",
                    "eightbytez",
                    "a level of more than sixteen bytes");

    private static final int LEVELS_MAX = 4;

    private final Seeds seeds;

    /// The first so many words; the fewer, the more matches.
    private final int words;

    /// Filters that come again and again, and how often.
    private final List<TopicFilter> favourites;

    private final double favoured;

    Topics(Seeds seeds) {
        this.seeds = seeds;
        this.words = 2 + seeds.below(WORDS.size() - 1);
        this.favourites = List.of(newFilter(), newFilter(), newFilter());
        this.favoured = seeds.pick(List.of(0.0, 0.3, 0.8));
    }

    TopicName name() {
        StringJoiner levels = new StringJoiner("/");
        for (int more = seeds.below(LEVELS_MAX); more >= 0; more--) {
            levels.add(word());
        }
        return levels.length() == 0 ? name() : TopicName.of(levels.toString());
    }

    TopicFilter filter() {
        return seeds.chance(favoured) ? seeds.pick(favourites) : newFilter();
    }

    private TopicFilter newFilter() {
        StringJoiner levels = new StringJoiner("/");
        for (int more = seeds.below(LEVELS_MAX); more >= 0; more--) {
            if (more == 0 && seeds.chance(0.25)) {
                levels.add("#");
            } else {
                levels.add(seeds.chance(0.3) ? "+" : word());
            }
        }
        return levels.length() == 0 ? newFilter() : TopicFilter.of(levels.toString());
    }

    TopicFilter sharedFilter() {
        return TopicFilter.of("$share/" + seeds.pick(List.of("g", "h")) + "/" + filter());
    }

    private String word() {
        return WORDS.get(seeds.below(words));
    }
}
