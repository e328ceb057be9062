package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;

/// More messages than there are Packet Identifiers, while a few of them are never answered: a scene
/// that is played by hand, each step looked at by the checker of the simulation.
class IdentifierScenesTest {
    private static final int IDENTIFIERS = 65_535;

    private final Stage stage = new Stage();

    @Test
    void identifiersBeginAnewAndLeaveOutThoseThatAreOpen() {
        Actor subscriber = stage.actor("s").connect().subscribe("t", AT_LEAST_ONCE);
        Actor publisher = stage.actor("p").notKept().connect();
        subscriber.got();
        Publish withheld = next(publisher, subscriber);
        Publish neighbour = next(publisher, subscriber);
        assertThat(neighbour.packetIdentifier()).isEqualTo(withheld.packetIdentifier() + 1);
        int wrapped = 0;
        int before = neighbour.packetIdentifier();
        for (int i = 0; i < IDENTIFIERS + 3; i++) {
            int identifier = next(publisher, subscriber).packetIdentifier();
            assertThat(identifier)
                    .isNotIn(withheld.packetIdentifier(), neighbour.packetIdentifier())
                    .isBetween(1, IDENTIFIERS);
            wrapped += identifier < before ? 1 : 0;
            before = identifier;
            subscriber.send(new Puback(identifier, ReasonCode.SUCCESS));
        }
        assertThat(wrapped).isPositive();
        stage.crash(0);
        List<Publish> again = subscriber.connect().answerAll();
        assertThat(again).hasSize(2).allMatch(Publish::dup);
        assertThat(again)
                .extracting(Publish::packetIdentifier)
                .containsExactly(withheld.packetIdentifier(), neighbour.packetIdentifier());
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    private static Publish next(Actor publisher, Actor subscriber) {
        publisher.publish("t", AT_LEAST_ONCE, 1);
        publisher.got();
        List<Publish> messages = subscriber.messages();
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }
}
