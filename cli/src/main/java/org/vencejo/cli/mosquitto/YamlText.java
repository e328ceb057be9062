package org.vencejo.cli.mosquitto;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Writes the YAML that our configuration needs. Stateless.
///
/// A value is a text, a list of texts, or keys with values.
final class YamlText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_/.][A-Za-z0-9_/.+-]*");

    private YamlText() {}

    /// `keys` line by line.
    static List<String> lines(Map<String, Object> keys) {
        List<String> lines = new ArrayList<>();
        keys.forEach((key, value) -> {
            switch (value) {
                case Map<?, ?> map -> {
                    lines.add(key + ":");
                    lines(retyped(map)).forEach(line -> lines.add("  " + line));
                }
                case List<?> list ->
                        lines.add(
                                key
                                        + ": "
                                        + list.stream()
                                                .map(each -> scalar(String.valueOf(each)))
                                                .collect(Collectors.joining(", ", "[", "]")));
                default -> lines.add(key + ": " + scalar(String.valueOf(value)));
            }
        });
        return lines;
    }

    private static Map<String, Object> retyped(Map<?, ?> map) {
        return map.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                each -> String.valueOf(each.getKey()),
                                each -> (Object) each.getValue(),
                                (a, b) -> a,
                                LinkedHashMap::new));
    }

    /// `keys` as an entry of a list.
    static List<String> entry(Map<String, Object> keys) {
        List<String> lines = new ArrayList<>();
        for (String line : lines(keys)) {
            lines.add((lines.isEmpty() ? "  - " : "    ") + line);
        }
        return lines;
    }

    /// One value, in quotes if YAML would read it otherwise.
    static String scalar(String text) {
        return PLAIN.matcher(text).matches()
                ? text
                : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
