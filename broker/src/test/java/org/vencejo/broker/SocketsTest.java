package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Limits;
import org.vencejo.core.Server;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// The server over sockets, with one loop and with three: clients that behave and clients that do
/// not. No buffer may be lost.
@Timeout(60)
@ExtendWith(NoLeaks.class)
@ParameterizedClass(name = "io-threads {0}")
@ValueSource(ints = {1, 3})
class SocketsTest {
    private final int ioThreads;
    private final List<AutoCloseable> opened = new ArrayList<>();

    SocketsTest(int ioThreads) {
        this.ioThreads = ioThreads;
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private ServerRig start(Limits limits) throws IOException {
        ServerRig server = ServerRig.start(ioThreads, limits);
        opened.add(server);
        return server;
    }

    private RawClient connected(ServerRig server, String name) throws IOException {
        RawClient client = server.connected(name);
        opened.add(client);
        return client;
    }

    private RawClient unconnected(ServerRig server) throws IOException {
        RawClient client = new RawClient(server.address());
        opened.add(client);
        return client;
    }

    // ---- messages ----

    @Test
    void eachOfManySubscribersGetsEveryByteOfManyPublishers() throws Exception {
        int subscribers = 9;
        int publishers = 4;
        int each = 60;
        ServerRig server = start(Limits.DEFAULTS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> receiving = new ArrayList<>();
            for (int i = 0; i < subscribers; i++) {
                RawClient subscriber = connected(server, "s" + i);
                subscriber.subscribe("t/#", QoS.AT_LEAST_ONCE);
                receiving.add(
                        threads.submit(() -> {
                            int[] next = new int[publishers];
                            for (int n = 0; n < publishers * each; n++) {
                                Publish it = subscriber.nextMessage();
                                int from = Integer.parseInt(it.topicName().toString().substring(2));
                                assertThat(it.payload().toByteArray())
                                        .isEqualTo(payload(from, next[from]++));
                            }
                            return null;
                        }));
            }
            List<Future<?>> publishing = new ArrayList<>();
            for (int i = 0; i < publishers; i++) {
                int from = i;
                RawClient publisher = connected(server, "p" + i);
                publishing.add(
                        threads.submit(() -> {
                            for (int n = 0; n < each; n++) {
                                publisher.publishAndAwait("t/" + from, payload(from, n));
                            }
                            return null;
                        }));
            }
            for (Future<?> future : publishing) {
                future.get();
            }
            for (Future<?> future : receiving) {
                future.get();
            }
        }
    }

    /// Of a length around those at which bytes are copied, or go by reference, or by themselves.
    private static byte[] payload(int from, int number) {
        int[] lengths = {0, 1, 100, 4_095, 4_096, 4_097, 20_000, 70_000};
        byte[] payload = new byte[lengths[(from + number) % lengths.length]];
        new SplittableRandom(1_000L * from + number).nextBytes(payload);
        return payload;
    }

    @Test
    void largePayloadsAreSharedAndArriveWhole() throws IOException {
        ServerRig server = start(Limits.DEFAULTS);
        List<RawClient> subscribers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            subscribers.add(connected(server, "s" + i));
            subscribers.getLast().subscribe("t", QoS.AT_LEAST_ONCE);
        }
        RawClient publisher = connected(server, "p");
        byte[] payload = new byte[5 << 20];
        new SplittableRandom(1).nextBytes(payload);
        for (int round = 0; round < 2; round++) {
            publisher.send(RawClient.message("t", payload, QoS.AT_LEAST_ONCE, 1));
            for (RawClient subscriber : subscribers) {
                byte[] received = subscriber.nextMessage().payload().toByteArray();
                assertThat(Arrays.equals(received, payload)).isTrue();
            }
            assertThat(publisher.next()).isInstanceOf(Puback.class);
        }
    }

