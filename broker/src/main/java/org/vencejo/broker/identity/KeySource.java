package org.vencejo.broker.identity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the keys of tokens come from. Thread-safe.
interface KeySource extends AutoCloseable {
    /// The keys that hold now, or null if they are not known.
    @Nullable List<TokenKey> keys();

    /// Whether a key that is not known now may be after [#await].
    default boolean mayLearn(@Nullable String identifier) {
        return false;
    }

    /// Blocks until nothing more is to be learned for the time being.
    default void await() throws InterruptedException {}

    /// Looks whether it is time to learn them anew. Called every second.
    default void look() {}

    /// Reads what is in files now.
    default void readAgain() {}

    @Override
    default void close() {}
}
