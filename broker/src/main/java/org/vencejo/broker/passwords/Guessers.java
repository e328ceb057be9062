package org.vencejo.broker.passwords;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.access.AddressBlock;

/// Who failed to say who it is, by address and by user name: each failure makes the answer to the
/// next attempt come later, and an address with too many is banned for a while. Thread-safe.
///
/// Failures are forgiven one after the other as time passes; success forgives none, so that who
/// knows one password does not guess others between. A user name is never banned, as others could
/// lock its owner out; nor does it wait where it came in from within a day. All tables are bounded:
/// who fails from ever new addresses pushes out those who did so longest ago, but no ban.
public final class Guessers {
    /// The answer of [#waitNanos] for who is banned.
    public static final long BANNED = -1;

    /// How many attempts from one address may wait at a time.
    static final int WAITING_MAX = 10;

    private static final long FIRST_DELAY_NANOS = 100_000_000;
    private static final long FAMILIAR_NANOS = 86_400_000_000_000L;

    private final Limits limits;
    private final NameKeys keys;

    private final Lru<AddressBlock, Failures> byAddress;
    private final Lru<NameKeys.Key, Failures> byUser;
    private final Lru<AddressBlock, Long> bannedUntil;
    private final Lru<Familiar, Long> familiar;

    /// How many attempts from an address wait now; bounded by those who let them wait.
    private final Map<AddressBlock, Integer> waiting = new HashMap<>();

    private long bans;

    /// How many failures are too many, after how long one is forgiven, how long a ban and a delay
    /// are at most (0: there are none), how many of each kind are remembered, and whether clients
    /// on this machine can be banned, too: one of them may be a proxy for all.
    public record Limits(
            int failuresMax,
            long forgivenNanos,
            long banNanos,
            long delayMaxNanos,
            int trackedMax,
            boolean loopbackBanned) {
        /// Nobody waits and nobody is banned.
        public static final Limits NONE = new Limits(1, 1, 0, 0, 1, false);
    }

    /// An address that is banned from now on, after that many failures.
    public record Ban(String address, int failures) {}

    private record Familiar(NameKeys.Key user, AddressBlock address) {}

    /// So much was owed at a time; a failure owes the time after which it is forgiven.
    private record Failures(long owedNanos, long atNanos) {
        long owed(long nowNanos) {
            return Math.max(0, owedNanos - (nowNanos - atNanos));
        }
    }

    private static final class Lru<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1;
        private final int max;

        Lru(int max) {
            super(16, 0.75f, true);
            this.max = max;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > max;
        }
    }

    public Guessers(Limits limits, NameKeys keys) {
        this.limits = limits;
        this.keys = keys;
        this.byAddress = new Lru<>(limits.trackedMax);
        this.byUser = new Lru<>(limits.trackedMax);
        this.bannedUntil = new Lru<>(limits.trackedMax);
        this.familiar = new Lru<>(limits.trackedMax);
    }

    /// For how long an attempt from `address` as `user`, if it names one, has to wait before it is
    /// looked at; or [#BANNED].
    public synchronized long waitNanos(InetAddress address, @Nullable String user, long nowNanos) {
        if (isBanned(address, nowNanos)) {
            return BANNED;
        }
        long delay = delay(byAddress.get(AddressBlock.of(address)), nowNanos);
        if (user != null && !byUser.isEmpty()) {
            NameKeys.Key key = keys.of(user);
            Failures failures = byUser.get(key);
            if (failures != null && !isFamiliar(key, address, nowNanos)) {
                delay = Math.max(delay, delay(failures, nowNanos));
            }
        }
        return delay;
    }

    /// An attempt from `address` begins to wait, unless too many of them do: one address must not
    /// take the room of all. If so, [#endWait] follows.
    public synchronized boolean beginWait(InetAddress address) {
        AddressBlock block = AddressBlock.of(address);
        int others = waiting.getOrDefault(block, 0);
        if (others >= WAITING_MAX) {
            return false;
        }
        waiting.put(block, others + 1);
        return true;
    }

    /// An attempt from `address` waits no more.
    public synchronized void endWait(InetAddress address) {
        waiting.computeIfPresent(
                AddressBlock.of(address), (block, count) -> count == 1 ? null : count - 1);
    }

    /// Whether nothing is to be heard from `address` now.
    public synchronized boolean isBanned(InetAddress address, long nowNanos) {
        if (bannedUntil.isEmpty()) {
            return false;
        }
        AddressBlock block = AddressBlock.of(address);
        Long until = bannedUntil.get(block);
        if (until != null && nowNanos - until >= 0) {
            bannedUntil.remove(block);
            return false;
        }
        return until != null;
    }

    /// Somebody at `address` could not say that it is `user`; returns the ban that follows, if one
    /// begins.
    public synchronized @Nullable Ban failed(
            InetAddress address, @Nullable String user, long nowNanos) {
        if (user != null) {
            note(byUser, keys.of(user), nowNanos);
        }
        AddressBlock block = AddressBlock.of(address);
        int failures = count(note(byAddress, block, nowNanos), nowNanos);
        if (failures < limits.failuresMax
                || limits.banNanos == 0
                || (address.isLoopbackAddress() && !limits.loopbackBanned)
                || isBanned(address, nowNanos)) {
            return null;
        }
        byAddress.remove(block);
        bannedUntil.put(block, nowNanos + limits.banNanos);
        bans++;
        return new Ban(AddressBlock.text(address), failures);
    }

    /// Somebody at `address` is `user`.
    public synchronized void succeeded(InetAddress address, String user, long nowNanos) {
        if (limits.delayMaxNanos > 0) {
            familiar.put(new Familiar(keys.of(user), AddressBlock.of(address)), nowNanos);
        }
    }

    /// How many bans have begun so far.
    public synchronized long bans() {
        return bans;
    }

    /// How many addresses are banned at `nowNanos`.
    public synchronized int banned(long nowNanos) {
        bannedUntil.values().removeIf(until -> nowNanos - until >= 0);
        return bannedUntil.size();
    }

    private boolean isFamiliar(NameKeys.Key user, InetAddress address, long nowNanos) {
        Long since = familiar.get(new Familiar(user, AddressBlock.of(address)));
        return since != null && nowNanos - since < FAMILIAR_NANOS;
    }

    private <K> Failures note(Lru<K, Failures> table, K key, long nowNanos) {
        Failures before = table.get(key);
        long owed = before == null ? 0 : before.owed(nowNanos);
        // No more is remembered than leads to a ban: what is forgiven is felt soon.
        long most = limits.failuresMax * limits.forgivenNanos;
        Failures now = new Failures(Math.min(most, owed + limits.forgivenNanos), nowNanos);
        table.put(key, now);
        return now;
    }

    // What is half forgiven counts.
    private int count(Failures failures, long nowNanos) {
        return (int) ((failures.owed(nowNanos) + limits.forgivenNanos / 2) / limits.forgivenNanos);
    }

    // A slip of the finger costs nothing; from the second on the delay doubles.
    private long delay(@Nullable Failures failures, long nowNanos) {
        int count = failures == null ? 0 : count(failures, nowNanos);
        return count < 2
                ? 0
                : Math.min(limits.delayMaxNanos, FIRST_DELAY_NANOS << Math.min(count - 2, 30));
    }
}
