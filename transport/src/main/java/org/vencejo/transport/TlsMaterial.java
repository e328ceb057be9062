package org.vencejo.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// What the files of TLS hold, read and found to fit together. Immutable.
record TlsMaterial(
        List<Identity> own, List<X509Certificate> authorities, List<X509CRL> revocations) {
    private static final Duration WARNED_BEFORE = Duration.ofDays(30);

    /// Reads all files, and notes every trouble; without any, what comes is whole.
    static TlsMaterial read(TlsFiles files, List<TlsFiles.Trouble> troubles) {
        List<Identity> own = new ArrayList<>();
        for (TlsFiles.KeyPair each : files.own()) {
            Identity identity = Identity.read(each, troubles);
            if (identity != null) {
                own.add(identity);
            }
        }
        int before = troubles.size();
        Map<Path, List<X509Certificate>> authorities =
                contents(
                        files.authorities(),
                        TlsFiles.Part.AUTHORITIES,
                        Pem::certificates,
                        troubles);
        Map<Path, List<X509CRL>> revocations =
                contents(
                        files.revocations(), TlsFiles.Part.REVOCATIONS, Pem::revocations, troubles);
        TlsMaterial material =
                new TlsMaterial(List.copyOf(own), all(authorities), all(revocations));
        if (troubles.size() == before) { // else one that is missing might be the right one
            material.requireOwnLists(authorities, revocations, troubles);
        }
        return material;
    }

    private interface Reader<T> {
        List<T> read(byte[] file) throws IOException;
    }

    private static <T> Map<Path, List<T>> contents(
            List<Path> files,
            TlsFiles.Part part,
            Reader<T> reader,
            List<TlsFiles.Trouble> troubles) {
        Map<Path, List<T>> contents = new LinkedHashMap<>();
        for (Path file : files) {
            try {
                contents.put(file, List.copyOf(reader.read(Pem.read(file))));
            } catch (IOException e) {
                troubles.add(part.trouble(file, e));
            }
        }
        return contents;
    }

    private static <T> List<T> all(Map<Path, List<T>> contents) {
        return contents.values().stream().flatMap(List::stream).distinct().toList();
    }

    /// A list that bears the name of an authority is to be of that one. Others may be of those
    /// between an authority and clients, who show their certificates.
    private void requireOwnLists(
            Map<Path, List<X509Certificate>> authoritiesByFile,
            Map<Path, List<X509CRL>> revocationsByFile,
            List<TlsFiles.Trouble> troubles) {
        Set<X509Certificate> seen = new HashSet<>(); // one may be in several files
        authoritiesByFile.forEach((home, certificates) -> {
            for (X509Certificate each : certificates) {
                // One name may be that of several keys, where one takes the place of the other.
                if (!seen.add(each)
                        || revocations.stream()
                                .anyMatch(it -> isOf(it, each) && isSignedByOurs(it))) {
                    continue;
                }
                revocationsByFile.forEach((file, lists) -> {
                    if (lists.stream().anyMatch(it -> isOf(it, each))) {
                        troubles.add(
                                TlsFiles.Part.REVOCATIONS.trouble(
                                        file,
                                        "its list of %s is not signed by the authority of that name in %s"
                                                .formatted(Identity.subject(each), home)));
                    }
                });
            }
        });
    }

    private boolean isSignedByOurs(X509CRL list) {
        return authorities.stream().anyMatch(it -> isOf(list, it) && isSigned(list, it));
    }

    private static boolean isOf(X509CRL list, X509Certificate authority) {
        return list.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
    }

    private static boolean isSigned(X509CRL list, X509Certificate by) {
        try {
            list.verify(by.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String issuer(X509CRL list) {
        return list.getIssuerX500Principal().getName();
    }

    /// Trusts whom our authorities have signed and not taken back: with a revocation list, a
    /// certificate of which no list in force tells is refused, too.
    TrustManagerFactory trust() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (IOException impossible) {
            throw new IllegalStateException("nothing is read", impossible);
        }
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        if (revocations.isEmpty()) {
            trust.init(store);
            return trust;
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(store, new X509CertSelector());
        parameters.addCertStore(
                CertStore.getInstance(
                        "Collection", new CollectionCertStoreParameters(revocations)));
        PKIXRevocationChecker checker =
                (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(
                EnumSet.of(Option.ONLY_END_ENTITY, Option.PREFER_CRLS, Option.NO_FALLBACK));
        parameters.addCertPathChecker(checker);
        trust.init(new CertPathTrustManagerParameters(parameters));
        return trust;
    }

    /// Why somebody who has shown these certificates, its own first, is not let in, though it could
    /// prove that they are its own; null if nothing speaks against it. Who resumes a session is not
    /// asked for them again.
    @Nullable String refusal(List<X509Certificate> chain, Instant now) {
        if (isRevoked(chain)) {
            return "its certificate is revoked";
        }
        boolean isOver =
                !chain.isEmpty() && now.isAfter(chain.getFirst().getNotAfter().toInstant());
        return isOver ? "its certificate has expired" : null;
    }

    /// Whether a list names one of them: what an authority has signed goes with it.
    boolean isRevoked(List<X509Certificate> chain) {
        return chain.stream().anyMatch(this::isRevoked);
    }

    private boolean isRevoked(X509Certificate certificate) {
        for (X509CRL list : revocations) {
            if (list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())
                    && list.isRevoked(certificate)) {
                return true;
            }
        }
        return false;
    }

    /// What operators should see to before it is too late, or after.
    List<String> warnings(Instant now) {
        List<String> warnings = new ArrayList<>();
        for (Identity each : own) {
            warn("our certificate", each.certificate(), now, warnings);
        }
        for (X509Certificate each : authorities) {
            warn("the authority's certificate", each, now, warnings);
        }
        for (X509CRL each : revocations) {
            if (each.getNextUpdate() != null && now.isAfter(each.getNextUpdate().toInstant())) {
                warnings.add(
                        "the revocation list of %s was due for renewal at %s; clients with certificates of this authority are refused until there is a newer one"
                                .formatted(issuer(each), each.getNextUpdate().toInstant()));
            }
        }
        for (X509Certificate each : authorities) {
            if (!revocations.isEmpty()
                    && revocations.stream().noneMatch(it -> isOf(it, each) && isSigned(it, each))) {
                warnings.add(
                        "there is no revocation list of %s; clients whose certificates it has signed itself are refused until there is one"
                                .formatted(Identity.subject(each)));
            }
        }
        return warnings;
    }

    private static void warn(
            String whose, X509Certificate certificate, Instant now, List<String> warnings) {
        Instant end = certificate.getNotAfter().toInstant();
        Instant begin = certificate.getNotBefore().toInstant();
        String what = whose + " " + Identity.subject(certificate);
        if (now.isBefore(begin)) {
            warnings.add(what + " is not valid before " + begin);
        } else if (now.isAfter(end)) {
            warnings.add(what + " has expired at " + end);
        } else if (now.plus(WARNED_BEFORE).isAfter(end)) {
            warnings.add(
                    "%s expires at %s, in %d days"
                            .formatted(what, end, Duration.between(now, end).toDays()));
        }
    }
}
