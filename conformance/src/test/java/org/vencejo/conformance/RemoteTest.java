package org.vencejo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.ProtocolVersion;

/// What is done for somebody else's server: what it offers is looked up, credentials are given.
class RemoteTest {
    private static final byte[] ALL = bytes("20 03 00 00 00");

    @Test
    void whatAServerOffersDecidesWhatIsApplicable() {
        Trial retain = trial("A > 31 LL \"~/t\" [] 'x'");
        assertThat(offer("20 05 00 00 02 25 00").lacks(retain))
                .contains("the server offers Retain Available 0, this takes 1");
        assertThat(offer("20 05 00 00 02 25 01").lacks(retain)).isEmpty();

        Trial qos2 = trial("A > 82 LL 00 01 [] \"~/t\" 02");
        assertThat(offer("20 05 00 00 02 24 01").lacks(qos2))
                .contains("the server offers Maximum QoS 1, this takes 2");
        assertThat(offer("20 03 00 00 00").lacks(qos2)).isEmpty();

        assertThat(offer("20 05 00 00 02 28 00").lacks(trial("A > 82 LL 00 01 [] \"~/#\" 00")))
                .isPresent();
        assertThat(offer("20 05 00 00 02 28 00").lacks(trial("A > 82 LL 00 01 [] \"~/t\" 00")))
                .isEmpty();
        assertThat(
                        offer("20 05 00 00 02 2A 00")
                                .lacks(trial("A > 82 LL 00 01 [] \"$share/g/~\" 00")))
                .isPresent();
        assertThat(offer("20 05 00 00 02 29 00").lacks(trial("A > 82 LL 00 01 [0B 01] \"~\" 00")))
                .isPresent();
        assertThat(
                        offer("20 08 00 00 05 11 00 00 00 00")
                                .lacks(trial("A > 10 LL MQTT 00 00 00 [11 FF FF FF FF] \"~A\"")))
                .isPresent();
    }

    @Test
    void aliasesAreOfferedOnlyIfToldAndBreakingTheLimitIsPlayed() {
        Trial alias = trial("A > 30 LL \"~/t\" [23 00 05] 'x'", "A < D0 00");
        assertThat(offer("20 03 00 00 00").lacks(alias)).isPresent();
        assertThat(offer("20 06 00 00 03 22 00 04").lacks(alias)).isPresent();
        assertThat(offer("20 06 00 00 03 22 00 05").lacks(alias)).isEmpty();

        Trial tooGreat = trial("A > 30 LL \"~/t\" [23 00 05] 'x'", "A closed 94");
        assertThat(offer("20 06 00 00 03 22 00 04").lacks(tooGreat)).isEmpty();
    }

    @Test
    void theReceiveMaximumCountsWhatIsOpen() {
        Trial two =
                trial(
                        "A > 32 LL \"~/t\" 00 01 [] 'x' ; 32 LL \"~/t\" 00 02 [] 'x'",
                        "A < 40 LL 00 01 (00)",
                        "A < 40 LL 00 02 (00)",
                        "A > 34 LL \"~/t\" 00 03 [] 'x'");
        assertThat(offer("20 06 00 00 03 21 00 01").lacks(two))
                .contains("the server offers Receive Maximum 1, this takes 2");
        assertThat(offer("20 06 00 00 03 21 00 02").lacks(two)).isEmpty();
    }

    @Test
    void whatIsOptionalIn5IsNotBefore() {
        Trial trial =
                ScenarioReader.read("t", "== T\n3.1.1: MQTT-3.3.1-5\nA > 31 LL \"~/t\" 'x'")
                        .getFirst()
                        .trials()
                        .getFirst();
        assertThat(Offer.of(ALL, ProtocolVersion.MQTT_3_1_1).lacks(trial)).isEmpty();
    }

    @Test
    void credentialsTakeThePlaceOfThoseOfTheScenario() {
        Credentials ann = new Credentials(new byte[] {'a'}, new byte[] {'p', 'w'});
        assertThat(with(ann, "10 0F 00 04 4D 51 54 54 05 02 00 00 00 00 02 69 64"))
                .isEqualTo(
                        "10 16 00 04 4D 51 54 54 05 C2 00 00 00 00 02 69 64 00 01 61 00 02 70 77");
        assertThat(with(ann, "10 14 00 04 4D 51 54 54 04 C2 00 00 00 01 69 00 01 75 00 02 73 73"))
                .isEqualTo("10 14 00 04 4D 51 54 54 04 C2 00 00 00 01 69 00 01 61 00 02 70 77");
        Credentials nameOnly = new Credentials(new byte[] {'a'}, null);
        // with a will, which stays
        assertThat(with(nameOnly, "10 13 00 04 4D 51 54 54 04 06 00 00 00 01 69 00 01 77 00 01 78"))
                .isEqualTo(
                        "10 16 00 04 4D 51 54 54 04 86 00 00 00 01 69 00 01 77 00 01 78 00 01 61");
    }

    @Test
    void aMalformedConnectIsSentAsItIs() {
        for (String malformed :
                List.of(
                        "10 00",
                        "10 0E 00 04 4D 51 54 54 05 02 00 00 00 00 02 69",
                        "10 0E 00 04 4D 51 54 54 04 03 00 00 00 02 69 64",
                        "10 10 00 04 4D 51 54 54 04 02 00 00 00 02 69 64 00 00",
                        "10 11 00 04 4D 51 54 54 04 82 00 00 00 01 69 00 02 C0 80",
                        "10 10 00 04 4D 51 54 54 04 42 00 00 00 01 69 00 01 78",
                        "30 0E 00 04 4D 51 54 54 04 02 00 00 00 02 69 64")) {
            assertThat(ConnectPacket.read(bytes(malformed))).as(malformed).isEmpty();
        }
    }

    @Test
    void aReportIsJsonWhateverStandsInIt() {
        assertThat(Json.text(Map.of("k", List.of("a\"b\\c\n\t\u0001\u007F\uD800é", 1L, true))))
                .isEqualTo(
                        """
                        {
                          "k": [
                            "a\\"b\\\\c\\n\\t\\u0001\\u007f\\ud800é",
                            1,
                            true
                          ]
                        }
                        """);
        assertThat(Json.text(List.of())).isEqualTo("[]\n");
    }

    private static String with(Credentials credentials, String connect) {
        byte[] given = ConnectPacket.read(bytes(connect)).orElseThrow().with(credentials);
        return Octets.hex(given);
    }

    private static Offer offer(String connack) {
        return Offer.of(bytes(connack), ProtocolVersion.MQTT_5);
    }

    private static Trial trial(String... steps) {
        return ScenarioReader.read("t", "== T\n5.0: MQTT-3.3.1-5\n" + String.join("\n", steps))
                .getFirst()
                .trials()
                .getFirst();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
