package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.Limits;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryServer;

/// A flood of QoS 0 at a client that reads nothing: its memory is bounded, others get everything,
/// and when it reads again it gets what comes then.
@Oracle(79)
class SlowConsumerTest {
    private static final int FLOOD_BYTES = 3 << 20;

    private final MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());

    @ParameterizedTest(name = "{0} bytes, subscribed at {1}, session expiry {2}")
    @CsvSource({
        "500, AT_MOST_ONCE, 0",
        "3000, AT_MOST_ONCE, 0",
        "20000, AT_MOST_ONCE, 0",
        "3000, AT_LEAST_ONCE, 0",
        "20000, AT_MOST_ONCE, 1000",
        "20000, EXACTLY_ONCE, 1000"
    })
    void itsMemoryIsBoundedAndNobodyElseSuffers(int bytes, QoS granted, int expiry) {
        PacketClient slow =
                PacketClient.connected(
                        server,
                        "slow",
                        true,
                        Properties.builder().put(Property.SESSION_EXPIRY_INTERVAL, expiry).build());
        PacketClient quick = PacketClient.connected(server, "quick");
        PacketClient publisher = PacketClient.connected(server, "p");
        slow.subscribe("t", granted);
        slow.heard();
        quick.subscribe("t", granted);
        quick.heard();
        int messages = FLOOD_BYTES / bytes;
        long waitingMost = 0;
        long queuedMost = 0;
        long most = Limits.DEFAULTS.outBufferHighBytes() + 2L * bytes;
        for (int i = 0; i < messages; i++) {
            byte[] payload = new byte[bytes];
            payload[0] = (byte) i;
            payload[bytes - 1] = (byte) i;
            publisher.publish("t", AT_MOST_ONCE, false, payload);
            server.settle();
            List<Publish> got = quick.messages();
            if (got.size() != 1
                    || !Arrays.equals(got.getFirst().payload().toByteArray(), payload)) {
                fail("message %d came as %s", i, got);
            }
            waitingMost = Math.max(waitingMost, slow.connection().waiting());
            queuedMost = Math.max(queuedMost, server.core().accounting().queuedBytes());
        }
        assertThat((long) messages * bytes).as("the flood").isGreaterThan(2 * most);
        assertThat(waitingMost).isGreaterThan(most / 2).isLessThanOrEqualTo(most);
        assertThat(queuedMost).isLessThan(1 << 20);
        publisher.send(new Pingreq());
        assertThat(publisher.heard()).singleElement().isInstanceOf(Pingresp.class);
        assertThat(publisher.connection().isReadingPaused()).isFalse();

        List<Publish> held = slow.messages(); // it wakes up: what it was sent is whole
        assertThat(held).isNotEmpty().hasSizeLessThan(messages);
        for (int i = 0; i < held.size(); i++) {
            byte[] payload = held.get(i).payload().toByteArray();
            if (payload.length != bytes
                    || payload[0] != (byte) i
                    || payload[bytes - 1] != (byte) i) {
                fail("message %d is not what it was", i);
            }
        }
        server.settle();
        slow.messages();
        publisher.publish("t", AT_LEAST_ONCE, false, "again");
        server.settle();
        assertThat(slow.messages())
                .singleElement()
                .extracting(PacketClient::text)
                .isEqualTo("again");
        assertThat(server.core().accounting().balances()).isTrue();
        server.connections().forEach(each -> each.cut("over"));
        server.settle();
        assertThat(server.buffersHeld()).isZero();
    }
}
