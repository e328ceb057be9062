package org.vencejo.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text files with blocks of base64 between `-----BEGIN` and `-----END`. Stateless.
///
/// Whatever is wrong is an IOException whose message is for operators, without the file's name.
final class Pem {
    /// No file of certificates is larger; all of Debian's authorities take a quarter of a megabyte.
    private static final long BYTES_MAX = 16 << 20;

    private static final String BEGIN = "-----BEGIN ";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    private Pem() {}

    /// A block: what it says it is, its bytes if it is base64 alone, and all of its text.
    record Block(String type, String body, String text) {
        byte[] bytes() throws IOException {
            try {
                return Base64.getMimeDecoder().decode(body);
            } catch (IllegalArgumentException e) {
                throw new IOException("its " + type + " is not base64", e);
            }
        }
    }

    static byte[] read(Path file) throws IOException {
        try {
            if (Files.isDirectory(file)) {
                throw new IOException("it is a folder");
            }
            if (Files.size(file) > BYTES_MAX) {
                throw new IOException("it is larger than " + (BYTES_MAX >> 20) + " MB");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException("it may not be read", e);
        }
    }

    /// The blocks of a file; fails for one that is cut, as another may have been lost behind it.
    static List<Block> blocks(byte[] file) throws IOException {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        Matcher matcher = BLOCK.matcher(text);
        List<Block> blocks = new ArrayList<>();
        int end = 0;
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2), matcher.group()));
            requireWhole(matcher.group(2), blocks.size());
            end = matcher.end();
        }
        requireWhole(text.substring(end), blocks.size() + 1);
        return blocks;
    }

    private static void requireWhole(String text, int number) throws IOException {
        if (text.contains(BEGIN)) {
            throw new IOException("its block number %d has no end: it is cut".formatted(number));
        }
    }

    /// All certificates of a file, in its order; at least one.
    static List<X509Certificate> certificates(byte[] file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.type().equals("TRUSTED CERTIFICATE")) {
                throw new IOException(
                        "its certificate number %d is a TRUSTED CERTIFICATE, and nothing here heeds what it is trusted for; allowed: CERTIFICATE, which 'openssl x509' makes of it"
                                .formatted(certificates.size() + 1));
            }
            if (block.type().endsWith("CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate) x509().generateCertificate(in(block)));
                } catch (CertificateException e) {
                    throw new IOException(
                            "its certificate number %d is damaged: %s"
                                    .formatted(certificates.size() + 1, e.getMessage()),
                            e);
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException("it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        }
        return certificates;
    }

    /// All revocation lists of a file, in PEM or the one in DER; at least one.
    static List<X509CRL> revocations(byte[] file) throws IOException {
        List<X509CRL> lists = new ArrayList<>();
        try {
            for (Block block : blocks(file)) {
                if (block.type().equals("X509 CRL")) {
                    lists.add((X509CRL) x509().generateCRL(in(block)));
                }
            }
            if (lists.isEmpty() && isDer(file)) {
                lists.add((X509CRL) x509().generateCRL(new ByteArrayInputStream(file)));
            }
        } catch (CRLException e) {
            throw new IOException("it is a damaged revocation list: " + e.getMessage(), e);
        }
        if (lists.isEmpty()) {
            throw new IOException("it holds no revocation list (-----BEGIN X509 CRL-----)");
        }
        return lists;
    }

    /// The first line of a file, as a password, to be cleared by whoever asked for it, as `file`
    /// is.
    static char[] password(byte[] file) throws IOException {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file));
            int end = 0;
            while (end < text.length() && text.get(end) != '\n' && text.get(end) != '\r') {
                end++;
            }
            char[] password = new char[end];
            text.get(password);
            Arrays.fill(text.array(), '\0');
            return password;
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8 text", e);
        }
    }

    /// Whether the file begins as binary ASN.1 does, such as PKCS#12.
    static boolean isDer(byte[] file) {
        return file.length > 2 && file[0] == 0x30;
    }

    private static ByteArrayInputStream in(Block block) throws IOException {
        return new ByteArrayInputStream(block.bytes());
    }

    private static CertificateFactory x509() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException impossible) {
            throw new IllegalStateException("every JDK has X.509", impossible);
        }
    }
}
