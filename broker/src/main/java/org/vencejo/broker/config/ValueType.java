package org.vencejo.broker.config;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.vencejo.broker.identity.WebClient;

/// What the value of a key may be: reads it from text, writes it, and says in words what is
/// allowed. Immutable.
sealed interface ValueType<T> {
    /// The kind of value in one word, for documents.
    String name();

    /// What may be given, as the end of a sentence that begins with "allowed:".
    String allowed();

    /// The value of `text`, or [NotAllowed].
    T parse(String text);

    /// The text of a value, as one would write it in a file; empty for a default that is not
    /// written.
    String print(T value);

    /// What is shown of a text that was given for it, in a log and in mistakes.
    default String shown(String text) {
        return text;
    }

    /// This type in words of JSON Schema.
    Map<String, Object> schema();

    /// `true` or `false`.
    record Flag() implements ValueType<Boolean> {
        @Override
        public String name() {
            return "boolean";
        }

        @Override
        public String allowed() {
            return "true or false";
        }

        @Override
        public Boolean parse(String text) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw refused(this, text);
            };
        }

        @Override
        public String print(Boolean value) {
            return value.toString();
        }

        @Override
        public Map<String, Object> schema() {
            return Map.of("type", "boolean");
        }
    }

    /// A whole number.
    record Count(long min, long max) implements ValueType<Long> {
        @Override
        public String name() {
            return "count";
        }

        @Override
        public String allowed() {
            return "a whole number from " + min + " to " + max;
        }

        @Override
        public Long parse(String text) {
            if (!text.matches("-?[0-9]+")) {
                throw refused(this, text);
            }
            return inRange(this, text, new BigInteger(text), min, max);
        }

        @Override
        public String print(Long value) {
            return value.toString();
        }

        @Override
        public Map<String, Object> schema() {
            return ordered("type", "integer", "minimum", min, "maximum", max);
        }
    }

    /// A whole number of a unit: `16MB`, `10s`. Zero needs no unit; `words` are values with a name.
    record Quantity(
            String name,
            List<Unit> units,
            String example,
            long min,
            long max,
            SequencedMap<String, Long> words)
            implements ValueType<Long> {
        /// Bytes; units are powers of 1024.
        static Quantity size(long min, long max) {
            return new Quantity("size", Unit.SIZES, "16MB", min, max, new LinkedHashMap<>());
        }

        /// Nanoseconds.
        static Quantity time(long min, long max) {
            return new Quantity("time", Unit.TIMES, "10s", min, max, new LinkedHashMap<>());
        }

        /// Nanoseconds that are whole seconds.
        static Quantity seconds(long min, long max, SequencedMap<String, Long> words) {
            return new Quantity(
                    "time", Unit.TIMES.subList(1, Unit.TIMES.size()), "60s", min, max, words);
        }

        @Override
        public String allowed() {
            String range =
                    "a %s from %s to %s, such as %s (units: %s)"
                            .formatted(name, print(min), print(max), example, unitNames());
            return words.isEmpty() ? range : String.join(", ", words.keySet()) + ", or " + range;
        }

        private String unitNames() {
            return units.stream().map(Unit::symbol).collect(Collectors.joining(", "));
        }

        @Override
        public Long parse(String text) {
            Long word = words.get(text);
            if (word != null) {
                return word;
            }
            if (text.equals("0")) {
                return inRange(this, text, BigInteger.ZERO, min, max);
            }
            int digits = 0;
            while (digits < text.length()
                    && text.charAt(digits) >= '0'
                    && text.charAt(digits) <= '9') {
                digits++;
            }
            if (digits == 0) {
                throw refused(this, text);
            }
            String symbol = text.substring(digits).strip();
            if (symbol.startsWith(".") || symbol.startsWith(",")) {
                throw new NotAllowed(
                        "given '" + text + "', which is no whole number; allowed: " + allowed());
            }
            if (symbol.isEmpty()) {
                throw new NotAllowed(
                        "given '" + text + "', which has no unit; allowed: " + allowed());
            }
            for (Unit unit : units) {
                if (unit.symbol.equals(symbol)) {
                    BigInteger number = new BigInteger(text.substring(0, digits));
                    return inRange(
                            this, text, number.multiply(BigInteger.valueOf(unit.factor)), min, max);
                }
            }
            throw new NotAllowed(
                    "given '%s', whose unit '%s' is unknown; allowed: %s"
                            .formatted(text, symbol, allowed()));
        }

        @Override
        public String print(Long value) {
            for (var word : words.entrySet()) {
                if (word.getValue().equals(value)) {
                    return word.getKey();
                }
            }
            for (Unit unit : units.reversed()) {
                if (value != 0 && value % unit.factor == 0) {
                    return value / unit.factor + unit.symbol;
                }
            }
            return value == 0 ? "0" : value / units.getFirst().factor + units.getFirst().symbol;
        }

        @Override
        public Map<String, Object> schema() {
            String symbols = units.stream().map(Unit::symbol).collect(Collectors.joining("|"));
            Map<String, Object> text =
                    ordered("type", "string", "pattern", "^[0-9]+ *(" + symbols + ")$");
            if (!words.isEmpty()) {
                text.put(
                        "pattern",
                        "^([0-9]+ *(" + symbols + ")|" + String.join("|", words.keySet()) + ")$");
            }
            return min > 0 ? text : ordered("anyOf", List.of(ordered("const", 0), text));
        }
    }

    /// One of some words. Those in `refused` are known, and say why they cannot be had.
    record Choice<T>(SequencedMap<String, T> words, SequencedMap<String, String> refused)
            implements ValueType<T> {
        @Override
        public String name() {
            return "word";
        }

        @Override
        public String allowed() {
            return String.join(", ", words.keySet());
        }

        @Override
        public T parse(String text) {
            T value = words.get(text);
            if (value != null) {
                return value;
            }
            String reason = refused.get(text);
            if (reason != null) {
                throw new NotAllowed("given '" + text + "': " + reason + "; allowed: " + allowed());
            }
            throw ValueType.refused(this, text);
        }

        @Override
        public String print(T value) {
            return words.entrySet().stream()
                    .filter(word -> word.getValue().equals(value))
                    .findFirst()
                    .map(Map.Entry::getKey)
                    .orElse("");
        }

        @Override
        public Map<String, Object> schema() {
            return ordered("enum", words.keySet().stream().map(Choice::literal).toList());
        }

        /// The word as YAML reads it.
        private static Object literal(String word) {
            if (word.equals("true")) {
                return true;
            }
            return word.matches("[0-9]+") ? (Object) Long.valueOf(word) : word;
        }
    }

    /// Any text of limited length; empty is none.
    record Text(int bytesMax) implements ValueType<String> {
        @Override
        public String name() {
            return "text";
        }

        @Override
        public String allowed() {
            return "a text of at most " + bytesMax + " bytes of UTF-8, without control characters";
        }

        @Override
        public String parse(String text) {
            if (text.getBytes(StandardCharsets.UTF_8).length > bytesMax
                    || text.chars().anyMatch(Character::isISOControl)) {
                throw refused(this, text);
            }
            return text;
        }

        @Override
        public String print(String value) {
            return value;
        }

        @Override
        public Map<String, Object> schema() {
            return ordered("type", "string", "maxLength", bytesMax);
        }
    }

    /// The URL of a service. What stands behind a `?`, or before an `@`, may be a secret, and is in
    /// no log.
    record Url(int bytesMax) implements ValueType<String> {
        @Override
        public String name() {
            return "text";
        }

        @Override
        public String allowed() {
            return new Text(bytesMax).allowed();
        }

        @Override
        public String parse(String text) {
            try {
                return new Text(bytesMax).parse(text);
            } catch (NotAllowed e) {
                throw refused(this, shown(text));
            }
        }

        @Override
        public String print(String value) {
            return value;
        }

        @Override
        public String shown(String text) {
            return WebClient.shown(text);
        }

        @Override
        public Map<String, Object> schema() {
            return new Text(bytesMax).schema();
        }
    }

    /// Up to so many texts, of limited length together: as a list, or as one text with commas
    /// between them. So none of them has a comma. Empty is none.
    record Texts(int max, int bytesMax) implements ValueType<List<String>> {
        @Override
        public String name() {
            return "texts";
        }

        @Override
        public String allowed() {
            return "up to %d texts with commas between them, of %d bytes of UTF-8 in all"
                    .formatted(max, bytesMax);
        }

        @Override
        public List<String> parse(String text) {
            new Text(bytesMax).parse(text);
            List<String> texts =
                    text.isBlank()
                            ? List.of()
                            : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
            if (texts.size() > max || texts.contains("")) {
                throw refused(this, text);
            }
            return texts;
        }

        @Override
        public String print(List<String> value) {
            return String.join(",", value);
        }

        @Override
        public Map<String, Object> schema() {
            Map<String, Object> all = ordered("type", "string", "maxLength", bytesMax);
            Map<String, Object> one = new LinkedHashMap<>(all);
            one.put("pattern", "^[^,]*$");
            return ordered(
                    "anyOf", List.of(all, ordered("type", "array", "maxItems", max, "items", one)));
        }
    }

    /// An IP address. Names are not asked of a resolver: what a listener binds is written down.
    record Address() implements ValueType<InetAddress> {
        @Override
        public String name() {
            return "address";
        }

        @Override
        public String allowed() {
            return "an IP address such as 127.0.0.1 or ::1; 0.0.0.0 and :: are all addresses of the machine";
        }

        @Override
        public InetAddress parse(String text) {
            // The JDK reads 1883 as 0.0.7.91, too.
            if (!text.contains(":") && !text.matches("[0-9]+(\\.[0-9]+){3}")) {
                throw refused(this, text);
            }
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw refused(this, text);
            }
        }

        @Override
        public String print(InetAddress value) {
            return value.getHostAddress();
        }

        @Override
        public Map<String, Object> schema() {
            return Map.of("type", "string");
        }
    }

    /// A unit and how many of the smallest it is.
    record Unit(String symbol, long factor) {
        static final List<Unit> SIZES =
                List.of(
                        new Unit("B", 1),
                        new Unit("KB", 1L << 10),
                        new Unit("MB", 1L << 20),
                        new Unit("GB", 1L << 30));
        static final List<Unit> TIMES =
                List.of(
                        new Unit("ms", 1_000_000L),
                        new Unit("s", 1_000_000_000L),
                        new Unit("min", 60_000_000_000L),
                        new Unit("h", 3_600_000_000_000L),
                        new Unit("d", 86_400_000_000_000L));
    }

    private static NotAllowed refused(ValueType<?> type, String text) {
        return new NotAllowed("given '" + text + "'; allowed: " + type.allowed());
    }

    private static long inRange(
            ValueType<?> type, String text, BigInteger value, long min, long max) {
        if (value.compareTo(BigInteger.valueOf(min)) < 0
                || value.compareTo(BigInteger.valueOf(max)) > 0) {
            throw refused(type, text);
        }
        return value.longValueExact();
    }

    /// A map that keeps its order, so that generated documents do not change by themselves.
    static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
