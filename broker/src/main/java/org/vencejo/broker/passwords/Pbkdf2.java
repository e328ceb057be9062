package org.vencejo.broker.passwords;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;

/// PBKDF2 with HMAC-SHA-512, in the form of Mosquitto: `$7$iterations$salt$hash`. Immutable.
///
/// `mosquitto_passwd` asks for 101 iterations, which protects little; ours are as many as OWASP
/// names.
final class Pbkdf2 implements PasswordHash {
    private static final String FORM = "$7$iterations$salt$hash";
    private static final int ITERATIONS = 210_000;

    /// Mosquitto reads no other length.
    private static final int SALT_BYTES = 12;

    private static final int HASH_BYTES = 64;

    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private Pbkdf2(int iterations, byte[] salt, byte[] hash) {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    static Pbkdf2 of(String text) {
        String[] parts = HashFields.split(text, 4, FORM);
        return new Pbkdf2(
                HashFields.number(parts[1], "the iterations", 1, 10_000_000),
                HashFields.bytes(parts[2], "the salt", 1, 64),
                HashFields.bytes(parts[3], "the hash", HASH_BYTES, HASH_BYTES));
    }

    static Pbkdf2 hash(byte[] password, SecureRandom random) {
        byte[] salt = HashFields.random(random, SALT_BYTES);
        return new Pbkdf2(ITERATIONS, salt, compute(password, ITERATIONS, salt));
    }

    @Override
    public boolean fits(byte[] password) {
        return MessageDigest.isEqual(hash, compute(password, iterations, salt));
    }

    // The JDK's takes characters, and passwords are bytes.
    private static byte[] compute(byte[] password, int iterations, byte[] salt) {
        PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA512Digest());
        generator.init(password, salt, iterations);
        return ((KeyParameter) generator.generateDerivedMacParameters(HASH_BYTES * Byte.SIZE))
                .getKey();
    }

    @Override
    public long memoryBytes() {
        return 1_024;
    }

    @Override
    public PasswordHash decoy(SecureRandom random) {
        return new Pbkdf2(
                iterations,
                HashFields.random(random, salt.length),
                HashFields.random(random, HASH_BYTES));
    }

    @Override
    public String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "$7$%d$%s$%s"
                .formatted(iterations, base64.encodeToString(salt), base64.encodeToString(hash));
    }

    @Override
    public String toString() {
        return "Pbkdf2[iterations=" + iterations + "]";
    }
}
