package org.vencejo.testing.house;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The codec and the core are functions of their inputs: a test or a replay may drive them.
class CorePurityTest {
    @ParameterizedTest
    @EnumSource
    void theCoreHasNone(Impurity impurity) {
        assertThat(impurity.usesIn(Floor.CORE.of(Classes.house(), Classes.HOUSE)))
                .as("%s in the core: %s", impurity, impurity.instead())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theCodecHasNone(Impurity impurity) {
        assertThat(impurity.usesIn(Floor.PROTOCOL.of(Classes.house(), Classes.HOUSE)))
                .as("%s in the codec: %s", impurity, impurity.instead())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theOffenderIsCaught(Impurity impurity) {
        assertThat(impurity.usesIn(Floor.CORE.of(Classes.offenders(), Classes.OFFENDERS)))
                .as("an offender for %s", impurity)
                .isNotEmpty();
    }
}
