package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// What a start owes the sessions that it found, if they are more than one call looks at.
class RestartTest {
    private static final int ONE_CALL = 256;

    private final ServerSettings settings =
            Change.of(ServerSettings.DEFAULTS, "queuesOnDisk", true);
    private final Bench before = new Bench(settings);

    private void many(int count) {
        for (int i = 0; i < count; i++) {
            before.connect("many" + i, 1_000);
        }
    }

    /// Those of the first call are found first, then the many.
    private Bench restarted(long wallMillis) {
        Recovered stored = before.server.durableState();
        List<Recovered.Session> sessions = new ArrayList<>(stored.sessions());
        sessions.sort(Comparator.comparingInt(each -> rank(each.created().clientIdentifier())));
        Bench after =
                new Bench(
                        settings,
                        AccessRules.OPEN,
                        Change.of(stored, "sessions", sessions),
                        wallMillis);
        after.mutations.addAll(before.mutations);
        after.deadlinesAreHandled = false;
        return after;
    }

    private static int rank(String clientIdentifier) {
        return clientIdentifier.startsWith("soon-")
                ? 0
                : clientIdentifier.startsWith("many") ? 1 : 2;
    }

    private static long disconnects(Bench bench) {
        return bench.server.durableState().sessions().stream()
                .filter(each -> each.disconnected() != null)
                .count();
    }

    private static Connection drained(Bench bench, String name) {
        Connection back = bench.connect(name, 1_000);
        while (!bench.reads.isEmpty()) {
            bench.answerRead();
        }
        return back;
    }

    @Test
    void oneCallLooksAtSoManyAndTheOthersFollow() {
        many(600);
        Bench after = restarted(0);
        for (int expected : new int[] {ONE_CALL, 2 * ONE_CALL, 600}) {
            assertThat(after.server.nextDeadline()).isEqualTo(after.now);
            after.handle(new Input.DeadlineReached());
            assertThat(disconnects(after)).isEqualTo(expected);
        }
        assertThat(after.server.nextDeadline()).as("then they expire").isGreaterThan(after.now);
    }

    @Test
    void whoComesBackBeforeItsTurnFindsItsSessionAsItShouldBe() {
        many(600);
        Connection observer = before.connect("observer", 1_000);
        before.in(observer, subscribe("will", QoS.AT_LEAST_ONCE));
        before.connect(with(connect("lost", 100), will("will", QoS.AT_LEAST_ONCE, 0)));
        before.cut(before.connect("expired", 10));
        before.in(before.connect("busy", 100), subscribe("t", QoS.AT_LEAST_ONCE));
        Bench after = restarted(20_000);
        for (String name : List.of("expired", "lost")) {
            Connection back = after.connect(name, 100);
            assertThat(after.to(back, Connack.class))
                    .extracting(Connack::sessionPresent)
                    .as(name)
                    .containsExactly(name.equals("lost"));
        }
        assertThat(after.server.sessionsExpired()).isOne();
        // Before its turn it is routed to as after it.
        after.in(after.connect("p", 0), publish("t", QoS.AT_LEAST_ONCE, 1));
        assertThat(disconnects(after)).as("one call").isEqualTo(ONE_CALL);
        after.deadlinesAreHandled = true;
        after.handle(new Input.DeadlineReached());
        assertThat(disconnects(after)).as("all but who is here").isEqualTo(602);
        assertThat(after.payloadsTo(drained(after, "observer"))).containsExactly("will");
        assertThat(after.payloadsTo(drained(after, "busy"))).containsExactly("21.5");
    }

    /// Its client is back before the deadline had its turn: too late for the will not to be sent
    /// [MQTT-3.1.3-9]. The other has time left.
    @ParameterizedTest
    @ValueSource(strings = {"soon-", "later-"})
    void aDelayedWillWhoseTimeHasComeIsPublishedThoughItsClientIsBack(String turn) {
        many(600);
        Connection observer = before.connect("observer", 1_000);
        before.in(observer, subscribe("will/+", QoS.AT_LEAST_ONCE));
        for (int delay : new int[] {5, 50}) {
            Will will = will("will/" + delay, QoS.AT_LEAST_ONCE, delay);
            before.cut(before.connect(with(connect(turn + delay, 100), will)));
        }
        Bench after = restarted(20_000);
        after.handle(new Input.DeadlineReached());
        for (int delay : new int[] {5, 50}) {
            Connection back = after.connect(turn + delay, 100);
            assertThat(after.to(back, Connack.class))
                    .extracting(Connack::sessionPresent)
                    .containsExactly(true);
        }
        after.deadlinesAreHandled = true;
        after.pass(100_000);
        assertThat(after.to(drained(after, "observer"), Publish.class))
                .extracting(Publish::topicName)
                .containsExactly(TopicName.of("will/5"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon-", "later-"})
    void whoseTimeIsOverFindsNoSessionThoughItsEndHadNoTurn(String turn) {
        many(600);
        before.cut(before.connect(turn + "over", 10));
        before.cut(before.connect(turn + "kept", 100));
        Bench after = restarted(20_000);
        after.handle(new Input.DeadlineReached());
        assertThat(after.server.sessionsExpired()).isZero();
        for (String name : List.of("over", "kept")) {
            Connection back = after.connect(turn + name, 100);
            assertThat(after.to(back, Connack.class))
                    .extracting(Connack::sessionPresent)
                    .containsExactly(name.equals("kept"));
        }
        assertThat(after.server.sessionsExpired()).isOne();
    }

    @Test
    void sessionsThatWereEndingGoOnBehindTheOthers() {
        many(300);
        Connection first = before.connect("first", 100);
        before.in(first, subscribe("$share/g/t", QoS.AT_LEAST_ONCE));
        before.cut(first);
        Connection publisher = before.connect("publisher", 0);
        before.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1));
        Connection second = before.connect("second", 100);
        before.in(second, subscribe("$share/g/t", QoS.AT_LEAST_ONCE));
        before.cut(second);
        before.connect(Packets.cleanStart(connect("first", 0)));
        List<Recovered.Ending> ending = before.server.durableState().ending();
        assertThat(ending).hasSize(1);
        Bench after = restarted(0);
        assertThat(after.accounting().queuedCopies()).isOne();
        after.handle(new Input.DeadlineReached());
        assertThat(after.server.durableState().ending()).isEqualTo(ending);
        assertThat(after.reads).isEmpty();
        after.handle(new Input.DeadlineReached());
        assertThat(after.reads).hasSize(1);
        after.answerRead();
        assertThat(after.server.durableState().ending()).isEmpty();
        assertThat(after.payloadsTo(drained(after, "second"))).containsExactly("21.5");
    }
}
