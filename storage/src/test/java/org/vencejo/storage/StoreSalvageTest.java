package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation;
import org.vencejo.core.session.Message;

/// For each kind of damage: what a start says, what a check says, what a salvage keeps and lists.
class StoreSalvageTest {
    private static final int ALL = Stocked.SESSIONS;
    private static final int RETAINED = Stocked.RETAINED;
    private static final String OPENS = "";
    private static final String SOUND = "";

    @TempDir private static Path origins;

    private static Path flushed = Path.of("");
    private static Path logged = Path.of("");
    private static Map<String, Stocked.Session> whole = Map.of();

    @TempDir private Path folder;

    @BeforeAll
    static void makeStores() throws IOException, RocksDBException {
        flushed = Stocked.in(Files.createDirectory(origins.resolve("flushed")), true);
        logged = Stocked.in(Files.createDirectory(origins.resolve("logged")), false);
        whole = Stocked.contents(Copies.of(flushed, origins.resolve("whole"))).sessions();
    }

    interface Blow {
        void on(Path store) throws IOException, RocksDBException;
    }

    /// What is done to a store, and what is seen then. `complete` are the sessions of which nothing
    /// is lost, `kept` all that are still there.
    enum Damage {
        NONE(true, store -> {}, OPENS, SOUND, ALL, ALL, RETAINED, "nothing is lost"),
        NONE_IN_A_LOG(false, store -> {}, OPENS, SOUND, ALL, ALL, RETAINED, "nothing is lost"),
        NO_CURRENT(
                true,
                store -> Files.delete(store.resolve("CURRENT")),
                "CURRENT is missing",
                "CURRENT is missing",
                ALL,
                ALL,
                RETAINED,
                "nothing is lost"),
        CURRENT_OF_GARBAGE(
                true,
                store -> Files.writeString(store.resolve("CURRENT"), "nonsense"),
                "MANIFEST",
                "MANIFEST",
                ALL,
                ALL,
                RETAINED,
                "nothing is lost"),
        NO_MANIFEST(
                true,
                store -> Files.delete(manifest(store)),
                "MANIFEST",
                "MANIFEST",
                ALL,
                ALL,
                RETAINED,
                "MANIFEST is missing"),
        FLIPPED_MANIFEST(
                true,
                store -> Stocked.flip(manifest(store), 500),
                "MANIFEST",
                "MANIFEST",
                ALL,
                ALL,
                RETAINED,
                "MANIFEST"),
        NEITHER_CURRENT_NOR_MANIFEST_NOR_MARK(
                true,
                store -> {
                    Files.delete(store.resolve("CURRENT"));
                    Files.delete(manifest(store));
                    Files.delete(store.resolve(DurableMark.NAME));
                },
                "CURRENT is missing",
                "CURRENT is missing",
                ALL,
                ALL,
                RETAINED,
                "nobody can say whether changes after index 3290 are missing"),
        MARK_OF_GARBAGE(
                true,
                store -> Files.writeString(store.resolve(DurableMark.NAME), "nonsense"),
                DurableMark.NAME,
                DurableMark.NAME,
                ALL,
                ALL,
                RETAINED,
                "nobody can say"),
        FLIPPED_QUEUES(
                true,
                store -> Stocked.flip(Stocked.table(store, Family.QUEUES), 500),
                "checksum",
                "000011.sst: cannot be read whole",
                ALL - 2,
                ALL,
                RETAINED,
                "session 25 ('client-25'): 57 of 60 messages, between sequences 3 and 59"),
        TWICE_FLIPPED_QUEUES(
                true,
                store -> {
                    Stocked.flip(Stocked.table(store, Family.QUEUES), 250);
                    Stocked.flip(Stocked.table(store, Family.QUEUES), 750);
                },
                "checksum",
                "000011.sst: cannot be read whole",
                ALL - 4,
                ALL,
                RETAINED,
                "what is between session"),
        NO_QUEUES(
                true,
                store -> Files.delete(Stocked.table(store, Family.QUEUES)),
                ".sst",
                ".sst",
                0,
                ALL,
                RETAINED,
                "bytes of queues, from session 1, queue entry 0 to session 50, queue entry 59"),
        CUT_QUEUES(
                true,
                store -> Stocked.cut(Stocked.table(store, Family.QUEUES)),
                ".sst",
                ".sst",
                0,
                ALL,
                RETAINED,
                "000011.sst cannot be opened, it had "),
        FLIPPED_SESSIONS(
                true,
                store -> Stocked.flip(Stocked.table(store, Family.SESSIONS), 100),
                "checksum",
                "cannot be read",
                0,
                0,
                RETAINED,
                "session 50: 60 messages of its queue can be read and are not kept"),
        FLIPPED_MESSAGES(
                true,
                store -> Stocked.flip(Stocked.table(store, Family.MESSAGES), 100),
                "checksum",
                "cannot be read",
                0,
                ALL,
                RETAINED,
                "session 50 ('client-50'): 6 of 60 messages, between sequences 0 and 50"),
        FLIPPED_LOG(
                false,
                store -> Stocked.flip(Copies.newest(store, ".log"), 500),
                "had index 3290",
                "had index 3290",
                0,
                ALL,
                RETAINED,
                "of the changes from index"),
        CUT_LOG(
                false,
                store -> Stocked.cut(Copies.newest(store, ".log")),
                "had index 3290",
                "had index 3290",
                0,
                ALL,
                0,
                "of the changes from index"),
        NO_LOG_BEHIND_TABLES(
                true,
                store -> Files.delete(Copies.newest(store, ".log")),
                "",
                "",
                ALL,
                ALL,
                0,
                "of the changes from index 3251 to 3290 only some can be read"),
        NO_LOG_AND_NO_TABLES(
                false,
                store -> Files.delete(Copies.newest(store, ".log")),
                "",
                "",
                0,
                0,
                0,
                "of the changes from index 1 to 3290 only some can be read");

