package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Broker;
import org.vencejo.transport.Authority;

/// What `openssl` finds at a TLS listener, and what it writes is read.
@Timeout(120)
class OpenSslTest {
    private static final Authority AUTHORITY = Authority.named("an authority");

    /// MQTT 3.1.1, Clean Session, Client Identifier "s"; then DISCONNECT, upon which the server
    /// closes.
    private static final byte[] CONNECT_AND_DISCONNECT =
            HexFormat.of().parseHex("100d00044d5154540402000000" + "0173" + "e000");

    private static final String CONNACK = " \u0002\0\0";

    @TempDir private Path folder;
    private Broker broker;

    @BeforeEach
    void start() {
        assumeTrue(Program.find("openssl") != null, "interop with openssl: not installed");
        AUTHORITY.write(folder, "ca.pem");
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // what the client offers, what is agreed on
        "mqtt, ALPN protocol: mqtt",
        "'h2,mqtt', ALPN protocol: mqtt",
        "h2, No ALPN negotiated",
        ", No ALPN negotiated"
    })
    void theProtocolIsAgreedOnAndOthersAreNoHindrance(String offered, String agreed)
            throws Exception {
        AUTHORITY.server("localhost").write(folder, "server");
        int port = listen("certificate: F/server.pem, key: F/server.key");
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            List<String> flags = new ArrayList<>(List.of(version));
            if (offered != null) {
                flags.addAll(List.of("-alpn", offered));
            }
            assertThat(client(port, flags)).contains(agreed).contains(CONNACK);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSessionIsResumed(String version) throws Exception {
        AUTHORITY.server("localhost").write(folder, "server");
        int port = listen("certificate: F/server.pem, key: F/server.key");
        String session = folder.resolve("session").toString();
        assertThat(client(port, List.of(version, "-sess_out", session)))
                .contains("New, TLS")
                .contains(CONNACK);
        assertThat(client(port, List.of(version, "-sess_in", session)))
                .contains("Reused, TLS")
                .contains(CONNACK);
        // What was read anew has to be agreed on anew.
        broker.reload();
        assertThat(client(port, List.of(version, "-sess_in", session)))
                .contains("New, TLS")
                .contains(CONNACK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-aes256", "-legacy"})
    void aFileOfPkcs12IsRead(String how) throws Exception {
        AUTHORITY.server("localhost").write(folder, "server");
        Files.writeString(folder.resolve("password"), "marker-of-a-password\n");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "pkcs12",
                                "-export",
                                "-in",
                                "server.pem",
                                "-inkey",
                                "server.key",
                                "-out",
                                "server.p12",
                                "-passout",
                                "file:password"));
        command.addAll(List.of(how.split(" ", -1)));
        String said = run(command, new byte[0]);
        assertThat(folder.resolve("server.p12")).as(said).exists();
        int port = listen("certificate: F/server.p12, key-password-file: F/password");
        assertThat(client(port, List.of()))
                .contains("Verify return code: 0 (ok)")
                .contains(CONNACK);
    }

    // ---- helpers

    private int listen(String tls) {
        broker =
                ConfiguredBroker.start(
                        folder, "listeners: [{port: 0, transport: tls, tls: {%s}}]".formatted(tls));
        return broker.addresses().getFirst().getPort();
    }

    /// All that `openssl s_client` says while it connects, and what the server answers.
    private String client(int port, List<String> flags) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "localhost:" + port,
                                "-CAfile",
                                "ca.pem",
                                "-verify_hostname",
                                "localhost",
                                "-ign_eof"));
        command.addAll(flags);
        return run(command, CONNECT_AND_DISCONNECT);
    }

    private String run(List<String> command, byte[] said) throws Exception {
        Path input = Files.write(Files.createTempFile(folder, "in", ""), said);
        Path output = Files.createTempFile(folder, "out", "");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(input.toFile())
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return Files.readString(output, StandardCharsets.ISO_8859_1);
        } finally {
            process.destroyForcibly();
        }
    }
}
