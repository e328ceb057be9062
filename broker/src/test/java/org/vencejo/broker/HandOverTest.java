package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;

/// The hand-over of the core between loops, with every order of their steps that chance finds.
///
/// The system property `vencejo.seed` repeats one run.
@Timeout(300)
@ExtendWith(NoLeaks.class)
class HandOverTest {
    private static final int RUNS = 100;
    private static final int MESSAGES = 12;

    private static final int MEETINGS = 50;
    private static final int ROUNDS = 50;
    private static final int FLOODS = 5;
    private static final int FLOOD_BYTES = 48 << 10;

    @Test
    void everyMessageArrivesOnceInItsOrderWhoeverRunsTheCore() throws InterruptedException {
        for (long seed : seeds()) {
            try (SteppedServer server = new SteppedServer(seed, 3)) {
                server.letTurnsTake(seed % 2 * 300_000); // so long that they wait for them
                everybodyPublishesToEverybody(server, new SplittableRandom(seed));
            } catch (AssertionError e) {
                throw new AssertionError("replay with -Dvencejo.seed=" + seed, e);
            }
        }
    }

    @Test
    void aLoopThatTheCoreKeepsWaitingStopsReadingAndGoesOn() throws InterruptedException {
        for (int seed = 0; seed < FLOODS; seed++) {
            try (SteppedServer server = new SteppedServer(seed, 3)) {
                SteppedClient subscriber = server.client("s", 2);
                subscriber.connect();
                subscriber.subscribe("#");
                SteppedClient holder = server.client("h", 0);
                SteppedClient publisher = server.client("p", 1);
                holder.connect();
                publisher.connect();
                server.runAndCheck();

                server.freezeHolding(server.loopStrands.getFirst());
                holder.publish(List.of(holder.message("h", new byte[1], QoS.AT_MOST_ONCE)));
                server.strands.run();
                for (int i = 0; i < 200; i++) {
                    publisher.publish(
                            List.of(
                                    publisher.message(
                                            "p", new byte[FLOOD_BYTES], QoS.AT_LEAST_ONCE)));
                }
                server.strands.run();
                assertThat(publisher.isRead()).isFalse();
                assertThat(server.loops.get(1).intake().waitingBytes())
                        .isBetween(4L << 20, 5L << 20);
                assertThat(subscriber.messages()).isZero();

                server.loopStrands.getFirst().freeze(false);
                server.runAndCheck();
                assertThat(publisher.isReadToItsEnd()).isTrue();
                assertThat(publisher.isRead()).isTrue();
                assertThat(subscriber.messages()).isEqualTo(201);
            }
        }
    }

