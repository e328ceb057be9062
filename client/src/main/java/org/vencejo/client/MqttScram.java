package org.vencejo.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ReasonCode;

/// SCRAM-SHA-256 (RFC 5802, RFC 7677): the client shows that it knows the password without sending
/// it, and the server that it knows the password, too; one that does not is not spoken with.
/// Thread-safe.
///
/// The password is kept, to connect again, until [#close] overwrites it; what is made of it is
/// overwritten at once, as far as it is in our hands. There is no channel binding. A server that is
/// not the user's has what CONNECT holds, with the will, and may still guess the password by what
/// it was shown, at the cost of the iterations for each guess: use TLS.
public final class MqttScram implements MqttAuthentication, AutoCloseable {
    private static final String METHOD = "SCRAM-SHA-256";

    /// What RFC 7677 asks for at least: a server that wants fewer may be after cheap guesses.
    private static final int ITERATIONS_MIN = 4_096;

    /// Some seconds of computing: a server that wants more is after our time.
    private static final int ITERATIONS_MAX = 10_000_000;

    private static final int NONCE_BYTES = 18;
    private static final int KEY_BITS = 256;

    /// No channel binding, and no other user to act as.
    private static final String HEADER = "n,,";

    private final String userName;
    private final Supplier<String> nonces;
    private final char[] password;
    private boolean closed;

    private MqttScram(String userName, char[] password, Supplier<String> nonces) {
        this.userName = userName;
        this.password = password;
        this.nonces = nonces;
    }

    /// For this user and this password in UTF-8, of which a copy is taken.
    ///
    /// @throws MqttException if there can be no such user or password
    public static MqttScram sha256(String userName, byte[] password) {
        SecureRandom random = new SecureRandom();
        return sha256(userName, password, () -> nonce(random));
    }

    /// The same with other nonces, which the examples of the standard have.
    static MqttScram sha256(String userName, byte[] password, Supplier<String> nonces) {
        char[] name = SaslPrep.query(userName.toCharArray());
        if (name == null || name.length == 0) {
            throw new MqttException(
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                    METHOD + " has no such user name (RFC 4013), given was '" + userName + "'");
        }
        return new MqttScram(new String(name), prepared(password), nonces);
    }

    private static char[] prepared(byte[] password) {
        CharBuffer decoded = CharBuffer.allocate(password.length);
        try {
            if (UTF_8.newDecoder().decode(ByteBuffer.wrap(password), decoded, true).isError()) {
                throw new MqttException(
                        ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                        METHOD + " takes passwords in UTF-8, given was one that is not");
            }
            char[] given = Arrays.copyOf(decoded.array(), decoded.position());
            char[] prepared = SaslPrep.stored(given);
            if (prepared == null) { // it is taken as it is, as our broker and PostgreSQL do
                prepared = given.clone();
            }
            Arrays.fill(given, '\0');
            if (prepared.length == 0) {
                throw new MqttException(
                        ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                        METHOD + " needs a password, given was an empty one");
            }
            return prepared;
        } finally {
            Arrays.fill(decoded.array(), '\0');
        }
    }

    private static String nonce(SecureRandom random) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public Exchange begin() {
        return new Scram(this, nonces.get());
    }

    /// Overwrites the password: who connects with this afterwards fails.
    @Override
    public void close() {
        synchronized (password) {
            closed = true;
            Arrays.fill(password, '\0');
        }
    }

    private char[] password() {
        synchronized (password) {
            if (closed) {
                throw new MqttException(
                        ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                        METHOD + " has no password any more: it was closed");
            }
            return password.clone();
        }
    }

    /// Says whose password it is; never what it is.
    @Override
    public String toString() {
        return "MqttScram[" + METHOD + ", " + userName + "]";
    }

    /// One exchange: n,,n=user,r=nonce; r=nonce and more,s=salt,i=iterations; c=n,,,r=,p=proof;
    /// v=signature.
    private static final class Scram implements Exchange {
        private final MqttScram of;
        private final String nonce;
        private final String firstBare;
        private byte @Nullable [] expectedSignature;

        Scram(MqttScram of, String nonce) {
            this.of = of;
            this.nonce = nonce;
            this.firstBare =
                    "n=" + of.userName.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
        }

        @Override
        public byte[] first() {
            return (HEADER + firstBare).getBytes(UTF_8);
        }

