package org.vencejo.broker.config;

import static java.lang.Math.toIntExact;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.vencejo.broker.access.RuleMistake;
import org.vencejo.broker.access.RulesFile;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.core.AccessRules;
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
        fallBackToHalf(Keys.CONNECTIONS_PER_ADDRESS_MAX, Keys.CONNECTIONS_MAX);
        keepNotAbove(Keys.CONNECT_SIZE_MAX, Keys.PACKET_SIZE_MAX);
        keepNotAbove(Keys.OUT_BUFFER_LOW, Keys.OUT_BUFFER_HIGH);
        keepNotAbove(Keys.MEMORY_READING_MAX, Keys.MEMORY_QOS0_MAX);
        keepNotAbove(Keys.MEMORY_ACCEPTING_MAX, Keys.MEMORY_READING_MAX);
        SequencedMap<Listener, String> listeners = new Listeners(this, sources, machine).bind();
        AuthenticationConfig authentication =
                new AuthenticationSection(this, sources, listeners).bind();
        checkDescriptors();
        checkNotAbove(Keys.CONNECT_SIZE_MAX, Keys.PACKET_SIZE_MAX);
        checkNotAbove(Keys.OUT_BUFFER_LOW, Keys.OUT_BUFFER_HIGH);
        checkNotAbove(Keys.MEMORY_ACCEPTING_MAX, Keys.MEMORY_READING_MAX);
        checkNotAbove(Keys.MEMORY_READING_MAX, Keys.MEMORY_QOS0_MAX);
        BrokerConfig broker =
                new BrokerConfig(
                        List.copyOf(listeners.keySet()),
                        authentication,
                        accessRules(),
                        Path.of(get(Keys.DATA_FOLDER)),
                        get(Keys.DURABILITY),
                        store(),
                        count(Keys.IO_THREADS),
                        get(Keys.SYS_INTERVAL),
                        get(Keys.LOG_LEVEL),
                        server());
        return new Configuration(broker, texts());
    }

    private AccessRules accessRules() {
        String path = Keys.ACCESS_RULES.path();
        String file = get(Keys.ACCESS_RULES);
        if (file.isEmpty()) {
            return AccessRules.OPEN;
        }
        String text =
                TextFile.read(
                        Path.of(file),
                        trouble -> mistake(path, "given '" + file + "': " + trouble));
        List<RuleMistake> wrong = new ArrayList<>();
        AccessRules rules = RulesFile.read(file, text, wrong);
        for (RuleMistake each : wrong) {
            Place place =
                    each.line() == 0
                            ? Place.ofFile(file)
                            : Place.inFile(file, each.line(), each.column());
            mistakes.add(new Mistake(place, each.key(), each.detail()));
        }
        return rules;
    }

    /// The key's value, or its default.
    <T> T get(Key<T> key) {
        return at(key, key.path());
    }

    /// The key's value in an entry of a list.
    <T> T get(Key<T> key, int index) {
        return at(key, key.path().replace("[]", "[" + index + "]"));
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
        String path = Keys.CONNECTIONS_MAX.path();
        long needed = get(Keys.CONNECTIONS_MAX) + Machine.DESCRIPTORS_RESERVED;
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
                                    get(Keys.CONNECTIONS_MAX),
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
        if (get(lower) > get(upper) && !isWrong(lower.path()) && !isWrong(upper.path())) {
            mistake(
                    lower.path(),
                    "given '%s'; allowed: %s (%s) not above %s (%s)"
                            .formatted(
                                    lower.type().print(get(lower)),
                                    lower.path(),
                                    lower.type().print(get(lower)),
                                    upper.path(),
                                    upper.type().print(get(upper))));
        }
    }

    private StoreOptions store() {
        return new StoreOptions(
                get(Keys.DURABILITY) == Durability.FSYNC,
                get(Keys.STORE_MEMTABLE_BYTES),
                get(Keys.STORE_CACHE_BYTES),
                get(Keys.STORE_WAL_BYTES_MAX),
                get(Keys.STORE_FREE_BYTES_MIN),
                get(Keys.STORE_BYTES_MAX));
    }

    private ServerSettings server() {
        String responseInformation = get(Keys.RESPONSE_INFORMATION);
        return new ServerSettings(
                limits(),
                get(Keys.DURABILITY) != Durability.MEMORY,
                get(Keys.MAXIMUM_QOS),
                get(Keys.RETAIN_AVAILABLE),
                get(Keys.WILDCARD_SUBSCRIPTION_AVAILABLE),
                get(Keys.SHARED_SUBSCRIPTION_AVAILABLE),
                get(Keys.SHARED_SUBSCRIPTIONS_311),
                get(Keys.STRICT_31_CLIENT_IDENTIFIER),
                get(Keys.PAYLOAD_FORMAT_CHECKED),
                get(Keys.NO_MATCHING_SUBSCRIBERS_REPORTED),
                get(Keys.QUEUE_QOS0_MESSAGES),
                get(Keys.DENIED_PUBLISH_3),
                get(Keys.DENIED_SUBSCRIBE_31),
                get(Keys.QUEUE_FULL_POLICY),
                get(Keys.RETRY_INTERVAL_31),
                get(Keys.RETRY_INTERVAL_311),
                responseInformation.isEmpty() ? null : responseInformation);
    }

    private Limits limits() {
        return new Limits(
                count(Keys.CONNECTIONS_MAX),
                get(Keys.CONNECT_TIMEOUT),
                count(Keys.PACKET_SIZE_MAX),
                count(Keys.CONNECT_SIZE_MAX),
                count(Keys.PENDING_BYTES_MAX),
                count(Keys.TOPIC_LEVELS_MAX),
                count(Keys.TOPIC_FILTERS_MAX),
                count(Keys.RECEIVE_MAXIMUM),
                count(Keys.WINDOW_MAX),
                count(Keys.TOPIC_ALIAS_MAXIMUM),
                count(Keys.TOPIC_ALIASES_SENT_MAX),
                count(Keys.SUBSCRIPTIONS_MAX),
                get(Keys.SUBSCRIPTIONS_BYTES_MAX),
                get(Keys.SESSIONS_BYTES_MAX),
                count(Keys.USER_PROPERTIES_MAX),
                count(Keys.USER_PROPERTIES_BYTES_MAX),
                count(Keys.CLIENT_IDENTIFIER_BYTES_MAX),
                get(Keys.QUEUED_MESSAGES_MAX),
                get(Keys.QUEUED_BYTES_MAX),
                get(Keys.QUEUED_BYTES_IN_ALL_MAX),
                get(Keys.STORED_QUEUED_MESSAGES_MAX),
                get(Keys.STORED_QUEUED_BYTES_MAX),
                count(Keys.QUEUE_READ_MESSAGES_MAX),
                count(Keys.QUEUE_READ_BYTES_MAX),
                get(Keys.UNDURABLE_BYTES_MAX),
                count(Keys.OUT_BUFFER_HIGH),
                count(Keys.OUT_BUFFER_LOW),
                get(Keys.PARTIAL_PACKETS_BYTES_MAX),
                get(Keys.BUFFERS_BYTES_MAX),
                count(Keys.RETAINED_MESSAGES_MAX),
                get(Keys.RETAINED_BYTES_MAX),
                get(Keys.SESSION_EXPIRY_INTERVAL_MAX) / SECOND,
                seconds(Keys.KEEP_ALIVE_MAX),
                count(Keys.ROUTES_CACHED_MAX),
                count(Keys.SLICE_MAX),
                new Limits.Admission(
                        count(Keys.CONNECTIONS_PER_ADDRESS_MAX),
                        count(Keys.CONNECTIONS_RATE_MAX),
                        count(Keys.CONNECTIONS_PER_ADDRESS_RATE_MAX),
                        count(Keys.CONNECTING_MAX),
                        count(Keys.ADDRESSES_TRACKED_MAX),
                        get(Keys.LOOPBACK_LIMITED)),
                new Limits.Rates(
                        get(Keys.MESSAGES_IN_RATE_MAX),
                        get(Keys.BYTES_IN_RATE_MAX),
                        get(Keys.MESSAGES_OUT_RATE_MAX),
                        get(Keys.BYTES_OUT_RATE_MAX)),
                new Limits.MemoryMarks(
                        count(Keys.MEMORY_ACCEPTING_MAX),
                        count(Keys.MEMORY_READING_MAX),
                        count(Keys.MEMORY_QOS0_MAX),
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
