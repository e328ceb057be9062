package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.QoS;

/// The example of `docs/client.md` stands here, runs, and is the same there.
@Timeout(60)
class ClientDocumentTest {
    private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern HERE =
            Pattern.compile("// the example begins\\n(.*?)// the example ends", Pattern.DOTALL);

    @Test
    void theExampleRuns(@TempDir Path folder) {
        PrintStream standardOut = System.out;
        var out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            int port = broker.port();
            // the example begins
            MqttOptions options =
                    MqttOptions.builder()
                            .host("localhost")
                            .port(port)
                            .clientIdentifier("sala")
                            .build();
            try (MqttClient client = new MqttClient(options)) {
                client.connect();
                client.subscribe("miCasa/#", QoS.AT_LEAST_ONCE);
                client.publish("miCasa/sala/temperatura", "21.5", QoS.AT_LEAST_ONCE);
                MqttMessage message = client.receive();
                System.out.println(message.topicName() + " " + message.text());
            }
            // the example ends
        } finally {
            System.setOut(standardOut);
        }
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("miCasa/sala/temperatura 21.5\n");
    }

    @Test
    void theExampleIsTheOneInTheDocument() throws IOException {
        Path repository = Path.of("").toAbsolutePath();
        while (!Files.exists(repository.resolve("docs/client.md"))) {
            repository = repository.getParent();
        }
        String document = Files.readString(repository.resolve("docs/client.md"));
        String source =
                Files.readString(
                        repository.resolve(
                                "cli/src/test/java/org/vencejo/cli/ClientDocumentTest.java"));
        assertThat(words(EXAMPLE, document).replace("1883", "port")).isEqualTo(words(HERE, source));
    }

    private static String words(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        assertThat(found.find()).isTrue();
        return found.group(1).replaceAll("\\s+", "");
    }
}
