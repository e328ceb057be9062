package org.vencejo.broker.config;

import java.util.List;
import java.util.stream.Stream;

/// The table of all keys, in the order of the documents; each part of it is a file. Immutable.
///
/// A name is the standard's word or that of the component of [org.vencejo.core.Limits] or
/// [org.vencejo.core.ServerSettings] behind it.
final class Keys {
    static final List<Key<?>> ALL =
            Stream.of(
                            ListenerKeys.ALL,
                            AuthenticationKeys.ALL,
                            JwtKeys.ALL,
                            LdapKeys.ALL,
                            HttpKeys.ALL,
                            ProcessKeys.ALL,
                            ServerKeys.ALL,
                            ConnectionLimitKeys.ALL,
                            AuthenticationLimitKeys.ALL,
                            PacketLimitKeys.ALL,
                            SessionLimitKeys.ALL,
                            ServerLimitKeys.ALL,
                            ListenerLimitKeys.ALL)
                    .<Key<?>>flatMap(List::stream)
                    .toList();

    private Keys() {}

    /// The key of a path that the table knows, whatever its index.
    static Key<?> at(String path) {
        String plain = Shape.plain(path);
        return ALL.stream().filter(key -> key.path().equals(plain)).findFirst().orElseThrow();
    }
}
