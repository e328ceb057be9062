package org.vencejo.broker.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsFiles.KeyPair;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Trouble;

/// Binds the section `tls` of a listener, and looks into the files that it names.
///
/// Confined to the thread that reads the configuration.
final class TlsSection {
    private final Binding binding;
    private final Sources sources;
    private final int index;
    private final String path;

    TlsSection(Binding binding, Sources sources, int index) {
        this.binding = binding;
        this.sources = sources;
        this.index = index;
        this.path = "listeners[" + index + "].tls";
    }

    /// What a listener without TLS must not have.
    void refuse(Transport transport) {
        if (sources.mentions(path)) {
            binding.mistake(
                    path,
                    "given, but the listener's transport is %s; allowed: with transport: tls or secure-websocket"
                            .formatted(ListenerKeys.TRANSPORT.type().print(transport)));
        }
    }

    /// The files, or null if there is a mistake.
    @Nullable TlsFiles bind() {
        List<String> certificates = binding.get(ListenerKeys.TLS_CERTIFICATE, index);
        List<String> keys = binding.get(ListenerKeys.TLS_KEY, index);
        PeerCertificate asked = binding.get(ListenerKeys.TLS_CLIENT_CERTIFICATE, index);
        if (certificates.isEmpty() && !binding.isWrong(path + ".certificate")) {
            binding.mistake(
                    "listeners[" + index + "]",
                    "its transport is secure, but tls.certificate is missing; allowed: a file with a certificate");
        }
        if (!keys.isEmpty()
                && keys.size() != certificates.size()
                && !binding.isWrong(path + ".certificate")
                && !binding.isWrong(path + ".key")) {
            binding.mistake(
                    path + ".key",
                    "given %d files for %d certificates; allowed: a key for each certificate"
                            .formatted(keys.size(), certificates.size()));
        }
        needs(ListenerKeys.TLS_CLIENT_CA, asked != PeerCertificate.OFF, asked);
        if (asked == PeerCertificate.OFF) {
            unused(ListenerKeys.TLS_CLIENT_CA);
            unused(ListenerKeys.TLS_CRL);
        }
        if (binding.isWrong("listeners[" + index + "]")) {
            return null;
        }
        TlsFiles files;
        try {
            files = files(certificates, keys, asked);
        } catch (InvalidPathException e) {
            binding.mistake(path, "given '" + e.getInput() + "', which cannot be a file's name");
            return null;
        }
        List<Trouble> troubles = files.troubles();
        troubles.forEach(this::tell);
        return troubles.isEmpty() ? files : null;
    }

    private void needs(Key<List<String>> key, boolean needed, PeerCertificate asked) {
        if (needed && binding.get(key, index).isEmpty()) {
            binding.mistake(
                    path + ".client-certificate",
                    "given '%s', but client-ca is missing; allowed: with a file of those who sign the certificates of clients"
                            .formatted(ListenerKeys.TLS_CLIENT_CERTIFICATE.type().print(asked)));
        }
    }

    private void unused(Key<List<String>> key) {
        List<String> given = binding.get(key, index);
        if (!given.isEmpty()) {
            binding.mistake(
                    key.path().replace("[]", "[" + index + "]"),
                    "given '%s', but clients are not asked for a certificate; allowed: with client-certificate: optional or required"
                            .formatted(String.join(", ", given)));
        }
    }

    private TlsFiles files(List<String> certificates, List<String> keys, PeerCertificate asked) {
        Path password = path(binding.get(ListenerKeys.TLS_KEY_PASSWORD_FILE, index));
        List<KeyPair> own = new ArrayList<>();
        for (int i = 0; i < certificates.size(); i++) {
            own.add(
                    new KeyPair(
                            Path.of(certificates.get(i)),
                            keys.isEmpty() ? null : Path.of(keys.get(i)),
                            password));
        }
        return new TlsFiles(
                own,
                asked,
                paths(ListenerKeys.TLS_CLIENT_CA),
                paths(ListenerKeys.TLS_CRL),
                binding.get(ListenerKeys.TLS_MINIMUM_VERSION, index));
    }

    private List<Path> paths(Key<List<String>> key) {
        return binding.get(key, index).stream().map(Path::of).toList();
    }

    private static @Nullable Path path(String text) {
        return text.isEmpty() ? null : Path.of(text);
    }

    private void tell(Trouble trouble) {
        String key =
                switch (trouble.part()) {
                    case CERTIFICATE -> "certificate";
                    case KEY -> sources.mentions(path + ".key") ? "key" : "certificate";
                    case KEY_PASSWORD -> "key-password-file";
                    case AUTHORITIES -> "client-ca";
                    case REVOCATIONS -> "crl";
                };
        binding.mistake(
                path + "." + key, "given '%s': %s".formatted(trouble.file(), trouble.detail()));
    }
}
