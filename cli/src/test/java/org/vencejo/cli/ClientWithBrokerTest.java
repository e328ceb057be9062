package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttConnected;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// The client library against the broker, over sockets, with one loop and with three.
@Timeout(120)
@ParameterizedClass
@ValueSource(ints = {1, 3})
class ClientWithBrokerTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @Parameter private int ioThreads;
    @TempDir private Path folder;

    private RunningBroker broker;
    private final List<MqttClient> clients = new ArrayList<>();

    @BeforeEach
    void start() {
        broker = RunningBroker.start(folder, ioThreads);
    }

    @AfterEach
    void stop() {
        clients.forEach(MqttClient::close);
        broker.close();
    }

    private MqttOptions.Builder options(ProtocolVersion version, String clientIdentifier) {
        return MqttOptions.builder()
                .host("127.0.0.1")
                .port(broker.port())
                .version(version)
                .clientIdentifier(clientIdentifier);
    }

    private MqttClient client(MqttOptions.Builder options) {
        var client = new MqttClient(options.build());
        clients.add(client);
        return client;
    }

    private MqttClient connected(ProtocolVersion version, String clientIdentifier) {
        MqttClient client = client(options(version, clientIdentifier));
        client.connect();
        return client;
    }

    private static String receive(MqttClient client) {
        MqttMessage message = client.receive(LONG);
        return message == null ? null : message.text();
    }

    @ParameterizedTest
    @EnumSource
    void eachVersionTalksToEachOtherAtEachQos(ProtocolVersion version) {
        MqttClient publisher = connected(version, "p");
        for (ProtocolVersion other : ProtocolVersion.values()) {
            MqttClient subscriber = connected(other, "s" + other);
            for (QoS qos : QoS.values()) {
                String topic = "a/" + other + "/" + qos;
                assertThat(subscriber.subscribe(topic, QoS.EXACTLY_ONCE))
                        .isEqualTo(QoS.EXACTLY_ONCE);
                assertThat(publisher.publish(topic, "ñandú", qos)).isEqualTo(ReasonCode.SUCCESS);
                MqttMessage message = subscriber.receive(LONG);
                assertThat(message).isNotNull();
                assertThat(message.text()).isEqualTo("ñandú");
                assertThat(message.topicName()).isEqualTo(topic);
                assertThat(message.qos()).isEqualTo(qos);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRetainedMessageMeetsWhoComesLater(ProtocolVersion version) {
        MqttClient publisher = connected(version, "p");
        publisher.publish(MqttMessage.of("r", "sigue", QoS.AT_LEAST_ONCE).retained());
        MqttClient subscriber = connected(version, "s");
        subscriber.subscribe("r", QoS.AT_LEAST_ONCE);
        MqttMessage message = subscriber.receive(LONG);
        assertThat(message).isNotNull();
        assertThat(message.retain()).isTrue();
        assertThat(message.text()).isEqualTo("sigue");
    }

    @ParameterizedTest
    @EnumSource
    void aWillIsPublishedWhenItsClientIsPushedOut(ProtocolVersion version) {
        MqttClient subscriber = connected(version, "s");
        subscriber.subscribe("adios", QoS.AT_LEAST_ONCE);
        var will =
                new Will(
                        TopicName.of("adios"),
                        Payload.of("me fui"),
                        QoS.AT_LEAST_ONCE,
                        false,
                        Properties.NONE);
        MqttClient first = client(options(version, "x").will(will));
        first.connect();
        connected(version, "x");
        assertThat(receive(subscriber)).isEqualTo("me fui");
        assertThatThrownBy(() -> first.receive(LONG))
                .isInstanceOfSatisfying(
                        MqttException.class,
                        e ->
                                assertThat(e.reasonCode())
                                        .isEqualTo(
                                                version.isMqtt5()
                                                        ? ReasonCode.SESSION_TAKEN_OVER
                                                        : ReasonCode.UNSPECIFIED_ERROR));
    }

    @Test
    void aWillIsForgottenAtDisconnectUnlessAskedFor() {
        MqttClient subscriber = connected(ProtocolVersion.MQTT_5, "s");
        subscriber.subscribe("adios", QoS.AT_LEAST_ONCE);
        for (ReasonCode code :
                List.of(ReasonCode.SUCCESS, ReasonCode.DISCONNECT_WITH_WILL_MESSAGE)) {
            var will =
                    new Will(
                            TopicName.of("adios"),
                            Payload.of(code.name()),
                            QoS.AT_LEAST_ONCE,
                            false,
                            Properties.NONE);
            MqttClient leaving = client(options(ProtocolVersion.MQTT_5, "x").will(will));
            leaving.connect();
            leaving.disconnect(code);
        }
        assertThat(receive(subscriber)).isEqualTo("DISCONNECT_WITH_WILL_MESSAGE");
    }

    @Test
    void aSecondConnectByMistakeLeavesTheFirstItsPlannedEnd() {
        MqttClient subscriber = connected(ProtocolVersion.MQTT_5, "s");
        subscriber.subscribe("adios", QoS.AT_LEAST_ONCE);
        for (boolean planned : List.of(true, false)) {
            var will =
                    new Will(
                            TopicName.of("adios"),
                            Payload.of(planned ? "planned" : "cut"),
                            QoS.AT_LEAST_ONCE,
                            false,
                            Properties.NONE);
            MqttClient twice = client(options(ProtocolVersion.MQTT_5, "x").will(will));
            twice.connect();
            assertThatThrownBy(twice::connect).hasMessage("the client is connected already");
            assertThat(twice.publish("x", "y", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
            if (planned) {
                twice.close();
            } else {
                connected(ProtocolVersion.MQTT_5, "x"); // pushes it out
            }
        }
        assertThat(receive(subscriber)).isEqualTo("cut");
    }

    @ParameterizedTest
    @EnumSource
    void aKeptSessionHasWhatCameMeanwhileInOrder(ProtocolVersion version) {
        MqttClient subscriber =
                client(options(version, "s").cleanStart(false).sessionExpiryInterval(60));
        subscriber.connect();
        subscriber.subscribe("q", QoS.EXACTLY_ONCE);
        subscriber.disconnect();
        MqttClient publisher = connected(version, "p");
        for (int i = 0; i < 20; i++) {
            publisher.publish("q", "n" + i, QoS.of(1 + i % 2));
        }
        MqttConnected again = subscriber.connect(false);
        assertThat(again.sessionPresent()).isEqualTo(version != ProtocolVersion.MQTT_3_1);
        for (int i = 0; i < 20; i++) {
            assertThat(receive(subscriber)).isEqualTo("n" + i);
        }
    }

    @Test
    void whatNobodyTookComesAgainToTheSameClient() {
        MqttClient subscriber =
                client(options(ProtocolVersion.MQTT_5, "s").sessionExpiryInterval(60));
        subscriber.connect(true);
        subscriber.subscribe("q", QoS.EXACTLY_ONCE);
        MqttClient publisher = connected(ProtocolVersion.MQTT_5, "p");
        publisher.publish("q", "uno", QoS.AT_LEAST_ONCE);
        publisher.publish("q", "dos", QoS.EXACTLY_ONCE);
        assertThat(receive(subscriber)).isEqualTo("uno");
        subscriber.disconnect();
        assertThat(subscriber.connect(false).sessionPresent()).isTrue();
        assertThat(receive(subscriber)).isEqualTo("dos");
        publisher.publish("q", "tres", QoS.EXACTLY_ONCE);
        assertThat(receive(subscriber)).isEqualTo("tres");
    }

    @Test
    void theServerChoosesAClientIdentifier() {
        MqttConnected connected = client(options(ProtocolVersion.MQTT_5, "")).connect();
        assertThat(connected.clientIdentifier()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aMegabyteArrivesWhole(ProtocolVersion version) {
        byte[] bytes = new byte[1 << 20];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        MqttClient both = connected(version, "b");
        both.subscribe("grande", QoS.EXACTLY_ONCE);
        both.publish(MqttMessage.of("grande", bytes, QoS.EXACTLY_ONCE));
        MqttMessage message = both.receive(LONG);
        assertThat(message).isNotNull();
        assertThat(Arrays.equals(message.payload().toByteArray(), bytes)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationThatIsSlowLosesNothingAboveQos0(ProtocolVersion version) {
        MqttClient subscriber =
                client(options(version, "s").inboxMessagesMax(10).receiveMaximum(10));
        subscriber.connect();
        subscriber.subscribe("mucho", QoS.AT_LEAST_ONCE);
        MqttClient publisher = connected(version, "p");
        int messages = 500;
        for (int i = 0; i < messages; i++) {
            publisher.publish("mucho", "n" + i, QoS.AT_LEAST_ONCE);
        }
        for (int i = 0; i < messages; i++) {
            assertThat(receive(subscriber)).isEqualTo("n" + i);
        }
        assertThat(subscriber.droppedMessages()).isZero();
    }

    @Test
    void whatTheServerRefusesIsAnException() {
        MqttClient client = connected(ProtocolVersion.MQTT_5, "c");
        assertThatThrownBy(() -> client.publish("$SYS/x", "y", QoS.AT_LEAST_ONCE))
                .isInstanceOfSatisfying(
                        MqttException.class,
                        e -> assertThat(e.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED));
        assertThatThrownBy(() -> client.subscribe("a/#/b", QoS.AT_MOST_ONCE))
                .isInstanceOfSatisfying(
                        MqttException.class,
                        e -> assertThat(e.reasonCode()).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID));
        assertThat(client.publish("x", "y", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(client.unsubscribe("x")).isEqualTo(ReasonCode.NO_SUBSCRIPTION_EXISTED);
    }

    @ParameterizedTest
    @EnumSource
    void manyMessagesMayBeUnderWayInTheirOrder(ProtocolVersion version) {
        MqttClient both = connected(version, "b");
        both.subscribe("q", QoS.EXACTLY_ONCE);
        List<CompletableFuture<ReasonCode>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(both.publishAsync(MqttMessage.of("q", "n" + i, QoS.EXACTLY_ONCE)));
        }
        CompletableFuture<ReasonCode> refused =
                both.publishAsync(MqttMessage.of("$SYS/x", "y", QoS.EXACTLY_ONCE));
        for (int i = 0; i < 100; i++) {
            assertThat(receive(both)).isEqualTo("n" + i);
            assertThat(answers.get(i)).succeedsWithin(LONG).isEqualTo(ReasonCode.SUCCESS);
        }
        if (version.isMqtt5()) { // others have no way to say so
            assertThat(refused)
                    .failsWithin(LONG)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(MqttException.class)
                    .withMessageContaining("NOT_AUTHORIZED");
        }
        assertThatThrownBy(() -> both.publishAsync(MqttMessage.of("a/#", "y", QoS.AT_MOST_ONCE)))
                .isInstanceOf(MqttException.class);
    }

    @Test
    void whoCancelsAnAnswerChangesNothingOfTheMessage() {
        MqttClient both = connected(ProtocolVersion.MQTT_5, "b");
        both.subscribe("q", QoS.EXACTLY_ONCE);
        both.publishAsync(MqttMessage.of("q", "uno", QoS.EXACTLY_ONCE)).cancel(true);
        both.publish("q", "dos", QoS.EXACTLY_ONCE);
        assertThat(receive(both)).isEqualTo("uno");
        assertThat(receive(both)).isEqualTo("dos");
    }

    @ParameterizedTest
    @EnumSource
    void theEndOfTheBrokerIsTold(ProtocolVersion version) {
        MqttClient client = connected(version, "c");
        broker.close();
        assertThatThrownBy(() -> client.receive(LONG))
                .isInstanceOfSatisfying(
                        MqttException.class,
                        e ->
                                assertThat(e.reasonCode())
                                        .isEqualTo(
                                                version.isMqtt5()
                                                        ? ReasonCode.SERVER_SHUTTING_DOWN
                                                        : ReasonCode.UNSPECIFIED_ERROR));
        assertThatThrownBy(() -> client.publish("a", "b", QoS.AT_LEAST_ONCE))
                .isInstanceOf(MqttException.class);
        assertThatThrownBy(client::connect).hasMessageContaining("cannot connect to 127.0.0.1:");
    }

    @Test
    void aClosedClientSaysSo() {
        MqttClient client = connected(ProtocolVersion.MQTT_5, "c");
        client.close();
        client.close();
        assertThatThrownBy(client::connect).hasMessage("the client was closed");
        assertThatThrownBy(() -> client.publish("a", "b", QoS.AT_MOST_ONCE))
                .hasMessage("the client was closed");
    }

    @Test
    void manyThreadsMayPublishAtOnce() throws InterruptedException {
        MqttClient subscriber = connected(ProtocolVersion.MQTT_5, "s");
        subscriber.subscribe("t/#", QoS.EXACTLY_ONCE);
        MqttClient publisher = connected(ProtocolVersion.MQTT_5, "p");
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            String topic = "t/" + t;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = 0; i < 50; i++) {
                                    publisher.publish(topic, "m" + i, QoS.of(1 + i % 2));
                                }
                            }));
        }
        int[] next = new int[8];
        for (int i = 0; i < 400; i++) {
            MqttMessage message = subscriber.receive(LONG);
            assertThat(message).isNotNull();
            int thread = Integer.parseInt(message.topicName().substring(2));
            assertThat(message.text()).isEqualTo("m" + next[thread]++);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
