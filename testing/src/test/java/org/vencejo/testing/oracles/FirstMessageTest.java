package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.testing.oracles.RawClient.bytes;
import static org.vencejo.testing.oracles.RawClient.packet;
import static org.vencejo.testing.oracles.RawClient.string;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.conformance.Setup;
import org.vencejo.conformance.Wire;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.conformance.TcpPlace;

/// Over sockets, on one event loop and on three: what is published as soon as a SUBACK was heard is
/// delivered, and what is published as soon as an UNSUBACK was heard is not.
@Oracle(60)
class FirstMessageTest {
    private static final int ROUNDS = 200;
    private static final List<String> FILTERS = List.of("t/%d/x", "t/%d/+", "t/%d/#", "+/%d/x");

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void aSubscriptionHoldsFromItsAnswerOn(int loops) {
        try (Wire wire = new TcpPlace(loops).wire(Setup.DEFAULT)) {
            Wire.Line publisher = connected(wire, "p");
            List<Wire.Line> subscribers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                subscribers.add(connected(wire, "s" + i));
            }
            for (int round = 0; round < ROUNDS; round++) {
                Wire.Line subscriber = subscribers.get(round % subscribers.size());
                byte[] topic = string("t/" + round + "/x");
                byte[] filter = string(FILTERS.get(round % FILTERS.size()).formatted(round));

                publisher.send(packet(0x30, topic, bytes("00 30"))); // for nobody
                subscriber.send(packet(0x82, bytes("0001 00"), filter, bytes("00")));
                assertThat(heard(subscriber)).startsWith("90");
                publisher.send(packet(0x30, topic, bytes("00 31")));
                String first = heard(subscriber);
                while (first.endsWith("30")) { // it came late enough
                    first = heard(subscriber);
                }
                assertThat(first).as("round %d", round).startsWith("30").endsWith("31");

                subscriber.send(packet(0xA2, bytes("0002 00"), filter));
                assertThat(heard(subscriber)).startsWith("B0");
                publisher.send(packet(0x32, topic, bytes("0007 00 32")));
                assertThat(heard(publisher)).startsWith("40");
                subscriber.send(bytes("C000"));
                assertThat(heard(subscriber)).as("round %d", round).isEqualTo("D000");
            }
        }
    }

    private static Wire.Line connected(Wire wire, String identifier) {
        Wire.Line line = wire.open();
        line.send(packet(0x10, bytes("0004 4D515454 05 02 0000 00"), string(identifier)));
        assertThat(heard(line)).startsWith("20");
        return line;
    }

    private static String heard(Wire.Line line) {
        return switch (line.next()) {
            case Wire.Heard.Packet it -> HexFormat.of().withUpperCase().formatHex(it.bytes());
            case Wire.Heard.Closed _ -> "the end of the connection";
            case Wire.Heard.Silence _ -> "nothing";
        };
    }
}
