package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;

/// What a server knows is read part by part, whatever happens between.
class CensusTest {
    private final Bench bench = new Bench();

    @Test
    void tellsClientsWithTheirSubscriptionsAndTopicsOfRetainedMessages() {
        Connection absent = bench.connect("absent", 100);
        bench.in(absent, subscribe("a/#", QoS.AT_LEAST_ONCE));
        bench.cut(absent);
        Connection publisher = bench.connect("publisher", 0);
        bench.in(publisher, retained("a/1", QoS.AT_MOST_ONCE, 0, "x"));

        Census census = bench.server.census();
        List<Census.Client> clients = census.clients(100);
        assertThat(clients)
                .extracting(client -> client.subject().clientIdentifier())
                .containsExactlyInAnyOrder("absent", "publisher");
        assertThat(clients)
                .flatExtracting(Census.Client::subscriptions)
                .extracting(it -> it.topicFilter().toString())
                .containsExactly("a/#");
        assertThat(census.isFinished()).isFalse();
        assertThat(census.topics(100)).containsExactly(TopicName.of("a/1"));
        assertThat(census.isFinished()).isTrue();
    }

    @Test
    void isReadInPartsAndPassesOverWhoIsGoneMeanwhile() {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(bench.connect("c" + i, 0));
            bench.in(all.get(i), retained("t/" + i, QoS.AT_MOST_ONCE, 0, "x"));
        }
        Census census = bench.server.census();
        List<String> known = new ArrayList<>();
        census.clients(2).forEach(it -> known.add(it.subject().clientIdentifier()));
        assertThat(known).hasSize(2);
        all.forEach(bench::cut);
        assertThat(census.clients(100)).isEmpty();

        int topics = 0;
        for (int calls = 0; !census.isFinished(); calls++) {
            topics += census.topics(2).size();
            assertThat(calls).isLessThan(50);
        }
        assertThat(topics).isEqualTo(5);
    }

    /// No copy of all of them, which would take too long for one call.
    @Test
    void walksTheLineThatRostersWalk() {
        bench.connect("c", 0);
        Census census = bench.server.census();
        bench.connect("later", 0);
        assertThat(census.clients(100))
                .extracting(client -> client.subject().clientIdentifier())
                .containsExactly("c", "later");
        Census givenUp = bench.server.census();
        for (int i = 0; i < 4; i++) {
            bench.server.roster();
        }
        assertThatThrownBy(() -> givenUp.clients(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("given up");
    }
}
