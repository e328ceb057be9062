package org.vencejo.broker.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.KeyPlace;
import org.vencejo.core.AccessRules;
import org.vencejo.core.ListenerLimit;
import org.vencejo.core.ServerSettings;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.storage.StoreOptions;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.UnixSocket;
import org.vencejo.transport.WebSocketServer;

/// How a broker is to run: what [Configuration] makes of file, environment and flags. Immutable.
///
/// `everythingIsWritten` is whether somebody has written down that there need be no access rules.
public record BrokerConfig(
        List<Listener> listeners,
        AuthenticationConfig authentication,
        AccessRules accessRules,
        boolean everythingIsWritten,
        Path dataFolder,
        Durability durability,
        StoreOptions store,
        int ioThreads,
        long sysIntervalNanos,
        LogLevel logLevel,
        ServerSettings server) {

    /// What is allowed and most likely not meant, a line each.
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (AuthenticationConfig.Entry entry : authentication.entries()) {
            if (entry instanceof AuthenticationConfig.Jwt jwt
                    && jwt.settings().audience().isEmpty()) {
                warnings.add(
                        "tokens by %s: no jwt.audience is given, so those that were made for other services come in, too"
                                .formatted(jwt.keys()));
            }
        }
        for (Listener listener : listeners) {
            if (accessRules != AccessRules.OPEN && !authentication.isFor(listener.name())) {
                warnings.add(
                        "listener %s: access rules hold, and nobody checks the user names that clients give: no authentication is for it"
                                .formatted(listener.name()));
            }
            if (listener.proxy() != null && listener.proxy().isAnybody()) {
                warnings.add(
                        "listener %s: proxy-protocol.sources holds all addresses, so that anybody can say to come from anywhere"
                                .formatted(listener.name()));
            }
        }
        return List.copyOf(warnings);
    }

    /// Whether its access rules may hold at `open`, the listeners of a configuration before it.
    public boolean mayRuleAt(List<Listener> open) {
        return accessRules != AccessRules.OPEN
                || everythingIsWritten
                || open.stream().allMatch(Listener::isForThisMachineAlone);
    }

    /// The files with keys and secrets, but for those with passwords of users.
    public Set<Path> secretFiles() {
        Set<Path> files = new LinkedHashSet<>();
        for (Listener listener : listeners) {
            if (listener.tls() != null) {
                for (TlsFiles.KeyPair each : listener.tls().own()) {
                    files.add(each.key() == null ? each.certificate() : each.key());
                    add(each.keyPassword(), files);
                }
            }
        }
        for (AuthenticationConfig.Entry entry : authentication.entries()) {
            switch (entry) {
                case AuthenticationConfig.Jwt it when it.keys() instanceof KeyPlace.Files keys ->
                        add(keys.secret(), files);
                case AuthenticationConfig.Ldap it -> add(it.settings().bindPasswordFile(), files);
                case AuthenticationConfig.Http it -> add(it.settings().authorizationFile(), files);
                default -> {}
            }
        }
        return files;
    }

    private static void add(@Nullable Path file, Set<Path> files) {
        if (file != null) {
            files.add(file);
        }
    }

    /// A socket to listen on. Port 0 takes a free one; what its transport has not is null. The
    /// address of a Unix socket is loopback, which nobody binds. `limits` are those that it has of
    /// its own; `maximumQoS` is null for that of all.
    public record Listener(
            String name,
            InetSocketAddress address,
            Transport transport,
            @Nullable UnixSocket unix,
            @Nullable ProxyConfig proxy,
            @Nullable TlsFiles tls,
            @Nullable WebSocketServer webSocket,
            Set<ProtocolVersion> versions,
            int connectionsMax,
            @Nullable QoS maximumQoS,
            Map<ListenerLimit, Long> limits) {
        /// Whether only clients on this machine can reach it; a proxy stands for others.
        boolean isForThisMachineAlone() {
            return proxy == null && address.getAddress().isLoopbackAddress();
        }

        /// Where it listens, as operators write it.
        public String place() {
            return unix == null ? text(address) : "unix:" + unix.path();
        }

        /// An address and port as operators write it: `127.0.0.1:1883`, `[::1]:1883`.
        public static String text(InetSocketAddress address) {
            String host = address.getAddress().getHostAddress();
            if (host.contains(":")) {
                host = "[" + host.replaceFirst("(^|:)0(:0)+(:|$)", "::") + "]";
            }
            return host + ":" + address.getPort();
        }
    }
}
