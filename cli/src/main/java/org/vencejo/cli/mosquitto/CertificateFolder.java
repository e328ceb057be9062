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
    /// The only names that OpenSSL looks for: a hash of the subject, and a number.
    private static final Pattern HASHED = Pattern.compile("[0-9a-f]{8}\\.[0-9]+");

    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";

    private CertificateFolder() {}

    /// The files that OpenSSL finds authorities in. Others in the folder are trusted by nobody. A
    /// link of a hashed name stands for the file that it leads to, whose name stays.
    static Set<String> authorities(Path folder) throws IOException {
        Set<String> found = new TreeSet<>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (HASHED.matcher(String.valueOf(file.getFileName())).matches()
                        && Files.readString(file, StandardCharsets.ISO_8859_1)
                                .contains(CERTIFICATE)) {
                    Path named =
                            Files.isSymbolicLink(file)
                                    ? folder.resolve(Files.readSymbolicLink(file)).normalize()
                                    : file;
                    found.add(named.toString());
                }
            }
        }
        return found;
    }
}
