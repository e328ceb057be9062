package org.vencejo.broker.passwords;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.access.AddressBlock;

/// Who failed to say who it is, by address and by user name: each failure makes the answer to the
/// next attempt come later, and an address with too many is banned for a while. Thread-safe.
///
/// Failures are forgiven one after the other as time passes; success forgives none, so that who
/// knows one password does not guess others between. A user name is banned only where that is
/// wanted, as others could lock its owner out; it is not, nor does it wait, where it came in from
/// within a day. Where it was only given by who came in as another, by a token or a certificate, it
/// is not banned either, but waits: who has a token would guess at any name. Whether anybody has
/// that name is not known here. All tables are bounded: who fails from ever new addresses pushes
/// out those who did so longest ago, but no ban.
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
    private final Lru<NameKeys.Key, BannedUser> bannedUsers;
    private final Lru<Familiar, Long> familiar;

    /// Names that came in as others: who does so chooses them, and pushes out no others than these.
    private final Lru<Familiar, Long> familiarBeside;

    /// How many attempts from an address wait now; bounded by those who let them wait.
    private final Map<AddressBlock, Integer> waiting = new HashMap<>();

    private long bans;
    private long userBans;

    /// How many failures are too many, after how long one is forgiven, how long a ban and a delay
    /// are at most (0: there are none), how many of each kind are remembered, whether clients on
    /// this machine can be banned, too, as one of them may be a proxy for all, and whether user
    /// names can.
    public record Limits(
            int failuresMax,
            long forgivenNanos,
            long banNanos,
            long delayMaxNanos,
            int trackedMax,
            boolean loopbackBanned,
            boolean usersBanned) {
        /// Nobody waits and nobody is banned.
        public static final Limits NONE = new Limits(1, 1, 0, 0, 1, false, false);
    }

    /// What can be banned.
    public enum Kind {
        ADDRESS,
        USER
    }

    /// An address or a user name that is banned from now on, after that many failures.
    public record Ban(Kind kind, String name, int failures) {}

    /// An address, as operators write it, or a user name, which may be cut, and for how long it is
    /// still banned.
    public record Banned(Kind kind, String name, long leftNanos) {}

    /// How many bans of addresses have begun so far and how many of them are banned, and the same
    /// for user names.
    public record Counts(long bans, int banned, long userBans, int usersBanned) {}

    private record BannedUser(String name, long untilNanos) {}

    /// A user name that came in from there, as itself or beside another.
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
        this.bannedUsers = new Lru<>(limits.trackedMax);
        this.familiar = new Lru<>(limits.trackedMax);
        this.familiarBeside = new Lru<>(limits.trackedMax);
    }

    /// For how long an attempt from `address` as `user`, if it names one, has to wait before it is
    /// looked at; or [#BANNED].
    public synchronized long waitNanos(InetAddress address, @Nullable String user, long nowNanos) {
        if (isBanned(address, user, nowNanos)) {
            return BANNED;
        }
        long delay = delay(byAddress.get(AddressBlock.of(address)), nowNanos);
        if (user != null && !byUser.isEmpty()) {
            NameKeys.Key key = keys.of(user);
            Failures failures = byUser.get(key);
            if (failures != null && !isIn(familiar, key, address, nowNanos)) {
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

    /// Whether an attempt from `address` as `user`, if it names one, is not to be looked at now.
    public synchronized boolean isBanned(
            InetAddress address, @Nullable String user, long nowNanos) {
        if (isBanned(address, nowNanos)) {
            return true;
        }
        if (user == null || bannedUsers.isEmpty()) {
            return false;
        }
        NameKeys.Key key = keys.of(user);
        return isBanned(key, nowNanos)
                && !isIn(familiar, key, address, nowNanos)
                && !isIn(familiarBeside, key, address, nowNanos);
    }

    private boolean isBanned(NameKeys.Key user, long nowNanos) {
        BannedUser banned = bannedUsers.get(user);
        if (banned != null && nowNanos - banned.untilNanos >= 0) {
            bannedUsers.remove(user);
            return false;
        }
        return banned != null;
    }

    /// Somebody at `address` could not say that it is `user`; returns the bans that begin by it.
    public synchronized List<Ban> failed(
            InetAddress address, @Nullable String user, long nowNanos) {
        Ban ofUser = user == null ? null : userFailed(user, nowNanos);
        Ban ofAddress = addressFailed(address, nowNanos);
        List<Ban> begun = new ArrayList<>();
        if (ofUser != null) {
            begun.add(ofUser);
        }
        if (ofAddress != null) {
            begun.add(ofAddress);
        }
        return begun;
    }

    private @Nullable Ban userFailed(String user, long nowNanos) {
        NameKeys.Key key = keys.of(user);
        int failures = count(note(byUser, key, nowNanos), nowNanos);
        if (failures < limits.failuresMax
                || limits.banNanos == 0
                || !limits.usersBanned
                || isBanned(key, nowNanos)) {
            return null;
        }
        byUser.remove(key);
        bannedUsers.put(key, new BannedUser(ShownName.of(user), nowNanos + limits.banNanos));
        userBans++;
        return new Ban(Kind.USER, user, failures);
    }

    private @Nullable Ban addressFailed(InetAddress address, long nowNanos) {
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
        return new Ban(Kind.ADDRESS, AddressBlock.text(address), failures);
    }

    /// Somebody at `address` is `user` and gave the name `said`, under which what it fails is
    /// counted. Who is nobody has shown nothing, and changes nothing.
    public synchronized void succeeded(
            InetAddress address, @Nullable String user, @Nullable String said, long nowNanos) {
        if (user == null) {
            return;
        }
        if (limits.delayMaxNanos > 0 || limits.usersBanned) {
            familiar.put(familiar(user, address), nowNanos);
        }
        if (said != null && !said.equals(user) && limits.usersBanned) {
            familiarBeside.put(familiar(said, address), nowNanos);
        }
    }

    private Familiar familiar(String name, InetAddress address) {
        return new Familiar(keys.of(name), AddressBlock.of(address));
    }

    /// Ends the ban of `address` and those it is counted with, and forgives what they owe; false,
    /// and nothing changes, if they are not banned.
    public synchronized boolean lift(InetAddress address, long nowNanos) {
        if (!isBanned(address, nowNanos)) {
            return false;
        }
        AddressBlock block = AddressBlock.of(address);
        bannedUntil.remove(block);
        byAddress.remove(block);
        return true;
    }

    /// The same for the user name `user`.
    public synchronized boolean liftUser(String user, long nowNanos) {
        NameKeys.Key key = keys.of(user);
        if (!isBanned(key, nowNanos)) {
            return false;
        }
        bannedUsers.remove(key);
        byUser.remove(key);
        return true;
    }

    /// Who is banned at `nowNanos`, addresses first; no more than `most`.
    public List<Banned> list(int most, long nowNanos) {
        return list(most, nowNanos, AddressBlock::text);
    }

    // As text only when nobody waits for it: event loops ask at each connection who is banned.
    List<Banned> list(int most, long nowNanos, Function<AddressBlock, String> text) {
        List<Map.Entry<AddressBlock, Long>> addresses;
        List<BannedUser> users;
        synchronized (this) {
            forgetThePast(nowNanos);
            addresses = bannedUntil.entrySet().stream().limit(most).map(Map.Entry::copyOf).toList();
            users = bannedUsers.values().stream().limit(most - addresses.size()).toList();
        }
        return Stream.concat(
                        addresses.stream()
                                .map(it ->
                                        new Banned(
                                                Kind.ADDRESS,
                                                text.apply(it.getKey()),
                                                it.getValue() - nowNanos)),
                        users.stream()
                                .map(it ->
                                        new Banned(Kind.USER, it.name, it.untilNanos - nowNanos)))
                .toList();
    }

    /// How many are banned at `nowNanos`, and have been.
    public synchronized Counts counts(long nowNanos) {
        forgetThePast(nowNanos);
        return new Counts(bans, bannedUntil.size(), userBans, bannedUsers.size());
    }

    private void forgetThePast(long nowNanos) {
        bannedUntil.values().removeIf(until -> nowNanos - until >= 0);
        bannedUsers.values().removeIf(banned -> nowNanos - banned.untilNanos >= 0);
    }

    private static boolean isIn(
            Lru<Familiar, Long> table, NameKeys.Key user, InetAddress address, long nowNanos) {
        Long since = table.get(new Familiar(user, AddressBlock.of(address)));
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
