package org.vencejo.broker.passwords;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// One round of SHA-512 over password and salt, as Mosquitto up to 1.6 wrote it: `$6$salt$hash`.
/// Immutable. It is known so that old files go on; guessing it is cheap.
final class SaltedSha512 implements PasswordHash {
    private static final String FORM = "$6$salt$hash";
    private static final int HASH_BYTES = 64;

    private final byte[] salt;
    private final byte[] hash;

    private SaltedSha512(byte[] salt, byte[] hash) {
        this.salt = salt;
        this.hash = hash;
    }

    static SaltedSha512 of(String text) {
        String[] parts = HashFields.split(text, 3, FORM);
        return new SaltedSha512(
                HashFields.bytes(parts[1], "the salt", 1, 64),
                HashFields.bytes(parts[2], "the hash", HASH_BYTES, HASH_BYTES));
    }

    @Override
    public boolean fits(byte[] password) {
        try {
            MessageDigest sha512 = MessageDigest.getInstance("SHA-512");
            sha512.update(password);
            return MessageDigest.isEqual(hash, sha512.digest(salt));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    @Override
    public long memoryBytes() {
        return 1_024;
    }

    @Override
    public PasswordHash decoy(SecureRandom random) {
        return new SaltedSha512(
                HashFields.random(random, salt.length), HashFields.random(random, HASH_BYTES));
    }

    @Override
    public String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "$6$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    @Override
    public String toString() {
        return "SaltedSha512";
    }
}
