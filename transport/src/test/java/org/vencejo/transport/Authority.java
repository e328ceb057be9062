package org.vencejo.transport;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/// A certificate authority of a test: issues certificates for servers and clients, and revokes
/// them. Thread-safe.
public final class Authority {
    private static final AtomicLong SERIAL = new AtomicLong(1_000);

    private final Issued self;

    private Authority(Issued self) {
        this.self = self;
    }

    /// A certificate and its key, and the certificates of those between it and a root.
    public record Issued(
            X509Certificate certificate, PrivateKey key, List<X509Certificate> between) {
        /// The certificate in PEM.
        public String pem() {
            return Authority.pem(certificate);
        }

        /// The key in PKCS#8.
        public String keyPem() {
            return Authority.keyPem(key);
        }

        /// Writes `NAME.pem` and `NAME.key`.
        public TlsFiles.KeyPair write(Path folder, String name) {
            return new TlsFiles.KeyPair(
                    file(folder, name + ".pem", pem()),
                    file(folder, name + ".key", keyPem()),
                    null);
        }

        /// TLS for a server of the JDK's that shows it.
        public SSLContext context() {
            try {
                char[] password = "p".toCharArray();
                KeyManagerFactory keys =
                        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                keys.init(store(password), password);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keys.getKeyManagers(), null, null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        /// A store with certificate and key, as a JDK client takes it.
        public KeyStore store(char[] password) {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                List<Certificate> chain = new java.util.ArrayList<>(List.of(certificate));
                chain.addAll(between);
                store.setKeyEntry("it", key, password, chain.toArray(new Certificate[0]));
                return store;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// A root.
    public static Authority named(String name) {
        KeyPair pair = ecKeys();
        String subject = "CN=" + name;
        return new Authority(
                issue(
                        new X500Principal(subject),
                        pair.getPrivate(),
                        subject,
                        pair,
                        Duration.ofDays(90),
                        null,
                        true,
                        List.of()));
    }

    /// Another one that this one has signed; what it issues is shown with its certificate.
    public Authority below(String name) {
        KeyPair pair = ecKeys();
        return new Authority(
                issue(
                        certificate().getSubjectX500Principal(),
                        self.key(),
                        "CN=" + name,
                        pair,
                        Duration.ofDays(90),
                        null,
                        true,
                        between()));
    }

    /// What is shown of it by those for whom it issues.
    private List<X509Certificate> between() {
        boolean isRoot =
                certificate()
                        .getSubjectX500Principal()
                        .equals(certificate().getIssuerX500Principal());
        return isRoot ? List.of() : List.of(certificate());
    }

    /// Its certificate and key.
    public Issued self() {
        return self;
    }

    /// Its own certificate.
    public X509Certificate certificate() {
        return self.certificate();
    }

    public String pem() {
        return self.pem();
    }

    public Path write(Path folder, String name) {
        return file(folder, name, pem());
    }

    /// A certificate for `localhost`, 127.0.0.1 and the `others`.
    public Issued server(String name, String... others) {
        return issued("CN=" + name, ecKeys(), Duration.ofDays(90), names(others));
    }

    /// A certificate without any host name.
    public Issued client(String name) {
        return issued("CN=" + name, ecKeys(), Duration.ofDays(90), null);
    }

    /// A certificate that ends after `life`, which may be over.
    public Issued lasting(String name, Duration life) {
        return issued("CN=" + name, ecKeys(), life, names());
    }

    /// One for this key.
    public Issued of(String name, KeyPair keys) {
        return issued("CN=" + name, keys, Duration.ofDays(90), names());
    }

    private Issued issued(
            String subject, KeyPair keys, Duration life, @Nullable GeneralNames names) {
        return issue(
                certificate().getSubjectX500Principal(),
                self.key(),
                subject,
                keys,
                life,
                names,
                false,
                between());
    }

    /// A list in PEM that revokes these, in force from now on for so long.
    public String revoking(Duration life, Issued... issued) {
        try {
            Instant now = Instant.now();
            JcaX509v2CRLBuilder list =
                    new JcaX509v2CRLBuilder(
                            self.certificate().getSubjectX500Principal(),
                            Date.from(now.minusSeconds(7_200)));
            list.setNextUpdate(Date.from(now.plus(life)));
            for (Issued each : issued) {
                list.addCRLEntry(
                        each.certificate().getSerialNumber(),
                        Date.from(now.minusSeconds(3_600)),
                        CRLReason.keyCompromise);
            }
            return pem(list.build(signer(self.key())));
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    public static KeyPair ecKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static KeyPair rsaKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2_048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String keyPem(PrivateKey key) {
        try {
            return pem(new JcaPKCS8Generator(key, null).generate());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Any object that PEM knows.
    public static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    public static Path file(Path folder, String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GeneralNames names(String... others) {
        List<GeneralName> names =
                new java.util.ArrayList<>(
                        List.of(
                                new GeneralName(GeneralName.dNSName, "localhost"),
                                new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        Arrays.stream(others)
                .map(each -> new GeneralName(GeneralName.dNSName, each))
                .forEach(names::add);
        return new GeneralNames(names.toArray(new GeneralName[0]));
    }

    private static Issued issue(
            X500Principal issuer,
            PrivateKey issuerKey,
            String subject,
            KeyPair keys,
            Duration life,
            @Nullable GeneralNames names,
            boolean isAuthority,
            List<X509Certificate> between) {
        Instant begin = Instant.now().minus(Duration.ofDays(2));
        X500Principal principal = new X500Principal(subject);
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        BigInteger.valueOf(SERIAL.incrementAndGet()),
                        Date.from(begin),
                        Date.from(Instant.now().plus(life)),
                        principal,
                        keys.getPublic());
        try {
            builder.addExtension(
                    Extension.basicConstraints, true, new BasicConstraints(isAuthority));
            if (names != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            return new Issued(
                    new JcaX509CertificateConverter()
                            .getCertificate(builder.build(signer(issuerKey))),
                    keys.getPrivate(),
                    between);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    }
}
