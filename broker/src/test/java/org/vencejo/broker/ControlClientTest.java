package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.storage.StoreException;

/// What a command makes of the answer of a broker, which may end in the middle of it.
@Timeout(60)
class ControlClientTest {
    private static final String CUT = "ended before it was complete";

    @TempDir private Path folder;

    /// What all commands read: cut at each place; the whole is the control arm.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "done client a ! ! !  ! \nfilter 1 a%2F%23\ntopic a%2Fb\nend\n",
                "done address 192.0.2.66 1000\nuser a+b 2000\nend\n",
                "done lifted\nend\n",
                "done \nend\n",
            })
    void anAnswerThatWasCutOffIsNotTakenForAWholeOne(String whole) {
        assertThat("done " + ControlClient.read(whole) + "\nend\n").isEqualTo(whole);
        for (int i = 1; i < whole.length(); i++) {
            String begin = whole.substring(0, i);
            assertThatThrownBy(() -> ControlClient.read(begin))
                    .as(begin)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(CUT);
        }
    }

    @Test
    void everyCommandIsToldOfIt() throws Exception {
        assertThat(asked("done \nend\n", it -> Acquaintances.ofBrokerOn(it))).isNull();
        assertThat(asked("done ", it -> Acquaintances.ofBrokerOn(it))).contains(CUT);
        assertThat(asked("done \nend\n", it -> Bans.ofBrokerOn(it))).isNull();
        assertThat(asked("done \n", it -> Bans.ofBrokerOn(it))).contains(CUT);
        assertThat(asked("failed no room\nend\n", it -> Bans.ofBrokerOn(it))).isEqualTo("no room");
        assertThat(asked("", it -> Bans.ofBrokerOn(it))).contains("ended meanwhile");
    }

    /// What a command says to whom it asks answers `answer`; null if it is content.
    private @Nullable String asked(String answer, Consumer<Path> command) throws Exception {
        DataFolder held = DataFolder.open(folder);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(folder.resolve(ControlSocket.NAME)));
            Thread broker = Thread.ofVirtual().start(() -> answerOnce(server, answer));
            try {
                command.accept(folder);
                return null;
            } catch (StoreException e) {
                return String.valueOf(e.getMessage());
            } finally {
                broker.join();
                Files.delete(folder.resolve(ControlSocket.NAME));
            }
        } finally {
            held.close();
        }
    }

    private static void answerOnce(ServerSocketChannel server, String answer) {
        try (SocketChannel client = server.accept()) {
            new Scanner(Channels.newInputStream(client), StandardCharsets.UTF_8).nextLine();
            Channels.newOutputStream(client).write(answer.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
