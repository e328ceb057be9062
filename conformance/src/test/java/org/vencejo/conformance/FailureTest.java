package org.vencejo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What is printed when a server fails a scenario.
class FailureTest {
    @Test
    void aFailureTellsAllThatIsNeeded() {
        String text =
                """
                == A message arrives
                5.0: MQTT-3.3.4-1 MQTT-4.5.0-1
                A connects
                A > 82 LL 00 01 [] "~/t" 00
                A < 90 LL 00 01 [*] 00
                A > 31 LL "~/t" [01 01] 'hello'
                A < 30 LL "~/t" [01 01] 'hello'   # as it was sent [MQTT-4.5.0-1]
                """;
        Trial trial = ScenarioReader.read("example", text).getFirst().trials().getFirst();

        Optional<Failure> failure = Runner.play(trial, WrongServer.DELIVERING);

        assertThat(failure.orElseThrow().text(Catalogue.read(), "the command"))
                .isEqualTo(
                        """
                        MQTT-4.5.0-1: An accepted message goes into the session of each client with a matching subscription.
                        scenario  A message arrives
                        played    5.0, DELIVERING
                        step      example:7:  A < 30 LL "~/t" [01 01] 'hello'
                        problem   at byte 11: expected a Property Payload Format Indicator = 01 01, given was none
                        given     30                       # PUBLISH QoS 0
                                  0E                       # Remaining Length 14
                                  00 06 6E 69 64 6F 2F 74  # Topic Name "nido/t"
                                  00                       # Properties
                                  68 65 6C 6C 6F           # payload
                        before    A > 10 12 00 04 4D 51 54 54 05 02 00 00 00 00 05 6E 69 64 6F 41
                                  A < 20 03 00 00 00
                                  A > 82 0C 00 01 00 00 06 6E 69 64 6F 2F 74 00
                                  A < 90 04 00 01 00 00
                                  A > 31 10 00 06 6E 69 64 6F 2F 74 02 01 01 68 65 6C 6C 6F
                                  A < 30 0E 00 06 6E 69 64 6F 2F 74 00 68 65 6C 6C 6F
                        only this the command
                        """);
    }
}
