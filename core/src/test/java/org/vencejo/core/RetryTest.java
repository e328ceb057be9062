package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.puback;
import static org.vencejo.core.Packets.pubcomp;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.pubrec;
import static org.vencejo.core.Packets.subscribe;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;

/// What is repeated on a live connection, before 5.0 and where the setting asks for it (B8).
class RetryTest {
    private Bench bench = new Bench();
    private Connection publisher;
    private Connection client;

    /// A client of 3.1 without a session that is kept, which is repeated to every 20 seconds.
    private void begin(Bench with) {
        bench = with;
        publisher = bench.connect(Change.of(Packets.connect("p", 0), "keepAlive", 0));
        client = reader("c", ProtocolVersion.MQTT_3_1);
    }

    private Connection reader(String name, ProtocolVersion version) {
        Connection reader = bench.connect(Change.of(connect3(version, name, true), "keepAlive", 0));
        bench.in(reader, subscribe("t", QoS.EXACTLY_ONCE));
        return reader;
    }

    private void publishes(QoS qos, int identifier) {
        bench.in(publisher, publish("t", qos, identifier, "m" + identifier));
    }

    @Test
    void aMessageIsRepeatedWithDupUntilItIsAnswered() {
        begin(new Bench());
        publishes(QoS.AT_LEAST_ONCE, 1);
        bench.pass(19_999);
        assertThat(bench.to(client, Publish.class)).hasSize(1);
        bench.pass(1);
        bench.pass(20_000);
        assertThat(bench.to(client, Publish.class))
                .extracting(Publish::dup)
                .containsExactly(false, true, true); // [MQTT-3.3.1-1]
        assertThat(bench.server.statistics().retries()).isEqualTo(2);
        bench.in(client, puback(1));
        bench.pass(100_000);
        assertThat(bench.to(client, Publish.class)).hasSize(3);
        assertThat(bench.server.deadlines()).isZero();
    }

    @Test
    void eachMessageIsRepeatedAtItsOwnTime() {
        begin(new Bench());
        publishes(QoS.AT_LEAST_ONCE, 1);
        bench.pass(5_000);
        publishes(QoS.AT_LEAST_ONCE, 2);
        bench.pass(15_000);
        assertThat(bench.payloadsTo(client)).containsExactly("m1", "m2", "m1");
        bench.pass(4_999);
        assertThat(bench.payloadsTo(client)).hasSize(3);
        bench.pass(1);
        assertThat(bench.payloadsTo(client)).containsExactly("m1", "m2", "m1", "m2");
    }

    @Test
    void aPubrelIsRepeatedUntilPubcomp() {
        begin(new Bench());
        publishes(QoS.EXACTLY_ONCE, 1);
        bench.pass(10_000);
        bench.in(client, pubrec(1));
        bench.pass(19_999);
        assertThat(bench.to(client, Pubrel.class)).hasSize(1);
        bench.pass(1);
        assertThat(bench.to(client, Pubrel.class)).hasSize(2);
        bench.in(client, pubcomp(1));
        bench.pass(100_000);
        assertThat(bench.to(client, Pubrel.class)).hasSize(2);
        assertThat(bench.to(client, Publish.class)).hasSize(1); // [MQTT-4.3.3-6]
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1, 0, 0, 0",
        "MQTT_3_1_1, 0, 0, 0",
        "MQTT_3_1_1, 0, 30, 3",
        "MQTT_3_1, 50, 30, 2"
    })
    void howOftenIsASettingOfTheVersion(
            ProtocolVersion version, long seconds31, long seconds311, int repeats) {
        ServerSettings settings =
                Change.of(
                        ServerSettings.DEFAULTS, "retryIntervalNanos31", seconds31 * 1_000_000_000);
        begin(new Bench(Change.of(settings, "retryIntervalNanos311", seconds311 * 1_000_000_000)));
        Connection reader = reader("r", version);
        publishes(QoS.AT_LEAST_ONCE, 1);
        bench.pass(100_000);
        assertThat(bench.to(reader, Publish.class)).hasSize(1 + repeats);
    }

    @Test
    void a5ClientIsNeverSentAnythingAgainOnALiveConnection() {
        begin(new Bench());
        Connection five = bench.connect(Change.of(Packets.connect("5", 9), "keepAlive", 0));
        bench.in(five, subscribe("t", QoS.EXACTLY_ONCE));
        publishes(QoS.AT_LEAST_ONCE, 1);
        bench.pass(1_000_000);
        assertThat(bench.to(five, Publish.class)).hasSize(1); // [MQTT-4.4.0-1]
        assertThat(bench.to(client, Publish.class)).as("the control arm").hasSize(51);
    }

    @Test
    void manyAreRepeatedAFewAtATimeAndEachOnce() {
        begin(Bench.with("sliceMax", 4));
        for (int i = 1; i <= 10; i++) {
            publishes(QoS.AT_LEAST_ONCE, i);
        }
        bench.deadlinesAreHandled = false;
        bench.now = 20_000_000_000L;
        bench.handle(new Input.DeadlineReached());
        assertThat(bench.to(client, Publish.class)).hasSize(14);
        bench.pass(0);
        assertThat(bench.to(client, Publish.class)).hasSize(20);
        bench.pass(19_999);
        assertThat(bench.to(client, Publish.class)).hasSize(20);
    }

    @Test
    void nothingIsRepeatedToWhoIsGone() {
        begin(new Bench());
        publishes(QoS.AT_LEAST_ONCE, 1);
        bench.cut(client);
        assertThat(bench.server.deadlines()).isZero();
        bench.pass(100_000);
        assertThat(bench.to(client, Publish.class)).hasSize(1);
    }
}
