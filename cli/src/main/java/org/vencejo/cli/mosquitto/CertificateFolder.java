package org.vencejo.cli.mosquitto;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A folder of certificates as OpenSSL reads one.
final class CertificateFolder {
    /// The first name that OpenSSL looks for: a hash of the subject, and a number.
    private static final Pattern HASHED = Pattern.compile("[0-9a-f]{8}\\.0");

    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";

    private CertificateFolder() {}

    /// The files that OpenSSL finds authorities in: of each hash those numbered from 0 on, as far
    /// as there are any. Others in the folder are trusted by nobody. A link of a hashed name stands
    /// for the file that it leads to, whose name stays. That the hash is that of the subject is
    /// taken on trust.
    static Set<String> authorities(Path folder) throws IOException {
        Set<String> found = new TreeSet<>();
        try (var files = Files.newDirectoryStream(folder.toRealPath(), "*.0")) {
            for (Path first : files) {
                String name = String.valueOf(first.getFileName());
                if (HASHED.matcher(name).matches()) {
                    String stem = name.substring(0, name.length() - 1);
                    for (int i = 0; isFile(first.resolveSibling(stem + i)); i++) {
                        addAuthority(first.resolveSibling(stem + i), found);
                    }
                }
            }
        }
        return found;
    }

    private static boolean isFile(Path file) {
        return Files.isRegularFile(file) && Files.isReadable(file);
    }

    private static void addAuthority(Path file, Set<String> found) throws IOException {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(CERTIFICATE)) {
            Path named =
                    Files.isSymbolicLink(file)
                            ? file.resolveSibling(Files.readSymbolicLink(file)).normalize()
                            : file;
            found.add(named.toString());
        }
    }
}
