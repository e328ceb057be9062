package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;

/// A check finds nothing wrong with what the store itself has written, at any moment, and finds
/// whatever does not add up.
class StoreCheckTest {
    @TempDir private static Path origin;

    private static Path sound = Path.of("");

    @TempDir private Path folder;

    @BeforeAll
    static void makeStore() throws IOException, RocksDBException {
        sound = Stocked.in(origin, true);
    }

    private Path store() throws IOException {
        return Copies.of(sound, folder.resolve("store"));
    }

    /// A record that is set, or removed if the value is null, and what a check says then.
    enum Wrong {
        COUNT_OF_A_MESSAGE(
                Family.MESSAGES,
                Keys.message(1, Keys.COUNT),
                new byte[] {49},
                "message 1: its count is 49, and 50 entries refer to it"),
        NO_COUNT(
                Family.MESSAGES,
                Keys.message(11, Keys.COUNT),
                null,
                "message 11: its count is 0, and 50 entries refer to it"),
        NO_MESSAGE(
                Family.MESSAGES,
                Keys.message(21, Keys.MESSAGE),
                null,
                "session 7 ('client-7'): entry 20 refers to message 21, which is not there"),
        A_MESSAGE_TOO_MANY(
                Family.MESSAGES,
                Keys.message(2, Keys.MESSAGE),
                new byte[] {0, 1, 't'},
                "message 2: has no count"),
        NO_ENTRY(
                Family.QUEUES,
                Keys.entry(9, 5),
                null,
                "session 9 ('client-9'): its state counts 60 messages, and there are 59"),
        AN_ENTRY_WITHOUT_A_SESSION(
                Family.QUEUES,
                Keys.entry(77, 1),
                new byte[] {1, 0, 1, 't'},
                "session 77: has 1 queue entries, and there is no such session"),
        AN_ENTRY_BEHIND_THE_END(
                Family.QUEUES,
                Keys.entry(9, 100),
                new byte[] {1, 0, 1, 't'},
                "session 9 ('client-9'): has entries from 0 to 100, by its state they are from 0 on and below 60"),
        AN_ENTRY_OF_GARBAGE(
                Family.QUEUES,
                Keys.entry(9, 5),
                new byte[] {1, 0, 99, 't'},
                "session 9, queue entry 5: cannot be read"),
        NO_STATE(Family.SESSIONS, of(9, Keys.STATE), null, "session 9: has no state"),
        NO_IDENTITY(
                Family.SESSIONS, of(9, Keys.IDENTITY), null, "session 9: has no Client Identifier"),
        THE_SAME_IDENTITY(
                Family.SESSIONS,
                of(9, Keys.IDENTITY),
                "client-8".getBytes(StandardCharsets.US_ASCII),
                "session 9 ('client-8'): session 8 has the same Client Identifier"),
        AN_OWNER(
                Family.SESSIONS,
                of(9, Keys.OWNER),
                new byte[] {'x'},
                "session 9 ('client-9'): its state and its User Name do not agree"),
        AN_UNKNOWN_KIND(
                Family.SESSIONS, of(9, (byte) 99), new byte[0], "session 9, record of kind 99"),
        A_STATE_CUT_SHORT(
                Family.SESSIONS,
                of(9, Keys.STATE),
                new byte[] {1, 5},
                "session 9, state: cannot be read"),
        A_RETAINED_MESSAGE_ELSEWHERE(
                Family.RETAINED,
                new byte[] {'a'},
                new byte[] {0, 1, 't'},
                "retained message of 'a': has the topic 't'"),
        NO_PROGRESS(Family.META, Keys.progress(), null, "by its file durable.mark the disk had"),
        NO_FORMAT(Family.META, Keys.format(), null, "by its file durable.mark the disk had");

        private final Family family;
        private final byte[] key;
        private final byte[] value;
        private final String says;

        Wrong(Family family, byte[] key, byte[] value, String says) {
            this.family = family;
            this.key = key;
            this.value = value;
            this.says = says;
        }

        private static byte[] of(long session, byte kind) {
            return ByteBuffer.allocate(9).putLong(session).put(kind).array();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatDoesNotAddUpIsFound(Wrong wrong) throws IOException, RocksDBException {
        Path store = store();
        assertThat(StoreCheck.of(store).mistakes()).isEmpty();
        try (Database database = Database.open(store, StoreOptions.DEFAULTS, false)) {
            if (wrong.value == null) {
                database.rocks.delete(database.family(wrong.family), database.synced, wrong.key);
            } else {
                database.rocks.put(
                        database.family(wrong.family), database.synced, wrong.key, wrong.value);
            }
        }
        Map<String, Long> sums = Stocked.sums(store);

        StoreReport report = StoreCheck.of(store);

        assertThat(report.isSound()).isFalse();
        assertThat(report.mistakes()).anyMatch(mistake -> mistake.contains(wrong.says));
        assertThat(Stocked.sums(store)).isEqualTo(sums);

        StoreSalvage.salvage(store, folder.resolve("salvaged"));
        assertThat(StoreCheck.of(folder.resolve("salvaged")).mistakes()).isEmpty();
        assertThat(Stocked.contents(folder.resolve("salvaged")).sessions())
                .hasSizeGreaterThanOrEqualTo(Stocked.SESSIONS - 1);
    }

    // From tables, or from a log alone.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAStoreWritesIsSoundAtAnyMoment(boolean tables) throws IOException, RocksDBException {
        Chance chance = Chance.given();
        Model model = new Model();
        StoreOptions small = new StoreOptions(true, 1 << 20, 1 << 20, 2 << 20, 0, Long.MAX_VALUE);
        try (RocksStore store =
                RocksStore.open(folder.resolve("model"), tables ? small : StoreOptions.DEFAULTS)) {
            long number = 0;
            for (int look = 0; look < 4; look++) {
                for (int group = 0; group < 25; group++) {
                    List<Mutation> changes = new ArrayList<>();
                    while (changes.size() < 40) {
                        changes.addAll(model.change(chance));
                    }
                    number += changes.size();
                    store.apply(number, changes);
                    if (chance.is(0.3)) {
                        store.releaseSlice();
                    }
                }
                Path copy = folder.resolve("look" + look);
                if (tables) {
                    store.checkpoint(copy);
                } else {
                    Copies.of(store.folder(), copy);
                }
                assertSound(copy, model, look);
            }
        } catch (RuntimeException | Error e) {
            System.err.println(chance.replay());
            throw e;
        }
    }

