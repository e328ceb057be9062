package org.vencejo.transport;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.EncryptionException;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.bc.BcPEMDecryptorProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/// Private keys in PEM: PKCS#8 by the JDK, its encrypted form and those of OpenSSL's older days
/// (PKCS#1, SEC 1) by Bouncy Castle. Stateless.
final class PrivateKeys {
    private PrivateKeys() {}

    /// The first private key of a file.
    static PrivateKey read(byte[] file, char @Nullable [] password) throws IOException {
        List<Pem.Block> blocks = Pem.blocks(file);
        for (Pem.Block block : blocks) {
            if (block.type().endsWith("PRIVATE KEY")) {
                return usable(key(block, password));
            }
        }
        throw new IOException(
                blocks.isEmpty()
                        ? "it holds no private key in PEM (-----BEGIN PRIVATE KEY-----)"
                        : "it holds no private key, but "
                                + blocks.getFirst().type().toLowerCase(java.util.Locale.ROOT));
    }

    /// The key, if both engines can use it.
    static PrivateKey usable(PrivateKey key) throws IOException {
        return switch (key.getAlgorithm()) {
            case "RSA", "EC" -> key;
            default ->
                    throw new IOException(
                            "its private key is for "
                                    + key.getAlgorithm()
                                    + "; allowed: RSA or EC");
        };
    }

    private static PrivateKey key(Pem.Block block, char @Nullable [] password) throws IOException {
        if (block.type().equals("PRIVATE KEY")) {
            return pkcs8(block.bytes());
        }
        try {
            return Other.key(block, password);
        } catch (NoClassDefFoundError absent) {
            throw new IOException(
                    "its %s needs Bouncy Castle (bcpkix-jdk18on) on the class path; 'openssl pkcs8 -topk8 -nocrypt' makes one that does not"
                            .formatted(block.type().toLowerCase(java.util.Locale.ROOT)),
                    absent);
        }
    }

    private static PrivateKey pkcs8(byte[] der) throws IOException {
        GeneralSecurityException last = null;
        for (String algorithm : List.of("RSA", "EC", "EdDSA", "RSASSA-PSS", "DSA")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw new IOException("its private key is damaged, or of a kind that nobody knows", last);
    }

    /// What Bouncy Castle is needed for; loaded when it is.
    private static final class Other {
        private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

        static PrivateKey key(Pem.Block block, char @Nullable [] password) throws IOException {
            Object parsed;
            try (PEMParser parser = new PEMParser(new StringReader(block.text()))) {
                parsed = parser.readObject();
            } catch (IOException | RuntimeException e) {
                throw new IOException("its private key is damaged: " + e.getMessage(), e);
            }
            boolean encrypted =
                    parsed instanceof PEMEncryptedKeyPair
                            || parsed instanceof PKCS8EncryptedPrivateKeyInfo;
            if (encrypted && password == null) {
                throw new IOException(
                        "its private key is encrypted, and no file with its password is given");
            }
            try {
                return switch (parsed) {
                    case PEMEncryptedKeyPair it when password != null ->
                            pair(it.decryptKeyPair(new BcPEMDecryptorProvider(password)));
                    case PKCS8EncryptedPrivateKeyInfo it when password != null ->
                            info(
                                    it.decryptPrivateKeyInfo(
                                            new JceOpenSSLPKCS8DecryptorProviderBuilder()
                                                    .setProvider(PROVIDER)
                                                    .build(password)));
                    case PEMKeyPair it -> pair(it);
                    case PrivateKeyInfo it -> info(it);
                    case null, default ->
                            throw new IOException(
                                    "its " + block.type() + " is of a kind that nobody knows");
                };
            } catch (EncryptionException | PKCSException e) {
                throw new IOException("the password is not that of its private key", e);
            } catch (PEMException | OperatorCreationException e) {
                throw new IOException("its private key cannot be read: " + e.getMessage(), e);
            }
        }

        private static PrivateKey pair(PEMKeyPair pair) throws IOException {
            return info(pair.getPrivateKeyInfo());
        }

        // Bouncy Castle has decoded it, the JDK's own class is what both engines know.
        private static PrivateKey info(PrivateKeyInfo info) throws IOException {
            return pkcs8(new JcaPEMKeyConverter().getPrivateKey(info).getEncoded());
        }
    }
}
