package org.vencejo.broker.passwords;

import java.security.SecureRandom;

/// How a new password is hashed, with costs of today: some tens of milliseconds of one core.
public enum HashKind {
    /// Needs memory as well as time, which is dear for who guesses with special machines.
    ARGON2ID(Integer.MAX_VALUE) {
        @Override
        public PasswordHash hash(byte[] password, SecureRandom random) {
            return Argon2id.hash(password, random);
        }
    },
    /// Sees the first 72 bytes only.
    BCRYPT(72) {
        @Override
        public PasswordHash hash(byte[] password, SecureRandom random) {
            return Bcrypt.hash(password, random);
        }
    },
    /// In the form that Mosquitto reads, too.
    PBKDF2(Integer.MAX_VALUE) {
        @Override
        public PasswordHash hash(byte[] password, SecureRandom random) {
            return Pbkdf2.hash(password, random);
        }
    },
    /// For clients that do not send their password but show that they have it (SCRAM-SHA-256), and
    /// for those that do send it.
    SCRAM_SHA_256(Integer.MAX_VALUE) {
        @Override
        public PasswordHash hash(byte[] password, SecureRandom random) {
            return ScramSha256.hash(password, random);
        }
    };

    private final int passwordBytesMax;

    HashKind(int passwordBytesMax) {
        this.passwordBytesMax = passwordBytesMax;
    }

    /// How long a password may be for all of it to count.
    public int passwordBytesMax() {
        return passwordBytesMax;
    }

    /// A hash of `password` with a salt from `random`.
    public abstract PasswordHash hash(byte[] password, SecureRandom random);
}
