package org.vencejo.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.ProtocolVersion;

/// The language of scenarios: what it sends, what it accepts, what it refuses to read.
class LanguageTest {
    private static final String HEAD = "== A title\n5.0: MQTT-3.1.4-5\n";

    @ParameterizedTest(name = "{0} in 5.0 is {1}, in 3.1.1 is {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "C0 00                    | C0 00                            | C0 00",
                "30 LL \"a\" [] 'hi'      | 30 06 00 01 61 00 68 69          | 30 05 00 01 61 68 69",
                "MQTT                     | 00 04 4D 51 54 54 05             | 00 04 4D 51 54 54 04",
                "\"~/t\"                  | 00 06 6E 69 64 6F 2F 74          | 00 06 6E 69 64 6F 2F 74",
                "[0B 05, 26 \"k\" \"v\"]  | 09 0B 05 26 00 01 6B 00 01 76    | ``",
                "(87) PRESENT             | 87 01                            | 01",
                "3.x{01} 5.0{02 03}       | 02 03                            | 01",
                "'ab'*3                   | 61 62 61 62 61 62                | 61 62 61 62 61 62",
                "30 LL 00*200             | 30 C8 01                         | 30 C8 01",
            })
    void bytesThatAreSent(String text, String in5, String in311) {
        assertThat(sent(text, ProtocolVersion.MQTT_5)).startsWith(bytes(in5));
        assertThat(sent(text, ProtocolVersion.MQTT_3_1_1)).startsWith(bytes(in311));
    }

    @ParameterizedTest(name = "{0} accepts {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "40 LL 00 05 (00)         | 40 02 00 05",
                "40 LL 00 05 (00)         | 40 03 00 05 00",
                "40 LL 00 05 (00)         | 40 04 00 05 00 00",
                "40 LL 00 05 (00,10)      | 40 03 00 05 10",
                "40 LL 00 05 (87)         | 40 08 00 05 87 04 1F 00 01 78",
                "30,31 LL ...             | 31 03 00 01 61",
                "40 02..12 00 05 (87)     | 40 03 00 05 87",
                "20 LL 00 00 [*]          | 20 06 00 00 03 21 00 05",
                "20 LL 00 00 [21 00 05, *] | 20 09 00 00 06 22 00 01 21 00 05",
                "20 LL 00 00 [!23, *]     | 20 06 00 00 03 21 00 05",
                "20 LL 00 00 [0B 05, 0B 05] | 20 07 00 00 04 0B 05 0B 05",
            })
    void packetsThatAreAccepted(String text, String packet) {
        Matching.match(elements(text), bytes(packet), facts(ProtocolVersion.MQTT_5));
    }

    @ParameterizedTest(name = "{0} refuses {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "40 LL 00 05 (00)           | 40 02 00 06                  | at byte 4: expected 05, given was 06",
                "40 LL 00 05 (87)           | 40 02 00 05                  | at byte 4: expected one more byte",
                "40 LL 00 05 (00)           | 40 03 00 05 10               | at byte 5: expected 00, given was 10",
                "40 LL 00 05                | 40 03 00 05 10               | expected the end of the packet",
                "40 02..03 00 05 (87)       | 40 04 00 05 87 00            | at byte 2: expected 02",
                "30 LL \"a\" [] 'x'         | 30 05 00 01 61 00 79         | expected 'x' = 78, given was 79",
                "30 LL \"b\" [] 'x'         | 30 05 00 01 61 00 78         | expected `\"b\"`, given was `\"a\"`",
                "20 LL 00 00 []             | 20 06 00 00 03 21 00 05      | Receive Maximum = 21 00 05",
                "20 LL 00 00 [!21, *]       | 20 06 00 00 03 21 00 05      | expected no Receive Maximum",
                "20 LL 00 00 [21 00 06, *]  | 20 06 00 00 03 21 00 05      | Receive Maximum = 21 00 06",
                "20 LL 00 00 [0B 05, 0B 05] | 20 05 00 00 02 0B 05         | expected a Property Subscription",
                "[26 `\"a\" \"\"`, 26 `\"b\" \"\"`] | 0C 26 00 01 62 00 00 26 00 01 61 00 00 | User Property",
                "20 LL 00 00 [*]            | 20 06 00 00 04 21 00 05      | one more byte",
                "20 LL 00 00 [*]            | 20 05 00 00 02 7F 00         | identifier 0x7F",
            })
    void packetsThatAreRefused(String text, String packet, String problem) {
        List<Element> expected = elements(text.replace("`", ""));
        byte[] given = bytes(packet);
        Facts facts = facts(ProtocolVersion.MQTT_5);
        assertThatThrownBy(() -> Matching.match(expected, given, facts))
                .isInstanceOf(Mismatch.class)
                .hasMessageContaining(problem.replace("`", ""));
    }

    @Test
    void whatIsRememberedHoldsFromThenOn() {
        Facts facts = facts(ProtocolVersion.MQTT_5);
        Matching.match(elements("32 LL $p $id:text"), bytes("32 05 12 34 00 01 61"), facts);

        assertThat(Encoding.bytes(elements("40 LL $p"), facts)).isEqualTo(bytes("40 02 12 34"));
        assertThat(Encoding.bytes(elements("$id:text"), facts)).isEqualTo(bytes("00 01 61"));
        assertThatThrownBy(() -> Matching.match(elements("$p"), bytes("12 35"), facts))
                .isInstanceOf(Mismatch.class);
    }

    @Test
    void aPacketThatDoesNotMatchTeachesNothing() {
        Facts facts = facts(ProtocolVersion.MQTT_5);
        assertThatThrownBy(() -> Matching.match(elements("$p 01"), bytes("12 34 02"), facts))
                .isInstanceOf(Mismatch.class);
        assertThat(facts.knows("p")).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "A > 4          | ch:3: expected a byte in two digits",
                "A > '4         | ch:3: expected a closing '",
                "A > [01        | ch:3: expected ]",
                "A > 3.2{01}    | ch:3: expected 3.1{, 3.1.1{, 3.x{ or 5.0{ and a }",
                "A dances       | ch:3: no client does 'dances'",
                "nobody knows   | ch:3: expected a step",
                "each: alone    | ch:3: expected a name and values",
                "auth: m a says b | ch:3: expected method, data, asks, accepts or refuses",
                "6.0: MQTT-1    | ch:3: expected a header key or a version",
                "5.0: MQTT-1    | ch:3: expected each version once",
                "3.1: 1 2 3 4 5 6 | ch:3: expected at most five statements",
            })
    void whatIsWrongInAScenarioIsToldWithItsPlace(String line, String problem) {
        String text = HEAD + line + "\nA pings\n";
        assertThatThrownBy(() -> ScenarioReader.read("ch", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void anAuthenticatorIsATable() {
        String text =
                """
                == A title
                5.0:   MQTT-3.1.4-5
                auth: chat hello asks who?
                auth: chat ann accepts ann
                auth: chat eve refuses 9C (go away)
                A pings
                """;
        assertThat(ScenarioReader.read("ch", text).getFirst().setup().answers())
                .containsExactly(
                        new Setup.Answer("chat", "hello", new Setup.Verdict.Asks("who?")),
                        new Setup.Answer("chat", "ann", new Setup.Verdict.Accepts("ann", "")),
                        new Setup.Answer(
                                "chat", "eve", new Setup.Verdict.Refuses(0x9C, "go away")));
    }

    @Test
    void rightsChangeWhereASetupIsPossible() {
        Trial trial =
                ScenarioReader.read("ch", HEAD + "deny publish ~/x\nallow publish ~/x\n")
                        .getFirst()
                        .trials()
                        .getFirst();
        Setup.Denial what = new Setup.Denial("publish", "~/x");

        assertThat(trial.steps().stream().map(Trial.Numbered::step))
                .containsExactly(new Step.Access(what, true), new Step.Access(what, false));
        assertThat(trial.needs()).containsExactly(Ability.SETUP);
    }

    @Test
    void versionsBoundariesAndRowsMultiply() {
        String text =
                """
                == A title
                3.1.1: MQTT-3.1.4-4
                5.0:   MQTT-3.1.4-5
                boundary: reset takeover
                each:     zero || 00
                each 5.0: one  || 01
                A > @1   # a comment
                A goes
                (takeover 5.0) A pings
                """;
        List<Trial> trials = ScenarioReader.read("ch", text).getFirst().trials();

        assertThat(trials.stream().map(Trial::parameters))
                .containsExactlyInAnyOrder(
                        "3.1.1, reset, zero",
                        "3.1.1, takeover, zero",
                        "5.0, reset, zero",
                        "5.0, takeover, zero",
                        "5.0, reset, one",
                        "5.0, takeover, one");
        assertThat(trials.stream().map(trial -> trial.steps().size()))
                .as("those of takeover in 5.0 ping as well: two more steps")
                .containsExactlyInAnyOrder(2, 2, 2, 2, 4, 4);
    }

    private static byte[] sent(String text, ProtocolVersion version) {
        return Encoding.bytes(elements(text), facts(version));
    }

    private static List<Element> elements(String text) {
        // The tables above part their columns with the sign that parts choices.
        return ElementReader.packets(
                        text.strip().replace("00,10", "00|10").replace("30,31", "30|31"))
                .getFirst();
    }

    private static Facts facts(ProtocolVersion version) {
        return new Facts(version, "nido");
    }

    private static byte[] bytes(String hex) {
        return hex == null ? new byte[0] : HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
}
