package org.vencejo.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vencejo.broker.Broker;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;

/// A broker in this process, on a free port of loopback.
record RunningBroker(Broker broker) implements AutoCloseable {
    /// `further` are settings as behind `--set`.
    static RunningBroker start(Path folder, int ioThreads, String... further) {
        List<String> assignments =
                new ArrayList<>(
                        List.of(
                                "data-folder=" + folder.resolve("data"),
                                "io-threads=" + ioThreads,
                                "sys-interval=1d"));
        assignments.addAll(List.of(further));
        return new RunningBroker(
                Broker.start(
                        new Broker.Setup(
                                new Configuration.Request(null, Map.of(), assignments, "0"),
                                Machine.here(),
                                "test",
                                System.nanoTime(),
                                level -> {})));
    }

    int port() {
        return broker.addresses().getFirst().getPort();
    }

    @Override
    public void close() {
        broker.close();
    }
}
