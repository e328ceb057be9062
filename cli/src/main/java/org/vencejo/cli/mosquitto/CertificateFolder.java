package org.vencejo.cli.mosquitto;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.vencejo.transport.TlsFiles;

/// A folder of certificates as OpenSSL reads one. Confined to one thread.
final class CertificateFolder {
    /// The first name that OpenSSL looks for: a hash of the subject, and a number.
    private static final Pattern HASHED = Pattern.compile("[0-9a-f]{8}\\.0");

    /// What OpenSSL takes for a certificate.
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----");

    private final Path folder;

    /// Where it is: what `..` in a link goes up from.
    private final Path real;

    private final Set<String> authorities = new TreeSet<>();
    private final List<String> troubles = new ArrayList<>();

    private CertificateFolder(Path folder) throws IOException {
        this.folder = folder;
        this.real = folder.toRealPath();
    }

    /// Reads the folder, or throws if it or a file in it that OpenSSL looks for cannot be read.
    static CertificateFolder read(Path folder) throws IOException {
        CertificateFolder read = new CertificateFolder(folder);
        for (String first : read.firstNames()) {
            Path file = folder.resolve(first);
            String stem = first.substring(0, first.length() - 1);
            for (int i = 1; !Files.notExists(file) && read.take(file); i++) {
                file = folder.resolve(stem + i);
            }
        }
        return read;
    }

    /// The files that OpenSSL finds authorities in: of each hash those numbered from 0 on, up to
    /// the first that holds none. Others in the folder are trusted by nobody. A link of a hashed
    /// name stands for the file that it leads to, whose name stays. That the hash is that of the
    /// subject is taken on trust.
    Set<String> authorities() {
        return authorities;
    }

    /// Files that OpenSSL finds and that are not among the [#authorities], with the reason.
    List<String> troubles() {
        return troubles;
    }

    private Set<String> firstNames() throws IOException {
        Set<String> names = new TreeSet<>();
        try (var files = Files.newDirectoryStream(folder, "*.0")) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (HASHED.matcher(name).matches()) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    // Returns whether OpenSSL can load it, and so goes on to the next number.
    private boolean take(Path file) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
            return false;
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (!CERTIFICATE.matcher(text).find()) {
            return false;
        }
        List<TlsFiles.Trouble> unread = asAuthority(file).troubles();
        unread.forEach(trouble -> troubles.add(trouble.toString()));
        if (unread.isEmpty()) {
            authorities.add(named(file).toString());
        }
        return unread.isEmpty() || text.contains("-----BEGIN TRUSTED"); // which is told, and loaded
    }

    private static TlsFiles asAuthority(Path file) {
        return new TlsFiles(
                List.of(),
                TlsFiles.PeerCertificate.REQUIRED,
                List.of(file),
                List.of(),
                TlsFiles.Version.TLS_1_2);
    }

    // A hashed name has no comma, which a list cannot have in it.
    private Path named(Path file) throws IOException {
        if (!Files.isSymbolicLink(file)) {
            return file;
        }
        Path target = real.resolve(Files.readSymbolicLink(file)).normalize();
        Path named = target.startsWith(real) ? folder.resolve(real.relativize(target)) : target;
        return named.toString().contains(",") ? file : named;
    }
}
