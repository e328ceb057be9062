package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes a script that fails shorter, as long as it breaks the same invariant.
///
/// Confined to one thread. First what decides least is left out: delays, whole clients, halves and
/// ever smaller parts, single steps; then the steps that stay become simpler. Again from the start
/// until nothing changes, or so many scripts were played.
public final class Shrinker {
    /// So many scripts are played at most.
    public static final int RUNS_MAX = 4_000;

    private final Function<Script, Script.Played> player;
    private final int runsMax;
    private int runs;

    private Script best;
    private @Nullable Object broken;

    private Shrinker(Script script, int runsMax, Function<Script, Script.Played> player) {
        this.player = player;
        this.runsMax = runsMax;
        this.best = script;
        Object kind = adopted(script);
        if (kind == null) {
            throw new IllegalArgumentException("the script does not fail:\n" + script.text());
        }
        this.broken = kind;
    }

    /// The shortest script found that breaks the invariant that `script` breaks.
    ///
    /// @throws IllegalArgumentException if it breaks none
    public static Script shrunk(Script script) {
        return shrunk(script, RUNS_MAX, each -> each.played(false));
    }

    /// The same, for who plays scripts in another way.
    static Script shrunk(Script script, int runsMax, Function<Script, Script.Played> player) {
        return new Shrinker(script, runsMax, player).shrink();
    }

    private Script shrink() {
        Script before;
        do {
            before = best;
            suffices(new Script(Script.PLAIN, 1, steps()));
            suffices(new Script(best.scenario(), 1, steps()));
            withoutDelays();
            withoutClients();
            withoutParts();
            delaysLater();
            simplerSteps();
        } while (!before.equals(best) && runs < runsMax);
        return best;
    }

    // ---- one attempt
    // --------------------------------------------------------------------------------

    /// What tells one failure from another; null if there is none.
    private static @Nullable Object kind(Script.Played played) {
        RuntimeException failure = played.failure();
        return switch (failure) {
            case null -> null;
            case Broken known -> known.invariant();
            default -> failure.getClass();
        };
    }

    // What made no sense is not kept.
    private @Nullable Object adopted(Script script) {
        runs++;
        Script.Played played = player.apply(script);
        Object kind = kind(played);
        if (kind != null && (broken == null || kind.equals(broken))) {
            best = script.with(played.performed());
        }
        return kind;
    }

    /// Whether the steps do it, too.
    private boolean suffices(List<Step> steps) {
        return suffices(best.with(steps));
    }

    private boolean suffices(Script script) {
        return runs < runsMax && Objects.equals(broken, adopted(script));
    }

    private List<Step> steps() {
        return best.steps();
    }

    // ---- what decides least
    // --------------------------------------------------------------------------

    // With prompt links, a prompt disk, prompt clients: all at once, else one by one.
    private void withoutDelays() {
        List<Step> prompt = new ArrayList<>();
        for (Step step : steps()) {
            switch (step.command()) {
                case Command.DiskWaits c -> {}
                case Command.DueWaits c -> {}
                case Command.Connects c ->
                        prompt.add(
                                Step.of(
                                        new Command.Connects(
                                                c.client(),
                                                c.link(),
                                                c.terms(),
                                                Command.Manner.PROMPT)));
                default -> prompt.add(Step.of(step.command()));
            }
        }
        if (suffices(prompt)) {
            return;
        }
        for (int at = 0; at < steps().size(); at++) {
            if (steps().get(at).command() instanceof Command.Connects c) {
                replaced(at, with(c, Command.Manner.PROMPT));
                if (at < steps().size()
                        && steps().get(at).command() instanceof Command.Connects d
                        && d.manner().lagging()) {
                    Command.Manner m = d.manner();
                    replaced(
                            at,
                            with(d, new Command.Manner(false, m.hesitating(), m.slow(), m.late())));
                }
            }
        }
    }

    private static Step with(Command.Connects c, Command.Manner manner) {
        return Step.of(new Command.Connects(c.client(), c.link(), c.terms(), manner));
    }

    private boolean replaced(int at, Step step) {
        List<Step> other = new ArrayList<>(steps());
        return !step.equals(other.set(at, step)) && suffices(other);
    }

    private void withoutClients() {
        Set<String> clients = new LinkedHashSet<>();
        steps().forEach(step -> clients.add(client(step)));
        clients.remove("");
        for (String client : clients) {
            suffices(steps().stream().filter(step -> !client(step).equals(client)).toList());
        }
    }

    private static String client(Step step) {
        return switch (step.command()) {
            case Command.OfClient c -> c.client();
            case Command.EndsSession c -> c.client();
            case Command.OfLink c -> c.link().substring(0, c.link().indexOf('.'));
            default -> "";
        };
    }

    // ---- parts
    // --------------------------------------------------------------------------------------

    private void withoutParts() {
        for (int length = Math.max(1, steps().size() / 2); length > 0; length /= 2) {
            // From behind: what comes later depends on what was earlier.
            for (int end = steps().size(); end > 0; end = Math.min(end, steps().size() + length)) {
                int begin = Math.max(0, end - length);
                List<Step> fewer = new ArrayList<>(steps());
                fewer.subList(begin, Math.min(end, fewer.size())).clear();
                suffices(fewer);
                end = begin;
            }
        }
    }

    // The disk need not be late before it matters.
    private void delaysLater() {
        for (Command late : List.of(new Command.DiskWaits(), new Command.DueWaits())) {
            int at = steps().indexOf(Step.of(late));
            if (at < 0) {
                continue;
            }
            for (int to = steps().size() - 1; to > at; to--) {
                List<Step> later = new ArrayList<>(steps());
                later.remove(at);
                later.add(to, Step.of(late));
                if (suffices(later)) {
                    break;
                }
            }
        }
    }

    // ---- details
    // -------------------------------------------------------------------------------------

    private void simplerSteps() {
        for (int at = 0; at < steps().size(); at++) {
            boolean simpler = true;
            while (simpler && at < steps().size()) {
                simpler = false;
                for (Step candidate : Simpler.than(steps().get(at))) {
                    if (replaced(at, candidate)) {
                        simpler = true;
                        break;
                    }
                }
            }
        }
    }
}
