package org.vencejo.broker.passwords;

/// A name, or another text that holds one, as operators are shown it: clients choose them, up to 64
/// KB long. Stateless.
public final class ShownName {
    static final int CHARACTERS_MAX = 200;

    private ShownName() {}

    /// The text, or how it begins and how long it is.
    public static String of(String text) {
        if (text.length() <= CHARACTERS_MAX) {
            return text;
        }
        boolean halved = Character.isHighSurrogate(text.charAt(CHARACTERS_MAX - 1));
        String begin = text.substring(0, halved ? CHARACTERS_MAX - 1 : CHARACTERS_MAX);
        return "%s... (%d characters)".formatted(begin, text.length());
    }
}
