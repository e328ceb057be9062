package org.vencejo.testing.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vencejo.testing.house.Checkout;

/// MQTT.js, of the version in `testing/src/test/node`, where `./verify` installs it.
final class MqttJs {
    private MqttJs() {}

    /// The folder that Node.js is to look into for it, or null if it is not installed.
    static @Nullable Path modules() {
        Path modules = Checkout.root().resolve("target/node/node_modules");
        return Files.isDirectory(modules.resolve("mqtt")) ? modules : null;
    }
}
