package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Unsuback;

/// A disk that fails or fills up, and goes on: scenes that are played by hand, each step looked at
/// by the checker of the simulation.
class TroubleScenesTest {
    private final Stage stage = new Stage();
    private final Actor keeper = stage.actor("keeper").connect().subscribe("kept", EXACTLY_ONCE);
    private final Actor publisher = stage.actor("publisher").notKept().connect();

    TroubleScenesTest() {
        keeper.got();
        publisher.got();
    }

    // The server learns of it by the next write.
    private void theDiskFails() {
        stage.diskFails(0);
        keeper.publish("nowhere", EXACTLY_ONCE, 99);
        assertThat(keeper.got()).as("its identifier is not durable").isEmpty();
    }

    private ReasonCode puback(int identifier, String topic) {
        publisher.publish(topic, AT_LEAST_ONCE, identifier);
        return ((Puback) publisher.got().getLast()).reasonCode();
    }

    @Test
    void whatCannotBeKeptIsRefusedAndDoesNotComeLater() {
        theDiskFails();
        assertThat(puback(1, "kept")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        publisher.publish("kept", EXACTLY_ONCE, 2);
        assertThat(publisher.got()).containsExactly(new Pubrec(2, ReasonCode.QUOTA_EXCEEDED));
        publisher.publish("kept", AT_MOST_ONCE, 0);
        assertThat(keeper.messages()).extracting(Publish::qos).containsExactly(AT_MOST_ONCE);
        stage.diskHeals();
        assertThat(keeper.messages()).isEmpty();
        assertThat(puback(3, "kept")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(keeper.answerAll()).hasSize(1);
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void whatWaitedWhenTheDiskFailedIsAcknowledgedWhenItIsTrue() {
        for (int reached = 0; reached <= 2; reached++) {
            publishOverTrouble(reached);
        }
    }

    // Whatever of it is on the disk when it fails: it is found there, or written again.
    private static void publishOverTrouble(int reached) {
        Stage stage = new Stage();
        Actor keeper = stage.actor("keeper").connect().subscribe("kept", EXACTLY_ONCE);
        Actor publisher = stage.actor("publisher").connect();
        keeper.got();
        publisher.got();
        stage.disk(false);
        publisher.publish("kept", AT_LEAST_ONCE, 1).publish("kept", EXACTLY_ONCE, 2);
        stage.diskFails(reached);
        stage.diskWrites(2);
        assertThat(publisher.got()).isEmpty();
        stage.diskHeals();
        stage.diskWrites(2);
        assertThat(publisher.got())
                .containsExactly(
                        new Puback(1, ReasonCode.SUCCESS), new Pubrec(2, ReasonCode.SUCCESS));
        assertThat(keeper.messages()).hasSize(2);
        stage.disk(true);
        publisher.answerAll();
        keeper.cut().connect().answerAll();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void aCrashInTroubleTakesOnlyWhatWasNotAcknowledged() {
        for (int survivors = 0; survivors <= 2; survivors++) {
            crashInTrouble(survivors);
        }
    }

    private static void crashInTrouble(int survivors) {
        Stage stage = new Stage();
        Actor keeper = stage.actor("keeper").connect().subscribe("kept", EXACTLY_ONCE).cut();
        Actor publisher = stage.actor("publisher").notKept().connect();
        publisher.publish("kept", AT_LEAST_ONCE, 1);
        stage.disk(false);
        publisher.publish("kept", AT_LEAST_ONCE, 2).publish("kept", AT_LEAST_ONCE, 3);
        stage.diskFails(1);
        stage.diskWrites(2);
        stage.crash(survivors);
        stage.diskHeals();
        stage.disk(true);
        assertThat(keeper.connect().answerAll()).hasSize(1 + survivors);
        stage.requireAllDelivered();
    }

    @Test
    void aServerThatIsStoppedInTroubleLosesOnlyWhatWasNotAcknowledged() {
        theDiskFails();
        stage.stopAndStart();
        stage.diskHeals();
        keeper.connect();
        assertThat(keeper.got()).singleElement().isInstanceOf(Connack.class);
        stage.requireAllDelivered();
    }

    @Test
    void aVersionWithoutAWordForItIsClosed() {
        Actor old = stage.actor("old").in(MQTT_3_1_1).connect();
        Actor older = stage.actor("older").in(MQTT_3_1).connect();
        Actor third = stage.actor("third").in(MQTT_3_1_1).connect();
        old.got();
        older.got();
        third.got();
        theDiskFails();
        third.subscribe("more", AT_LEAST_ONCE);
        assertThat(((Suback) third.got().getFirst()).reasonCodes())
                .containsExactly(ReasonCode.UNSPECIFIED_ERROR);
        third.unsubscribe("more");
        old.publish("kept", AT_LEAST_ONCE, 1);
        older.subscribe("more", AT_LEAST_ONCE);
        assertThat(List.of(old.isClosed(), older.isClosed(), third.isClosed())).containsOnly(true);
        stage.diskHeals();
        stage.requireAllDelivered();
    }

    @Test
    void subscriptionsAndSessionsThatAreKeptStayAsTheyAre() {
        theDiskFails();
        keeper.subscribe("more", AT_LEAST_ONCE).unsubscribe("kept");
        assertThat(keeper.got())
                .satisfiesExactly(
                        suback ->
                                assertThat(((Suback) suback).reasonCodes())
                                        .containsExactly(ReasonCode.QUOTA_EXCEEDED),
                        unsuback ->
                                assertThat(((Unsuback) unsuback).reasonCodes())
                                        .containsExactly(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR));
        Actor newcomer = stage.actor("newcomer").connect();
        assertThat(((Connack) newcomer.got().getFirst()).reasonCode())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        stage.diskHeals();
        assertThat(puback(1, "kept")).isEqualTo(ReasonCode.SUCCESS);
        keeper.answerAll();
        newcomer.connect();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void aFullDiskCanBeDrained() {
        keeper.cut();
        assertThat(puback(1, "kept")).isEqualTo(ReasonCode.SUCCESS);
        stage.diskFills();
        assertThat(puback(2, "kept")).as("it came before the look").isEqualTo(ReasonCode.SUCCESS);
        assertThat(puback(3, "kept")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(keeper.connect().answerAll()).hasSize(2);
        stage.diskHeals();
        assertThat(puback(4, "kept")).isEqualTo(ReasonCode.SUCCESS);
        keeper.answerAll();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void aRetainedMessageThatCannotBeKeptGoesToWhoIsThere() {
        publisher.send(publisher.retained("kept", AT_LEAST_ONCE, 1));
        publisher.got();
        keeper.answerAll();
        theDiskFails();
        publisher.send(publisher.retained("kept", AT_MOST_ONCE, 0)).clear("kept");
        assertThat(keeper.messages()).hasSize(2);
        Actor reader = stage.actor("reader").notKept().connect().subscribe("kept", AT_MOST_ONCE);
        assertThat(reader.messages()).as("the old one stays").hasSize(1);
        stage.diskHeals();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void aMessageWhosePubackACrashForgetsComesAgain() {
        for (int forgotten = 0; forgotten <= 1; forgotten++) {
            Stage each = new Stage();
            Actor reader = each.actor("reader").connect().subscribe("t", AT_LEAST_ONCE);
            each.actor("writer").notKept().connect().publish("t", AT_LEAST_ONCE, 1);
            assertThat(reader.answerAll()).hasSize(1);
            each.crash(0, forgotten);
            assertThat(reader.connect().answerAll())
                    .as("the server was told that it is durable, and it was not synced")
                    .hasSize(forgotten)
                    .allMatch(Publish::dup);
            each.requireAllDelivered();
            each.requireNothingLeft();
        }
    }
}
