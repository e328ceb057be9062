package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.storage.StoreException;

/// The control socket: one line in, one line out, and nobody but its owner.
@Timeout(60)
class ControlSocketTest {
    @TempDir private Path folder;

    private final List<Path> asked = new CopyOnWriteArrayList<>();

    private String note(Path to) {
        asked.add(to);
        if (to.endsWith("refused")) {
            throw new StoreException("two\nlines");
        }
        return "made " + to;
    }

    private String ask(String request) throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(folder.resolve(ControlSocket.NAME)));
            Channels.newOutputStream(client).write(request.getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            return new String(
                    Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "backup /a b/ñ| -> done made /a b/ñ",
                "backup /refused| -> failed two lines",
                "backup a| -> failed the folder is to be absolute, given was 'a'",
                "known| -> failed nobody is known here",
                "bans| -> failed nobody is banned here",
                "lift user a| -> failed nobody is banned here",
                "sessions 10 any  !| -> failed nobody has a session here",
                "end-session c| -> failed nobody has a session here",
                "stop| -> failed not known here: stop",
                "| -> failed not known here:",
                "backup /a -> failed a request is one line of at most 393238 bytes",
                "backup /a|backup /b| -> failed a request is one line of at most 393238 bytes",
            },
            delimiterString = " -> ")
    void aRequestIsOneLineAndSoIsTheAnswer(String request, String answer) throws IOException {
        try (ControlSocket socket = ControlSocket.open(folder, this::note)) {
            assertThat(socket).isNotNull();
            assertThat(ask(request.replace('|', '\n')).lines().map(String::strip))
                    .containsExactly(answer, "end");
            assertThat(ask("backup /next\n")).as("it goes on").isEqualTo("done made /next\nend\n");
        }
    }

    /// A User Name, and so the prefix of a Client Identifier, may be empty, end with a blank, or
    /// have 65,535 bytes.
    @ParameterizedTest
    @CsvSource({"'', 0", "' ', 1", "%C3, 65535"})
    void aNameIsHeardToItsEnd(String bytes, int times) throws IOException {
        ControlSocket.Commands lifting =
                new ControlSocket.Commands() {
                    @Override
                    public String backup(Path to) {
                        return note(to);
                    }

                    @Override
                    public String lift(String whose) {
                        return whose;
                    }

                    @Override
                    public String sessions(String which) {
                        return which;
                    }

                    @Override
                    public String endSession(String clientIdentifier) {
                        return clientIdentifier;
                    }
                };
        String name = bytes.repeat(times);
        String whose = "address " + name;
        String which = "100000 connected " + name + " " + name;
        try (ControlSocket socket = ControlSocket.open(folder, lifting)) {
            assertThat(socket).isNotNull();
            assertThat(ask("lift " + whose + "\n")).isEqualTo("done " + whose + "\nend\n");
            assertThat(ask("end-session " + name + "\n")).isEqualTo("done " + name + "\nend\n");
            assertThat(ask("sessions " + which + "\n")).isEqualTo("done " + which + "\nend\n");
        }
    }

    @Test
    void aRequestWithoutAnEndIsCutOff() throws IOException {
        try (ControlSocket socket = ControlSocket.open(folder, this::note)) {
            assertThat(socket).isNotNull();
            String begin = "backup /";
            int rest = ControlSocket.REQUEST_BYTES_MAX - begin.length();
            assertThat(ask(begin + "a".repeat(rest)))
                    .isEqualTo("failed a request is one line of at most 393238 bytes\nend\n");
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void onlyItsOwnerMayOpenItAndItGoesWithTheBroker() throws IOException {
        try (ControlSocket socket = ControlSocket.open(folder, this::note)) {
            assertThat(socket).isNotNull();
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(
                                            folder.resolve(ControlSocket.NAME))))
                    .isEqualTo("rw-------");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theSocketOfADeadProcessIsReplaced() throws IOException {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(folder.resolve(ControlSocket.NAME)));
        }
        Files.createDirectory(folder.resolve("ctl"));
        Files.createFile(folder.resolve("ctl/s"));
        assertThat(folder.resolve(ControlSocket.NAME)).exists();
        try (ControlSocket socket = ControlSocket.open(folder, this::note)) {
            assertThat(socket).isNotNull();
            assertThat(ask("backup /a\n")).isEqualTo("done made /a\nend\n");
        }
    }

    @Test
    void aPathThatIsTooLongMeansNoSocket() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("a".repeat(100)));
        assertThat(ControlSocket.open(deep, this::note)).isNull();
        assertThat(deep).isEmptyDirectory();
    }
}
