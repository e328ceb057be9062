package org.vencejo.broker.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Map;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/// A key that tokens are signed with, and what is said of it: its name, and the only algorithm that
/// it is for, each null if nothing is. Immutable.
record TokenKey(@Nullable String identifier, @Nullable String algorithm, Key key) {
    /// The least length of a secret for each algorithm (RFC 7518, 3.2).
    private static final Map<String, Integer> SECRET_BYTES_MIN =
            Map.of("HS256", 32, "HS384", 48, "HS512", 64);

    private static final Map<String, Integer> CURVE_BITS =
            Map.of("ES256", 256, "ES384", 384, "ES512", 521);

    /// Whether a token with this header may be signed with it. What kind of key it is decides which
    /// algorithms there are, so a public key is never taken for a secret.
    boolean fits(JWSHeader header) {
        String named = header.getKeyID();
        String asked = header.getAlgorithm().getName();
        return (named == null || identifier == null || named.equals(identifier))
                && (algorithm == null || algorithm.equals(asked))
                && isFor(asked);
    }

    /// Whether the key is one of this algorithm.
    boolean isFor(String asked) {
        return switch (key) {
            case SecretKey secret -> {
                byte[] bytes = secret.getEncoded();
                yield SECRET_BYTES_MIN.containsKey(asked)
                        && bytes != null
                        && bytes.length >= SECRET_BYTES_MIN.get(asked);
            }
            case RSAPublicKey it -> asked.matches("[RP]S(256|384|512)");
            case ECPublicKey ec ->
                    CURVE_BITS.containsKey(asked)
                            && ec.getParams().getOrder().bitLength() == CURVE_BITS.get(asked);
            case EdECPublicKey it -> asked.equals("EdDSA") || asked.equals("Ed25519");
            default -> false;
        };
    }

    /// Whether the token's signature is one of this key, which [#fits].
    boolean verifies(JWSObject token) {
        try {
            // The JDK's, as the library would need another for this one.
            if (key instanceof EdECPublicKey) {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initVerify((PublicKey) key);
                signature.update(token.getSigningInput());
                return signature.verify(token.getSignature().decode());
            }
            return token.verify(
                    new DefaultJWSVerifierFactory().createJWSVerifier(token.getHeader(), key));
        } catch (GeneralSecurityException | JOSEException e) {
            return false; // a signature of another length, for one
        }
    }

    /// Without the key, which may be a secret.
    @Override
    public String toString() {
        return "TokenKey[" + identifier + ", " + key.getAlgorithm() + "]";
    }
}
