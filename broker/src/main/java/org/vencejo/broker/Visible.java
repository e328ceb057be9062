package org.vencejo.broker;

/// Text that somebody else chose, as it may be shown on a terminal and in a line of a file.
/// Stateless.
///
/// A Client Identifier may hold a line feed, an escape sequence or what turns the direction of
/// writing, which must not write lines of its own, steer a terminal or show other words than are
/// there.
public final class Visible {
    private Visible() {}

    public static String text(String text) {
        StringBuilder line = new StringBuilder(text.length());
        append(text, line);
        return line.toString();
    }

    public static void append(String text, StringBuilder line) {
        text.codePoints()
                .forEach(point -> {
                    if (isVisible(point)) {
                        line.appendCodePoint(point);
                    } else {
                        line.append((point > 0xFFFF ? "\\U%08X" : "\\u%04X").formatted(point));
                    }
                });
    }

    private static boolean isVisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    false;
            default -> true;
        };
    }
}
