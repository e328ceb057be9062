package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Limits with which no packet could be decoded are refused by name.
class DecoderLimitsTest {

    @ParameterizedTest
    @CsvSource({
        "0, packetSizeMax, 2",
        "1, connectSizeMax, 2",
        "2, topicLevelsMax, 1",
        "3, userPropertiesMax, 0",
        "4, userPropertiesBytesMax, 0",
        "5, topicFiltersMax, 1"
    })
    void theLeastOfEachLimitPassesAndOneLessIsNamed(int at, String name, int least) {
        int[] limits = {2, 2, 1, 0, 0, 1};
        assertThat(of(limits).packetSizeMax()).isEqualTo(2);
        limits[at] = least - 1;
        assertThatThrownBy(() -> of(limits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(name + " is at least " + least + ", given was " + (least - 1));
    }

    private static DecoderLimits of(int[] l) {
        return new DecoderLimits(l[0], l[1], l[2], l[3], l[4], l[5]);
    }
}
