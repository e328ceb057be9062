package org.vencejo.broker.config;

import static java.lang.Math.toIntExact;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.core.Limits;
import org.vencejo.core.ServerSettings;
import org.vencejo.storage.StoreOptions;

/// Turns what was given into a [Configuration]: each value by its key's type, then those that hang
/// together.
///
/// Confined to the thread that reads the configuration. A value that is wrong becomes a mistake,
/// and is left out of the checks that follow.
final class Binding {
    private static final long SECOND = 1_000_000_000L;

    /// What an operator is told to allow when there are hardly any: room for 10,000 clients.
    private static final int SOME_DESCRIPTORS = Machine.DESCRIPTORS_RESERVED + 10_000;

    private final Sources sources;
    private final List<Mistake> mistakes;
    private final Machine machine;

    private final Map<String, Object> values = new LinkedHashMap<>();

    Binding(Sources sources, List<Mistake> mistakes, Machine machine) {
        this.sources = sources;
        this.mistakes = mistakes;
        this.machine = machine;
    }

    /// The configuration; of no use if there are mistakes.
    Configuration bind() {
        for (Given given : sources.given().values()) {
            if (Shape.of(given.path()) != Shape.VALUE) {
                continue;
            }
            try {
                values.put(given.path(), Keys.at(given.path()).type().parse(given.text()));
            } catch (NotAllowed e) {
                mistake(given.path(), e.detail());
            }
        }
        fallBackToHalf(
                ConnectionLimitKeys.CONNECTIONS_PER_ADDRESS_MAX,
                ConnectionLimitKeys.CONNECTIONS_MAX);
        keepNotAbove(ConnectionLimitKeys.CONNECT_SIZE_MAX, PacketLimitKeys.PACKET_SIZE_MAX);
        keepNotAbove(PacketLimitKeys.OUT_BUFFER_LOW, PacketLimitKeys.OUT_BUFFER_HIGH);
        keepNotAbove(PacketLimitKeys.MEMORY_READING_MAX, PacketLimitKeys.MEMORY_QOS0_MAX);
        keepNotAbove(PacketLimitKeys.MEMORY_ACCEPTING_MAX, PacketLimitKeys.MEMORY_READING_MAX);
        SequencedMap<Listener, String> listeners = new Listeners(this, sources, machine).bind();
        AuthenticationConfig authentication =
                new AuthenticationSection(this, sources, listeners).bind();
        checkDescriptors();
        checkNotAbove(ConnectionLimitKeys.CONNECT_SIZE_MAX, PacketLimitKeys.PACKET_SIZE_MAX);
        checkNotAbove(PacketLimitKeys.OUT_BUFFER_LOW, PacketLimitKeys.OUT_BUFFER_HIGH);
        checkNotAbove(PacketLimitKeys.MEMORY_ACCEPTING_MAX, PacketLimitKeys.MEMORY_READING_MAX);
        checkNotAbove(PacketLimitKeys.MEMORY_READING_MAX, PacketLimitKeys.MEMORY_QOS0_MAX);
        AccessSection access = new AccessSection(this, sources, listeners);
        BrokerConfig broker =
                new BrokerConfig(
                        List.copyOf(listeners.keySet()),
                        authentication,
                        access.bind(),
                        access.isEverythingWritten(),
                        Path.of(get(ProcessKeys.DATA_FOLDER)),
                        get(ProcessKeys.DURABILITY),
                        store(),
                        count(ProcessKeys.IO_THREADS),
                        get(ProcessKeys.SYS_INTERVAL),
                        get(ProcessKeys.LOG_LEVEL),
                        server());
        return new Configuration(broker, texts());
    }

    /// The key's value, or its default.
    <T> T get(Key<T> key) {
        return at(key, key.path());
    }

    /// The key's value in an entry of a list.
    <T> T get(Key<T> key, int index) {
        return at(key, path(key, index));
    }

    /// Where the key is in an entry of its list.
    static String path(Key<?> key, int index) {
        return key.path().replace("[]", "[" + index + "]");
    }

    /// The key's value at a path of its list.
    @SuppressWarnings("unchecked") // the key's type has parsed what is at this very path
    <T> T at(Key<T> key, String path) {
        Object value = values.get(path);
        return value == null ? key.fallback().on(machine) : (T) value;
    }

    /// What holds for a key that nobody gave, as it hangs on others.
    <T> void fallBack(Key<T> key, T value) {
        values.put(key.path(), value);
    }

    /// Notes that the value at `path` cannot be used.
    void mistake(String path, String detail) {
        mistakes.add(new Mistake(sources.placeOf(path), path, detail));
    }

    void mistake(Mistake mistake) {
        mistakes.add(mistake);
    }

