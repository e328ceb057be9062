package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Authentication.Refused;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// From CONNECT to CONNACK.
class HandshakeTest {
    private static final Accepted ANYBODY = new Accepted(Identity.ANONYMOUS, null);

    private final Bench bench = new Bench();

    // ---- packets behind CONNECT (A23)

    @Test
    void whatCameBehindConnectIsHandledInOrderBehindConnack() {
        bench.authenticator = request -> null;
        Connection client = bench.connect(connect("c", 0));
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 5));
        bench.in(client, Pingreq.INSTANCE);
        assertThat(bench.to(client)).isEmpty();
        bench.authenticated(client, ANYBODY);
        assertThat(types(client))
                .containsExactly(
                        Connack.class, Suback.class, Publish.class, Puback.class, Pingresp.class);
    }

    @Test
    void aDisconnectBehindConnectWaitsForItsTurn() {
        bench.authenticator = request -> null;
        Connection client = bench.connect(with(connect("c", 0), will("w", QoS.AT_MOST_ONCE, 0)));
        bench.in(client, retained("t", QoS.AT_MOST_ONCE, 0, "kept"));
        bench.disconnect(client);
        bench.in(client, retained("t", QoS.AT_MOST_ONCE, 0, "behind DISCONNECT"));
        assertThat(bench.isClosed(client)).isFalse();
        bench.authenticated(client, ANYBODY);
        assertThat(bench.isClosed(client)).isTrue();
        assertThat(bench.server.retainedMessages()).isEqualTo(1);
        bench.authenticator = request -> ANYBODY;
        Connection observer = bench.connect("observer", 0);
        bench.in(observer, subscribe("#", QoS.AT_MOST_ONCE));
        assertThat(bench.payloadsTo(observer)).containsExactly("kept");
        assertThat(bench.accounting().copies()).isEqualTo(2); // so the will was not published
    }

    @Test
    void aDisconnectThatIsNeverHandledStillDiscardsTheWill() {
        Connection observer = bench.connect("observer", 0);
        bench.in(observer, subscribe("w", QoS.AT_MOST_ONCE));
        bench.journalAnswers = false;
        for (boolean goodbye : new boolean[] {true, false}) {
            bench.forget();
            Connection client =
                    bench.connect(with(connect("c" + goodbye, 9), will("w", QoS.AT_MOST_ONCE, 0)));
            if (goodbye) {
                bench.disconnect(client);
            }
            bench.cut(client); // CONNACK still waits for the journal
            assertThat(bench.to(client)).isEmpty();
            assertThat(bench.payloadsTo(observer)).hasSize(goodbye ? 0 : 1);
        }
    }

    @Test
    void whatIsKeptBehindConnectIsCountedWhole() {
        bench.authenticator = request -> null;
        Connection client = bench.connect(connect("c", 0));
        List<Subscription> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(Subscription.of("some/filter/" + i, QoS.AT_MOST_ONCE));
        }
        assertThat(bench.isPaused(client)).isFalse();
        bench.in(client, new Subscribe(1, many, Properties.NONE)); // about 200 KB
        assertThat(bench.isPaused(client)).isTrue();
        bench.authenticated(client, ANYBODY);
        assertThat(bench.isPaused(client)).isFalse();
    }

    @Test
    void largePacketsOfWhoIsNotKnownAreBoundedForAllTogether() {
        Bench strict = Bench.with("partialPacketsBytesMax", 250_000);
        strict.authenticator = request -> null;
        String large = "x".repeat(100_000);
        Connection first = strict.connect(connect("first", 0));
        Connection second = strict.connect(connect("second", 0));
        strict.in(first, publish("t", QoS.AT_MOST_ONCE, 0, large));
        strict.in(second, publish("t", QoS.AT_MOST_ONCE, 0, large));
        Connection third =
                strict.connect(
                        with(
                                connect("third", 0),
                                new Will(
                                        TopicName.of("w"),
                                        Payload.of(large),
                                        QoS.AT_MOST_ONCE,
                                        false,
                                        Properties.NONE)));
        assertThat(strict.to(third, Connack.class))
                .extracting(Connack::reasonCode)
                .containsExactly(ReasonCode.SERVER_BUSY);
        Connection small = strict.connect(connect("small", 0));
        strict.in(small, publish("t", QoS.AT_MOST_ONCE, 0, "small"));
        assertThat(strict.isClosed(small)).as("who sends little is served").isFalse();

        strict.cut(first);
        strict.authenticated(second, ANYBODY); // now there is room for two again
        for (int i = 0; i < 2; i++) {
            Connection later = strict.connect(connect("later" + i, 0));
            strict.in(later, publish("t", QoS.AT_MOST_ONCE, 0, large));
            assertThat(strict.isClosed(later)).isFalse();
        }
        Connection last = strict.connect(connect("last", 0));
        strict.in(last, publish("t", QoS.AT_MOST_ONCE, 0, large));
        assertThat(strict.isClosed(last)).isTrue();
    }

    @Test
    void nothingBehindARefusedConnectIsHandled() {
        bench.authenticator = request -> null;
        Connection client = bench.connect(connect("c", 0));
        bench.in(client, retained("t", QoS.AT_MOST_ONCE, 0, "never"));
        bench.authenticated(client, new Refused(ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        assertThat(types(client)).containsExactly(Connack.class);
        assertThat(bench.isClosed(client)).isTrue();
        assertThat(bench.server.retainedMessages()).isZero(); // [MQTT-3.1.4-6]
    }

    @Test
    void anAnswerToNothingThatWasAskedHasNoEffect() {
        bench.journalAnswers = false;
        Connection client = bench.connect(connect("c", 9));
        bench.authenticated(client, ANYBODY); // a second one, while CONNACK waits
        assertThat(bench.isClosed(client)).isFalse();
        bench.durable();
        assertThat(types(client)).containsExactly(Connack.class);
    }

    // ---- Maximum Packet Size [MQTT-3.1.2-24]

    @Test
    void aConnackThatIsTooLargeGoesWithoutLimitsAndTheyAreNotUsed() {
        Connection client = bench.connect(with(connect("c", 0), Property.MAXIMUM_PACKET_SIZE, 5L));
        assertThat(bench.to(client))
                .containsExactly(new Connack(false, ReasonCode.SUCCESS, Properties.NONE));
        for (int i = 1; i <= 1_001; i++) { // it was not told 1,000
            bench.in(client, publish("t", QoS.EXACTLY_ONCE, i));
        }
        assertThat(bench.isClosed(client)).isFalse();
        bench.in(client, with(publish("t", QoS.AT_MOST_ONCE, 0), Property.TOPIC_ALIAS, 1L));
        assertThat(bench.isClosed(client)).isTrue(); // it was told no Topic Alias Maximum
    }

    @Test
    void aConnackThatMustSayMoreThanTheClientTakesRefusesIt() {
        Connection client = bench.connect(with(connect("", 0), Property.MAXIMUM_PACKET_SIZE, 20L));
        assertThat(bench.to(client))
                .containsExactly(new Connack(false, ReasonCode.PACKET_TOO_LARGE, Properties.NONE));
        assertThat(bench.isClosed(client)).isTrue();
        assertThat(bench.server.sessions()).isZero();
        Connection larger = bench.connect(with(connect("", 0), Property.MAXIMUM_PACKET_SIZE, 100L));
        assertThat(bench.to(larger, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void aSubackThatTheClientCannotTakeEndsTheConnectionAndNothingIsSubscribed() {
        Connection client = bench.connect(with(connect("c", 0), Property.MAXIMUM_PACKET_SIZE, 8L));
        Subscription one = Subscription.of("a", QoS.AT_MOST_ONCE);
        bench.in(client, subscribe(7, one, one)); // SUBACK has 7 bytes
        bench.in(client, subscribe(8, one, one, one));
        assertThat(bench.to(client, Suback.class)).hasSize(2);
        bench.in(client, subscribe(9, one, one, one, one));
        assertThat(bench.to(client, Suback.class)).hasSize(2);
        assertThat(bench.to(client).getLast())
                .isEqualTo(new Disconnect(ReasonCode.PACKET_TOO_LARGE));
    }

    @Test
    void aClientIdentifierIsMeasuredInBytes() {
        Bench strict = Bench.with("clientIdentifierBytesMax", 4);
        assertThat(code(strict, strict.connect(connect("ññ", 0)))).isEqualTo(ReasonCode.SUCCESS);
        assertThat(code(strict, strict.connect(connect("ñññ", 0))))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    private static ReasonCode code(Bench bench, Connection client) {
        return bench.to(client, Connack.class).getFirst().reasonCode();
    }

    private List<Class<?>> types(Connection client) {
        return bench.to(client).stream().<Class<?>>map(Packet::getClass).toList();
    }
}
