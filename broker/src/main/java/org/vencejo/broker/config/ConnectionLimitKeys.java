package org.vencejo.broker.config;

import static org.vencejo.broker.config.Key.Fallback.fixed;
import static org.vencejo.broker.config.Key.Fallback.notAbove;
import static org.vencejo.broker.config.Units.HOUR;
import static org.vencejo.broker.config.Units.KB;
import static org.vencejo.broker.config.Units.MB;
import static org.vencejo.broker.config.Units.MILLISECOND;
import static org.vencejo.broker.config.Units.SECOND;
import static org.vencejo.broker.config.Words.words;

import java.util.List;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.Key.Fixed;
import org.vencejo.broker.config.ValueType.Count;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.core.Limits;

/// The keys of limits on connections, and on who is not known yet.
///
/// A part of the table of [Keys]. Immutable.
final class ConnectionLimitKeys {
    private static final Limits LIMITS = Limits.DEFAULTS;

    static final Key<Long> CONNECTIONS_MAX =
            Key.limit(
                            "connections-max",
                            new Count(1, 10_000_000),
                            new Computed<>(
                                    "file descriptors less " + Machine.DESCRIPTORS_RESERVED,
                                    ConnectionLimitKeys::connectionsMax),
                            "Connections at a time. The process must be allowed that many file descriptors and "
                                    + Machine.DESCRIPTORS_RESERVED
                                    + " more.",
                            refused("0x97") + "; counted in" + " `$SYS/broker/connections/refused`")
                    .rereadAtHangup();
    static final Key<Long> CONNECTIONS_PER_ADDRESS_MAX =
            Key.limit(
                            "connections-per-address-max",
                            new Count(1, 10_000_000),
                            new Computed<>(
                                    "half of `connections-max`",
                                    machine -> Math.max(1, connectionsMax(machine) / 2)),
                            "Connections at a time from an address (IPv6: from a /64), but from addresses"
                                    + " of this machine.",
                            refused("0x97")
                                    + "; counted in"
                                    + " `$SYS/broker/connections/refused/address-full`")
                    .rereadAtHangup();
    static final Key<Long> CONNECTIONS_RATE_MAX =
            Key.limit(
                            "connections-rate-max",
                            new Count(0, 1_000_000),
                            fixed(LIMITS.admission().ratePerSecond()),
                            "New connections in a second, but for those from addresses of this machine;"
                                    + " 0 for as many as come.",
                            refused("0x9F")
                                    + "; counted in"
                                    + " `$SYS/broker/connections/refused/rate`")
                    .rereadAtHangup();
    static final Key<Long> CONNECTIONS_PER_ADDRESS_RATE_MAX =
            Key.limit(
                            "connections-per-address-rate-max",
                            new Count(0, 1_000_000),
                            fixed(LIMITS.admission().perAddressRatePerSecond()),
                            "New connections in a second from an address (IPv6: from a /64), but from"
                                    + " addresses of this machine; 0 for as many as come.",
                            refused("0x9F")
                                    + "; counted in"
                                    + " `$SYS/broker/connections/refused/address-rate`")
                    .rereadAtHangup();
    static final Key<Boolean> LOOPBACK_LIMITED =
            Key.limit(
                            "loopback-limited",
                            new Flag(),
                            new Fixed<>(LIMITS.admission().loopbackLimited()),
                            "Whether these three hold for addresses of this machine, too: a proxy on it has"
                                    + " one for all its clients.",
                            "as others")
                    .rereadAtHangup();
    static final Key<Long> ADDRESSES_TRACKED_MAX =
            Key.limit(
                            "addresses-tracked-max",
                            new Count(1, 10_000_000),
                            fixed(LIMITS.admission().addressesTrackedMax()),
                            "Addresses without a connection whose last connections are remembered.",
                            "the one that was heard of least recently is forgotten")
                    .rereadAtHangup();
    static final Key<Long> CONNECTING_MAX =
            Key.limit(
                            "connecting-max",
                            new Count(1, 10_000_000),
                            new Computed<>(
                                    "1 for each 64 KB of the memory, at most 10000",
                                    machine ->
                                            Math.clamp(
                                                    machine.memoryBytes() / (64 * KB),
                                                    1L,
                                                    10_000L)),
                            "Connections at a time whose client is not known yet: in a handshake of TLS or"
                                    + " WebSocket, before or in CONNECT, waiting for its answer.",
                            "the oldest of them is closed, a whole CONNECT answered with CONNACK 0x89"
                                    + " (3.x: 0x03), counted in"
                                    + " `$SYS/broker/connections/pushed-out`")
                    .rereadAtHangup();
    static final Key<Long> CONNECT_TIMEOUT =
            Key.limit(
                            "connect-timeout",
                            Quantity.time(100 * MILLISECOND, HOUR),
                            fixed(LIMITS.connectTimeoutNanos()),
                            "From the transport connection to a complete CONNECT, and to our answer to it.",
                            "close; CONNACK 0x88 (3.x: 0x03) if the answer is late")
                    .rereadAtHangup();
    static final Key<Long> CONNECT_SIZE_MAX =
            Key.limit(
                    "connect-size-max",
                    Quantity.size(128, 256 * MB),
                    notAbove("packet-size-max", "512KB", LIMITS.connectSizeMax()),
                    "Size of a CONNECT packet.",
                    "CONNACK 0x95 (3.x: close)");
    static final Key<Long> PENDING_BYTES_MAX =
            Key.limit(
                            "pending-bytes-max",
                            Quantity.size(KB, 256 * MB),
                            fixed(LIMITS.pendingBytesMax()),
                            "Bytes behind CONNECT before CONNACK was sent.",
                            "reading from the connection pauses; what clients sent in larger packets is, all together,"
                                    + " at most `partial-packets-bytes-max`: CONNACK 0x89 (3.x: 0x03)")
                    .rereadAtHangup();
    static final Key<Long> KEEP_ALIVE_MAX =
            Key.limit(
                            "keep-alive-max",
                            Quantity.seconds(0, 65_535 * SECOND, words()),
                            fixed(LIMITS.keepAliveMaxSeconds() * SECOND),
                            "Keep Alive of a 5.0 client; 0 takes whatever it asks for, also none.",
                            "CONNACK tells it the lower Server Keep Alive")
                    .rereadAtHangup();
    static final Key<Long> CLIENT_IDENTIFIER_BYTES_MAX =
            Key.limit(
                            "client-identifier-bytes-max",
                            new Count(23, 65_535),
                            fixed(LIMITS.clientIdentifierBytesMax()),
                            "Bytes of a Client Identifier.",
                            "CONNACK 0x85 (3.x: 0x02)")
                    .rereadAtHangup();

    static final List<Key<?>> ALL =
            List.of(
                    CONNECTIONS_MAX,
                    CONNECTIONS_PER_ADDRESS_MAX,
                    CONNECTIONS_RATE_MAX,
                    CONNECTIONS_PER_ADDRESS_RATE_MAX,
                    LOOPBACK_LIMITED,
                    ADDRESSES_TRACKED_MAX,
                    CONNECTING_MAX,
                    CONNECT_TIMEOUT,
                    CONNECT_SIZE_MAX,
                    PENDING_BYTES_MAX,
                    KEEP_ALIVE_MAX,
                    CLIENT_IDENTIFIER_BYTES_MAX);

    private ConnectionLimitKeys() {}

    private static long connectionsMax(Machine machine) {
        return Math.clamp(machine.descriptors() - Machine.DESCRIPTORS_RESERVED, 1L, 10_000_000L);
    }

    /// What becomes of a connection that is refused as soon as it comes, in the words of all rows.
    static String refused(String code) {
        return "CONNACK %s (3.x: 0x03) to those who are told (docs/security.md#who-is-told), a close at once to all others"
                .formatted(code);
    }
}
