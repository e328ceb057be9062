package org.vencejo.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/// A folder with links to the files of a damaged store, from which databases are opened that have
/// only what can be opened, or only some of it. Confined to one thread, which closes it.
///
/// The files themselves are never written: a database that is only read writes into none, and
/// MANIFEST and CURRENT are made anew.
final class Scratch implements AutoCloseable {
    private final Path store;
    private final Path folder;
    private final Map<Long, Tables.Table> tables = new TreeMap<>();
    private final Set<Long> damaged = new HashSet<>();
    private final List<String> lostFiles = new ArrayList<>();
    private final Map<Integer, Database> views = new HashMap<>();
    private final Map<Integer, Set<Long>> without = new HashMap<>();
    private final int[] familyNumbers;
    private final Map<Path, Path> wholeLogs = new HashMap<>();
    private boolean logs = true;
    private int made;

    private Scratch(Path store, Path folder) {
        this.store = store.toAbsolutePath();
        this.folder = folder;
        this.familyNumbers = new int[Family.values().length];
        for (int i = 0; i < familyNumbers.length; i++) {
            familyNumbers[i] = i; // as they were made
        }
    }

    /// Looks at the files of `store`; what is made for that is made in `folder`, which is removed
    /// in the end.
    static Scratch of(Path store, Path folder) throws IOException {
        Scratch scratch = new Scratch(store, folder);
        try {
            scratch.takeStock();
            return scratch;
        } catch (IOException | RuntimeException e) {
            scratch.close();
            throw e;
        }
    }

    // ---- what there is
    // ----------------------------------------------------------------------------

    private void takeStock() throws IOException {
        @Nullable Map<Long, String> live = live();
        Set<Long> there = new HashSet<>();
        for (Path file : Tables.files(store, Tables.TABLE)) {
            long number = Tables.number(file);
            there.add(number);
            if (live == null) {
                takeStock(file, number, null);
            } else if (live.containsKey(number)) {
                takeStock(file, number, live.get(number));
            }
        }
        if (live == null) {
            return;
        }
        live.forEach((number, holds) -> {
            if (!there.contains(number)) {
                lostFiles.add("%06d.sst is missing; it had %s".formatted(number, holds));
            }
        });
    }

    private void takeStock(Path file, long number, @Nullable String holds) throws IOException {
        try {
            Tables.Table table = Tables.open(file);
            for (Family family : Family.values()) {
                if (table.family().equals(Database.text(family.nameBytes()))) {
                    familyNumbers[family.ordinal()] = table.familyNumber();
                    tables.put(number, table);
                }
            }
        } catch (RocksDBException e) {
            lostFiles.add(
                    "%s cannot be opened%s: %s"
                            .formatted(
                                    file.getFileName(),
                                    holds == null ? "" : ", it had " + holds,
                                    Tables.words(e)));
            return;
        }
        try {
            Tables.verify(file);
        } catch (RocksDBException e) {
            damaged.add(number);
        }
    }

    /// The tables that count by the store's own MANIFEST, with what they hold; null if that cannot
    /// be read, and then all that are there must do.
    private @Nullable Map<Long, String> live() throws IOException {
        Path manifest = Tables.manifest(store);
        if (manifest == null) {
            lostFiles.add(
                    "MANIFEST is missing: tables may be among those read that had been replaced");
            return null;
        }
        try {
            Map<Long, String> live = new TreeMap<>();
            ManifestReader.read(manifest)
                    .forEach((number, entry) -> live.put(number, holds(entry)));
            return live;
        } catch (IllegalArgumentException e) {
            lostFiles.add(
                    "%s cannot be read (tables may be among those read that had been replaced): %s"
                            .formatted(manifest.getFileName(), e.getMessage()));
            return null;
        }
    }

    // Families have the numbers in which they were made, see Database.
    private static String holds(ManifestReader.Entry entry) {
        int number = entry.familyNumber();
        if (number >= Family.values().length) {
            return entry.bytes() + " bytes of an unknown family";
        }
        Family family = Family.values()[number];
        return "%,d bytes of %s, from %s to %s"
                .formatted(
                        entry.bytes(),
                        KeyText.of(family),
                        KeyText.of(family, entry.smallest()),
                        KeyText.of(family, entry.largest()));
    }

    /// Files of which nothing can be read, in sentences.
    List<String> lostFiles() {
        return lostFiles;
    }

    /// Tables that can be opened, and of which a part cannot be read.
    Set<Long> damaged() {
        return damaged;
    }

    boolean hasTables() {
        return !tables.isEmpty();
    }

    // ---- databases
    // --------------------------------------------------------------------------------

    /// A database of all tables but these. It stays open until another is asked for at this
    /// `depth`.
    Database view(int depth, Set<Long> tablesWithout) throws RocksDBException {
        Database open = views.get(depth);
        if (open != null && tablesWithout.equals(without.get(depth))) {
            return open;
        }
        if (open != null) {
            views.remove(depth);
            open.close();
        }
        try {
            Database view = Database.openLenient(link(tablesWithout, true), StoreOptions.DEFAULTS);
            views.put(depth, view);
            without.put(depth, Set.copyOf(tablesWithout));
            return view;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A database of all tables, and of the logs as far as a start would read them.
    Database strict() throws RocksDBException, IOException {
        return Database.openReadOnly(link(Set.of(), false), StoreOptions.DEFAULTS);
    }

    /// Has databases without the logs from now on.
    void leaveLogs() {
        logs = false;
    }

    private Path link(Set<Long> tablesWithout, boolean lenient) throws IOException {
        Path view = folder.resolve("view" + made++);
        link(view, tablesWithout, lenient);
        List<Tables.Table> with = new ArrayList<>(tables.values());
        with.removeIf(table -> tablesWithout.contains(table.number()));
        ManifestFile.write(view, with, familyNumbers, highestNumber() + 1);
        return view;
    }

    private long highestNumber() throws IOException {
        long highest = 1;
        for (Path file : Tables.files(store, Tables.NUMBERED)) {
            highest = Math.max(highest, Tables.number(file));
        }
        return highest;
    }

    private void link(Path view, Set<Long> tablesWithout, boolean lenient) throws IOException {
        Files.createDirectory(view);
        for (Path file : Tables.files(store, Tables.TABLE)) {
            if (!tablesWithout.contains(Tables.number(file))) {
                link(view, file);
            }
        }
        if (logs) {
            for (Path file : Tables.files(store, Tables.LOG)) {
                link(view, lenient ? wholeLog(file) : file);
            }
        }
    }

    /// The log itself, or a copy of what is whole of it.
    private Path wholeLog(Path log) throws IOException {
        Path known = wholeLogs.get(log);
        if (known != null) {
            return known;
        }
        Path whole = log;
        if (WholeLog.stateOf(log) == WholeLog.State.DAMAGED) {
            Path copies = Files.createDirectories(folder.resolve("logs"));
            whole = copies.resolve(log.getFileName());
            WholeLog.copy(log, whole);
        }
        wholeLogs.put(log, whole);
        return whole;
    }

    private static void link(Path view, Path file) throws IOException {
        Path link = view.resolve(file.getFileName());
        try {
            Files.createSymbolicLink(link, file);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, link);
        }
    }

    @Override
    public void close() {
        views.values().forEach(Database::close);
        views.clear();
        remove(folder);
    }

    /// Removes a folder and all that is in it, but nothing that links in it lead to.
    static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
