package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.BrokerRig.connect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.identity.DirectoryService;
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
    @AutoClose private BrokerRig rig;

    @BeforeEach
    void start() throws Exception {
        directory = DirectoryService.plain(null);
        Files.writeString(folder.resolve("rules.yaml"), RULES);
        Files.writeString(folder.resolve("secret"), DirectoryService.BROKER_PASSWORD);
        Files.writeString(folder.resolve("passwords"), BrokerRig.ALICE);
        rig =
                BrokerRig.start(
                        folder,
                        "access-rules=" + folder.resolve("rules.yaml"),
                        "listeners=[{name: here, port: 0}]",
                        "authentication=[{file: '%s'}, {type: ldap, ldap: {servers: '%s', bind-dn: '%s', bind-password-file: '%s', user-base: '%s', group-base: '%s'}}]"
                                .formatted(
                                        folder.resolve("passwords"),
                                        directory.url(),
                                        DirectoryService.BROKER,
                                        folder.resolve("secret"),
                                        DirectoryService.PEOPLE,
                                        DirectoryService.GROUPS));
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
        try (RawClient client = rig.client()) {
            assertThat(BrokerRig.answer(client, connect(user, password)))
                    .isEqualTo(ReasonCode.SUCCESS);
            assertThat(BrokerRig.mayPublish(client, topic)).isEqualTo(isAllowed);
        }
    }

    @Test
    void anotherPasswordOfOursIsReadAtAReload() throws IOException {
        assertThat(answer("ana", "sol")).isZero();
        directory.password(DirectoryService.BROKER, "another");
        directory.hangUp();
        assertThat(answer("ana", "sol")).isEqualTo(0x88);
        Files.writeString(folder.resolve("secret"), "another");
        rig.broker().reload();
        assertThat(answer("ana", "sol")).isZero();
    }

    @Test
    void aDirectoryThatIsAwayLetsNobodyInAndOthersAreKnownAllTheSame() throws IOException {
        directory.close();
        assertThat(answer("ana", "sol")).isEqualTo(0x88);
        assertThat(answer("alice", "wonder")).isZero();
    }

    private int answer(String user, @Nullable String password) throws IOException {
        return rig.answer(connect(user, password)).value();
    }
}
