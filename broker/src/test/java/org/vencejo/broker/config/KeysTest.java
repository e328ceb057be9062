package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.config.Configuration.Request;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.core.Limits;

/// The table of keys is whole and consistent.
class KeysTest {
    private static final List<Class<?>> PARTS =
            List.of(
                    ListenerKeys.class,
                    AuthenticationKeys.class,
                    JwtKeys.class,
                    LdapKeys.class,
                    HttpKeys.class,
                    ProcessKeys.class,
                    ServerKeys.class,
                    ConnectionLimitKeys.class,
                    AuthenticationLimitKeys.class,
                    PacketLimitKeys.class,
                    SessionLimitKeys.class,
                    ServerLimitKeys.class);

    private static final Machine MACHINE = new Machine(2, 1L << 40, 20_000_000, true);

    @Test
    void everyKeyOfItsFilesIsInTheTable() {
        List<Object> constants = new ArrayList<>();
        PARTS.stream()
                .flatMap(part -> Arrays.stream(part.getDeclaredFields()))
                .filter(field ->
                        Modifier.isStatic(field.getModifiers()) && field.getType() == Key.class)
                .map(field -> {
                    try {
                        return field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .forEach(constants::add);
        constants.addAll(ListenerLimitKeys.ALL);
        assertThat(Keys.ALL.stream().map(Object.class::cast)).containsExactlyElementsOf(constants);
    }

    /// Limits that the core knows nothing of: what the store leaves free, and how large it may be;
    /// those of authentication.
    private static final int LIMITS_OF_OTHERS = 2 + 17;

    /// Those in groups of their own: admission, rates, marks of memory.
    private static final int LIMITS_IN_GROUPS = 6 + 4 + 3;

    @Test
    void pathsAndVariablesAreUnique() {
        assertThat(Keys.ALL).extracting(Key::path).doesNotHaveDuplicates();
        assertThat(Keys.ALL).extracting(Key::variable).doesNotHaveDuplicates();
    }

    @Test
    void everyLimitOfAGroupHasItsKey() {
        Limits limits =
                Configuration.read(
                                new Request(
                                        null,
                                        Map.of(),
                                        List.of(
                                                "limits.connections-per-address-max=1",
                                                "limits.connections-rate-max=2",
                                                "limits.connections-per-address-rate-max=3",
                                                "limits.connecting-max=4",
                                                "limits.addresses-tracked-max=5",
                                                "limits.loopback-limited=true",
                                                "limits.messages-in-rate-max=7",
                                                "limits.bytes-in-rate-max=8KB",
                                                "limits.messages-out-rate-max=9",
                                                "limits.bytes-out-rate-max=10KB",
                                                "limits.memory-accepting-max=11",
                                                "limits.memory-reading-max=12",
                                                "limits.memory-qos0-max=13"),
                                        null),
                                MACHINE)
                        .broker()
                        .server()
                        .limits();
        assertThat(limits.admission()).isEqualTo(new Limits.Admission(1, 2, 3, 4, 5, true));
        assertThat(limits.memoryMarks())
                .isEqualTo(new Limits.MemoryMarks(11, 12, 13, MACHINE.memoryBytes()));
        assertThat(limits.rates()).isEqualTo(new Limits.Rates(7, 8 << 10, 9, 10 << 10));
    }

    /// Nor does one of the flags on bans stand in for the other.
    @ParameterizedTest
    @CsvSource({"loopback, true, false", "users, false, true"})
    void whoElseIsBannedIsSaidByItsKey(String who, boolean loopback, boolean users) {
        AuthenticationLimits limits =
                Configuration.read(
                                new Request(
                                        null,
                                        Map.of(),
                                        List.of("limits.authentication-ban-" + who + "=true"),
                                        null),
                                MACHINE)
                        .broker()
                        .authentication()
                        .limits();
        assertThat(limits.banLoopback()).isEqualTo(loopback);
        assertThat(limits.banUsers()).isEqualTo(users);
    }

    @Test
    void aFlagOnBansIsTrueOrFalse() {
        for (String key : List.of("authentication-ban-loopback", "authentication-ban-users")) {
            assertThat(Readings.lines(null, Map.of(), List.of("limits." + key + "=maybe"), null))
                    .singleElement()
                    .asString()
                    .contains("limits." + key)
                    .endsWith("given 'maybe'; allowed: true or false");
        }
    }

    private static List<RecordComponent> plainLimits() {
        return Arrays.stream(Limits.class.getRecordComponents())
                .filter(component -> !component.getType().isRecord())
                .toList();
    }

    /// Guards the order of the constructor's arguments: each limit gets a value of its own.
    @Test
    void everyLimitHasTheKeyOfItsName() throws ReflectiveOperationException {
        List<String> assignments = new ArrayList<>();
        Map<String, Long> expected = new HashMap<>();
        // Falling, so that what may not be above another is not.
        long next = 3_500;
        for (RecordComponent component : plainLimits()) {
            String path = "limits." + keyOf(component.getName());
            next--;
            long value;
            if (Keys.at(path).type() instanceof Quantity quantity
                    && quantity.name().equals("time")) {
                assignments.add(path + "=" + next + "s");
                value = component.getName().endsWith("Nanos") ? next * 1_000_000_000L : next;
            } else if (Keys.at(path).type() instanceof Quantity) {
                value = next * 1024;
                assignments.add(path + "=" + next + "KB");
            } else {
                value = next;
                assignments.add(path + "=" + value);
            }
            expected.put(component.getName(), value);
        }

        Map<String, Long> actual = new HashMap<>();
        Limits limits =
                Configuration.read(new Request(null, Map.of(), assignments, null), MACHINE)
                        .broker()
                        .server()
                        .limits();
        for (RecordComponent component : plainLimits()) {
            actual.put(
                    component.getName(),
                    ((Number) component.getAccessor().invoke(limits)).longValue());
        }
        assertThat(actual).isEqualTo(expected);
        assertThat(Keys.ALL.stream().filter(key -> key.path().startsWith("limits.")))
                .hasSize(expected.size() + LIMITS_OF_OTHERS + LIMITS_IN_GROUPS)
                .allSatisfy(key -> assertThat(key.atLimit()).isNotEmpty());
    }

    @Test
    void everyDefaultIsAValueThatMayBeWritten() {
        Stream.of(MACHINE, new Machine(1, 32L << 20, 1_024, false))
                .forEach(machine -> Keys.ALL.forEach(key -> assertWritable(key, machine)));
    }

    private static <T> void assertWritable(Key<T> key, Machine machine) {
        T value = key.fallback().on(machine);
        assertThat(key.type().parse(key.type().print(value))).as(key.path()).isEqualTo(value);
    }

    /// `connectTimeoutNanos` is `connect-timeout`: the key's type tells the unit.
    private static String keyOf(String component) {
        return component
                .replaceFirst("(Nanos|Seconds)$", "")
                .replaceFirst("^(outBuffer.*)Bytes$", "$1")
                .replaceAll("([A-Z])", "-$1")
                .toLowerCase(Locale.ROOT);
    }
}
