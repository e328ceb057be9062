package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.unsubscribe;
import static org.vencejo.core.Packets.with;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Unsuback;
import org.vencejo.protocol.Unsubscribe;

/// SUBSCRIBE and UNSUBSCRIBE of a kept session, whose answers wait for the journal.
class SubscribingTest {
    private final Bench bench = new Bench();
    private Connection publisher;
    private Connection client;

    @BeforeEach
    void connect() {
        publisher = bench.connect("publisher", 0);
        client = bench.connect("client", 100);
        bench.in(publisher, retained("t", QoS.AT_MOST_ONCE, 0, "retained"));
        bench.forget();
        bench.journalAnswers = false;
    }

    @Test
    void aSubscriptionIsActiveFromItsSubackOn() {
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "before"));
        assertThat(bench.to(client)).isEmpty();
        bench.durable();
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "after"));
        assertThat(bench.to(client).getFirst()).isInstanceOf(Suback.class);
        assertThat(bench.payloadsTo(client)).containsExactly("retained", "after"); // (C11), (C33)
    }

    @Test
    void oneThatIsReplacedWhileItsSubackWaitsHoldsUntilTheOther() {
        bench.in(client, with(subscribe("t", QoS.AT_LEAST_ONCE), 11));
        long first = bench.mutations.size();
        bench.in(client, with(subscribe("t", QoS.AT_LEAST_ONCE), 22));
        bench.handle(new Input.Durable(bench.appended() - bench.mutations.size() + first));
        assertThat(bench.to(client, Suback.class)).hasSize(1);
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "one"));
        bench.durable();
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "two"));
        assertThat(bench.to(client, Publish.class))
                .extracting(Packets::text, p -> p.properties().subscriptionIdentifiers()[0])
                .containsExactly(
                        tuple("retained", 11),
                        tuple("one", 11),
                        tuple("retained", 22),
                        tuple("two", 22));
    }

    /// It waits behind the one before, and with it nothing else does.
    @Test
    void oneThatGetsNothingIsAnsweredInItsTurnBetweenOthers() {
        bench.in(client, subscribe(1, Subscription.of("a", QoS.AT_MOST_ONCE)));
        bench.in(client, subscribe(2, Subscription.of("a/#/b", QoS.AT_MOST_ONCE)));
        bench.in(client, subscribe(3, Subscription.of("b", QoS.AT_MOST_ONCE)));
        assertThat(bench.to(client)).isEmpty();
        bench.durable();
        assertThat(bench.to(client, Suback.class))
                .extracting(Suback::packetIdentifier, suback -> suback.reasonCodes().getFirst())
                .containsExactly(
                        tuple(1, ReasonCode.SUCCESS),
                        tuple(2, ReasonCode.TOPIC_FILTER_INVALID),
                        tuple(3, ReasonCode.SUCCESS));
        bench.in(publisher, publish("a", QoS.AT_MOST_ONCE, 0, "to a"));
        bench.in(publisher, publish("b", QoS.AT_MOST_ONCE, 0, "to b"));
        assertThat(bench.payloadsTo(client)).containsExactly("to a", "to b");
    }

    @Test
    void unsubscribeRightBehindSubscribeLeavesNothingActiveAndNothingOwed() {
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.in(client, unsubscribe(2, "t"));
        bench.durable();
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0));
        assertThat(bench.to(client))
                .extracting(Packet::getClass)
                .isEqualTo(List.of(Suback.class, Unsuback.class));
        assertThat(bench.server.subscriptions()).isZero();
    }

    @Test
    void subscribeRightBehindUnsubscribeStaysActive() {
        bench.in(client, with(subscribe("t", QoS.AT_LEAST_ONCE), 11));
        bench.in(client, unsubscribe(2, "t"));
        bench.in(client, with(subscribe("t", QoS.AT_LEAST_ONCE), 22));
        bench.durable();
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0));
        assertThat(bench.to(client, Publish.class))
                .extracting(p -> p.properties().subscriptionIdentifiers()[0])
                .containsExactly(22, 22); // the retained one, and the live one
    }

    @Test
    void theSameFilterTwiceInOneSubscribeIsAsTwoSubscribes() {
        bench.journalAnswers = true;
        Subscription always = Subscription.of("t", QoS.AT_MOST_ONCE);
        bench.in(client, subscribe(1, always, always));
        assertThat(bench.payloadsTo(client)).containsExactly("retained", "retained"); // (C9)
        assertThat(bench.server.subscriptions()).isEqualTo(1);
    }

    @Test
    void anIdentifierThatAMessageHasOpenIsRefusedInTheAnswer() {
        bench.journalAnswers = true;
        bench.in(client, publish("x", QoS.EXACTLY_ONCE, 7));
        bench.in(client, subscribe(7, Subscription.of("t", QoS.AT_MOST_ONCE)));
        bench.in(client, unsubscribe(7, "t"));
        assertThat(bench.to(client, Suback.class).getFirst().reasonCodes())
                .containsExactly(ReasonCode.PACKET_IDENTIFIER_IN_USE); // [MQTT-2.2.1-3]
        assertThat(bench.to(client, Unsuback.class).getFirst().reasonCodes())
                .containsExactly(ReasonCode.PACKET_IDENTIFIER_IN_USE);
        assertThat(bench.server.subscriptions()).isZero();
        bench.in(client, Packets.pubrel(7));
        bench.in(client, subscribe(7, Subscription.of("t", QoS.AT_MOST_ONCE)));
        assertThat(bench.to(client, Suback.class).getLast().reasonCodes())
                .containsExactly(ReasonCode.SUCCESS);
    }

    @Test
    void eachFilterHasItsCodeInItsPlaceAndOnlyTheGrantedOnesHold() {
        Bench strict = new Bench(Bench.settings("subscriptionsMax", 2));
        Connection c = strict.connect("c", 0);
        strict.in(
                c,
                subscribe(
                        1,
                        Subscription.of("a", QoS.EXACTLY_ONCE),
                        Subscription.of("a#", QoS.AT_MOST_ONCE),
                        Subscription.of("$share//t", QoS.AT_MOST_ONCE),
                        Subscription.of("$share/g//t", QoS.AT_LEAST_ONCE),
                        Subscription.of("b", QoS.AT_MOST_ONCE),
                        Subscription.of("a", QoS.AT_MOST_ONCE)));
        assertThat(strict.to(c, Suback.class).getFirst().reasonCodes())
                .containsExactly(
                        ReasonCode.GRANTED_QOS_2,
                        ReasonCode.TOPIC_FILTER_INVALID, // (C20)
                        ReasonCode.TOPIC_FILTER_INVALID, // (C27)
                        ReasonCode.GRANTED_QOS_1, // (C27): of `/t`
                        ReasonCode.QUOTA_EXCEEDED,
                        ReasonCode.SUCCESS); // replaces, so it is within the limit
        strict.in(
                c,
                new Unsubscribe(
                        2,
                        List.of(TopicFilter.of("b"), TopicFilter.of("a"), TopicFilter.of("a#")),
                        Properties.NONE));
        assertThat(strict.to(c, Unsuback.class).getFirst().reasonCodes())
                .containsExactly(
                        ReasonCode.NO_SUBSCRIPTION_EXISTED,
                        ReasonCode.SUCCESS,
                        ReasonCode.TOPIC_FILTER_INVALID);
    }

    @Test
    void anUnsubscribedFilterIsForgottenBeforeUnsubackIsSent() {
        bench.journalAnswers = true;
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.forget();
        bench.journalAnswers = false;
        bench.in(client, unsubscribe(2, "t"));
        assertThat(bench.to(client)).isEmpty(); // (C32)
        assertThat(bench.server.durableState().sessions().getFirst().subscriptions()).isEmpty();
        bench.durable();
        assertThat(bench.to(client)).hasSize(1);
    }

    @Test
    void a31ClientIsNotToldOfARefusal() {
        ServerSettings settings =
                Change.of(ServerSettings.DEFAULTS, "sharedSubscriptionFor311", false);
        for (ProtocolVersion version :
                List.of(ProtocolVersion.MQTT_3_1, ProtocolVersion.MQTT_3_1_1)) {
            Bench each = new Bench(settings);
            Connection c = each.connect(connect3(version, "c", true));
            each.in(c, subscribe("$share/g/t", QoS.AT_LEAST_ONCE));
            assertThat(each.to(c, Suback.class).getFirst().reasonCodes().getFirst())
                    .isEqualTo(
                            version == ProtocolVersion.MQTT_3_1
                                    ? ReasonCode.GRANTED_QOS_1 // V31-8
                                    : ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED); // 0x80 there
            assertThat(each.server.subscriptions()).isZero();
        }
    }

    @Test
    void noLocalOnASharedSubscriptionEndsTheConnection() {
        Subscription shared =
                Change.of(Subscription.of("$share/g/t", QoS.AT_MOST_ONCE), "noLocal", true);
        bench.in(client, subscribe(1, Subscription.of("a", QoS.AT_MOST_ONCE), shared));
        assertThat(bench.isClosed(client)).isTrue(); // [MQTT-3.8.3-4] (C21)
        assertThat(bench.server.durableState().sessions().getFirst().subscriptions()).isEmpty();
    }
}
