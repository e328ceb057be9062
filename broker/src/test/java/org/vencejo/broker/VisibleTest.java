package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is shown of a name leads back to it.
class VisibleTest {
    /// In `text`, ESC stands for the character 1B, RLO for the one that turns the direction, TAG
    /// for one beyond FFFF.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\"\", \"\"",
                "a b'ñ, a b'ñ",
                "aESC[2J, a\\u001B[2J",
                "RLO, \\u202E",
                "TAGx, \\U000E0001x",
            })
    void whatIsShownLeadsBackToTheText(String written, String shown) {
        String text =
                written.replace("ESC", "\u001B")
                        .replace("RLO", "\u202E")
                        .replace("TAG", Character.toString(0xE0001));
        assertThat(Visible.text(text)).isEqualTo(shown);
        assertThat(Visible.original(shown)).isEqualTo(text);
    }

    /// Nothing is shown so, but for a name that has these very letters.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "a\\u0041",
                "\\u001b",
                "\\u1B",
                "x\\uD800",
                "\\U00110000",
                "\\U0000001",
                "\\",
                "\\u"
            })
    void otherLettersStay(String text) {
        assertThat(Visible.original(text)).isEqualTo(text);
        assertThat(Visible.text(text)).isEqualTo(text);
    }
}
