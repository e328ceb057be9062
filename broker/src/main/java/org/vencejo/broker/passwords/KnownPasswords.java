package org.vencejo.broker.passwords;

import java.util.LinkedHashMap;
import java.util.Map;

/// Passwords that were found to fit a hash a short while ago, so that clients that come back
/// together cost no hash each. Thread-safe.
///
/// It keeps keys that nobody can compute outside this process, and the hash is part of them: with
/// another password, or another salt, nothing is known any more. What did not fit is not kept.
public final class KnownPasswords {
    private final NameKeys keys;
    private final int max;
    private final long nanos;

    /// From key to the time when it was found, the one that was used least recently first.
    private final Map<NameKeys.Key, Long> found = new LinkedHashMap<>(16, 0.75f, true);

    /// Keeps up to `max` for `nanos` each; nothing if either is 0.
    public KnownPasswords(NameKeys keys, int max, long nanos) {
        this.keys = keys;
        this.max = max;
        this.nanos = nanos;
    }

    /// Whether `password` was found to fit `hash`, not too long before `nowNanos`.
    public boolean knows(PasswordHash hash, byte[] password, long nowNanos) {
        if (max == 0 || nanos == 0) {
            return false;
        }
        NameKeys.Key key = keys.of(hash.text(), password);
        synchronized (found) {
            Long since = found.get(key);
            if (since != null && nowNanos - since >= nanos) {
                found.remove(key);
                return false;
            }
            return since != null;
        }
    }

    /// `password` fits `hash`, as was found at `nowNanos`.
    public void remember(PasswordHash hash, byte[] password, long nowNanos) {
        if (max == 0 || nanos == 0) {
            return;
        }
        NameKeys.Key key = keys.of(hash.text(), password);
        synchronized (found) {
            found.put(key, nowNanos);
            if (found.size() > max) {
                found.remove(found.keySet().iterator().next());
            }
        }
    }

    /// How many it holds.
    int size() {
        synchronized (found) {
            return found.size();
        }
    }
}
