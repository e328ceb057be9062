package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Limits;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// What a server does from each of its memory marks on, at 90, 94 and 97 percent, and that it goes
/// back when it is five percent below. How much is in use is a value here; the sockets are real.
@Timeout(60)
class MemoryMarksTest {
    private static final long ONE_PERCENT = Limits.DEFAULTS.buffersBytesMax() / 100;
    private static final int PINGS = 1_000;

    private final AtomicLong bufferBytes = new AtomicLong();

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void fromTheFirstOnNobodyNewIsLetInAndWhoIsThereIsServed(int ioThreads) throws Exception {
        try (ServerRig rig = start(ioThreads);
                RawClient there = rig.connected("there")) {
            there.subscribe("t", QoS.AT_LEAST_ONCE);

            use(89, rig, there);
            assertThat(letsIn(rig)).as("below the mark").isTrue();
            use(90, rig, there);
            assertThat(letsIn(rig)).as("at the mark").isFalse();
            assertThat(isDelivered(there)).isTrue();
            use(85, rig, there);
            assertThat(letsIn(rig)).as("five below").isFalse();
            use(84, rig, there);
            assertThat(letsIn(rig)).as("more than five below").isTrue();

            assertThat(rig.driver().traffic().atTheDoor().refusedBy(Refusal.MEMORY)).isEqualTo(2);
            Traffic.Memory memory = rig.driver().traffic().memory();
            assertThat(memory.accepting()).isEqualTo(1);
            assertThat(memory.reading()).isZero();
        }
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void fromTheSecondOnWhoSendsMostIsNotReadFrom(int ioThreads) throws Exception {
        try (ServerRig rig = start(ioThreads);
                RawClient loud = rig.connected("loud");
                RawClient quiet = rig.connected("quiet")) {
            AtomicLong sent = new AtomicLong();
            AtomicBoolean isEnough = new AtomicBoolean();

            use(93, rig, quiet);
            Thread flooding = flood(loud, sent, isEnough);
            awaitRead(rig, 10 << 20, quiet);
            use(94, rig, quiet);
            while (isRead(rig, sent, quiet)) {
                // it is its turn until the next second
            }
            use(89, rig, quiet);
            while (isRead(rig, sent, quiet)) {
                // five below is not enough
            }
            use(88, rig, quiet);
            awaitRead(rig, rig.driver().traffic().bytesReceived() + (20 << 20), quiet);
            isEnough.set(true);
            awaitRead(rig, sent.get(), quiet);
            flooding.join();

            Traffic.Memory memory = rig.driver().traffic().memory();
            assertThat(memory.reading()).isEqualTo(1);
            assertThat(memory.qos0()).isZero();
        }
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void fromTheThirdOnQos0OfClientsIsDropped(int ioThreads) throws Exception {
        try (ServerRig rig = start(ioThreads);
                RawClient client = rig.connected("client")) {
            client.subscribe("+", QoS.AT_LEAST_ONCE);

            use(96, rig, client);
            assertThat(isDelivered(client)).as("below the mark").isTrue();
            use(97, rig, client);
            assertThat(isDelivered(client)).as("at the mark").isFalse();
            rig.driver().publishLocally(RawClient.message("own", new byte[1], QoS.AT_MOST_ONCE, 0));
            assertThat(client.nextMessage().topicName()).hasToString("own");
            use(92, rig, client);
            assertThat(isDelivered(client)).as("five below").isFalse();
            use(91, rig, client);
            assertThat(isDelivered(client)).as("more than five below").isTrue();

            assertThat(rig.ask(server -> server.accounting().endedBy(Fate.MEMORY_SHORT)))
                    .isEqualTo(2);
            assertThat(rig.driver().traffic().memory().qos0()).isEqualTo(1);
        }
    }

    private ServerRig start(int ioThreads) throws IOException {
        return ServerRig.start(ioThreads, Limits.DEFAULTS, bufferBytes::get);
    }

    /// From now on so much is in use; `client` keeps the server busy until it has seen that.
    private void use(int percent, ServerRig rig, RawClient client) throws IOException {
        bufferBytes.set(ONE_PERCENT * percent + ONE_PERCENT / 2);
        while (rig.driver().traffic().memory().percent() != percent) {
            ping(client);
        }
    }

    private static boolean letsIn(ServerRig rig) throws IOException {
        try (RawClient probe = new RawClient(rig.address())) {
            probe.send(RawClient.connect("probe"));
            ReasonCode answer = Asked.answer(probe);
            assertThat(answer).isIn(ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED);
            return answer == ReasonCode.SUCCESS;
        }
    }

    /// Whether a message at QoS 0 comes, published before one at QoS 1, which comes in any case.
    private static boolean isDelivered(RawClient client) throws IOException {
        client.send(RawClient.message("t", new byte[1], QoS.AT_MOST_ONCE, 0));
        client.send(RawClient.message("t", new byte[1], QoS.AT_LEAST_ONCE, 1));
        boolean isDelivered = false;
        boolean isAcknowledged = false;
        boolean hasCome = false;
        while (!isAcknowledged || !hasCome) {
            Packet packet = client.next();
            if (packet instanceof Publish publish && publish.qos() == QoS.AT_MOST_ONCE) {
                isDelivered = true;
            } else if (packet instanceof Publish publish) {
                client.send(new Puback(publish.packetIdentifier(), ReasonCode.SUCCESS));
                hasCome = true;
            } else {
                assertThat(packet).isInstanceOf(Puback.class);
                isAcknowledged = true;
            }
        }
        return isDelivered;
    }

    /// Has `client` send as fast as it is read from.
    private static Thread flood(RawClient client, AtomicLong sent, AtomicBoolean isEnough) {
        byte[] message =
                RawClient.bytes(RawClient.message("f", new byte[10_000], QoS.AT_MOST_ONCE, 0));
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        while (!isEnough.get()) {
                            client.send(message);
                            sent.addAndGet(message.length);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    /// Whether a flood, of which so much was sent, is read while `quiet` has its answers.
    private static boolean isRead(ServerRig rig, AtomicLong sent, RawClient quiet)
            throws IOException {
        long before = rig.driver().traffic().bytesReceived();
        for (int i = 0; i < PINGS; i++) {
            ping(quiet);
        }
        long after = rig.driver().traffic().bytesReceived();
        return after - before > PINGS * 2L || sent.get() <= after; // then there is none to read
    }

    private static void awaitRead(ServerRig rig, long bytes, RawClient client) throws IOException {
        while (rig.driver().traffic().bytesReceived() < bytes) {
            ping(client);
        }
    }

    private static void ping(RawClient client) throws IOException {
        client.send(Pingreq.INSTANCE);
        assertThat(client.next()).isInstanceOf(Pingresp.class);
        assertThat(Thread.interrupted()).as("the time of the test is up").isFalse();
    }
}
