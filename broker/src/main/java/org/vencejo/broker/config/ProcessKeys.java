package org.vencejo.broker.config;

import static org.vencejo.broker.config.Units.HOUR;
import static org.vencejo.broker.config.Units.MB;
import static org.vencejo.broker.config.Units.SECOND;
import static org.vencejo.broker.config.Units.TB;
import static org.vencejo.broker.config.Words.words;

import java.util.List;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.ValueType.Count;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.broker.config.ValueType.Text;

/// The keys of where and how the broker runs: its rules, its data, its store, its log.
///
/// A part of the table of [Keys]. Immutable.
final class ProcessKeys {
    static final Key<String> ACCESS_RULES =
            Key.computed(
                            "access-rules",
                            new Text(4_096),
                            new Computed<>("none", machine -> ""),
                            "The file that says who may publish and subscribe to what: in YAML if its"
                                    + " name ends in `.yaml` or `.yml`, else in the syntax of"
                                    + " Mosquitto's `acl_file`. Relative to where the broker is"
                                    + " started.")
                    .rereadAtHangup();
    static final Key<Boolean> ALLOW_EVERYTHING =
            Key.computed(
                            "allow-everything",
                            new Flag(),
                            new Computed<>(
                                    "`true` if all listeners are on loopback and there are no `access-rules`",
                                    machine -> false),
                            "Whether clients may publish and subscribe to everything, but those to whom"
                                    + " `authentication` gives rules of their own. Must be written down when"
                                    + " a listener can be reached from other machines and there are no"
                                    + " `access-rules`.")
                    .rereadAtHangup();
    static final Key<String> DATA_FOLDER =
            Key.of(
                    "data-folder",
                    new Text(4_096),
                    "data",
                    "Where the broker keeps its files; made if missing. Relative to where it is started.");
    static final Key<Durability> DURABILITY =
            Key.of(
                    "durability",
                    words(Durability.class),
                    Durability.FSYNC,
                    "What an acknowledgement promises: with `fsync` that the disk has it; with `os` that"
                            + " the operating system has it, so that a crash of the broker loses"
                            + " nothing and a power cut may; with `memory` nothing beyond the life of"
                            + " the process.");
    static final Key<Long> STORE_MEMTABLE_BYTES =
            Key.of(
                    "store.memtable-bytes",
                    Quantity.size(4 * MB, TB),
                    64 * MB,
                    "Memory of the store for what was written last and is not sorted into files yet.");
    static final Key<Long> STORE_CACHE_BYTES =
            Key.of(
                    "store.cache-bytes",
                    Quantity.size(4 * MB, TB),
                    48 * MB,
                    "Memory of the store for what was read.");
    static final Key<Long> STORE_WAL_BYTES_MAX =
            Key.of(
                    "store.wal-bytes-max",
                    Quantity.size(4 * MB, TB),
                    128 * MB,
                    "Size of the store's log on disk, about, before what it holds is sorted into files; a"
                            + " start reads all of it.");
    static final Key<Long> IO_THREADS =
            Key.computed(
                    "io-threads",
                    new Count(1, 64),
                    new Computed<>(
                            "1 on up to 7 processors, 2 from 8, 3 from 16, 4 from 32",
                            machine -> ioThreads(machine.processors())),
                    "How many event loops serve the sockets.");
    static final Key<Long> SYS_INTERVAL =
            Key.of(
                            "sys-interval",
                            Quantity.seconds(0, 24 * HOUR, words()),
                            10 * SECOND,
                            "How often `$SYS/broker/...` is published; 0 for never.")
                    .rereadAtHangup();
    static final Key<LogLevel> LOG_LEVEL =
            Key.of("log-level", words(LogLevel.class), LogLevel.INFO, "How much the log says.")
                    .rereadAtHangup();

    static final List<Key<?>> ALL =
            List.of(
                    ACCESS_RULES,
                    ALLOW_EVERYTHING,
                    DATA_FOLDER,
                    DURABILITY,
                    STORE_MEMTABLE_BYTES,
                    STORE_CACHE_BYTES,
                    STORE_WAL_BYTES_MAX,
                    IO_THREADS,
                    SYS_INTERVAL,
                    LOG_LEVEL);

    private ProcessKeys() {}

    private static long ioThreads(int processors) {
        // Measured: a second loop costs more CPU per message than it gains before eight processors.
        return processors < 8 ? 1 : processors < 16 ? 2 : processors < 32 ? 3 : 4;
    }
}
