package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrel;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Authentication.Step;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What clients may not do, they do on no road; each test shows the same road without the rule.
class AccessRulesTest {
    /// Denies what is written into it: `client publish topic`, `user: receive topic`, `client share
    /// 1 topic`, `client keep 1 topic`.
    private static final class Denying implements AccessRules {
        private final Set<String> denied = new HashSet<>();

        private boolean allows(String client, Identity identity, String what, Object topic) {
            return !denied.contains(client + " " + what + " " + topic)
                    && !denied.contains(identity.userName() + ": " + what + " " + topic);
        }

        @Override
        public Permissions of(Subject subject) {
            String client = subject.clientIdentifier();
            Identity identity = subject.identity();
            return new Permissions() {
                @Override
                public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
                    return allows(client, identity, "publish", topicName);
                }

                @Override
                public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
                    return allows(client, identity, "subscribe", topicFilter);
                }

                @Override
                public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
                    String how = (shared ? "share " : "keep ") + qos.value();
                    return allows(client, identity, "receive", topicName)
                            && allows(client, identity, how, topicName);
                }
            };
        }
    }

    private final Denying rules = new Denying();
    private final Bench bench = new Bench(ServerSettings.DEFAULTS, rules, Recovered.NOTHING);
    private Connection publisher;
    private Connection reader;

    @BeforeEach
    void connectBoth() {
        publisher = bench.connect("publisher", 0);
        reader = bench.connect("reader", 100);
    }

    // ---- publish (B30)

    @Test
    void aDeniedPublishIsAnsweredByItsVersionAndReachesNobody() {
        bench.in(reader, subscribe("#", QoS.EXACTLY_ONCE));
        for (ProtocolVersion version : ProtocolVersion.values()) {
            rules.denied.add("c publish secret");
            Connection client =
                    version.isMqtt5()
                            ? bench.connect("c", 0)
                            : bench.connect(connect3(version, "c", true));
            ReasonCode told = version.isMqtt5() ? ReasonCode.NOT_AUTHORIZED : ReasonCode.SUCCESS;
            bench.in(client, retained("secret", QoS.AT_MOST_ONCE, 0, "no"));
            bench.in(client, retained("secret", QoS.AT_LEAST_ONCE, 1, "no"));
            bench.in(client, retained("secret", QoS.EXACTLY_ONCE, 2, "no"));
            assertThat(bench.to(client, Puback.class)).containsExactly(new Puback(1, told));
            assertThat(bench.to(client, Pubrec.class)).containsExactly(new Pubrec(2, told));
            if (!version.isMqtt5()) {
                bench.in(client, pubrel(2)); // V31-9: the whole exchange
                assertThat(bench.to(client, Pubcomp.class)).hasSize(1);
            }
            assertThat(bench.isClosed(client)).isFalse();
            rules.denied.clear();
            bench.in(client, publish("secret", QoS.EXACTLY_ONCE, 2, version.name()));
            bench.cut(client);
        }
        assertThat(bench.payloadsTo(reader))
                .containsExactly("MQTT_3_1", "MQTT_3_1_1", "MQTT_5"); // [MQTT-4.3.3-9]
        assertThat(bench.server.retainedMessages()).isZero();
    }

    @Test
    void aDeniedPublishEndsA3ClientIfThatIsWanted() {
        Bench strict =
                new Bench(
                        Change.of(ServerSettings.DEFAULTS, "deniedPublishClosesFor3", true),
                        rules,
                        Recovered.NOTHING);
        rules.denied.add("c publish secret");
        Connection client = strict.connect(connect3(ProtocolVersion.MQTT_3_1_1, "c", true));
        strict.in(client, publish("open", QoS.AT_LEAST_ONCE, 1));
        assertThat(strict.isClosed(client)).isFalse();
        strict.in(client, publish("secret", QoS.AT_LEAST_ONCE, 2));
        assertThat(strict.isClosed(client)).isTrue();
    }

    @Test
    void anAliasThatCameWithADeniedPublishIsSet() {
        rules.denied.add("publisher publish t");
        bench.in(reader, subscribe("t", QoS.AT_MOST_ONCE));
        bench.in(publisher, with(publish("t", QoS.AT_MOST_ONCE, 0), Property.TOPIC_ALIAS, 1));
        rules.denied.clear();
        bench.in(
                publisher,
                publish("t", QoS.AT_MOST_ONCE, 0, "by alias")
                        .with(
                                TopicName.NONE,
                                with(publish("t", QoS.AT_MOST_ONCE, 0), Property.TOPIC_ALIAS, 1)
                                        .properties()));
        assertThat(bench.payloadsTo(reader)).containsExactly("by alias"); // (B22)
    }

    @Test
    void onlyTheServerPublishesToItsTopics() {
        bench.in(reader, subscribe("$SYS/#", QoS.AT_MOST_ONCE));
        bench.in(publisher, publish("$SYS/x", QoS.AT_LEAST_ONCE, 1, "client"));
        bench.in(publisher, publish("$SYSTEM/x", QoS.AT_LEAST_ONCE, 2)); // (B32)
        bench.handle(new Input.PublishLocally(publish("$SYS/x", QoS.AT_MOST_ONCE, 0, "server")));
        assertThat(bench.payloadsTo(reader)).containsExactly("server");
        assertThat(bench.to(publisher, Puback.class))
                .extracting(Puback::reasonCode)
                .containsExactly(ReasonCode.NOT_AUTHORIZED, ReasonCode.SUCCESS);
    }

    // ---- subscribe (C19)

    @Test
    void aDeniedFilterIsToldInItsPlaceAndTheOthersHold() {
        bench.in(publisher, retained("secret", QoS.AT_MOST_ONCE, 0, "kept"));
        rules.denied.add("reader subscribe secret");
        bench.in(
                reader,
                subscribe(
                        1,
                        Subscription.of("open", QoS.EXACTLY_ONCE),
                        Subscription.of("secret", QoS.EXACTLY_ONCE)));
        assertThat(bench.to(reader, Suback.class).getFirst().reasonCodes())
                .containsExactly(ReasonCode.GRANTED_QOS_2, ReasonCode.NOT_AUTHORIZED);
        bench.in(publisher, publish("secret", QoS.AT_MOST_ONCE, 0, "live"));
        bench.in(publisher, publish("open", QoS.AT_MOST_ONCE, 0, "open"));
        assertThat(bench.payloadsTo(reader)).containsExactly("open");
        assertThat(bench.server.subscriptions()).isEqualTo(1);
    }

    @Test
    void aPacketIsOneEventHoweverManyOfItsFiltersAreRefused() {
        rules.denied.addAll(List.of("reader subscribe a", "reader subscribe b"));
        bench.in(
                reader,
                subscribe(
                        1,
                        Subscription.of("open", QoS.AT_MOST_ONCE),
                        Subscription.of("a", QoS.AT_MOST_ONCE),
                        Subscription.of("b", QoS.AT_MOST_ONCE)));
        bench.in(reader, subscribe(2, Subscription.of("b", QoS.AT_MOST_ONCE)));
        bench.in(reader, subscribe(3, Subscription.of("open", QoS.AT_MOST_ONCE)));
        assertThat(bench.events)
                .filteredOn(Event.RequestRefused.class::isInstance)
                .extracting(event -> ((Event.RequestRefused) event).detail())
                .containsExactly("subscribe 2 Topic Filters, the first is a", "subscribe b");
        assertThat(bench.server.statistics().refusedWith(ReasonCode.NOT_AUTHORIZED)).isEqualTo(3);
    }

    // ---- receive

    @Test
    void aDeniedTopicIsDeliveredOnNoRoad() {
        bench.in(publisher, retained("kept/secret", QoS.AT_LEAST_ONCE, 1, "retained"));
        bench.in(publisher, retained("kept/open", QoS.AT_LEAST_ONCE, 2, "open"));
        rules.denied.add("reader receive kept/secret");
        rules.denied.add("reader receive live/secret");
        bench.in(reader, subscribe("kept/#", QoS.AT_LEAST_ONCE));
        bench.in(reader, subscribe("live/+", QoS.AT_LEAST_ONCE));
        Connection dying =
                bench.connect(with(connect("dying", 0), will("live/secret", QoS.AT_LEAST_ONCE, 0)));
        bench.in(publisher, publish("live/secret", QoS.AT_LEAST_ONCE, 3, "live"));
        bench.cut(dying);
        bench.in(publisher, publish("live/open", QoS.AT_LEAST_ONCE, 4, "also open"));
        assertThat(bench.payloadsTo(reader)).containsExactly("open", "also open");
        assertThat(bench.ended(Fate.ACCESS_DENIED)).isEqualTo(3);
    }

    @Test
    void aRightThatIsWithdrawnHoldsForWhatIsQueued() {
        bench.in(reader, subscribe("#", QoS.AT_LEAST_ONCE));
        bench.cut(reader);
        bench.in(publisher, publish("secret", QoS.AT_LEAST_ONCE, 1, "queued"));
        bench.in(publisher, publish("open", QoS.AT_LEAST_ONCE, 2, "open"));
        rules.denied.add("reader receive secret");
        Connection again = bench.connect("reader", 100);
        assertThat(bench.payloadsTo(again)).containsExactly("open");
        assertThat(bench.ended(Fate.ACCESS_DENIED)).isEqualTo(1);
    }

    @Test
    void aMemberThatMayNotReadTheTopicIsPassedOver() {
        Connection other = bench.connect("other", 0);
        bench.in(reader, subscribe("$share/g/#", QoS.AT_LEAST_ONCE));
        bench.in(other, subscribe("$share/g/#", QoS.AT_LEAST_ONCE));
        rules.denied.add("reader receive secret");
        bench.in(publisher, publish("secret", QoS.AT_LEAST_ONCE, 1, "a"));
        bench.in(publisher, publish("secret", QoS.AT_LEAST_ONCE, 2, "b"));
        assertThat(bench.payloadsTo(other)).containsExactly("a", "b");
        bench.cut(other);
        bench.in(publisher, publish("secret", QoS.AT_LEAST_ONCE, 3, "c"));
        assertThat(bench.payloadsTo(reader)).isEmpty();
        // What `other` had in flight cannot go to `reader` either.
        assertThat(bench.ended(Fate.ACCESS_DENIED)).isEqualTo(1);
        assertThat(bench.ended(Fate.SESSION_ENDED)).isEqualTo(2);
    }

    @Test
    void onEachRoadItIsAskedAtWhichQoSAndWhetherByASharedSubscription() {
        bench.in(publisher, retained("kept", QoS.AT_LEAST_ONCE, 1, "retained at 1"));
        bench.in(publisher, retained("kept/too", QoS.AT_MOST_ONCE, 0, "retained at 0"));
        rules.denied.addAll(
                List.of("reader keep 1 kept", "reader keep 1 t", "reader share 1 shared"));
        bench.in(reader, subscribe("kept/#", QoS.AT_LEAST_ONCE));
        bench.in(reader, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.in(reader, subscribe("$share/g/shared", QoS.AT_LEAST_ONCE));
        for (String topic : List.of("t", "shared")) {
            bench.in(publisher, publish(topic, QoS.AT_LEAST_ONCE, 2, "no"));
            bench.in(publisher, publish(topic, QoS.AT_MOST_ONCE, 0, topic));
        }
        assertThat(bench.payloadsTo(reader)).containsExactly("retained at 0", "t", "shared");
        rules.denied.clear();
        bench.cut(reader);
        for (String topic : List.of("t", "shared")) {
            bench.in(publisher, publish(topic, QoS.AT_LEAST_ONCE, 3, topic));
        }
        rules.denied.addAll(List.of("reader share 1 t", "reader share 1 shared"));
        Connection again = bench.connect("reader", 100);
        assertThat(bench.payloadsTo(again)).as("t is not shared").containsExactly("t");
    }

    // ---- wills (A13)

    @Test
    void aWillThatIsDeniedIsRefusedWithConnect() {
        rules.denied.add("c publish w");
        for (ProtocolVersion version : ProtocolVersion.values()) {
            Connect connect = version.isMqtt5() ? connect("c", 0) : connect3(version, "c", true);
            Connection client = bench.connect(with(connect, will("w", QoS.AT_MOST_ONCE, 0)));
            assertThat(bench.to(client, Connack.class))
                    .extracting(Connack::reasonCode)
                    .containsExactly(ReasonCode.NOT_AUTHORIZED);
            assertThat(bench.isClosed(client)).isTrue();
        }
        assertThat(bench.accounting().copies()).isZero();
    }

    @Test
    void aWillWhoseRightWasWithdrawnIsDropped() {
        bench.in(reader, subscribe("w", QoS.AT_MOST_ONCE));
        for (boolean withdrawn : new boolean[] {true, false}) {
            Connection client =
                    bench.connect(with(connect("c", 0), will("w", QoS.AT_MOST_ONCE, 0)));
            if (withdrawn) {
                rules.denied.add("c publish w");
            }
            bench.cut(client);
            rules.denied.clear();
            assertThat(bench.payloadsTo(reader)).hasSize(withdrawn ? 0 : 1);
        }
    }

    // ---- whose rights (A19)

    @Test
    void aSessionBelongsToTheUserThatMadeIt() {
        bench.authenticator = AccessRulesTest::asWhoItSays;
        Connection bob = bench.connect(Change.of(connect("c", 100), "userName", "bob"));
        bench.cut(bob);
        Connection eve = bench.connect(Change.of(connect("c", 100), "userName", "eve"));
        assertThat(bench.to(eve, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        Connection back = bench.connect(Change.of(connect("c", 100), "userName", "bob"));
        assertThat(bench.to(back, Connack.class).getFirst().sessionPresent()).isTrue();
    }

    @Test
    void aSessionThatWasNobodysIsStillItsUsersAfterARestart() {
        bench.authenticator = AccessRulesTest::asWhoItSays;
        bench.cut(bench.connect("c", 100));
        bench.cut(bench.connect(Change.of(connect("c", 100), "userName", "bob")));
        bench.cut(bench.connect(Change.of(connect("c", 100), "userName", "bob")));
        assertThat(bench.mutations)
                .filteredOn(Mutation.SessionClaimed.class::isInstance)
                .hasSize(1);
        Bench restarted = new Bench(ServerSettings.DEFAULTS, rules, bench.server.durableState());
        restarted.authenticator = AccessRulesTest::asWhoItSays;
        Connection eve = restarted.connect(Change.of(connect("c", 100), "userName", "eve"));
        assertThat(restarted.to(eve, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        Connection bob = restarted.connect(Change.of(connect("c", 100), "userName", "bob"));
        assertThat(restarted.to(bob, Connack.class).getFirst().sessionPresent()).isTrue();
    }

    @Test
    void theRightsAreThoseOfWhoIsConnectedNow() {
        bench.authenticator = AccessRulesTest::asWhoItSays;
        rules.denied.add("null: publish t");
        Connection nobody = bench.connect("c", 100);
        bench.in(nobody, publish("t", QoS.AT_LEAST_ONCE, 1));
        bench.cut(nobody);
        Connection bob = bench.connect(Change.of(connect("c", 100), "userName", "bob"));
        bench.in(bob, publish("t", QoS.AT_LEAST_ONCE, 1));
        assertThat(bench.to(nobody, Puback.class))
                .containsExactly(new Puback(1, ReasonCode.NOT_AUTHORIZED));
        assertThat(bench.to(bob, Puback.class)).containsExactly(new Puback(1, ReasonCode.SUCCESS));
        bench.cut(bob);
        Connection eve = bench.connect(Change.of(connect("c", 100), "userName", "eve"));
        assertThat(bench.to(eve, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED); // bob's since he was there
    }

    private static Accepted asWhoItSays(Authentication.Request request) {
        String userName =
                switch (request) {
                    case Credentials it -> it.userName();
                    case Step it -> it.userName();
                };
        return new Accepted(new Identity(userName), null);
    }
}
