package org.vencejo.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Filters and names by chance match as a matcher does that is too simple to be wrong.
class TopicFilterTest {

    @Test
    void filtersMatchAsLevelAfterLevelDoes() {
        Seeds.run(seeds -> {
            PacketGenerator generator =
                    new PacketGenerator(seeds, ProtocolVersion.MQTT_3_1_1, true);
            int matching = 0;
            for (int i = 0; i < 100_000; i++) {
                TopicFilter filter = generator.topicFilter();
                TopicName name = generator.topicName();
                boolean expected = matches(withoutShare(filter), name.toString());
                if (filter.matches(name) != expected) {
                    assertThat(filter.matches(name))
                            .as("%s matches %s", filter, name)
                            .isEqualTo(expected);
                }
                matching += expected ? 1 : 0;
            }
            assertThat(matching).as("enough of both kinds").isBetween(5_000, 95_000);
        });
    }

    private static String withoutShare(TopicFilter filter) {
        return filter.isShared()
                ? filter.toString().substring("$share/g/".length())
                : filter.toString();
    }

    private static boolean matches(String filter, String name) {
        if (name.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false;
        }
        return matches(List.of(filter.split("/", -1)), List.of(name.split("/", -1)));
    }

    private static boolean matches(List<String> filter, List<String> name) {
        if (filter.isEmpty()) {
            return name.isEmpty();
        }
        String level = filter.get(0);
        if (level.equals("#")) {
            return true;
        }
        return !name.isEmpty()
                && (level.equals("+") || level.equals(name.get(0)))
                && matches(filter.subList(1, filter.size()), name.subList(1, name.size()));
    }
}
