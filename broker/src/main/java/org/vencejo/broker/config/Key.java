package org.vencejo.broker.config;

import java.util.Locale;
import java.util.function.Function;

/// A key of the configuration and all that is said about it anywhere: reading, checking, the schema
/// and the documents come from here. Immutable.
///
/// `path` is as `--set` takes it; `listeners[]` stands for each entry of the list. `reread` keys
/// take effect at SIGHUP, the others at the next start. `atLimit` says what happens when a limit is
/// reached and what counts it, and is empty for what is no limit.
record Key<T>(
        String path,
        ValueType<T> type,
        Fallback<T> fallback,
        boolean reread,
        String description,
        String atLimit) {

    static <T> Key<T> of(String path, ValueType<T> type, T fallback, String description) {
        return new Key<>(path, type, new Fixed<>(fallback), false, description, "");
    }

    static <T> Key<T> computed(
            String path, ValueType<T> type, Computed<T> fallback, String description) {
        return new Key<>(path, type, fallback, false, description, "");
    }

    static <T> Key<T> limit(
            String name,
            ValueType<T> type,
            Fallback<T> fallback,
            String description,
            String atLimit) {
        return new Key<>("limits." + name, type, fallback, false, description, atLimit);
    }

    /// That of one listener, whose path begins with `listener`, for what is of all of them.
    static <T> Key<T> ofListener(String listener, Key<T> limit) {
        return computed(
                listener + limit.path(),
                limit.type(),
                new Computed<>("that of `" + limit.path() + "`", limit.fallback()::on),
                limit.description());
    }

    Key<T> rereadAtHangup() {
        return new Key<>(path, type, fallback, true, description, atLimit);
    }

    /// The name of the environment variable that gives this key.
    String variable() {
        return "VENCEJO_" + path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /// What holds when nobody gives the key.
    sealed interface Fallback<T> {
        T on(Machine machine);

        /// The same everywhere.
        static Fallback<Long> fixed(long value) {
            return new Fixed<>(value);
        }

        /// `value`, which [Binding] lowers to that of another limit.
        static Fallback<Long> notAbove(String limit, String text, long value) {
            return new Computed<>(
                    "`%s`, or `%s` if that is less".formatted(text, limit), machine -> value);
        }
    }

    /// The same everywhere.
    record Fixed<T>(T value) implements Fallback<T> {
        @Override
        public T on(Machine machine) {
            return value;
        }
    }

    /// Depends on the machine, as `words` say.
    record Computed<T>(String words, Function<Machine, T> rule) implements Fallback<T> {
        @Override
        public T on(Machine machine) {
            return rule.apply(machine);
        }
    }
}
