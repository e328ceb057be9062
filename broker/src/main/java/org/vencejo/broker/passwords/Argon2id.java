package org.vencejo.broker.passwords;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// A hash of RFC 9106 in the PHC form that other tools write, too. Immutable.
final class Argon2id implements PasswordHash {
    private static final String FORM = "$argon2id$v=19$m=...,t=...,p=...$salt$hash";

    // What OWASP names first: 19 MiB, two passes, one lane.
    private static final Cost DEFAULT = new Cost(19_456, 2, 1);
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;

    /// What a thread has hashed in, to hash in again: 19 MB of garbage for each password would cost
    /// more than it does, and goes with the thread.
    private static final ThreadLocal<Memory> MEMORY = new ThreadLocal<>();

    private record Memory(int kilobytes, Argon2BytesGenerator.BlockPool blocks) {}

    private final Cost cost;
    private final byte[] salt;
    private final byte[] hash;

    /// Memory in KiB, passes and lanes.
    private record Cost(int memory, int passes, int lanes) {}

    private Argon2id(Cost cost, byte[] salt, byte[] hash) {
        this.cost = cost;
        this.salt = salt;
        this.hash = hash;
    }

    static Argon2id of(String text) {
        String[] parts = HashFields.split(text, 5, FORM);
        if (!parts[1].equals("v=19")) {
            throw new UnknownHashException("not version 19; allowed: " + FORM);
        }
        String[] costs = parts[2].split(",", -1);
        if (costs.length != 3) {
            throw new UnknownHashException("not of the form " + FORM);
        }
        int lanes = value(costs[2], "p", 1, 16);
        Cost cost =
                new Cost(
                        value(costs[0], "m", 8 * lanes, 1 << 20),
                        value(costs[1], "t", 1, 64),
                        lanes);
        return new Argon2id(
                cost,
                HashFields.bytes(parts[3], "the salt", 8, 64),
                HashFields.bytes(parts[4], "the hash", 16, 64));
    }

    private static int value(String cost, String name, int min, int max) {
        if (!cost.startsWith(name + "=")) {
            throw new UnknownHashException("not of the form " + FORM);
        }
        return HashFields.number(cost.substring(2), name, min, max);
    }

    static Argon2id hash(byte[] password, SecureRandom random) {
        byte[] salt = HashFields.random(random, SALT_BYTES);
        return new Argon2id(DEFAULT, salt, compute(password, DEFAULT, salt, HASH_BYTES));
    }

    @Override
    public boolean fits(byte[] password) {
        return MessageDigest.isEqual(hash, compute(password, cost, salt, hash.length));
    }

    private static byte[] compute(byte[] password, Cost cost, byte[] salt, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(cost.memory)
                        .withIterations(cost.passes)
                        .withParallelism(cost.lanes)
                        .withSalt(salt)
                        .withBlockPool(memory(cost))
                        .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password, hash);
        return hash;
    }

    private static Argon2BytesGenerator.BlockPool memory(Cost cost) {
        Memory memory = MEMORY.get();
        if (memory == null || memory.kilobytes < cost.memory) {
            memory = new Memory(cost.memory, new Argon2BytesGenerator.FixedBlockPool(cost.memory));
            MEMORY.set(memory);
        }
        return memory.blocks;
    }

    @Override
    public long memoryBytes() {
        return 1_024L * cost.memory;
    }

    @Override
    public PasswordHash decoy(SecureRandom random) {
        return new Argon2id(
                cost,
                HashFields.random(random, salt.length),
                HashFields.random(random, hash.length));
    }

    @Override
    public String text() {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                .formatted(
                        cost.memory,
                        cost.passes,
                        cost.lanes,
                        base64.encodeToString(salt),
                        base64.encodeToString(hash));
    }

    @Override
    public String toString() {
        return "Argon2id[" + cost + "]";
    }
}