    @Test
    void whatWaitsForALoopThatHangsIsBoundedAndArrivesWhenItGoesOn() throws InterruptedException {
        for (int seed = 0; seed < FLOODS; seed++) {
            try (SteppedServer server = new SteppedServer(seed, 3)) {
                List<SteppedClient> subscribers = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    SteppedClient subscriber = server.client("s" + i, 2);
                    subscriber.connect();
                    subscriber.subscribe("t/" + i);
                    subscribers.add(subscriber);
                }
                List<SteppedClient> publishers = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    SteppedClient publisher = server.client("p" + i, i % 2);
                    publisher.connect();
                    publishers.add(publisher);
                }
                server.runAndCheck();

                server.loopStrands.get(2).freeze(true);
                int each = 15;
                for (int i = 0; i < each * subscribers.size(); i++) {
                    SteppedClient publisher = publishers.get(i % publishers.size());
                    String topic = "t/" + i / each;
                    publisher.publish(
                            List.of(
                                    publisher.message(
                                            topic, new byte[FLOOD_BYTES], QoS.AT_MOST_ONCE)));
                }
                server.strands.run();
                assertThat(publishers).noneMatch(SteppedClient::isRead);
                assertThat(server.loops.get(2).inbox().waitingBytes())
                        .isBetween(4L << 20, 5L << 20);

                server.loopStrands.get(2).freeze(false);
                server.runAndCheck();
                assertThat(publishers).allMatch(SteppedClient::isReadToItsEnd);
                assertThat(subscribers).allMatch(it -> it.messages() == each);
            }
        }
    }

    /// So little happens that nothing later would make good for a wake-up that was missed.
    @Test
    void nothingIsLeftLyingWhenTwoMeet() throws InterruptedException {
        for (int seed = 0; seed < MEETINGS; seed++) {
            try (SteppedServer server = new SteppedServer(seed, 2)) {
                List<SteppedClient> clients = List.of(server.client("a", 0), server.client("b", 1));
                clients.forEach(SteppedClient::connect);
                clients.forEach(it -> it.subscribe("#"));
                server.runAndCheck();
                for (int round = 1; round <= ROUNDS; round++) {
                    for (SteppedClient client : clients) {
                        client.publish(List.of(client.message("t", new byte[1], QoS.AT_MOST_ONCE)));
                    }
                    server.runAndCheck();
                    assertThat(clients.getFirst().messages()).isEqualTo(2L * round);
                    assertThat(clients.getLast().messages()).isEqualTo(2L * round);
                }
            }
        }
    }

    @Test
    void moreIsDrainedThanAHolderTakesAtATime() throws InterruptedException {
        try (SteppedServer server = new SteppedServer(1, 2)) {
            SteppedClient holder = server.client("h", 0);
            SteppedClient publisher = server.client("p", 1);
            holder.connect();
            holder.subscribe("p");
            publisher.connect();
            server.runAndCheck();

            server.freezeHolding(server.loopStrands.getFirst());
            holder.publish(List.of(holder.message("h", new byte[1], QoS.AT_MOST_ONCE)));
            server.strands.run();
            int reads = 3_000;
            for (int i = 0; i < reads; i++) {
                publisher.publish(List.of(publisher.message("p", new byte[1], QoS.AT_MOST_ONCE)));
            }
            server.strands.run();
            assertThat(publisher.isReadToItsEnd()).isTrue();

            server.loopStrands.getFirst().freeze(false);
            server.runAndCheck();
            assertThat(holder.messages()).isEqualTo(reads);
        }
    }

    /// Timers go off while loops run the core, and before the deadline: it has to be armed again.
    @Test
    void aDeadlineHasATimerWhoeverRunsTheCoreWhenOneGoesOff() throws InterruptedException {
        for (int seed = 0; seed < FLOODS; seed++) {
            try (SteppedServer server = new SteppedServer(seed, 3)) {
                List<SteppedClient> clients = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    clients.add(server.client("c" + i, i));
                    clients.getLast().connect();
                }
                SteppedClient silent = server.client("silent", 0);
                server.runAndCheck();
                for (int round = 0; round < ROUNDS; round++) {
                    server.loopStrands.forEach(Strands.Strand::timersGoOff);
                    for (SteppedClient client : clients) {
                        client.publish(List.of(client.message("t", new byte[1], QoS.AT_MOST_ONCE)));
                    }
                    server.runAndCheck();
                }
                assertThat(silent.isOpen()).isTrue();
                assertThat(server.core.server().nextDeadline()).isLessThan(Long.MAX_VALUE);
            }
        }
    }

    private static long[] seeds() {
        Long given = Long.getLong("vencejo.seed");
        long first = System.nanoTime();
        return given != null
                ? new long[] {given}
                : IntStream.range(0, RUNS).mapToLong(i -> i < RUNS / 2 ? i : first + i).toArray();
    }

    private static void everybodyPublishesToEverybody(SteppedServer server, SplittableRandom chance)
            throws InterruptedException {
        List<SteppedClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            SteppedClient client = server.client("c" + i, i % 3);
            client.connect();
            client.subscribe("t/#");
            clients.add(client);
        }
        server.runAndCheck();

        int[] published = new int[3];
        for (int from = 0; from < clients.size(); from++) {
            int sent = 0;
            while (sent < MESSAGES) {
                List<Publish> read = new ArrayList<>();
                for (int i = chance.nextInt(1, 5); i > 0 && sent < MESSAGES; i--) {
                    QoS qos = QoS.of(chance.nextInt(3));
                    published[qos.ordinal()] += from == 0 ? 1 : 0;
                    read.add(clients.get(from).message("t/" + from, payload(from, sent), qos));
                    sent++;
                }
                clients.get(from).publish(read);
            }
        }
        server.runAndCheck();

        for (SteppedClient client : clients) {
            assertThat(client.isOpen()).isTrue();
            assertThat(client.isReadToItsEnd()).as("reading goes on").isTrue();
            assertThat(client.bytesWaiting()).isZero();
            for (int from = 0; from < clients.size(); from++) {
                requireAllOf(from, client.received);
            }
        }
        requireAnswersInOrder(clients.getFirst().received, published);
    }

    /// Each message of `from` came once, those of one QoS in the order in which they were sent.
    private static void requireAllOf(int from, List<Packet> received) {
        int[] last = {-1, -1, -1};
        int count = 0;
        for (Packet packet : received) {
            if (packet instanceof Publish it && it.topicName().toString().equals("t/" + from)) {
                byte[] payload = it.payload().toByteArray();
                int number = ByteBuffer.wrap(payload).getInt();
                assertThat(number).isGreaterThan(last[it.qos().ordinal()]);
                assertThat(payload).isEqualTo(payload(from, number));
                last[it.qos().ordinal()] = number;
                count++;
            }
        }
        assertThat(count).isEqualTo(MESSAGES);
    }

    // Acknowledgements keep the order of arrival (B29), which is that of the identifiers.
    private static void requireAnswersInOrder(List<Packet> received, int[] published) {
        List<Integer> first = new ArrayList<>();
        int completed = 0;
        for (Packet packet : received) {
            switch (packet) {
                case Puback it -> first.add(it.packetIdentifier());
                case Pubrec it -> first.add(it.packetIdentifier());
                case Pubcomp it -> completed++;
                default -> {}
            }
        }
        assertThat(first).isSorted().hasSize(published[1] + published[2]).doesNotHaveDuplicates();
        assertThat(completed).isEqualTo(published[2]);
    }

    /// A number and bytes that follow from it; some are so many that they travel by reference.
    private static byte[] payload(int from, int number) {
        byte[] payload = new byte[number % 4 == 3 ? 6_000 : 8 + number];
        for (int i = 4; i < payload.length; i++) {
            payload[i] = (byte) (from * 31 + number * 7 + i);
        }
        ByteBuffer.wrap(payload).putInt(number);
        return payload;
    }
}
