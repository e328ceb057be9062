package org.vencejo.broker;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.identity.CertificateTemplate;
import org.vencejo.broker.identity.Shown;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Knows clients by the certificates that they have shown, which the transport has verified.
/// Immutable.
///
/// What the client says of itself is not believed: its user name is that of the certificate, and if
/// so configured its Client Identifier has to be. Who shows none is not refused here.
final class CertificateAuthenticator implements Authenticator {
    private final AuthenticationConfig.Certificate config;
    private final LongSupplier wallMillis;

    CertificateAuthenticator(AuthenticationConfig.Certificate config, LongSupplier wallMillis) {
        this.config = config;
        this.wallMillis = wallMillis;
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        return Work.NONE;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        ClientCertificate certificate = peer.clientCertificate();
        if (certificate == null) {
            return null;
        }
        if (!(request instanceof Credentials it)) {
            return BAD_METHOD; // it is known already, and cannot be another by a method
        }
        List<CertificateTemplate.Name> names = config.userName().of(certificate);
        if (names.isEmpty()) {
            return refused(certificate, "has not all of user-name: " + config.userName());
        }
        CertificateTemplate.Name name = names.getFirst();
        if (name.isSpecial() && !config.specialCharacters()) {
            return refused(
                    certificate,
                    "gives the user name %s, and +, # and / are not allowed in it"
                            .formatted(name.text()));
        }
        if (!Shown.isName(name.text())) {
            return refused(
                    certificate,
                    "gives a user name that is too long, or has control characters in it");
        }
        CertificateTemplate identifier = config.clientIdentifier();
        if (identifier != null
                && identifier.of(certificate).stream()
                        .noneMatch(each -> each.text().equals(it.clientIdentifier()))) {
            return new Authentication.Refused(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    Properties.NONE,
                    "by its certificate of %s the Client Identifier is %s"
                            .formatted(certificate.subject(), identifier.of(certificate)));
        }
        return new Authentication.Accepted(
                new Authentication.Identity(name.text()), null, nanosOf(certificate));
    }

    // Until it is valid no more.
    private long nanosOf(ClientCertificate certificate) {
        long millis =
                TimeUnit.SECONDS.toMillis(certificate.notAfterSeconds()) - wallMillis.getAsLong();
        return TimeUnit.MILLISECONDS.toNanos(Math.max(0, millis)); // saturates
    }

    private static Authentication.Outcome refused(ClientCertificate certificate, String why) {
        return new Authentication.Refused(
                ReasonCode.NOT_AUTHORIZED,
                Properties.NONE,
                "its certificate of %s %s".formatted(certificate.subject(), why));
    }

    @Override
    public String toString() {
        return "the authenticator by certificate";
    }
}
