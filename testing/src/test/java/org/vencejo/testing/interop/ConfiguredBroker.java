package org.vencejo.testing.interop;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.vencejo.broker.Broker;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.transport.Authority;

/// A whole broker by the file that an operator writes, which keeps nothing.
final class ConfiguredBroker {
    private ConfiguredBroker() {}

    /// One with its file and its data in `folder`, which is `F` in the text of the file.
    static Broker start(Path folder, String text) {
        Path file = Authority.file(folder, "vencejo.yaml", text.replace("F/", folder + "/"));
        return Broker.start(
                new Broker.Setup(
                        new Configuration.Request(
                                file,
                                Map.of(),
                                List.of(
                                        "data-folder=" + data(folder),
                                        "durability=memory",
                                        "sys-interval=0"),
                                null),
                        Machine.here(),
                        "0.0.0-test",
                        System.nanoTime(),
                        level -> {}));
    }

    /// Where the data of such a broker are.
    static Path data(Path folder) {
        return folder.resolve("data");
    }
}
