package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.cleanStart;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscription;

/// Whether a will is published, and when (3.1.2.5, A8 to A12).
class WillTest {
    private static final int NEVER = -1;

    private final Bench bench = new Bench();
    private Connection observer;

    @BeforeEach
    void observe() {
        observer = bench.connect(Change.of(connect("observer", 0), "keepAlive", 0));
        bench.in(observer, subscribe("w/#", QoS.EXACTLY_ONCE));
        bench.forget();
    }

    private static Connect dying(int delay, int expiry) {
        return with(connect("c", expiry), will("w/1", QoS.AT_LEAST_ONCE, delay));
    }

    private void end(Connection client, String how) {
        switch (how) {
            case "cut" -> bench.cut(client);
            case "normal" -> bench.disconnect(client);
            case "with will" ->
                    bench.in(
                            client,
                            new Disconnect(
                                    ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.NONE));
            case "error" -> bench.in(client, connect("c", 0)); // a second CONNECT
            case "silence" -> bench.pass(90_000);
            case "stop" -> bench.handle(new Input.ShutDown());
            case "resumed" -> bench.connect(connect("c", 1_000));
            case "taken over" -> bench.connect(cleanStart(connect("c", 1_000)));
            default -> throw new IllegalArgumentException(how);
        }
    }

    /// `after` is in seconds from the end of the connection; -1 for never.
    @ParameterizedTest
    @CsvSource({
        // how, will delay, session expiry, published after
        "cut, 0, 0, 0",
        "cut, 0, 60, 0",
        "cut, 2, 0, 0", // U5-13: the session ends
        "cut, 2, 60, 2",
        "cut, 5, 2, 2", // (A9)
        "cut, 5, 5, 5",
        "normal, 0, 0, -1", // [MQTT-3.14.4-3]
        "normal, 2, 60, -1",
        "with will, 0, 0, 0", // (A11)
        "with will, 2, 60, 2",
        "error, 0, 60, 0",
        "error, 2, 60, 2",
        "silence, 0, 0, 0",
        "silence, 2, 60, 2",
        "resumed, 0, 60, 0", // (A8), U5-14
        "resumed, 2, 60, -1", // [MQTT-3.1.3-9]
        "resumed, 2, 0, 0", // there is nothing to resume
        "taken over, 0, 60, 0",
        "taken over, 2, 60, 0",
        "stop, 0, 60, 0", // (A12)
    })
    void aWillIsPublishedOnceAndInTime(String how, int delay, int expiry, int after) {
        Connection client = bench.connect(dying(delay, expiry));
        if (how.equals("stop")) { // the observer is told to go as well
            bench.cut(observer);
            observer = bench.connect(connect("observer", 1_000));
            bench.in(observer, subscribe("w/#", QoS.EXACTLY_ONCE));
            bench.cut(observer);
        }
        end(client, how);
        if (how.equals("stop")) {
            assertThat(bench.accounting().queuedCopies()).isEqualTo(1);
            return;
        }
        assertThat(bench.isClosed(client) || how.equals("cut")).isTrue();
        if (after > 0) {
            bench.pass(after * 1_000L - 1);
            assertThat(bench.payloadsTo(observer)).isEmpty();
            bench.pass(1);
        }
        assertThat(bench.payloadsTo(observer)).hasSize(after == NEVER ? 0 : 1);
        bench.pass(1_000_000);
        assertThat(bench.payloadsTo(observer)).hasSize(after == NEVER ? 0 : 1);
    }

    @Test
    void aDelayedWillIsGivenUpWhenTheClientReturnsInTime() {
        bench.cut(bench.connect(dying(3, 60)));
        bench.pass(2_999);
        Connection back = bench.connect("c", 60);
        bench.pass(100_000);
        bench.cut(back);
        bench.pass(100_000);
        assertThat(bench.payloadsTo(observer)).isEmpty(); // [MQTT-3.1.2-10]
    }

    @Test
    void theNextConnectBringsItsOwnWill() {
        bench.cut(bench.connect(dying(3, 60)));
        Connection back = bench.connect(with(connect("c", 60), will("w/2", QoS.AT_LEAST_ONCE, 1)));
        bench.cut(back);
        bench.pass(10_000);
        assertThat(bench.to(observer, Publish.class))
                .extracting(p -> p.topicName().toString())
                .containsExactly("w/2"); // (A10)
    }

    @Test
    void theDelayOfTheLastWillIsNotThatOfTheNextOne() {
        bench.cut(bench.connect(dying(3, 60)));
        Connection back =
                bench.connect(
                        with(
                                Change.of(connect("c", 60), "keepAlive", 0),
                                will("w/2", QoS.AT_LEAST_ONCE, 10)));
        bench.pass(30_000);
        assertThat(bench.payloadsTo(observer)).as("its client is connected").isEmpty();
        bench.cut(back);
        bench.pass(9_999);
        assertThat(bench.payloadsTo(observer)).isEmpty();
        bench.pass(1);
        assertThat(bench.payloadsTo(observer)).hasSize(1);
    }

