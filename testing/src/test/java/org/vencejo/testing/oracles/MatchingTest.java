package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.core.routing.Cursor;
import org.vencejo.core.routing.RetainedTrie;
import org.vencejo.core.routing.SubscriptionTrie;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.memory.MemoryServer;

/// One table of what matches what, and filters by chance, for all that match in the product: the
/// filter itself, the trie of subscriptions, the retained store, and both in a whole server.
@Oracle(44)
class MatchingTest {
    private static final String TABLE =
            """
            a           a            yes
            a           A            no
            a           ab           no
            ab          a            no
            a           a/           no
            a           /a           no
            a/b         a/b          yes
            a/b         a            no
            a//b        a//b         yes
            a//b        a/b          no
            a/+/b       a//b         yes
            a/          a/           yes
            a/          a            no
            /           /            yes
            /a          /a           yes
            /a          a            no
            #           a            yes
            #           a/b/c        yes
            #           /            yes
            #           /a           yes
            #           $a           no
            #           $a/b         no
            +           a            yes
            +           a/b          no
            +           /            no
            +           /a           no
            +           $a           no
            +/+         /            yes
            +/+         /a           yes
            +/+         a/           yes
            +/+         a/b          yes
            +/+         a            no
            +/+         $a/b         no
            /+          /a           yes
            /+          /            yes
            /+          a            no
            /+          /a/b         no
            a/#         a            yes
            a/#         a/           yes
            a/#         a/b          yes
            a/#         a/b/c        yes
            a/#         ab           no
            a/#         $a/b         no
            a/+         a            no
            a/+         a/           yes
            a/+         a/b          yes
            a/+         a/b/c        no
            a/+/#       a            no
            a/+/#       a/b          yes
            a/+/#       a/           yes
            a/+/#       a/b/c        yes
            +/#         a            yes
            +/#         /            yes
            +/#         a/b          yes
            +/#         $a/b         no
            +/a/#       b/a          yes
            +/a/#       b/a/c        yes
            +/a/#       b/c          no
            +/+/+       a/b          no
            +/+/+       a/b/c        yes
            $a/#        $a           yes
            $a/#        $a/b         yes
            $a/+        $a/b         yes
            $a/b        $a/b         yes
            $a          $a           yes
            a/$b        a/$b         yes
            a/+         a/$b         yes
            a/#         a/$b/c       yes
            a/+/$c      a/b/$c       yes
            ñandú/+     ñandú/日本    yes
            ñandú/#     nandú        no
            +/日本       ñandú/日本    yes
            𐍈           𐍈            yes
            + +         a            invalid
            a+          a+           invalid
            """;

    private static final List<String> WORDS = List.of("", "a", "b", "$a", "ñ", "ab");

    /// What matches.
    enum Matcher {
        FILTER {
            @Override
            boolean matches(String filter, String name) {
                return TopicFilter.of(filter).matches(TopicName.of(name));
            }
        },
        SUBSCRIPTIONS {
            @Override
            boolean matches(String filter, String name) {
                SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
                trie.put("s", Subscription.of(filter, QoS.AT_MOST_ONCE), 0);
                return trie.match(TopicName.of(name)).size() == 1;
            }
        },
        SHARED_SUBSCRIPTIONS {
            @Override
            boolean matches(String filter, String name) {
                SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
                trie.put("s", Subscription.of("$share/g/" + filter, QoS.AT_MOST_ONCE), 0);
                return trie.match(TopicName.of(name)).sharedCount() == 1;
            }
        },
        RETAINED {
            @Override
            boolean matches(String filter, String name) {
                RetainedTrie<String> trie = new RetainedTrie<>(1);
                trie.put(TopicName.of(name), name);
                Cursor<String> cursor = trie.cursor(TopicFilter.of(filter));
                return cursor.next(1_000) != null;
            }
        },
        SERVER {
            @Override
            boolean matches(String filter, String name) {
                MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());
                PacketClient client = PacketClient.connected(server, "c");
                client.publish(name, QoS.AT_MOST_ONCE, true, "retained");
                client.subscribe(filter, QoS.AT_MOST_ONCE);
                client.publish(name, QoS.AT_MOST_ONCE, false, "live");
                server.settle();
                List<String> came = client.messages().stream().map(PacketClient::text).toList();
                assertThat(came).isIn(List.of(), List.of("retained", "live"));
                return !came.isEmpty();
            }
        };

        abstract boolean matches(String filter, String name);
    }

    @ParameterizedTest
    @EnumSource
    void allMatchAsTheTableSays(Matcher matcher) {
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        for (String line : TABLE.lines().toList()) {
            String[] row = line.split(" {2,}", -1);
            if (row[2].equals("invalid")) {
                assertThat(TopicFilter.of(row[0]).isValid()).as(line).isFalse();
            } else if (matcher.matches(row[0], row[1]) != row[2].equals("yes")) {
                wrong.add(line);
            }
            rows++;
        }
        assertThat(wrong).isEmpty();
        assertThat(rows).isGreaterThan(70);
    }

    @ParameterizedTest
    @EnumSource
    void allMatchAsLevelAfterLevelDoes(Matcher matcher) {
        Seeds.run(seeds -> {
            int matching = 0;
            int all = matcher == Matcher.SERVER ? 2_000 : 20_000;
            for (int i = 0; i < all; i++) {
                String filter = filter(seeds);
                String name = name(seeds);
                boolean expected = naively(filter, name);
                if (matcher.matches(filter, name) != expected) {
                    assertThat(expected).as("%s matches %s", filter, name).isEqualTo(!expected);
                }
                matching += expected ? 1 : 0;
            }
            assertThat(matching).as("enough of both kinds").isBetween(all / 20, all - all / 20);
        });
    }

    @Test
    void theControlArm() {
        assertThat(naively("a/+/#", "a/b")).isTrue();
        assertThat(naively("a/+/#", "a")).isFalse();
        assertThat(naively("+/b", "$a/b")).isFalse();
    }

    private static String filter(Seeds seeds) {
        StringJoiner levels = new StringJoiner("/");
        for (int more = seeds.below(4); more >= 0; more--) {
            boolean last = more == 0;
            levels.add(
                    last && seeds.chance(0.3) ? "#" : seeds.chance(0.4) ? "+" : seeds.pick(WORDS));
        }
        return levels.length() == 0 ? "#" : levels.toString();
    }

    private static String name(Seeds seeds) {
        StringJoiner levels = new StringJoiner("/");
        for (int more = seeds.below(4); more >= 0; more--) {
            levels.add(seeds.pick(WORDS));
        }
        return levels.length() == 0 ? "a" : levels.toString();
    }

    // Too simple to be wrong.
    private static boolean naively(String filter, String name) {
        if (name.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false; // [MQTT-4.7.2-1]
        }
        String[] f = filter.split("/", -1);
        String[] n = name.split("/", -1);
        for (int i = 0; i < f.length; i++) {
            if (f[i].equals("#")) {
                return i <= n.length;
            }
            if (i >= n.length || !(f[i].equals("+") || f[i].equals(n[i]))) {
                return false;
            }
        }
        return f.length == n.length;
    }
}
