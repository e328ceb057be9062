package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class PartialPacketsTest {
    private final PartialPackets room = new PartialPackets(1_000, 1);
    private final BrokerConnection holder =
            new BrokerConnection(
                    null,
                    new Visitors(new Entry("", null, null, null)),
                    Origin.of(new InetSocketAddress(0)),
                    null);

    @Test
    void roomIsTakenUpToTheLimitAndGivenBack() {
        assertThat(room.take(holder, 600)).isTrue();
        assertThat(room.take(holder, 401)).as("one byte too many").isFalse();
        assertThat(room.take(holder, 400)).isTrue();
        room.giveBack(holder, 600);
        assertThat(room.take(holder, 401)).isTrue();
    }

    @Test
    void aPacketLargerThanAllRoomGetsAllOfIt() {
        assertThat(room.take(holder, 5_000)).isTrue();
        assertThat(room.take(holder, 1)).isFalse();
        room.giveBack(holder, 5_000);
        assertThat(room.take(holder, 1)).isTrue();
        assertThat(room.take(holder, 5_000)).as("others have some").isFalse();
    }
}
