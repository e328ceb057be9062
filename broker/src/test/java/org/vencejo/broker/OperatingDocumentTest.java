package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.config.BrokerConfig;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;

/// What `docs/operating.md` tells operators to write and to watch is there.
class OperatingDocumentTest {
    private static final Pattern CONFIGURATION =
            Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TOPIC =
            Pattern.compile("`((?:messages|heap|load|refused|buffers|connections)/[^`]*)`");

    @TempDir private Path folder;

    @Test
    void theConfigurationIsGoodWithTheDescriptorsOfTheUnit() throws IOException {
        var yaml = CONFIGURATION.matcher(document());
        assertThat(yaml.find()).isTrue();
        Path rules = Files.writeString(folder.resolve("rules.yaml"), "rules: []\n");
        assertThat(yaml.group(1)).contains("/etc/vencejo.rules.yaml");
        Path file =
                Files.writeString(
                        folder.resolve("vencejo.yaml"),
                        yaml.group(1).replace("/etc/vencejo.rules.yaml", rules.toString()));
        assertThat(document())
                .contains("LimitNOFILE=100200", "StateDirectoryMode=0700", "UMask=0077");

        BrokerConfig broker =
                Configuration.read(
                                new Configuration.Request(file, Map.of(), List.of(), null),
                                new Machine(2, 1L << 30, 100_200, true))
                        .broker();

        assertThat(broker.server().limits().connectionsMax()).isEqualTo(100_000);
        assertThat(broker.listeners().getFirst().address().getPort()).isEqualTo(1883);
    }

    @Test
    void theTopicsArePublished() throws IOException {
        List<String> named =
                TOPIC.matcher(document()).results().map(result -> result.group(1)).toList();
        assertThat(named).contains("messages/fate/queue-full", "heap/limit");
        assertThat(SysTopics.ALL.stream().map(SysTopics.Topic::name))
                .contains("messages/fate/queue-full")
                .containsAll(named.stream().filter(name -> !name.endsWith("/")).toList());
    }

    private static String document() throws IOException {
        return Files.readString(Path.of("..", "docs", "operating.md"));
    }
}
