package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.testing.Seeds;

/// What a seed leaves of bytes and names that were not synced. The journal is written by hand, so
/// that no process is needed and hundreds of losses cost nothing.
class SeededPowerLossTest {
    private static final int SYNCED = 700;
    private static final int LENGTH = 5_000;

    @TempDir Path folder;

    /// The bytes that are left of a file of [#LENGTH] bytes of which [#SYNCED] were synced.
    private byte[] left(long seed) throws IOException {
        Path root = Files.createDirectories(folder.resolve("root" + seed));
        try (FaultyDisk disk = new FaultyDisk(root, folder.resolve("disk" + seed))) {
            byte[] bytes = new byte[LENGTH];
            Arrays.fill(bytes, (byte) 'x');
            Path file = Files.write(root.resolve("a"), bytes);
            long inode = (long) Files.getAttribute(file, "unix:ino");
            Files.write(
                    disk.journal(),
                    List.of(
                            "0 start 1",
                            "1 create " + file,
                            "2 created " + inode + " " + file,
                            "3 sync " + inode + " " + SYNCED + " 3",
                            "4 syncdir 4 " + disk.root()));
            PowerLoss.seeded(disk, Seeds.of(seed));
            byte[] left = Files.readAllBytes(file);
            Files.delete(file);
            return left;
        }
    }

    private static boolean hasZeroesBehind(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return false;
    }

    @Test
    void syncedBytesStayAndEveryKindOfLossIsSeen() throws IOException {
        Set<String> kinds = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            byte[] left = left(seed);
            assertThat(left.length).isBetween(SYNCED, LENGTH);
            for (int i = 0; i < SYNCED; i++) {
                assertThat(left[i]).isEqualTo((byte) 'x');
            }
            kinds.add(
                    (left.length == SYNCED ? "cut" : left.length == LENGTH ? "whole" : "torn")
                            + (hasZeroesBehind(left, SYNCED) ? " with zeroes" : ""));
        }
        assertThat(kinds)
                .contains("cut", "torn", "torn with zeroes", "whole with zeroes")
                .hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void theSameSeedLeavesTheSameBytes() throws IOException {
        assertThat(left(7)).isEqualTo(left(7));
    }

    @Test
    void ofTheNamesTheFirstStay() throws IOException {
        Set<List<String>> seen = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            Path root = Files.createDirectories(folder.resolve("root" + seed));
            try (FaultyDisk disk = new FaultyDisk(root, folder.resolve("disk" + seed))) {
                List<String> lines = new ArrayList<>();
                for (String name : List.of("1", "2", "3")) {
                    Path file = Files.createFile(disk.root().resolve(name));
                    lines.add(lines.size() + " create " + file);
                }
                Files.write(disk.journal(), lines);
                PowerLoss.seeded(disk, Seeds.of(seed));
                try (var files = Files.list(root)) {
                    seen.add(files.map(file -> file.getFileName().toString()).sorted().toList());
                }
            }
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        List.of(), List.of("1"), List.of("1", "2"), List.of("1", "2", "3"));
    }
}
