package org.vencejo.testing.interop;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Broker;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;

/// The broker, started as the product starts it, between clients that others wrote, and ours.
@ParameterizedClass(name = "io-threads {0}")
@ValueSource(ints = {1, 3})
class InteropTest extends Scenarios {
    private static final Map<Integer, Broker> brokers = new HashMap<>();
    @TempDir private static Path folder;

    InteropTest(int ioThreads) {
        super(brokers.get(ioThreads).addresses().getFirst().getPort());
    }

    @BeforeAll
    static void start() {
        for (int ioThreads : new int[] {1, 3}) {
            var assignments =
                    List.of(
                            "data-folder=" + folder.resolve("data" + ioThreads),
                            "io-threads=" + ioThreads,
                            "sys-interval=0");
            brokers.put(
                    ioThreads,
                    Broker.start(
                            new Broker.Setup(
                                    new Configuration.Request(null, Map.of(), assignments, "0"),
                                    Machine.here(),
                                    "test",
                                    System.nanoTime(),
                                    level -> {})));
        }
    }

    @AfterAll
    static void stop() {
        brokers.values().forEach(Broker::close);
    }

    /// A process for every message is slow where a JVM has to start: our command has few pairs.
    static Stream<Library> each() {
        return Arrays.stream(Library.values()).filter(it -> it != Library.VENCEJO_COMMAND);
    }

    static Stream<Arguments> everybodyWithEverybody() {
        return Stream.concat(
                each().flatMap(from -> each().map(to -> Arguments.of(from, to)))
                        .filter(InteropTest::hasForeigner),
                Stream.of(
                        Arguments.of(Library.VENCEJO_COMMAND, Library.MOSQUITTO_3_1_1),
                        Arguments.of(Library.MOSQUITTO_5, Library.VENCEJO_COMMAND)));
    }

    /// Each library with itself and, in either direction, with one of another version.
    static Stream<Arguments> eachWithItselfAndAnother() {
        return each().flatMap(
                        it -> {
                            Library other =
                                    it.name().endsWith("_5") ? Library.OWN_3_1_1 : Library.OWN_5;
                            return Stream.of(
                                    Arguments.of(it, it),
                                    Arguments.of(it, other),
                                    Arguments.of(other, it));
                        })
                .filter(InteropTest::hasForeigner);
    }

    /// Ours with ours is what the tests of the client are about.
    private static boolean hasForeigner(Arguments pair) {
        return Stream.of(pair.get()).anyMatch(it -> ((Library) it).isForeign());
    }
}
