package org.vencejo.testing.oracles;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.testing.memory.MemoryServer;

/// Servers in memory with settings of their own. Stateless.
final class Settings {
    private Settings() {}

    /// A server with these, as the command line takes them: `limits.window-max=10`.
    static MemoryServer server(String... assignments) {
        List<String> inMemory = new ArrayList<>(List.of(assignments));
        inMemory.add("durability=memory");
        Configuration.Request request = new Configuration.Request(null, Map.of(), inMemory, null);
        return new MemoryServer(
                MemoryServer.Setup.of(
                        Configuration.read(request, new Machine(2, 1L << 30, 1_024, false))
                                .broker()
                                .server()));
    }
}
