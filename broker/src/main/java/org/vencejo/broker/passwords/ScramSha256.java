package org.vencejo.broker.passwords;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.StringPreparation;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// What SCRAM-SHA-256 (RFC 5802, RFC 7677) wants to know of a password, in the form of PostgreSQL:
/// `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. Immutable.
///
/// It lets the client show that it has the password without sending it; a client that does send it
/// is known as well. Passwords are prepared as SASLprep says; one that it forbids is taken as it
/// is, as PostgreSQL does. One that is too long, or of which nothing is left, fits nobody.
public final class ScramSha256 implements PasswordHash {
    static final String PREFIX = "SCRAM-SHA-256$";
    private static final String FORM = PREFIX + "iterations:salt$StoredKey:ServerKey";
    private static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_256;

    /// The client computes them, which may be a small device; RFC 7677 asks for 4,096 at least.
    private static final int ITERATIONS = 15_000;

    /// What a password may have: for much longer ones SASLprep takes longer than the hash, up to a
    /// second for the longest, and whoever sends them chooses that.
    static final int PASSWORD_BYTES_MAX = 1_024;

    private static final int SALT_BYTES = 16;
    private static final int SALT_BYTES_MAX = 64;
    private static final List<String> SALT_PARTS = List.of("the salt of SCRAM", "more of it");
    private static final int KEY_BYTES = 32;

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramSha256(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    static ScramSha256 of(String text) {
        String[] parts = HashFields.split("$" + text.substring(PREFIX.length()), 2, FORM);
        String[] cost = parts[0].split(":", -1);
        String[] keys = parts[1].split(":", -1);
        if (cost.length != 2 || keys.length != 2) {
            throw new UnknownHashException("not of the form " + FORM);
        }
        return new ScramSha256(
                HashFields.number(cost[0], "the iterations", 1, 10_000_000),
                HashFields.bytes(cost[1], "the salt", 1, SALT_BYTES_MAX),
                HashFields.bytes(keys[0], "StoredKey", KEY_BYTES, KEY_BYTES),
                HashFields.bytes(keys[1], "ServerKey", KEY_BYTES, KEY_BYTES));
    }

    static ScramSha256 hash(byte[] password, SecureRandom random) {
        byte[] salt = HashFields.random(random, SALT_BYTES);
        byte[] salted = saltedPassword(prepared(password), ITERATIONS, salt);
        return new ScramSha256(
                ITERATIONS, salt, storedKey(salted), ScramFunctions.serverKey(MECHANISM, salted));
    }

    @Override
    public boolean fits(byte[] password) {
        char[] prepared = prepared(password);
        boolean mayFit = prepared.length > 0;
        return MessageDigest.isEqual(
                        storedKey, storedKey(saltedPassword(prepared, iterations, salt)))
                && mayFit;
    }

    private static byte[] storedKey(byte[] saltedPassword) {
        return ScramFunctions.storedKey(
                MECHANISM, ScramFunctions.clientKey(MECHANISM, saltedPassword));
    }

    // Overwrites what it is given.
    private static byte[] saltedPassword(char[] prepared, int iterations, byte[] salt) {
        // PBKDF2 of the JDK takes no empty password, which is to cost as much; see fits.
        PBEKeySpec key =
                new PBEKeySpec(
                        prepared.length == 0 ? new char[1] : prepared,
                        salt,
                        iterations,
                        KEY_BYTES * Byte.SIZE);
        Arrays.fill(prepared, '\0');
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(key)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2 with HMAC-SHA-256", e);
        } finally {
            key.clearPassword();
        }
    }

    /// Whether it can be the password of anybody.
    static boolean takes(byte[] password) {
        char[] prepared = prepared(password);
        Arrays.fill(prepared, '\0');
        return prepared.length > 0;
    }

    // Nothing if no password of anybody is like that.
    private static char[] prepared(byte[] password) {
        if (password.length == 0 || password.length > PASSWORD_BYTES_MAX) {
            return new char[0];
        }
        char[] characters = characters(password);
        char[] prepared = {};
        try {
            prepared = StringPreparation.POSTGRESQL_PREPARATION.normalize(characters);
        } catch (IndexOutOfBoundsException | IllegalArgumentException nothing) {
            // Nothing is left of it, as of U+00AD alone, where the library fails.
        }
        if (prepared != characters) {
            Arrays.fill(characters, '\0');
        }
        return prepared;
    }

    // Passwords are bytes, which need not be UTF-8; two that differ stay two.
    private static char[] characters(byte[] password) {
        CharBuffer decoded = CharBuffer.allocate(password.length);
        boolean isUtf8 =
                !StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(password), decoded, true)
                        .isError();
        if (!isUtf8) {
            decoded.clear();
            for (byte each : password) {
                decoded.put((char) (each & 0xFF));
            }
        }
        char[] characters = Arrays.copyOf(decoded.array(), decoded.position());
        Arrays.fill(decoded.array(), '\0');
        return characters;
    }

    /// How often the client has to repeat its computing.
    public int iterations() {
        return iterations;
    }

    /// The salt as the client is told it.
    public String saltBase64() {
        return Base64.getEncoder().encodeToString(salt);
    }

    /// Whether `proof` shows that the client has the password; `authMessage` is all that was said.
    public boolean proves(byte[] proof, String authMessage) {
        return proof.length == KEY_BYTES
                && ScramFunctions.verifyClientProof(MECHANISM, proof, storedKey, authMessage);
    }

    /// What shows the client that we know its password.
    public byte[] serverSignature(String authMessage) {
        return ScramFunctions.serverSignature(MECHANISM, serverKey, authMessage);
    }

    /// What is told about a user that nobody knows: the same for a name each time, and of the same
    /// cost. No password fits it.
    ///
    /// It is made of a secret that no password is behind: were it made of the keys of this line, it
    /// would tell strangers whether they have guessed its password, without asking us.
    public ScramSha256 decoyFor(String name, NameKeys secret) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer made = ByteBuffer.allocate(SALT_BYTES_MAX);
        for (String part : SALT_PARTS) {
            NameKeys.Key key = secret.of(part, bytes);
            made.putLong(key.first()).putLong(key.second());
            made.putLong(key.third()).putLong(key.fourth());
        }
        return new ScramSha256(
                iterations,
                Arrays.copyOf(made.array(), salt.length),
                HashFields.random(new SecureRandom(), KEY_BYTES),
                HashFields.random(new SecureRandom(), KEY_BYTES));
    }

    @Override
    public long memoryBytes() {
        return 1_024;
    }

    @Override
    public PasswordHash decoy(SecureRandom random) {
        return new ScramSha256(
                iterations,
                HashFields.random(random, salt.length),
                HashFields.random(random, KEY_BYTES),
                HashFields.random(random, KEY_BYTES));
    }

    @Override
    public String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return PREFIX
                + "%d:%s$%s:%s"
                        .formatted(
                                iterations,
                                base64.encodeToString(salt),
                                base64.encodeToString(storedKey),
                                base64.encodeToString(serverKey));
    }

    @Override
    public String toString() {
        return "ScramSha256[iterations=" + iterations + "]";
    }
}
