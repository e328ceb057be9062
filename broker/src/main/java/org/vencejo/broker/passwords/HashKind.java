package org.vencejo.broker.passwords;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// How a new password is hashed, with costs of today: some tens of milliseconds of one core.
public enum HashKind {
    /// Needs memory as well as time, which is dear for who guesses with special machines.
    ARGON2ID {
        @Override
        public PasswordHash hash(byte[] password, SecureRandom random) {
            return Argon2id.hash(password, random);
        }
    },
    /// Sees the first 72 bytes only.
    BCRYPT {
        @Override
        @Nullable String ownFaultOf(byte[] password) {
            return password.length <= BCRYPT_BYTES_MAX
                    ? null
                    : "bcrypt sees the first %d bytes of a password, this one has %d"
                            .formatted(BCRYPT_BYTES_MAX, password.length);
        }

        @Override
        public PasswordHash hash(byte[] password, SecureRandom random) {
            return Bcrypt.hash(password, random);
        }
    },
    /// In the form that Mosquitto reads, too.
    PBKDF2 {
        @Override
        public PasswordHash hash(byte[] password, SecureRandom random) {
            return Pbkdf2.hash(password, random);
        }
    },
    /// For clients that do not send their password but show that they have it (SCRAM-SHA-256), and
    /// for those that do send it.
    SCRAM_SHA_256 {
        @Override
        @Nullable String ownFaultOf(byte[] password) {
            if (password.length > ScramSha256.PASSWORD_BYTES_MAX) {
                return "scram-sha-256 knows passwords of up to %d bytes, this one has %d"
                        .formatted(ScramSha256.PASSWORD_BYTES_MAX, password.length);
            }
            return ScramSha256.takes(password)
                    ? null
                    : "scram-sha-256 prepares passwords by SASLprep (RFC 4013), which leaves nothing of this one";
        }

        @Override
        public PasswordHash hash(byte[] password, SecureRandom random) {
            return ScramSha256.hash(password, random);
        }
    };

    /// What fits a CONNECT.
    private static final int MQTT_BYTES_MAX = 65_535;

    private static final int BCRYPT_BYTES_MAX = 72;

    /// Why a client with `password` would never be let in, or with a part of it as well; null if
    /// neither is so. It is not quoted.
    public @Nullable String faultOf(byte[] password) {
        if (password.length == 0) {
            return "an empty password is none";
        }
        return password.length > MQTT_BYTES_MAX
                ? "a password of MQTT has up to %d bytes, this one has more"
                        .formatted(MQTT_BYTES_MAX)
                : ownFaultOf(password);
    }

    @Nullable String ownFaultOf(byte[] password) {
        return null;
    }

    /// A hash of `password` with a salt from `random`.
    public abstract PasswordHash hash(byte[] password, SecureRandom random);
}
