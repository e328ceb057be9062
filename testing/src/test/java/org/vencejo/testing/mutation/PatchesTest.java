package org.vencejo.testing.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.testing.house.Checkout;

/// The patches of [MutationTest] are in order: a change of the core that one no longer fits is seen
/// in every build, not only in the long one.
class PatchesTest {
    private static final Path ROOT = Checkout.root();

    static List<Mutant> mutants() {
        return Mutant.all(ROOT);
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void everyPatchStillApplies(Mutant mutant) throws Exception {
        assertThat(SourceCopy.saidAgainst(mutant, ROOT))
                .as("%s is to be made anew against the sources, git says", mutant.patch())
                .isEmpty();
    }

    /// The control arm.
    @Test
    void aPatchOfOtherSourcesDoesNotApply(@TempDir Path folder) throws Exception {
        Path patch = folder.resolve("of-other-sources.patch");
        Mutant first = mutants().getFirst();
        Files.writeString(patch, Files.readString(first.patch()).replace("\n-", "\n-not there "));
        Mutant other = new Mutant("of-other-sources", "", "", patch);
        assertThat(SourceCopy.saidAgainst(other, ROOT)).isNotEmpty();
    }

    @Test
    void theDocumentSaysWhatCaughtEach() throws Exception {
        assertThat(MutationTable.names(ROOT))
                .as("docs/simulation.md: run MutationTest with -Dvencejo.documents=write")
                .containsExactlyElementsOf(mutants().stream().map(Mutant::name).toList());
    }
}
