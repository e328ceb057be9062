package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Grants;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Authentication.Refused;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// What comes with a user name: groups, rights, and how long it holds.
class IdentityTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Grants GRANTS = new Grants() {};
    private static final ClientCertificate CERTIFICATE =
            new ClientCertificate("CN=it", List.of("DNS:it.example"), "CN=ca", "1", 0);

    private final List<Subject> subjects = new ArrayList<>();
    private final AccessRules rules =
            subject -> {
                subjects.add(subject);
                return Permissions.ALL;
            };
    private final Bench bench = new Bench(ServerSettings.DEFAULTS, rules, Recovered.NOTHING);

    private void everybodyIs(Identity identity) {
        everybodyIs(identity, Accepted.FOR_EVER);
    }

    private void everybodyIs(Identity identity, long holdsNanos) {
        bench.authenticator = request -> new Accepted(identity, null, holdsNanos);
    }

    private static Connect method(Connect connect) {
        return Change.of(
                connect,
                "properties",
                connect.properties().toBuilder()
                        .put(Property.AUTHENTICATION_METHOD, "JWT")
                        .build());
    }

    private static Auth again() {
        return new Auth(
                ReasonCode.RE_AUTHENTICATE,
                Properties.builder()
                        .put(Property.AUTHENTICATION_METHOD, "JWT")
                        .put(Property.AUTHENTICATION_DATA, new byte[] {1})
                        .build());
    }

    /// A client whose Keep Alive is off.
    private static Connect silent(Connect connect) {
        return Change.of(connect, "keepAlive", 0);
    }

    private static Connect resumed(Connect connect) {
        return Change.of(connect, "cleanStart", false);
    }

    private Packet last(Connection client) {
        return bench.to(client).getLast();
    }

    @Test
    void rulesAreAskedWithAllThatIsKnownOfAClient() {
        Identity identity = new Identity("alice", Set.of("staff"), GRANTS);
        everybodyIs(identity);
        bench.certificate = CERTIFICATE;
        Connection client = bench.connect("c", 0);
        bench.in(client, subscribe("t", QoS.AT_MOST_ONCE));
        assertThat(subjects)
                .containsOnly(new Subject("c", identity, "tcp", "192.0.2.1:1", CERTIFICATE));
    }

    /// Who comes back with other groups has the rights of these, not of those it had.
    @Test
    void aSessionIsTheUserNamesAndTheRightsAreThoseOfItsLastConnection() {
        everybodyIs(new Identity("alice", Set.of("staff"), GRANTS));
        bench.disconnect(bench.connect("c", 100));
        Identity later = new Identity("alice", Set.of("guests"), null);
        everybodyIs(later);
        Connection back = bench.connect(resumed(connect("c", 100)));
        bench.in(back, subscribe("t", QoS.AT_MOST_ONCE));
        assertThat(bench.to(back, Connack.class).getFirst().sessionPresent()).isTrue();
        assertThat(subjects.getLast().identity()).isEqualTo(later);
        // Groups make nobody the owner.
        everybodyIs(new Identity("bob", Set.of("guests"), null));
        Connection other = bench.connect(resumed(connect("c", 100)));
        assertThat(((Connack) last(other)).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    /// Groups and rights are stored nowhere.
    @Test
    void ofASessionThatAStartFoundOnlyTheUserNameIsKnown() {
        everybodyIs(new Identity("alice", Set.of("staff"), GRANTS));
        Connection client = bench.connect("c", 100);
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        Bench next = new Bench(ServerSettings.DEFAULTS, rules, bench.server.durableState());
        subjects.clear();
        Connection publisher = next.connect("p", 0);
        next.in(publisher, Packets.publish("t", QoS.AT_LEAST_ONCE, 1));
        assertThat(subjects)
                .contains(new Subject("c", Identity.remembered("alice"), null, null))
                .filteredOn(subject -> subject.clientIdentifier().equals("p"))
                .allMatch(subject -> !subject.identity().remembered());
    }

    @Test
    void whoHoldsForATimeIsDisconnectedThenAndItsWillGoesOut() {
        Connection observer = bench.connect("observer", 0);
        bench.in(observer, subscribe("w", QoS.AT_MOST_ONCE));
        everybodyIs(new Identity("alice"), 10 * SECOND);
        Connection five = bench.connect(with(connect("five", 0), will("w", QoS.AT_MOST_ONCE, 0)));
        Connection three = bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "three", true));
        bench.pass(9_999);
        assertThat(bench.closed).isEmpty();
        bench.forget();

        bench.pass(1);

        assertThat(bench.to(five)) // as for a right that is withdrawn
                .containsExactly(new Disconnect(ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        assertThat(bench.to(three)).isEmpty();
        assertThat(bench.closed).containsExactlyInAnyOrder(five, three);
        assertThat(bench.payloadsTo(observer)).hasSize(1);
        assertThat(bench.server.statistics().identitiesExpired()).isEqualTo(2);
        assertThat(bench.events)
                .filteredOn(Event.ClientDisconnected.class::isInstance)
                .extracting(event -> ((Event.ClientDisconnected) event).detail())
                .containsExactly(
                        "what it had shown to be who it is has expired",
                        "what it had shown to be who it is has expired");
    }

    @Test
    void whoGoesBeforeThatLeavesNoDeadline() {
        everybodyIs(new Identity("alice"), 10 * SECOND);
        bench.disconnect(bench.connect("c", 0));
        everybodyIs(new Identity("alice"), Accepted.FOR_EVER - 1);
        Connection stays = bench.connect(silent(connect("c", 0)));
        bench.pass(1_000_000_000);
        assertThat(bench.isClosed(stays)).isFalse();
        assertThat(bench.server.deadlines()).isZero();
    }

    @Test
    void authenticatingAgainRenewsIt() {
        everybodyIs(new Identity("alice"), 10 * SECOND);
        Connection client = bench.connect(method(silent(connect("c", 0))));
        bench.pass(9_000);
        bench.in(client, again());
        bench.pass(9_999); // 10 s from then on
        assertThat(bench.isClosed(client)).isFalse();
        everybodyIs(new Identity("alice"));
        bench.in(client, again());
        bench.pass(1_000_000); // for ever
        assertThat(bench.isClosed(client)).isFalse();
        everybodyIs(new Identity("alice"), 10 * SECOND);
        bench.in(client, again());
        bench.pass(10_000);
        assertThat(bench.isClosed(client)).isTrue();
        assertThat(bench.server.deadlines()).isZero();
    }

    /// What was asked of the authenticator is no reason to stay.
    @Test
    void whoIsStillAskedAgainWhenItExpiresIsDisconnected() {
        everybodyIs(new Identity("alice"), 10 * SECOND);
        Connection client = bench.connect(method(connect("c", 0)));
        bench.authenticator = request -> null;
        bench.in(client, again());
        bench.pass(10_000);
        assertThat(bench.isClosed(client)).isTrue();
    }

    @Test
    void whoWaitsForTheDiskWhenItExpiresIsEndedAsWell() {
        bench.journalAnswers = false;
        everybodyIs(new Identity("alice"), 10 * SECOND);
        Connection client = bench.connect("c", 100);
        assertThat(bench.to(client)).isEmpty();
        bench.pass(10_000);
        assertThat(bench.isClosed(client)).isTrue();
        bench.durable();
        assertThat(bench.to(client)).isEmpty();
    }

    /// A new connection has its own time.
    @Test
    void theTimeOfAConnectionThatWasTakenOverIsOver() {
        everybodyIs(new Identity("alice"), 10 * SECOND);
        bench.connect("c", 100);
        everybodyIs(new Identity("alice"));
        Connection next = bench.connect(resumed(silent(connect("c", 100))));
        bench.pass(60_000);
        assertThat(bench.isClosed(next)).isFalse();
        assertThat(bench.server.statistics().identitiesExpired()).isZero();
    }

    /// No call is long.
    @Test
    void manyThatExpireTogetherAreEndedInSlices() {
        everybodyIs(new Identity("alice"), 10 * SECOND);
        for (int i = 0; i < 300; i++) {
            bench.connect("c" + i, 0);
        }
        bench.now += 10 * SECOND;
        bench.server.handle(new Input.DeadlineReached(), bench.now, bench);
        assertThat(bench.closed).hasSize(256);
        bench.pass(0);
        assertThat(bench.closed).hasSize(300);
    }

    /// Operators read why; whoever was refused does not.
    @Test
    void theDetailOfARefusalIsForTheLogAlone() {
        for (ReasonCode code :
                List.of(
                        ReasonCode.SERVER_UNAVAILABLE,
                        ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                        ReasonCode.NOT_AUTHORIZED)) {
            bench.forget();
            bench.authenticator =
                    request -> new Refused(code, Properties.NONE, "the secret of the house");
            Connection client = bench.connect("c", 0);
            assertThat(last(client).toString()).contains(code.name()).doesNotContain("secret");
            assertThat(bench.events.toString()).contains("the secret of the house");
        }
    }

    @Test
    void whoFailsToAuthenticateAgainIsToldInACodeOfDisconnect() {
        List<ReasonCode> codes = new ArrayList<>();
        for (ReasonCode code :
                List.of(ReasonCode.SERVER_UNAVAILABLE, ReasonCode.BAD_USER_NAME_OR_PASSWORD)) {
            everybodyIs(new Identity("alice"));
            Connection client = bench.connect(method(connect("c", 0)));
            bench.authenticator =
                    request -> new Refused(code, Properties.NONE, "the secret of the house");
            bench.in(client, again());
            Disconnect told = (Disconnect) last(client);
            codes.add(told.reasonCode());
            assertThat(told.toString()).doesNotContain("secret");
        }
        assertThat(codes).containsExactly(ReasonCode.SERVER_BUSY, ReasonCode.NOT_AUTHORIZED);
    }
}
