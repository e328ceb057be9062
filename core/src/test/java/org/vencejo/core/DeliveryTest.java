package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What becomes of one message for one session: sent, queued, or ended with its fate.
class DeliveryTest {
    private static final String SHARE = "$share/g/t";

    private final Set<String> denied = new HashSet<>();
    private Bench bench = new Bench(ServerSettings.DEFAULTS, Denying::new, Recovered.NOTHING);
    private Connection publisher = bench.connect("p", 0);
    private int published;

    private final class Denying implements Permissions {
        private final String client;

        Denying(AccessRules.Subject subject) {
            client = subject.clientIdentifier();
        }

        @Override
        public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
            return true;
        }

        @Override
        public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
            return true;
        }

        @Override
        public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
            return !denied.contains(client);
        }
    }

    private void begin(ServerSettings settings) {
        bench = new Bench(settings);
        publisher = bench.connect("p", 0);
    }

    private Connection reader(String name, long expirySeconds, String filter) {
        Connection reader = bench.connect(name, expirySeconds);
        bench.in(reader, subscribe(filter, QoS.EXACTLY_ONCE));
        return reader;
    }

    private void publishes(QoS qos, String... payloads) {
        for (String payload : payloads) {
            bench.in(publisher, publish("t", qos, ++published, payload));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "0, 2", "100, 0", "100, 1", "100, 2"})
    void whoMayNotReadATopicGetsItAtNoQosWhetherItsSessionIsKeptOrNot(long expiry, int qos) {
        Connection reader = reader("reader", expiry, "t");
        publishes(QoS.of(qos), "before");
        denied.add("reader");
        publishes(QoS.of(qos), "denied");
        denied.clear();
        publishes(QoS.of(qos), "again");
        assertThat(bench.payloadsTo(reader)).containsExactly("before", "again");
        assertThat(bench.ended(Fate.ACCESS_DENIED)).isEqualTo(1);
    }

    @Test
    void aQoS0MessageForWhoIsAwayIsOfflineOrExpiredAtOnce() {
        bench.cut(reader("away", 100, "t"));
        publishes(QoS.AT_MOST_ONCE, "lost");
        assertThat(bench.ended(Fate.OFFLINE)).isEqualTo(1);
        for (QoS qos : QoS.values()) { // (B24)
            bench.in(
                    publisher,
                    with(
                            publish("t", qos, ++published, "now"),
                            Property.MESSAGE_EXPIRY_INTERVAL,
                            0));
        }
        assertThat(bench.ended(Fate.OFFLINE)).isEqualTo(1);
        assertThat(bench.ended(Fate.EXPIRED)).isEqualTo(3);
        assertThat(bench.payloadsTo(bench.connect("away", 100))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 0"})
    void aQoS0MessageIsQueuedForWhoIsAwayIfThatIsWanted(boolean wanted, int queued) {
        begin(Change.of(ServerSettings.DEFAULTS, "qos0QueuedForOffline", wanted));
        bench.cut(reader("away", 100, "t"));
        publishes(QoS.AT_MOST_ONCE, "zero");
        assertThat(bench.payloadsTo(bench.connect("away", 100))).hasSize(queued);
        assertThat(bench.ended(Fate.OFFLINE)).isEqualTo(1 - queued);
    }

    // ---- who of a shared subscription (C23)

    @Test
    void whoIsConnectedGoesBeforeWhoIsAwayEvenIfItHasNoRoom() {
        Connection full = bench.connect(with(connect("full", 0), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(full, subscribe(SHARE, QoS.AT_LEAST_ONCE));
        bench.cut(reader("away", 100, SHARE));
        publishes(QoS.AT_LEAST_ONCE, "1", "2", "3");
        publishes(QoS.AT_MOST_ONCE, "4", "5");
        for (int i = 1; i <= 3; i++) {
            bench.in(full, Packets.puback(i));
        }
        assertThat(bench.payloadsTo(full)).containsExactlyInAnyOrder("1", "2", "3", "4", "5");
        assertThat(bench.payloadsTo(bench.connect("away", 100))).isEmpty();
    }

    @Test
    void whoHasNoConnackYetIsAway() {
        Connection there = reader("there", 0, SHARE);
        bench.cut(reader("coming", 100, SHARE));
        bench.journalAnswers = false;
        Connection coming = bench.connect("coming", 100);
        publishes(QoS.AT_MOST_ONCE, "1", "2");
        publishes(QoS.AT_LEAST_ONCE, "3", "4");
        assertThat(bench.payloadsTo(there)).containsExactly("1", "2", "3", "4");
        bench.cut(there);
        publishes(QoS.AT_MOST_ONCE, "never");
        assertThat(bench.ended(Fate.OFFLINE)).isEqualTo(1);
        bench.durable();
        assertThat(bench.payloadsTo(coming)).containsExactly("3", "4"); // of `there`, which ended
    }

    // ---- what a session leaves behind

    @Test
    void anAnswerThatWaitsForTheJournalIsForgottenWithItsConnection() {
        bench.cut(reader("away", 100, "t"));
        bench.journalAnswers = false;
        Connection kept = bench.connect("kept", 100);
        bench.durable();
        bench.in(kept, publish("t", QoS.AT_LEAST_ONCE, 1));
        assertThat(bench.to(kept, Puback.class)).isEmpty();
        bench.cut(kept);
        bench.durable(); // and no fault of ours
        assertThat(bench.to(kept, Puback.class)).isEmpty();
        Connection again = bench.connect("kept", 100);
        bench.durable();
        assertThat(bench.to(again, Puback.class)).isEmpty();
    }

    @Test
    void aSessionThatEndsLeavesNoDeadline() {
        bench.disconnect(publisher);
        Connection client =
                bench.connect(with(connect("c", 100), will("w", QoS.AT_LEAST_ONCE, 50)));
        bench.cut(client);
        assertThat(bench.server.deadlines()).as("its expiry and its will").isEqualTo(2);
        Connection clean = bench.connect(Packets.cleanStart(connect("c", 0)));
        bench.disconnect(clean);
        assertThat(bench.server.deadlines()).isZero();
        assertThat(bench.server.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aSessionThatEndsInTheMiddleOfASliceLeavesNoDeadline() {
        begin(Bench.settings("sliceMax", 2));
        bench.cut(reader("c", 100, "t"));
        publishes(QoS.AT_LEAST_ONCE, "1", "2", "3", "4", "5");
        bench.disconnect(publisher);
        bench.deadlinesAreHandled = false;
        Connection client = bench.connect("c", 100);
        assertThat(bench.payloadsTo(client)).hasSize(2);
        bench.in(
                client,
                new Disconnect(
                        ReasonCode.SUCCESS,
                        Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 0)));
        assertThat(bench.server.deadlines()).isZero();
        assertThat(bench.ended(Fate.SESSION_ENDED)).isEqualTo(5);
    }

    @Test
    void whatAnotherMemberGetsWasNotUndelivered() {
        Connection leaving = reader("leaving", 0, SHARE);
        publishes(QoS.AT_LEAST_ONCE, "1");
        Connection staying = reader("staying", 0, SHARE);
        bench.cut(leaving);
        assertThat(bench.payloadsTo(staying)).containsExactly("1");
        assertThat(bench.events).noneMatch(Event.SessionEnded.class::isInstance);
    }

    @Test
    void whoEndsASessionIsToldHowMuchWasUndelivered() {
        Connection client = bench.connect(with(connect("c", 10), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.in(client, subscribe(SHARE, QoS.AT_LEAST_ONCE));
        Connection member = reader("member", 0, SHARE);
        publishes(QoS.AT_LEAST_ONCE, "1", "2");
        bench.cut(client);
        bench.cut(member);
        publishes(QoS.AT_LEAST_ONCE, "3");
        bench.forget();
        bench.pass(10_000);
        assertThat(bench.events)
                .contains(new Event.SessionEnded("c", bench.ended(Fate.SESSION_ENDED)));
        assertThat(bench.ended(Fate.SESSION_ENDED)).isEqualTo(6);
    }
}
