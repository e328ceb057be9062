package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The rules of listeners that have a Mosquitto `acl_file` each, or none, as one file in our
/// syntax. Immutable.
///
/// `mistakes` says what is wrong with the files, and what cannot be written in our syntax; if there
/// is any, `yaml` lacks it.
public record ListenerRules(String yaml, List<String> mistakes) {
    /// What one listener has: `text` is the content of `file`, or null if it has no rules and
    /// everybody may do everything.
    public record Acl(String listener, String file, @Nullable String text) {}

    public static ListenerRules of(List<Acl> acls) {
        SequencedMap<String, List<String>> listeners = new LinkedHashMap<>();
        SequencedMap<String, Acl> files = new LinkedHashMap<>();
        for (Acl acl : acls) {
            String key = acl.text == null ? "" : acl.file;
            files.putIfAbsent(key, acl);
            listeners.computeIfAbsent(key, it -> new ArrayList<>()).add(acl.listener);
        }
        List<String> lines = new ArrayList<>(List.of("rules:"));
        List<String> mistakes = new ArrayList<>();
        files.forEach((key, acl) -> {
            String names =
                    listeners.getOrDefault(key, List.of()).stream()
                            .map(ListenerRules::quoted)
                            .collect(Collectors.joining(", ", "    listeners: [", "]"));
            String text = acl.text;
            if (text == null) {
                lines.add("  - allow: [publish, subscribe]");
                lines.add(names);
                return;
            }
            List<RuleMistake> wrong = new ArrayList<>();
            List<Rule> rules = MosquittoAcl.read(acl.file, text, wrong);
            wrong.forEach(mistake -> mistakes.add(acl.file + ":" + mistake));
            for (Rule rule : rules) {
                lines.add("  # " + rule);
                lines.addAll(lines(rule, mistakes));
                lines.add(names);
            }
        });
        return new ListenerRules(String.join("\n", lines) + "\n", List.copyOf(mistakes));
    }

    private static List<String> lines(Rule rule, List<String> mistakes) {
        List<String> lines = new ArrayList<>();
        String actions =
                rule.actions().stream()
                        .map(action -> action.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", ", "[", "]"));
        lines.add((rule.allows() ? "  - allow: " : "  - deny: ") + actions);
        for (Template topic : rule.topics()) {
            boolean hasNames = topic.text().contains("%u") || topic.text().contains("%c");
            if (topic.literal() && hasNames) {
                mistakes.add(
                        rule + ": %u and %c would stand for names in a file for all listeners");
            }
            lines.add("    topics: " + quoted(topic.text()));
        }
        if (Boolean.TRUE.equals(rule.who().anonymous())) {
            lines.add("    anonymous: true");
        }
        for (Glob user : rule.who().users()) {
            if (user.text().contains("*")) {
                mistakes.add(
                        rule
                                + ": the * in it would stand for any characters in a file for all listeners");
            }
            lines.add("    users: " + quoted(user.text()));
        }
        return lines;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
