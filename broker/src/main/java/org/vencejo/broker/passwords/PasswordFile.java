package org.vencejo.broker.passwords;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.Mistake;
import org.vencejo.broker.config.Place;

/// The users of a password file, `name:hash` in each line, as Mosquitto's. Immutable.
///
/// What no user name fits is compared with a decoy, so that it takes as long to be told that a user
/// is unknown as that the password is wrong. Which decoy, is chosen for each name by chance, but
/// the same one each time: where a file holds hashes of several kinds, names that are not in it
/// look like a sample of those that are.
public final class PasswordFile {
    private final Map<String, PasswordHash> users;
    private final List<PasswordHash> decoys;

    /// Those that know SCRAM, each at a place by its user's name.
    private final NavigableMap<Long, ScramSha256> scram = new TreeMap<>();

    private PasswordFile(Map<String, PasswordHash> users, SecureRandom random) {
        this.users = users;
        // Hashes of one cost need one decoy; their `toString` says what they cost.
        Map<String, PasswordHash> kinds = new HashMap<>();
        List<PasswordHash> all = new ArrayList<>();
        for (PasswordHash hash : users.values()) {
            all.add(kinds.computeIfAbsent(hash.toString(), kind -> hash.decoy(random)));
        }
        this.decoys = List.copyOf(all);
        users.forEach((name, hash) -> {
            if (hash instanceof ScramSha256 it) {
                scram.put(place(name), it);
            }
        });
    }

    // All names have different ones, for all that can be known.
    private static long place(String name) {
        try {
            return ByteBuffer.wrap(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(name.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Nobody's password.
    public static PasswordFile empty() {
        return new PasswordFile(Map.of(), new SecureRandom());
    }

    /// What is in `file`; what is wrong with it goes to `mistakes`, and none of them quotes what
    /// may be a password. A hash that needs more than `memoryBytesMax` is wrong.
    public static PasswordFile read(Path file, long memoryBytesMax, List<Mistake> mistakes) {
        String trouble;
        try {
            return parse(file.toString(), Files.readString(file), memoryBytesMax, mistakes);
        } catch (NoSuchFileException e) {
            trouble = "there is no such file; 'vencejo passwd %s USER' makes it".formatted(file);
        } catch (AccessDeniedException e) {
            trouble = "this file may not be read";
        } catch (CharacterCodingException e) {
            trouble = "this file is not UTF-8 text";
        } catch (IOException e) {
            trouble =
                    Files.isDirectory(file)
                            ? "this is a folder"
                            : "cannot be read: " + e.getMessage();
        }
        mistakes.add(new Mistake(Place.ofFile(file.toString()), "", trouble));
        return empty();
    }

    static PasswordFile parse(
            String file, String text, long memoryBytesMax, List<Mistake> mistakes) {
        Map<String, PasswordHash> users = new HashMap<>();
        Map<String, Integer> lines = new HashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (isNoUser(line)) {
                continue;
            }
            int colon = line.indexOf(':');
            String name = nameIn(line);
            Place place = Place.inFile(file, number, colon + 2);
            if (colon < 0) {
                mistakes.add(
                        new Mistake(
                                Place.inFile(file, number, 1),
                                "",
                                "no colon; allowed: name:hash, # for a comment"));
                continue;
            }
            if (name.isEmpty()) {
                mistakes.add(
                        new Mistake(
                                Place.inFile(file, number, 1),
                                "",
                                "no user name before the colon"));
                continue;
            }
            Integer first = lines.putIfAbsent(name, number);
            if (first != null) {
                mistakes.add(
                        new Mistake(
                                Place.inFile(file, number, 1),
                                name,
                                "given twice; first in line " + first));
                continue;
            }
            try {
                PasswordHash hash = PasswordHash.of(line.substring(colon + 1).strip());
                if (hash.memoryBytes() > memoryBytesMax) {
                    mistakes.add(new Mistake(place, name, tooLarge(hash, memoryBytesMax)));
                }
                users.put(name, hash);
            } catch (UnknownHashException e) {
                mistakes.add(new Mistake(place, name, e.detail()));
            }
        }
        return new PasswordFile(users, new SecureRandom());
    }

    private static String tooLarge(PasswordHash hash, long memoryBytesMax) {
        return "the hash takes %d KB of memory; allowed: %d KB on each thread (limits.authentication-memory-max)"
                .formatted(hash.memoryBytes() >> 10, memoryBytesMax >> 10);
    }

    /// Whether a line is empty or a comment.
    static boolean isNoUser(String line) {
        return line.isBlank() || line.startsWith("#");
    }

    /// The user name of a line.
    static String nameIn(String line) {
        int colon = line.indexOf(':');
        return (colon < 0 ? line : line.substring(0, colon)).strip();
    }

    /// The hash of a user's password, or null if there is no such user.
    public @Nullable PasswordHash hashOf(String user) {
        return users.get(user);
    }

    /// Of those that know SCRAM the first one at or behind a place, and where that is; null if
    /// there is none. They stand in a ring, so of strangers with places by chance each gets some,
    /// and a line that comes or goes changes little for the others.
    public Map.@Nullable Entry<Long, ScramSha256> scramAt(long place) {
        Map.Entry<Long, ScramSha256> next = scram.ceilingEntry(place);
        return next == null ? scram.firstEntry() : next;
    }

    /// How many users it has.
    public int size() {
        return users.size();
    }

    /// What `name`, who is not in the file, is compared with; null if nobody is. `secret` keeps
    /// others from knowing which one it is.
    public @Nullable PasswordHash decoyFor(String name, NameKeys secret) {
        return decoys.isEmpty()
                ? null
                : decoys.get((int) Long.remainderUnsigned(secret.of(name).first(), decoys.size()));
    }

    /// The users that are gone in `newer`, or have another password or hash there.
    public Set<String> goneIn(PasswordFile newer) {
        Set<String> gone = new HashSet<>();
        users.forEach((name, hash) -> {
            PasswordHash other = newer.users.get(name);
            if (other == null || !other.text().equals(hash.text())) {
                gone.add(name);
            }
        });
        return gone;
    }

    @Override
    public String toString() {
        return "PasswordFile[" + users.size() + " users]";
    }
}