        private final boolean flushed;
        private final Blow blow;
        private final String start;
        private final String check;
        private final int complete;
        private final int kept;
        private final int retained;
        private final String lists;

        Damage(
                boolean flushed,
                Blow blow,
                String start,
                String check,
                int complete,
                int kept,
                int retained,
                String lists) {
            this.flushed = flushed;
            this.blow = blow;
            this.start = start;
            this.check = check;
            this.complete = complete;
            this.kept = kept;
            this.retained = retained;
            this.lists = lists;
        }

        private static Path manifest(Path store) throws IOException {
            return Tables.files(store, Tables.MANIFEST).getFirst();
        }

        boolean isLog() {
            return name().startsWith("NO_LOG");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWholeIsKeptAndTheRestIsListed(Damage damage) throws IOException, RocksDBException {
        Path store = Copies.of(damage.flushed ? flushed : logged, folder.resolve("store"));
        damage.blow.on(store);
        Map<String, Long> sums = Stocked.sums(store);

        StoreReport check = StoreCheck.of(store);
        SalvageReport salvage = StoreSalvage.salvage(store, folder.resolve("salvaged"));

        assertThat(Stocked.sums(store)).as("the damaged store").isEqualTo(sums);
        assertThat(String.join("\n", check.lines())).contains(damage.check);
        assertThat(check.isSound()).isEqualTo(damage.check.isEmpty() && !damage.isLog());
        assertThat(String.join("\n", salvage.lines())).contains(damage.lists);
        assertThat(salvage.isComplete()).isEqualTo(damage.lists.equals("nothing is lost"));
        assertThat(salvage.isNothing()).isEqualTo(damage.kept + damage.retained == 0);
        assertThat(StoreCheck.of(folder.resolve("salvaged")).mistakes()).isEmpty();
        Stocked.Contents kept = Stocked.contents(folder.resolve("salvaged"));
        assertThat(kept.retained()).hasSize(damage.retained);
        assertThat(kept.sessions()).hasSize(damage.kept);
        assertThat(kept.sessions().values().stream().filter(whole::containsValue))
                .as("complete sessions")
                .hasSize(damage.complete);
        assertThat(kept.sessions().values())
                .as("messages in their order")
                .allMatch(each -> isSubsequence(each, whole.get(each.client())));
        assertThat(namesIn(folder)).as("no scratch").noneMatch(name -> name.contains("salvage-"));
        assertStart(store, damage);
    }

    private static boolean isSubsequence(Stocked.Session some, Stocked.Session all) {
        Iterator<String> rest = all.payloads().iterator();
        for (String each : some.payloads()) {
            boolean found = false;
            while (!found && rest.hasNext()) {
                found = rest.next().equals(each);
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private static void assertStart(Path store, Damage damage) {
        if (damage.start.isEmpty() && !damage.isLog()) {
            RocksStore.Started started = RocksStore.start(store, StoreOptions.DEFAULTS, 10);
            try (RocksStore _ = started.store()) {
                assertThat(started.recovered().sessions()).hasSize(ALL);
            }
            return;
        }
        assertThatThrownBy(() -> RocksStore.start(store, StoreOptions.DEFAULTS, 10))
                .isInstanceOf(StoreDamagedException.class)
                .hasMessageContaining(damage.start)
                .hasMessageContaining("vencejo store check --data-folder " + store.getParent())
                .hasMessageContaining("vencejo store salvage --data-folder " + store.getParent());
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(each -> each.getFileName().toString()).toList();
        }
    }

    @Test
    void whatABadBlockHidesComesFromAnOlderTable() throws IOException, RocksDBException {
        Path store = Stocked.inTwoLayers(folder);
        assertThat(Stocked.contents(Copies.of(store, folder.resolve("whole"))).sessions().values())
                .allMatch(session -> session.filters().size() == 4);
        Stocked.flip(Stocked.table(store, Family.SESSIONS), 100);

        SalvageReport report = StoreSalvage.salvage(store, folder.resolve("salvaged"));

        assertThat(report.lost()).isEmpty();
        assertThat(report.gaps()).hasSize(1);
        assertThat(report.doubtful())
                .hasSize(ALL)
                .first()
                .asString()
                .contains("from an older table");
        assertThat(StoreCheck.of(folder.resolve("salvaged")).mistakes()).isEmpty();
        assertThat(Stocked.contents(folder.resolve("salvaged")).sessions().values())
                .hasSize(ALL)
                .allMatch(session -> session.filters().size() == 3)
                .allMatch(session -> session.payloads().size() == Stocked.MESSAGES);
    }

    /// A busy broker writes many changes as one record, which takes many blocks of the log.
    @Test
    void aBadPlaceInALongRecordOfTheLogTakesThatRecordAlone() throws IOException {
        Path store = folder.resolve("store");
        try (RocksStore open = RocksStore.open(folder.resolve("origin"), StoreOptions.DEFAULTS)) {
            open.apply(2, List.of(Things.created(1), Things.connected(1, 1, 10)));
            for (int record = 0; record < 10; record++) {
                List<Mutation> changes = new ArrayList<>();
                for (int i = record * 100; i < record * 100 + 100; i++) {
                    Message message = Things.message(i + " " + "x".repeat(1_000));
                    changes.add(Things.enqueued(1, i, message));
                }
                open.apply(2 + record * 100 + 100, changes);
            }
            Copies.of(open.folder(), store);
        }
        Path log = Copies.newest(store, ".log");
        assertThat(WholeLog.stateOf(log)).isEqualTo(WholeLog.State.WHOLE);
        Stocked.flip(log, 450);
        assertThat(WholeLog.stateOf(log)).isEqualTo(WholeLog.State.DAMAGED);

        SalvageReport report = StoreSalvage.salvage(store, folder.resolve("salvaged"));

        assertThat(report.isComplete()).isFalse();
        assertThat(StoreCheck.of(folder.resolve("salvaged")).mistakes()).isEmpty();
        Stocked.Contents kept = Stocked.contents(folder.resolve("salvaged"));
        assertThat(kept.sessions().values())
                .singleElement()
                .satisfies(session ->
                        assertThat(numbers(session))
                                .containsExactlyElementsOf(
                                        IntStream.range(0, 1_000)
                                                .filter(i -> i / 100 != 4)
                                                .boxed()
                                                .toList()));
    }

    private static List<Integer> numbers(Stocked.Session session) {
        return session.payloads().stream()
                .map(payload -> Integer.valueOf(payload.substring(0, payload.indexOf(' '))))
                .toList();
    }

    @Test
    void aFolderWithoutAStoreIsNoStore() throws IOException {
        assertThatThrownBy(() -> StoreSalvage.salvage(folder, folder.resolve("to")))
                .isExactlyInstanceOf(StoreException.class)
                .hasMessage("there is no store in '%s'", folder);
        assertThatThrownBy(() -> StoreCheck.of(folder))
                .isExactlyInstanceOf(StoreException.class)
                .hasMessage("there is no store in '%s'", folder);
        assertThat(namesIn(folder)).isEmpty();
    }
}
