package org.vencejo.broker.config;

import java.util.regex.Pattern;

/// What the table of keys knows under a path.
enum Shape {
    /// A key with a value.
    VALUE,
    /// Keys under a common name: `limits`.
    SECTION,
    /// Entries that have keys each: `listeners`.
    LIST,
    /// Nothing.
    UNKNOWN;

    private static final Pattern INDEX = Pattern.compile("\\[\\d{1,3}]");

    static Shape of(String path) {
        String plain = plain(path);
        for (Key<?> key : Keys.ALL) {
            if (key.path().equals(plain)) {
                return VALUE;
            }
            if (key.path().startsWith(plain + "[].")) {
                return LIST;
            }
            if (plain.isEmpty() || key.path().startsWith(plain + ".")) {
                return SECTION;
            }
        }
        return UNKNOWN;
    }

    /// The path with `[]` for any index.
    static String plain(String path) {
        return INDEX.matcher(path).replaceAll("[]");
    }

    /// A key of the section.
    static String example(String section) {
        return Keys.ALL.stream()
                .map(Key::path)
                .filter(path -> path.startsWith(plain(section)))
                .findFirst()
                .orElseThrow();
    }
}
