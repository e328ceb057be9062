package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Names that stand for all that globs tell apart: each that is one name, of each other something
/// that it matches, of each two something that both match, and a name that none is. Confined to one
/// thread.
///
/// Of names that the same globs match there is one.
final class SampleNames {
    private final Set<String> names = new LinkedHashSet<>();
    private final Set<String> literals = new HashSet<>();
    private final List<Glob> stars = new ArrayList<>();
    private final Set<BitSet> matched = new HashSet<>();

    private SampleNames() {}

    /// Those of `globs`, about `most` at most; `another` is in the place of a `*`, and the name
    /// that none is.
    static Set<String> of(Set<Glob> globs, String another, int most) {
        SampleNames samples = new SampleNames();
        for (Glob glob : globs) {
            if (glob.hasStar()) {
                samples.stars.add(glob);
            } else {
                samples.literals.add(glob.text());
            }
        }
        for (Glob glob : globs) {
            if (glob.hasStar()) {
                samples.add(glob.text().replace("*", another));
            } else {
                samples.names.add(glob.text());
            }
        }
        samples.addRare(another, most);
        samples.add(another);
        return samples.names;
    }

    // What is found only if a * is nothing, or if it is asked for both.
    private void addRare(String another, int most) {
        for (Glob glob : stars) {
            add(glob.text().replace("*", ""));
        }
        for (int i = 0; i < stars.size() && names.size() < most; i++) {
            for (int k = i + 1; k < stars.size() && names.size() < most; k++) {
                String meet = meet(stars.get(i).text(), stars.get(k).text(), another);
                if (meet != null) {
                    add(meet);
                }
            }
        }
    }

    private void add(String name) {
        if (literals.contains(name)) {
            return;
        }
        BitSet by = new BitSet();
        for (int i = 0; i < stars.size(); i++) {
            if (stars.get(i).matches(name)) {
                by.set(i);
            }
        }
        if (matched.add(by)) {
            names.add(name);
        }
    }

    // What both globs match, or null if nothing is.
    private static @Nullable String meet(String first, String second, String another) {
        String[] ours = first.split("\\*", -1);
        String[] theirs = second.split("\\*", -1);
        String begin = longer(ours[0], theirs[0]);
        String end = longer(ours[ours.length - 1], theirs[theirs.length - 1]);
        if (!begin.startsWith(ours[0])
                || !begin.startsWith(theirs[0])
                || !end.endsWith(ours[ours.length - 1])
                || !end.endsWith(theirs[theirs.length - 1])) {
            return null;
        }
        StringBuilder name = new StringBuilder(begin).append(another);
        for (String[] parts : List.of(ours, theirs)) {
            for (int i = 1; i < parts.length - 1; i++) {
                name.append(parts[i]).append(another);
            }
        }
        return name.append(end).toString();
    }

    private static String longer(String first, String second) {
        return first.length() < second.length() ? second : first;
    }
}
