package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Limits;
import org.vencejo.core.ListenerLimit;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.transport.WebSocketPeer;
import org.vencejo.transport.WebSocketServer;

/// Two listeners of one server over sockets: what one has of its own holds there, and not at the
/// other one.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class LimitsOfListenersTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir private Path folder;

    private static InetSocketAddress own(ServerRig rig, Map<ListenerLimit, Long> limits)
            throws IOException {
        return own(rig, null, Integer.MAX_VALUE, limits);
    }

    private static InetSocketAddress own(
            ServerRig rig,
            WebSocketServer webSocket,
            int connectionsMax,
            Map<ListenerLimit, Long> limits)
            throws IOException {
        Entry entry =
                new Entry(
                        "own",
                        null,
                        null,
                        webSocket,
                        Set.of(ProtocolVersion.MQTT_5),
                        connectionsMax,
                        null,
                        limits);
        return rig.driver().bind(entry, ANY);
    }

    // ---- what is read

    private static Packet request(ListenerLimit limit) {
        return switch (limit) {
            case PACKET_SIZE_MAX -> RawClient.message("t", new byte[2_000], QoS.AT_LEAST_ONCE, 1);
            case TOPIC_LEVELS_MAX -> RawClient.message("a/b/c", new byte[0], QoS.AT_LEAST_ONCE, 1);
            case TOPIC_FILTERS_MAX -> subscribe("a", "b", "c");
            default -> throw new IllegalArgumentException(limit.toString());
        };
    }

    private static Subscribe subscribe(String... filters) {
        return new Subscribe(
                1,
                Arrays.stream(filters)
                        .map(filter -> Subscription.of(filter, QoS.AT_MOST_ONCE))
                        .toList(),
                Properties.NONE);
    }

    /// It may have less than all, or more.
    @ParameterizedTest
    @CsvSource({
        "PACKET_SIZE_MAX, packetSizeMax, 1000, 4000, PACKET_TOO_LARGE",
        "PACKET_SIZE_MAX, packetSizeMax, 4000, 1000, PACKET_TOO_LARGE",
        "TOPIC_LEVELS_MAX, topicLevelsMax, 2, 3, TOPIC_NAME_INVALID",
        "TOPIC_LEVELS_MAX, topicLevelsMax, 3, 2, TOPIC_NAME_INVALID",
        "TOPIC_FILTERS_MAX, topicFiltersMax, 2, 3, PACKET_TOO_LARGE",
        "TOPIC_FILTERS_MAX, topicFiltersMax, 3, 2, PACKET_TOO_LARGE",
    })
    void packetsAreReadByTheLimitsOfTheirListener(
            ListenerLimit limit, String name, long own, int ofAll, ReasonCode refusal)
            throws IOException {
        Limits limits = With.with(Limits.DEFAULTS, name, ofAll);
        try (ServerRig rig = ServerRig.start(1, limits)) {
            boolean isLess = own < ofAll;
            InetSocketAddress address = own(rig, Map.of(limit, own));
            assertAnswer(address, request(limit), isLess ? refusal : null);
            assertAnswer(rig.address(), request(limit), isLess ? null : refusal);
        }
    }

    private static void assertAnswer(InetSocketAddress address, Packet request, ReasonCode refusal)
            throws IOException {
        try (RawClient client = RawClient.connected(address, "c")) {
            client.send(request);
            Packet answer = client.next();
            if (refusal == null) {
                assertThat(answer).isInstanceOfAny(Puback.class, Pubrec.class, Suback.class);
            } else {
                assertThat(answer)
                        .isInstanceOfSatisfying(
                                Disconnect.class,
                                it -> assertThat(it.reasonCode()).isEqualTo(refusal));
            }
        }
    }

    private static Connect large() {
        return With.with(RawClient.connect("c"), "userName", "u".repeat(300));
    }

    @Test
    void aConnectIsReadByTheLimitOfItsListener() throws IOException {
        try (ServerRig rig = ServerRig.start(1, Limits.DEFAULTS)) {
            InetSocketAddress own = own(rig, Map.of(ListenerLimit.CONNECT_SIZE_MAX, 200L));
            assertThat(answer(own, large())).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
            assertThat(answer(own, RawClient.connect("c"))).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer(rig.address(), large())).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    private static ReasonCode answer(InetSocketAddress address, Connect connect)
            throws IOException {
        try (RawClient client = new RawClient(address)) {
            return BrokerRig.answer(client, connect);
        }
    }

    /// Nor is more read of one who is refused.
    @ParameterizedTest(name = "with a limit of its own: {0}")
    @ValueSource(booleans = {true, false})
    void aRefusedConnectIsReadByTheLimitOfItsListener(boolean isOwn) throws IOException {
        try (ServerRig rig = ServerRig.start(1, Limits.DEFAULTS)) {
            Map<ListenerLimit, Long> limits =
                    isOwn ? Map.of(ListenerLimit.CONNECT_SIZE_MAX, 200L) : Map.of();
            InetSocketAddress own = own(rig, null, 1, limits);
            try (RawClient _ = RawClient.connected(own, "first");
                    RawClient refused = new RawClient(own)) {
                refused.send(large());
                if (isOwn) {
                    assertThat(refused.isClosed()).isTrue();
                } else {
                    assertThat(Asked.answer(refused)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
                }
            }
            assertThat(rig.driver().traffic().atTheDoor().told()).isEqualTo(isOwn ? 0 : 1);
        }
    }

    @Test
    void aClientIsToldWhatHoldsAtItsListener() throws IOException {
        try (ServerRig rig = ServerRig.start(1, Limits.DEFAULTS)) {
            InetSocketAddress own = own(rig, Map.of(ListenerLimit.PACKET_SIZE_MAX, 1_000L));
            assertThat(packetSizeTold(own)).isEqualTo(1_000);
            assertThat(packetSizeTold(rig.address())).isEqualTo(16 << 20);
        }
    }

    private static long packetSizeTold(InetSocketAddress address) throws IOException {
        try (RawClient client = new RawClient(address)) {
            client.send(RawClient.connect("c"));
            return ((Connack) client.next()).properties().number(Property.MAXIMUM_PACKET_SIZE, -1);
        }
    }

    // ---- how long, and how fast

    /// Who stands in the door has the time of its listener.
    @Test
    void theTimeToConnectIsThatOfTheListener() throws IOException {
        Limits limits = With.with(Limits.DEFAULTS, "connectTimeoutNanos", 3_600_000_000_000L);
        try (ServerRig rig = ServerRig.start(1, limits)) {
            WebSocketServer door = new WebSocketServer("/mqtt", Set.of());
            Map<ListenerLimit, Long> soon =
                    Map.of(ListenerLimit.CONNECT_TIMEOUT_NANOS, 100_000_000L);
            InetSocketAddress own = own(rig, door, Integer.MAX_VALUE, soon);
            InetSocketAddress other = rig.driver().bind("other", ANY, null, door);
            try (WebSocketPeer patient = WebSocketPeer.plain(other);
                    RawClient late = new RawClient(own)) {
                assertThat(late.isClosed()).isTrue();
                patient.upgrade();
            }
        }
    }

    /// What is read at once is kept until it is its time, so it is less where anybody has a rate.
    @Test
    void lessIsReadAtOnceIfAnyListenerHasARate() throws IOException {
        try (ServerRig rig = ServerRig.start(1, Limits.DEFAULTS)) {
            InetSocketAddress own = own(rig, Map.of(ListenerLimit.MESSAGES_IN_PER_SECOND, 1L));
            byte[] pings = new byte[60_000];
            byte[] ping = RawClient.bytes(Pingreq.INSTANCE);
            for (int i = 0; i < pings.length; i++) {
                pings[i] = ping[i % 2];
            }
            try (RawClient fast = RawClient.connected(own, "fast");
                    RawClient other = RawClient.connected(rig.address(), "other")) {
                other.send(pings);
                for (int i = 0; i < pings.length / 2; i++) {
                    assertThat(other.next()).isEqualTo(Pingresp.INSTANCE);
                }
                long before = rig.driver().traffic().bytesReceived();
                fast.send(pings);
                rig.await(server -> server.statistics().timesHeldIn(), 1);
                assertThat(rig.driver().traffic().bytesReceived() - before)
                        .isBetween(2L, 17L << 10);
            }
        }
    }

    // ---- what changes

    @Test
    void aReloadChangesWhatHoldsForAllAndNotWhatAListenerHas() throws IOException {
        Path file = folder.resolve("f.yaml");
        String before =
                """
                listeners:
                  - {name: own, port: 0, limits: {topic-filters-max: 2, subscriptions-max: 2}}
                  - {name: other, port: 0}
                """;
        Files.writeString(file, before);
        try (BrokerRig rig = BrokerRig.reading(file, folder);
                RawClient there = RawClient.connected(rig.address(0), "there")) {
            Files.writeString(
                    file,
                    before.replace("filters-max: 2", "filters-max: 1")
                            + "limits: {topic-filters-max: 1, subscriptions-max: 1, topic-levels-max: 2}\n");
            rig.broker().reload();

            there.send(subscribe("a", "b"));
            assertThat(codes(there)).containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS);
            try (RawClient own = RawClient.connected(rig.address(0), "own");
                    RawClient other = RawClient.connected(rig.address(1), "other")) {
                own.send(subscribe("a", "b"));
                assertThat(codes(own)).containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS);
                other.send(subscribe("a"));
                assertThat(codes(other)).containsExactly(ReasonCode.SUCCESS);
                other.send(subscribe("b"));
                assertThat(codes(other)).containsExactly(ReasonCode.QUOTA_EXCEEDED);
            }
            assertAnswer(rig.address(1), subscribe("a", "b"), ReasonCode.PACKET_TOO_LARGE);
            Packet deep = RawClient.message("a/b/c", new byte[0], QoS.AT_LEAST_ONCE, 1);
            assertAnswer(rig.address(0), deep, ReasonCode.TOPIC_NAME_INVALID);
        }
    }

    @Test
    void theHighestQosIsThatOfTheListener() throws IOException {
        String listeners =
                "listeners=[{name: own, port: 0, maximum-qos: 1}, {name: other, port: 0}]";
        try (BrokerRig rig = BrokerRig.start(folder, listeners)) {
            Packet twice = RawClient.message("t", new byte[0], QoS.EXACTLY_ONCE, 1);
            assertAnswer(rig.address(0), twice, ReasonCode.QOS_NOT_SUPPORTED);
            assertAnswer(rig.address(1), twice, null);
        }
    }

    private static List<ReasonCode> codes(RawClient client) throws IOException {
        return ((Suback) client.next()).reasonCodes();
    }
}
