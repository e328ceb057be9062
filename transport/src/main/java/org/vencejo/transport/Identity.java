package org.vencejo.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/// Who we are to the peer: a chain of certificates, our own first, and its private key. Immutable.
record Identity(PrivateKey key, List<X509Certificate> chain) {
    private static final int DNS_NAME = 2;

    /// Reads it from files, which may be one and the same; notes what is wrong with them.
    static @Nullable Identity read(TlsFiles.KeyPair files, List<TlsFiles.Trouble> troubles) {
        char @Nullable [] password = null;
        try {
            Path passwordFile = files.keyPassword();
            if (passwordFile != null) {
                try {
                    byte[] file = Pem.read(passwordFile);
                    password = Pem.password(file);
                    Arrays.fill(file, (byte) 0);
                } catch (IOException e) {
                    troubles.add(TlsFiles.Part.KEY_PASSWORD.trouble(passwordFile, e));
                    return null;
                }
            }
            return read(files, password, troubles);
        } finally {
            if (password != null) {
                Arrays.fill(password, '\0');
            }
        }
    }

    private static @Nullable Identity read(
            TlsFiles.KeyPair files, char @Nullable [] password, List<TlsFiles.Trouble> troubles) {
        Path certificateFile = files.certificate();
        Path keyFile = files.key() == null ? certificateFile : files.key();
        List<X509Certificate> chain = null;
        try {
            byte[] bytes = Pem.read(certificateFile);
            if (Pem.isDer(bytes)) {
                return pkcs12(bytes, password);
            }
            chain = inOrder(Pem.certificates(bytes));
        } catch (IOException e) {
            troubles.add(TlsFiles.Part.CERTIFICATE.trouble(certificateFile, e));
            if (files.key() == null) {
                return null; // what is wrong with the file was told
            }
        }
        PrivateKey key = null;
        try {
            key = PrivateKeys.read(Pem.read(keyFile), password);
        } catch (IOException e) {
            troubles.add(TlsFiles.Part.KEY.trouble(keyFile, e));
        }
        if (chain == null || key == null) {
            return null;
        }
        if (!fits(key, chain.getFirst())) {
            troubles.add(
                    TlsFiles.Part.KEY.trouble(
                            keyFile,
                            "it is not the key of the certificate in "
                                    + certificateFile
                                    + " ("
                                    + subject(chain.getFirst())
                                    + ")"));
            return null;
        }
        return new Identity(key, List.copyOf(chain));
    }

    private static Identity pkcs12(byte[] bytes, char @Nullable [] password) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            char[] given = password == null ? new char[0] : password;
            try {
                store.load(new ByteArrayInputStream(bytes), given);
            } catch (IOException e) {
                throw new IOException(
                        e.getCause() instanceof GeneralSecurityException
                                ? password == null
                                        ? "it is encrypted, and no file with its password is given"
                                        : "the password is not that of this PKCS#12 file"
                                : "it is neither PEM nor a readable PKCS#12 file",
                        e);
            }
            for (String alias : java.util.Collections.list(store.aliases())) {
                if (store.getKey(alias, given) instanceof PrivateKey key) {
                    return new Identity(
                            PrivateKeys.usable(key), chain(store.getCertificateChain(alias)));
                }
            }
            throw new IOException("it is a PKCS#12 file without a private key");
        } catch (GeneralSecurityException e) {
            throw new IOException("its private key cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> chain(Certificate @Nullable [] stored) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        if (stored != null) {
            for (Certificate each : stored) {
                chain.add((X509Certificate) each);
            }
        }
        if (chain.isEmpty()) {
            throw new IOException("it is a PKCS#12 file without a certificate for its private key");
        }
        return List.copyOf(inOrder(chain));
    }

    /// The same, found to lead from each to the one that has signed it, as peers walk it.
    private static List<X509Certificate> inOrder(List<X509Certificate> chain) throws IOException {
        for (int i = 1; i < chain.size(); i++) {
            X509Certificate signed = chain.get(i - 1);
            X509Certificate next = chain.get(i);
            if (!isSigned(signed, next)) {
                throw new IOException(
                        "its certificate number %d (%s) is not signed by the one that follows (%s)"
                                .formatted(i, subject(signed), subject(next)));
            }
        }
        return chain;
    }

    private static boolean isSigned(X509Certificate certificate, X509Certificate by) {
        try {
            certificate.verify(by.getPublicKey());
            return certificate.getIssuerX500Principal().equals(by.getSubjectX500Principal());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// Whether what the one signs, the other verifies.
    private static boolean fits(PrivateKey key, X509Certificate certificate) {
        byte[] something = {1, 2, 3};
        String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(something);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(something);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    X509Certificate certificate() {
        return chain.getFirst();
    }

    /// The host names that it is for, in lower case; one may begin with `*.`.
    List<String> hostNames() {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> each : alternatives) {
                    if (each.getFirst().equals(DNS_NAME)) {
                        names.add(((String) each.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
            if (names.isEmpty()) {
                for (Rdn part : new LdapName(subject(certificate())).getRdns()) {
                    if (part.getType().equalsIgnoreCase("CN")) {
                        names.add(part.getValue().toString().toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException | InvalidNameException e) {
            return List.of(); // it has no name that a client could ask for
        }
        return names;
    }

    static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    /// The key is never printed.
    @Override
    public String toString() {
        return "Identity[" + subject(certificate()) + "]";
    }
}
