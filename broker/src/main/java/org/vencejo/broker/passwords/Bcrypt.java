package org.vencejo.broker.passwords;

import java.security.SecureRandom;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/// A hash of OpenBSD's bcrypt, as htpasswd and many others write it. Immutable.
final class Bcrypt implements PasswordHash {
    private static final Pattern FORM =
            Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");
    private static final String ALPHABET =
            "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int COST = 10;
    private static final int SALT_BYTES = 16;
    private static final int HASH_CHARACTERS = 31;

    private final String text;

    private Bcrypt(String text) {
        this.text = text;
    }

    static Bcrypt of(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new UnknownHashException(
                    "not of the form $2b$10$..., with 53 characters of salt and hash");
        }
        HashFields.number(form.group(1), "the cost", 4, 16);
        return new Bcrypt(text);
    }

    static Bcrypt hash(byte[] password, SecureRandom random) {
        return new Bcrypt(
                OpenBSDBCrypt.generate(
                        "2b", password, HashFields.random(random, SALT_BYTES), COST));
    }

    @Override
    public boolean fits(byte[] password) {
        return OpenBSDBCrypt.checkPassword(text, password);
    }

    @Override
    public long memoryBytes() {
        return 8_192;
    }

    @Override
    public PasswordHash decoy(SecureRandom random) {
        StringBuilder other = new StringBuilder(text.substring(0, text.length() - HASH_CHARACTERS));
        for (int i = 0; i < HASH_CHARACTERS; i++) {
            other.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new Bcrypt(other.toString());
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return "Bcrypt[cost=" + text.substring(4, 6) + "]";
    }
}
