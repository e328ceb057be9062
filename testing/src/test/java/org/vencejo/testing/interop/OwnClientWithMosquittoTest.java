package org.vencejo.testing.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.Arguments;

/// Our client library with a server that we did not write.
class OwnClientWithMosquittoTest extends Scenarios {
    private static MosquittoBroker mosquitto;

    OwnClientWithMosquittoTest() {
        super(mosquitto.port());
    }

    @BeforeAll
    static void start() throws Exception {
        Path program = Program.find("mosquitto");
        assumeTrue(program != null, "interop with mosquitto: not installed");
        mosquitto = MosquittoBroker.start(program);
    }

    @AfterAll
    static void stop() throws Exception {
        if (mosquitto != null) {
            mosquitto.end();
        }
    }

    static Stream<Library> each() {
        return Stream.of(Library.OWN_3_1, Library.OWN_3_1_1, Library.OWN_5);
    }

    static Stream<Arguments> everybodyWithEverybody() {
        return each().flatMap(from -> each().map(to -> Arguments.of(from, to)));
    }

    static Stream<Arguments> eachWithItselfAndAnother() {
        return everybodyWithEverybody();
    }
}
