package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.core.Census;

/// What the control socket tells of clients and topics is read as it was.
class AcquaintancesTest {
    @TempDir private Path folder;

    @Test
    void aLineIsReadAsItWasWritten() {
        Acquaintances known =
                Acquaintances.parse(
                        """
                        client c%201%0A ana+b ! 192.0.2.7%3A99 uno,d%2Cos CN%3Dc DNS%3Aa,DNS%3Ab
                        filter 2 a%2F%23
                        filter 0 %C3%B1%2F%2B
                        client ! ! ! !  !
                        remembered
                        topic casa%2Fsala+1
                        of-a-newer-broker x
                        more\
                        """
                                .replace("client ! !", "client %21 !"));
        assertThat(known.complete()).isFalse();
        assertThat(known.clients())
                .extracting(Census.Client::subject)
                .extracting(
                        it -> it.clientIdentifier(),
                        it -> it.identity().userName(),
                        it -> it.listener(),
                        it -> it.remoteAddress(),
                        it -> it.identity().groups(),
                        it -> it.identity().remembered())
                .containsExactly(
                        tuple("c 1\n", "ana b", null, "192.0.2.7:99", Set.of("uno", "d,os"), false),
                        tuple("!", null, null, null, Set.of(), true));
        assertThat(known.clients().getFirst().subject().certificate())
                .extracting(it -> it.subject(), it -> it.alternativeNames())
                .containsExactly("CN=c", List.of("DNS:a", "DNS:b"));
        assertThat(known.clients().getFirst().subscriptions())
                .extracting(it -> it.topicFilter() + " " + it.maximumQoS().value())
                .containsExactly("a/# 2", "ñ/+ 0");
        assertThat(known.topics()).extracting(Object::toString).containsExactly("casa/sala 1");
    }

    @Test
    void nobodyKnowsAnythingWhereNoBrokerRuns() throws Exception {
        assertThatThrownBy(() -> Acquaintances.ofBrokerOn(folder.resolve("none")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("there is no data folder");
        assertThatThrownBy(
                        () -> Acquaintances.ofBrokerOn(Files.createDirectory(folder.resolve("d"))))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("no broker runs");
    }
}
