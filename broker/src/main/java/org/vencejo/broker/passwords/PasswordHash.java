package org.vencejo.broker.passwords;

import java.security.SecureRandom;

/// What is kept of a password: enough to know it again, and hard to guess it from. Immutable.
///
/// [#text] is how it stands in a file; `toString` says nothing of it.
public sealed interface PasswordHash permits Argon2id, Bcrypt, Pbkdf2, SaltedSha512, ScramSha256 {
    /// The forms that a hash in a file may have, as the end of a sentence that begins with
    /// "allowed:".
    String FORMS =
            "$argon2id$v=19$m=...,t=...,p=...$salt$hash, $2a$, $2b$ or $2y$ (bcrypt), $7$ or $6$ (Mosquitto), SCRAM-SHA-256$";

    /// Whether it is the hash of `password`. Takes as long for a wrong one as for the right one.
    boolean fits(byte[] password);

    /// Bytes of memory that [#fits] takes.
    long memoryBytes();

    /// A hash that takes just as much work and memory, and that no password is known to fit.
    PasswordHash decoy(SecureRandom random);

    /// As it stands in a file.
    String text();

    /// The hash that `text` stands for.
    ///
    /// @throws UnknownHashException with what is wrong, in words that do not quote it: who forgot
    ///   to hash has a password there
    static PasswordHash of(String text) {
        if (text.startsWith("$argon2id$")) {
            return Argon2id.of(text);
        }
        if (text.startsWith("$2")) {
            return Bcrypt.of(text);
        }
        if (text.startsWith("$7$")) {
            return Pbkdf2.of(text);
        }
        if (text.startsWith("$6$")) {
            return SaltedSha512.of(text);
        }
        if (text.startsWith(ScramSha256.PREFIX)) {
            return ScramSha256.of(text);
        }
        throw new UnknownHashException(
                text.isEmpty()
                        ? "no hash; allowed: " + FORMS
                        : "not a hash of a known form; allowed: " + FORMS);
    }
}
