package org.vencejo.broker.identity;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the keys that tokens are signed with can be had. Immutable.
public sealed interface KeyPlace {
    /// Files of public keys, and one with a secret or null.
    record Files(List<Path> files, @Nullable Path secret) implements KeyPlace {
        @Override
        public String toString() {
            return files.isEmpty() ? String.valueOf(secret) : files.toString();
        }
    }

    /// A server that publishes them, and whom its certificate is signed by, or null for the
    /// authorities that the JDK knows.
    record Server(URI url, @Nullable Path authorities, long refreshNanos, long keptNanos)
            implements KeyPlace {
        @Override
        public String toString() {
            return WebClient.shown(url);
        }
    }
}
