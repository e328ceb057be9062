package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// How filters lie to each other, against what matching says of all topics of a small world.
class LevelsTest {
    // z is in no filter, so a filter without wildcards never passes for one with them.
    private static final List<String> NAMES = List.of("a", "b", "", "$s", "z");
    private static final List<String> PARTS = List.of("a", "b", "", "$s", "+");

    @Test
    void coversAndOverlapsAreWhatMatchingSays() {
        List<TopicName> topics =
                texts(NAMES, 4).stream()
                        .filter(text -> !text.isEmpty())
                        .map(TopicName::of)
                        .toList();
        List<TopicFilter> filters = new ArrayList<>();
        for (String text : texts(PARTS, 3)) {
            if (!text.isEmpty()) {
                filters.add(TopicFilter.of(text));
                filters.add(TopicFilter.of(text + "/#"));
            }
        }
        filters.add(TopicFilter.of("#"));
        int covered = 0;
        int overlapping = 0;
        for (TopicFilter one : filters) {
            boolean[] byOne = matched(one, topics);
            Levels levels = Levels.of(one);
            for (TopicFilter other : filters) {
                boolean[] byOther = matched(other, topics);
                boolean covers = true;
                boolean overlaps = false;
                for (int i = 0; i < byOne.length; i++) {
                    covers &= byOne[i] || !byOther[i];
                    overlaps |= byOne[i] && byOther[i];
                }
                if (levels.covers(Levels.of(other)) != covers
                        || levels.overlaps(Levels.of(other)) != overlaps) {
                    assertThat(levels.covers(Levels.of(other)))
                            .as("%s covers %s", one, other)
                            .isEqualTo(covers);
                    assertThat(levels.overlaps(Levels.of(other)))
                            .as("%s overlaps %s", one, other)
                            .isEqualTo(overlaps);
                }
                covered += covers ? 1 : 0;
                overlapping += overlaps ? 1 : 0;
            }
        }
        assertThat(covered).isGreaterThan(filters.size()).isLessThan(overlapping);
    }

    @Test
    void aSharedSubscriptionIsJudgedByItsFilter() {
        assertThat(Levels.of(TopicFilter.of("$share/s/a/+"))).hasToString("a/+");
        assertThat(Levels.of(TopicFilter.of("a/#")).covers(Levels.of(TopicFilter.of("$share/s/a"))))
                .isTrue();
    }

    private static boolean[] matched(TopicFilter filter, List<TopicName> topics) {
        boolean[] matched = new boolean[topics.size()];
        for (int i = 0; i < matched.length; i++) {
            matched[i] = filter.matches(topics.get(i));
        }
        return matched;
    }

    private static List<String> texts(List<String> parts, int levelsMax) {
        List<String> all = new ArrayList<>();
        List<String> last = parts;
        for (int levels = 1; levels <= levelsMax; levels++) {
            all.addAll(last);
            List<String> longer = new ArrayList<>();
            for (String head : last) {
                for (String part : parts) {
                    longer.add(head + "/" + part);
                }
            }
            last = longer;
        }
        return all;
    }
}
