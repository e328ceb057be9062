package org.vencejo.storage;

import java.util.ArrayList;
import java.util.List;

/// What was found wrong, a sentence each, as many as anybody reads. Confined to one thread.
final class Findings {
    private final int most;
    private final List<String> sentences = new ArrayList<>();
    private long more;

    Findings(int most) {
        this.most = most;
    }

    void add(String sentence) {
        if (sentences.size() < most) {
            sentences.add(sentence);
        } else {
            more++;
        }
    }

    boolean isEmpty() {
        return sentences.isEmpty();
    }

    /// All of them; the last says how many there would be more.
    List<String> sentences() {
        List<String> all = new ArrayList<>(sentences);
        if (more > 0) {
            all.add("and " + more + " more");
        }
        return List.copyOf(all);
    }
}