    private void assertSound(Path store, Model model, int look) {
        StoreReport report = StoreCheck.of(store);
        assertThat(report.mistakes()).isEmpty();
        assertThat(report.holds()).isNotNull();
        assertThat(report.holds().sessions() + report.holds().ending())
                .isEqualTo(model.sessions.size());
        assertThat(report.holds().retained()).isEqualTo(model.retained.size());
        assertThat(report.holds().messages())
                .isEqualTo(model.sessions.values().stream().mapToLong(s -> s.queue.size()).sum());

        Path to = folder.resolve("salvaged" + look);
        SalvageReport salvaged = StoreSalvage.salvage(store, to);
        assertThat(salvaged.lines()).hasSize(2).last().isEqualTo("nothing is lost");
        StoreReport again = StoreCheck.of(to);
        assertThat(again.mistakes()).isEmpty();
        assertThat(again.holds().messages()).isEqualTo(report.holds().messages());
        assertThat(again.holds().bytes()).isEqualTo(report.holds().bytes());
        try (RocksStore was = RocksStore.open(store, StoreOptions.DEFAULTS);
                RocksStore is = RocksStore.open(to, StoreOptions.DEFAULTS)) {
            assertThat(text(is)).isEqualTo(text(was));
        }
    }

    // Arrays have no words of their own, so what is told of entries is compared elsewhere.
    private static List<Object> text(RocksStore store) {
        var recovered = store.recovered(5);
        List<Object> all = new ArrayList<>();
        recovered
                .sessions()
                .forEach(session -> {
                    all.add(session.created());
                    all.add(session.connected());
                    all.add(session.subscriptions());
                    all.add(session.identifiersTaken());
                    all.add(sums(session.rest()));
                    session.queue()
                            .forEach(entry -> {
                                all.add(Things.comparable(entry.enqueued()));
                                all.add(String.valueOf(entry.released()));
                            });
                    long number = session.created().session();
                    store.read(number, 0, 100_000, Long.MAX_VALUE)
                            .forEach(entry -> all.add(Things.comparable(entry)));
                });
        recovered
                .ending()
                .forEach(ending -> {
                    all.add(ending.clientIdentifier());
                    all.add(ending.sentUpTo());
                    all.add(sums(ending.rest()));
                });
        all.add(recovered.lastMessage());
        all.add(recovered.lastSession());
        return all;
    }

    // Where it begins may be told more exactly.
    private static List<Long> sums(Recovered.Rest rest) {
        return List.of(rest.messages(), rest.bytes(), rest.shared());
    }

    /// Which tables count nobody can say then: all are looked at.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutAManifestABadTableIsFoundAllTheSame(boolean missing)
            throws IOException, RocksDBException {
        Path store = store();
        Path table = Stocked.table(store, Family.MESSAGES);
        Stocked.flip(table, 500);
        Path manifest = Objects.requireNonNull(Tables.manifest(store));
        if (missing) {
            Files.delete(manifest);
        } else {
            Files.write(manifest, new byte[0]);
        }
        assertThat(StoreCheck.of(store).mistakes())
                .anyMatch(mistake -> mistake.startsWith(table.getFileName() + ": "));
    }

    /// A merge that was killed leaves half a table; the next start removes it.
    @Test
    void aTableThatDoesNotCountIsNotLookedAt() throws IOException, RocksDBException {
        Path store = store();
        Path whole = Stocked.table(store, Family.MESSAGES);
        Path half = store.resolve("999999.sst");
        Files.copy(whole, half);
        Stocked.cut(half);
        assertThat(StoreCheck.of(store).mistakes()).isEmpty();

        Stocked.flip(whole, 500); // the control arm
        assertThat(StoreCheck.of(store).mistakes())
                .isNotEmpty()
                .noneMatch(mistake -> mistake.contains("999999.sst"));
    }

    @Test
    void aNewerFormatIsNotLookedAt() throws IOException, RocksDBException {
        Path store = store();
        try (Database database = Database.open(store, StoreOptions.DEFAULTS, false)) {
            byte[] newer = ByteBuffer.allocate(4).putInt(Keys.FORMAT + 1).array();
            database.rocks.put(database.synced, Keys.format(), newer);
        }
        assertThatThrownBy(() -> StoreCheck.of(store))
                .isExactlyInstanceOf(StoreException.class)
                .hasMessageContaining("use a newer vencejo");
        assertThatThrownBy(() -> StoreSalvage.salvage(store, folder.resolve("salvaged")))
                .isExactlyInstanceOf(StoreException.class)
                .hasMessageContaining("use a newer vencejo");
    }
}
