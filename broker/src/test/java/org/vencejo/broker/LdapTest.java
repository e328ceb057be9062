package org.vencejo.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.broker.identity.DirectoryService;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// A broker whose clients are users of a directory, behind those of a password file, over sockets.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class LdapTest {
    private static final String RULES =
            """
            rules:
              - {allow: publish, topics: kitchen, groups: cooks}
              - {allow: publish, topics: plant, groups: staff}
            """;

    @TempDir private Path folder;
    @AutoClose private DirectoryService directory;
    @AutoClose private Broker broker;

    @BeforeEach
    void start() throws Exception {
        directory = DirectoryService.plain(null);
        Files.writeString(folder.resolve("rules.yaml"), RULES);
        Files.writeString(folder.resolve("secret"), DirectoryService.BROKER_PASSWORD);
        Files.writeString(
                folder.resolve("passwords"),
                "alice:$7$101$I5Qjkjrn5HkiZprL$/zOFfj6QRTyiiFdUp5SIzio5sjovZubOEKfdcnI1hUBcyjV77exp8n8XyBhhcdGWgaEX2n55B2G/my+X6pvPmA==\n");
        broker =
                Broker.start(
                        new Broker.Setup(
                                new Configuration.Request(
                                        null,
                                        Map.of(),
                                        List.of(
                                                "data-folder=" + folder.resolve("data"),
                                                "durability=memory",
                                                "sys-interval=0",
                                                "limits.authentication-delay-max=0",
                                                "limits.authentication-timeout=20s",
                                                "access-rules=" + folder.resolve("rules.yaml"),
                                                "listeners=[{name: here, port: 0}]",
                                                "authentication=[{file: '%s'}, {type: ldap, ldap: {servers: '%s', bind-dn: '%s', bind-password-file: '%s', user-base: '%s', group-base: '%s'}}]"
                                                        .formatted(
                                                                folder.resolve("passwords"),
                                                                directory.url(),
                                                                DirectoryService.BROKER,
                                                                folder.resolve("secret"),
                                                                DirectoryService.PEOPLE,
                                                                DirectoryService.GROUPS)),
                                        null),
                                Machine.here(),
                                "test",
                                System.nanoTime(),
                                level -> {}));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ana   | sol    | 00",
                "ana   | luna   | 86",
                "ana   | ''     | 86",
                "ana   |        | 86",
                "twin  | sol    | 87", // there are two of them
                "carol | sol    | 86", // whom nobody knows
                "alice | wonder | 00", // who is in the file
                "alice | sol    | 86",
            })
    void clientsAreLetInAsTheDirectorySays(String user, @Nullable String password, String code)
            throws IOException {
        assertThat(answer(user, password)).isEqualTo(Integer.parseInt(code, 16));
    }

    @ParameterizedTest
    @CsvSource({
        "ana,    sol,  kitchen, true",
        "ana,    sol,  plant,   true",
        "bo*(b), luna, kitchen, true",
        "bo*(b), luna, plant,   false"
    })
    void groupsOfTheDirectoryCountInAccessRules(
            String user, String password, String topic, boolean isAllowed) throws IOException {
        try (RawClient client = new RawClient(broker.addresses().getFirst())) {
            client.send(connect(user, password));
            assertThat(client.next()).isInstanceOf(Connack.class);
            client.send(RawClient.message(topic, new byte[] {1}, QoS.AT_LEAST_ONCE, 1));
            assertThat(client.next())
                    .isInstanceOfSatisfying(
                            Puback.class,
                            it ->
                                    assertThat(it.reasonCode() == ReasonCode.NOT_AUTHORIZED)
                                            .isNotEqualTo(isAllowed));
        }
    }

    @Test
    void aDirectoryThatIsAwayLetsNobodyInAndOthersAreKnownAllTheSame() throws IOException {
        directory.close();
        assertThat(answer("ana", "sol")).isEqualTo(0x88);
        assertThat(answer("alice", "wonder")).isZero();
    }

    private int answer(String user, @Nullable String password) throws IOException {
        try (RawClient client = new RawClient(broker.addresses().getFirst())) {
            client.send(connect(user, password));
            if (client.next() instanceof Connack connack) {
                return connack.reasonCode().value();
            }
            throw new AssertionError("expected CONNACK");
        }
    }

    private static Connect connect(String user, @Nullable String password) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                "c",
                true,
                0,
                null,
                user,
                password == null ? null : password.getBytes(UTF_8),
                Properties.NONE);
    }
}
