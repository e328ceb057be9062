package org.vencejo.broker.passwords;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Hashes that others made are known again, new ones are made, and what is none is refused in words
/// that do not quote it.
class PasswordHashTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Made by argon2-cffi (libargon2), by bcrypt.py, and by mosquitto_passwd 2.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "password | $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "U*U | $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "U*U | $2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "wonder | $7$101$I5Qjkjrn5HkiZprL$/zOFfj6QRTyiiFdUp5SIzio5sjovZubOEKfdcnI1hUBcyjV77exp8n8XyBhhcdGWgaEX2n55B2G/my+X6pvPmA==",
                "build | $6$Y4SnK7pET5PqGFI+$MBS42b/XGJXJecHpEFDJCKmtjZIyZdnjSgNo/rt9sD2nGnxZkcYX4O3LAvNTBBpQZWesXoQ6r5hcwjQB5L1T8g==",
                "pencil | SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
            })
    void knowsThePasswordOfAHashThatAnotherMade(String password, String text) {
        PasswordHash hash = PasswordHash.of(text);

        assertThat(hash.fits(bytes(password))).isTrue();
        assertThat(hash.fits(bytes(password + " "))).isFalse();
        assertThat(hash.fits(new byte[0])).isFalse();
        assertThat(hash.text()).isEqualTo(text);
        assertThat(hash.decoy(RANDOM).fits(bytes(password))).isFalse();
        assertThat(hash.decoy(RANDOM)).hasToString(hash.toString());
        assertThat(hash.toString()).doesNotContain(text.substring(text.length() - 20));
    }

    @ParameterizedTest
    @EnumSource
    void knowsWhatItHashedAndSaltsEachAnew(HashKind kind) {
        byte[] password = {0, (byte) 0xFF, 'a'}; // any bytes are a password
        PasswordHash hash = kind.hash(password, RANDOM);

        PasswordHash read = PasswordHash.of(hash.text());

        assertThat(read.fits(password)).isTrue();
        assertThat(read.fits(new byte[] {0, (byte) 0xFF, 'b'})).isFalse();
        assertThat(kind.hash(password, RANDOM).text()).isNotEqualTo(hash.text());
    }

    /// The example of RFC 7677.
    @Test
    void aProofShowsThatTheClientHasThePasswordAndTheSignatureThatWeKnowIt() {
        ScramSha256 hash =
                (ScramSha256)
                        PasswordHash.of(
                                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
        String said =
                "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        byte[] proof = Base64.getDecoder().decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");

        assertThat(hash.proves(proof, said)).isTrue();
        assertThat(hash.proves(proof, said + "0")).isFalse();
        assertThat(hash.proves(new byte[0], said)).isFalse();
        assertThat(hash.serverSignature(said))
                .asBase64Encoded()
                .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @Test
    void whoIsUnknownIsToldTheSameSaltEachTimeWhichIsOnlyItsOwn() {
        byte[] password = bytes("x");
        NameKeys secret = new NameKeys(RANDOM);
        ScramSha256 known = (ScramSha256) HashKind.SCRAM_SHA_256.hash(password, RANDOM);
        String salt = known.decoyFor("a", secret).saltBase64();

        assertThat(known.decoyFor("a", secret).saltBase64()).isEqualTo(salt);
        assertThat(known.decoyFor("b", secret).saltBase64()).isNotEqualTo(salt);
        assertThat(salt).hasSameSizeAs(known.saltBase64());
        assertThat(known.decoyFor("a", secret).fits(password)).isFalse();
    }

    /// Whoever has guessed the password of a line could see it in a salt that is made of the line.
    @Test
    void whatStrangersAreToldDoesNotDependOnAnyPassword() {
        NameKeys secret = new NameKeys(RANDOM);
        ScramSha256 one = (ScramSha256) HashKind.SCRAM_SHA_256.hash(bytes("x"), RANDOM);
        ScramSha256 other = (ScramSha256) HashKind.SCRAM_SHA_256.hash(bytes("y"), RANDOM);

        assertThat(one.decoyFor("a", secret).saltBase64())
                .isEqualTo(other.decoyFor("a", secret).saltBase64())
                .isNotEqualTo(one.decoyFor("a", new NameKeys(RANDOM)).saltBase64());
    }

    /// U+00AD and U+200B: SASLprep maps them to nothing.
    @ParameterizedTest
    @ValueSource(strings = {"\u00AD", "\u200B", "\u034F\u200B"})
    void aPasswordOfWhichNothingIsLeftFitsNobody(String nothing) {
        assertThat(HashKind.SCRAM_SHA_256.hash(bytes("x"), RANDOM).fits(bytes(nothing))).isFalse();
        assertThat(HashKind.SCRAM_SHA_256.hash(bytes(nothing), RANDOM).fits(bytes(nothing)))
                .isFalse();
    }

    /// SASLprep may take a second for the longest password that a client can send. Made by Python's
    /// hashlib.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1024 | true  | SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$vvGUccKbD4eRoFJBxq2OG1wtVuNk1q/ELDksWICV8FY=:MyIFqNq8YWU3ksDY0zi8LeJvDrJkKIRRiNr8c8IPhk4=",
                "1025 | false | SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$thdHm72C8aMbhjgxH2bzmo+doR0rNZ0LVIuejGgy+BY=:aW1rsyHuT/dtUbmtGfCJvncPrLrFCJePfEL0SkBEJYc=",
            })
    void aPasswordThatIsTooLongForScramFitsNobody(int times, boolean fits, String text) {
        byte[] password = bytes("a".repeat(times));
        assertThat(PasswordHash.of(text).fits(password)).isEqualTo(fits);
        PasswordHash own = HashKind.SCRAM_SHA_256.hash(password, RANDOM);
        assertThat(own.fits(password)).isEqualTo(fits);
        assertThat(own.fits(bytes("a"))).isFalse();
        assertThat(own.fits(new byte[0])).isFalse();
    }

    /// All of it counts, or it is said before.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "ARGON2ID      | a      | 65535 | none",
                "ARGON2ID      | a      | 65536 | a password of MQTT has up to 65535 bytes, this one has more",
                "PBKDF2        | a      | 65536 | a password of MQTT has up to 65535 bytes, this one has more",
                "ARGON2ID      | a      |     0 | an empty password is none",
                "BCRYPT        | a      |    72 | none",
                "BCRYPT        | a      |    73 | bcrypt sees the first 72 bytes of a password, this one has 73",
                "SCRAM_SHA_256 | a      |  1024 | none",
                "SCRAM_SHA_256 | a      |  1025 | scram-sha-256 knows passwords of up to 1024 bytes, this one has 1025",
                "SCRAM_SHA_256 | \u00E9 |   512 | none",
                "SCRAM_SHA_256 | \u00E9 |   513 | scram-sha-256 knows passwords of up to 1024 bytes, this one has 1026",
                "SCRAM_SHA_256 | \u200B |     3 | scram-sha-256 prepares passwords by SASLprep (RFC 4013), which leaves nothing of this one",
            })
    void saysWhyAPasswordWouldNeverBeRight(
            HashKind kind, String repeated, int times, @Nullable String fault) {
        byte[] password = bytes(repeated.repeat(times));
        assertThat(kind.faultOf(password)).isEqualTo(fault);
        if (fault == null) {
            assertThat(kind.hash(password, RANDOM).fits(password)).isTrue();
        }
    }

    @Test
    void newHashesHaveTheCostsOfTheDocument() {
        byte[] password = bytes("x");
        assertThat(HashKind.ARGON2ID.hash(password, RANDOM).text())
                .startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(HashKind.BCRYPT.hash(password, RANDOM).text()).startsWith("$2b$10$");
        assertThat(HashKind.SCRAM_SHA_256.hash(password, RANDOM).text())
                .startsWith("SCRAM-SHA-256$15000:");
        assertThat(HashKind.PBKDF2.hash(password, RANDOM).text()).startsWith("$7$210000$");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "geheim | not a hash of a known form",
                "'' | no hash",
                "$1$geheim | not a hash of a known form",
                "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$geheim | not a hash of a known form",
                "$argon2id$v=19$m=19456,t=2,p=1$geheim | not of the form",
                "$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$geheim | not version 19",
                "$argon2id$v=19$m=19456,t=2$c29tZXNhbHQ$geheim | not of the form",
                "$argon2id$v=19$t=2,m=19456,p=1$c29tZXNhbHQ$geheim | not of the form",
                "$argon2id$v=19$m=1,t=2,p=1$c29tZXNhbHQ$geheim | m; allowed: 8 to 1048576",
                "$argon2id$v=19$m=19456,t=65,p=1$c29tZXNhbHQ$geheim | t; allowed: 1 to 64",
                "$argon2id$v=19$m=19456,t=2,p=17$c29tZXNhbHQ$geheim | p; allowed: 1 to 16",
                "$argon2id$v=19$m=99999999999,t=2,p=1$c29tZXNhbHQ$geheim | m; allowed",
                "$argon2id$v=19$m=19456,t=2,p=1$c2Fs$geheim | the salt has 3 bytes; allowed: 8 to 64",
                "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$geheim- | the hash is not Base64",
                "$2b$10$geheim | not of the form $2b$10$...",
                "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW | not of the form $2b$10$...",
                "$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW | the cost; allowed: 4 to 16",
                "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW | the cost; allowed: 4 to 16",
                "$7$101$geheim | not of the form $7$",
                "$7$0$c2FsdHNhbHQ=$Z2VoZWlt | the iterations; allowed: 1 to 10000000",
                "$7$-1$c2FsdHNhbHQ=$Z2VoZWlt | the iterations; allowed",
                "$7$101$c2FsdHNhbHQ=$Z2VoZWlt | the hash has 6 bytes; allowed: 64",
                "$6$c2FsdHNhbHQ=$Z2VoZWlt | the hash has 6 bytes; allowed: 64",
                "$6$$Z2VoZWlt | the salt has 0 bytes; allowed: 1 to 64",
                "SCRAM-SHA-256$geheim | not of the form SCRAM-SHA-256$iterations:salt$",
                "SCRAM-SHA-256$4096:c2FsdA==$geheim | not of the form SCRAM-SHA-256$",
                "SCRAM-SHA-256$0:c2FsdA==$AA==:geheim | the iterations; allowed: 1 to",
                "SCRAM-SHA-256$4096:c2FsdA==$AA==:geheim | StoredKey has 1 bytes; allowed: 32",
                "$6$geheim | not of the form $6$",
            })
    void saysWhatIsWrongWithAHashAndQuotesNothingOfIt(String text, String why) {
        assertThatThrownBy(() -> PasswordHash.of(text))
                .isInstanceOf(UnknownHashException.class)
                .hasMessageContaining(why)
                .message()
                .doesNotContain("geheim")
                .doesNotContain("Z2VoZWlt");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
