package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.transport.TlsServer;

/// What `docs/security.md` tells to type makes the files that its configuration names.
@Timeout(120)
class SecurityDocumentTest {
    private static final Pattern BLOCK =
            Pattern.compile("^```(sh|yaml)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir private Path folder;

    @Test
    void fiveCommandsMakeAnAuthorityAndTheConfigurationIsAccepted() throws Exception {
        assumeTrue(Program.find("openssl") != null, "interop with openssl: not installed");
        List<String> commands = blocks("sh");
        assertThat(commands.getFirst().lines()).hasSize(5);
        for (String each : commands) {
            type(each);
        }
        String yaml =
                "allow-anonymous: true\nallow-everything: true\n"
                        + blocks("yaml")
                                .getFirst()
                                .replaceAll("(\\w+\\.(pem|key))", folder + "/$1");

        List<Listener> listeners =
                Configuration.read(
                                new Configuration.Request(
                                        Files.writeString(folder.resolve("f.yaml"), yaml),
                                        Map.of(),
                                        List.of(),
                                        null),
                                Machine.here())
                        .broker()
                        .listeners();

        assertThat(listeners).hasSize(3);
        TlsServer tls = TlsServer.open(listeners.get(1).tls(), "mqtt");
        tls.close();
    }

    private List<String> blocks(String language) throws IOException {
        Path up = Path.of("").toAbsolutePath();
        while (!Files.exists(up.resolve("docs/security.md"))) {
            up = up.getParent();
        }
        List<String> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(up.resolve("docs/security.md")));
        while (block.find()) {
            if (block.group(1).equals(language)) {
                blocks.add(block.group(2));
            }
        }
        return blocks;
    }

    private void type(String commands) throws Exception {
        Path output = folder.resolve("output");
        Process shell =
                new ProcessBuilder("sh", "-e", "-c", commands)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(shell.exitValue()).as(Files.readString(output)).isZero();
        } finally {
            shell.destroyForcibly();
        }
    }
}
