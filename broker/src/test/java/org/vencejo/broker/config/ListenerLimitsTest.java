package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.core.ListenerLimit;
import org.vencejo.protocol.QoS;

/// The section `limits` of a listener: what is read, and the exact lines for what is wrong.
class ListenerLimitsTest {
    private static final String ALL =
            """
            listeners:
              - port: 1
              - port: 2
                limits:
                  connect-timeout: 2s
                  packet-size-max: 5KB
                  connect-size-max: 4KB
                  keep-alive-max: 3min
                  topic-levels-max: 6
                  topic-filters-max: 7
                  receive-maximum: 8
                  topic-alias-maximum: 9
                  topic-aliases-sent-max: 10
                  subscriptions-max: 11
                  session-expiry-interval-max: 12d
                  messages-in-rate-max: 13
                  bytes-in-rate-max: 14KB
                  messages-out-rate-max: 15
                  bytes-out-rate-max: 16KB
            """;

    @TempDir private Path folder;

    @Test
    void everyKeyIsReadInTheUnitOfItsLimit() {
        List<Listener> listeners = read(ALL, Map.of(), List.of()).broker().listeners();
        assertThat(listeners.getFirst().limits()).isEmpty();
        Map<ListenerLimit, Long> expected = new LinkedHashMap<>();
        expected.put(ListenerLimit.CONNECT_TIMEOUT_NANOS, 2_000_000_000L);
        expected.put(ListenerLimit.PACKET_SIZE_MAX, 5L << 10);
        expected.put(ListenerLimit.CONNECT_SIZE_MAX, 4L << 10);
        expected.put(ListenerLimit.KEEP_ALIVE_MAX_SECONDS, 180L);
        expected.put(ListenerLimit.TOPIC_LEVELS_MAX, 6L);
        expected.put(ListenerLimit.TOPIC_FILTERS_MAX, 7L);
        expected.put(ListenerLimit.RECEIVE_MAXIMUM, 8L);
        expected.put(ListenerLimit.TOPIC_ALIAS_MAXIMUM, 9L);
        expected.put(ListenerLimit.TOPIC_ALIASES_SENT_MAX, 10L);
        expected.put(ListenerLimit.SUBSCRIPTIONS_MAX, 11L);
        expected.put(ListenerLimit.SESSION_EXPIRY_INTERVAL_MAX_SECONDS, 12L * 86_400);
        expected.put(ListenerLimit.MESSAGES_IN_PER_SECOND, 13L);
        expected.put(ListenerLimit.BYTES_IN_PER_SECOND, 14L << 10);
        expected.put(ListenerLimit.MESSAGES_OUT_PER_SECOND, 15L);
        expected.put(ListenerLimit.BYTES_OUT_PER_SECOND, 16L << 10);
        assertThat(listeners.getLast().limits()).isEqualTo(expected);
        assertThat(expected).containsOnlyKeys(ListenerLimit.values());
    }

