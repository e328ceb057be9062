package org.vencejo.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a new store of all that can be read of a damaged one, which is left as it is. Stateless.
///
/// What is damaged of RocksDB's files is passed over by [Scratch] and [PatchyScan]; what that means
/// for sessions and messages is [SalvagedSessions]'s to say. Counters are counted anew.
public final class StoreSalvage {
    private static final Logger LOG = LoggerFactory.getLogger(StoreSalvage.class);

    private static final int SENTENCES_MAX = 100_000;

    private StoreSalvage() {}

    /// Reads what is in the folder `store`, and makes the folder `to` of it, which must not be
    /// there.
    ///
    /// @throws StoreException if there is nothing to read, or `to` cannot be written
    public static SalvageReport salvage(Path store, Path to) {
        Path above = Objects.requireNonNull(to.toAbsolutePath().getParent(), "to is not the root");
        try {
            if (!Tables.isStore(store)) {
                throw new StoreException("there is no store in '" + store + "'");
            }
            StoreFolder.create(above);
            Path folder = Files.createTempDirectory(above, "salvage-");
            try (Scratch scratch = Scratch.of(store, folder)) {
                Path part = Files.createDirectory(folder.resolve("new"), OwnerOnly.folder(folder));
                SalvageReport report = salvage(store, scratch, part);
                // In one step, so that nobody takes a part of it for all.
                Files.move(part, to);
                StoreFolder.sync(above);
                return report;
            }
        } catch (IOException | UncheckedIOException e) {
            throw StoreException.of("the store '" + store + "' cannot be salvaged", e);
        } catch (RocksDBException e) {
            throw new StoreException(
                    "the store '" + store + "' cannot be salvaged: " + e.getMessage(), e);
        }
    }

    private static SalvageReport salvage(Path store, Scratch scratch, Path part)
            throws RocksDBException, IOException {
        Findings gaps = new Findings(SENTENCES_MAX);
        compareLog(store, scratch, gaps);
        try (SalvageTarget target = SalvageTarget.make(part)) {
            SalvagedMessages messages = new SalvagedMessages(target);
            PatchyScan.forEach(scratch, Family.META, gaps, messages::meta);
            PatchyScan.forEach(scratch, Family.MESSAGES, gaps, messages::take);
            SalvagedSessions sessions =
                    new SalvagedSessions(target, messages, new Findings(SENTENCES_MAX));
            PatchyScan.forEach(scratch, Family.SESSIONS, gaps, sessions::record);
            sessions.endRecords();
            PatchyScan.forEach(scratch, Family.QUEUES, gaps, sessions::entry);
            sessions.endEntries();
            PatchyScan.forEach(scratch, Family.RETAINED, gaps, messages::retained);
            messages.finish();
            long index = Math.max(messages.progress().index(), marked(store));
            target.finish(
                    new MutationWriter.Progress(
                            index,
                            Math.max(messages.progress().lastSession(), sessions.lastNumber()),
                            messages.lastNumber()));
            return new SalvageReport(
                    sessions.holdings(index, messages.retained()),
                    scratch.lostFiles(),
                    gaps.sentences(),
                    sessions.lost(messages),
                    sessions.doubtful());
        }
    }

    private static long marked(Path store) throws IOException {
        OptionalLong marked =
                DurableMark.isThere(store) ? DurableMark.read(store) : OptionalLong.empty();
        return marked.orElse(0);
    }

    /// Says what is wrong with the logs: it is passed over in silence when they are read.
    private static void compareLog(Path store, Scratch scratch, Findings gaps) throws IOException {
        long index;
        try (Database database = scratch.strict()) {
            index = Opening.progress(database).index();
        } catch (RocksDBException e) {
            LOG.debug("the strict look failed", e);
            index = 0;
        }
        boolean hasMark = DurableMark.isThere(store) && DurableMark.read(store).isPresent();
        long marked = marked(store);
        if (!hasMark) {
            gaps.add(
                    "%s is missing or cannot be read: nobody can say whether changes after index %d are missing"
                            .formatted(DurableMark.NAME, index));
        } else if (index < marked) {
            gaps.add(
                    "of the changes from index %d to %d only some can be read, as a .log (or a table named above) is damaged or missing; which subscriptions, retained messages and acknowledgements were among the others nobody can say"
                            .formatted(index + 1, marked));
        }
    }
}
