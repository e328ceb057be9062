package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;

/// Messages both ways while the connection is cut at any point: what was promised holds in the end.
class ByChanceTest {
    private static final int SEEDS = 150;
    private static final int STEPS = 300;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsLostAndNothingOfQos2ComesTwice(boolean sessionsAreLost) {
        for (int seed = 0; seed < SEEDS; seed++) {
            var world = new World(seed, sessionsAreLost);
            for (int step = 0; step < STEPS; step++) {
                world.step();
            }
            world.comeToRest();
            world.check();
        }
    }

    /// One client and a plain model of a server, with packets on their way in both directions.
    private static final class World implements ToServer {
        private final String name;
        private final Random random;
        private final boolean sessionsAreLost;
        private final ProtocolVersion version;
        private final Inbox inbox;
        private final ClientSession client;
        private long nowNanos;

        // On their way; gone at a cut.
        private final ArrayDeque<Packet> toServer = new ArrayDeque<>();
        private final ArrayDeque<Packet> toClient = new ArrayDeque<>();
        private boolean connected;

        // What the client was asked for.
        private final Map<String, Answer<ReasonCode>> published = new LinkedHashMap<>();
        private final Map<String, QoS> qosOf = new HashMap<>();

        // The server's session.
        private boolean hasSession;
        private final Map<Integer, Publish> open = new LinkedHashMap<>();
        private final Set<Integer> released = new LinkedHashSet<>();
        private final Set<Integer> taken = new HashSet<>();
        private int lastIdentifier;

        // What came about.
        private final Map<String, Integer> arrivedAtServer = new LinkedHashMap<>();
        private final List<String> sentToClient = new ArrayList<>();
        private final List<String> takenByApplication = new ArrayList<>();
        private int sessionsLost;

        World(int seed, boolean sessionsAreLost) {
            this.name = "seed " + seed;
            this.random = new Random(seed);
            this.sessionsAreLost = sessionsAreLost;
            this.version =
                    random.nextBoolean() ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
            var never = new MqttException(ReasonCode.UNSPECIFIED_ERROR, "not connected");
            this.inbox = new Inbox(never);
            var options =
                    ScriptedServer.lasting(version).topicAliasesSentMax(0).inboxMessagesMax(5);
            this.client = new ClientSession(options.build(), inbox, never);
        }

        void step() {
            nowNanos++;
            if (!connected) {
                connect();
            }
            switch (random.nextInt(12)) {
                case 0, 1 -> publish();
                case 2, 3 -> serverPublishes();
                case 4, 5, 6 -> serverReads();
                case 7, 8, 9 -> clientReads();
                case 10 -> applicationTakes();
                default -> {
                    if (random.nextInt(4) == 0) {
                        cut();
                    }
                }
            }
            assertThat(client.accounting().balances()).as(name).isTrue();
        }

        void comeToRest() {
            cut();
            connect();
            for (int round = 0; round < 10_000; round++) {
                serverReads();
                clientReads();
                applicationTakes();
            }
        }

        void check() {
            published.forEach((text, answer) -> {
                int times = arrivedAtServer.getOrDefault(text, 0);
                boolean exactlyOnce = qosOf.get(text) == QoS.EXACTLY_ONCE;
                assertThat(answer.isGiven()).as(name + " " + text).isTrue();
                MqttException failure = Outcome.failureOf(answer);
                String what = name + " " + text + " " + failure;
                if (failure == null) {
                    assertThat(times).as(what).isPositive();
                } else if (failure.sentence().endsWith("not sent")) {
                    assertThat(times).as(what).isZero();
                } else if (!sessionsAreLost) {
                    assertThat(times).as(what).isPositive();
                }
                if (exactlyOnce) {
                    assertThat(times).as(what).isLessThanOrEqualTo(1);
                }
            });
            if (sessionsLost > 0) {
                return; // with its session the server forgot what it had for us
            }
            List<String> firsts = takenByApplication.stream().distinct().toList();
            assertThat(firsts).as(name).isEqualTo(sentToClient);
            List<String> exactlyOnce =
                    takenByApplication.stream().filter(text -> text.endsWith("2")).toList();
            assertThat(exactlyOnce).as(name).doesNotHaveDuplicates();
        }

        // ---- the client ----

