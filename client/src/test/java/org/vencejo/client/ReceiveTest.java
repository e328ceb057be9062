package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.client.ScriptedServer.connack;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

class ReceiveTest {
    private static final String QOS0_A = "30 04 00 01 74 61 ";
    private static final String QOS1_A = "32 06 00 01 74 00 01 61 ";
    private static final String QOS1_B = "32 06 00 01 74 00 02 62 ";
    private static final String QOS2_C = "34 06 00 01 74 00 03 63 ";

    private static String repeated(String publish) {
        return "3" + Integer.toHexString(publish.charAt(1) - '0' + 8) + publish.substring(2);
    }

    // ---- to the application, and acknowledged ----

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1", "MQTT_3_1_1"})
    void aMessageIsAcknowledgedWhenTheApplicationHasIt(ProtocolVersion version) {
        var server = ScriptedServer.connected(version);
        server.sends(QOS0_A + QOS1_B + QOS2_C);
        assertThat(server.received()).isEmpty();
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.received()).isEmpty();
        assertThat(server.take()).isEqualTo("b");
        assertThat(server.received()).containsExactly("40 02 00 02");
        assertThat(server.take()).isEqualTo("c");
        assertThat(server.received()).containsExactly("50 02 00 03");
        server.sends("62 02 00 03");
        assertThat(server.received()).containsExactly("70 02 00 03");
        assertThat(server.take()).isNull();
    }

    @Test
    void messagesStraightAfterConnackAreKept() {
        var server = new ScriptedServer(lasting(MQTT_3_1_1).foreignSessionAccepted(true));
        server.connect(false);
        server.received();
        server.sends("20 02 01 00" + QOS1_A + QOS0_A);
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.received()).containsExactly("40 02 00 01");
        assertThat(server.take()).isEqualTo("a");
    }

    @Test
    void acknowledgementsKeepTheOrderOfArrivalWhoeverIsFirstToTake() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.sends(QOS1_A + QOS1_B + QOS2_C);
        Arrival first = server.takeUntold();
        Arrival second = server.takeUntold();
        Arrival third = server.takeUntold();
        server.session.taken(third, server.nowNanos);
        server.session.taken(second, server.nowNanos);
        assertThat(server.received()).isEmpty();
        server.session.taken(first, server.nowNanos);
        assertThat(server.received()).containsExactly("40 02 00 01", "40 02 00 02", "50 02 00 03");
    }

    @Test
    void aMessageHasWhatTheServerSent() {
        var server = ScriptedServer.connected(MQTT_5);
        // retained, QoS 1, Subscription Identifier 7
        server.sends("33 0B 00 03 61 2F 62 00 05 02 0B 07 78");
        MqttMessage message = server.takeUntold().message();
        assertThat(message.topicName()).isEqualTo("a/b");
        assertThat(message.text()).isEqualTo("x");
        assertThat(message.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(message.retain()).isTrue();
        assertThat(message.properties().subscriptionIdentifiers()).containsExactly(7);
    }

    @Test
    void aliasesOfTheServerAreResolved() {
        var server = ScriptedServer.connected(MQTT_5);
        server.sends("30 08 00 01 74 03 23 00 40 61"); // t is alias 64, the last one allowed
        server.sends("30 07 00 00 03 23 00 40 62");
        server.takeUntold();
        MqttMessage second = server.takeUntold().message();
        assertThat(second.topicName()).isEqualTo("t");
        assertThat(second.text()).isEqualTo("b");
        assertThat(second.properties().isEmpty()).isTrue();
    }

    // ---- exactly once ----

    @Test
    void aRepeatBeforePubrelIsAcknowledgedAndNotDelivered() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.sends(QOS2_C);
        assertThat(server.take()).isEqualTo("c");
        server.received();
        server.sends(repeated(QOS2_C) + repeated(QOS2_C));
        assertThat(server.received()).containsExactly("50 02 00 03", "50 02 00 03");
        assertThat(server.take()).isNull();
    }

    @Test
    void afterPubcompTheIdentifierIsNew() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        for (int round = 0; round < 2; round++) {
            server.sends(QOS2_C);
            assertThat(server.take()).isEqualTo("c");
            server.sends("62 02 00 03");
        }
        assertThat(server.take()).isNull();
    }

    @Test
    void aMessageTakenBeforeTheCutIsNotDeliveredAgainOnResume() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.sends(QOS2_C);
        assertThat(server.take()).isEqualTo("c");
        server.reconnect(connack(MQTT_3_1_1, true));
        server.sends(repeated(QOS2_C));
        assertThat(server.received()).containsExactly("50 02 00 03");
        assertThat(server.take()).isNull();
    }

    @Test
    void aMessageTakenWhileThereIsNoConnectionIsNotDeliveredAgainOnResume() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.sends(QOS2_C);
        server.cut();
        assertThat(server.take()).isEqualTo("c");
        server.connect(false);
        server.received();
        server.sends(connack(MQTT_3_1_1, true) + repeated(QOS2_C));
        assertThat(server.received()).containsExactly("50 02 00 03");
        assertThat(server.take()).isNull();
    }

    @Test
    void withoutTheSessionTheIdentifiersAreForgotten() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.sends(QOS2_C);
        assertThat(server.take()).isEqualTo("c");
        server.reconnect(connack(MQTT_3_1_1, false));
        server.sends(QOS2_C);
        assertThat(server.take()).isEqualTo("c");
        assertThat(server.received()).containsExactly("50 02 00 03");
    }

    @Test
    void in31ANewMessageUnderAnOldIdentifierIsToldByDup() {
        var server = ScriptedServer.connected(MQTT_3_1);
        server.sends(QOS2_C);
        assertThat(server.take()).isEqualTo("c");
        server.reconnect(connack(MQTT_3_1, false));
        server.sends(repeated(QOS2_C));
        assertThat(server.take()).as("a repeat").isNull();
        server.sends(QOS2_C);
        assertThat(server.take()).as("the server has lost the session").isEqualTo("c");
    }

    @Test
    void aPubrelForAnUnknownIdentifierIsAnswered() {
        var server = ScriptedServer.connected(MQTT_5);
        server.sends("62 02 00 09");
        assertThat(server.received()).containsExactly("70 03 00 09 92");
        var old = ScriptedServer.connected(MQTT_3_1_1);
        old.sends("62 02 00 09");
        assertThat(old.received()).containsExactly("70 02 00 09");
        assertThat(old.isClosed()).isFalse();
    }

    // ---- what nobody took ----

    @Test
    void whatNobodyTookComesOnceMoreOnResumeAndIsDeliveredOnce() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.sends(QOS1_A + QOS2_C);
        server.reconnect(connack(MQTT_3_1_1, true));
        server.sends(repeated(QOS1_A) + repeated(QOS2_C));
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.take()).isEqualTo("c");
        assertThat(server.take()).isNull();
        assertThat(server.received()).containsExactly("40 02 00 01", "50 02 00 03");
    }

    @Test
    void whatNobodyTookIsStillThereWhenTheSessionIsGone() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.sends(QOS1_A + QOS2_C);
        server.reconnect(connack(MQTT_3_1_1, false));
        server.reconnect(connack(MQTT_3_1_1, true));
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.take()).isEqualTo("c");
        assertThat(server.received()).as("nobody waits for these").isEmpty();
    }

    @Test
    void a3xServerThatRepeatsByTimerDeliversOnce() {
        var server = ScriptedServer.connected(MQTT_3_1);
        server.sends(QOS1_A + QOS2_C + repeated(QOS1_A) + repeated(QOS2_C));
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.take()).isEqualTo("c");
        assertThat(server.take()).isNull();
        assertThat(server.received()).containsExactly("40 02 00 01", "50 02 00 03", "50 02 00 03");
    }

    @Test
    void aRepeatIsKnownUntilItsPubackAndAMessageOfItsOwnFromThenOn() {
        var server = ScriptedServer.connected(MQTT_3_1);
        server.sends(QOS1_A + QOS1_B + QOS1_A + repeated(QOS1_A) + repeated(QOS1_B));
        assertThat(server.take()).isEqualTo("a");
        server.sends(repeated(QOS1_A)); // the second one of this identifier waits still
        assertThat(server.take()).isEqualTo("b");
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.take()).isNull();
        server.sends(repeated(QOS1_A) + repeated(QOS1_B));
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.take()).isEqualTo("b");
        assertThat(server.received())
                .containsExactly(
                        "40 02 00 01", "40 02 00 02", "40 02 00 01", "40 02 00 01", "40 02 00 02");
    }

    @Test
    void afterTheEndWhatCameCanBeTakenAndThenTheReasonIsTold() {
        var server = ScriptedServer.connected(MQTT_5);
        server.sends("30 05 00 01 74 00 61" + "E0 01 8B");
        assertThat(server.take()).isEqualTo("a");
        assertThatThrownBy(server::take)
                .isInstanceOfSatisfying(
                        MqttException.class,
                        e -> assertThat(e.reasonCode()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN))
                .hasMessageContaining("SERVER_SHUTTING_DOWN");
    }

    // ---- too much ----

    @Test
    void readingStopsWhileTheApplicationHasEnough() {
        var server =
                ScriptedServer.connected(
                        lasting(MQTT_3_1_1).inboxMessagesMax(4), connack(MQTT_3_1_1, false));
        server.sends(QOS0_A.repeat(3));
        assertThat(server.isReadingPaused()).isFalse();
        server.sends(QOS0_A.repeat(3)); // two more than is wanted were read already
        assertThat(server.isReadingPaused()).isTrue();
        for (int taken = 0; taken < 3; taken++) {
            assertThat(server.take()).isEqualTo("a");
        }
        assertThat(server.isReadingPaused()).isTrue();
        server.take();
        assertThat(server.isReadingPaused()).isFalse();
        assertThat(server.session.droppedMessages()).isZero();
    }

    @Test
    void readingStopsAtTheBytesToo() {
        var server =
                ScriptedServer.connected(
                        lasting(MQTT_3_1_1).inboxBytesMax(150), connack(MQTT_3_1_1, false));
        server.sends(QOS0_A);
        assertThat(server.isReadingPaused()).isFalse();
        server.sends(QOS0_A);
        assertThat(server.isReadingPaused()).isTrue();
    }

    @Test
    void anAnswerThatIsAwaitedKeepsReadingGoingAndQos0IsDropped() {
        var server =
                ScriptedServer.connected(
                        lasting(MQTT_3_1_1).inboxMessagesMax(2), connack(MQTT_3_1_1, false));
        server.sends(QOS0_A.repeat(2));
        assertThat(server.isReadingPaused()).isTrue();
        Answer<ReasonCode> answer = server.publish("t", "x", QoS.AT_LEAST_ONCE);
        assertThat(server.isReadingPaused()).isFalse();
        server.sends(QOS0_A + QOS1_B);
        assertThat(server.session.droppedMessages()).isEqualTo(1);
        server.sends("40 02 00 01");
        assertThat(Outcome.of(answer)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(server.isReadingPaused()).isTrue();
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.take()).isEqualTo("a");
        assertThat(server.take()).as("never dropped").isEqualTo("b");
    }

    @Test
    void before5NoServerKnowsOfAReceiveMaximum() {
        var server =
                ScriptedServer.connected(
                        lasting(MQTT_3_1_1).receiveMaximum(1), connack(MQTT_3_1_1, false));
        server.sends(QOS1_A + QOS1_B + QOS2_C);
        assertThat(server.isClosed()).isFalse();
    }

    @Test
    void theServerStopsByReceiveMaximumAndGoesOnWithEachMessageTaken() {
        var server =
                ScriptedServer.connected(lasting(MQTT_5).receiveMaximum(2), connack(MQTT_5, false));
        server.sends("32 07 00 01 74 00 01 00 61" + "34 07 00 01 74 00 02 00 62");
        server.take();
        server.sends("32 07 00 01 74 00 01 00 63");
        assertThat(server.isClosed()).isFalse();
        server.sends("32 07 00 01 74 00 03 00 64"); // a third that is open
        assertThat(server.isClosed()).isTrue();
        assertThat(server.received()).containsExactly("40 02 00 01", "E0 01 93");
    }
}
