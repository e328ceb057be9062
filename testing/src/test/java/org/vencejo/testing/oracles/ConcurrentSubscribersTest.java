package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.testing.oracles.RawClient.bytes;
import static org.vencejo.testing.oracles.RawClient.packet;
import static org.vencejo.testing.oracles.RawClient.string;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.conformance.Setup;
import org.vencejo.conformance.Wire;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.conformance.TcpPlace;

/// Over sockets, on one event loop and on three: clients that subscribe to the same filters and
/// leave them at the same time have in the end what the last answer said.
@Oracle(61)
class ConcurrentSubscribersTest {
    private static final int CLIENTS = 8;
    private static final int STEPS = 150;
    private static final List<String> FILTERS = List.of("a", "a/b", "a/+", "+/b", "a/#", "#");
    private static final List<String> TOPICS = List.of("a", "a/b", "a/c", "c/b", "c");

    /// A client with a thread of its own while it changes its mind.
    private record Changing(Wire.Line line, Set<String> filters) {
        void change(Seeds seeds) {
            for (int step = 1; step <= STEPS; step++) {
                String filter = seeds.pick(FILTERS);
                byte[] identifier = new byte[] {(byte) (step >>> 8), (byte) step, 0};
                boolean subscribes = seeds.chance(0.5);
                line.send(
                        subscribes
                                ? packet(0x82, identifier, string(filter), bytes("00"))
                                : packet(0xA2, identifier, string(filter)));
                String answer = heard(line);
                assertThat(answer).startsWith(subscribes ? "90" : "B0");
                if (subscribes) {
                    filters.add(filter);
                } else {
                    assertThat(answer).endsWith(filters.remove(filter) ? "00" : "11");
                }
            }
        }

        boolean wants(String topic) {
            return filters.stream()
                    .anyMatch(each -> TopicFilter.of(each).matches(TopicName.of(topic)));
        }
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void whatHoldsInTheEndIsWhatTheLastAnswerSaid(int loops) {
        Seeds.run(seeds -> play(seeds, loops));
    }

    private static void play(Seeds seeds, int loops) {
        try (Wire wire = new TcpPlace(loops).wire(Setup.DEFAULT);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Wire.Line publisher = connected(wire, "p");
            List<Changing> clients = new ArrayList<>();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Changing client = new Changing(connected(wire, "c" + i), new TreeSet<>());
                clients.add(client);
                Seeds its = seeds.fork();
                running.add(threads.submit(() -> client.change(its)));
            }
            running.forEach(ConcurrentSubscribersTest::awaitEnd);
            for (String topic : TOPICS) {
                publisher.send(packet(0x32, string(topic), bytes("0001 00")));
                assertThat(heard(publisher)).startsWith("40");
            }
            for (Changing client : clients) {
                for (String topic : TOPICS) {
                    if (client.wants(topic)) {
                        String expected = HexFormat.of().withUpperCase().formatHex(string(topic));
                        assertThat(heard(client.line())).startsWith("30").endsWith(expected + "00");
                    }
                }
                client.line().send(bytes("C000"));
                assertThat(heard(client.line())).isEqualTo("D000"); // and nothing else came
            }
        }
    }

    private static void awaitEnd(Future<?> running) {
        try {
            running.get(2, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new AssertionError("a client did not come to its end", e);
        }
    }

    private static Wire.Line connected(Wire wire, String identifier) {
        Wire.Line line = wire.open();
        line.send(packet(0x10, bytes("0004 4D515454 05 02 0000 00"), string(identifier)));
        assertThat(heard(line)).startsWith("20");
        return line;
    }

    private static String heard(Wire.Line line) {
        return switch (line.next()) {
            case Wire.Heard.Packet it -> HexFormat.of().withUpperCase().formatHex(it.bytes());
            case Wire.Heard.Closed _ -> "the end of the connection";
            case Wire.Heard.Silence _ -> "nothing";
        };
    }
}
