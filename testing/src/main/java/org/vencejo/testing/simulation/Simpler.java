package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The next simpler forms of a step, for who makes a script shorter.
///
/// Stateless. It is done with the words: one detail is left out, or a number is smaller, and what
/// is still a command is a candidate.
final class Simpler {
    /// Who does what is never left out.
    private static final int FIRST_DETAIL = 2;

    /// `to t/# 2` and `will t/1 1` are three words.
    private static final int DETAIL_WORDS_MAX = 3;

    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000;

    private Simpler() {}

    /// Simpler steps than `step`, the simplest first.
    static List<Step> than(Step step) {
        if (step.command() instanceof Command.Passes passes) {
            return passes(passes.nanos());
        }
        Set<Step> all = new LinkedHashSet<>();
        List<String> words = Arrays.asList(Phrases.of(step).split(" ", -1));
        for (int length = DETAIL_WORDS_MAX; length > 0; length--) {
            for (int at = words.size() - length; at >= FIRST_DETAIL; at--) {
                List<String> fewer = new ArrayList<>(words);
                fewer.subList(at, at + length).clear();
                add(all, fewer);
            }
        }
        for (int at = FIRST_DETAIL; at < words.size(); at++) {
            if (words.get(at).matches("[0-9]{1,9}")) {
                int number = Integer.parseInt(words.get(at));
                for (int smaller : new int[] {0, 1, number / 2, number - 1}) {
                    if (smaller >= 0 && smaller < number) {
                        List<String> other = new ArrayList<>(words);
                        other.set(at, "" + smaller);
                        add(all, other);
                    }
                }
            }
        }
        all.remove(step);
        return List.copyOf(all);
    }

    private static void add(Set<Step> all, List<String> words) {
        try {
            all.add(Phrases.read(String.join(" ", words)));
        } catch (IllegalArgumentException noCommand) {
            return;
        }
    }

    // Round numbers.
    private static List<Step> passes(long nanos) {
        List<Step> all = new ArrayList<>();
        for (long unit : new long[] {SECOND, MILLI}) {
            long rounded = (nanos + unit - 1) / unit * unit;
            if (rounded != nanos) {
                all.add(Step.of(new Command.Passes(rounded)));
            }
        }
        return all;
    }
}
