package org.vencejo.client;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a client speaks TLS: whom it trusts, and what it shows. Immutable.
///
/// The files are read at each connect, so that a renewed certificate is taken into use. Keys that
/// are encrypted or not in PKCS#8 need Bouncy Castle (`bcpkix-jdk18on`) on the class path.
///
/// @param authorities certificates in PEM of those who are trusted to sign the server's; null for
///   those of the JDK
/// @param certificate our own in PEM, with its chain, or with its key in PKCS#12; null for none
/// @param key the private key in PEM; null if it is in the file of the certificate
/// @param keyPassword the file whose first line is the key's password, or null
/// @param hostNameVerified whether the server's certificate has to be for the host connected to
public record MqttTls(
        @Nullable Path authorities,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path keyPassword,
        boolean hostNameVerified) {
    /// Trusts whom the JDK trusts, and shows nothing.
    public static MqttTls ofJdk() {
        return new MqttTls(null, null, null, null, true);
    }

    /// Trusts these authorities, and shows nothing.
    public static MqttTls trusting(Path authorities) {
        return new MqttTls(authorities, null, null, null, true);
    }

    /// The same, showing this certificate.
    public MqttTls showing(Path ownCertificate, Path itsKey) {
        return new MqttTls(authorities, ownCertificate, itsKey, keyPassword, hostNameVerified);
    }
}
