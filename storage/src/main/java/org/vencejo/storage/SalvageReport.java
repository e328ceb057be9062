package org.vencejo.storage;

import java.util.ArrayList;
import java.util.List;

/// What came of a salvage: what was kept, and in sentences what was not. Immutable.
///
/// `files` are files that are missing or damaged, `gaps` where in the keys something cannot be
/// read, `lost` what that means for sessions and retained messages, `doubtful` what was kept but
/// may be outdated.
public record SalvageReport(
        StoreReport.Holdings kept,
        List<String> files,
        List<String> gaps,
        List<String> lost,
        List<String> doubtful) {

    /// Whether all that the store had was kept.
    public boolean isComplete() {
        return files.isEmpty() && gaps.isEmpty() && lost.isEmpty();
    }

    /// Whether nothing at all was kept, though something was there.
    public boolean isNothing() {
        return !isComplete() && kept.sessions() + kept.ending() + kept.retained() == 0;
    }

    /// For operators, one after the other.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("kept: " + kept.line());
        section(lines, "files that are missing or damaged", files);
        section(lines, "what cannot be read", gaps);
        section(lines, "what is lost", lost);
        section(lines, "what was kept and may be outdated", doubtful);
        if (isComplete()) {
            lines.add("nothing is lost");
        }
        return lines;
    }

    private static void section(List<String> lines, String title, List<String> sentences) {
        if (!sentences.isEmpty()) {
            lines.add(title + ":");
            sentences.forEach(each -> lines.add("  " + each));
        }
    }
}
