package org.vencejo.broker.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Who signs tokens in a test, with the JDK alone: so the library that verifies them does not judge
/// itself. Immutable.
public record Signer(String algorithm, KeyPair keys, byte[] secret) {
    private static final Map<String, Signer> SIGNERS = new ConcurrentHashMap<>();

    /// One of an algorithm, always the same.
    public static Signer of(String algorithm) {
        return SIGNERS.computeIfAbsent(algorithm, Signer::fresh);
    }

    /// One with another key.
    public static Signer fresh(String algorithm) {
        try {
            byte[] secret = new byte[64];
            new SecureRandom().nextBytes(secret);
            secret[secret.length - 1] = '.'; // a line feed at the end would not be part of it
            String kind = algorithm.substring(0, 2);
            KeyPairGenerator generator =
                    KeyPairGenerator.getInstance(
                            switch (kind) {
                                case "ES" -> "EC";
                                case "Ed" -> "Ed25519";
                                default -> "RSA";
                            });
            if (kind.equals("ES")) {
                generator.initialize(
                        new ECGenParameterSpec(
                                Map.of(
                                                "256", "secp256r1",
                                                "384", "secp384r1",
                                                "512", "secp521r1")
                                        .get(algorithm.substring(2))));
            } else if (!kind.equals("Ed")) {
                generator.initialize(2_048);
            }
            return new Signer(algorithm, generator.generateKeyPair(), secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A token with these claims.
    public String token(String claims) {
        return token("{\"alg\":\"" + algorithm + "\"}", claims);
    }

    /// The same with another header, whatever it says.
    public String token(String header, String claims) {
        String input =
                base64(header.getBytes(StandardCharsets.UTF_8))
                        + "."
                        + base64(claims.getBytes(StandardCharsets.UTF_8));
        return input + "." + base64(signature(input.getBytes(StandardCharsets.US_ASCII)));
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private byte[] signature(byte[] input) {
        try {
            String bits = algorithm.replaceAll("\\D", "");
            if (algorithm.startsWith("HS")) {
                return mac("HmacSHA" + bits, secret, input);
            }
            Signature signature =
                    Signature.getInstance(
                            switch (algorithm.substring(0, 2)) {
                                case "RS" -> "SHA" + bits + "withRSA";
                                case "PS" -> "RSASSA-PSS";
                                case "ES" -> "SHA" + bits + "withECDSAinP1363Format";
                                default -> "Ed25519";
                            });
            if (algorithm.startsWith("PS")) {
                signature.setParameter(
                        new PSSParameterSpec(
                                "SHA-" + bits,
                                "MGF1",
                                new MGF1ParameterSpec("SHA-" + bits),
                                Integer.parseInt(bits) / 8,
                                1));
            }
            PrivateKey key = keys.getPrivate();
            signature.initSign(key);
            signature.update(input);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What HMAC makes of `input`.
    static byte[] mac(String algorithm, byte[] secret, byte[] input) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret, algorithm));
            return mac.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The public key in PEM.
    public String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    /// The public key as a JSON Web Key with this `kid`.
    public String webKey(String identifier) {
        String fields =
                switch (keys.getPublic()) {
                    case RSAPublicKey rsa ->
                            "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\""
                                    .formatted(unsigned(rsa.getModulus().toByteArray(), 256));
                    case ECPublicKey ec -> {
                        int bits = ec.getParams().getOrder().bitLength();
                        int bytes = (bits + 7) / 8;
                        yield "\"kty\":\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\""
                                .formatted(
                                        bits,
                                        unsigned(ec.getW().getAffineX().toByteArray(), bytes),
                                        unsigned(ec.getW().getAffineY().toByteArray(), bytes));
                    }
                    default -> {
                        byte[] encoded = keys.getPublic().getEncoded();
                        yield "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\""
                                .formatted(
                                        base64(
                                                Arrays.copyOfRange(
                                                        encoded,
                                                        encoded.length - 32,
                                                        encoded.length)));
                    }
                };
        return "{" + fields + ",\"kid\":\"" + identifier + "\"}";
    }

    private static String unsigned(byte[] number, int length) {
        byte[] bytes = new byte[length];
        int count = Math.min(number.length, length);
        System.arraycopy(number, number.length - count, bytes, length - count, count);
        return base64(bytes);
    }
}