    @Test
    void whoDoesNotReadLosesQos0AndNobodyElseAnything() throws IOException {
        ServerRig server =
                start(
                        With.with(
                                With.with(Limits.DEFAULTS, "outBufferHighBytes", 64 << 10),
                                "outBufferLowBytes",
                                16 << 10));
        RawClient slow = connected(server, "slow");
        slow.subscribe("t", QoS.AT_MOST_ONCE);
        RawClient other = connected(server, "other");
        other.subscribe("t", QoS.AT_LEAST_ONCE);
        RawClient publisher = connected(server, "p");
        byte[] payload = new byte[60_000];
        int sent = 0;
        while (dropped(server) < 10) { // when all buffers on the way are full
            payload[0] = (byte) sent++;
            publisher.publishAndAwait("t", payload);
            assertThat(other.nextMessage().payload().toByteArray()).isEqualTo(payload);
        }

        slow.send(Pingreq.INSTANCE);
        int received = 0;
        while (!(slow.next() instanceof Pingresp)) {
            received++;
        }
        assertThat(received + dropped(server)).isEqualTo(sent);

        publisher.publishAndAwait("t", new byte[] {42});
        assertThat(slow.nextMessage().payload().toByteArray()).containsExactly(42);
        assertThat(server.ask(it -> it.accounting().balances() ? 1 : 0)).isEqualTo(1);
    }

    private static long dropped(ServerRig server) {
        return server.ask(it -> it.accounting().endedBy(Fate.QUEUE_FULL));
    }

    // ---- connections ----

