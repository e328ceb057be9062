package org.vencejo.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/// How a store is opened: everything that must hold, and all that a server begins with, is read
/// before anything is changed, as RocksDB throws away what it does not understand of a log.
/// Stateless.
final class Opening {
    private Opening() {}

    /// A database that may be written, its mark, and how far it goes.
    record OpenStore(Database database, DurableMark mark, MutationWriter.Progress progress) {}

    /// An open store, and what a server begins with.
    record Started(OpenStore opened, Recovery.Result found) {}

    /// Opens a store that is there, or makes one.
    static OpenStore open(Path folder, StoreOptions options) {
        return start(folder, options, OptionalInt.empty()).opened();
    }

    /// The same for a server that has so many messages in flight to a client at most.
    static Started start(Path folder, StoreOptions options, int windowMax) {
        return start(folder, options, OptionalInt.of(windowMax));
    }

    /// Opens anew a store that was open a moment ago and had all up to `index` for good. One that
    /// is gone is not made, and one that comes back with less is not touched: what is written next
    /// would stand behind a hole, or in a store that has nothing else.
    static OpenStore reopen(Path folder, StoreOptions options, long index) {
        try {
            // RocksDB writes a MANIFEST anew when it closes and misses it: of a database alone
            // nobody knows whether it is ours.
            if (!DurableMark.isThere(folder) || !isComplete(folder)) {
                throw new StoreDamagedException(
                        folder,
                        "it was in use, with index "
                                + index
                                + ", and is gone; if its volume is, bring that back, and it goes on");
            }
            try (Database look = Database.openReadOnly(folder, options)) {
                long found = progress(look).index();
                if (found < index) {
                    throw new StoreDamagedException(
                            folder,
                            "it was in use, with index "
                                    + index
                                    + " as acknowledged, and comes back with index "
                                    + found
                                    + "; stop the broker, and see to its disk");
                }
                check(folder, look);
            }
            return open(folder, options, false);
        } catch (RocksDBException e) {
            throw refusal(folder, e);
        } catch (IOException e) {
            throw new StoreException("the store '" + folder + "' cannot be used: " + e, e);
        }
    }

    private static Started start(Path folder, StoreOptions options, OptionalInt windowMax) {
        try {
            StoreFolder.create(folder);
            boolean complete = isComplete(folder);
            Recovery.Result found = Recovery.Result.NOTHING;
            if (complete) {
                try (Database look = Database.openReadOnly(folder, options)) {
                    check(folder, look);
                    if (windowMax.isPresent()) {
                        found = recover(folder, look, windowMax.getAsInt());
                    }
                }
            }
            OpenStore opened = open(folder, options, !complete);
            if (windowMax.isPresent() && !opened.progress.equals(found.progress())) {
                opened.database.close();
                opened.mark.close();
                throw new StoreException(
                        "the store '"
                                + folder
                                + "' was opened to write with "
                                + opened.progress
                                + ", and to look at with "
                                + found.progress());
            }
            return new Started(opened, found);
        } catch (RocksDBException e) {
            throw refusal(folder, e);
        } catch (IOException e) {
            throw new StoreException("the store '" + folder + "' cannot be used: " + e, e);
        }
    }

    private static Recovery.Result recover(Path folder, Database database, int windowMax)
            throws RocksDBException {
        try {
            return Recovery.recover(database, windowMax);
        } catch (StoreException e) {
            throw e.getCause() instanceof RocksDBException cause ? refusal(folder, cause) : e;
        } catch (RuntimeException e) {
            throw new StoreDamagedException(folder, "a record cannot be read: " + e, e);
        }
    }

