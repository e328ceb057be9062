package org.vencejo.broker;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text that somebody else chose, as it may be shown on a terminal and in a line of a file.
/// Stateless.
///
/// A Client Identifier may hold a line feed, an escape sequence or what turns the direction of
/// writing, which must not write lines of its own, steer a terminal or show other words than are
/// there.
public final class Visible {
    private static final Pattern HIDDEN = Pattern.compile("\\\\u[0-9A-F]{4}|\\\\U000[0-9A-F]{5}");

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

    /// The text that is shown so. What would be shown as it is stays as it is.
    public static String original(String shown) {
        return HIDDEN.matcher(shown).replaceAll(Visible::hidden);
    }

    private static String hidden(MatchResult found) {
        int point = Integer.parseInt(found.group().substring(2), 16);
        boolean isHidden =
                Character.isValidCodePoint(point)
                        && Character.getType(point) != Character.SURROGATE
                        && !isVisible(point);
        return Matcher.quoteReplacement(isHidden ? Character.toString(point) : found.group());
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
