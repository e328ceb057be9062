package org.vencejo.testing.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.vencejo.testing.Seeds;

/// Whatever one client says, the others are served, nothing is made up and nothing is left behind.
///
/// `-Dvencejo.seed=` and `-Dvencejo.cases=` repeat a failure or run as many cases as wanted.
@Isolated // The buffers of the whole process are counted.
class DamagedConversationsTest {
    private static final int CASES_IN_LONG = 100_000;
    private static final int CASES = 2_000;
    private static final int CASES_OF_FRESH_SEED = 500;

    @Test
    @Timeout(300)
    void twoThousandDamagedConversationsHarmNobodyElse() throws IOException {
        run(Long.getLong("vencejo.seed", 1), CASES);
    }

    @Test
    @Timeout(300)
    void aFreshSeedHarmsNobodyElse() throws IOException {
        run(Seeds.given().seed(), CASES_OF_FRESH_SEED);
    }

    @Test
    @Tag("long")
    @Timeout(2_400)
    void aHundredThousandDamagedConversationsHarmNobodyElse() throws IOException {
        run(Seeds.given().seed(), CASES_IN_LONG);
    }

    private static void run(long seed, int casesUnlessGiven) throws IOException {
        int cases = Integer.getInteger("vencejo.cases", casesUnlessGiven);
        Fuzzer.Seen seen = Fuzzer.run(seed, cases);
        if (cases >= CASES_OF_FRESH_SEED) {
            assertThat(seen.ends()).as("each end was reached").hasSize(Fuzzer.End.values().length);
            assertThat(seen.ends().values())
                    .as("each end was reached often")
                    .allMatch(count -> count > cases / 50);
            assertThat(seen.foreignMessages()).as("messages of cases").isGreaterThan(cases / 10);
        }
    }
}