    /// Whether there is a mistake in the value at `path`, or below it.
    boolean isWrong(String path) {
        return mistakes.stream().anyMatch(mistake -> mistake.key().startsWith(path));
    }

    int count(Key<Long> key) {
        return toIntExact(get(key));
    }

    private int seconds(Key<Long> key) {
        return toIntExact(get(key) / SECOND);
    }

    private void checkDescriptors() {
        String path = ConnectionLimitKeys.CONNECTIONS_MAX.path();
        long needed = get(ConnectionLimitKeys.CONNECTIONS_MAX) + Machine.DESCRIPTORS_RESERVED;
        if (machine.descriptors() < needed && !sources.given().containsKey(path)) {
            mistakes.add(
                    new Mistake(
                            Place.OF_MACHINE,
                            "",
                            "this process may open %d file descriptors and the broker needs %d, and one more for each connection; raise them with 'ulimit -n %d' (systemd: LimitNOFILE=%d)"
                                    .formatted(
                                            machine.descriptors(),
                                            Machine.DESCRIPTORS_RESERVED,
                                            SOME_DESCRIPTORS,
                                            SOME_DESCRIPTORS)));
        } else if (machine.descriptors() < needed && !isWrong(path)) {
            mistake(
                    path,
                    "%d connections need %d file descriptors and this process may open %d; raise them with 'ulimit -n %d' (systemd: LimitNOFILE=%d), or lower this limit"
                            .formatted(
                                    get(ConnectionLimitKeys.CONNECTIONS_MAX),
                                    needed,
                                    machine.descriptors(),
                                    needed,
                                    needed));
        }
    }

    // Who lowers one limit need not know the others: a default is no contradiction.
    private void keepNotAbove(Key<Long> lower, Key<Long> upper) {
        if (!sources.given().containsKey(lower.path())) {
            values.put(lower.path(), Math.min(get(lower), get(upper)));
        }
    }

    private void fallBackToHalf(Key<Long> key, Key<Long> whole) {
        if (!sources.given().containsKey(key.path())) {
            values.put(key.path(), Math.max(1, get(whole) / 2));
        }
    }

    private void checkNotAbove(Key<Long> lower, Key<Long> upper) {
        checkNotAbove(lower, lower.path(), upper, upper.path());
    }

    /// Notes that what is at one path is above what is at the other, if it is.
    void checkNotAbove(Key<Long> lower, String lowerPath, Key<Long> upper, String upperPath) {
        long low = at(lower, lowerPath);
        long high = at(upper, upperPath);
        if (low > high && !isWrong(lowerPath) && !isWrong(upperPath)) {
            mistake(
                    lowerPath,
                    "given '%s'; allowed: %s (%s) not above %s (%s)"
                            .formatted(
                                    lower.type().print(low),
                                    lowerPath,
                                    lower.type().print(low),
                                    upperPath,
                                    upper.type().print(high)));
        }
    }

    private StoreOptions store() {
        return new StoreOptions(
                get(ProcessKeys.DURABILITY) == Durability.FSYNC,
                get(ProcessKeys.STORE_MEMTABLE_BYTES),
                get(ProcessKeys.STORE_CACHE_BYTES),
                get(ProcessKeys.STORE_WAL_BYTES_MAX),
                get(ServerLimitKeys.STORE_FREE_BYTES_MIN),
                get(ServerLimitKeys.STORE_BYTES_MAX));
    }

    private ServerSettings server() {
        String responseInformation = get(ServerKeys.RESPONSE_INFORMATION);
        return new ServerSettings(
                limits(),
                get(ProcessKeys.DURABILITY) != Durability.MEMORY,
                get(ServerKeys.MAXIMUM_QOS),
                get(ServerKeys.RETAIN_AVAILABLE),
                get(ServerKeys.WILDCARD_SUBSCRIPTION_AVAILABLE),
                get(ServerKeys.SHARED_SUBSCRIPTION_AVAILABLE),
                get(ServerKeys.SHARED_SUBSCRIPTIONS_311),
                get(ServerKeys.STRICT_31_CLIENT_IDENTIFIER),
                get(ServerKeys.PAYLOAD_FORMAT_CHECKED),
                get(ServerKeys.NO_MATCHING_SUBSCRIBERS_REPORTED),
                get(ServerKeys.QUEUE_QOS0_MESSAGES),
                get(ServerKeys.DENIED_PUBLISH_3),
                get(ServerKeys.DENIED_SUBSCRIBE_31),
                get(ServerKeys.SUBSCRIPTIONS_CHECKED_AT_RESUME),
                get(ServerKeys.QUEUE_FULL_POLICY),
                get(ServerKeys.RETRY_INTERVAL_31),
                get(ServerKeys.RETRY_INTERVAL_311),
                responseInformation.isEmpty() ? null : responseInformation);
    }

