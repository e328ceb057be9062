package org.vencejo.broker.config;

import static org.vencejo.broker.config.Key.Fallback.fixed;
import static org.vencejo.broker.config.Units.KB;
import static org.vencejo.broker.config.Units.MB;
import static org.vencejo.broker.config.Units.TB;

import java.util.List;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.ValueType.Count;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.core.Limits;

/// The keys of limits on the store, and on the server as a whole.
///
/// A part of the table of [Keys]. Immutable.
final class ServerLimitKeys {
    private static final Limits LIMITS = Limits.DEFAULTS;

    static final Key<Long> UNDURABLE_BYTES_MAX =
            Key.limit(
                            "undurable-bytes-max",
                            Quantity.size(KB, TB),
                            fixed(LIMITS.undurableBytesMax()),
                            "Bytes that were taken over and that the disk does not have yet.",
                            "clients that send more are not read from until it is half of that")
                    .rereadAtHangup();
    static final Key<Long> STORE_FREE_BYTES_MIN =
            Key.limit(
                    "store-free-bytes-min",
                    Quantity.size(0, TB),
                    fixed(128 * MB),
                    "Bytes that the store leaves free on its file system.",
                    "nothing new is kept: 0x97 (3.x: the connection closes), QoS 0 goes on");
    static final Key<Long> STORE_BYTES_MAX =
            Key.limit(
                    "store-bytes-max",
                    Quantity.size(0, 1_024 * TB),
                    fixed(0),
                    "Bytes of the store on disk; 0 for nine tenths of its file system.",
                    "nothing new is kept: 0x97 (3.x: the connection closes), QoS 0 goes on");
    static final Key<Long> RETAINED_MESSAGES_MAX =
            Key.limit(
                            "retained-messages-max",
                            new Count(0, 1_000_000_000),
                            fixed(LIMITS.retainedMessagesMax()),
                            "Retained messages.",
                            "PUBACK or PUBREC 0x97, and the old one is kept")
                    .rereadAtHangup();
    static final Key<Long> RETAINED_BYTES_MAX =
            Key.limit(
                            "retained-bytes-max",
                            Quantity.size(0, TB),
                            new Computed<>(
                                    "a quarter of the memory", machine -> machine.memoryShare(4)),
                            "Bytes of all retained messages together.",
                            "PUBACK or PUBREC 0x97, and the old one is kept")
                    .rereadAtHangup();
    static final Key<Long> ROUTES_CACHED_MAX =
            Key.limit(
                    "routes-cached-max",
                    new Count(1, 100_000_000),
                    fixed(LIMITS.routesCachedMax()),
                    "Topics whose subscribers are remembered between messages.",
                    "others are looked up again");
    static final Key<Long> SLICE_MAX =
            Key.limit(
                            "slice-max",
                            new Count(16, 65_536),
                            fixed(LIMITS.sliceMax()),
                            "Deliveries, retained messages or expiries that are done in one go.",
                            "the rest follows after what others have sent meanwhile")
                    .rereadAtHangup();

    static final List<Key<?>> ALL =
            List.of(
                    UNDURABLE_BYTES_MAX,
                    STORE_FREE_BYTES_MIN,
                    STORE_BYTES_MAX,
                    RETAINED_MESSAGES_MAX,
                    RETAINED_BYTES_MAX,
                    ROUTES_CACHED_MAX,
                    SLICE_MAX);

    private ServerLimitKeys() {}
}
