package org.vencejo.testing.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.testing.house.Checkout;
import org.vencejo.testing.simulation.Sweep;

/// The simulation proves that it can fail: each deliberate mistake in a copy of the core is caught,
/// and the same copy without one is not.
///
/// `-Dvencejo.mutants=NAME` looks at those alone whose name begins so; `-Dvencejo.documents=write`
/// writes what was caught into `docs/simulation.md`.
@Tag("long")
class MutationTest {
    private static final int RUNS_MAX = 1_000;

    private final Path root = Checkout.root();

    @TempDir Path folder;

    @Test
    void everyMistakeIsCaught() throws Exception {
        String only = System.getProperty("vencejo.mutants", "");
        List<Mutant> mutants =
                Mutant.all(root).stream().filter(m -> m.name().startsWith(only)).toList();
        assertThat(mutants).isNotEmpty();
        Map<Mutant, Sweep.@Nullable Caught> caught = new LinkedHashMap<>();
        int processors = Runtime.getRuntime().availableProcessors();
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.clamp(processors, 1, 4))) {
            Map<Mutant, Future<Sweep.@Nullable Caught>> all = new LinkedHashMap<>();
            for (Mutant mutant : mutants) {
                all.put(mutant, pool.submit(() -> sweep(mutant)));
            }
            for (Mutant mutant : mutants) {
                caught.put(mutant, all.get(mutant).get());
                System.out.println(MutationTable.line(mutant, caught.get(mutant)));
            }
        }
        assertThat(
                        caught.entrySet().stream()
                                .filter(e -> e.getValue() == null)
                                .map(Map.Entry::getKey))
                .as("mistakes that %d runs did not catch", RUNS_MAX)
                .isEmpty();
        if ("write".equals(System.getProperty("vencejo.documents")) && only.isEmpty()) {
            MutationTable.write(root, caught);
        }
    }

    /// The control arm.
    @Test
    void theCopyWithoutAMistakePassesTheSameRuns() throws Exception {
        SourceCopy copy = new SourceCopy(root, Files.createDirectory(folder.resolve("unchanged")));
        copy.compile();
        assertThat(copy.run(RUNS_MAX)).isNull();
    }

    private Sweep.@Nullable Caught sweep(Mutant mutant) throws Exception {
        try {
            SourceCopy copy =
                    new SourceCopy(root, Files.createDirectory(folder.resolve(mutant.name())));
            copy.apply(mutant);
            copy.compile();
            return copy.run(RUNS_MAX);
        } catch (IllegalStateException failure) {
            throw new IllegalStateException(mutant.name(), failure);
        }
    }
}
