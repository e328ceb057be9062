package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.client.Outcome.assertFailed;
import static org.vencejo.client.ScriptedServer.connack;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

class PublishTest {
    // ---- the exchanges ----

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1,   30 04 00 01 74 61",
        "MQTT_3_1_1, 30 04 00 01 74 61",
        "MQTT_5,     30 05 00 01 74 00 61"
    })
    void qos0IsDoneWhenItIsWritten(ProtocolVersion version, String publish) {
        var server = ScriptedServer.connected(version);
        Answer<ReasonCode> answer = server.publish("t", "a", QoS.AT_MOST_ONCE);
        assertThat(server.received()).containsExactly(publish);
        assertThat(Outcome.of(answer)).isEqualTo(ReasonCode.SUCCESS);
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1,   32 06 00 01 74 00 01 61",
        "MQTT_3_1_1, 32 06 00 01 74 00 01 61",
        "MQTT_5,     32 07 00 01 74 00 01 00 61"
    })
    void qos1IsDoneAtPuback(ProtocolVersion version, String publish) {
        var server = ScriptedServer.connected(version);
        Answer<ReasonCode> answer = server.publish("t", "a", QoS.AT_LEAST_ONCE);
        assertThat(server.received()).containsExactly(publish);
        assertThat(answer.isGiven()).isFalse();
        server.sends("40 02 00 01");
        assertThat(Outcome.of(answer)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(server.received()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void qos2IsDoneAtPubcomp(ProtocolVersion version) {
        var server = ScriptedServer.connected(version);
        Answer<ReasonCode> answer = server.publish("t", "a", QoS.EXACTLY_ONCE);
        server.received();
        server.sends("50 02 00 01");
        assertThat(server.received()).containsExactly("62 02 00 01");
        assertThat(answer.isGiven()).isFalse();
        server.sends("70 02 00 01");
        assertThat(Outcome.of(answer)).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void noMatchingSubscribersIsASuccess() {
        var server = ScriptedServer.connected(MQTT_5);
        Answer<ReasonCode> once = server.publish("t", "a", QoS.AT_LEAST_ONCE);
        server.sends("40 03 00 01 10");
        assertThat(Outcome.of(once)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        Answer<ReasonCode> exactly = server.publish("t", "b", QoS.EXACTLY_ONCE);
        server.sends("50 03 00 02 10");
        server.sends("70 02 00 02");
        assertThat(Outcome.of(exactly)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
    }

    @ParameterizedTest
    @CsvSource({"AT_LEAST_ONCE, 40 03 00 01 87", "EXACTLY_ONCE, 50 03 00 01 87"})
    void aRefusalEndsTheExchangeAndIsNotSentAgain(QoS qos, String refusal) {
        var server = ScriptedServer.connected(MQTT_5);
        Answer<ReasonCode> answer = server.publish("t", "a", qos);
        server.received();
        server.sends(refusal);
        assertFailed(answer, ReasonCode.NOT_AUTHORIZED, "refused the message for t");
        assertThat(server.received()).as("no PUBREL").isEmpty();
        server.reconnect(connack(MQTT_5, true));
        assertThat(server.received()).isEmpty();
    }

    // ---- the connection is cut at every point ----

    @ParameterizedTest
    @CsvSource({
        // what the server says before the cut; what comes after it; what the server then says
        "AT_LEAST_ONCE, '',          3A 06 00 01 74 00 01 61, 40 02 00 01",
        "EXACTLY_ONCE,  '',          3C 06 00 01 74 00 01 61, 50 02 00 01 70 02 00 01",
        "EXACTLY_ONCE,  50 02 00 01, 62 02 00 01,             70 02 00 01"
    })
    void whatIsInFlightAtACutIsSentAgainOnResume(
            QoS qos, String before, String again, String rest) {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        Answer<ReasonCode> answer = server.publish("t", "a", qos);
        server.sends(before);
        server.reconnect(connack(MQTT_3_1_1, true));
        assertFailed(
                answer,
                ReasonCode.UNSPECIFIED_ERROR,
                "may have arrived, and is sent again when the session is resumed");
        assertThat(server.received()).containsExactly(again);
        server.sends(rest);
        server.received();
        server.reconnect(connack(MQTT_3_1_1, true));
        assertThat(server.received()).as("the exchange is over").isEmpty();
        assertThat(server.session.accounting().balances()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"AT_LEAST_ONCE, 40 02 00 01", "EXACTLY_ONCE, 50 02 00 01 70 02 00 01"})
    void whatWasCompleteBeforeTheCutIsNotSentAgain(QoS qos, String answers) {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        Answer<ReasonCode> answer = server.publish("t", "a", qos);
        server.sends(answers);
        server.received();
        server.reconnect(connack(MQTT_3_1_1, true));
        assertThat(Outcome.of(answer)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void theOrderOfTheRepeatsIsThatOfTheFirstSend() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        for (String text : List.of("a", "b", "c", "d")) {
            server.publish("t", text, QoS.AT_LEAST_ONCE);
        }
        server.sends("40 02 00 02");
        server.reconnect(connack(MQTT_3_1_1, true));
        assertThat(server.received())
                .containsExactly(
                        "3A 06 00 01 74 00 01 61",
                        "3A 06 00 01 74 00 03 63",
                        "3A 06 00 01 74 00 04 64");
        server.publish("t", "e", QoS.AT_LEAST_ONCE);
        assertThat(server.received()).containsExactly("32 06 00 01 74 00 05 65");
    }

    @Test
    void theWindowHoldsOnResume() {
        var server = ScriptedServer.connected(MQTT_5);
        for (String text : List.of("a", "b", "c")) {
            server.publish("t", text, QoS.AT_LEAST_ONCE);
        }
        server.reconnect("20 06 01 00 03 21 00 02"); // Receive Maximum 2
        assertThat(server.received())
                .containsExactly("3A 07 00 01 74 00 01 00 61", "3A 07 00 01 74 00 02 00 62");
        server.sends("40 02 00 01");
        assertThat(server.received()).containsExactly("3A 07 00 01 74 00 03 00 63");
    }

    @Test
    void pubrelsFollowTheOrderOfThePubrecs() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        for (String text : List.of("a", "b", "c")) {
            server.publish("t", text, QoS.EXACTLY_ONCE);
        }
        server.received();
        server.sends("50 02 00 03 50 02 00 01 50 02 00 02");
        assertThat(server.received()).containsExactly("62 02 00 03", "62 02 00 01", "62 02 00 02");
    }

    // ---- the session is gone ----

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void withoutTheSessionNothingIsSentAgainAndTheLossIsTold(ProtocolVersion version) {
        var server = ScriptedServer.connected(version);
        server.publish("t", "one", QoS.AT_LEAST_ONCE);
        server.publish("t", "two", QoS.EXACTLY_ONCE);
        server.publish("t", "three", QoS.EXACTLY_ONCE);
        server.sends("50 02 00 03"); // of this one the server has become the owner
        Answer<MqttConnected> again = server.reconnect(connack(version, false));
        assertThat(server.received()).isEmpty();
        assertThat(Outcome.of(again).lostMessages())
                .extracting(MqttMessage::text)
                .containsExactly("one", "two");
        assertThat(server.session.accounting().balances()).isTrue();
    }

    @Test
    void version31DoesNotSayWhetherItHasTheSessionSoTheRepeatsGoOut() {
        var server = ScriptedServer.connected(MQTT_3_1);
        server.publish("t", "a", QoS.AT_LEAST_ONCE);
        Answer<MqttConnected> again = server.reconnect(connack(MQTT_3_1, false));
        assertThat(server.received()).containsExactly("3A 06 00 01 74 00 01 61");
        assertThat(Outcome.of(again).lostMessages()).isEmpty();
    }

    @Test
    void aSessionThatEndsWithTheConnectionSendsNothingAgain() {
        var options = lasting(MQTT_5).sessionExpiryInterval(0);
        var server = ScriptedServer.connected(options, connack(MQTT_5, false));
        Answer<ReasonCode> answer = server.publish("t", "a", QoS.AT_LEAST_ONCE);
        Answer<MqttConnected> again = server.reconnect(connack(MQTT_5, false));
        assertThat(Outcome.failureOf(answer).sentence()).endsWith("; the message may have arrived");
        assertThat(server.received()).isEmpty();
        assertThat(Outcome.of(again).lostMessages()).as("told once").isEmpty();
        assertThat(server.session.accounting().balances()).isTrue();
    }

    @Test
    void theServersSessionExpiryIntervalDecides() {
        var server = ScriptedServer.connected(lasting(MQTT_5), "20 08 00 00 05 11 00 00 00 00");
        server.publish("t", "a", QoS.AT_LEAST_ONCE);
        server.cut();
        server.connect(false);
        server.sends(connack(MQTT_5, true));
        assertThat(server.isClosed()).as("a session that we do not have").isTrue();
    }

    // ---- the window ----

    @Test
    void noMoreThanTheServersReceiveMaximumIsOpen() {
        var server = ScriptedServer.connected(lasting(MQTT_5), "20 06 00 00 03 21 00 02");
        List<Answer<ReasonCode>> answers = new ArrayList<>();
        for (QoS qos : List.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE, QoS.AT_LEAST_ONCE)) {
            answers.add(server.publish("t", "a", qos));
        }
        assertThat(server.received()).hasSize(2);
        server.subscribe("t");
        assertThat(server.received()).as("only PUBLISH waits").hasSize(1);
        server.sends("50 02 00 02");
        assertThat(server.received()).as("PUBREC frees no slot").containsExactly("62 02 00 02");
        server.sends("70 02 00 02");
        assertThat(server.received()).containsExactly("32 07 00 01 74 00 03 00 61");
        assertThat(answers).extracting(Answer::isGiven).containsExactly(false, true, false);
    }

    @Test
    void whatWasNeverSentIsForgottenAtACutAndSaysSo() {
        var server = ScriptedServer.connected(lasting(MQTT_5), "20 06 00 00 03 21 00 01");
        server.publish("t", "a", QoS.AT_LEAST_ONCE);
        Answer<ReasonCode> second = server.publish("t", "b", QoS.AT_LEAST_ONCE);
        server.reconnect(connack(MQTT_5, true));
        assertFailed(second, ReasonCode.UNSPECIFIED_ERROR, "the message was not sent");
        assertThat(server.received()).containsExactly("3A 07 00 01 74 00 01 00 61");
        assertThat(server.session.accounting().balances()).isTrue();
    }

    @Test
    void aSlowSocketHoldsMessagesBackAndNothingElse() {
        var server = ScriptedServer.connected(MQTT_5);
        server.takesMore(false);
        server.publish("t", "a", QoS.AT_MOST_ONCE);
        server.received();
        Answer<ReasonCode> waiting = server.publish("t", "b", QoS.AT_MOST_ONCE);
        server.subscribe("f");
        assertThat(server.received()).hasSize(1).allMatch(packet -> packet.startsWith("82"));
        assertThat(waiting.isGiven()).isFalse();
        server.takesMore(true);
        assertThat(server.received()).containsExactly("30 05 00 01 74 00 62");
        assertThat(Outcome.of(waiting)).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void messagesThatWaitAreBounded() {
        var server = ScriptedServer.connected(lasting(MQTT_5), "20 06 00 00 03 21 00 01");
        for (int i = 0; i <= 10_000; i++) {
            assertThat(server.publish("t", "a", QoS.AT_LEAST_ONCE).isGiven()).isFalse();
        }
        assertFailed(
                server.publish("t", "a", QoS.AT_LEAST_ONCE),
                ReasonCode.QUOTA_EXCEEDED,
                "10000 messages wait");
    }

    // ---- Packet Identifiers ----

    @Test
    void anIdentifierInUseIsPassedOverWhenTheNumbersWrap() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.publish("t", "first", QoS.AT_LEAST_ONCE);
        server.subscribe("f"); // 2, and never answered
        for (int i = 3; i <= 65_535; i++) {
            server.publish("t", "a", QoS.AT_LEAST_ONCE);
            server.sends(String.format("40 02 %04X", i));
        }
        server.received();
        server.publish("t", "a", QoS.AT_LEAST_ONCE);
        assertThat(server.received()).containsExactly("32 06 00 01 74 00 03 61");
    }

    @Test
    void withAllIdentifiersInUseMessagesWaitAndRequestsFail() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        for (int i = 1; i <= 65_535; i++) {
            server.publish("t", "a", QoS.AT_LEAST_ONCE);
        }
        assertThat(server.received()).hasSize(65_535);
        Answer<ReasonCode> waiting = server.publish("t", "a", QoS.AT_LEAST_ONCE);
        assertThat(server.received()).isEmpty();
        assertFailed(
                server.subscribe("f"), ReasonCode.QUOTA_EXCEEDED, "Packet Identifiers are in use");
        server.sends("40 02 00 07");
        assertThat(server.received()).containsExactly("32 06 00 01 74 00 07 61");
        assertThat(waiting.isGiven()).isFalse();
    }

    // ---- answers to nothing ----

    @Test
    void anAnswerToNothingIsNoFault() {
        var server = ScriptedServer.connected(MQTT_5);
        server.sends("40 02 00 09 70 02 00 09");
        assertThat(server.received()).isEmpty();
        server.sends("50 02 00 09");
        assertThat(server.received()).containsExactly("62 03 00 09 92");
        assertThat(server.isClosed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "AT_LEAST_ONCE, 50 02 00 01", "AT_LEAST_ONCE, 70 02 00 01",
        "EXACTLY_ONCE,  40 02 00 01", "EXACTLY_ONCE,  70 02 00 01"
    })
    void anAnswerOfAnotherKindIsAFaultOfTheServer(QoS qos, String wrong) {
        var server = ScriptedServer.connected(MQTT_5);
        Answer<ReasonCode> answer = server.publish("t", "a", qos);
        server.received();
        server.sends(wrong);
        assertFailed(answer, ReasonCode.PROTOCOL_ERROR, "the server broke the protocol");
        assertThat(server.received()).containsExactly("E0 01 82");
        assertThat(server.isClosed()).isTrue();
    }

    // ---- Topic Aliases ----

    @Test
    void aliasesStayWithinTheServersMaximumAndEndWithTheConnection() {
        var server = ScriptedServer.connected(lasting(MQTT_5), "20 06 00 00 03 22 00 01");
        server.publish("t", "a", QoS.AT_LEAST_ONCE);
        server.publish("t", "b", QoS.AT_LEAST_ONCE);
        assertThat(server.received())
                .containsExactly(
                        "32 0A 00 01 74 00 01 03 23 00 01 61", // alias 1 is t
                        "32 09 00 00 00 02 03 23 00 01 62");
        server.reconnect(connack(MQTT_5, true));
        assertThat(server.received())
                .as("the whole name on a resend")
                .containsExactly("3A 07 00 01 74 00 01 00 61", "3A 07 00 01 74 00 02 00 62");
    }
}
