package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.identity.UserNames;
import org.vencejo.broker.identity.UserTemplate;
import org.vencejo.core.Authentication;
import org.vencejo.core.ClientProcess;
import org.vencejo.core.Peer;
import org.vencejo.protocol.ReasonCode;

/// Who a process is, by the user whose it is.
class UnixPeerTest {
    private static final String PASSWD =
            """
            # a comment
            root:x:0:0:root:/root:/bin/bash

            sensores:x:1000:100:The sensors,,,:/:/bin/sh
            second-of-1000:x:1000:100::/:/bin/sh
            torn:x
            :x:1001:1001::/:/bin/sh
            +evil:x:1002:1002::/:/bin/sh
            a/b:x:1003:1003::/:/bin/sh
            ñandú:x:1004:1004::/:/bin/sh
            large:x:4294967294:4294967294::/:/bin/sh
            """;

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        // template, uid, gid; who it is
        "{user}, 0, 0, root",
        "{user}, 1000, 100, sensores",
        "{uid}, 1000, 100, 1000",
        "{gid}, 1000, 100, 100",
        "local-{user}-{uid}, 1000, 100, local-sensores-1000",
        "{user}, -2, -2, large",
        "{uid}, -2, -2, 4294967294",
        "{uid}, 4711, 4711, 4711"
    })
    void theUserOfTheProcessIsTheClient(String template, int user, int group, String name)
            throws Exception {
        assertThat(ask(template, new ClientProcess(1, user, group), "somebody else"))
                .isInstanceOfSatisfying(
                        Authentication.Accepted.class,
                        it -> assertThat(it.identity().userName()).isEqualTo(name));
    }

    @ParameterizedTest
    @CsvSource({
        "4711, has no name in",
        "1001, has no name in",
        "1002, has a name that is none for a client",
        "1003, has a name that is none for a client",
        "1004, has a name that is none for a client"
    })
    void whoHasNoNameIsNobody(int user, String why) throws Exception {
        assertThat(ask("{user}", new ClientProcess(1, user, user), null))
                .isInstanceOfSatisfying(
                        Authentication.Refused.class,
                        it -> {
                            assertThat(it.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
                            assertThat(it.toString()).contains("its user " + user + " " + why);
                        });
    }

    @Test
    void whoComesOtherwiseIsForOthersToKnow() throws Exception {
        assertThat(ask("{user}", null, "root")).isNull();
    }

    /// It is known already, and cannot be another by a method; who comes otherwise can.
    @Test
    void whoIsKnownByItsProcessHasNoMethod() {
        UnixPeerAuthenticator asked =
                new UnixPeerAuthenticator(
                        new UserTemplate("{uid}"), new UserNames(folder.resolve("none")));
        Authentication.Step step =
                new Authentication.Step(
                        "c", null, null, "SCRAM-SHA-256", new byte[0], true, false, null);
        assertThat(asked.authenticate(peer(new ClientProcess(1, 0, 0)), step))
                .isInstanceOfSatisfying(
                        Authentication.Refused.class,
                        it ->
                                assertThat(it.reasonCode())
                                        .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD));
        assertThat(asked.authenticate(peer(null), step)).isNull(); // control arm
    }

    @Test
    void withoutTheFileNobodyIsLetIn() {
        UnixPeerAuthenticator asked =
                new UnixPeerAuthenticator(
                        new UserTemplate("{user}"), new UserNames(folder.resolve("none")));
        ClientProcess process = new ClientProcess(1, 0, 0);
        assertThatThrownBy(() -> asked.authenticate(peer(process), credentials(null)))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "{user}, ",
        "a-{gid}-b, ",
        "'', so that all would be the same client",
        "name, so that all would be the same client",
        "{name}, {name} is nothing of a user",
        "{user, a brace without its other",
        "{user}}, a brace without its other",
        "{}, {} is nothing of a user"
    })
    void aTemplateSaysWhoItIs(String template, String fault) {
        if (fault == null) {
            assertThat(UserTemplate.fault(template)).isNull();
        } else {
            assertThat(UserTemplate.fault(template)).contains(fault).contains("{user}, {uid}");
        }
    }

    private Authentication.@Nullable Outcome ask(
            String template, @Nullable ClientProcess process, @Nullable String said)
            throws Exception {
        Path file = Files.writeString(folder.resolve("passwd"), PASSWD);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return new UnixPeerAuthenticator(new UserTemplate(template), new UserNames(file))
                .authenticate(peer(process), credentials(said));
    }

    private static Authentication.Credentials credentials(@Nullable String userName) {
        return new Authentication.Credentials("c", userName, null);
    }

    private static Peer peer(@Nullable ClientProcess process) {
        return new Peer() {
            @Override
            public String remoteAddress() {
                return "unix:";
            }

            @Override
            public String listener() {
                return "local";
            }

            @Override
            public @Nullable ClientProcess clientProcess() {
                return process;
            }
        };
    }
}