    /// One definition: what is a value of the one is a value of the other, and is called the same.
    @ParameterizedTest
    @EnumSource(ListenerLimit.class)
    void eachIsMadeOfTheLimitForAll(ListenerLimit limit) {
        Key<Long> own = ListenerLimitKeys.of(limit);
        assertThat(own.path()).startsWith("listeners[].limits.");
        Key<?> ofAll = Keys.at(own.path().substring("listeners[].".length()));
        assertThat(own.type()).isSameAs(ofAll.type());
        assertThat(own.description()).isEqualTo(ofAll.description());
        assertThat(own.reread()).as("listeners are opened at the start").isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flag of one key", "flag of the section", "flag", "variable"})
    void theyAreGivenAsOtherKeysOfListenersAre(String how) {
        Map<String, String> variables = new LinkedHashMap<>();
        List<String> flags = new ArrayList<>();
        String whole = "[{port: 1, limits: {receive-maximum: 5}}]";
        switch (how) {
            case "flag of one key" -> flags.add("listeners[0].limits.receive-maximum=5");
            case "flag of the section" -> flags.add("listeners[0].limits={receive-maximum: 5}");
            case "flag" -> flags.add("listeners=" + whole);
            default -> variables.put("VENCEJO_LISTENERS", whole);
        }
        String yaml = "listeners: [{port: 1, limits: {receive-maximum: 7}}]";
        if (how.equals("flag of the section")) {
            assertThat(lines(yaml, variables, flags))
                    .containsExactly(
                            "--set listeners[0].limits: listeners[0].limits: a section; allowed: one of its keys, such as listeners[].limits.connect-timeout");
            return;
        }
        Configuration read = read(yaml, variables, flags);
        assertThat(read.broker().listeners().getFirst().limits())
                .isEqualTo(Map.of(ListenerLimit.RECEIVE_MAXIMUM, 5L));
        assertThat(read.texts()).containsEntry("listeners[0].limits.receive-maximum", "5");
    }

    @Test
    void everyMistakeIsToldAtOnceAndWhereItIs() {
        assertThat(
                        lines(
                                """
                                listeners:
                                  - port: 1
                                    limits:
                                      receive-maximum: 0
                                  - port: 2
                                    limits:
                                      packet-size-max: 100
                                      keep-alive-max: 2d
                                      recieve-maximum: 5
                                      retained-messages-max: 10
                                      window-max: 10
                                      memory-qos-max: 10
                                    limit:
                                      receive-maximum: 5
                                    packet-size-max: 1KB
                                  - port: 3
                                    limits: 4
                                """))
                .containsExactly(
                        "f.yaml:4:24: listeners[0].limits.receive-maximum: given '0'; allowed: a whole number from 1 to 65535",
                        "f.yaml:7:24: listeners[1].limits.packet-size-max: given '100', which has no unit; allowed: a size from 128B to 256MB, such as 16MB (units: B, KB, MB, GB)",
                        "f.yaml:8:23: listeners[1].limits.keep-alive-max: given '2d'; allowed: a time from 0 to 65535s, such as 60s (units: s, min, h, d)",
                        "f.yaml:9:7: listeners[1].limits.recieve-maximum: unknown key; the nearest is listeners[].limits.receive-maximum",
                        "f.yaml:10:7: listeners[1].limits.retained-messages-max: a listener has none of its own; allowed: limits.retained-messages-max, for all of them",
                        "f.yaml:11:7: listeners[1].limits.window-max: a listener has none of its own; allowed: limits.window-max, for all of them",
                        "f.yaml:12:7: listeners[1].limits.memory-qos-max: unknown key; the nearest is limits.memory-qos0-max",
                        "f.yaml:13:5: listeners[1].limit: unknown key; the nearest is listeners[].limits",
                        "f.yaml:15:5: listeners[1].packet-size-max: unknown key; the nearest is listeners[].limits.packet-size-max",
                        "f.yaml:17:13: listeners[2].limits: given '4'; allowed: keys and values");
    }

    @Test
    void aFlagForWhatNoListenerHasSaysWhereItBelongs() {
        String yaml = "listeners: [{port: 1}]";
        assertThat(lines(yaml, Map.of(), List.of("listeners[0].limits.slice-max=4")))
                .containsExactly(
                        "--set listeners[0].limits.slice-max: listeners[0].limits.slice-max: a listener has none of its own; allowed: limits.slice-max, for all of them");
    }

    /// A packet size that is greater, or less, than that of all needs no word on CONNECT; what is
    /// said of CONNECT has to be within that of packets, wherever it is said.
    @ParameterizedTest(name = "for all: {0}; own: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "                          | packet-size-max: 1KB                            |",
                "                          | packet-size-max: 32MB                           |",
                "connect-size-max: 64KB    | packet-size-max: 1KB                            |",
                "packet-size-max: 1KB      | packet-size-max: 2KB                            |",
                "packet-size-max: 1KB      | connect-size-max: 1KB                           |",
                "packet-size-max: 1KB      | packet-size-max: 4KB, connect-size-max: 2KB     |",
                "packet-size-max: 1KB      | connect-size-max: 2KB                           | limits.packet-size-max (1KB)",
                "packet-size-max: 8KB      | packet-size-max: 1KB, connect-size-max: 2KB     | listeners[0].limits.packet-size-max (1KB)",
            })
    void aConnectIsNoLargerThanAPacket(String ofAll, String own, String upper) {
        String yaml =
                "{limits: {%s}, listeners: [{port: 1, limits: {%s}}]}"
                        .formatted(ofAll == null ? "" : ofAll, own);
        List<String> lines = lines(yaml);
        if (upper == null) {
            assertThat(lines).isEmpty();
        } else {
            assertThat(lines)
                    .singleElement()
                    .asString()
                    .endsWith(
                            ": listeners[0].limits.connect-size-max: given '2KB'; allowed: listeners[0].limits.connect-size-max (2KB) not above "
                                    + upper);
        }
    }

    @Test
    void theHighestQosIsReadOrThatOfAll() {
        String yaml =
                "{maximum-qos: 1, listeners: [{port: 1, maximum-qos: 2}, {port: 2, maximum-qos: 0}, {port: 3}]}";
        assertThat(read(yaml, Map.of(), List.of()).broker().listeners())
                .extracting(Listener::maximumQoS)
                .containsExactly(QoS.EXACTLY_ONCE, QoS.AT_MOST_ONCE, null);
        assertThat(lines("listeners: [{port: 1, maximum-qos: 3}]"))
                .containsExactly(
                        "f.yaml:1:36: listeners[0].maximum-qos: given '3'; allowed: 0, 1, 2");
    }

    /// As with all keys of listeners: what a reload changes there waits for the next start.
    @Test
    void aReloadTellsThatItWaits() {
        Configuration before = read("listeners: [{port: 1}]", Map.of(), List.of());
        Configuration after =
                read("listeners: [{port: 1, limits: {receive-maximum: 5}}]", Map.of(), List.of());
        assertThat(before.changes(after))
                .containsExactly(
                        new Configuration.Change(
                                "listeners[0].limits.receive-maximum", null, "5", false));
    }

    private Configuration read(String yaml, Map<String, String> variables, List<String> flags) {
        return Readings.read(Readings.file(folder, yaml), variables, flags, null);
    }

    private List<String> lines(String yaml) {
        return lines(yaml, Map.of(), List.of());
    }

    private List<String> lines(String yaml, Map<String, String> variables, List<String> flags) {
        return Readings.lines(Readings.file(folder, yaml), variables, flags, null);
    }
}
