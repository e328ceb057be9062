package org.vencejo.conformance;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes maps, collections, texts, numbers and truths as JSON. Confined to one thread.
final class Json {
    private static final String INDENT = "  ";

    private final StringBuilder out = new StringBuilder();

    private Json() {}

    static String text(Object value) {
        Json json = new Json();
        json.value(value, "\n");
        return json.out.append('\n').toString();
    }

    private void value(@Nullable Object value, String newLine) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> it -> opened('{', it.entrySet().iterator(), '}', newLine);
            case Collection<?> it -> opened('[', it.iterator(), ']', newLine);
            case Number it -> out.append(it);
            case Boolean it -> out.append(it);
            default -> string(value.toString());
        }
    }

    private void opened(char open, Iterator<?> members, char close, String newLine) {
        out.append(open);
        boolean any = members.hasNext();
        while (members.hasNext()) {
            out.append(newLine).append(INDENT);
            Object member = members.next();
            if (member instanceof Map.Entry<?, ?> entry) {
                string(String.valueOf(entry.getKey()));
                out.append(": ");
                value(entry.getValue(), newLine + INDENT);
            } else {
                value(member, newLine + INDENT);
            }
            out.append(members.hasNext() ? "," : "");
        }
        out.append(any ? newLine : "").append(close);
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    // Half a surrogate pair is no text either.
                    if (c < ' ' || c == 0x7F || isAlone(text, i)) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isAlone(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c)
                && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }
}
