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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
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
    private static final Duration BEGIN = Duration.ofDays(-2);
    private static final Duration END = Duration.ofDays(90);

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

        /// The same, shown without those between it and a root.
        public Issued alone() {
            return new Issued(certificate, key, List.of());
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
                List<Certificate> chain = new ArrayList<>(List.of(certificate));
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
        return new Authority(selfSigned(name, Content.authority()));
    }

    /// A certificate that nobody stands for.
    public static Issued selfSigned(String name) {
        return selfSigned(name, Content.of(BEGIN, END, null));
    }

    private static Issued selfSigned(String name, Content content) {
        KeyPair pair = ecKeys();
        String subject = "CN=" + name;
        return issue(
                new X500Principal(subject), pair.getPrivate(), subject, pair, content, List.of());
    }

    /// Another one that this one has signed; what it issues is shown with its certificate.
    public Authority below(String name) {
        return new Authority(issued("CN=" + name, ecKeys(), Content.authority()));
    }

    /// The same, but one that may sign no further authority.
    public Authority lastBelow(String name) {
        return new Authority(
                issued("CN=" + name, ecKeys(), Content.authority(new BasicConstraints(0))));
    }

    /// What is shown of it by those for whom it issues.
    private List<X509Certificate> between() {
        boolean isRoot =
                certificate()
                        .getSubjectX500Principal()
                        .equals(certificate().getIssuerX500Principal());
        List<X509Certificate> shown = new ArrayList<>();
        if (!isRoot) {
            shown.add(certificate());
            shown.addAll(self.between());
        }
        return List.copyOf(shown);
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
        return issued("CN=" + name, ecKeys(), Content.of(BEGIN, END, names(others)));
    }

    /// A certificate without any host name.
    public Issued client(String name) {
        return issued("CN=" + name, ecKeys(), Content.of(BEGIN, END, null));
    }

    /// The same, for this purpose alone.
    public Issued client(String name, KeyPurposeId purpose) {
        return issued("CN=" + name, ecKeys(), Content.of(BEGIN, END, null).withPurpose(purpose));
    }

    /// A certificate that ends after `life`, which may be over.
    public Issued lasting(String name, Duration life) {
        return issued("CN=" + name, ecKeys(), Content.of(BEGIN, life, names()));
    }

    /// A certificate that is not in force yet.
    public Issued beginningIn(String name, Duration time) {
        return issued("CN=" + name, ecKeys(), Content.of(time, END, null));
    }

    /// One for this key.
    public Issued of(String name, KeyPair keys) {
        return issued("CN=" + name, keys, Content.of(BEGIN, END, names()));
    }

    private Issued issued(String subject, KeyPair keys, Content content) {
        return issue(
                certificate().getSubjectX500Principal(),
                self.key(),
                subject,
                keys,
                content,
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
                new ArrayList<>(
                        List.of(
                                new GeneralName(GeneralName.dNSName, "localhost"),
                                new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        Arrays.stream(others)
                .map(each -> new GeneralName(GeneralName.dNSName, each))
                .forEach(names::add);
        return new GeneralNames(names.toArray(new GeneralName[0]));
    }

    /// What a certificate says beside names and keys: from when to when, counted from now, for
    /// which hosts, and how many authorities may come below it; none if it is no authority.
    private record Content(
            Duration begin,
            Duration end,
            @Nullable GeneralNames hosts,
            BasicConstraints constraints,
            @Nullable KeyPurposeId purpose) {
        static Content authority() {
            return authority(new BasicConstraints(true));
        }

        static Content authority(BasicConstraints constraints) {
            return new Content(BEGIN, END, null, constraints, null);
        }

        static Content of(Duration begin, Duration end, @Nullable GeneralNames hosts) {
            return new Content(begin, end, hosts, new BasicConstraints(false), null);
        }

        Content withPurpose(KeyPurposeId other) {
            return new Content(begin, end, hosts, constraints, other);
        }
    }

    private static Issued issue(
            X500Principal issuer,
            PrivateKey issuerKey,
            String subject,
            KeyPair keys,
            Content content,
            List<X509Certificate> between) {
        Instant now = Instant.now();
        X500Principal principal = new X500Principal(subject);
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        BigInteger.valueOf(SERIAL.incrementAndGet()),
                        Date.from(now.plus(content.begin())),
                        Date.from(now.plus(content.end())),
                        principal,
                        keys.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, content.constraints());
            if (content.hosts() != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, content.hosts());
            }
            if (content.purpose() != null) {
                builder.addExtension(
                        Extension.extendedKeyUsage, true, new ExtendedKeyUsage(content.purpose()));
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
