package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.storage.WholeLog.State;

/// What is copied of a log is whole, and was there.
class WholeLogTest {
    private static final int BLOCK = ManifestFile.BLOCK_BYTES;

    @TempDir private Path folder;

    private final Random random = new Random(5);

    private byte[] record(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] log(List<byte[]> records) {
        ByteBuf log = Unpooled.buffer();
        records.forEach(each -> ManifestFile.append(log, Unpooled.wrappedBuffer(each)));
        byte[] bytes = new byte[log.readableBytes()];
        log.readBytes(bytes);
        return bytes;
    }

    private State state(byte[] log) throws IOException {
        return WholeLog.stateOf(Files.write(folder.resolve("of.log"), log));
    }

    private byte[] copy(byte[] log) throws IOException {
        Path to = folder.resolve("to.log");
        WholeLog.copy(Files.write(folder.resolve("from.log"), log), to);
        return Files.readAllBytes(to);
    }

    /// A part has a header of 7 bytes, and blocks have 32,768.
    @ParameterizedTest
    @ValueSource(ints = {12, 32_747, 32_754, 32_760, 32_761, 32_762, 32_768, 65_522, 200_000})
    void whatIsWholeIsCopiedAsItIs(int length) throws IOException {
        byte[] log = log(List.of(record(length), record(100), record(length), record(20)));
        assertThat(state(log)).isEqualTo(State.WHOLE);
        assertThat(copy(log)).isEqualTo(log);
    }

    @Test
    void zeroesBehindTheEndLoseNothing() throws IOException {
        byte[] log = log(List.of(record(100), record(40_000)));
        assertThat(copy(Arrays.copyOf(log, 3 * BLOCK))).isEqualTo(log);
    }

    /// The record that is damaged and what follows in that block are lost, and nothing else.
    @Test
    void theRestOfABadBlockIsLeftOut() throws IOException {
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            records.add(record(10_000));
        }
        byte[] log = log(records);
        log[5 * BLOCK + 3_000] ^= 1;
        assertThat(state(log)).isEqualTo(State.DAMAGED);
        List<byte[]> kept = new ArrayList<>(records);
        // Of 10,007 bytes and the headers between blocks: records 16 to 19 have a part in block 5.
        kept.subList(16, 20).clear();
        assertThat(copy(log)).isEqualTo(log(kept));
    }

    @Test
    void aRecordWithoutItsEndIsLeftOut() throws IOException {
        byte[] first = record(100);
        byte[] log = log(List.of(first, record(100_000)));
        byte[] cut = Arrays.copyOf(log, 2 * BLOCK);
        assertThat(state(cut)).isEqualTo(State.DAMAGED);
        assertThat(copy(cut)).isEqualTo(log(List.of(first)));
    }

    /// Such as a newer RocksDB may write, or one that was set up otherwise.
    @ParameterizedTest
    @ValueSource(ints = {0, 5, 9, 130})
    void aLogWithPartsOfAnUnknownKindIsNotOurs(int type) throws IOException {
        byte[] body = record(24);
        ByteBuf foreign = Unpooled.buffer();
        foreign.writeIntLE(ManifestFile.sum(type, body)).writeShortLE(body.length).writeByte(type);
        foreign.writeBytes(body).writeBytes(log(List.of(record(100))));
        byte[] log = new byte[foreign.readableBytes()];
        foreign.readBytes(log);
        assertThat(state(log)).isEqualTo(State.FOREIGN);
        log[log.length - 1] ^= 1;
        assertThat(state(log)).as("damaged as well").isEqualTo(State.FOREIGN);
    }
}
