package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartialPacketsTest {
    private final PartialPackets room = new PartialPackets(1_000);

    @Test
    void roomIsTakenUpToTheLimitAndGivenBack() {
        assertThat(room.take(600)).isTrue();
        assertThat(room.take(401)).as("one byte too many").isFalse();
        assertThat(room.take(400)).isTrue();
        room.giveBack(600);
        assertThat(room.take(401)).isTrue();
    }

    @Test
    void aPacketLargerThanAllRoomGetsAllOfIt() {
        assertThat(room.take(5_000)).isTrue();
        assertThat(room.take(1)).isFalse();
        room.giveBack(5_000);
        assertThat(room.take(1)).isTrue();
        assertThat(room.take(5_000)).as("others have some").isFalse();
    }
}
