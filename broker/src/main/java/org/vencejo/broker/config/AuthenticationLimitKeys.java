package org.vencejo.broker.config;

import static org.vencejo.broker.config.Key.Fallback.fixed;
import static org.vencejo.broker.config.Units.GB;
import static org.vencejo.broker.config.Units.HOUR;
import static org.vencejo.broker.config.Units.KB;
import static org.vencejo.broker.config.Units.MB;
import static org.vencejo.broker.config.Units.MILLISECOND;
import static org.vencejo.broker.config.Units.SECOND;

import java.util.List;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.Key.Fixed;
import org.vencejo.broker.config.ValueType.Count;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Quantity;

/// The keys of limits on finding out who somebody is, and on guessing.
///
/// A part of the table of [Keys]. Immutable.
final class AuthenticationLimitKeys {
    static final Key<Long> THREADS =
            Key.limit(
                    "authentication-threads",
                    new Count(1, 64),
                    new Computed<>(
                            "half of the processors, at least 1 and at most 4",
                            machine -> authenticationThreads(machine)),
                    "Passwords that are hashed at a time, each with a processor of its own and, in the way"
                            + " that `vencejo passwd` has, 19 MB of memory; and beside them as many"
                            + " tokens that are verified.",
                    "the attempt waits");
    static final Key<Long> MEMORY_MAX =
            Key.limit(
                    "authentication-memory-max",
                    Quantity.size(MB, GB),
                    new Computed<>(
                            "an eighth of the memory shared by those threads, at least `20MB`",
                            machine ->
                                    Math.clamp(
                                            machine.memoryShare(8)
                                                    / authenticationThreads(machine)
                                                    / MB
                                                    * MB,
                                            20 * MB,
                                            GB)),
                    "Memory that the hash of one password takes.",
                    "a password file with such a hash is refused");
    static final Key<Long> WAITING_MAX =
            Key.limit(
                    "authentication-waiting-max",
                    new Count(1, 1_000_000),
                    fixed(1_000),
                    "Passwords that wait to be hashed, as many tokens that wait to be verified, and as many"
                            + " attempts that wait for a delay to pass.",
                    "CONNACK 0x88 (3.x: 0x03)");
    static final Key<Long> REMEMBERED_TIME =
            Key.limit(
                    "authentication-remembered-time",
                    Quantity.time(0, 24 * HOUR),
                    fixed(15 * 60 * SECOND),
                    "For how long a right password is known without hashing it again; 0 for never.",
                    "it is hashed again");
    static final Key<Long> REMEMBERED_MAX =
            Key.limit(
                    "authentication-remembered-max",
                    new Count(0, 10_000_000),
                    fixed(10_000),
                    "Right passwords that are known so, of each password file, and answers of each service.",
                    "the one that was used least recently is hashed again");
    static final Key<Long> FAILURES_MAX =
            Key.limit(
                    "authentication-failures-max",
                    new Count(2, 10_000),
                    fixed(20),
                    "Attempts from an address (IPv6: from a /64) that failed: with a wrong user name or"
                            + " password; without any, after others were asked; with a message that"
                            + " is none of its Authentication Method; or by a fault of ours."
                            + " From the second on the next attempt waits, twice as long each time.",
                    "the address is banned: its connections are closed at once, one that is open gets"
                            + " CONNACK 0x8A (3.x: 0x05)");
    static final Key<Long> FORGIVEN_TIME =
            Key.limit(
                    "authentication-forgiven-time",
                    Quantity.time(SECOND, 24 * HOUR),
                    fixed(60 * SECOND),
                    "After how long one of them is forgiven.",
                    "it counts no more");
    static final Key<Long> BAN_TIME =
            Key.limit(
                    "authentication-ban-time",
                    Quantity.time(0, 7 * 24 * HOUR),
                    fixed(5 * 60 * SECOND),
                    "How long a ban lasts; 0 for none.",
                    "the address is heard again");
    static final Key<Boolean> BAN_LOOPBACK =
            Key.limit(
                    "authentication-ban-loopback",
                    new Flag(),
                    new Fixed<>(false),
                    "Whether addresses of this machine are banned, too: a proxy on it has one for all its"
                            + " clients.",
                    "as others");
    static final Key<Boolean> BAN_USERS =
            Key.limit(
                    "authentication-ban-users",
                    new Flag(),
                    new Fixed<>(false),
                    "Whether a user name is banned, too, after as many failed attempts from whatever"
                            + " addresses, but not where it came in from within a day: whoever guesses at"
                            + " it locks its owner out of everywhere else.",
                    "its attempts get CONNACK 0x8A (3.x: 0x05), right or wrong");
    static final Key<Long> DELAY_MAX =
            Key.limit(
                    "authentication-delay-max",
                    Quantity.time(0, 60 * SECOND),
                    fixed(5 * SECOND),
                    "How long an attempt waits at most, after failures from its address or, where that did not"
                            + " succeed within a day, with its user name; 0 for none.",
                    "it waits no longer, whatever the failures");
    static final Key<Long> TRACKED_MAX =
            Key.limit(
                    "authentication-tracked-max",
                    new Count(1, 10_000_000),
                    fixed(10_000),
                    "Addresses, and user names, whose failures are remembered, and bans.",
                    "the one that was heard of least recently is forgotten");
    static final Key<Long> TIMEOUT =
            Key.limit(
                    "authentication-timeout",
                    Quantity.time(100 * MILLISECOND, 60 * SECOND),
                    fixed(5 * SECOND),
                    "How long others who are asked about a client, or for the key of its token, may take"
                            + " to answer. What is computed here has until `connect-timeout`.",
                    "CONNACK 0x88 (3.x: 0x03)");
    static final Key<Long> CONCURRENCY_MAX =
            Key.limit(
                    "authentication-concurrency-max",
                    new Count(1, 10_000),
                    fixed(100),
                    "Clients about whom others are asked at a time, for each entry of `authentication`.",
                    "CONNACK 0x88 (3.x: 0x03)");
    static final Key<Long> TOKEN_SIZE_MAX =
            Key.limit(
                    "authentication-token-size-max",
                    Quantity.size(KB, MB),
                    fixed(16 * KB),
                    "Size of a token, and of the answer of a service about a client.",
                    "CONNACK 0x86 (3.x: 0x04) for a token, 0x88 (3.x: 0x03) for an answer");
    static final Key<Long> GROUPS_MAX =
            Key.limit(
                    "authentication-groups-max",
                    new Count(1, 10_000),
                    fixed(100),
                    "Groups that a client is in.",
                    "CONNACK 0x87 (3.x: 0x05)");
    static final Key<Long> TOPICS_MAX =
            Key.limit(
                    "authentication-topics-max",
                    new Count(1, 10_000),
                    fixed(100),
                    "Topic Filters in the access rules that a client comes with.",
                    "CONNACK 0x87 (3.x: 0x05)");

    static final List<Key<?>> ALL =
            List.of(
                    THREADS,
                    MEMORY_MAX,
                    WAITING_MAX,
                    REMEMBERED_TIME,
                    REMEMBERED_MAX,
                    FAILURES_MAX,
                    FORGIVEN_TIME,
                    BAN_TIME,
                    BAN_LOOPBACK,
                    BAN_USERS,
                    DELAY_MAX,
                    TRACKED_MAX,
                    TIMEOUT,
                    CONCURRENCY_MAX,
                    TOKEN_SIZE_MAX,
                    GROUPS_MAX,
                    TOPICS_MAX);

    private AuthenticationLimitKeys() {}

    // A hash has a processor to itself; the other half is for messages.
    private static long authenticationThreads(Machine machine) {
        return Math.clamp(machine.processors() / 2, 1L, 4L);
    }
}
