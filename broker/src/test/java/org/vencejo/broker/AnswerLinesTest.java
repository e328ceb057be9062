package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An answer has the lines for which there is room, and says if it was cut.
class AnswerLinesTest {
    /// Lines, how many lines and characters at most, and the text with `|` for each end of a line.
    @ParameterizedTest
    @CsvSource({
        "'',            9, 99, '',          false",
        "a bb ccc,      9, 99, a|bb|ccc,    false",
        "a bb ccc,      3, 99, a|bb|ccc,    false",
        "a bb ccc,      2, 99, a|bb|more,   true",
        "a bb ccc,      0, 99, more,        true",
        "a bb ccc,      9, 8,  a|bb|ccc,    false", // with an end for each but the last
        "a bb ccc,      9, 7,  a|bb|more,   true",
        "a cccccccc b,  9, 8,  a|more,      true", // what is short and behind it is not told either
        "cccccccccc b,  9, 8,  more,        true",
    })
    void anAnswerHasAsManyAsThereIsRoomFor(
            String given, int linesMax, long charactersMax, String text, boolean isCut) {
        AnswerLines lines = new AnswerLines(linesMax, charactersMax);
        for (String each : given.isEmpty() ? new String[0] : given.split(" ", -1)) {
            lines.add(each);
        }
        assertThat(lines.text().replace('\n', '|')).isEqualTo(text);
        assertThat(lines.isCut()).isEqualTo(isCut);
    }
}
