package org.vencejo.broker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.ReasonCode;

/// A whole broker behind a proxy that ends TLS: a certificate that the proxy has verified says who
/// the client is, where the configuration believes it.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class ProxiedBrokerTest {
    private static final byte[] HEAD = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111");

    /// From 192.0.2.7, port 51,234.
    private static final String ADDRESSES = "c0000207c6336401c82222b3";

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        // which authenticator, whether the proxy is believed, the name it sends; the answer
        "certificate, true, sensor-7, SUCCESS",
        "certificate, true, , NOT_AUTHORIZED",
        "certificate, true, a/b, NOT_AUTHORIZED",
        "none, false, sensor-7, SUCCESS"
    })
    void whoeverHasACertificateIsKnown(
            String authenticator, boolean believed, String name, ReasonCode answer)
            throws Exception {
        String entry =
                authenticator.equals("none")
                        ? "allow-anonymous: true"
                        : "authentication: [{type: certificate}]";
        Path file =
                java.nio.file.Files.writeString(
                        folder.resolve("vencejo.yaml"),
                        """
                        listeners:
                          - port: 0
                            proxy-protocol: {sources: 127.0.0.1, believe-certificate: %s}
                        allow-everything: true
                        %s
                        """
                                .formatted(believed, entry));
        try (Broker broker = start(file);
                RawClient client = new RawClient(broker.addresses().getFirst())) {
            client.send(header(name));
            client.send(RawClient.connect("c"));
            assertThat(client.next())
                    .isInstanceOfSatisfying(
                            Connack.class, it -> assertThat(it.reasonCode()).isEqualTo(answer));
        }
    }

    private static byte[] header(String name) throws IOException {
        String behind = ADDRESSES;
        if (name != null) {
            String text = HexFormat.of().formatHex(name.getBytes(ISO_8859_1));
            behind +=
                    "20%04x0300000000".formatted(8 + name.length())
                            + "22%04x%s".formatted(name.length(), text);
        }
        byte[] rest = HexFormat.of().parseHex("%04x%s".formatted(behind.length() / 2, behind));
        byte[] all = java.util.Arrays.copyOf(HEAD, HEAD.length + rest.length);
        System.arraycopy(rest, 0, all, HEAD.length, rest.length);
        return all;
    }

    private Broker start(Path file) {
        return Broker.start(
                new Broker.Setup(
                        new Configuration.Request(
                                file,
                                Map.of(),
                                List.of(
                                        "data-folder=" + folder.resolve("data"),
                                        "durability=memory",
                                        "sys-interval=0"),
                                null),
                        Machine.here(),
                        "0.0.0-test",
                        System.nanoTime(),
                        level -> {}));
    }
}
