package org.vencejo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What every scenario of the project keeps to.
class SuiteTest {
    /// Scenarios that ask for no more than an acceptance or an acknowledgement, so that a server
    /// passes them which does nothing else; whatever is new here needs a reason.
    private static final Set<String> ASK_FOR_AN_ANSWER_ALONE =
            Set.of(
                    "3.1 looks at neither the reserved bit nor the will bits without a will",
                    "3.1 lets a client announce user name and password and leave them out",
                    "In 5.0 a password may come alone",
                    "User name and password may be long",
                    "A client identifier of 1 to 23 letters and digits is always accepted",
                    "3.1 clients may have identifiers of more than 23 characters",
                    "Keep Alive 0 means that silence is no fault",
                    "A minimal CONNECT is accepted",
                    "A cap on the Session Expiry Interval is told, and nothing else",
                    "PUBREL for an identifier that nobody took is answered",
                    "Acknowledgements of nothing are passed over",
                    "Each SUBSCRIBE and UNSUBSCRIBE is answered under its identifier",
                    "UNSUBACK comes even if there was nothing to remove");

    private static final Path WRONG_SERVERS =
            Path.of("src/test/resources/org/vencejo/conformance/wrong-servers.tsv");
    private static final Path CHAPTERS = Path.of("src/main/resources/org/vencejo/conformance");
    private static final Map<WrongServer, Set<Trial>> PASSED = new EnumMap<>(WrongServer.class);

    private final Suite suite = Suite.read();
    private final Catalogue catalogue = Catalogue.read();
    private final Trace trace = Trace.of(catalogue, suite, Exemption.read());

