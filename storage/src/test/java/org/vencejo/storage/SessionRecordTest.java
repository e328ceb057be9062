package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/// The state of a session, as bytes.
class SessionRecordTest {
    private static SessionRecord ending() {
        SessionRecord record = new SessionRecord(7);
        record.ending = true;
        record.endingFrom = 4;
        record.endingSentUpTo = 6;
        record.end = 9;
        record.messages = 5;
        return record;
    }

    @Test
    void anEndingSessionSaysWhatMayHaveBeenSent() {
        ByteBuf bytes = Unpooled.buffer();
        ending().write(bytes);
        SessionRecord read = SessionRecord.read(7, bytes);
        assertThat(read.endingFrom).isEqualTo(4);
        assertThat(read.endingSentUpTo).isEqualTo(6);
        assertThat(read.messages).isEqualTo(5);
        assertThat(bytes.isReadable()).isFalse();
    }

    /// It is the last number, and stores of format 1 were written without it.
    @Test
    void whereThatWasNotWrittenNothingWasSent() {
        ByteBuf bytes = Unpooled.buffer();
        ending().write(bytes);
        SessionRecord read = SessionRecord.read(7, bytes.slice(0, bytes.readableBytes() - 1));
        assertThat(read.endingFrom).isEqualTo(4);
        assertThat(read.endingSentUpTo).isZero();
        assertThat(read.messages).isEqualTo(5);
    }
}
