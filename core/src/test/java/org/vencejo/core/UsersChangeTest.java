package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// Who is gone does not stay because it is connected.
class UsersChangeTest {
    private final Bench bench = named(new Bench());

    private static Bench named(Bench bench) {
        bench.authenticator =
                request -> new Accepted(new Identity(((Credentials) request).userName()), null);
        return bench;
    }

    private static Connect as(String user, Connect connect) {
        return Change.of(connect, "userName", user);
    }

    private void change(String... users) {
        bench.handle(new Input.UsersChanged(Set.of(users)));
    }

    @Test
    void whoIsConnectedAsAUserThatChangedIsDisconnectedAndOthersAreNot() {
        Connection alice = bench.connect(as("alice", connect("a", 100)));
        Connection bob = bench.connect(as("bob", connect("b", 100)));
        Connection nobody = bench.connect(connect("n", 100));
        Connection old =
                bench.connect(as("alice", connect3(ProtocolVersion.MQTT_3_1_1, "o", true)));
        bench.in(alice, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.forget();

        change("alice", "carol", "null");

        assertThat(bench.to(alice, Disconnect.class))
                .extracting(Disconnect::reasonCode)
                .containsExactly(ReasonCode.NOT_AUTHORIZED);
        assertThat(bench.to(old)).isEmpty(); // [MQTT-3.14.0-1] of 3.1.1: the server has none
        assertThat(bench.closed).containsExactlyInAnyOrder(alice, old);
        assertThat(bench.isClosed(bob)).isFalse();
        assertThat(bench.isClosed(nobody)).isFalse();
        assertThat(bench.events)
                .filteredOn(Event.ClientDisconnected.class::isInstance)
                .extracting(event -> ((Event.ClientDisconnected) event).detail())
                .containsOnly("its user is gone or has another password");
        // The session is the name's, whatever its password.
        Connection again =
                bench.connect(Change.of(as("alice", connect("a", 100)), "cleanStart", false));
        assertThat(bench.to(again, Connack.class).getFirst().sessionPresent()).isTrue();
    }

    /// No call is long.
    @Test
    void connectionsAreEndedInSlices() {
        Bench small = named(Bench.with("sliceMax", 16));
        List<Connection> clients =
                IntStream.range(0, 100)
                        .mapToObj(i -> small.connect(as("alice", connect("a" + i, 0))))
                        .toList();
        small.server.handle(new Input.UsersChanged(Set.of("alice")), small.now, small);
        assertThat(small.closed).hasSize(16);
        small.pass(1);
        assertThat(small.closed).containsExactlyInAnyOrderElementsOf(clients);
    }

    @Test
    void aFaultAtOneOfThemLetsNoOtherStay() {
        ServerFaultTest.Breaking rules = new ServerFaultTest.Breaking();
        Bench breaking = named(new Bench(ServerSettings.DEFAULTS, rules, Recovered.NOTHING));
        breaking.cut(ServerFaultTest.Breaking.observer(breaking));
        List<Connection> clients =
                IntStream.range(0, 5)
                        .mapToObj(i -> with(connect("a" + i, 0), will("a", QoS.AT_LEAST_ONCE, 0)))
                        .map(connect -> breaking.connect(as("alice", connect)))
                        .toList();
        breaking.faultsAreExpected = true;
        rules.broken = "observer";
        breaking.handle(new Input.UsersChanged(Set.of("alice")));
        assertThat(breaking.events).filteredOn(Event.Fault.class::isInstance).hasSize(5);
        assertThat(breaking.closed).containsAll(clients);
    }

    /// One that is accepted, and whose CONNACK waits for the disk, is connected as that user, too.
    @Test
    void whoWaitsForTheDiskIsEndedAsWell() {
        bench.journalAnswers = false;
        Connection alice = bench.connect(as("alice", connect("a", 100)));
        assertThat(bench.to(alice)).isEmpty();

        change("alice");

        assertThat(bench.isClosed(alice)).isTrue();
    }

    /// Its connection is not closed without a word, as one that sent no CONNECT is.
    @Test
    void whoWaitsTooLongForTheAuthenticatorIsToldToComeAgain() {
        bench.authenticator = request -> null;
        Connection five = bench.connect(connect("a", 100));
        Connection three = bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "b", true));

        bench.pass(Limits.DEFAULTS.connectTimeoutNanos() / 1_000_000);

        for (Connection client : List.of(five, three)) {
            assertThat(bench.to(client, Connack.class))
                    .extracting(Connack::reasonCode)
                    .containsExactly(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(bench.isClosed(client)).isTrue();
        }
        assertThat(bench.server.deadlines()).isZero();
    }
}
