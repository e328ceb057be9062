package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Authentication.More;
import org.vencejo.core.Authentication.Refused;
import org.vencejo.core.Authentication.Step;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// AUTH before and behind CONNACK (4.12), with an authenticator that answers when the test says so.
class EnhancedAuthenticationTest {
    private static final Accepted BOB = new Accepted(new Identity("bob"), bytes("welcome"));

    private final Bench bench = new Bench();

    @BeforeEach
    void nobodyIsKnownByItself() {
        bench.authenticator = request -> null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Connect asks(String method) {
        Connect plain = with(connect("c", 100), will("w", QoS.AT_MOST_ONCE, 0));
        return Change.of(
                plain,
                "properties",
                plain.properties().toBuilder()
                        .put(Property.AUTHENTICATION_METHOD, method)
                        .put(Property.AUTHENTICATION_DATA, bytes("hello"))
                        .build());
    }

    private static Auth auth(ReasonCode code, String method, String data) {
        return new Auth(
                code,
                Properties.builder()
                        .put(Property.AUTHENTICATION_METHOD, method)
                        .put(Property.AUTHENTICATION_DATA, bytes(data))
                        .build());
    }

    private static Auth answer(String data) {
        return auth(ReasonCode.CONTINUE_AUTHENTICATION, "SCRAM", data);
    }

    private static Auth again(String data) {
        return auth(ReasonCode.RE_AUTHENTICATE, "SCRAM", data);
    }

    private Packet last(Connection client) {
        return bench.to(client).getLast();
    }

    /// With what the client was refused.
    private ReasonCode refused(Connection client) {
        return ((Connack) last(client)).reasonCode();
    }

    /// With what its connection was ended.
    private ReasonCode ended(Connection client) {
        return ((Disconnect) last(client)).reasonCode();
    }

    private String askedData() {
        Step step = (Step) bench.asked.getLast().request();
        return new String(step.data(), StandardCharsets.UTF_8);
    }

    private Connection connected() {
        Connection client = bench.connect(asks("SCRAM"));
        bench.authenticated(client, BOB);
        bench.forget();
        return client;
    }

    // ---- before CONNACK

    @Test
    void theExchangeGoesOnUntilTheClientIsKnown() {
        Connection client = bench.connect(asks("SCRAM"));
        assertThat(askedData()).isEqualTo("hello");
        bench.authenticated(client, new More(bytes("who?")));
        assertThat(bench.to(client)).containsExactly(answer("who?")); // [MQTT-4.12.0-2]
        bench.in(client, answer("bob"));
        assertThat(askedData()).isEqualTo("bob");
        bench.authenticated(client, BOB);
        Properties properties = bench.to(client, Connack.class).getFirst().properties();
        assertThat(properties.text(Property.AUTHENTICATION_METHOD)).isEqualTo("SCRAM");
        assertThat(properties.binary(Property.AUTHENTICATION_DATA)).isEqualTo(bytes("welcome"));
        assertThat(bench.asked).hasSize(2);
    }

    @Test
    void withoutAMethodNoAuthGoesEitherWay() {
        Connection client = bench.connect("plain", 0);
        bench.authenticated(client, BOB);
        assertThat(
                        bench.to(client, Connack.class)
                                .getFirst()
                                .properties()
                                .has(Property.AUTHENTICATION_METHOD))
                .isFalse(); // [MQTT-4.12.0-6]
        bench.in(client, again("now"));
        assertThat(ended(client)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        Connection early = bench.connect("early", 0);
        bench.in(early, answer("now"));
        assertThat(refused(early)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void whatBreaksTheExchangeRefusesTheClientAndLeavesNothing() {
        List<Packet> faults =
                List.of(
                        publish("t", QoS.AT_MOST_ONCE, 0), // [MQTT-3.1.2-30]
                        Pingreq.INSTANCE,
                        again("x"), // [MQTT-4.12.0-3]
                        auth(ReasonCode.CONTINUE_AUTHENTICATION, "PLAIN", "x")); // [MQTT-4.12.0-5]
        for (Packet fault : faults) {
            Connection client = bench.connect(asks("SCRAM"));
            bench.authenticated(client, new More(bytes("who?")));
            bench.in(client, fault);
            assertThat(refused(client)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            assertThat(bench.isClosed(client)).isTrue();
            bench.authenticated(client, BOB); // too late
            assertThat(bench.server.sessions()).isZero();
        }
        assertThat(bench.server.connections()).isZero();
        assertThat(bench.server.deadlines()).isZero();
        assertThat(bench.accounting().copies()).isZero(); // no will
    }

    @Test
    void anAuthThatNobodyAskedForRefusesTheClient() {
        Connection client = bench.connect(asks("SCRAM"));
        bench.in(client, answer("early"));
        assertThat(refused(client)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(bench.asked).hasSize(1);
    }

    @Test
    void aClientMayGiveUpInTheMiddle() {
        Connection client = bench.connect(asks("SCRAM"));
        bench.disconnect(client);
        assertThat(bench.isClosed(client)).isTrue();
        assertThat(bench.to(client)).isEmpty(); // [MQTT-3.14.0-1]
        Connection cut = bench.connect(asks("SCRAM"));
        bench.cut(cut);
        bench.authenticated(cut, BOB);
        assertThat(bench.server.connections()).isZero();
        assertThat(bench.server.sessions()).isZero();
    }

    @Test
    void whoIsNotKnownInTimeIsClosed() {
        Connection client = bench.connect(asks("SCRAM"));
        bench.authenticated(client, new More(bytes("who?")));
        bench.pass(9_999);
        assertThat(bench.isClosed(client)).isFalse();
        bench.pass(1);
        assertThat(bench.isClosed(client)).isTrue();
    }

    @Test
    void aRefusalSaysItsCodeAndWhy() {
        Properties why = Properties.NONE.with(Property.SERVER_REFERENCE, "elsewhere");
        Connection client = bench.connect(asks("SCRAM"));
        bench.authenticated(client, new Refused(ReasonCode.USE_ANOTHER_SERVER, why));
        assertThat(last(client))
                .isEqualTo(new Connack(false, ReasonCode.USE_ANOTHER_SERVER, why)); // U5-40
        assertThat(bench.isClosed(client)).isTrue(); // [MQTT-4.12.0-4]
    }

    @Test
    void aCodeThatConnackDoesNotHaveIsSaidAsAnother() {
        Connection client = bench.connect(asks("SCRAM"));
        bench.authenticated(client, new Refused(ReasonCode.KEEP_ALIVE_TIMEOUT, Properties.NONE));
        assertThat(refused(client)).isEqualTo(ReasonCode.UNSPECIFIED_ERROR);
    }

    @Test
    void whoIsConnectedIsLeftAloneByOneThatIsRefused() {
        Connection there = connected();
        Connection other = bench.connect(asks("SCRAM"));
        bench.authenticated(other, new Refused(ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        assertThat(bench.isClosed(there)).isFalse(); // (A14)
    }

    // ---- behind CONNACK (4.12.1)

    @Test
    void aConnectedClientAuthenticatesAgainWhileItsTrafficGoesOn() {
        Connection client = connected();
        bench.in(client, again("hello"));
        Step step = (Step) bench.asked.getLast().request();
        assertThat(step.reAuthentication()).isTrue();
        assertThat(step.first()).isTrue();
        bench.in(client, subscribe("t", QoS.AT_MOST_ONCE));
        bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0)); // U5-42
        assertThat(bench.payloadsTo(client)).hasSize(1);
        bench.authenticated(client, new More(bytes("who?")));
        bench.in(client, answer("bob"));
        bench.authenticated(client, BOB);
        assertThat(bench.to(client, Auth.class))
                .containsExactly(answer("who?"), auth(ReasonCode.SUCCESS, "SCRAM", "welcome"));
        assertThat(bench.isClosed(client)).isFalse();
    }

    @Test
    void whoFailsToAuthenticateAgainIsDisconnectedAndItsWillGoesOut() {
        Connection observer = bench.connect("observer", 0);
        bench.authenticated(observer, BOB);
        bench.in(observer, subscribe("w", QoS.AT_MOST_ONCE));
        Connection client = connected();
        bench.in(client, again("hello"));
        Properties why = Properties.NONE.with(Property.REASON_STRING, "wrong proof");
        bench.authenticated(client, new Refused(ReasonCode.NOT_AUTHORIZED, why));
        assertThat(last(client)).isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED, why));
        assertThat(bench.isClosed(client)).isTrue(); // [MQTT-4.12.1-2]
        assertThat(bench.payloadsTo(observer)).hasSize(1);
    }

    @Test
    void whatBreaksTheRulesOfReAuthenticationEndsTheConnection() {
        Connection continues = connected();
        bench.in(continues, answer("nobody asked"));
        assertThat(ended(continues)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        Connection changes = connected();
        bench.in(changes, auth(ReasonCode.RE_AUTHENTICATE, "PLAIN", "x"));
        assertThat(last(changes)) // [MQTT-4.12.1-1]
                .isInstanceOfSatisfying(
                        Disconnect.class,
                        told ->
                                assertThat(told.reasonCode())
                                        .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD));
        Connection impatient = connected();
        bench.in(impatient, again("one"));
        bench.in(impatient, again("two"));
        assertThat(ended(impatient)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void nobodyBecomesAnotherUserByAuthenticatingAgain() {
        Connection client = connected();
        bench.in(client, again("eve"));
        bench.authenticated(client, new Accepted(new Identity("eve"), null));
        assertThat(ended(client)).isEqualTo(ReasonCode.NOT_AUTHORIZED); // (A19)
    }

    /// Else a crash would make the session nobody's again, though its user was told otherwise.
    @Test
    void whoClaimsASessionByAuthenticatingAgainIsToldWhenThatIsDurable() {
        Connection client = bench.connect(asks("SCRAM"));
        bench.authenticated(client, new Accepted(new Identity(null), null));
        bench.forget();
        bench.journalAnswers = false;
        bench.in(client, again("bob"));
        bench.authenticated(client, BOB);
        assertThat(bench.to(client, Auth.class)).isEmpty();
        bench.durable();
        assertThat(bench.to(client, Auth.class))
                .containsExactly(auth(ReasonCode.SUCCESS, "SCRAM", "welcome"));
    }

    @Test
    void anOutcomeForAConnectionThatIsGoneHasNoEffect() {
        Connection client = connected();
        bench.in(client, again("hello"));
        bench.cut(client);
        Connection next = connected();
        bench.authenticated(client, new Refused(ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        bench.authenticated(next, new Refused(ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        assertThat(bench.isClosed(next)).isFalse();
        assertThat(bench.to(client)).isEmpty();
    }
}
