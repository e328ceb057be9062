package org.vencejo.testing.house;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Imports go down only, and each module keeps to its libraries and its few packages.
class FloorsTest {
    @ParameterizedTest
    @EnumSource
    void importsGoDownOnly(Floor floor) {
        assertThat(floor.forbiddenImports(Classes.house(), Classes.HOUSE))
                .as(
                        """
                        %s may not import these. Move the code to the floor that may, or pass the \
                        value in as data; a new edge goes into Floor, the pom and an ADR.\
                        """,
                        floor)
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void everyModuleHasClassesToLookAt(Floor floor) {
        assertThat(Classes.house().containPackage(floor.packageName(Classes.HOUSE)))
                .as("%s: the house rules see none of its classes", floor)
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void packagesAreFlat(Floor floor) {
        assertThat(floor.forbiddenPackages(Classes.house(), Classes.HOUSE))
                .as(
                        """
                        %s has packages that its floor does not name. Put the files into the \
                        module's own package: names tell more than folders.\
                        """,
                        floor)
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"PROTOCOL", "CORE", "TRANSPORT", "CLIENT", "BROKER"})
    void anImportUpwardsOrSidewaysIsCaught(Floor floor) {
        assertThat(floor.forbiddenImports(Classes.offenders(), Classes.OFFENDERS))
                .as("%s: the offender in %s", floor, floor.packageName(Classes.OFFENDERS))
                .isNotEmpty();
    }

    @Test
    void brokerAndClientImportingEachOtherAreCaught() {
        assertThat(Floor.BROKER.forbiddenImports(Classes.offenders(), Classes.OFFENDERS))
                .anyMatch(line -> line.contains("offenders.client."));
        assertThat(Floor.CLIENT.forbiddenImports(Classes.offenders(), Classes.OFFENDERS))
                .anyMatch(line -> line.contains("offenders.broker."));
    }

    @Test
    void aLibraryThatTheFloorDoesNotNameIsCaught() {
        assertThat(Floor.CORE.forbiddenImports(Classes.offenders(), Classes.OFFENDERS))
                .anyMatch(line -> line.contains("org.slf4j."));
    }

    @Test
    void aDeeperPackageIsCaught() {
        assertThat(Floor.CORE.forbiddenPackages(Classes.offenders(), Classes.OFFENDERS))
                .containsExactly(Classes.OFFENDERS + ".core.deep");
    }
}
