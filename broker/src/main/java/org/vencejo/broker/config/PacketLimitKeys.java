package org.vencejo.broker.config;

import static org.vencejo.broker.config.Key.Fallback.fixed;
import static org.vencejo.broker.config.Key.Fallback.notAbove;
import static org.vencejo.broker.config.Units.GB;
import static org.vencejo.broker.config.Units.KB;
import static org.vencejo.broker.config.Units.MB;
import static org.vencejo.broker.config.Units.TB;

import java.util.List;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.ValueType.Count;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.core.Limits;

/// The keys of limits on packets and flows, rates, buffers and the memory in all.
///
/// A part of the table of [Keys]. Immutable.
final class PacketLimitKeys {
    private static final Limits LIMITS = Limits.DEFAULTS;

    static final Key<Long> PACKET_SIZE_MAX =
            Key.limit(
                    "packet-size-max",
                    Quantity.size(128, 256 * MB),
                    fixed(LIMITS.packetSizeMax()),
                    "Size of a packet; announced to 5.0 clients as Maximum Packet Size.",
                    "DISCONNECT 0x95 (3.x: close)");
    static final Key<Long> TOPIC_LEVELS_MAX =
            Key.limit(
                            "topic-levels-max",
                            new Count(1, 65_535),
                            fixed(LIMITS.topicLevelsMax()),
                            "Levels of a Topic Name or Topic Filter.",
                            "0x90 for a name, 0x8F for a filter (3.x: close, 0x80)")
                    .rereadAtHangup();
    static final Key<Long> TOPIC_FILTERS_MAX =
            Key.limit(
                            "topic-filters-max",
                            new Count(1, 1_000_000),
                            fixed(LIMITS.topicFiltersMax()),
                            "Topic Filters in a SUBSCRIBE or UNSUBSCRIBE packet.",
                            "DISCONNECT 0x95 (3.x: close)")
                    .rereadAtHangup();
    static final Key<Long> RECEIVE_MAXIMUM =
            Key.limit(
                            "receive-maximum",
                            new Count(1, 65_535),
                            fixed(LIMITS.receiveMaximum()),
                            "QoS 1 and 2 messages that a client may have open towards us; announced to 5.0 clients.",
                            "DISCONNECT 0x93 (3.x: reading from the connection pauses)")
                    .rereadAtHangup();
    static final Key<Long> WINDOW_MAX =
            Key.limit(
                            "window-max",
                            new Count(1, 65_535),
                            fixed(LIMITS.windowMax()),
                            "QoS 1 and 2 messages open towards a client; its own Receive Maximum may be lower.",
                            "the message waits in the session's queue")
                    .rereadAtHangup();
    static final Key<Long> MESSAGES_IN_RATE_MAX =
            Key.limit(
                            "messages-in-rate-max",
                            new Count(0, 100_000_000),
                            fixed(0),
                            "Packets in a second that a client sends, acknowledgements apart, and as many"
                                    + " at once; SUBSCRIBE and UNSUBSCRIBE count as one for each Topic"
                                    + " Filter, at most ten seconds' worth; 0 for as many as it sends.",
                            "it is read from later, counted in `$SYS/broker/rates/held/in`")
                    .rereadAtHangup();
    static final Key<Long> BYTES_IN_RATE_MAX =
            Key.limit(
                            "bytes-in-rate-max",
                            Quantity.size(0, TB),
                            fixed(0),
                            "Bytes of these packets in a second, and as many at once; 0 for as many as it"
                                    + " sends.",
                            "it is read from later, counted in `$SYS/broker/rates/held/in`")
                    .rereadAtHangup();
    static final Key<Long> MESSAGES_OUT_RATE_MAX =
            Key.limit(
                            "messages-out-rate-max",
                            new Count(0, 100_000_000),
                            fixed(0),
                            "Messages in a second that a client is sent, and as many at once; 0 for as many"
                                    + " as there are.",
                            "they wait in the session's queue, counted in `$SYS/broker/rates/held/out`")
                    .rereadAtHangup();
    static final Key<Long> BYTES_OUT_RATE_MAX =
            Key.limit(
                            "bytes-out-rate-max",
                            Quantity.size(0, TB),
                            fixed(0),
                            "Bytes of these messages in a second, and as many at once; 0 for as many as there"
                                    + " are.",
                            "they wait in the session's queue, counted in `$SYS/broker/rates/held/out`")
                    .rereadAtHangup();
    static final Key<Long> TOPIC_ALIAS_MAXIMUM =
            Key.limit(
                            "topic-alias-maximum",
                            new Count(0, 65_535),
                            fixed(LIMITS.topicAliasMaximum()),
                            "Topic Aliases that a 5.0 client may use towards us.",
                            "DISCONNECT 0x94")
                    .rereadAtHangup();
    static final Key<Long> TOPIC_ALIASES_SENT_MAX =
            Key.limit(
                            "topic-aliases-sent-max",
                            new Count(0, 65_535),
                            fixed(LIMITS.topicAliasesSentMax()),
                            "Topic Aliases that we use towards a 5.0 client; its own Topic Alias Maximum may be lower.",
                            "the alias that was used least recently is given a new topic")
                    .rereadAtHangup();
    static final Key<Long> USER_PROPERTIES_MAX =
            Key.limit(
                            "user-properties-max",
                            new Count(0, 1_000_000),
                            fixed(LIMITS.userPropertiesMax()),
                            "User Properties in a packet.",
                            "DISCONNECT 0x95")
                    .rereadAtHangup();
    static final Key<Long> USER_PROPERTIES_BYTES_MAX =
            Key.limit(
                            "user-properties-bytes-max",
                            Quantity.size(0, 256 * MB),
                            fixed(LIMITS.userPropertiesBytesMax()),
                            "Size of all User Properties of a packet together.",
                            "DISCONNECT 0x95")
                    .rereadAtHangup();
    static final Key<Long> OUT_BUFFER_HIGH =
            Key.limit(
                    "out-buffer-high",
                    Quantity.size(4 * KB, GB),
                    fixed(LIMITS.outBufferHighBytes()),
                    "Bytes that wait to be written to a slow client.",
                    "QoS 0 is dropped with fate *queue full*, QoS 1 and 2 wait in the session's queue");
    static final Key<Long> OUT_BUFFER_LOW =
            Key.limit(
                    "out-buffer-low",
                    Quantity.size(KB, GB),
                    notAbove("out-buffer-high", "256KB", LIMITS.outBufferLowBytes()),
                    "Below how many waiting bytes a slow client is sent to again.",
                    "sending goes on");
    static final Key<Long> PARTIAL_PACKETS_BYTES_MAX =
            Key.limit(
                    "partial-packets-bytes-max",
                    Quantity.size(KB, TB),
                    new Computed<>("an eighth of the memory", machine -> machine.memoryShare(8)),
                    "Bytes of packets above 64 KB that have not arrived whole, of all connections together.",
                    "reading from the connection pauses until another one's packet is whole;"
                            + " one whose packet then stands still for `connect-timeout` is closed (0x89)");
    static final Key<Long> BUFFERS_BYTES_MAX =
            Key.limit(
                    "buffers-bytes-max",
                    Quantity.size(KB, TB),
                    new Computed<>("half of the memory", machine -> machine.memoryShare(2)),
                    "Bytes in the buffers of all connections together, read or to be written;"
                            + " they are outside the heap, which has the same maximum.",
                    "`memory-accepting-max` and what follows it, and a client counts as slow from 16 KB"
                            + " on");
    static final Key<Long> MEMORY_ACCEPTING_MAX =
            Key.limit(
                    "memory-accepting-max",
                    new Count(1, 100),
                    notAbove("memory-reading-max", "90", LIMITS.memoryMarks().acceptingPercent()),
                    "Percentage of the memory that connections, sessions, queues and retained messages"
                            + " together take, or of `buffers-bytes-max` that buffers do, whichever is"
                            + " more.",
                    "for new connections, until it is five less: "
                            + ConnectionLimitKeys.refused("0x97")
                            + "; counted in"
                            + " `$SYS/broker/memory/marks/accepting`");
    static final Key<Long> MEMORY_READING_MAX =
            Key.limit(
                    "memory-reading-max",
                    new Count(1, 100),
                    notAbove("memory-qos0-max", "94", LIMITS.memoryMarks().readingPercent()),
                    "The same.",
                    "for every other second, those clients are not read from that sent as much as the"
                            + " average or more; counted in `$SYS/broker/memory/marks/reading`");
    static final Key<Long> MEMORY_QOS0_MAX =
            Key.limit(
                    "memory-qos0-max",
                    new Count(1, 100),
                    fixed(LIMITS.memoryMarks().qos0Percent()),
                    "The same.",
                    "QoS 0 messages of clients are dropped, fate *memory short*; counted in"
                            + " `$SYS/broker/memory/marks/qos0`");

    static final List<Key<?>> ALL =
            List.of(
                    PACKET_SIZE_MAX,
                    TOPIC_LEVELS_MAX,
                    TOPIC_FILTERS_MAX,
                    RECEIVE_MAXIMUM,
                    WINDOW_MAX,
                    MESSAGES_IN_RATE_MAX,
                    BYTES_IN_RATE_MAX,
                    MESSAGES_OUT_RATE_MAX,
                    BYTES_OUT_RATE_MAX,
                    TOPIC_ALIAS_MAXIMUM,
                    TOPIC_ALIASES_SENT_MAX,
                    USER_PROPERTIES_MAX,
                    USER_PROPERTIES_BYTES_MAX,
                    OUT_BUFFER_HIGH,
                    OUT_BUFFER_LOW,
                    PARTIAL_PACKETS_BYTES_MAX,
                    BUFFERS_BYTES_MAX,
                    MEMORY_ACCEPTING_MAX,
                    MEMORY_READING_MAX,
                    MEMORY_QOS0_MAX);

    private PacketLimitKeys() {}
}
