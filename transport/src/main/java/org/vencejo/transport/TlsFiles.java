package org.vencejo.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files that TLS on our side is made of, and what is asked of the peer. Immutable.
///
/// `own` are who we are, the first for clients that ask for no name or for none that we have;
/// `authorities` sign the certificates of peers, `revocations` take some of those back.
public record TlsFiles(
        List<KeyPair> own,
        PeerCertificate peerCertificate,
        List<Path> authorities,
        List<Path> revocations,
        Version minimumVersion) {

    public TlsFiles {
        own = List.copyOf(own);
        authorities = List.copyOf(authorities);
        revocations = List.copyOf(revocations);
    }

    /// A certificate with its chain (PEM), the key (PEM, or in the same file without one of its
    /// own), and the file whose first line is the key's password. The certificate may also be a
    /// PKCS#12 file with all of it.
    public record KeyPair(Path certificate, @Nullable Path key, @Nullable Path keyPassword) {}

    /// Whether the peer has to show a certificate.
    public enum PeerCertificate {
        OFF,
        OPTIONAL,
        REQUIRED
    }

    /// The versions of TLS that are spoken.
    public enum Version {
        TLS_1_2,
        TLS_1_3;

        List<String> andLater() {
            return this == TLS_1_3 ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2");
        }
    }

    /// Which of the files.
    public enum Part {
        CERTIFICATE,
        KEY,
        KEY_PASSWORD,
        AUTHORITIES,
        REVOCATIONS;

        Trouble trouble(Path file, String detail) {
            return new Trouble(this, file, detail);
        }

        Trouble trouble(Path file, IOException e) {
            String message = e.getMessage();
            return new Trouble(this, file, message == null ? e.toString() : message);
        }
    }

    /// What is wrong with a file, in words for operators. Immutable.
    public record Trouble(Part part, Path file, String detail) {
        @Override
        public String toString() {
            return file + ": " + detail;
        }
    }

    /// What is wrong with the files, as they are now; empty if they can be used.
    public List<Trouble> troubles() {
        List<Trouble> troubles = new ArrayList<>();
        TlsMaterial.read(this, troubles);
        return troubles;
    }

    List<Path> all() {
        List<Path> files = new ArrayList<>();
        for (KeyPair each : own) {
            add(each.certificate, files);
            add(each.key, files);
            add(each.keyPassword, files);
        }
        files.addAll(authorities);
        files.addAll(revocations);
        return files;
    }

    private static void add(@Nullable Path file, List<Path> files) {
        if (file != null) {
            files.add(file);
        }
    }
}
