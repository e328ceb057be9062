package org.vencejo.broker.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.vencejo.broker.config.ValueType.Choice;

/// The words that stand for values in a configuration.
final class Words {
    private Words() {}

    /// The constants of an enum as words: `DROP_OLDEST` is `drop-oldest`.
    static <E extends Enum<E>> Choice<E> words(Class<E> type) {
        return new Choice<>(
                Arrays.stream(type.getEnumConstants())
                        .collect(
                                Collectors.toMap(
                                        constant ->
                                                constant.name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .replace('_', '-'),
                                        constant -> constant,
                                        (first, second) -> first,
                                        LinkedHashMap::new)),
                words());
    }

    static <T> SequencedMap<String, T> words() {
        return new LinkedHashMap<>();
    }

    static <T> SequencedMap<String, T> words(String word, T value) {
        SequencedMap<String, T> words = words();
        words.put(word, value);
        return words;
    }

    static <T> SequencedMap<String, T> words(String first, T one, String second, T two) {
        SequencedMap<String, T> words = words(first, one);
        words.put(second, two);
        return words;
    }

    static <T> SequencedMap<String, T> words(
            String first, T one, String second, T two, String third, T three) {
        SequencedMap<String, T> words = words(first, one, second, two);
        words.put(third, three);
        return words;
    }
}
