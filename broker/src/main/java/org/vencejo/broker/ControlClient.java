package org.vencejo.broker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vencejo.storage.StoreException;

/// The other side of [ControlSocket]: asks the broker that runs on a data folder. Stateless.
final class ControlClient {
    private ControlClient() {}

    /// The answer of the broker that runs on `dataFolder`, or a [StoreException] or
    /// [StartException] if there is none that can be asked.
    static String askRunning(Path dataFolder, String request) {
        if (!Files.isDirectory(dataFolder)) {
            throw new StartException("there is no data folder '" + dataFolder + "'");
        }
        DataFolder free = DataFolder.openIfFree(dataFolder);
        if (free != null) {
            free.close();
            throw new StartException("no broker runs on the data folder '" + dataFolder + "'");
        }
        return ask(dataFolder, request);
    }

    /// The answer without its first word, or a [StoreException] with what the broker says instead.
    static String ask(Path dataFolder, String request) {
        Path file = dataFolder.resolve(ControlSocket.NAME);
        try (SocketChannel broker = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            broker.connect(UnixDomainSocketAddress.of(file));
            Channels.newOutputStream(broker)
                    .write((request + "\n").getBytes(StandardCharsets.UTF_8));
            byte[] answer = Channels.newInputStream(broker).readAllBytes();
            if (answer.length == 0) {
                throw new StoreException(
                        "process " + DataFolder.holder(dataFolder) + " ended meanwhile");
            }
            return read(new String(answer, StandardCharsets.UTF_8));
        } catch (IOException | UnsupportedOperationException e) {
            throw new StoreException(
                    "the data folder '%s' is in use by process %s, which cannot be asked by '%s': %s"
                            .formatted(
                                    dataFolder,
                                    DataFolder.holder(dataFolder),
                                    file,
                                    e.getMessage()),
                    e);
        }
    }

    // The broker may end meanwhile, or give up, as nobody reads for long.
    static String read(String answer) {
        if (!answer.endsWith(ControlSocket.END)) {
            throw new StoreException(
                    "the answer of the broker ended before it was complete; ask again");
        }
        String said = answer.substring(0, answer.length() - ControlSocket.END.length());
        if (said.startsWith(ControlSocket.DONE)) {
            return said.substring(ControlSocket.DONE.length());
        }
        throw new StoreException(said.replaceFirst("^" + ControlSocket.FAILED, ""));
    }
}