    @Test
    void aWillIsDiscardedByAnyDisconnectOf3x() {
        for (ProtocolVersion version :
                new ProtocolVersion[] {ProtocolVersion.MQTT_3_1, ProtocolVersion.MQTT_3_1_1}) {
            Connect connect = with(connect3(version, "c", true), will("w/1", QoS.AT_LEAST_ONCE, 0));
            bench.disconnect(bench.connect(connect));
            assertThat(bench.payloadsTo(observer)).isEmpty();
            bench.cut(bench.connect(connect));
            assertThat(bench.payloadsTo(observer)).hasSize(1);
            bench.forget();
        }
    }

    @Test
    void aDisconnectThatRaisesTheExpiryFromZeroIsAnErrorAndKeepsTheWill() {
        Connection client = bench.connect(dying(0, 0));
        bench.in(
                client,
                new Disconnect(
                        ReasonCode.SUCCESS,
                        Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 10)));
        assertThat(bench.to(client, Disconnect.class).getLast().reasonCode())
                .isEqualTo(ReasonCode.PROTOCOL_ERROR); // U5-11 (A15)
        assertThat(bench.payloadsTo(observer)).hasSize(1);
        assertThat(bench.server.sessions()).isEqualTo(1); // the observer's
    }

    @Test
    void theExpiryOfAWillCountsFromItsPublication() {
        Connect connect = dying(5, 60);
        connect =
                with(
                        connect,
                        Change.of(
                                connect.will(),
                                "properties",
                                connect.will()
                                        .properties()
                                        .with(Property.MESSAGE_EXPIRY_INTERVAL, 10)
                                        .withUserProperty("b", "1")
                                        .withUserProperty("a", "2")
                                        .withUserProperty("b", "1")));
        bench.cut(bench.connect(connect));
        bench.pass(5_000);
        Properties properties = bench.to(observer, Publish.class).getFirst().properties();
        assertThat(properties.number(Property.MESSAGE_EXPIRY_INTERVAL, 0)).isEqualTo(10); // U5-15
        assertThat(properties.has(Property.WILL_DELAY_INTERVAL)).isFalse();
        assertThat(properties.userProperties())
                .extracting(Object::toString)
                .hasSize(3)
                .first()
                .isEqualTo(properties.userProperties().getLast().toString()); // [MQTT-3.1.3-10]
    }

    @Test
    void aRetainedWillIsRetainedAndAnEmptyOneClears() {
        Connect connect = dying(0, 0);
        Connect retaining = with(connect, Change.of(connect.will(), "retain", true));
        bench.cut(bench.connect(retaining));
        assertThat(bench.server.retainedMessages()).isEqualTo(1); // [MQTT-3.1.2-15]
        bench.cut(
                bench.connect(
                        with(retaining, Change.of(retaining.will(), "payload", Payload.EMPTY))));
        assertThat(bench.server.retainedMessages()).isZero();
        bench.cut(bench.connect(connect));
        assertThat(bench.server.retainedMessages()).isZero(); // [MQTT-3.1.2-14]
    }

    @Test
    void aWillSurvivesARestartWithWhatIsLeftOfItsDelay() {
        bench.cut(bench.connect(dying(5, 60)));
        bench.pass(3_000);
        Bench restarted =
                new Bench(
                        ServerSettings.DEFAULTS,
                        AccessRules.OPEN,
                        bench.server.durableState(),
                        3_000);
        observer = restarted.connect("observer", 0);
        restarted.in(observer, subscribe("w/#", QoS.EXACTLY_ONCE));
        restarted.pass(1_999);
        assertThat(restarted.payloadsTo(observer)).isEmpty();
        restarted.pass(1);
        assertThat(restarted.payloadsTo(observer)).hasSize(1); // (A12), [MQTT-3.1.2-7]
    }

    @Test
    void aWillOfARefusedConnectIsNeverPublished() {
        bench.authenticator =
                request ->
                        new Authentication.Refused(
                                ReasonCode.BAD_USER_NAME_OR_PASSWORD, Properties.NONE);
        bench.connect(dying(0, 0));
        assertThat(bench.payloadsTo(observer)).isEmpty(); // (A14)
    }

    @Test
    void theOwnWillIsKeptBackByNoLocal() {
        Connection client = bench.connect(dying(0, 60));
        bench.in(
                client,
                subscribe(
                        1, Change.of(Subscription.of("w/#", QoS.AT_LEAST_ONCE), "noLocal", true)));
        bench.cut(client);
        assertThat(bench.payloadsTo(observer)).hasSize(1);
        assertThat(bench.payloadsTo(bench.connect("c", 60))).isEmpty(); // [MQTT-3.8.3-3]
    }
}
