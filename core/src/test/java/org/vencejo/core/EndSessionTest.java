package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscription;

/// An operator ends a session, of whoever is connected or away.
class EndSessionTest {
    private final Bench bench = new Bench();
    private Connection observer;

    @BeforeEach
    void observe() {
        observer = bench.connect(Change.of(connect("observer", 1_000), "keepAlive", 0));
        bench.in(observer, subscribe("w/#", QoS.AT_LEAST_ONCE));
        bench.forget();
    }

    private void end(String clientIdentifier) {
        bench.handle(new Input.EndSession(clientIdentifier));
    }

    private boolean has(String clientIdentifier) {
        return bench.server.hasSession(clientIdentifier);
    }

    /// The server that a crash or stop leaves behind, when the disk has everything.
    private Bench restarted() {
        return new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, bench.server.durableState());
    }

    @Test
    void whoIsConnectedIsToldSoAndItsSessionIsGone() {
        Connection client = bench.connect("c", 100);
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        Connection old = bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "old", false));
        bench.forget();

        end("c");
        end("old");

        assertThat(bench.to(client, Disconnect.class))
                .extracting(Disconnect::reasonCode)
                .containsExactly(ReasonCode.ADMINISTRATIVE_ACTION);
        assertThat(bench.to(old)).isEmpty(); // [MQTT-3.14.0-1] of 3.1.1: the server has none
        assertThat(bench.closed).containsExactly(client, old);
        assertThat(bench.isClosed(observer)).as("another").isFalse();
        assertThat(has("c")).isFalse();
        assertThat(has("observer")).as("another").isTrue();
        assertThat(bench.server.subscriptions()).as("that of the other").isEqualTo(1);
        assertThat(bench.server.sessions()).isEqualTo(1);
        assertThat(bench.events)
                .filteredOn(Event.ClientDisconnected.class::isInstance)
                .extracting(event -> ((Event.ClientDisconnected) event).detail())
                .containsOnly("an operator has ended its session");
        assertThat(restarted().server.sessions()).isEqualTo(1);
        bench.cut(observer);
        assertThat(bench.server.deadlines()).as("the expiry of the other").isEqualTo(1);
    }

    @Test
    void whoIsAwayComesBackToANewSession() {
        bench.cut(bench.connect("c", 100));
        bench.cut(bench.connect("d", 100));

        end("c");

        assertThat(bench.to(bench.connect("c", 100), Connack.class).getFirst().sessionPresent())
                .isFalse();
        assertThat(bench.to(bench.connect("d", 100), Connack.class).getFirst().sessionPresent())
                .as("another")
                .isTrue();
    }

    /// As long as a session lasts it is its user's alone (A19).
    @Test
    void theClientIdentifierIsFreeForAnotherUser() {
        bench.authenticator =
                request -> new Accepted(new Identity(((Credentials) request).userName()), null);
        Connect bob = Change.of(connect("c", 100), "userName", "bob");
        bench.cut(bench.connect(Change.of(connect("c", 100), "userName", "alice")));
        Connection before = bench.connect(bob);
        assertThat(bench.to(before, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);

        end("c");

        Connection after = bench.connect(bob);
        assertThat(bench.to(after, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
    }

    /// `will` is its Will Delay Interval, or -1 for none.
    @ParameterizedTest
    @CsvSource({
        // will, session expiry, away, published before, published after
        "-1, 100, false, 0, 0",
        "0, 100, false, 0, 1",
        "0, 0, false, 0, 1",
        "50, 100, false, 0, 1", // [MQTT-3.1.3-9]
        "0, 100, true, 1, 1", // [MQTT-3.1.2-10]
        "50, 100, true, 0, 1",
    })
    void itsWillIsPublishedOnce(int will, int expiry, boolean away, int before, int after) {
        Connect connect = connect("c", expiry);
        Connection client =
                bench.connect(
                        will < 0 ? connect : with(connect, will("w/1", QoS.AT_LEAST_ONCE, will)));
        if (away) {
            bench.cut(client);
        }
        assertThat(bench.payloadsTo(observer)).hasSize(before);

        end("c");

        assertThat(bench.payloadsTo(observer)).hasSize(after);
        bench.pass(1_000_000);
        assertThat(bench.payloadsTo(observer)).hasSize(after);
    }

    /// What waits for it and what it has not acknowledged, in memory and on disk.
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void eachMessageOfItEndsWithIt(boolean away, boolean onDisk) {
        Bench small = new Bench(Change.of(Bench.settings("windowMax", 2), "queuesOnDisk", onDisk));
        Connection client = small.connect("c", 100);
        Connection other = small.connect("d", 100);
        for (Connection each : List.of(client, other)) {
            small.in(each, subscribe("t", QoS.EXACTLY_ONCE));
        }
        Connection publisher = small.connect("p", 0);
        for (int i = 1; i <= 5; i++) {
            small.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        if (away) {
            small.cut(client);
        }
        assertThat(small.accounting().queuedCopies()).isEqualTo(6);
        assertThat(small.accounting().inFlightCopies()).isEqualTo(4);
        small.forget();

        small.handle(new Input.EndSession("c"));

        assertThat(small.ended(Fate.SESSION_ENDED)).isEqualTo(5);
        assertThat(small.accounting().queuedCopies()).as("of the other").isEqualTo(3);
        assertThat(small.accounting().inFlightCopies()).as("of the other").isEqualTo(2);
        assertThat(small.events).contains(new Event.SessionEnded("c", 5));
        assertThat(small.mutations).last().isInstanceOf(Mutation.SessionEnded.class);
        Bench restarted =
                new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, small.server.durableState());
        assertThat(restarted.accounting().queuedCopies() + restarted.accounting().inFlightCopies())
                .as("those of the other")
                .isEqualTo(5);
    }

    /// What a shared subscription chose it for goes to another member (C24).
    @Test
    void whatWasSharedGoesToAnother() {
        Connection client = bench.connect("c", 100);
        bench.in(client, subscribe(1, Subscription.of("$share/g/t", QoS.AT_LEAST_ONCE)));
        Connection publisher = bench.connect("p", 0);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1));
        Connection other = bench.connect("d", 100);
        bench.in(other, subscribe(1, Subscription.of("$share/g/t", QoS.AT_LEAST_ONCE)));
        assertThat(bench.payloadsTo(other)).isEmpty();

        end("c");

        assertThat(bench.payloadsTo(other)).hasSize(1);
        assertThat(bench.ended(Fate.SESSION_ENDED)).isZero();
    }

    @Test
    void whoHasNoSessionLeavesAllAsItIs() {
        bench.cut(bench.connect("c", 100));
        long appended = bench.appended();

        for (String none : List.of("", "C", "c ", "nobody")) {
            end(none);
        }

        assertThat(bench.appended()).isEqualTo(appended);
        assertThat(bench.closed).isEmpty();
        assertThat(bench.server.sessions()).isEqualTo(2);
        end("c"); // the control arm
        assertThat(bench.appended()).isGreaterThan(appended);
    }

    /// One that is accepted, and whose CONNACK waits for the disk.
    @Test
    void whoWaitsForTheDiskIsEndedAsWell() {
        bench.journalAnswers = false;
        Connection client = bench.connect("c", 100);
        assertThat(bench.to(client)).isEmpty();

        end("c");

        assertThat(bench.isClosed(client)).isTrue();
        assertThat(has("c")).isFalse();
    }

    /// A start has found it, and has not come to it yet.
    @ParameterizedTest
    @CsvSource({"99, 0", "100, 1"})
    void oneThatAStartHasFoundEndsOnce(int secondsAway, int expired) {
        bench.cut(bench.connect(with(connect("c", 100), will("w/1", QoS.AT_LEAST_ONCE, 200))));
        Bench later =
                new Bench(
                        ServerSettings.DEFAULTS,
                        AccessRules.OPEN,
                        bench.server.durableState(),
                        secondsAway * 1_000L);
        later.handle(new Input.EndSession("c"));

        assertThat(later.server.hasSession("c")).isFalse();
        assertThat(later.server.sessionsExpired()).isEqualTo(expired);
        assertThat(later.accounting().queuedCopies()).as("its will").isEqualTo(1);
    }
}
