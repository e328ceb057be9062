package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Roster.Entry;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;

/// Who has a session is read part by part, whatever happens between.
class RosterTest {
    private final Bench bench = new Bench(Bench.settings("windowMax", 2));

    private List<Entry> all() {
        Roster.Part part = bench.server.roster().next(100, bench.now);
        assertThat(part.last()).isTrue();
        return part.entries();
    }

    private static List<String> names(List<Entry> entries) {
        return entries.stream().map(entry -> entry.subject().clientIdentifier()).toList();
    }

    @Test
    void tellsWhatEachIsLike() {
        Connection absent = bench.connect("absent", 100);
        bench.in(absent, subscribe("a/#", QoS.AT_LEAST_ONCE));
        bench.in(absent, subscribe("b", QoS.AT_LEAST_ONCE));
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 1; i <= 5; i++) {
            bench.in(publisher, publish("a/1", QoS.AT_LEAST_ONCE, i));
        }
        bench.cut(absent);
        bench.connect("kept", 7);
        bench.cut(bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "for ever", false)));
        bench.pass(2_500);

        assertThat(all())
                .extracting(
                        it -> it.subject().clientIdentifier(),
                        Entry::connected,
                        Entry::subscriptions,
                        Entry::queued,
                        Entry::inFlight,
                        Entry::expirySeconds)
                .containsExactly(
                        tuple("absent", false, 2, 3L, 2L, 98L),
                        tuple("publisher", true, 0, 0L, 0L, 0L),
                        tuple("kept", true, 0, 0L, 0L, 7L),
                        tuple("for ever", false, 0, 0L, 0L, Limits.NEVER_SECONDS));
        assertThat(all().get(1).subject())
                .extracting(it -> it.listener(), it -> it.remoteAddress())
                .containsExactly("tcp", "192.0.2.1:1");
    }

    @Test
    void isNobodyWhereNobodyIs() {
        assertThat(all()).isEmpty();
        bench.cut(bench.connect("c", 0));
        assertThat(all()).isEmpty();
        assertThat(bench.server.hasSession("c")).isFalse();
    }

    /// Which of five end while it stands behind the second.
    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "1", "2", "3", "4", "2,3", "3,2", "2,3,4", "4,3,2", "0,1,2,3,4"})
    void isReadInPartsAndPassesOverWhoIsGoneMeanwhile(String gone) {
        List<Connection> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(bench.connect("c" + i, 0));
        }
        Roster roster = bench.server.roster();
        assertThat(names(roster.next(2, bench.now).entries())).containsExactly("c0", "c1");

        List<String> left = new ArrayList<>(List.of("c2", "c3", "c4"));
        for (String each : gone.isEmpty() ? new String[0] : gone.split(",")) {
            bench.cut(clients.get(Integer.parseInt(each)));
            left.remove("c" + each);
        }

        Roster.Part rest = roster.next(100, bench.now);
        assertThat(names(rest.entries())).isEqualTo(left);
        assertThat(rest.last()).isTrue();
        List<String> all = new ArrayList<>(List.of("c0", "c1", "c2", "c3", "c4"));
        Arrays.stream(gone.split(",")).map(each -> "c" + each).forEach(all::remove);
        assertThat(names(all())).isEqualTo(all);
    }

    /// Whoever was given up by who read it would be looked after for ever.
    @Test
    void theOneThatBeganFirstIsGivenUpForLaterOnes() {
        bench.connect("c", 0);
        bench.connect("d", 0);
        Roster first = bench.server.roster();
        Roster second = bench.server.roster();
        second.next(1, bench.now);
        for (int i = 0; i < 3; i++) {
            bench.server.roster();
        }
        assertThatThrownBy(() -> first.next(1, bench.now))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("given up");
        assertThat(names(second.next(1, bench.now).entries())).containsExactly("d");
        for (int i = 0; i < 100; i++) {
            assertThat(all()).as("those that were read to the end").hasSize(2);
        }
    }

    /// Sessions begin and end at random, and the parts are small.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whoStaysIsReadOnce(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Connection> passing = new ArrayList<>();
        List<String> staying = new ArrayList<>();
        int begun = 0;
        for (; begun < 200; begun++) {
            if (random.nextInt(4) == 0) {
                staying.add("stays" + begun);
                bench.connect("stays" + begun, 0);
            } else {
                passing.add(bench.connect("c" + begun, 0));
            }
        }
        Roster roster = bench.server.roster();
        List<String> read = new ArrayList<>();
        for (boolean last = false; !last; ) {
            Roster.Part part = roster.next(1 + random.nextInt(5), bench.now);
            read.addAll(names(part.entries()));
            last = part.last();
            for (int i = random.nextInt(6); i > 0 && !passing.isEmpty(); i--) {
                bench.cut(passing.remove(random.nextInt(passing.size())));
            }
            if (random.nextInt(3) == 0) {
                passing.add(bench.connect("c" + begun++, 0));
            }
        }
        assertThat(read).doesNotHaveDuplicates().containsAll(staying);
        assertThat(all()).hasSize(bench.server.sessions());
    }
}
