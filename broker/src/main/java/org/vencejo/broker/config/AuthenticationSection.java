package org.vencejo.broker.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.AuthenticationConfig.Certificate;
import org.vencejo.broker.config.AuthenticationConfig.Entry;
import org.vencejo.broker.config.AuthenticationConfig.Http;
import org.vencejo.broker.config.AuthenticationConfig.PasswordFile;
import org.vencejo.broker.config.AuthenticationConfig.UnixPeer;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.broker.identity.CertificateTemplate;
import org.vencejo.broker.identity.ClientIdentifiers;
import org.vencejo.broker.identity.ServiceSettings;
import org.vencejo.broker.identity.UserTemplate;
import org.vencejo.broker.identity.WebClient;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsFiles.PeerCertificate;

/// Binds the list of authenticators and decides who needs none, listener by listener.
///
/// Confined to the thread that reads the configuration.
final class AuthenticationSection {
    private static final String LIST = "authentication";

    private final Binding binding;
    private final Sources sources;
    private final Map<Listener, String> paths;

    private final List<Entry> entries = new ArrayList<>();

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
        Map<String, ClientIdentifiers> clientIdentifiers = new TreeMap<>();
        boolean byDefault =
                entries.isEmpty()
                        && paths.keySet().stream()
                                .allMatch(it ->
                                        it.isForThisMachineAlone() || asksForCertificates(it));
        if (!isGiven(AuthenticationKeys.ALLOW_ANONYMOUS.path())) {
            binding.fallBack(AuthenticationKeys.ALLOW_ANONYMOUS, byDefault);
        }
        addCertificates();
        paths.forEach((listener, path) -> {
            if (isAnonymous(listener, path)) {
                anonymous.add(listener.name());
            }
            ClientIdentifiers own = clientIdentifiers(listener, path);
            if (own != null) {
                clientIdentifiers.put(listener.name(), own);
            }
        });
        return new AuthenticationConfig(
                List.copyOf(entries),
                Set.copyOf(anonymous),
                Map.copyOf(clientIdentifiers),
                limits());
    }

    private void entry(int index, String path) {
        AuthenticationType type = binding.get(AuthenticationKeys.TYPE, index);
        if (!binding.isWrong(path + ".type")) {
            for (AuthenticationType other : AuthenticationType.values()) {
                if (other != type) {
                    refuse(path + "." + other.section(), type, other);
                }
            }
        }
        Set<String> listeners = listeners(index, path);
        Entry entry =
                switch (type) {
                    case PASSWORD_FILE -> passwordFile(index, path, listeners);
                    case CERTIFICATE -> certificate(index, path, listeners);
                    case JWT -> new JwtSection(binding, index).bind(listeners);
                    case LDAP -> new LdapSection(binding, index).bind(listeners);
                    case HTTP -> http(index, path, listeners);
                    case UNIX_PEER -> unixPeer(index, path, listeners);
                };
        if (entry != null) {
            entries.add(entry);
        }
    }

    private void refuse(String section, AuthenticationType type, AuthenticationType other) {
        if (sources.mentions(section)) {
            binding.mistake(
                    section,
                    "given, but the entry's type is %s; allowed: with type: %s"
                            .formatted(
                                    AuthenticationKeys.TYPE.type().print(type),
                                    AuthenticationKeys.TYPE.type().print(other)));
        }
    }

    private PasswordFile passwordFile(int index, String path, Set<String> listeners) {
        String file = binding.get(AuthenticationKeys.FILE, index);
        if (file.isEmpty() && !binding.isWrong(path)) {
            binding.mistake(
                    path,
                    "no file; allowed: file:, with one that 'vencejo passwd FILE USER' makes");
        }
        return new PasswordFile(Path.of(file), listeners);
    }

    private Certificate certificate(int index, String path, Set<String> listeners) {
        for (Listener listener : paths.keySet()) {
            if (listeners.contains(listener.name()) && !mayShowCertificates(listener)) {
                binding.mistake(
                        path + ".listeners",
                        "given '%s', which asks no client for a certificate; allowed: with tls.client-certificate: required or optional"
                                .formatted(listener.name()));
            }
        }
        if (listeners.isEmpty()
                && !binding.isWrong("listeners")
                && paths.keySet().stream().noneMatch(AuthenticationSection::mayShowCertificates)) {
            binding.mistake(
                    path,
                    "no listener asks its clients for a certificate; allowed: with tls.client-certificate: required or optional at one");
        }
        String userName = template(AuthenticationKeys.CERTIFICATE_USER_NAME, index);
        String clientIdentifier = template(AuthenticationKeys.CERTIFICATE_CLIENT_IDENTIFIER, index);
        return new Certificate(
                new CertificateTemplate(userName),
                clientIdentifier.isEmpty() ? null : new CertificateTemplate(clientIdentifier),
                binding.get(AuthenticationKeys.CERTIFICATE_SPECIAL_CHARACTERS, index),
                listeners);
    }

    private @Nullable Http http(int index, String path, Set<String> listeners) {
        String url = binding.get(HttpKeys.URL, index);
        String fault = WebClient.fault(url);
        if (url.isEmpty() && !binding.isWrong(path)) {
            binding.mistake(
                    path, "its type is http, but http.url is missing; allowed: https://...");
        } else if (fault != null && !binding.isWrong(path)) {
            binding.mistake(
                    path + ".http.url",
                    "given '%s', %s; allowed: https://..., or http:// with a loopback address"
                            .formatted(WebClient.shown(url), fault));
        }
        if (binding.isWrong(path)) {
            return null;
        }
        return new Http(
                new ServiceSettings(
                        URI.create(url),
                        path(binding.get(HttpKeys.CA, index)),
                        path(binding.get(HttpKeys.AUTHORIZATION_FILE, index)),
                        binding.get(HttpKeys.REMEMBERED_TIME, index),
                        binding.count(AuthenticationLimitKeys.REMEMBERED_MAX),
                        JwtSection.limits(binding)),
                listeners);
    }

    private static @Nullable Path path(String text) {
        return text.isEmpty() ? null : Path.of(text);
    }

    private UnixPeer unixPeer(int index, String path, Set<String> listeners) {
        String allowed = "allowed: with transport: unix, and without proxy-protocol";
        for (Listener listener : paths.keySet()) {
            if (listeners.contains(listener.name()) && !isForProcesses(listener)) {
                binding.mistake(
                        path + ".listeners",
                        "given '%s', where the user of a process is not known; %s"
                                .formatted(listener.name(), allowed));
            }
        }
        if (listeners.isEmpty()
                && !binding.isWrong("listeners")
                && paths.keySet().stream().noneMatch(AuthenticationSection::isForProcesses)) {
            binding.mistake(
                    path, "at no listener the user of a process is known; " + allowed + " at one");
        }
        String userName = binding.get(AuthenticationKeys.UNIX_PEER_USER_NAME, index);
        String fault = UserTemplate.fault(userName);
        if (fault != null) {
            binding.mistake(path + ".unix-peer.user-name", "given '" + userName + "': " + fault);
        }
        return new UnixPeer(new UserTemplate(userName), listeners);
    }

    /// Whether those who come are no proxies but processes that are clients.
    private static boolean isForProcesses(Listener listener) {
        return listener.unix() != null && listener.proxy() == null;
    }

    private String template(Key<String> key, int index) {
        String text = binding.get(key, index);
        String fault = CertificateTemplate.fault(text);
        if (fault != null
                && !(text.isEmpty() && key == AuthenticationKeys.CERTIFICATE_CLIENT_IDENTIFIER)) {
            binding.mistake(
                    key.path().replace("[]", "[" + index + "]"), "given '" + text + "': " + fault);
        }
        return text;
    }

    // Where everybody has to show a certificate and nobody else is asked, it says who they are:
    // not they themselves.
    private void addCertificates() {
        Set<String> listeners = new TreeSet<>();
        for (Listener listener : paths.keySet()) {
            if (asksForCertificates(listener) && !isKnownSomehow(listener)) {
                listeners.add(listener.name());
            }
        }
        if (!listeners.isEmpty()) {
            entries.add(
                    new Certificate(
                            CertificateTemplate.COMMON_NAME, null, false, Set.copyOf(listeners)));
        }
    }

    private Set<String> listeners(int index, String path) {
        Set<String> listeners = new TreeSet<>();
        Arrays.stream(binding.get(AuthenticationKeys.LISTENERS, index).split(",", -1))
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
        return Set.copyOf(listeners);
    }

    private boolean isAnonymous(Listener listener, String path) {
        String own = path + ".allow-anonymous";
        String written = isGiven(own) ? own : AuthenticationKeys.ALLOW_ANONYMOUS.path();
        boolean isAnonymous =
                isGiven(own)
                        ? binding.at(ListenerKeys.ALLOW_ANONYMOUS, own)
                        : binding.get(AuthenticationKeys.ALLOW_ANONYMOUS);
        boolean isKnownSomehow = isKnownSomehow(listener);
        if (isAnonymous || isKnownSomehow || binding.isWrong(written) || binding.isWrong(LIST)) {
            return isAnonymous;
        }
        if (isGiven(written)) {
            binding.mistake(
                    written,
                    "given 'false', and no authentication is for listener %s, so nobody could connect; allowed: true, or an entry of authentication with a file that 'vencejo passwd' makes"
                            .formatted(listener.name()));
        } else if (listener.isForThisMachineAlone()) {
            binding.mistake(
                    path,
                    "no authentication is for this listener, so nobody could connect; allowed: an entry of authentication for it, or writing down its allow-anonymous: true");
        } else if (listener.proxy() != null) {
            binding.mistake(
                    path + ".proxy-protocol",
                    "given, so clients come from anywhere, and they need no password; allowed: an entry of authentication with a file that 'vencejo passwd' makes, or writing down allow-anonymous: true");
        } else {
            binding.mistake(
                    path + ".address",
                    "given '%s', which other machines can reach, and clients need no password; allowed: a loopback address, an entry of authentication with a file that 'vencejo passwd' makes, or writing down allow-anonymous: true"
                            .formatted(listener.address().getAddress().getHostAddress()));
        }
        return false;
    }

    private @Nullable ClientIdentifiers clientIdentifiers(Listener listener, String path) {
        String own = path + ".client-identifiers";
        if (!isGiven(own)) {
            return null;
        }
        List<String> texts = binding.at(ListenerKeys.CLIENT_IDENTIFIERS, own);
        for (String text : texts) {
            String fault = ClientIdentifiers.fault(text);
            if (fault != null) {
                binding.mistake(
                        own,
                        "given '%s', with %s; allowed: texts, one %%u in each for the user name, and a * at the end for whatever follows"
                                .formatted(text, fault));
            }
        }
        ClientIdentifiers allowed = new ClientIdentifiers(texts);
        if (allowed.haveUsers() && !isKnownSomehow(listener)) {
            binding.mistake(
                    own,
                    "given '%s', and no authentication is for listener %s, so that clients choose their user names; allowed: texts without %%u, or an entry of authentication"
                            .formatted(String.join(",", texts), listener.name()));
        }
        return texts.isEmpty() ? null : allowed;
    }

    private boolean isKnownSomehow(Listener listener) {
        return entries.stream().anyMatch(entry -> entry.isFor(listener.name()));
    }

    private boolean isGiven(String path) {
        return sources.given().containsKey(path);
    }

    private static boolean asksForCertificates(Listener listener) {
        TlsFiles tls = listener.tls();
        return tls != null && tls.peerCertificate() == PeerCertificate.REQUIRED;
    }

    private static boolean mayShowCertificates(Listener listener) {
        TlsFiles tls = listener.tls();
        ProxyConfig proxy = listener.proxy();
        return (tls != null && tls.peerCertificate() != PeerCertificate.OFF)
                || (proxy != null && proxy.certificateBelieved());
    }

    private AuthenticationLimits limits() {
        return new AuthenticationLimits(
                binding.count(AuthenticationLimitKeys.THREADS),
                binding.get(AuthenticationLimitKeys.MEMORY_MAX),
                binding.count(AuthenticationLimitKeys.WAITING_MAX),
                binding.get(AuthenticationLimitKeys.TIMEOUT),
                binding.count(AuthenticationLimitKeys.CONCURRENCY_MAX),
                binding.get(AuthenticationLimitKeys.REMEMBERED_TIME),
                binding.count(AuthenticationLimitKeys.REMEMBERED_MAX),
                binding.count(AuthenticationLimitKeys.FAILURES_MAX),
                binding.get(AuthenticationLimitKeys.FORGIVEN_TIME),
                binding.get(AuthenticationLimitKeys.BAN_TIME),
                binding.get(AuthenticationLimitKeys.BAN_LOOPBACK),
                binding.get(AuthenticationLimitKeys.BAN_USERS),
                binding.get(AuthenticationLimitKeys.DELAY_MAX),
                binding.count(AuthenticationLimitKeys.TRACKED_MAX));
    }
}
