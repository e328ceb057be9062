package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.testing.oracles.RawClient.bytes;
import static org.vencejo.testing.oracles.RawClient.packet;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryServer;

/// Packets that end too early, at every byte: nothing is read behind their end, the connection is
/// closed unless a shorter form is allowed, and no buffer stays behind.
@Oracle(72)
class TruncatedPacketsTest {
    private static final String CONNECT_3 = "10 0D 0004 4D515454 04 02 0000 0001 41";
    private static final String CONNECT_5 = "10 0E 0004 4D515454 05 02 0000 00 0001 41";

    /// First byte, body, the lengths of the body at which it is a packet.
    @ParameterizedTest(name = "{1} in {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "3.1.1 | 30 | 0001 74 61                      | 3 4",
                "3.1.1 | 32 | 0001 74 0001 61                 | 5 6",
                "3.1.1 | 82 | 0001 0001 74 00                 | 6",
                "3.1.1 | A2 | 0001 0001 74                    | 5",
                "3.1.1 | 40 | 0001                            | 2",
                "3.1.1 | 62 | 0001                            | 2",
                "5.0   | 30 | 0001 74 05 26 0000 0000 61      | 9 10",
                "5.0   | 32 | 0001 74 0001 02 01 00 61        | 8 9",
                "5.0   | 34 | 0001 74 0001 00                 | 6",
                "5.0   | 82 | 0001 02 0B 05 0001 74 00        | 9",
                "5.0   | A2 | 0001 00 0001 74                 | 6",
                "5.0   | 40 | 0001 00 04 1F 0001 78           | 2 3 8",
                "5.0   | 50 | 0001 00 00                      | 2 3 4",
                "5.0   | 62 | 0001 92 05 26 0000 0000         | 2 3 9",
                "5.0   | 70 | 0001 00                         | 2 3",
            })
    void aPacketThatEndsTooEarlyEndsTheConnection(
            String version, String first, String body, String lengths) {
        List<String> allowed = Arrays.asList(lengths.split(" "));
        byte[] whole = bytes(body);
        for (int length = 0; length <= whole.length; length++) {
            MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());
            RawClient client = new RawClient(server);
            client.send(version.equals("5.0") ? CONNECT_5 : CONNECT_3);
            client.heard();
            // Bytes behind the packet are there to be read by mistake.
            byte[] behind = bytes("C000 0001 74 0001 74");
            client.send(
                    RawClient.joined(
                            packet(Integer.parseInt(first, 16), Arrays.copyOf(whole, length)),
                            Arrays.copyOf(behind, allowed.contains("" + length) ? 2 : 8)));
            List<String> heard = client.heard();
            boolean goesOn = heard.contains("D000");
            assertThat(goesOn)
                    .as("%d bytes: %s", length, heard)
                    .isEqualTo(allowed.contains("" + length))
                    .isEqualTo(!client.isGone());
            if (!goesOn && version.equals("5.0")) {
                assertThat(heard).singleElement().asString().matches("E0..8[12].*");
            } else if (!goesOn) {
                assertThat(heard).isEmpty();
            }
            requireNothingHeld(server);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0004 4D515454 04 C6 0000 0001 41 0001 77 0001 78 0001 75 0001 70",
        "0006 4D5149736470 03 06 0000 0001 41 0001 77 0001 78",
        "0004 4D515454 05 C6 0000 05 11 00000005 0001 41 00 0001 77 0001 78 0001 75 0001 70"
    })
    void aConnectThatEndsTooEarlyIsNone(String body) {
        byte[] whole = bytes(body);
        for (int length = 0; length <= whole.length; length++) {
            MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());
            RawClient client = new RawClient(server);
            client.send(packet(0x10, Arrays.copyOf(whole, length)));
            List<String> heard = client.heard();
            assertThat(client.isGone()).isEqualTo(length < whole.length);
            if (length == whole.length) {
                assertThat(heard).singleElement().asString().matches("20..0000.*");
            } else {
                assertThat(heard).allMatch(it -> it.matches("20..008[0-9].*"));
            }
            requireNothingHeld(server);
        }
    }

    private static void requireNothingHeld(MemoryServer server) {
        server.connections().forEach(each -> each.cut("over"));
        server.settle();
        assertThat(server.buffersHeld()).isZero();
        assertThat(server.core().connections()).isZero();
    }
}
