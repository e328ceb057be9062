package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A table of messages says what a map says, however often it has grown.
class MessageTableTest {
    @Test
    void whatWasSaidOfANumberStays() {
        Chance chance = Chance.of(5);
        MessageTable table = new MessageTable();
        Map<Long, String> model = new HashMap<>();
        for (int i = 1; i <= 20_000; i++) {
            long number = chance.is(0.5) ? i : (long) i << 33;
            int bytes = chance.below(1 << 20);
            int stored = chance.below(100);
            int counted = chance.below(3);
            if (chance.is(0.5)) {
                table.message(number, bytes);
                table.count(number, stored);
            } else {
                table.count(number, stored);
                table.message(number, bytes);
            }
            for (int each = 0; each < counted; each++) {
                assertThat(table.reference(number)).isEqualTo(bytes);
            }
            assertThat(table.bytes(number)).isEqualTo(bytes);
            model.put(number, bytes + " " + stored + " " + counted);
        }
        assertThat(table.reference(1L << 62)).isEqualTo(MessageTable.MISSING);
        model.put(1L << 62, MessageTable.MISSING + " 0 1");

        Map<Long, String> said = new HashMap<>();
        table.forEach((number, bytes, stored, counted) ->
                said.put(number, bytes + " " + stored + " " + counted));

        assertThat(said).isEqualTo(model);
    }
}