        @Override
        public byte[] next(byte @Nullable [] data) throws GeneralSecurityException {
            if (expectedSignature != null) {
                throw broken("it wants more than the proof");
            }
            String serverFirst = text(data);
            // Extensions may follow, and are not ours to know; one that has to be known comes
            // first.
            String[] fields = serverFirst.split(",", -1);
            if (fields.length < 3) {
                throw broken("its first message has no nonce, salt and iterations");
            }
            String together = value(fields[0], "r=", "a nonce");
            if (!together.startsWith(nonce) || together.length() == nonce.length()) {
                throw broken("its nonce does not go on from ours");
            }
            byte[] salt = base64(value(fields[1], "s=", "a salt"), "its salt");
            int iterations = iterations(value(fields[2], "i=", "the iterations"));
            String lastBare =
                    "c="
                            + Base64.getEncoder().encodeToString(HEADER.getBytes(UTF_8))
                            + ",r="
                            + together;
            byte[] all = (firstBare + "," + serverFirst + "," + lastBare).getBytes(UTF_8);
            byte[] salted = salted(of.password(), salt, iterations);
            try {
                String proof = Base64.getEncoder().encodeToString(proof(salted, all));
                expectedSignature = signature(salted, all);
                return (lastBare + ",p=" + proof).getBytes(UTF_8);
            } finally {
                Arrays.fill(salted, (byte) 0);
            }
        }

        @Override
        public void accepted(byte @Nullable [] data) {
            byte[] expected = expectedSignature;
            if (expected == null) {
                throw unproven("it asked for no proof, and gave none");
            }
            if (data == null) {
                throw unproven("it gave no signature");
            }
            String field = text(data).split(",", -1)[0];
            byte[] given = base64(value(field, "v=", "a signature"), "its signature");
            if (!MessageDigest.isEqual(expected, given)) {
                throw unproven("its signature is not made of it");
            }
        }

        private static int iterations(String text) {
            int iterations;
            try {
                iterations = Integer.parseInt(text);
            } catch (NumberFormatException e) {
                iterations = 0;
            }
            if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) {
                throw broken(
                        "it wants %s iterations, and %d to %d are computed"
                                .formatted(shown(text), ITERATIONS_MIN, ITERATIONS_MAX));
            }
            return iterations;
        }
    }

    private static byte[] salted(char[] password, byte[] salt, int iterations)
            throws GeneralSecurityException {
        PBEKeySpec key = new PBEKeySpec(password, salt, iterations, KEY_BITS);
        Arrays.fill(password, '\0');
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(key)
                    .getEncoded();
        } finally {
            key.clearPassword();
        }
    }

    // ClientKey, of which the server knows the hash alone, under a signature that it can make.
    private static byte[] proof(byte[] salted, byte[] all) throws GeneralSecurityException {
        byte[] proof = hmac(salted, "Client Key".getBytes(UTF_8));
        byte[] stored = MessageDigest.getInstance("SHA-256").digest(proof);
        byte[] signature = hmac(stored, all);
        Arrays.fill(stored, (byte) 0);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= signature[i];
        }
        return proof;
    }

    private static byte[] signature(byte[] salted, byte[] all) throws GeneralSecurityException {
        byte[] key = hmac(salted, "Server Key".getBytes(UTF_8));
        byte[] signature = hmac(key, all);
        Arrays.fill(key, (byte) 0);
        return signature;
    }

    private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data);
    }

    // ---- what the server says ----

    private static String text(byte @Nullable [] data) {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(data == null ? new byte[0] : data))
                    .toString();
        } catch (CharacterCodingException e) {
            throw broken("its message is not UTF-8");
        }
    }

    private static String value(String field, String name, String what) {
        if (!field.startsWith(name)) {
            throw broken("expected was " + what + ", given was '" + shown(field) + "'");
        }
        return field.substring(name.length());
    }

    private static byte[] base64(String text, String what) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            bytes = new byte[0];
        }
        if (bytes.length == 0) {
            throw broken(what + " is not Base64");
        }
        return bytes;
    }

    // Of what a server that may be any wrote, as much as fits a log line.
    private static String shown(String text) {
        String begin = text.length() <= 40 ? text : text.substring(0, 40) + "...";
        return begin.replaceAll("[^ -~]", "?");
    }

    private static MqttException broken(String how) {
        return new MqttException(
                ReasonCode.PROTOCOL_ERROR, "the server broke " + METHOD + ": " + how);
    }

    private static MqttException unproven(String how) {
        return new MqttException(
                ReasonCode.NOT_AUTHORIZED,
                "the server did not show that it knows the password, so it may be another: " + how);
    }
}
