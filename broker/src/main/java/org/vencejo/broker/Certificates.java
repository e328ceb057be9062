package org.vencejo.broker;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.ldap.Rdn;
import org.vencejo.core.ClientCertificate;

/// What the core is told of a certificate. Stateless.
final class Certificates {
    /// The last second that a certificate can name, which means that it has no end (RFC 5280).
    private static final long NO_END_SECONDS = 253_402_300_799L;

    private Certificates() {}

    static ClientCertificate ofClient(X509Certificate certificate) {
        return new ClientCertificate(
                certificate.getSubjectX500Principal().getName(),
                alternativeNames(certificate),
                certificate.getIssuerX500Principal().getName(),
                certificate.getSerialNumber().toString(16),
                certificate.getNotAfter().toInstant().getEpochSecond());
    }

    /// What a proxy tells of a certificate that it has verified is no more than the common name.
    static ClientCertificate ofProxy(String commonName) {
        return new ClientCertificate(
                "CN=" + Rdn.escapeValue(commonName), List.of(), "", "", NO_END_SECONDS);
    }

    private static List<String> alternativeNames(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        Collection<List<?>> alternatives;
        try {
            alternatives = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return List.of(); // the chain is valid, these names are of no use
        }
        if (alternatives == null) {
            return List.of();
        }
        for (List<?> each : alternatives) {
            // The numbers of RFC 5280's GeneralName.
            String kind =
                    switch ((int) each.getFirst()) {
                        case 1 -> "email:";
                        case 2 -> "DNS:";
                        case 6 -> "URI:";
                        case 7 -> "IP:";
                        default -> "";
                    };
            if (!kind.isEmpty()) {
                names.add(kind + each.get(1));
            }
        }
        return names;
    }
}