    private static OpenStore open(Path folder, StoreOptions options, boolean create)
            throws RocksDBException, IOException {
        Database database = Database.open(folder, options, create);
        try {
            if (formatOf(database) == 0) {
                database.rocks.put(
                        database.synced,
                        Keys.format(),
                        ByteBuffer.allocate(Integer.BYTES).putInt(Keys.FORMAT).array());
            }
            MutationWriter.Progress progress = progress(database);
            // All that a database opens with it has just synced.
            return new OpenStore(database, DurableMark.open(folder, progress.index()), progress);
        } catch (RocksDBException | IOException | RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /// Whether there is a database with all its families; false if it is to be made, as its
    /// creation never came to an end. Anything between is damage.
    static boolean isComplete(Path folder) throws RocksDBException, IOException {
        boolean marked = DurableMark.isThere(folder);
        if (!StoreFolder.hasDatabase(folder)) {
            if (marked || StoreFolder.hasRemains(folder)) {
                throw new StoreDamagedException(
                        folder, "its file CURRENT is missing, while others are there");
            }
            return false;
        }
        try (Options options = new Options()) {
            List<byte[]> families = RocksDB.listColumnFamilies(options, folder.toString());
            boolean complete = families.size() == Family.values().length;
            if (families.isEmpty()) {
                throw new StoreDamagedException(
                        folder, "its file MANIFEST is missing or cannot be read");
            }
            if (marked && families.size() < Family.values().length) {
                throw new StoreDamagedException(
                        folder, "it has " + families.size() + " families of keys, and had more");
            }
            if (families.size() > Family.values().length) {
                throw new StoreException(
                        "the store '" + folder + "' has families of keys that are not known here");
            }
            return complete;
        }
    }

    /// Looks whether all is there that was durable, in a format that is known.
    static void check(Path folder, Database database) throws RocksDBException, IOException {
        int format = formatOf(database);
        if (format > Keys.FORMAT) {
            throw new StoreException(
                    "the store '"
                            + folder
                            + "' has format "
                            + format
                            + ", this program knows formats up to "
                            + Keys.FORMAT
                            + "; use a newer vencejo");
        }
        long index = progress(database).index();
        if (!DurableMark.isThere(folder)) {
            if (index > 0) {
                throw new StoreDamagedException(
                        folder,
                        "the file "
                                + DurableMark.NAME
                                + " is missing, so nobody can say whether index "
                                + index
                                + " is all that it had");
            }
            return;
        }
        OptionalLong marked = DurableMark.read(folder);
        if (marked.isEmpty()) {
            throw new StoreDamagedException(
                    folder, "the file " + DurableMark.NAME + " cannot be read");
        }
        if (index < marked.getAsLong() || format == 0) {
            throw new StoreDamagedException(
                    folder,
                    "it comes back with index "
                            + index
                            + ", but by its file "
                            + DurableMark.NAME
                            + " the disk had index "
                            + marked.getAsLong()
                            + "; a file of it is damaged or missing, most likely the newest .log");
        }
    }

    private static int formatOf(Database database) throws RocksDBException {
        byte[] format = database.rocks.get(Keys.format());
        return format == null ? 0 : ByteBuffer.wrap(format).getInt();
    }

    static MutationWriter.Progress progress(Database database) throws RocksDBException {
        byte[] progress = database.rocks.get(Keys.progress());
        return progress == null
                ? MutationWriter.Progress.NOTHING
                : MutationWriter.Progress.read(Records.wrap(progress));
    }

    /// What an error of RocksDB means for the operator.
    static StoreException refusal(Path folder, RocksDBException e) {
        String words = String.valueOf(e.getMessage());
        Status status = e.getStatus();
        boolean corruption =
                (status != null && status.getCode() == Status.Code.Corruption)
                        || words.contains("No such file");
        if (corruption) {
            return new StoreDamagedException(folder, "RocksDB says '" + words + "'", e);
        }
        if (words.contains("/LOCK:")) {
            return new StoreException(
                    "the store '" + folder + "' is in use by another process: " + words, e);
        }
        return new StoreException("the store '" + folder + "' cannot be used: " + words, e);
    }
}
