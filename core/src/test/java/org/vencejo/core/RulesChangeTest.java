package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Other access rules for a server that runs, and who was there before (test oracle 87).
class RulesChangeTest {
    /// Nobody has to do with what begins with `secret`, whatever else there is.
    private static final AccessRules SECRETS =
            subject ->
                    new Permissions() {
                        @Override
                        public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
                            return !topicName.toString().startsWith("secret");
                        }

                        @Override
                        public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
                            return !topicFilter.toString().startsWith("secret");
                        }

                        @Override
                        public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
                            return !topicName.toString().startsWith("secret");
                        }
                    };

    private final Bench bench = new Bench();
    private final Connection publisher = bench.connect("publisher", 0);

    private void change(AccessRules rules) {
        bench.handle(new Input.RulesChanged(rules));
    }

    @Test
    void aSubscriptionThatIsNotAllowedAnyMoreEndsAndTheOthersGoOn() {
        Connection reader = bench.connect("reader", 100);
        bench.in(reader, subscribe("secret/#", QoS.AT_LEAST_ONCE));
        bench.in(reader, subscribe("#", QoS.AT_LEAST_ONCE));
        bench.in(publisher, publish("secret/a", QoS.AT_MOST_ONCE, 0, "before"));
        change(SECRETS);
        assertThat(bench.server.subscriptions()).isEqualTo(1);
        assertThat(bench.events)
                .filteredOn(Event.SubscriptionsEnded.class::isInstance)
                .containsExactly(new Event.SubscriptionsEnded("reader", 1));
        assertThat(bench.server.statistics().subscriptionsDenied()).isEqualTo(1);
        change(AccessRules.OPEN);
        bench.in(publisher, publish("secret/a", QoS.AT_MOST_ONCE, 0, "after"));
        // What ended does not come back with the right; what was held back by the message does.
        assertThat(bench.payloadsTo(reader)).containsExactly("before", "after");
    }

    @Test
    void whatMayNotBeReceivedAnyMoreIsHeldBackAtOnce() {
        Connection reader = bench.connect("reader", 100);
        bench.in(reader, subscribe("#", QoS.AT_LEAST_ONCE));
        bench.cut(reader);
        bench.in(publisher, publish("secret", QoS.AT_LEAST_ONCE, 1, "queued"));
        change(SECRETS);
        bench.in(publisher, publish("open", QoS.AT_LEAST_ONCE, 2, "open"));
        Connection again = bench.connect("reader", 100);
        assertThat(bench.payloadsTo(again)).containsExactly("open");
        assertThat(bench.ended(Fate.ACCESS_DENIED)).isEqualTo(1);
        bench.in(publisher, publish("secret", QoS.AT_LEAST_ONCE, 3, "denied"));
        assertThat(bench.server.statistics().refusedWith(ReasonCode.NOT_AUTHORIZED)).isEqualTo(1);
    }

    @Test
    void theSubscriptionsOfAbsentClientsEndToo() {
        Connection reader = bench.connect("reader", 100);
        bench.in(reader, subscribe("secret", QoS.AT_LEAST_ONCE));
        bench.cut(reader);
        change(SECRETS);
        assertThat(bench.server.subscriptions()).isZero();
        assertThat(bench.server.durableState().sessions())
                .filteredOn(session -> session.created().clientIdentifier().equals("reader"))
                .allSatisfy(session -> assertThat(session.subscriptions()).isEmpty());
    }

    /// No call is long: a slice of sessions at a time, and rules that change again meanwhile win.
    @Test
    void sessionsAreLookedAtInSlices() {
        Bench small = Bench.with("sliceMax", 16);
        for (int i = 0; i < 100; i++) {
            Connection reader = small.connect("reader" + i, 100);
            small.in(reader, subscribe("secret/" + i, QoS.AT_LEAST_ONCE));
        }
        small.server.handle(new Input.RulesChanged(SECRETS), small.now, small);
        assertThat(small.server.subscriptions()).isBetween(80, 99);
        small.server.handle(new Input.RulesChanged(AccessRules.OPEN), small.now, small);
        small.pass(1);
        assertThat(small.server.subscriptions()).isBetween(80, 99);
        small.handle(new Input.RulesChanged(SECRETS));
        small.pass(1);
        assertThat(small.server.subscriptions()).isZero();
    }

    /// A look at many rules is as long as one at many sessions.
    @ParameterizedTest
    @CsvSource({"0, 32", "14, 4", "62, 1", "40000, 1"})
    void theRulesThatAreLookedAtForASessionAreWork(int rules, int asked) {
        Bench small = Bench.with("sliceMax", 64);
        for (int i = 0; i < 40; i++) {
            small.in(small.connect("reader" + i, 100), subscribe("a", QoS.AT_LEAST_ONCE));
        }
        List<String> clients = new ArrayList<>();
        small.server.handle(
                new Input.RulesChanged(subject -> {
                    clients.add(subject.clientIdentifier());
                    return ofRules(rules);
                }),
                small.now,
                small);
        assertThat(clients).hasSize(asked);
        small.pass(1);
        assertThat(clients).hasSize(40);
    }

    private static Permissions ofRules(int number) {
        return new Permissions() {
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
                return true;
            }

            @Override
            public int rulesLookedAt() {
                return number;
            }
        };
    }

    @Test
    void rulesThatBreakAtOneClientAreAskedForTheOthersAllTheSame() {
        for (int i = 0; i < 5; i++) {
            bench.in(bench.connect("reader" + i, 0), subscribe("t", QoS.AT_LEAST_ONCE));
        }
        List<String> asked = new ArrayList<>();
        bench.faultsAreExpected = true;
        change(subject -> {
            asked.add(subject.clientIdentifier());
            throw new IllegalStateException("broken on purpose");
        });
        assertThat(asked).contains("reader0", "reader1", "reader2", "reader3", "reader4");
        assertThat(bench.events).filteredOn(Event.Fault.class::isInstance).hasSize(5);
    }

    /// From elsewhere a client may do less; whether its subscriptions stay is a setting (A19).
    @ParameterizedTest
    @CsvSource({"true, 1", "false, 2"})
    void whoComesBackFromElsewhereMayLoseSubscriptions(boolean checked, int left) {
        boolean[] elsewhere = {false};
        Bench roaming = roaming(checked, elsewhere);
        Connection here = roaming.connect("reader", 100);
        roaming.in(here, subscribe("secret/#", QoS.AT_LEAST_ONCE));
        roaming.in(here, subscribe("open", QoS.AT_LEAST_ONCE));
        roaming.cut(here);
        roaming.connect("reader", 100);
        assertThat(roaming.server.subscriptions()).isEqualTo(2); // it may have them here
        elsewhere[0] = true;
        roaming.connect("reader", 100);
        assertThat(roaming.server.subscriptions()).isEqualTo(left);
        assertThat(roaming.server.statistics().subscriptionsDenied()).isEqualTo(2 - left);
        assertThat(roaming.events)
                .filteredOn(Event.SubscriptionsEnded.class::isInstance)
                .hasSize(2 - left);
        assertThat(roaming.server.durableState().sessions())
                .singleElement()
                .satisfies(session -> assertThat(session.subscriptions()).hasSize(left));
    }

    private static Bench roaming(boolean checked, boolean[] elsewhere) {
        return new Bench(
                Change.of(ServerSettings.DEFAULTS, "subscriptionsCheckedAtResume", checked),
                subject -> (elsewhere[0] ? SECRETS : AccessRules.OPEN).of(subject),
                Recovered.NOTHING);
    }

    /// With the answer it is true that they are gone, also after a crash; with none gone the answer
    /// waits for nothing but the resume.
    @ParameterizedTest
    @CsvSource({"true, secret/#, false", "false, secret/#, true", "true, open, true"})
    void whoLosesSubscriptionsIsAnsweredWhenThatIsDurable(
            boolean checked, String topicFilter, boolean answeredAtTheResume) {
        boolean[] elsewhere = {false};
        Bench roaming = roaming(checked, elsewhere);
        Connection here = roaming.connect("reader", 100);
        roaming.in(here, subscribe(topicFilter, QoS.AT_LEAST_ONCE));
        roaming.cut(here);
        roaming.forget();
        long before = roaming.appended();
        elsewhere[0] = true;
        roaming.journalAnswers = false;

        Connection again = roaming.connect("reader", 100);

        assertThat(roaming.mutations.getFirst()).isInstanceOf(Mutation.SessionConnected.class);
        assertThat(roaming.to(again)).isEmpty();
        roaming.handle(new Input.Durable(before + 1)); // the resume
        assertThat(roaming.to(again, Connack.class)).hasSize(answeredAtTheResume ? 1 : 0);
        roaming.durable();
        assertThat(roaming.to(again, Connack.class)).hasSize(1);
        assertThat(roaming.server.subscriptions()).isEqualTo(answeredAtTheResume ? 1 : 0);
    }

    /// Rules may have changed while the server was away, too.
    @Test
    void whoComesBackAfterARestartMayLoseSubscriptions() {
        Connection reader = bench.connect("reader", 100);
        bench.in(reader, subscribe("secret/#", QoS.AT_LEAST_ONCE));
        bench.in(reader, subscribe("open", QoS.AT_LEAST_ONCE));
        Bench next =
                new Bench(
                        Change.of(ServerSettings.DEFAULTS, "subscriptionsCheckedAtResume", true),
                        SECRETS,
                        bench.server.durableState());
        assertThat(next.server.subscriptions()).isEqualTo(2);
        next.connect("reader", 100);
        assertThat(next.server.subscriptions()).isEqualTo(1);
        assertThat(next.server.durableState().sessions())
                .filteredOn(session -> session.created().clientIdentifier().equals("reader"))
                .allSatisfy(session -> assertThat(session.subscriptions()).hasSize(1));
    }

    @Test
    void rulesAreAskedOnceForAClientWithAWill() {
        List<String> asked = new ArrayList<>();
        Bench watched =
                new Bench(
                        ServerSettings.DEFAULTS,
                        subject -> {
                            asked.add(subject.clientIdentifier());
                            return Permissions.ALL;
                        },
                        Recovered.NOTHING);
        Connection client = watched.connect(with(connect("c", 0), will("a", QoS.AT_LEAST_ONCE, 0)));
        watched.in(client, subscribe("b", QoS.AT_LEAST_ONCE));
        watched.cut(client);
        assertThat(asked).containsExactly("c");
    }

    @Test
    void whoComesFromElsewhereHasOtherRights() {
        List<String> asked = new ArrayList<>();
        Bench watched =
                new Bench(
                        ServerSettings.DEFAULTS,
                        subject -> {
                            asked.add(subject.listener() + " " + subject.remoteAddress());
                            return Permissions.ALL;
                        },
                        Recovered.NOTHING);
        Connection first = watched.connect("c", 100);
        watched.in(first, subscribe("a", QoS.AT_LEAST_ONCE));
        watched.in(first, publish("a", QoS.AT_MOST_ONCE, 0, "x"));
        assertThat(asked).containsExactly("tcp 192.0.2.1:1");
        watched.cut(first);
        Connection second = watched.connect("c", 100);
        watched.in(second, publish("a", QoS.AT_MOST_ONCE, 0, "y"));
        assertThat(asked).hasSize(2);
    }
}
