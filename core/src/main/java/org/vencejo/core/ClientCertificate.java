package org.vencejo.core;

import java.util.List;

/// The certificate that a client has shown in its TLS handshake, verified by the transport.
/// Immutable.
///
/// Names are as RFC 2253 writes them; of the alternative ones those of hosts, addresses, e-mail and
/// URIs, each with its kind: `DNS:sensor-7.example`. The serial number is in hexadecimal digits.
public record ClientCertificate(
        String subject,
        List<String> alternativeNames,
        String issuer,
        String serialNumber,
        long notAfterSeconds) {
    public ClientCertificate {
        alternativeNames = List.copyOf(alternativeNames);
    }
}