        private void publish() {
            QoS qos = QoS.of(1 + random.nextInt(2));
            String text = "c" + published.size();
            var answer = new Answer<ReasonCode>();
            published.put(text, answer);
            qosOf.put(text, qos);
            client.publish(MqttMessage.of("t", text, qos).toPublish(), answer, nowNanos);
        }

        private void clientReads() {
            Packet packet = toClient.poll();
            if (packet != null) {
                client.received(this, packet, nowNanos);
            }
        }

        private void applicationTakes() {
            try {
                Arrival arrival = inbox.take(0);
                if (arrival != null) {
                    takenByApplication.add(arrival.message().text());
                    client.taken(arrival, nowNanos);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private void cut() {
            client.closed(this, "cut");
            connected = false;
            toServer.clear();
            toClient.clear();
        }

        private void connect() {
            boolean lost = sessionsAreLost && random.nextInt(3) == 0;
            if (lost && hasSession) {
                open.clear();
                released.clear();
                taken.clear();
                hasSession = false;
                sessionsLost++;
            }
            var answer = new Answer<MqttConnected>();
            client.connect(this, false, answer, nowNanos);
            connected = true;
            toServer.clear(); // CONNECT
            Properties window = Properties.NONE.with(Property.RECEIVE_MAXIMUM, 3);
            toClient.add(
                    new Connack(
                            hasSession,
                            ReasonCode.SUCCESS,
                            version.isMqtt5() ? window : Properties.NONE));
            hasSession = true;
            open.forEach((identifier, publish) -> toClient.add(publish.sentAs(identifier, true)));
            for (int identifier : released) {
                toClient.add(new Pubrel(identifier, ReasonCode.SUCCESS));
            }
            clientReads();
            Outcome.of(answer);
        }

        // ---- the server ----

        private void serverPublishes() {
            if (open.size() + released.size() >= 20) {
                return;
            }
            QoS qos = QoS.of(1 + random.nextInt(2));
            String text = "s" + sentToClient.size() + "-" + qos.value();
            sentToClient.add(text);
            do {
                lastIdentifier = 1 + lastIdentifier % 30;
            } while (open.containsKey(lastIdentifier) || released.contains(lastIdentifier));
            var publish =
                    new Publish(
                            TopicName.of("t"),
                            Payload.of(text),
                            qos,
                            false,
                            false,
                            lastIdentifier,
                            Properties.NONE);
            open.put(lastIdentifier, publish);
            toClient.add(publish);
        }

        private void serverReads() {
            Packet packet = toServer.poll();
            if (packet instanceof Publish publish) {
                serverReceives(publish);
            } else if (packet instanceof Pubrel pubrel) {
                taken.remove(pubrel.packetIdentifier());
                toClient.add(new Pubcomp(pubrel.packetIdentifier(), ReasonCode.SUCCESS));
            } else if (packet instanceof Puback puback) {
                assertThat(open.remove(puback.packetIdentifier())).as(name).isNotNull();
            } else if (packet instanceof Pubrec pubrec) {
                open.remove(pubrec.packetIdentifier());
                released.add(pubrec.packetIdentifier());
                toClient.add(new Pubrel(pubrec.packetIdentifier(), ReasonCode.SUCCESS));
            } else if (packet instanceof Pubcomp pubcomp) {
                released.remove(pubcomp.packetIdentifier());
            }
        }

        private void serverReceives(Publish publish) {
            int identifier = publish.packetIdentifier();
            String text = MqttMessage.of(publish).text();
            if (publish.qos() == QoS.AT_LEAST_ONCE) {
                arrivedAtServer.merge(text, 1, Integer::sum);
                toClient.add(new Puback(identifier, ReasonCode.SUCCESS));
                return;
            }
            if (taken.add(identifier)) {
                arrivedAtServer.merge(text, 1, Integer::sum);
            }
            toClient.add(new Pubrec(identifier, ReasonCode.SUCCESS));
        }

        // ---- ToServer ----

        @Override
        public boolean send(Packet packet) {
            toServer.add(packet);
            return true;
        }

        @Override
        public boolean publish(Publish publish, int packetIdentifier, boolean dup, int alias) {
            toServer.add(publish.sentAs(packetIdentifier, dup));
            return true;
        }

        @Override
        public void close(String reason) {}

        @Override
        public void pauseReading() {}

        @Override
        public void aside(Authenticating exchange, Authenticating.Step step) {
            throw new AssertionError("there is no mechanism to ask");
        }

        @Override
        public void resumeReading() {}
    }
}
