package org.vencejo.broker.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Reads the keys that tokens are signed with: public keys and certificates in PEM, JSON Web Keys,
/// and secrets. Stateless.
final class TokenKeys {
    /// How many keys there may be of one place.
    static final int KEYS_MAX = 100;

    private static final int RSA_BITS_MIN = 2_048;
    private static final int SECRET_BYTES_MIN = 32;

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /// What stands before the 32 bytes of an Ed25519 key in X.509.
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

    private TokenKeys() {}

    /// What is wrong with keys, in words that quote none of them.
    static final class WrongException extends Exception {
        private static final long serialVersionUID = 1;

        WrongException(String detail) {
            super(detail);
        }
    }

    /// Public keys, as PEM or as JSON Web Keys.
    static List<TokenKey> publicKeys(String text) throws WrongException {
        List<TokenKey> keys = text.stripLeading().startsWith("{") ? webKeys(text) : pemKeys(text);
        if (keys.isEmpty()) {
            throw new WrongException(
                    "holds no public key that tokens can be signed with; allowed: RSA from 2048 bits, EC on P-256, P-384 or P-521, Ed25519, as PUBLIC KEY or CERTIFICATE in PEM or as JSON Web Keys");
        }
        return keys;
    }

    /// A secret that tokens are signed with by HS256, HS384 or HS512; a line feed at its end is not
    /// part of it.
    static List<TokenKey> secret(byte[] bytes) throws WrongException {
        int length = bytes.length;
        while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
            length--;
        }
        if (isPublic(bytes)) {
            throw new WrongException(
                    "holds a key in PEM or JSON, which is no secret; allowed: at least 32 bytes that nobody else knows, or keys: for this file");
        }
        if (length < SECRET_BYTES_MIN) {
            throw new WrongException(
                    "holds %d bytes; allowed: at least 32 for HS256, 48 for HS384, 64 for HS512"
                            .formatted(length));
        }
        return List.of(
                new TokenKey(null, null, new SecretKeySpec(Arrays.copyOf(bytes, length), "HMAC")));
    }

    // A secret is of any bytes, so what it begins with says nothing.
    private static boolean isPublic(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.contains("-----BEGIN ") || text.contains("\"kty\"");
    }

    private static List<TokenKey> pemKeys(String text) throws WrongException {
        List<TokenKey> keys = new ArrayList<>();
        Matcher blocks = PEM.matcher(text);
        while (blocks.find()) {
            PublicKey key =
                    switch (blocks.group(1)) {
                        case "PUBLIC KEY" -> ofX509(blocks.group(2));
                        case "CERTIFICATE" -> ofCertificate(blocks.group());
                        default ->
                                throw new WrongException(
                                        "holds a %s; allowed: PUBLIC KEY or CERTIFICATE"
                                                .formatted(blocks.group(1)));
                    };
            add(keys, null, null, key);
        }
        return keys;
    }

    private static PublicKey ofX509(String base64) throws WrongException {
        byte[] bytes;
        try {
            bytes = Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new WrongException("holds a PUBLIC KEY that is not whole");
        }
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            PublicKey key = ofX509(algorithm, bytes);
            if (key != null) {
                return key;
            }
        }
        throw new WrongException("holds a PUBLIC KEY that is neither RSA, EC nor Ed25519");
    }

    private static @Nullable PublicKey ofX509(String algorithm, byte[] bytes) {
        try {
            return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            return null; // of another kind
        }
    }

    private static PublicKey ofCertificate(String pem) throws WrongException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .getPublicKey();
        } catch (GeneralSecurityException e) {
            throw new WrongException("holds a CERTIFICATE that is none");
        }
    }

    /// The keys of a JSON Web Key or of a set of them that can be used; perhaps none.
    static List<TokenKey> webKeys(String text) throws WrongException {
        Map<String, Object> json;
        try {
            json = JSONObjectUtils.parse(text);
        } catch (ParseException | IllegalArgumentException e) {
            throw new WrongException("holds no JSON Web Key, and no set of them");
        }
        if (json == null) { // the library's answer to null
            throw new WrongException("holds no JSON Web Key, and no set of them");
        }
        Object all = json.containsKey("kty") ? List.of(json) : json.get("keys");
        if (!(all instanceof List<?> list)) {
            throw new WrongException("holds no JSON Web Key, and no set of them");
        }
        if (list.size() > KEYS_MAX) {
            throw new WrongException("holds more than " + KEYS_MAX + " keys");
        }
        List<TokenKey> keys = new ArrayList<>();
        for (Object each : list) {
            addWebKey(keys, each);
        }
        return keys;
    }

    // One that is not understood does not spoil the others (RFC 7517, 5).
    @SuppressWarnings("unchecked") // the keys of JSON are texts
    private static void addWebKey(List<TokenKey> keys, Object json) throws WrongException {
        if (!(json instanceof Map<?, ?> fields)) {
            return;
        }
        JWK key;
        try {
            key = JWK.parse((Map<String, Object>) fields);
        } catch (ParseException | IllegalArgumentException e) {
            return;
        }
        boolean isForSignatures =
                key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
        PublicKey publicKey = isForSignatures ? ofWebKey(key) : null;
        if (publicKey != null) {
            add(
                    keys,
                    key.getKeyID(),
                    key.getAlgorithm() == null ? null : key.getAlgorithm().getName(),
                    publicKey);
        }
    }

    // Null for one of a kind that is of no use here, a secret among them: what is public is none.
    private static @Nullable PublicKey ofWebKey(JWK key) {
        try {
            if (key instanceof OctetKeyPair pair) {
                byte[] x = pair.getDecodedX();
                if (!pair.getCurve().equals(Curve.Ed25519) || x.length != 32) {
                    return null;
                }
                byte[] encoded = Arrays.copyOf(ED25519, ED25519.length + x.length);
                System.arraycopy(x, 0, encoded, ED25519.length, x.length);
                return KeyFactory.getInstance("Ed25519")
                        .generatePublic(new X509EncodedKeySpec(encoded));
            }
            return key instanceof AsymmetricJWK pair ? pair.toPublicKey() : null;
        } catch (GeneralSecurityException | JOSEException e) {
            return null;
        }
    }

    private static void add(
            List<TokenKey> keys,
            @Nullable String identifier,
            @Nullable String algorithm,
            PublicKey key)
            throws WrongException {
        boolean isGood =
                switch (key) {
                    case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= RSA_BITS_MIN;
                    case ECPublicKey ec ->
                            List.of("ES256", "ES384", "ES512").stream()
                                    .anyMatch(new TokenKey(null, null, ec)::isFor);
                    case EdECPublicKey ed ->
                            ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
                    default -> false;
                };
        if (isGood) {
            keys.add(new TokenKey(identifier, algorithm, key));
        }
        if (keys.size() > KEYS_MAX) {
            throw new WrongException("holds more than " + KEYS_MAX + " keys");
        }
    }
}
