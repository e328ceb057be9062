package org.vencejo.broker.config;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.vencejo.broker.config.AuthenticationConfig.PasswordFile;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsFiles.PeerCertificate;

/// Binds the list of authenticators and decides who needs none, listener by listener.
///
/// Confined to the thread that reads the configuration.
final class AuthenticationSection {
    private static final String LIST = "authentication";

    /// For authenticators that ask others: there is no key yet, as there is no such one.
    private static final long TIMEOUT_NANOS = 5_000_000_000L;

    private static final int CONCURRENCY_MAX = 100;

    private final Binding binding;
    private final Sources sources;
    private final Map<Listener, String> paths;

    private final Map<String, PasswordFile> files = new LinkedHashMap<>();

    /// `paths` are those of the listeners.
    AuthenticationSection(Binding binding, Sources sources, Map<Listener, String> paths) {
        this.binding = binding;
        this.sources = sources;
        this.paths = paths;
    }

    AuthenticationConfig bind() {
        for (int i = 0; i < sources.entries(LIST); i++) {
            String path = LIST + "[" + i + "]";
            if (!sources.mentions(path)) {
                binding.mistake(LIST, path + " is missing; allowed: entries without a gap");
                break;
            }
            entry(i, path);
        }
        Set<String> anonymous = new TreeSet<>();
        boolean byDefault =
                files.isEmpty()
                        && paths.keySet().stream()
                                .allMatch(it -> isLoopback(it) || asksForCertificates(it));
        if (!isGiven(Keys.ALLOW_ANONYMOUS.path())) {
            binding.fallBack(Keys.ALLOW_ANONYMOUS, byDefault);
        }
        paths.forEach((listener, path) -> {
            if (isAnonymous(listener, path)) {
                anonymous.add(listener.name());
            }
        });
        return new AuthenticationConfig(
                List.copyOf(files.values()), Set.copyOf(anonymous), limits());
    }

    private void entry(int index, String path) {
        String file = binding.get(Keys.AUTHENTICATION_FILE, index);
        if (file.isEmpty() && !binding.isWrong(path)) {
            binding.mistake(
                    path,
                    "no file; allowed: file:, with one that 'vencejo passwd FILE USER' makes");
        }
        Set<String> listeners = new TreeSet<>();
        Arrays.stream(binding.get(Keys.AUTHENTICATION_LISTENERS, index).split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(listeners::add);
        List<String> known = paths.keySet().stream().map(Listener::name).toList();
        for (String name : listeners) {
            if (!known.contains(name) && !binding.isWrong("listeners")) {
                binding.mistake(
                        path + ".listeners",
                        "given '%s', which is no listener; allowed: %s"
                                .formatted(name, String.join(", ", known)));
            }
        }
        files.put(path, new PasswordFile(Path.of(file), Set.copyOf(listeners)));
    }

    private boolean isAnonymous(Listener listener, String path) {
        String own = path + ".allow-anonymous";
        String written = isGiven(own) ? own : Keys.ALLOW_ANONYMOUS.path();
        boolean isAnonymous =
                isGiven(own)
                        ? binding.at(Keys.LISTENER_ALLOW_ANONYMOUS, own)
                        : binding.get(Keys.ALLOW_ANONYMOUS);
        boolean isKnownSomehow =
                files.values().stream()
                        .anyMatch(file ->
                                file.listeners().isEmpty()
                                        || file.listeners().contains(listener.name()));
        if (!isGiven(own) && !isKnownSomehow && asksForCertificates(listener)) {
            return true; // the certificate says who it is
        }
        if (isAnonymous || isKnownSomehow || binding.isWrong(written) || binding.isWrong(LIST)) {
            return isAnonymous;
        }
        if (isGiven(written)) {
            binding.mistake(
                    written,
                    "given 'false', and no authentication is for listener %s, so nobody could connect; allowed: true, or an entry of authentication with a file that 'vencejo passwd' makes"
                            .formatted(listener.name()));
        } else if (isLoopback(listener)) {
            binding.mistake(
                    path,
                    "no authentication is for this listener, so nobody could connect; allowed: an entry of authentication for it, or writing down its allow-anonymous: true");
        } else {
            binding.mistake(
                    path + ".address",
                    "given '%s', which other machines can reach, and clients need no password; allowed: a loopback address, an entry of authentication with a file that 'vencejo passwd' makes, or writing down allow-anonymous: true"
                            .formatted(listener.address().getAddress().getHostAddress()));
        }
        return false;
    }

    private boolean isGiven(String path) {
        return sources.given().containsKey(path);
    }

    private static boolean asksForCertificates(Listener listener) {
        TlsFiles tls = listener.tls();
        return tls != null && tls.peerCertificate() == PeerCertificate.REQUIRED;
    }

    private boolean isLoopback(Listener listener) {
        return listener.address().getAddress().isLoopbackAddress();
    }

    private AuthenticationLimits limits() {
        return new AuthenticationLimits(
                binding.count(Keys.AUTHENTICATION_THREADS),
                binding.get(Keys.AUTHENTICATION_MEMORY_MAX),
                binding.count(Keys.AUTHENTICATION_WAITING_MAX),
                TIMEOUT_NANOS,
                CONCURRENCY_MAX,
                binding.get(Keys.AUTHENTICATION_REMEMBERED_TIME),
                binding.count(Keys.AUTHENTICATION_REMEMBERED_MAX),
                binding.count(Keys.AUTHENTICATION_FAILURES_MAX),
                binding.get(Keys.AUTHENTICATION_FORGIVEN_TIME),
                binding.get(Keys.AUTHENTICATION_BAN_TIME),
                binding.get(Keys.AUTHENTICATION_BAN_LOOPBACK),
                binding.get(Keys.AUTHENTICATION_DELAY_MAX),
                binding.count(Keys.AUTHENTICATION_TRACKED_MAX));
    }
}