    @Test
    void everyScenarioProvesStatementsOfItsVersion() {
        List<String> unknown = new ArrayList<>();
        for (Trial trial : suite.trials()) {
            for (String id : trial.ids()) {
                if (catalogue.find(id, trial.version()).isEmpty()) {
                    unknown.add(id + " in " + trial);
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void whatAStepCitesIsInTheHeadOfItsScenario() {
        List<String> strange = new ArrayList<>();
        for (Scenario scenario : suite.scenarios()) {
            Set<String> proved = new HashSet<>();
            scenario.statements().values().forEach(proved::addAll);
            for (Scenario.Line line : scenario.lines()) {
                Matcher ids = Catalogue.ID.matcher(line.comment());
                while (ids.find()) {
                    if (!proved.contains(ids.group())) {
                        strange.add(ids.group() + " in line " + line.number() + " of " + scenario);
                    }
                }
            }
        }
        assertThat(strange).isEmpty();
    }

    /// A reset throws away what was sent before it, and another connection may overtake it: what
    /// matters has to be answered first, by a PINGRESP if by nothing else.
    @Test
    void whoLosesAConnectionHasHeardTheAnswerToWhatItSaid() {
        List<String> racing = new ArrayList<>();
        for (Trial trial : suite.trials()) {
            Set<String> unanswered = new HashSet<>();
            for (Trial.Numbered numbered : trial.steps()) {
                String leaving =
                        switch (numbered.step()) {
                            case Step.Leave it -> it.client();
                            case Step.CrossBoundary it -> it.client();
                            case Step.Open it -> it.client();
                            case Step.Send it -> {
                                unanswered.add(it.client());
                                yield "";
                            }
                            case Step.Expect it -> {
                                unanswered.remove(it.client());
                                yield "";
                            }
                            case Step.Closed it -> {
                                unanswered.remove(it.client());
                                yield "";
                            }
                            case Step.Wait _,
                                    Step.Restart _,
                                    Step.Stop _,
                                    Step.Journal _,
                                    Step.Access _,
                                    Step.Differ _ ->
                                    "";
                        };
                if (unanswered.remove(leaving)) {
                    racing.add("line " + numbered.number() + " of " + trial);
                }
            }
        }
        assertThat(racing).isEmpty();
    }

    @Test
    void everyTrialHasANameOfItsOwn() {
        assertThat(suite.trials().stream().map(Trial::toString)).doesNotHaveDuplicates();
        assertThat(suite.scenarios().stream().map(Scenario::title)).doesNotHaveDuplicates();
    }

    @Test
    void everyChapterThatIsThereIsPlayed() throws IOException {
        try (Stream<Path> files = Files.list(CHAPTERS)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> name.endsWith(".txt"))
                    .containsExactlyInAnyOrderElementsOf(
                            Suite.CHAPTERS.stream().map(chapter -> chapter + ".txt").toList());
        }
    }

    @Test
    void everyStatementIsProvedOrExempt() {
        assertThat(trace.unproved()).as("statements without a scenario").isEmpty();
        assertThat(trace.needless()).as("exemptions of what is proved").isEmpty();
    }

    /// The control arm: a statement is missed as soon as the only scenario that proves it is gone.
    @Test
    void aScenarioThatIsTakenAwayIsMissed() {
        int sole = 0;
        for (Statement statement : catalogue.statements()) {
            Set<Scenario> proofs = trace.scenarios(statement);
            if (proofs.size() == 1 && statement.kind() == Statement.Kind.NUMBERED) {
                List<Scenario> others = new ArrayList<>(suite.scenarios());
                others.removeAll(proofs);
                Trace without = Trace.of(catalogue, new Suite(others), Exemption.read());
                assertThat(without.unproved()).contains(statement);
                sole++;
            }
        }
        assertThat(sole).isPositive();
    }

    @Test
    void everyStatementInAHeadIsCitedByAStep() {
        List<String> uncited = new ArrayList<>();
        for (Scenario scenario : suite.scenarios()) {
            Trace.uncited(scenario).forEach(id -> uncited.add(id + " in " + scenario));
        }
        assertThat(uncited).isEmpty();
    }

    @Test
    void everyOracleThatAScenarioNamesIsOne() {
        Set<Integer> known = new HashSet<>();
        Oracle.read().forEach(oracle -> known.add(oracle.number()));
        assertThat(suite.scenarios())
                .allSatisfy(scenario -> assertThat(known).containsAll(scenario.oracles()));
    }

    @Test
    void noTrialPassesOnServersThatSayNothing() {
        assertThat(passedBy(WrongServer.SILENT)).isEmpty();
        assertThat(passedBy(WrongServer.CLOSING)).isEmpty();
    }

    @Test
    void whatIsMoreThanAnAnswerFailsOnServersThatAcknowledgeEverything() {
        Set<Trial> both = new HashSet<>(passedBy(WrongServer.ACKNOWLEDGING));
        both.retainAll(passedBy(WrongServer.DELIVERING));

        assertThat(both.stream().map(trial -> trial.scenario().title()).distinct())
                .containsExactlyInAnyOrderElementsOf(ASK_FOR_AN_ANSWER_ALONE);
    }

    /// `wrong-servers.tsv` says of every scenario how it ends on each wrong server, so that one
    /// which comes to prove less is seen. `-Dvencejo.documents=write` writes the table anew.
    @Test
    void everyScenarioEndsOnTheWrongServersAsTheTableSays() throws IOException {
        StringBuilder table = new StringBuilder("scenario");
        for (WrongServer server : WrongServer.values()) {
            table.append('\t').append(server.name().toLowerCase(Locale.ROOT));
        }
        for (Scenario scenario : suite.scenarios()) {
            table.append('\n').append(scenario.chapter()).append(": ").append(scenario.title());
            for (WrongServer server : WrongServer.values()) {
                List<Trial> trials = scenario.trials();
                long passed = trials.stream().filter(passedBy(server)::contains).count();
                table.append('\t')
                        .append(
                                passed == 0
                                        ? "fails"
                                        : passed == trials.size() ? "passes" : "some pass");
            }
        }
        table.append('\n');
        if ("write".equals(System.getProperty("vencejo.documents"))) {
            Files.writeString(WRONG_SERVERS, table);
        }
        assertThat(Files.readString(WRONG_SERVERS)).isEqualTo(table.toString());
    }

    private Set<Trial> passedBy(WrongServer server) {
        return PASSED.computeIfAbsent(
                server,
                it -> {
                    Set<Trial> passed = new HashSet<>();
                    for (Trial trial : suite.trials()) {
                        if (Runner.play(trial, it).isEmpty()) {
                            passed.add(trial);
                        }
                    }
                    return passed;
                });
    }
}
