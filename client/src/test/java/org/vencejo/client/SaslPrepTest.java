package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.ongres.stringprep.Profile;
import com.ongres.stringprep.Stringprep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaslPrepTest {
    private static final Profile OTHERS = Stringprep.getProvider("SASLprep");

    /// The examples of RFC 4013, section 3, and some more; absent is what is prohibited.
    @ParameterizedTest
    @CsvSource({
        "I\u00ADX,          IX",
        "user,              user",
        "USER,              USER",
        "\u00AA,            a",
        "\u2168,            IX",
        "'a\u0007',",
        "\u06271,",
        "\u06271\u0627,     \u06271\u0627",
        "\u0627a\u0627,",
        "n\u0303,           \u00F1",
        "'a\u00A0b',        'a b'",
        "\u200B,            ''",
        "\uD83D\uDE00,", // unassigned in Unicode 3.2
        "\uE000,"
    })
    void aTextHasOneForm(String given, String prepared) {
        char[] stored = SaslPrep.stored(given.toCharArray());
        assertThat(stored == null ? null : new String(stored)).isEqualTo(prepared);
    }

    @Test
    void whatUnicode32DidNotHaveMayBeAskedForAndIsNotStored() {
        char[] smile = "\uD83D\uDE00".toCharArray();
        assertThat(SaslPrep.query(smile)).isEqualTo(smile);
        assertThat(SaslPrep.stored(smile)).isNull();
    }

    /// Somebody else's tables say the same of every character that there may be, alone and behind a
    /// letter; of the tens of thousands between, which are not assigned, some are looked at.
    @Test
    void itIsWhatOthersMakeOfEveryCharacter() {
        List<String> differing = new ArrayList<>();
        int prohibited = 0;
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            boolean mayBe =
                    character < 0x1_1000
                            || (character >= 0x1_D000 && character < 0x1_F000)
                            || (character >= 0x2_F800 && character < 0x2_FB00)
                            || (character >= 0xE_0000 && character < 0xE_0200)
                            || (character & 0xFFFF) >= 0xFFF0;
            if (!mayBe && character % 61 != 0) {
                continue;
            }
            String alone = new StringBuilder().appendCodePoint(character).toString();
            for (String text : List.of(alone, "n" + alone)) {
                char[] given = text.toCharArray();
                char[] stored = SaslPrep.stored(given);
                prohibited += stored == null ? 1 : 0;
                if (!Arrays.equals(stored, others(OTHERS::prepareStored, given))
                        || !Arrays.equals(
                                SaslPrep.query(given), others(OTHERS::prepareQuery, given))) {
                    differing.add("U+%04X in %s".formatted(character, text));
                }
            }
        }
        assertThat(differing).isEmpty();
        assertThat(prohibited).isBetween(50_000, 100_000);
    }

    private static char[] others(UnaryOperator<char[]> prepare, char[] given) {
        try {
            return prepare.apply(given.clone());
        } catch (IllegalArgumentException prohibited) {
            return null;
        } catch (IndexOutOfBoundsException nothingIsLeft) {
            return new char[0];
        }
    }
}
