package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrel;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.with;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What the server says to a PUBLISH, and what it waits for before it says it.
class PublishingTest {
    private final Set<String> denied = new HashSet<>();
    private final Bench bench = begin(ServerSettings.DEFAULTS);

    private final class Denying implements Permissions {
        @Override
        public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
            return !denied.contains(topicName.toString());
        }

        @Override
        public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
            return true;
        }

        @Override
        public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
            return true;
        }
    }

    private Bench begin(ServerSettings settings) {
        return new Bench(settings, subject -> new Denying(), Recovered.NOTHING);
    }

    // ---- refusals

    @ParameterizedTest
    @CsvSource({"AT_MOST_ONCE, AT_LEAST_ONCE", "AT_LEAST_ONCE, EXACTLY_ONCE"})
    void aQosAsHighAsTheMaximumPassesAndOneMoreEndsTheConnection(QoS maximum, QoS more) {
        Bench each = begin(Change.of(ServerSettings.DEFAULTS, "maximumQoS", maximum));
        Connection client = each.connect("c", 0);
        each.in(client, publish("t", maximum, 1));
        assertThat(each.isClosed(client)).isFalse();
        each.in(client, publish("t", more, 2));
        assertThat(codeThatEnded(client, each))
                .isEqualTo(ReasonCode.QOS_NOT_SUPPORTED); // [MQTT-3.2.2-11]
    }

    private static ReasonCode codeThatEnded(Connection client, Bench bench) {
        assertThat(bench.isClosed(client)).isTrue();
        return bench.to(client, Disconnect.class).getLast().reasonCode();
    }

    @Test
    void retainWhereItIsNotAvailableEndsTheConnection() {
        Bench none = begin(Change.of(ServerSettings.DEFAULTS, "retainAvailable", false));
        Connection client = none.connect("c", 0);
        none.in(client, publish("t", QoS.AT_LEAST_ONCE, 1));
        assertThat(none.isClosed(client)).isFalse();
        none.in(client, retained("t", QoS.AT_LEAST_ONCE, 2, "kept"));
        assertThat(codeThatEnded(client, none))
                .isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED); // [MQTT-3.2.2-14]
        assertThat(none.server.retainedMessages()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "true, 1, false, PAYLOAD_FORMAT_INVALID",
        "true, 1, true, SUCCESS",
        "true, 0, false, SUCCESS",
        "false, 1, false, SUCCESS"
    })
    void aPayloadThatIsNotTheTextThatItPromisesIsRefusedIfThatIsChecked(
            boolean checked, int indicator, boolean isText, ReasonCode code) { // U5-18
        Bench each = begin(Change.of(ServerSettings.DEFAULTS, "payloadFormatChecked", checked));
        Connection client = each.connect("c", 0);
        Publish publish =
                with(
                        publish("t", QoS.AT_LEAST_ONCE, 1),
                        Property.PAYLOAD_FORMAT_INDICATOR,
                        indicator);
        byte[] bytes = {'a', isText ? (byte) 'b' : (byte) 0xC3};
        each.in(client, Change.of(publish, "payload", Payload.of(bytes)));
        assertThat(each.to(client, Puback.class)).containsExactly(new Puback(1, code));
    }

    @Test
    void theFirstLevelAloneIsTheServersToo() {
        Connection client = bench.connect("c", 0);
        bench.in(client, publish("$SYS/", QoS.AT_LEAST_ONCE, 1)); // (B32)
        bench.in(client, publish("$SYS", QoS.AT_LEAST_ONCE, 2));
        assertThat(bench.to(client, Puback.class))
                .containsExactly(
                        new Puback(1, ReasonCode.NOT_AUTHORIZED),
                        new Puback(2, ReasonCode.SUCCESS));
    }

    @Test
    void aRefusalIsCountedAndToldToOperators() {
        denied.add("secret");
        Connection client = bench.connect("c", 0);
        bench.in(client, publish("secret", QoS.AT_MOST_ONCE, 0));
        bench.in(client, publish("t", QoS.EXACTLY_ONCE, 7));
        bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 7));
        Statistics statistics = bench.server.statistics();
        assertThat(statistics.refusedWith(ReasonCode.NOT_AUTHORIZED)).isEqualTo(1);
        assertThat(statistics.refusedWith(ReasonCode.PACKET_IDENTIFIER_IN_USE)).isEqualTo(1);
        assertThat(bench.events)
                .contains(
                        new Event.RequestRefused(
                                client,
                                "c",
                                ReasonCode.NOT_AUTHORIZED,
                                "publish",
                                TopicName.of("secret")));
    }

    @Test
    void aRefusedQoS2MessageTakesItsIdentifierOnlyWhereItsClientIsNotTold() {
        denied.add("secret");
        for (ProtocolVersion version : ProtocolVersion.values()) {
            boolean told = version.isMqtt5();
            Connection client =
                    told ? bench.connect("c", 0) : bench.connect(connect3(version, "c", true));
            bench.forget();
            bench.in(client, publish("secret", QoS.EXACTLY_ONCE, 7));
            bench.in(client, publish("open", QoS.EXACTLY_ONCE, 7)); // new, or the same again
            bench.in(client, pubrel(7));
            bench.in(client, pubrel(7));
            assertThat(bench.to(client, Pubrec.class))
                    .containsExactly(
                            new Pubrec(7, told ? ReasonCode.NOT_AUTHORIZED : ReasonCode.SUCCESS),
                            new Pubrec(7, ReasonCode.SUCCESS));
            assertThat(bench.to(client, Pubcomp.class))
                    .containsExactly(
                            new Pubcomp(7, ReasonCode.SUCCESS),
                            new Pubcomp(
                                    7,
                                    told
                                            ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND
                                            : ReasonCode.SUCCESS));
            assertThat(bench.ended(Fate.NO_SUBSCRIBER)).isEqualTo(told ? 1 : 0);
            bench.cut(client);
        }
    }

    // ---- wills (A13)

    @Test
    void aRetainedWillThatHasNoRoomIsRefusedAndTheOldMessageStays() {
        Bench small = Bench.with("retainedMessagesMax", 1);
        Connection observer = small.connect("o", 0);
        small.in(observer, subscribe("#", QoS.AT_MOST_ONCE));
        small.in(observer, retained("t", QoS.AT_LEAST_ONCE, 1, "kept"));
        for (boolean retain : new boolean[] {true, false}) {
            small.cut(
                    small.connect(
                            with(
                                    Packets.connect("dying", 0),
                                    Change.of(
                                            Packets.will("w", QoS.AT_LEAST_ONCE, 0),
                                            "retain",
                                            retain))));
        }
        assertThat(small.payloadsTo(observer)).containsExactly("kept", "will");
        assertThat(small.server.retainedMessages()).isEqualTo(1);
        assertThat(small.server.statistics().refusedWith(ReasonCode.QUOTA_EXCEEDED)).isEqualTo(1);
    }

    // ---- what an answer waits for

    @Test
    void aMessageThatIsKeptByNobodyButTheRetainedStoreWaitsForThat() {
        Connection client = bench.connect("c", 0);
        bench.journalAnswers = false;
        bench.in(client, retained("t", QoS.AT_LEAST_ONCE, 1, "kept"));
        assertThat(bench.to(client, Puback.class)).isEmpty();
        bench.durable();
        assertThat(bench.to(client, Puback.class)).hasSize(1);
        bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 2)); // the control arm
        assertThat(bench.to(client, Puback.class)).hasSize(2);
    }

    @Test
    void whoClearsWhatSomebodyElseHasClearedWaitsForThat() {
        Connection one = bench.connect("one", 0);
        Connection other = bench.connect("other", 0);
        bench.in(one, retained("t", QoS.AT_LEAST_ONCE, 1, "kept"));
        bench.journalAnswers = false;
        bench.in(one, retained("t", QoS.AT_MOST_ONCE, 0, ""));
        bench.in(other, retained("t", QoS.AT_LEAST_ONCE, 1, ""));
        assertThat(bench.to(other, Puback.class)).isEmpty();
        bench.in(one, publish("t", QoS.AT_LEAST_ONCE, 2)); // the control arm
        assertThat(bench.to(one, Puback.class)).hasSize(2);
        bench.durable();
        assertThat(bench.to(other, Puback.class)).hasSize(1);
    }

    @Test
    void whoKeepsNothingDoesNotWaitForTheChangesOfOthers() {
        Connection kept = bench.connect("kept", 100);
        Connection passing = bench.connect("passing", 0);
        bench.journalAnswers = false;
        bench.in(kept, publish("t", QoS.EXACTLY_ONCE, 1));
        bench.in(passing, publish("t", QoS.EXACTLY_ONCE, 1));
        assertThat(bench.to(kept, Pubrec.class)).isEmpty();
        assertThat(bench.to(passing, Pubrec.class)).hasSize(1);
        bench.in(passing, pubrel(1));
        assertThat(bench.to(passing, Pubcomp.class)).hasSize(1);
        bench.durable();
        assertThat(bench.to(kept, Pubrec.class)).hasSize(1);
    }

    @Test
    void aRefusedQoS2MessageThatTakesItsIdentifierWaitsForThat() {
        denied.add("secret");
        Connection client = bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "kept", false));
        bench.journalAnswers = false;
        bench.in(client, publish("secret", QoS.AT_LEAST_ONCE, 1));
        assertThat(bench.to(client, Puback.class)).hasSize(1);
        bench.in(client, publish("secret", QoS.EXACTLY_ONCE, 2));
        assertThat(bench.to(client, Pubrec.class)).isEmpty();
        bench.durable();
        assertThat(bench.to(client, Pubrec.class)).hasSize(1);
    }

    // ---- behind a message that is given in slices

    @Test
    void refusedMessagesThatWaitTheirTurnCountAgainstTheReceiveMaximum() {
        Bench small =
                begin(
                        Change.of(
                                ServerSettings.DEFAULTS,
                                "limits",
                                Change.of(
                                        Change.of(Limits.DEFAULTS, "sliceMax", 1L),
                                        "receiveMaximum",
                                        2L)));
        for (int i = 0; i < 3; i++) {
            small.in(small.connect("s" + i, 0), subscribe("t", QoS.AT_MOST_ONCE));
        }
        denied.add("secret");
        Connection client = small.connect("c", 0);
        small.deadlinesAreHandled = false;
        small.in(client, publish("t", QoS.AT_MOST_ONCE, 0));
        small.in(client, publish("secret", QoS.AT_LEAST_ONCE, 1));
        small.in(client, publish("secret", QoS.AT_LEAST_ONCE, 2));
        assertThat(small.isClosed(client)).isFalse();
        assertThat(small.to(client, Puback.class)).isEmpty(); // (B29)
        small.in(client, publish("secret", QoS.AT_LEAST_ONCE, 3));
        assertThat(codeThatEnded(client, small))
                .isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED); // (B14)
    }

    @Test
    void whoIsHeldBackIsReadFromAgainWhenHalfOfTheMessagesAreGiven() {
        Bench slices = Bench.with("sliceMax", 2);
        for (int i = 0; i < 4; i++) { // two calls a message
            slices.in(slices.connect("s" + i, 0), subscribe("t", QoS.AT_MOST_ONCE));
        }
        Connection client = slices.connect("c", 0);
        slices.deadlinesAreHandled = false;
        int published = 0;
        while (!slices.isPaused(client)) {
            slices.in(client, publish("t", QoS.AT_MOST_ONCE, 0));
            published++;
        }
        assertThat(published).as("at so many it is held back").isEqualTo(256);
        int given = 0;
        while (slices.isPaused(client)) {
            slices.handle(new Input.DeadlineReached());
            slices.handle(new Input.DeadlineReached());
            given++;
        }
        assertThat(given).as("half of them").isBetween(127, 130);
    }

    @Test
    void largeMessagesThatWereGivenNoLongerCount() {
        Bench slices = Bench.with("sliceMax", 1);
        for (int i = 0; i < 2; i++) {
            slices.in(slices.connect("s" + i, 0), subscribe("t", QoS.AT_MOST_ONCE));
        }
        Connection client = slices.connect("c", 0);
        Publish large =
                Change.of(
                        publish("t", QoS.AT_MOST_ONCE, 0),
                        "payload",
                        Payload.of(new byte[1 << 20]));
        for (int i = 0; i < 20; i++) { // one at a time
            slices.in(client, large);
            assertThat(slices.isPaused(client)).isFalse();
        }
        slices.deadlinesAreHandled = false;
        slices.in(client, large);
        slices.in(client, large);
        slices.in(client, large);
        assertThat(slices.isPaused(client)).isFalse();
        slices.in(client, large);
        assertThat(slices.isPaused(client)).as("four of a megabyte each").isTrue();
    }
}