    @Test
    void garbageEndsOnlyTheConnectionThatSentIt() throws IOException {
        ServerRig server = start(Limits.DEFAULTS);
        RawClient bystander = connected(server, "bystander");
        bystander.subscribe("t", QoS.AT_LEAST_ONCE);
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < 30; i++) {
            byte[] garbage = new byte[1 + chance.nextInt(200)];
            chance.nextBytes(garbage);
            garbage[0] = (byte) 0xF7; // AUTH with flags that it does not have
            try (RawClient vandal =
                    i % 2 == 0 ? new RawClient(server.address()) : server.connected("vandal")) {
                vandal.send(garbage);
                assertThat(vandal.isClosed()).isTrue();
            }
        }
        bystander.send(RawClient.message("t", new byte[] {1}, QoS.AT_MOST_ONCE, 0));
        assertThat(bystander.nextMessage().payload().toByteArray()).containsExactly(1);
        server.await(Server::connections, 1);
    }

    @Test
    void connectionsThatEndInTheMiddleOfAPacketLeaveNothingBehind() throws IOException {
        ServerRig server = start(Limits.DEFAULTS);
        byte[] connect = RawClient.bytes(RawClient.connect("half"));
        byte[] publish =
                RawClient.bytes(RawClient.message("t", new byte[300_000], QoS.AT_MOST_ONCE, 0));
        for (int i = 0; i < 20; i++) {
            RawClient halfConnect = new RawClient(server.address());
            halfConnect.send(Arrays.copyOf(connect, 1 + i % (connect.length - 1)));
            RawClient halfPublish = server.connected("half");
            halfPublish.send(Arrays.copyOf(publish, 200_000));
            if (i % 2 == 0) {
                halfConnect.reset();
                halfPublish.reset();
            }
            halfConnect.close();
            halfPublish.close();
        }
        server.await(Server::connections, 0);
        assertThat(server.ask(Server::sessions)).isZero();
        assertThat(server.ask(Server::deadlines)).isZero();
    }

    @Test
    void aConnectMayComeByteByByteButNotForEver() throws IOException {
        ServerRig server = start(With.with(Limits.DEFAULTS, "connectTimeoutNanos", 300_000_000L));
        RawClient never = unconnected(server);
        RawClient begun = unconnected(server);
        begun.send(Arrays.copyOf(RawClient.bytes(RawClient.connect("begun")), 5));
        RawClient slow = unconnected(server);
        for (byte each : RawClient.bytes(RawClient.connect("slow"))) {
            slow.send(new byte[] {each});
        }
        assertThat(slow.next()).isInstanceOf(Connack.class);

        assertThat(never.isClosed()).isTrue();
        assertThat(begun.isClosed()).isTrue();
        slow.send(Pingreq.INSTANCE);
        assertThat(slow.next()).isInstanceOf(Pingresp.class);
    }

    @Test
    void ofManyWithOneIdentifierOneIsLeft() throws Exception {
        int contenders = 6;
        int each = 40;
        ServerRig server = start(Limits.DEFAULTS);
        List<RawClient> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<RawClient>>> storms = new ArrayList<>();
            for (int i = 0; i < contenders; i++) {
                storms.add(
                        threads.submit(() -> {
                            List<RawClient> mine = new ArrayList<>();
                            for (int n = 0; n < each; n++) {
                                mine.add(server.connected("the one"));
                            }
                            return mine;
                        }));
            }
            for (Future<List<RawClient>> storm : storms) {
                all.addAll(storm.get());
            }
        }
        opened.addAll(all);
        server.await(Server::connections, 1);
        assertThat(server.ask(Server::sessions)).isEqualTo(1);

        int left = 0;
        for (RawClient client : all) {
            client.send(Pingreq.INSTANCE);
            if (client.next() instanceof Disconnect it) {
                assertThat(it.reasonCode()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
                assertThat(client.next()).isNull();
            } else {
                left++;
            }
        }
        assertThat(left).isEqualTo(1);
    }

    @Test
    void aboveTheMostConnectionsNobodyIsServedUntilOneGoes() throws IOException {
        ServerRig server = start(With.with(Limits.DEFAULTS, "connectionsMax", 3));
        connected(server, "a");
        connected(server, "b");
        RawClient third = connected(server, "c");
        try (RawClient fourth = new RawClient(server.address())) {
            fourth.send(RawClient.connect("d"));
            assertThat(Asked.answer(fourth)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(fourth.next()).isNull();
        }
        assertThat(server.driver().traffic().refusedConnections()).isEqualTo(1);

        third.close();
        opened.remove(third);
        while (server.driver().traffic().openConnections() > 2) {
            Thread.onSpinWait();
        }
        connected(server, "d");
    }

    // ---- the end ----

    @Test
    void aStopTellsAllThatAreConnectedAndWaitsForNobodyElse() throws Exception {
        ServerRig server = ServerRig.start(ioThreads, Limits.DEFAULTS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ReasonCode>> told = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                RawClient client = connected(server, "c" + i);
                told.add(
                        threads.submit(() -> {
                            Disconnect last = (Disconnect) client.next();
                            assertThat(client.next()).isNull();
                            client.close();
                            return last.reasonCode();
                        }));
            }
            opened.clear();
            RawClient silent = new RawClient(server.address());
            RawClient begun = new RawClient(server.address());
            begun.send(Arrays.copyOf(RawClient.bytes(RawClient.connect("begun")), 5));
            while (server.driver().traffic().openConnections() < 32) {
                Thread.onSpinWait();
            }

            server.close();

            for (Future<ReasonCode> each : told) {
                assertThat(each.get()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
            }
            assertThat(silent.isClosed()).isTrue();
            assertThat(begun.isClosed()).isTrue();
            silent.close();
            begun.close();
        }
    }

    /// What is under way is lost, but no buffer and no question is.
    @Test
    void aStopInFullFlightLeavesNothingBehind() throws Exception {
        ServerRig server = ServerRig.start(ioThreads, Limits.DEFAULTS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                RawClient client = server.connected("c" + i);
                client.subscribe("t", QoS.AT_MOST_ONCE);
                byte[] message =
                        RawClient.bytes(
                                RawClient.message("t", new byte[6_000], QoS.AT_MOST_ONCE, 0));
                threads.execute(() -> {
                    try (client) {
                        while (true) {
                            client.send(message);
                        }
                    } catch (IOException ended) {
                        // with the server
                    }
                });
            }
            server.await(it -> it.accounting().endedBy(Fate.DELIVERED) > 1_000 ? 1 : 0, 1);
            assertThat(server.driver().stop(0)).isFalse();
            assertThat(server.driver().inspect(it -> 1)).isCompletedExceptionally();
        }
    }

    @Test
    void aQuestionThatFailsHoldsUpNobody() throws IOException {
        ServerRig server = start(Limits.DEFAULTS);
        assertThat(
                        server.driver()
                                .inspect(it -> {
                                    throw new AssertionError("on purpose");
                                }))
                .failsWithin(Duration.ofSeconds(30));
        connected(server, "a");
    }
}
