package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.broker.passwords.NameKeys;

/// The watch over password files.
class PasswordFilesTest {
    private static final String HASH =
            "$6$c2FsdA==$Lj/Od8+MTHR4qW0gfBw5cViSyshKGMvsm2NPS8IrOQtIzTCk3y5+u67mXDRqZixb4tEkQTIvekusgho4LErwkQ==";

    @TempDir private Path folder;

    @Test
    void aFaultDoesNotEndTheWatchNorHideOtherFiles() throws IOException {
        Path one = write("one", "ana", "eva");
        Path two = write("two", "bea");
        List<Set<String>> heard = new ArrayList<>();
        try (PasswordFiles files =
                PasswordFiles.open(
                        List.of(entry(one), entry(two)),
                        AuthenticationLimits.PATIENT,
                        new NameKeys(new SecureRandom()))) {
            files.start(gone -> {
                heard.add(gone);
                if (gone.contains("ana")) {
                    throw new IllegalStateException("on purpose");
                }
            });
            write("one", "eva");
            write("two", "nobody else");
            lookTwice(files);
            assertThat(heard).containsExactly(Set.of("ana"), Set.of("bea"));
            write("one", "somebody else");
            lookTwice(files);
            assertThat(heard).endsWith(Set.of("eva"));
        }
    }

    // What has changed is read when it stands still.
    private static void lookTwice(PasswordFiles files) {
        files.look();
        files.look();
    }

    private static AuthenticationConfig.PasswordFile entry(Path file) {
        return new AuthenticationConfig.PasswordFile(file, Set.of());
    }

    private Path write(String name, String... users) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String user : users) {
            text.append(user).append(':').append(HASH).append('\n');
        }
        return Files.writeString(folder.resolve(name), text);
    }
}
