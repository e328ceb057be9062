package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.testing.oracles.RawClient.bytes;
import static org.vencejo.testing.oracles.RawClient.packet;
import static org.vencejo.testing.oracles.RawClient.string;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryServer;

/// The Maximum Packet Size of a client, one byte below, at and above what the server has to say.
/// (SUBACK and UNSUBACK are in the scenarios.)
@Oracle(64)
class SizesTest {
    private static final int UNLIMITED = 0x10000;

    private final MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aPublishOfThatSizeIsSentAndALargerOneIsNot(int qos) {
        for (int size = 98; size <= 102; size++) {
            RawClient subscriber = connected("s", 100);
            subscriber.send(packet(0x82, bytes("0001 00"), string("t"), new byte[] {(byte) qos}));
            subscriber.heard();
            RawClient publisher = connected("p", UNLIMITED);
            int header = 2 + 3 + (qos > 0 ? 2 : 0) + 1;
            byte[] identifier = bytes(qos > 0 ? "0001" : "");
            publisher.send(
                    packet(
                            0x30 | qos << 1,
                            string("t"),
                            identifier,
                            bytes("00"),
                            new byte[size - header]));
            publisher.send(packet(0x30, string("t"), bytes("00"), bytes("55"))); // the sentinel
            List<String> heard = subscriber.heard();
            assertThat(heard).hasSize(size <= 100 ? 2 : 1);
            assertThat(heard.getFirst().length() / 2).isEqualTo(size <= 100 ? size : 7);
            assertThat(heard.getLast()).endsWith("55");
        }
    }

    @Test
    void aDisconnectSaysWhyIfThereIsRoom() {
        String whole = disconnected(UNLIMITED);
        int size = whole.length() / 2;
        assertThat(whole).startsWith("E0").contains("1F"); // a Reason String
        assertThat(disconnected(size + 1)).isEqualTo(whole);
        assertThat(disconnected(size)).isEqualTo(whole);
        assertThat(disconnected(size - 1)).startsWith("E0").hasSizeLessThan(12); // [MQTT-3.14.2-3]
        assertThat(disconnected(5)).matches("E00182|E0028200");
    }

    // What is said to a client that subscribes to nothing.
    private String disconnected(int sizeMax) {
        RawClient client = connected("c", sizeMax);
        client.send("82 03 0001 00");
        List<String> heard = client.heard();
        assertThat(client.isGone()).isTrue();
        return heard.getFirst();
    }

    private RawClient connected(String identifier, int sizeMax) {
        RawClient client = new RawClient(server);
        client.send(
                packet(
                        0x10,
                        bytes("0004 4D515454 05 02 0000 05 27"),
                        bytes(HexFormat.of().toHexDigits(sizeMax)),
                        string(identifier)));
        String connack = client.heard().getLast();
        assertThat(connack).startsWith("20");
        assertThat(connack.length() / 2).isLessThanOrEqualTo(sizeMax);
        return client;
    }
}
