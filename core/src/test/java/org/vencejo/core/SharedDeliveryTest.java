package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrec;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.with;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscription;

/// Who of a shared subscription gets a message, and what becomes of it if that one cannot finish
/// (C23 to C26).
class SharedDeliveryTest {
    private static final String SHARE = "$share/g/t";

    private final Bench bench = new Bench();
    private final Connection publisher = bench.connect("publisher", 0);

    private Connection member(String name, long expirySeconds, QoS qos) {
        Connection member = bench.connect(name, expirySeconds);
        bench.in(member, subscribe(SHARE, qos));
        return member;
    }

    private void publishes(QoS qos, String... payloads) {
        int identifier = 1;
        for (String payload : payloads) {
            bench.in(publisher, publish("t", qos, identifier++, payload));
        }
    }

    @Test
    void membersTakeTurnsAndAPlainSubscriptionHasItsOwnCopy() {
        Connection a = member("a", 0, QoS.AT_MOST_ONCE);
        Connection b = member("b", 0, QoS.EXACTLY_ONCE);
        bench.in(b, with(subscribe("#", QoS.AT_LEAST_ONCE), 9));
        publishes(QoS.AT_LEAST_ONCE, "1", "2", "3", "4");
        assertThat(bench.payloadsTo(a)).containsExactly("1", "3");
        assertThat(bench.to(a, Publish.class)).allMatch(p -> p.qos() == QoS.AT_MOST_ONCE);
        assertThat(bench.payloadsTo(b)).containsExactly("1", "2", "2", "3", "4", "4");
        assertThat(bench.accounting().copies()).isEqualTo(8); // U5-25
    }

