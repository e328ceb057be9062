package org.vencejo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What the standard leaves open is no violation at a server that is not ours.
class FreeChoiceTest {
    private static final String ACCEPTED = "20 03 00 00 00";
    private static final String CUT = "";

    private final Catalogue catalogue = Catalogue.read();

    @Test
    void whoClosesWithoutAReasonOnlyDiffers() {
        assertThat(played("A connects\nA > 00 00\nA closed 81", ACCEPTED, CUT)).contains("B40");
        assertThat(played("A connects\nA > 00 00\nA closed 81", ACCEPTED, "E0 01 82", CUT))
                .contains("B40");
        assertThat(played("A > 10 00\nA < 20 LL 00 81 [*]\nA closed", CUT)).contains("B40");
        assertThat(played("A > 10 00\nA < 20 LL 00 81 [*]\nA closed", "20 03 00 82 00", CUT))
                .contains("B40");
        String spelledOut = "A connects\nA > 00 00\nA < E0 LL (81)\nA closed";
        assertThat(played(spelledOut, ACCEPTED, CUT)).isEqualTo("B40");
        assertThat(played(spelledOut, ACCEPTED, "D0 00", CUT)).isEqualTo("MQTT-3.3.1-5");
        // the control arm: as asked
        assertThat(played("A connects\nA > 00 00\nA closed 81", ACCEPTED, "E0 01 81", CUT))
                .isEmpty();
    }

    @Test
    void whoDoesNotCloseIsWrongWhateverItSays() {
        String closes = "A connects\nA > 00 00\nA closed 81";
        assertThat(played(closes, ACCEPTED, "E0 01 82", "D0 00")).isEqualTo("MQTT-3.3.1-5");
        assertThat(played(closes, ACCEPTED, "E0 01 00", CUT)).isEqualTo("MQTT-3.3.1-5");
        assertThat(played(closes, ACCEPTED, "E0 07 81 05 11 00 00 00 05", CUT))
                .isEqualTo("MQTT-3.3.1-5");
        String refuses = "A > 10 00\nA < 20 LL 00 81 [*]\nA closed";
        assertThat(played(refuses, ACCEPTED, CUT)).isEqualTo("MQTT-3.3.1-5");
        assertThat(played(refuses, "20 03 00 82 00", "D0 00")).isEqualTo("MQTT-3.3.1-5");
    }

    @Test
    void aCloseWithoutAReasonDoesNotHideWhatComesAfterIt() {
        String closes = "A connects\nA > 00 00\nA closed 81\nB > C0 00\nB < D0 00";
        assertThat(played(closes, ACCEPTED, CUT, "D0 00")).isEqualTo("B40");
        assertThat(played(closes, ACCEPTED, CUT, "D0 01 00")).isEqualTo("MQTT-3.3.1-5");
    }

    @Test
    void aQos2MessageMayWaitForItsPubrel() {
        String waits = "A connects\nA > 34 LL \"t\" 00 01 [] 'x'\nA < 50 02 00 01\nA < 30 ...";
        assertThat(played(waits, ACCEPTED, "50 02 00 01", "D0 00")).isEqualTo("B2");
        String released = waits.replace("A < 30", "A > 62 02 00 01\nA < 30");
        assertThat(played(released, ACCEPTED, "50 02 00 01", "D0 00")).isEqualTo("MQTT-3.3.1-5");
    }

    @Test
    void aScenarioOfAChoiceIsNoViolationUnlessOtherStepsNameIt() {
        assertThat(differs("choice: B1\nA connects\nA < D0 00", ACCEPTED, "D0 01 00")).isTrue();
        assertThat(differs("A connects\nA < D0 00", ACCEPTED, "D0 01 00")).isFalse();
        String named = "choice: B1\nA connects\nA < D0 00 # here B1\nA < D0 00";
        assertThat(differs(named, ACCEPTED, "D0 01 00")).isTrue();
        assertThat(differs(named, ACCEPTED, "D0 00", "D0 01 00")).isFalse();
    }

    @Test
    void ourOwnServersHaveNoFreeChoice() {
        Trial trial = trial("A connects\nA > 00 00\nA closed 81");
        Place ours = place(EnumSet.of(Ability.CHOICES), ACCEPTED, CUT);
        assertThat(Runner.play(trial, ours).orElseThrow().ids()).containsExactly("MQTT-3.3.1-5");
    }

    private String played(String steps, String... server) {
        Optional<Failure> failure =
                Runner.play(trial(steps), place(EnumSet.noneOf(Ability.class), server));
        String ids = failure.map(it -> String.join(" ", it.ids())).orElse("");
        assertThat(failure.map(it -> it.isOfChoice(catalogue)).orElse(true))
                .isEqualTo(!ids.startsWith("MQTT"));
        return ids;
    }

    private boolean differs(String text, String... server) {
        return Runner.play(trial(text), place(EnumSet.noneOf(Ability.class), server))
                .orElseThrow()
                .isOfChoice(catalogue);
    }

    private static Trial trial(String text) {
        return ScenarioReader.read("t", "== T\n5.0: MQTT-3.3.1-5\n" + text)
                .getFirst()
                .trials()
                .getFirst();
    }

    /// A place whose server says these packets one after the other, to whoever listens; an empty
    /// one is the end of that connection.
    private static Place place(Set<Ability> abilities, String... packets) {
        Deque<String> said = new ArrayDeque<>(List.of(packets));
        return new Place() {
            @Override
            public String name() {
                return "script";
            }

            @Override
            public Set<Ability> abilities() {
                return abilities;
            }

            @Override
            public Wire wire(Setup setup) {
                return new ScriptedWire(said);
            }
        };
    }

    private record ScriptedWire(Deque<String> said) implements Wire {
        @Override
        public Line open() {
            return new ScriptedLine(said);
        }

        @Override
        public String unique() {
            return "nido";
        }

        @Override
        public void close() {}
    }

    private static final class ScriptedLine implements Wire.Line {
        private final Deque<String> said;
        private boolean over;

        ScriptedLine(Deque<String> said) {
            this.said = said;
        }

        @Override
        public void send(byte[] bytes) {}

        @Override
        public Wire.Heard next() {
            String next = over ? CUT : said.poll();
            over = CUT.equals(next);
            if (next == null) {
                return new Wire.Heard.Silence();
            }
            return over
                    ? new Wire.Heard.Closed(new byte[0])
                    : new Wire.Heard.Packet(HexFormat.of().parseHex(next.replace(" ", "")));
        }

        @Override
        public void reset() {}

        @Override
        public void end() {}
    }
}