    private Limits limits() {
        return new Limits(
                count(ConnectionLimitKeys.CONNECTIONS_MAX),
                get(ConnectionLimitKeys.CONNECT_TIMEOUT),
                count(PacketLimitKeys.PACKET_SIZE_MAX),
                count(ConnectionLimitKeys.CONNECT_SIZE_MAX),
                count(ConnectionLimitKeys.PENDING_BYTES_MAX),
                count(PacketLimitKeys.TOPIC_LEVELS_MAX),
                count(PacketLimitKeys.TOPIC_FILTERS_MAX),
                count(PacketLimitKeys.RECEIVE_MAXIMUM),
                count(PacketLimitKeys.WINDOW_MAX),
                count(PacketLimitKeys.TOPIC_ALIAS_MAXIMUM),
                count(PacketLimitKeys.TOPIC_ALIASES_SENT_MAX),
                count(SessionLimitKeys.SUBSCRIPTIONS_MAX),
                get(SessionLimitKeys.SUBSCRIPTIONS_BYTES_MAX),
                get(SessionLimitKeys.SESSIONS_BYTES_MAX),
                count(PacketLimitKeys.USER_PROPERTIES_MAX),
                count(PacketLimitKeys.USER_PROPERTIES_BYTES_MAX),
                count(ConnectionLimitKeys.CLIENT_IDENTIFIER_BYTES_MAX),
                get(SessionLimitKeys.QUEUED_MESSAGES_MAX),
                get(SessionLimitKeys.QUEUED_BYTES_MAX),
                get(SessionLimitKeys.QUEUED_BYTES_IN_ALL_MAX),
                get(SessionLimitKeys.STORED_QUEUED_MESSAGES_MAX),
                get(SessionLimitKeys.STORED_QUEUED_BYTES_MAX),
                count(SessionLimitKeys.QUEUE_READ_MESSAGES_MAX),
                count(SessionLimitKeys.QUEUE_READ_BYTES_MAX),
                get(ServerLimitKeys.UNDURABLE_BYTES_MAX),
                count(PacketLimitKeys.OUT_BUFFER_HIGH),
                count(PacketLimitKeys.OUT_BUFFER_LOW),
                get(PacketLimitKeys.PARTIAL_PACKETS_BYTES_MAX),
                get(PacketLimitKeys.BUFFERS_BYTES_MAX),
                count(ServerLimitKeys.RETAINED_MESSAGES_MAX),
                get(ServerLimitKeys.RETAINED_BYTES_MAX),
                get(SessionLimitKeys.SESSION_EXPIRY_INTERVAL_MAX) / SECOND,
                seconds(ConnectionLimitKeys.KEEP_ALIVE_MAX),
                count(ServerLimitKeys.ROUTES_CACHED_MAX),
                count(ServerLimitKeys.SLICE_MAX),
                new Limits.Admission(
                        count(ConnectionLimitKeys.CONNECTIONS_PER_ADDRESS_MAX),
                        count(ConnectionLimitKeys.CONNECTIONS_RATE_MAX),
                        count(ConnectionLimitKeys.CONNECTIONS_PER_ADDRESS_RATE_MAX),
                        count(ConnectionLimitKeys.CONNECTING_MAX),
                        count(ConnectionLimitKeys.ADDRESSES_TRACKED_MAX),
                        get(ConnectionLimitKeys.LOOPBACK_LIMITED)),
                new Limits.Rates(
                        get(PacketLimitKeys.MESSAGES_IN_RATE_MAX),
                        get(PacketLimitKeys.BYTES_IN_RATE_MAX),
                        get(PacketLimitKeys.MESSAGES_OUT_RATE_MAX),
                        get(PacketLimitKeys.BYTES_OUT_RATE_MAX)),
                new Limits.MemoryMarks(
                        count(PacketLimitKeys.MEMORY_ACCEPTING_MAX),
                        count(PacketLimitKeys.MEMORY_READING_MAX),
                        count(PacketLimitKeys.MEMORY_QOS0_MAX),
                        machine.memoryBytes()));
    }

    private SequencedMap<String, String> texts() {
        SequencedMap<String, String> texts = new LinkedHashMap<>();
        for (Key<?> key : Keys.ALL) {
            if (!key.path().contains("[]")) {
                texts.put(key.path(), text(key, key.path()));
            }
        }
        for (String path : values.keySet()) {
            texts.computeIfAbsent(path, indexed -> text(Keys.at(indexed), indexed));
        }
        texts.values().removeIf(String::isEmpty);
        return texts;
    }

    private <T> String text(Key<T> key, String path) {
        return key.type().print(at(key, path));
    }
}
