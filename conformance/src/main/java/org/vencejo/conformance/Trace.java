package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;

/// Which trials prove which statement. Immutable.
///
/// A statement that no trial proves needs an [Exemption]; the build fails for one that has neither.
public final class Trace {
    private final Catalogue catalogue;
    private final List<Exemption> exemptions;
    private final Map<Statement, List<Trial>> trials = new HashMap<>();

    private Trace(Catalogue catalogue, Suite suite, List<Exemption> exemptions) {
        this.catalogue = catalogue;
        this.exemptions = exemptions;
        for (Trial trial : suite.trials()) {
            for (String id : trial.ids()) {
                catalogue
                        .find(id, trial.version())
                        .ifPresent(statement ->
                                trials.computeIfAbsent(statement, it -> new ArrayList<>())
                                        .add(trial));
            }
        }
    }

    public static Trace of(Catalogue catalogue, Suite suite, List<Exemption> exemptions) {
        return new Trace(catalogue, suite, List.copyOf(exemptions));
    }

    /// The trials that prove `statement`.
    public List<Trial> trials(Statement statement) {
        return trials.getOrDefault(statement, List.of());
    }

    /// The scenarios of those trials, each once.
    public Set<Scenario> scenarios(Statement statement) {
        Set<Scenario> scenarios = new LinkedHashSet<>();
        trials(statement).forEach(trial -> scenarios.add(trial.scenario()));
        return scenarios;
    }

    public Optional<Exemption> exemption(Statement statement) {
        return exemptions.stream().filter(it -> it.covers(statement)).findFirst();
    }

    /// What no scenario proves and nothing exempts: all statements of the standards, and our
    /// choices about a server.
    public List<Statement> unproved() {
        return catalogue.statements().stream()
                .filter(it -> it.kind() != Statement.Kind.CHOICE || it.side().bindsServer())
                .filter(it -> trials(it).isEmpty() && exemption(it).isEmpty())
                .toList();
    }

    /// Exemptions of what is proved, or of what is no statement.
    public List<Exemption> needless() {
        return exemptions.stream()
                .filter(it ->
                        catalogue.statements().stream()
                                .filter(it::covers)
                                .allMatch(statement -> !trials(statement).isEmpty()))
                .toList();
    }

    /// The ids that `scenario` claims to prove and that none of its steps cites.
    public static Set<String> uncited(Scenario scenario) {
        Set<String> ids = new LinkedHashSet<>();
        scenario.statements().values().forEach(ids::addAll);
        for (Scenario.Line line : scenario.lines()) {
            Matcher cited = Catalogue.ID.matcher(line.comment());
            while (cited.find()) {
                ids.remove(cited.group());
            }
        }
        return ids;
    }
}
