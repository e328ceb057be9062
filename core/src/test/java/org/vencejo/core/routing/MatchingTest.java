package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// One table of filters and topics (section 4.7) for all that match: the filter itself, live
/// messages, groups and retained values.
class MatchingTest {
    private static final String LEVELS_200 = "level/".repeat(199) + "level";

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "a, a, true",
        "a, b, false",
        "a, A, false",
        "a, ab, false",
        "ab, a, false",
        "a, a/b, false",
        "a/b, a, false",
        "a/b, a/b, true",
        "a/b, b/a, false",
        "a b/c, a b/c, true",
        "/, /, true",
        "/, a, false",
        "//, //, true",
        "//, /, false",
        "/a, /a, true",
        "/a, a, false",
        "a/, a/, true",
        "a/, a, false",
        "a, a/, false",
        "a//b, a//b, true",
        "a//b, a/b, false",
        "a//b, a/c/b, false",
        "#, a, true",
        "#, a/b/c, true",
        "#, /, true",
        "#, /a, true",
        "a/#, a, true",
        "a/#, a/, true",
        "a/#, a/b, true",
        "a/#, a/b/c, true",
        "a/#, ab, false",
        "a/#, b, false",
        "/#, /, true",
        "/#, /a, true",
        "/#, a, false",
        "+, a, true",
        "+, /a, false",
        "+, a/b, false",
        "+/+, /, true",
        "+/+, /a, true",
        "+/+, a/, true",
        "+/+, a, false",
        "+/+, a/b/c, false",
        "/+, /a, true",
        "/+, /, true",
        "/+, a, false",
        "a/+, a/b, true",
        "a/+, a/, true",
        "a/+, a, false",
        "a/+, a/b/c, false",
        "+/#, a, true",
        "+/#, a/b/c, true",
        "+/#, /, true",
        "a/+/#, a, false",
        "a/+/#, a/b, true",
        "a/+/#, a/b/c/d, true",
        "a/+/b/#, a/x/b, true",
        "a/+/b/#, a/x/b/c, true",
        "a/+/b/#, a/x/c, false",
        "+/b/+/d, a/b/c/d, true",
        "+/b/+/d, a/b/c/e, false",
        "+/b/+/d, a/x/c/d, false",
        "+/tail/#, a/tail, true",
        "#, $SYS, false",
        "#, $SYS/a, false",
        "+, $SYS, false",
        "+/a, $SYS/a, false",
        "+/#, $SYS/a, false",
        "$SYS/#, $SYS, true",
        "$SYS/#, $SYS/a, true",
        "$SYS/+, $SYS/a, true",
        "$SYS/a, $SYS/a, true",
        "#, $, false",
        "a/#, a/$b, true",
        "a/+, a/$b, true",
        "+/$b, a/$b, true",
        "$queue/a, a, false",
        "$queue/a, $queue/a, true",
        "$exclusive/+, $exclusive/a, true",
        "señal/+/温度, señal/x/温度, true",
        "señal/+/温度, senal/x/温度, false",
        "eightbyt/x, eightbyt/x, true",
        "ninebytes/x, ninebytes/x, true",
        "ninebytes/x, ninebytez/x, false",
        "ninebytes/x, ninebyte/x, false",
        "eightbyt/+, eightbytx/x, false",
    })
    void theTableHoldsForAllThatMatch(String filter, String topic, boolean matches) {
        check(filter, topic, matches);
    }

    @Test
    void theTableHoldsFor200Levels() {
        check(LEVELS_200, LEVELS_200, true);
        check(LEVELS_200, LEVELS_200 + "/level", false);
        check("level/#", LEVELS_200, true);
        check("+/".repeat(199) + "+", LEVELS_200, true);
        check("+/".repeat(198) + "+", LEVELS_200, false);
        check("level/+/".repeat(99) + "#", LEVELS_200, true);
    }

    @Test
    void theMostLevelsThatFitInATopicMatch() {
        String slashes = "/".repeat(65_535);
        check(slashes, slashes, true);
        check("+/".repeat(32_767) + "#", slashes, true);
        check("+/".repeat(32_767) + "+", slashes, false);
        check("#", slashes, true);
    }

    private static void check(String filter, String topic, boolean matches) {
        assertThat(TopicFilter.of(filter).isValid()).isTrue();
        assertThat(TopicFilter.of(filter).matches(TopicName.of(topic))).isEqualTo(matches);
        assertThat(Routes.plain(live(filter), topic)).isEqualTo(matches ? List.of("s") : List.of());
        String sharedFilter = "$share/g/" + filter;
        if (sharedFilter.length() <= TopicName.BYTES_MAX) {
            assertThat(Routes.shared(live(sharedFilter), topic))
                    .isEqualTo(matches ? List.of(sharedFilter) : List.of());
        }
        RetainedTrie<String> retained = new RetainedTrie<>(1);
        retained.put(TopicName.of(topic), topic);
        retained.put(TopicName.of("control/arm"), "control");
        assertThat(Routes.all(retained.cursor(TopicFilter.of(filter))).contains(topic))
                .isEqualTo(matches);
    }

    private static SubscriptionTrie<String> live(String filter) {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
        trie.put("s", Routes.subscription(filter), 0);
        return trie;
    }
}
