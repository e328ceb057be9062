package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.puback;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrec;
import static org.vencejo.core.Packets.pubrel;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.unsubscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.Mutation.Dequeued;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Mutation.IdentifierFreed;
import org.vencejo.core.Mutation.IdentifierTaken;
import org.vencejo.core.Mutation.Released;
import org.vencejo.core.Mutation.SessionConnected;
import org.vencejo.core.Mutation.SessionCreated;
import org.vencejo.core.Mutation.SessionDisconnected;
import org.vencejo.core.Mutation.SessionEnded;
import org.vencejo.core.Mutation.Subscribed;
import org.vencejo.core.Mutation.Unsubscribed;
import org.vencejo.core.Mutation.WillRemoved;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;

/// What of a session is written, and what a restart makes of it.
class SessionWrittenTest {
    private final Bench bench = new Bench();

    private static Bench restart(Bench before) {
        return new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, before.server.durableState());
    }

    private List<Class<?>> types() {
        List<Class<?>> types = new ArrayList<>();
        bench.mutations.forEach(each -> types.add(each.getClass()));
        bench.mutations.clear();
        return types;
    }

    /// The life of a client whose session outlives it so many seconds.
    private void live(long expirySeconds) {
        Connection client =
                bench.connect(with(connect("c", expirySeconds), will("w", QoS.AT_MOST_ONCE, 0)));
        bench.in(client, subscribe("t", QoS.EXACTLY_ONCE));
        bench.in(client, publish("t", QoS.EXACTLY_ONCE, 7));
        bench.in(client, pubrel(7));
        bench.in(client, pubrec(1));
        bench.in(client, Packets.pubcomp(1));
        bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 8));
        bench.in(client, puback(2));
        bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0));
        bench.in(client, unsubscribe(9, "t"));
        bench.in(client, unsubscribe(10, "t")); // which is not there any more
        bench.disconnect(client);
    }

    @Test
    void eachChangeOfAKeptSessionIsWrittenOnceAndInOrder() {
        live(100);
        assertThat(types())
                .containsExactly(
                        SessionCreated.class,
                        SessionConnected.class,
                        Subscribed.class,
                        IdentifierTaken.class,
                        Enqueued.class,
                        IdentifierFreed.class,
                        Released.class,
                        Dequeued.class,
                        Enqueued.class,
                        Dequeued.class,
                        Unsubscribed.class,
                        WillRemoved.class,
                        SessionDisconnected.class);
        bench.pass(100_000);
        assertThat(types()).containsExactly(SessionEnded.class);
    }

    @Test
    void aSessionThatEndsWithItsConnectionWritesNothing() {
        live(0);
        assertThat(types()).isEmpty();
        assertThat(bench.server.durableState().sessions()).isEmpty();
    }

    @Test
    void aDisconnectIsWrittenWithItsTimeItsExpiryAndHowFarWasSent() {
        Connection client = bench.connect(with(connect("c", 100), Property.RECEIVE_MAXIMUM, 2L));
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        Connection publisher = bench.connect("p", 0);
        for (int i = 1; i <= 3; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        bench.pass(5_000);
        bench.cut(client);
        assertThat(bench.mutations).contains(new SessionDisconnected(1, 5_000, 100, 2));
        assertThat(bench.mutations).noneMatch(WillRemoved.class::isInstance);
    }

    @Test
    void qos0ThatWaitsIsNotWritten() {
        Bench queueing =
                new Bench(Change.of(ServerSettings.DEFAULTS, "qos0QueuedForOffline", true));
        Connection client = queueing.connect("c", 100);
        queueing.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        queueing.cut(client);
        queueing.forget();
        Connection publisher = queueing.connect("p", 0);
        queueing.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "zero"));
        assertThat(queueing.mutations).isEmpty();
        assertThat(queueing.server.durableState().sessions().getFirst().queue()).isEmpty();
        queueing.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1, "one")); // the control arm
        assertThat(queueing.mutations).hasSize(1);
        Connection again = queueing.connect("c", 100);
        assertThat(queueing.payloadsTo(again)).containsExactly("zero", "one");
        assertThat(queueing.mutations).noneMatch(Dequeued.class::isInstance);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 3", "65535, 4"})
    void whoWasConnectedAtTheCrashMayHaveBeenSentAllAndHasInFlightWhatItsWindowTook(
            int receiveMaximum, int sent) {
        bench.journalAnswers = false; // QoS 2 does not leave before it is durable
        Connection client =
                bench.connect(
                        with(connect("c", 100), Property.RECEIVE_MAXIMUM, (long) receiveMaximum));
        bench.durable();
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.durable();
        Connection publisher = bench.connect("p", 0);
        for (int i = 1; i <= 4; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i, "m" + i));
        }
        Bench restarted = restart(bench);
        assertThat(restarted.accounting().inFlightCopies()).isEqualTo(sent);
        Connection again = restarted.connect("c", 100);
        assertThat(restarted.to(again, Publish.class))
                .extracting(Packets::text, Publish::dup)
                .containsExactly(
                        tuple("m1", true), tuple("m2", true), tuple("m3", true), tuple("m4", true));
    }

    @Test
    void whatCameThroughASharedSubscriptionStillGoesToAnotherMemberAfterARestart() {
        Connection client = bench.connect("leaving", 10);
        bench.in(client, subscribe("$share/g/t", QoS.AT_LEAST_ONCE));
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        Connection publisher = bench.connect("p", 0);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1, "1"));
        bench.cut(client);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 2, "2"));
        assertThat(bench.mutations)
                .filteredOn(Enqueued.class::isInstance)
                .extracting(each -> ((Enqueued) each).share())
                .containsExactlyInAnyOrder(
                        null, TopicFilter.of("$share/g/t"), null, TopicFilter.of("$share/g/t"));
        Bench restarted = restart(bench);
        Connection staying = restarted.connect("staying", 0);
        restarted.in(staying, subscribe("$share/g/t", QoS.AT_LEAST_ONCE));
        restarted.pass(10_000);
        assertThat(restarted.payloadsTo(staying)).containsExactly("1", "2"); // (C24)
        assertThat(restarted.ended(Fate.SESSION_ENDED)).isEqualTo(2);
    }

    @Test
    void theStoredQueueIsInTheOrderOfItsPlaces() {
        Connection client = bench.connect("c", 100);
        bench.in(client, subscribe("t", QoS.EXACTLY_ONCE));
        Connection publisher = bench.connect("p", 0);
        for (int i = 1; i <= 3; i++) {
            bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, i));
        }
        bench.in(client, pubrec(2)); // released ones stand in a list of their own
        Recovered.Session stored = bench.server.durableState().sessions().getFirst();
        assertThat(stored.queue())
                .extracting(entry -> entry.enqueued().sequence(), Recovered.Entry::released)
                .containsExactly(
                        tuple(0L, null), tuple(1L, new Released(1, 1, 2, 0)), tuple(2L, null));
        assertThat(stored.disconnected()).isNull();
        assertThat(stored.subscriptions()).hasSize(1);
    }

    @Test
    void aSessionKeepsTheExpiryThatItsDisconnectAskedFor() {
        Connection client = bench.connect("c", 10);
        bench.in(
                client,
                new Disconnect(
                        ReasonCode.SUCCESS,
                        Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 50)));
        Bench restarted = restart(bench);
        restarted.pass(49_999);
        assertThat(restarted.server.sessions()).isEqualTo(1);
        restarted.pass(1);
        assertThat(restarted.server.sessions()).isZero();
    }
}
