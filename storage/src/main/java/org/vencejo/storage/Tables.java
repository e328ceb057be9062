package org.vencejo.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.TableProperties;

/// The files of a database, one by one, without the database: whether each can be read. Stateless.
final class Tables {
    static final Pattern TABLE = Pattern.compile("(\\d+)\\.sst");
    static final Pattern LOG = Pattern.compile("(\\d+)\\.log");
    static final Pattern MANIFEST = Pattern.compile("MANIFEST-(\\d+)");
    static final Pattern NUMBERED = Pattern.compile("(\\d+)\\.(sst|log)");
    private static final Pattern OURS =
            Pattern.compile("CURRENT|MANIFEST-\\d+|\\d+\\.sst|\\d+\\.log");

    static {
        RocksDB.loadLibrary();
    }

    private Tables() {}

    /// A table that can be opened.
    record Table(long number, long bytes, String family, int familyNumber) {}

    /// Whether there is anything of a database.
    static boolean isStore(Path folder) throws IOException {
        return Files.isDirectory(folder)
                && (DurableMark.isThere(folder) || !files(folder, OURS).isEmpty());
    }

    /// The files whose whole name matches, by name.
    static List<Path> files(Path folder, Pattern name) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> name.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    /// The MANIFEST that counts, or the newest if that is not known; null if there is none.
    static @Nullable Path manifest(Path folder) throws IOException {
        Path current = folder.resolve("CURRENT");
        if (Files.exists(current)) {
            String name =
                    new String(Files.readAllBytes(current), StandardCharsets.ISO_8859_1).strip();
            if (name.matches("MANIFEST-\\d+") && Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        return files(folder, MANIFEST).stream().max(Comparator.naturalOrder()).orElse(null);
    }

    static long number(Path file) {
        Matcher name = Pattern.compile("(\\d+)\\..*").matcher(file.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException("a file without a number: " + file);
        }
        return Long.parseLong(name.group(1));
    }

    /// What RocksDB says, without the way to its files.
    static String words(RocksDBException e) {
        return String.valueOf(e.getMessage()).replaceAll("[^ ']*/(\\d+\\.|MANIFEST)", "$1");
    }

    /// Opens a table; reads its ends and its index.
    static Table open(Path file) throws RocksDBException, IOException {
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.toString());
            TableProperties properties = reader.getTableProperties();
            return new Table(
                    number(file),
                    Files.size(file),
                    Database.text(properties.getColumnFamilyName()),
                    (int) properties.getColumnFamilyId());
        }
    }

    /// Reads all of a table, and compares its checksums.
    static void verify(Path file) throws RocksDBException {
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.toString());
            reader.verifyChecksum();
        }
    }

    /// Reads every table that counts. Others may be there: what a merge had not finished when its
    /// process ended is removed at the next start.
    static void verify(Path folder, Findings mistakes) {
        try {
            Set<Long> counted = counted(folder);
            for (Path file : files(folder, TABLE)) {
                if (counted != null && !counted.contains(number(file))) {
                    continue;
                }
                try {
                    verify(file);
                } catch (RocksDBException e) {
                    mistakes.add(file.getFileName() + ": cannot be read whole: " + words(e));
                }
            }
        } catch (IOException e) {
            mistakes.add("'" + folder + "' cannot be listed: " + e);
        }
    }

    /// The numbers of the tables that count, or null if nobody can say.
    private static @Nullable Set<Long> counted(Path folder) throws IOException {
        Path manifest = manifest(folder);
        try {
            return manifest == null ? null : ManifestReader.read(manifest).keySet();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