    @Test
    void whoHasNoRoomIsPassedOverWhileAnotherHas() {
        Connection full = bench.connect(with(connect("full", 0), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(full, subscribe(SHARE, QoS.AT_LEAST_ONCE));
        Connection free = member("free", 0, QoS.AT_LEAST_ONCE);
        publishes(QoS.AT_LEAST_ONCE, "1", "2", "3", "4");
        assertThat(bench.payloadsTo(full)).containsExactly("1");
        assertThat(bench.payloadsTo(free)).containsExactly("2", "3", "4");
        publishes(QoS.AT_MOST_ONCE, "5", "6"); // QoS 0 needs no window
        assertThat(bench.payloadsTo(full)).hasSize(2);
        assertThat(bench.payloadsTo(free)).hasSize(4);
    }

    @Test
    void anOfflineMemberIsGivenOnlyWhatItCanBeGivenLater() {
        Connection zero = member("zero", 100, QoS.AT_MOST_ONCE);
        Connection one = member("one", 100, QoS.AT_LEAST_ONCE);
        bench.cut(zero);
        bench.cut(one);
        publishes(QoS.AT_LEAST_ONCE, "1", "2", "3");
        publishes(QoS.AT_MOST_ONCE, "never");
        assertThat(bench.payloadsTo(bench.connect("one", 100))).containsExactly("1", "2", "3");
        assertThat(bench.ended(Fate.OFFLINE)).isEqualTo(1); // (C24)
    }

    @Test
    void aMessageIsTooLargeOnlyIfItIsForAllMembersWithTheirIdentifiers() {
        Connection small =
                bench.connect(with(connect("small", 0), Property.MAXIMUM_PACKET_SIZE, 30L));
        bench.in(small, with(subscribe(SHARE, QoS.AT_MOST_ONCE), 7));
        Connection large = member("large", 0, QoS.AT_MOST_ONCE);
        String fits = "x".repeat(30 - 2 - 3 - 1 - 2); // header, topic, property length, identifier
        publishes(QoS.AT_MOST_ONCE, fits, fits, fits + "x", fits + "x"); // (B17)
        assertThat(bench.payloadsTo(small)).containsExactly(fits);
        assertThat(bench.payloadsTo(large)).containsExactly(fits, fits + "x", fits + "x");
        bench.cut(large);
        publishes(QoS.AT_MOST_ONCE, fits + "x");
        assertThat(bench.ended(Fate.TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void whatIsUndeliveredGoesToAnotherMemberWhenTheSessionEnds() {
        Connection leaving = bench.connect("leaving", 10);
        bench.in(leaving, with(subscribe(SHARE, QoS.EXACTLY_ONCE), 7));
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1, "in flight"));
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 2, "two in flight"));
        bench.cut(leaving);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 3, "queued"));
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 4, "two queued"));
        Connection staying = member("staying", 0, QoS.AT_LEAST_ONCE);
        assertThat(bench.payloadsTo(staying)).isEmpty();
        bench.pass(10_000);
        assertThat(bench.to(staying, Publish.class))
                .allMatch(p -> !p.dup()) // U5-27
                .allMatch(p -> p.properties().subscriptionIdentifiers().length == 0)
                .extracting(Packets::text)
                .containsExactly("in flight", "queued", "two queued");
        assertThat(bench.ended(Fate.SESSION_ENDED)).isEqualTo(1); // [MQTT-4.8.2-5]
    }

    @Test
    void whoTakesOverHasItsOwnOptions() {
        Connection leaving = bench.connect("leaving", 0);
        Connection staying = bench.connect("staying", 0);
        Subscription plain = Subscription.of(SHARE, QoS.AT_LEAST_ONCE);
        bench.in(leaving, subscribe(1, plain));
        bench.in(publisher, retained("t", QoS.AT_LEAST_ONCE, 1, "kept"));
        bench.in(staying, subscribe(1, Change.of(plain, "retainAsPublished", true)));
        bench.cut(leaving);
        assertThat(bench.to(leaving, Publish.class)).allMatch(p -> !p.retain());
        assertThat(bench.to(staying, Publish.class)).hasSize(1).allMatch(Publish::retain);
    }

    @Test
    void aQoS2MessageThatWasSentIsFinishedWithTheSameClient() {
        Connection client = member("client", 100, QoS.EXACTLY_ONCE);
        Connection other = member("other", 0, QoS.EXACTLY_ONCE);
        publishes(QoS.EXACTLY_ONCE, "1");
        bench.in(client, pubrec(1));
        bench.cut(client);
        Connection again = bench.connect("client", 100);
        assertThat(bench.to(again)).contains(Packets.pubrel(1)); // [MQTT-4.8.2-4]
        assertThat(bench.payloadsTo(other)).isEmpty();
    }

    @Test
    void aRefusedMessageIsDiscarded() {
        Connection refusing = member("refusing", 0, QoS.AT_LEAST_ONCE);
        Connection other = member("other", 0, QoS.AT_LEAST_ONCE);
        publishes(QoS.AT_LEAST_ONCE, "1");
        bench.in(refusing, new Puback(1, ReasonCode.UNSPECIFIED_ERROR));
        bench.cut(refusing);
        assertThat(bench.payloadsTo(other)).isEmpty(); // [MQTT-4.8.2-6]
        assertThat(bench.ended(Fate.REFUSED)).isEqualTo(1);
    }

    @Test
    void aGroupEndsWithItsLastSession() {
        Connection only = member("only", 0, QoS.AT_LEAST_ONCE);
        publishes(QoS.AT_LEAST_ONCE, "old");
        bench.cut(only);
        assertThat(bench.ended(Fate.SESSION_ENDED)).isEqualTo(1);
        Connection next = member("next", 0, QoS.AT_LEAST_ONCE);
        assertThat(bench.payloadsTo(next)).isEmpty(); // U5-28
        assertThat(bench.server.subscriptions()).isEqualTo(1);
    }

    @Test
    void aNewMemberGetsNoRetainedMessages() {
        bench.in(publisher, retained("t", QoS.AT_MOST_ONCE, 0, "kept"));
        Connection member = member("member", 0, QoS.AT_LEAST_ONCE);
        bench.in(member, subscribe("t", QoS.AT_LEAST_ONCE)); // the control arm
        assertThat(bench.payloadsTo(member)).isEqualTo(List.of("kept")); // U5-24
    }
}
