package org.vencejo.broker.passwords;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Short keys for names, passwords and addresses of any length, which nobody outside can foresee or
/// turn back: HMAC-SHA-256 with a secret, of this process or of the data folder. Thread-safe.
public final class NameKeys {
    /// How long a secret is.
    public static final int SECRET_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final ThreadLocal<Mac> mac;

    /// A key. Two that are equal stand for the same bytes.
    public record Key(long first, long second, long third, long fourth) {}

    /// Those of a new secret.
    public NameKeys(SecureRandom random) {
        this(HashFields.random(random, SECRET_BYTES));
    }

    /// Those of a secret that is kept elsewhere.
    public NameKeys(byte[] secret) {
        SecretKeySpec key = new SecretKeySpec(secret, ALGORITHM);
        this.mac = ThreadLocal.withInitial(() -> newMac(key));
    }

    /// The key of a text.
    public Key of(String text) {
        return finish(mac.get(), text.getBytes(StandardCharsets.UTF_8));
    }

    /// The key of a text and a password together.
    public Key of(String text, byte[] password) {
        Mac it = mac.get();
        byte[] first = text.getBytes(StandardCharsets.UTF_8);
        it.update(ByteBuffer.allocate(Integer.BYTES).putInt(first.length).flip());
        it.update(first);
        return finish(it, password);
    }

    private static Key finish(Mac mac, byte[] last) {
        ByteBuffer all = ByteBuffer.wrap(mac.doFinal(last));
        return new Key(all.getLong(), all.getLong(), all.getLong(), all.getLong());
    }

    private static Mac newMac(SecretKeySpec secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }
}
