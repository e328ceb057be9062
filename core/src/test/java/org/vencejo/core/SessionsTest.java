package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.vencejo.core.Packets.cleanStart;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.puback;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.with;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// How sessions begin, are resumed and taken over, expire and end.
class SessionsTest {
    private final Bench bench = new Bench();

    private Connack connack(Connection client) {
        return bench.to(client, Connack.class).getFirst();
    }

    private boolean present(Connection client) {
        return connack(client).sessionPresent();
    }

    // ---- begin

    @Test
    void anEmptyIdentifierIsAssignedAccordingToTheVersion() {
        Connection five = bench.connect(connect("", 100));
        String assigned = connack(five).properties().text(Property.ASSIGNED_CLIENT_IDENTIFIER);
        assertThat(assigned).isNotNull(); // (A3)
        bench.cut(five);
        assertThat(present(bench.connect(connect(assigned, 100)))).isTrue(); // [MQTT-3.1.3-7]
        Connection clean = bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "", true)); // (A4)
        assertThat(connack(clean).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        for (Connection refused :
                new Connection[] {
                    bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "", false)),
                    bench.connect(connect3(ProtocolVersion.MQTT_3_1, "", true)),
                    bench.connect(connect3(ProtocolVersion.MQTT_3_1, "", false))
                }) {
            assertThat(connack(refused).reasonCode())
                    .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(bench.isClosed(refused)).isTrue();
        }
    }

    @Test
    void aThousandAssignedIdentifiersAreDifferent() {
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            Connack connack = connack(bench.connect(connect("", 0)));
            all.add(connack.properties().text(Property.ASSIGNED_CLIENT_IDENTIFIER));
        }
        assertThat(all).hasSize(1_000); // [MQTT-3.2.2-16]
    }

    @Test
    void aCappedExpiryIsTold() {
        Bench capped = Bench.with("sessionExpiryIntervalMaxSeconds", 60);
        Connection more = capped.connect("more", 3_600);
        Connection equal = capped.connect("equal", 60);
        assertThat(
                        capped.to(more, Connack.class)
                                .getFirst()
                                .properties()
                                .number(Property.SESSION_EXPIRY_INTERVAL, -1))
                .isEqualTo(60); // U5-10
        assertThat(
                        capped.to(equal, Connack.class)
                                .getFirst()
                                .properties()
                                .has(Property.SESSION_EXPIRY_INTERVAL))
                .isFalse();
        capped.cut(more);
        capped.pass(60_000);
        assertThat(capped.server.sessions()).isEqualTo(1);
    }

    // ---- resume

    @Test
    void aSessionIsPresentIfItExistsHoweverEmpty() {
        Connection first = bench.connect("c", 100);
        assertThat(present(first)).isFalse();
        bench.cut(first);
        Connection second = bench.connect("c", 100);
        assertThat(present(second)).isTrue(); // (A6)
        bench.cut(second);
        assertThat(present(bench.connect(cleanStart(connect("c", 100))))).isFalse();
    }

    @Test
    void a31ClientIsNotToldThatItsSessionWasThere() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            bench.cut(bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "c", false)));
            Connection again =
                    version.isMqtt5()
                            ? bench.connect("c", 100)
                            : bench.connect(connect3(version, "c", false));
            assertThat(present(again)).isEqualTo(version != ProtocolVersion.MQTT_3_1); // V31-6
        }
    }

    @Test
    void aSessionGoesOnWithAnotherVersion() {
        Connection old = bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "c", false));
        bench.in(old, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.cut(old);
        bench.in(bench.connect("p", 0), publish("t", QoS.AT_LEAST_ONCE, 1));
        Connection five = bench.connect("c", 100);
        assertThat(bench.payloadsTo(five)).hasSize(1); // V31-33
    }

    @Test
    void aCleanSessionOf3xEndsWithItsConnectionAndAnotherDoesNot() {
        bench.cut(bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "clean", true)));
        bench.cut(bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "kept", false)));
        bench.pass(1_000_000_000);
        assertThat(bench.server.sessions()).isEqualTo(1); // (A16)
        assertThat(bench.server.deadlines()).isZero();
    }

    // ---- takeover (A5, A7)

    @Test
    void theOldConnectionIsToldAndClosedBeforeTheNewOneIsAnswered() {
        Connection old = bench.connect("c", 100);
        bench.forget();
        Connection taking = bench.connect("c", 100);
        assertThat(bench.sent)
                .extracting(Bench.Sent::connection, sent -> (Object) sent.packet().getClass())
                .containsExactly(tuple(old, Disconnect.class), tuple(taking, Connack.class));
        assertThat(bench.to(old)).containsExactly(new Disconnect(ReasonCode.SESSION_TAKEN_OVER));
        assertThat(bench.isClosed(old)).isTrue();
        assertThat(present(taking)).isTrue();
    }

    @Test
    void aSessionWithoutExpiryIsNeverInherited() {
        Connection old = bench.connect("c", 0);
        bench.in(old, subscribe("t", QoS.AT_LEAST_ONCE));
        Connection taking = bench.connect("c", 0);
        assertThat(present(taking)).isFalse(); // (A5)
        assertThat(bench.server.subscriptions()).isZero();
        assertThat(bench.server.sessions()).isEqualTo(1);
    }

    @Test
    void whatTheOldConnectionSendsLateHasNoEffect() {
        Connection old = bench.connect("c", 100);
        bench.in(old, subscribe("t", QoS.AT_LEAST_ONCE));
        Connection publisher = bench.connect("p", 0);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1));
        Connection taking = bench.connect("c", 100);
        bench.in(old, puback(1));
        bench.in(
                old,
                new Disconnect(
                        ReasonCode.SUCCESS,
                        Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 0)));
        bench.in(old, publish("t", QoS.AT_LEAST_ONCE, 9, "late"));
        bench.handle(new Input.Writable(old));
        bench.cut(old);
        assertThat(bench.accounting().inFlightCopies()).isEqualTo(1);
        assertThat(bench.isClosed(taking)).isFalse();
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 2, "still there"));
        assertThat(bench.payloadsTo(taking)).containsExactly("21.5", "still there");
    }

    @Test
    void twoConnectsAtOnceLeaveOneConnected() {
        bench.authenticator = request -> null;
        Connection first = bench.connect("c", 100);
        Connection second = bench.connect("c", 100);
        var anybody = new Authentication.Accepted(Authentication.Identity.ANONYMOUS, null);
        bench.journalAnswers = false;
        bench.authenticated(second, anybody);
        bench.authenticated(first, anybody);
        bench.durable();
        assertThat(bench.isClosed(second)).isTrue();
        assertThat(bench.to(second)).isEmpty(); // [MQTT-3.14.0-1]: it had no CONNACK yet
        assertThat(connack(first).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(bench.server.connectedClients()).isEqualTo(1);
        assertThat(bench.server.connections()).isEqualTo(1);
    }

    @Test
    void manyTakeoversLeaveNothingBehind() {
        for (int i = 0; i < 1_000; i++) {
            bench.in(bench.connect("c", i % 3), subscribe("t/" + i, QoS.AT_LEAST_ONCE));
        }
        assertThat(bench.server.sessions()).isEqualTo(1);
        assertThat(bench.server.connections()).isEqualTo(1);
        bench.connect(cleanStart(connect("c", 0)));
        assertThat(bench.server.subscriptions()).isZero();
        assertThat(bench.server.deadlines()).isEqualTo(1); // its Keep Alive
    }

    // ---- expiry

    @Test
    void aSessionEndsAtItsExpiryWithAllThatItHas() {
        Connection client = bench.connect("c", 10);
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.in(client, subscribe("$share/g/t", QoS.AT_LEAST_ONCE));
        bench.cut(client);
        Connection publisher = bench.connect(Change.of(connect("p", 0), "keepAlive", 0));
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1));
        bench.pass(9_999);
        assertThat(bench.server.sessions()).isEqualTo(2);
        bench.pass(1);
        assertThat(bench.server.sessions()).isEqualTo(1);
        assertThat(bench.server.subscriptions()).isZero(); // [MQTT-4.1.0-2]
        assertThat(bench.ended(Fate.SESSION_ENDED)).isEqualTo(2);
        assertThat(bench.server.sessionsExpired()).isEqualTo(1);
        assertThat(bench.server.deadlines()).isZero();
        assertThat(bench.server.durableState().sessions()).isEmpty();
    }

    @Test
    void aConnectedSessionDoesNotExpire() {
        Connection client = bench.connect(Change.of(connect("c", 1), "keepAlive", 0));
        bench.pass(100_000);
        bench.cut(client);
        bench.pass(999);
        assertThat(present(bench.connect("c", 1))).isTrue(); // [MQTT-4.1.0-1]
    }

    @Test
    void aSessionThatNeverExpiresDoesNot() {
        bench.cut(bench.connect("c", 0xFFFF_FFFFL));
        bench.pass(1_000_000_000_000L);
        assertThat(bench.server.sessions()).isEqualTo(1); // U5-12
    }

    @Test
    void whoReturnsInTimeStopsTheExpiryUntilItLeavesAgain() {
        bench.cut(bench.connect("c", 10));
        bench.pass(9_000);
        Connection back = bench.connect(Change.of(connect("c", 10), "keepAlive", 0));
        bench.pass(100_000);
        assertThat(bench.isClosed(back)).isFalse();
        bench.cut(back);
        bench.pass(9_999);
        assertThat(bench.server.sessions()).isEqualTo(1);
        bench.pass(1);
        assertThat(bench.server.sessions()).isZero();
    }

    @Test
    void clientsAreCountedFromConnackToTheirEnd() {
        assertThat(bench.server.connectedClientsMost()).isZero();
        Connection one = bench.connect("one", 0);
        Connection two = bench.connect("two", 100);
        bench.accept();
        assertThat(bench.server.connectedClients()).isEqualTo(2);
        bench.cut(one);
        bench.disconnect(two);
        bench.connect("three", 0);
        assertThat(bench.server.connectedClients()).isEqualTo(1);
        assertThat(bench.server.connectedClientsMost()).isEqualTo(2);
    }

    @Test
    void aSessionIsWrittenWhenItBeginsAndHasANumberOfItsOwnAlsoAfterARestart() {
        bench.connect("one", 100);
        bench.connect("two", 100);
        assertThat(bench.mutations)
                .filteredOn(Mutation.SessionCreated.class::isInstance)
                .containsExactly(
                        new Mutation.SessionCreated(1, "one", null),
                        new Mutation.SessionCreated(2, "two", null));
        Bench restarted =
                new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, bench.server.durableState());
        restarted.connect("three", 100);
        assertThat(restarted.mutations).contains(new Mutation.SessionCreated(3, "three", null));
    }

    @Test
    void aSubscriptionWhoseSubackWasNeverSentHoldsForTheSession() {
        Connection client = bench.connect("c", 100);
        Connection publisher = bench.connect("p", 0);
        bench.journalAnswers = false;
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.cut(client);
        bench.durable();
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1));
        Connection again = bench.connect("c", 100);
        bench.durable();
        assertThat(bench.payloadsTo(again)).hasSize(1);
    }

    @Test
    void disconnectChangesTheExpiry() {
        Connection longer = bench.connect("longer", 1);
        bench.in(longer, disconnectWith(100));
        Connection gone = bench.connect("gone", 100);
        bench.in(gone, disconnectWith(0));
        assertThat(bench.server.sessions()).isEqualTo(1); // U5-11
        bench.pass(99_999);
        assertThat(present(bench.connect("longer", 1))).isTrue();
    }

    @Test
    void theExpiryOfTheLastConnectCounts() {
        bench.cut(bench.connect("c", 100));
        Connection last = bench.connect("c", 0);
        assertThat(present(last)).isTrue();
        bench.cut(last);
        assertThat(bench.server.sessions()).isZero();
        assertThat(bench.server.durableState().sessions()).isEmpty();
    }

    @Test
    void aSessionExpiresWhileTheServerIsDown() {
        bench.pass(1_000);
        bench.cut(bench.connect("c", 10));
        bench.connect("connected at the crash", 10);
        bench.pass(4_000);
        Recovered stored = bench.server.durableState();
        Bench soon = new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, stored, 10_000);
        soon.pass(999);
        assertThat(soon.server.sessions()).isEqualTo(2);
        soon.pass(1);
        assertThat(soon.server.sessions()).isEqualTo(1); // (A18)
        soon.pass(9_000);
        assertThat(soon.server.sessions()).isZero();
        Bench late = new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, stored, 99_000);
        late.handle(new Input.DeadlineReached());
        assertThat(late.server.sessions()).isEqualTo(1);
    }

    @Test
    void aRecoveredSessionIsReachableBeforeItsClientReturns() {
        Connection client = bench.connect("c", 100);
        bench.in(client, with(subscribe("t/#", QoS.AT_LEAST_ONCE), 7));
        bench.cut(client);
        Bench restarted =
                new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, bench.server.durableState());
        restarted.in(restarted.connect("p", 0), publish("t/1", QoS.AT_LEAST_ONCE, 1));
        Connection again = restarted.connect("c", 100);
        assertThat(restarted.payloadsTo(again)).hasSize(1); // [MQTT-3.1.2-5] of 3.1.1
        Packet publish = restarted.to(again).getLast();
        assertThat(publish.properties().subscriptionIdentifiers()).containsExactly(7);
    }

    @Test
    void connackWaitsForTheEndOfTheSessionThatItReplaces() {
        bench.cut(bench.connect("c", 100));
        bench.journalAnswers = false;
        Connection clean = bench.connect(cleanStart(connect("c", 0)));
        assertThat(bench.to(clean)).isEmpty();
        bench.durable();
        assertThat(bench.to(clean)).hasSize(1);
        Connection other = bench.connect(cleanStart(connect("other", 0)));
        assertThat(bench.to(other)).hasSize(1); // nothing durable, nothing waits
    }

    private static Disconnect disconnectWith(long expirySeconds) {
        return new Disconnect(
                ReasonCode.SUCCESS,
                Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, expirySeconds));
    }
}
