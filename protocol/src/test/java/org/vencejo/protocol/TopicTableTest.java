package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Topic Names and Topic Filters: which are valid, and which match.
class TopicTableTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            textBlock =
                    """
                    # filter            | matches                         | does not
                    a                   | a                               | A, b, ab, a/, /a
                    abc                 | abc                             | a/c, a/, ab/, abcd
                    a/b                 | a/b                             | a, a/b/, a/b/c, a/c, A/b
                    '#'                 | a, /, /a, a/b/c, //             | $SYS, $SYS/a, $a, $
                    a/#                 | a, a/, a/b, a/b/c, a//          | b, ab, ab/c, /a
                    a/b/#               | a/b, a/b/c, a/b/                | a, a/, a/c, a/bc
                    /#                  | /, /a, /a/b, //                 | a, a/
                    '+'                 | a, a b                          | /, /a, a/, a/b, $SYS
                    +/+                 | /, /a, a/, a/b                  | a, a/b/c, //, $SYS/a
                    /+                  | /, /a                           | a, /a/, //, a/b
                    +/                  | /, a/                           | a, a/b, $a/
                    +/#                 | a, /, a/b, a/b/c, /a            | $SYS, $SYS/a
                    a/+                 | a/, a/b                         | a, a/b/, a/b/c
                    a/+/#               | a/, a/b, a/b/c, a//             | a, b/a
                    a/+/c               | a/b/c, a//c                     | a/c, a/b/d, a/b/c/d, a/b
                    a//b                | a//b                            | a/b, a/x/b
                    a/                  | a/                              | a, a//
                    //                  | //                              | /, ///
                    +/+/+               | //, a//b, a/b/c                 | a, /, a/b
                    a/+/b/#             | a/x/b, a/x/b/c                  | a/b, a/x/c
                    $SYS/#              | $SYS, $SYS/a, $SYS/a/b          | $sys/a, SYS/a, $SYSa
                    $SYS/+              | $SYS/, $SYS/a                   | $SYS, $SYS/a/b
                    a/$b                | a/$b                            | a/b
                    a/+                 | a/$b                            | $b/a
                    niño/+              | niño/año                        | nino/ano, ni\u00F1/o
                    $share/g/a/+        | a/b                             | g/a/b, $share/g/a/b, a
                    $share/g/#          | a, a/b                          | $SYS/a
                    $share/g//t         | /t                              | t
                    $share              | $share                          | a
                    $queue/t            | $queue/t                        | t
                    """)
    void filterMatches(String filter, String matching, String other) {
        TopicFilter topicFilter = TopicFilter.of(filter);
        assertThat(topicFilter.fault()).isNull();
        for (String name : matching.split(", ", -1)) {
            assertThat(topicFilter.matches(TopicName.of(name)))
                    .as("%s matches %s", filter, name)
                    .isTrue();
        }
        for (String name : other.split(", ", -1)) {
            assertThat(topicFilter.matches(TopicName.of(name)))
                    .as("%s matches %s", filter, name)
                    .isFalse();
        }
    }

    @Test
    void twoHundredLevelsMatchLevelByLevel() {
        String name = "l/".repeat(199) + "end";
        assertThat(TopicFilter.of(name).matches(TopicName.of(name))).isTrue();
        assertThat(TopicFilter.of("+/".repeat(199) + "end").matches(TopicName.of(name))).isTrue();
        assertThat(TopicFilter.of("+/".repeat(199) + "#").matches(TopicName.of(name))).isTrue();
        assertThat(TopicFilter.of("+/".repeat(200) + "#").matches(TopicName.of(name))).isTrue();
        assertThat(TopicFilter.of("+/".repeat(201) + "#").matches(TopicName.of(name))).isFalse();
        assertThat(TopicFilter.of("+/".repeat(199) + "other").matches(TopicName.of(name)))
                .isFalse();
        assertThat(TopicName.of(name).levels()).isEqualTo(200);
    }

    @Test
    void sixtyFiveThousandLevelsTakeNoStack() {
        TopicName deep = TopicName.of("/".repeat(65_535));
        assertThat(TopicFilter.of("+/".repeat(32_767) + "#").matches(deep)).isTrue();
        assertThat(TopicFilter.of("+/".repeat(32_767)).matches(deep)).isFalse();
        assertThat(deep.levels()).isEqualTo(65_536);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a#",
                "#a",
                "#/",
                "##",
                "a/#/b",
                "a/#b",
                "+a",
                "a+",
                "a/+b",
                "a/b+/c",
                "++",
                "",
                "$share//t",
                "$share/g",
                "$share/g/",
                "$share/",
                "$share/+/t",
                "$share/a+b/t",
                "$share/a#/t",
                "$share/g/a#"
            })
    void invalidFiltersSayWhatIsWrong(String filter) {
        TopicFilter topicFilter = TopicFilter.of(filter);
        assertThat(topicFilter.isValid()).isFalse();
        assertThat(topicFilter.fault()).isNotEmpty();
        assertThat(topicFilter).hasToString(filter);
    }

    @ParameterizedTest
    @CsvSource({
        "$share/g/t, g, false, 1",
        "$share/g/+/x, g, true, 2",
        "$share/g//t, g, false, 2",
        "$share/g h/#, g h, true, 1",
        "$SHARE/g/t, , false, 3",
        "$share, , false, 1",
        "a/+, , true, 2",
        "/, , false, 2"
    })
    void filtersKnowTheirParts(String filter, String shareName, boolean wildcard, int levels) {
        TopicFilter topicFilter = TopicFilter.of(filter);
        assertThat(topicFilter.isValid()).isTrue();
        assertThat(topicFilter.shareName()).isEqualTo(shareName);
        assertThat(topicFilter.isShared()).isEqualTo(shareName != null);
        assertThat(topicFilter.hasWildcard()).isEqualTo(wildcard);
        assertThat(topicFilter.levels()).isEqualTo(levels);
    }

    @ParameterizedTest
    @CsvSource({
        "$share//t, MQTT-4.8.2-1", // no share name
        "$share/, MQTT-4.8.2-1",
        "$share/g, MQTT-4.8.2-2", // no filter behind it
        "$share/g/, MQTT-4.8.2-2",
        "$share/a+b/t, MQTT-4.8.2-2",
        "$share/g/a#, MQTT-4.7.1-1",
        "a+, MQTT-4.7.1-2",
        "'', MQTT-4.7.3-1"
    })
    void invalidFiltersBreakAStatement(String filter, String statement) {
        TopicFilter topicFilter = TopicFilter.of(filter);
        assertThat(topicFilter.violation(ProtocolVersion.MQTT_5).statement()).isEqualTo(statement);
        assertThat(topicFilter.isShared()).isEqualTo(filter.equals("$share/g/a#"));
    }

    @Test
    void aNameHasAtLeastOneCharacter() {
        ProtocolViolation violation =
                catchThrowableOfType(ProtocolViolation.class, () -> TopicName.of(""));
        assertThat(violation.reasonCode()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(violation.statement()).isEqualTo("MQTT-4.7.3-1");
        assertThat(TopicName.NONE.startsWithDollar()).isFalse();
        assertThat(TopicName.NONE.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a+", "+", "#", "a/#", "a/+/b"})
    void namesHaveNoWildcard(String name) {
        ProtocolViolation violation =
                catchThrowableOfType(ProtocolViolation.class, () -> TopicName.of(name));
        assertThat(violation.reasonCode()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(violation.statement()).isEqualTo("MQTT-3.3.2-2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "a b", "$SYS", "a//b", "\uFEFFa", " "})
    void namesMayBeOdd(String name) {
        assertThat(TopicName.of(name)).hasToString(name).isEqualTo(TopicName.of(name));
    }

    @Test
    void namesAreComparedByteForByte() {
        TopicName composed = TopicName.of("\u00F1");
        assertThat(composed).isNotEqualTo(TopicName.of("n\u0303"));
        assertThat(TopicName.of("a"))
                .isNotEqualTo(TopicName.of("A"))
                .isNotEqualTo(TopicName.of("a/"));
        assertThat(composed).hasSameHashCodeAs(TopicName.of("\u00F1"));
    }

    @Test
    void filtersWithOneHashAreStillInOrder() {
        TopicFilter first = TopicFilter.of("Aa/#");
        TopicFilter second = TopicFilter.of("BB/#");
        assertThat(first).hasSameHashCodeAs(second).isNotEqualTo(second);
        assertThat(first).isLessThan(second).isEqualByComparingTo(TopicFilter.of("Aa/#"));
        assertThat(second).isGreaterThan(first);
        assertThat(TopicFilter.of("\u00F1")).as("bytes are unsigned").isGreaterThan(second);
    }
}
