package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;

/// Who sends much waits for its turn, and who sends little does not. Time passes as the test says.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class TurnsTest {
    private static final int MANY = 2_000;
    private static final long SLOW = 100_000;

    /// Both were read in one tick, the flood first.
    @Test
    void whoSendsLittleIsServedBeforeTheRestOfAFlood() throws InterruptedException {
        assertThat(messagesBeforeTheHonestOne(SLOW)).isLessThan(MANY / 2);
        assertThat(messagesBeforeTheHonestOne(0)).as("if all of it takes no time").isEqualTo(MANY);
    }

    private static int messagesBeforeTheHonestOne(long turnNanos) throws InterruptedException {
        try (SteppedServer server = new SteppedServer(1, 1)) {
            SteppedClient subscriber = client(server, "s");
            SteppedClient flood = client(server, "f");
            SteppedClient honest = client(server, "h");
            subscriber.subscribe("#");
            server.runAndCheck();
            server.letTurnsTake(turnNanos);
            flood.publish(many(flood, QoS.AT_MOST_ONCE));
            honest.publish(List.of(honest.message("h", new byte[1], QoS.AT_MOST_ONCE)));
            server.runAndCheck();

            List<String> topics = topics(subscriber);
            assertThat(topics).hasSize(MANY + 1);
            assertThat(flood.isReadToItsEnd()).isTrue();
            assertThat(flood.isRead()).isTrue();
            return topics.indexOf("h");
        }
    }

    /// A turn ends in the middle of what was read, again and again, and nothing is lost by that.
    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void everythingIsHandledInItsOrderHoweverManyTurnsItTakes(int loops)
            throws InterruptedException {
        for (int seed = 0; seed < 3; seed++) {
            try (SteppedServer server = new SteppedServer(seed, loops)) {
                SteppedClient subscriber = client(server, "s");
                subscriber.subscribe("#");
                List<SteppedClient> floods = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    SteppedClient flood = server.client("f" + i, i % loops);
                    flood.connect();
                    floods.add(flood);
                }
                server.runAndCheck();
                server.letTurnsTake(SLOW);
                for (SteppedClient flood : floods) {
                    flood.publish(many(flood, QoS.AT_MOST_ONCE));
                    flood.publish(many(flood, QoS.AT_MOST_ONCE));
                }
                server.runAndCheck();

                for (int i = 0; i < floods.size(); i++) {
                    String topic = "f" + i;
                    assertThat(numbers(subscriber, topic)).hasSize(2 * MANY).isEqualTo(twice(MANY));
                    assertThat(floods.get(i).isReadToItsEnd()).isTrue();
                }
            }
        }
    }

    @Test
    void whatCameBeforeTheEndIsHandledBeforeIt() throws InterruptedException {
        try (SteppedServer server = new SteppedServer(1, 1)) {
            SteppedClient subscriber = client(server, "s");
            SteppedClient flood = client(server, "f");
            subscriber.subscribe("#");
            server.runAndCheck();
            server.letTurnsTake(SLOW);
            flood.publish(many(flood, QoS.AT_MOST_ONCE));
            flood.hangUp();
            server.runAndCheck();

            assertThat(flood.isOpen()).isFalse();
            assertThat(numbers(subscriber, "f")).hasSize(MANY);
        }
    }

    private static SteppedClient client(SteppedServer server, String name)
            throws InterruptedException {
        SteppedClient client = server.client(name, 0);
        client.connect();
        server.runAndCheck();
        return client;
    }

    private static List<Publish> many(SteppedClient from, QoS qos) {
        List<Publish> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            byte[] number = {(byte) (i >> 8), (byte) i};
            all.add(from.message(from.name(), number, qos));
        }
        return all;
    }

    private static List<Integer> twice(int count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 2 * count; i++) {
            numbers.add(i % count);
        }
        return numbers;
    }

    private static List<String> topics(SteppedClient subscriber) {
        List<String> topics = new ArrayList<>();
        for (Packet each : subscriber.received) {
            if (each instanceof Publish it) {
                topics.add(it.topicName().toString());
            }
        }
        return topics;
    }

    private static List<Integer> numbers(SteppedClient subscriber, String topic) {
        List<Integer> numbers = new ArrayList<>();
        for (Packet each : subscriber.received) {
            if (each instanceof Publish it && it.topicName().toString().equals(topic)) {
                byte[] payload = it.payload().toByteArray();
                numbers.add(((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF));
            }
        }
        return numbers;
    }
}
