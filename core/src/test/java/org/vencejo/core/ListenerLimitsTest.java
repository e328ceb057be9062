package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;

/// One server with two listeners: what one has of its own holds for its connections, and not for
/// those of the other, which has nothing of its own.
class ListenerLimitsTest {
    private final Bench bench = new Bench();

    /// Those who come from now on come by a listener with this limit of its own.
    private void own(ListenerLimit limit, long value) {
        bench.listener = new ListenerLimits(Map.of(limit, value), null);
    }

    private void other() {
        bench.listener = ListenerLimits.NONE;
    }

    // ---- what is derived

    @ParameterizedTest
    @EnumSource(ListenerLimit.class)
    void eachComesBeforeTheLimitOfItsNameAndNoOther(ListenerLimit limit) {
        Map<String, Object> expected = numbers(Limits.DEFAULTS);
        String name = camelCase(limit);
        assertThat(expected).containsKey(name);
        expected.put(name, 77L);
        if (limit == ListenerLimit.PACKET_SIZE_MAX) {
            expected.put("connectSizeMax", 77L);
        }
        Limits derived = new ListenerLimits(Map.of(limit, 77L), null).derive(Limits.DEFAULTS);
        assertThat(numbers(derived)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "packet {0}, CONNECT {1}: {2}")
    @CsvSource({"100, , 100", "100, 90, 90", "33554432, , 524288", "33554432, 1048576, 1048576"})
    void aConnectThatIsNotSpokenOfIsNoLargerThanAPacket(long packet, Long connect, int expected) {
        Map<ListenerLimit, Long> given = new TreeMap<>();
        given.put(ListenerLimit.PACKET_SIZE_MAX, packet);
        if (connect != null) {
            given.put(ListenerLimit.CONNECT_SIZE_MAX, connect);
        }
        Limits derived = new ListenerLimits(given, null).derive(Limits.DEFAULTS);
        assertThat(derived.connectSizeMax()).isEqualTo(expected);
    }

    @Test
    void theyAreDerivedOnceForWhatHoldsForAll() {
        ListenerLimits own = new ListenerLimits(Map.of(ListenerLimit.SUBSCRIPTIONS_MAX, 1L), null);
        Limits once = own.over(Limits.DEFAULTS);
        assertThat(own.over(Limits.DEFAULTS)).isSameAs(once);
        Limits others = Change.of(Limits.DEFAULTS, "receiveMaximum", 3);
        assertThat(own.over(others)).isNotSameAs(once).isEqualTo(own.derive(others));
        assertThat(ListenerLimits.NONE.over(others)).isSameAs(others);
    }

    private static String camelCase(ListenerLimit limit) {
        String[] words = limit.name().toLowerCase(Locale.ROOT).split("_");
        return words[0]
                + Arrays.stream(words)
                        .skip(1)
                        .map(word ->
                                word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                        .reduce("", String::concat);
    }

    /// All components of the limits and of the rates among them.
    private static Map<String, Object> numbers(Limits limits) {
        Map<String, Object> numbers = new TreeMap<>();
        Stream.of(limits, limits.rates())
                .forEach(record -> {
                    for (RecordComponent each : record.getClass().getRecordComponents()) {
                        try {
                            Object value = each.getAccessor().invoke(record);
                            numbers.put(
                                    each.getName(),
                                    value instanceof Number number ? number.longValue() : value);
                        } catch (ReflectiveOperationException e) {
                            throw new LinkageError(e.getMessage(), e);
                        }
                    }
                });
        numbers.remove("rates");
        return numbers;
    }

    // ---- what CONNACK says

    @ParameterizedTest
    @CsvSource({
        "PACKET_SIZE_MAX, MAXIMUM_PACKET_SIZE, 16777216",
        "RECEIVE_MAXIMUM, RECEIVE_MAXIMUM, 1000",
        "TOPIC_ALIAS_MAXIMUM, TOPIC_ALIAS_MAXIMUM, 64",
        "KEEP_ALIVE_MAX_SECONDS, SERVER_KEEP_ALIVE, -1",
        "SESSION_EXPIRY_INTERVAL_MAX_SECONDS, SESSION_EXPIRY_INTERVAL, -1",
    })
    void connackSaysWhatItsListenerHas(ListenerLimit limit, Property told, long ofAll) {
        own(limit, 50);
        Connection own = bench.connect("own", 100);
        other();
        Connection other = bench.connect("other", 100);
        assertThat(told(own, told)).isEqualTo(50);
        assertThat(told(other, told)).isEqualTo(ofAll);
    }

    private long told(Connection connection, Property property) {
        return bench.to(connection, Connack.class).getFirst().properties().number(property, -1);
    }

    // ---- what is held to

    /// Does the same by both listeners; returns how the two of them fared, the one with the limit
    /// of its own first.
    private Connection[] both(BiConsumer<Connection, String> does, ProtocolVersion version) {
        ListenerLimits own = bench.listener;
        Connection[] both = new Connection[2];
        for (int i = 0; i < 2; i++) {
            bench.listener = i == 0 ? own : ListenerLimits.NONE;
            String name = i == 0 ? "own" : "other";
            both[i] =
                    bench.connect(
                            version.isMqtt5() ? connect(name, 100) : connect3(version, name, true));
            does.accept(both[i], name);
        }
        return both;
    }

    private Connection[] both(BiConsumer<Connection, String> does) {
        return both(does, ProtocolVersion.MQTT_5);
    }

    @Test
    void theTimeToConnectIsItsOwn() {
        own(ListenerLimit.CONNECT_TIMEOUT_NANOS, 2_000_000_000L);
        Connection own = bench.accept();
        other();
        Connection other = bench.accept();
        bench.pass(1_999);
        assertThat(bench.isClosed(own)).isFalse();
        bench.pass(1);
        assertThat(bench.isClosed(own)).isTrue();
        assertThat(bench.isClosed(other)).isFalse();
        bench.pass(8_000);
        assertThat(bench.isClosed(other)).isTrue();
    }

    @Test
    void keepAliveIsItsOwn() {
        own(ListenerLimit.KEEP_ALIVE_MAX_SECONDS, 10);
        Connection[] both = both((connection, name) -> {});
        bench.pass(15_000);
        assertThat(both).extracting(bench::isClosed).containsExactly(true, false);
    }

    @Test
    void receiveMaximumIsItsOwn() {
        own(ListenerLimit.RECEIVE_MAXIMUM, 1);
        Connection[] both =
                both((connection, name) -> {
                    bench.in(connection, publish("t", QoS.EXACTLY_ONCE, 1));
                    bench.in(connection, publish("t", QoS.EXACTLY_ONCE, 2));
                });
        assertThat(both).extracting(bench::isClosed).containsExactly(true, false);
        assertThat(bench.to(both[0]).getLast().properties().text(Property.REASON_STRING))
                .startsWith("more than 1 open messages");
    }

    @ParameterizedTest(name = "{0} answers")
    @ValueSource(longs = {2, 2_000})
    void whoIsOwedAnswersIsReadFromByItsOwn(long most) {
        own(ListenerLimit.RECEIVE_MAXIMUM, most);
        bench.journalAnswers = false;
        boolean isLess = most < Limits.DEFAULTS.receiveMaximum();
        int sent = isLess ? 3 : Limits.DEFAULTS.receiveMaximum() + 1;
        ListenerLimits own = bench.listener;
        boolean[] paused = new boolean[2];
        for (int i = 0; i < 2; i++) {
            bench.listener = i == 0 ? own : ListenerLimits.NONE;
            Connection client = bench.connect(connect3(ProtocolVersion.MQTT_3_1_1, "c" + i, false));
            bench.durable();
            for (int identifier = 1; identifier <= sent; identifier++) {
                bench.in(client, retained("t", QoS.AT_LEAST_ONCE, identifier, "m"));
            }
            paused[i] = bench.isPaused(client);
        }
        assertThat(paused).containsExactly(isLess, !isLess);
    }

    @Test
    void topicAliasesAreItsOwn() {
        own(ListenerLimit.TOPIC_ALIAS_MAXIMUM, 2);
        Connection[] both =
                both((connection, name) -> {
                    Publish publish = publish("t", QoS.AT_MOST_ONCE, 0);
                    bench.in(connection, with(publish, Property.TOPIC_ALIAS, 2));
                    assertThat(bench.isClosed(connection)).isFalse();
                    bench.in(connection, with(publish, Property.TOPIC_ALIAS, 3));
                });
        assertThat(both).extracting(bench::isClosed).containsExactly(true, false);
        assertThat(bench.to(both[0]).getLast())
                .extracting(packet -> ((Disconnect) packet).reasonCode())
                .isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
    }

    @Test
    void aliasesThatAreSentAreItsOwn() {
        own(ListenerLimit.TOPIC_ALIASES_SENT_MAX, 0);
        ListenerLimits own = bench.listener;
        boolean[] aliased = new boolean[2];
        for (int i = 0; i < 2; i++) {
            bench.listener = i == 0 ? own : ListenerLimits.NONE;
            Connection client =
                    bench.connect(with(connect("c" + i, 0), Property.TOPIC_ALIAS_MAXIMUM, 5));
            bench.aliases.clear();
            bench.in(client, subscribe("t", QoS.AT_MOST_ONCE));
            bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0));
            bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0));
            aliased[i] = bench.aliases.containsKey(client);
        }
        assertThat(aliased).containsExactly(false, true);
    }

    @Test
    void subscriptionsAreItsOwn() {
        own(ListenerLimit.SUBSCRIPTIONS_MAX, 1);
        Connection[] both =
                both((connection, name) -> {
                    bench.in(connection, subscribe("a", QoS.AT_MOST_ONCE));
                    bench.in(connection, subscribe("b", QoS.AT_MOST_ONCE));
                });
        assertThat(lastCode(both[0])).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(lastCode(both[1])).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void subscriptionsThatAreOwedRetainedMessagesAreItsOwn() {
        bench.in(bench.connect("p", 0), retained("a", QoS.AT_MOST_ONCE, 0, "m"));
        own(ListenerLimit.SUBSCRIPTIONS_MAX, 1);
        Connection[] both =
                both((connection, name) -> {
                    bench.backlog.put(connection, 1_500_000L);
                    bench.in(connection, subscribe("a", QoS.AT_MOST_ONCE));
                    bench.in(connection, subscribe("a", QoS.AT_MOST_ONCE));
                });
        assertThat(lastCode(both[0])).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(lastCode(both[1])).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void levelsOfTopicFiltersAreItsOwn() {
        own(ListenerLimit.TOPIC_LEVELS_MAX, 2);
        Connection[] both =
                both((connection, name) ->
                        bench.in(connection, subscribe("a/b/c", QoS.AT_MOST_ONCE)));
        assertThat(lastCode(both[0])).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        assertThat(lastCode(both[1])).isEqualTo(ReasonCode.SUCCESS);
    }

    private ReasonCode lastCode(Connection connection) {
        return bench.to(connection, Suback.class).getLast().reasonCodes().getLast();
    }

    /// As CONNECT asks for it, and as DISCONNECT does.
    @ParameterizedTest(name = "by DISCONNECT: {0}")
    @ValueSource(booleans = {false, true})
    void howLongASessionIsKeptIsItsOwn(boolean byDisconnect) {
        own(ListenerLimit.SESSION_EXPIRY_INTERVAL_MAX_SECONDS, 10);
        both((connection, name) -> {
            if (byDisconnect) {
                Properties asked = Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 100);
                bench.in(connection, new Disconnect(ReasonCode.SUCCESS, asked));
            } else {
                bench.cut(connection);
            }
        });
        bench.pass(9_900);
        assertThat(bench.server.sessions()).isEqualTo(2);
        bench.pass(200);
        assertThat(bench.server.sessions()).isEqualTo(1);
        bench.pass(90_000);
        assertThat(bench.server.sessions()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"MESSAGES_IN_PER_SECOND, 2", "BYTES_IN_PER_SECOND, 10"})
    void howFastIsReadIsItsOwn(ListenerLimit limit, long rate) {
        own(limit, rate);
        Connection[] both =
                both((connection, name) -> {
                    for (int i = 0; i < 10; i++) {
                        bench.in(connection, Pingreq.INSTANCE);
                    }
                });
        assertThat(both).extracting(bench::isPaused).containsExactly(true, false);
        bench.pass(4_100);
        assertThat(both).extracting(bench::isPaused).containsExactly(false, false);
    }

    @ParameterizedTest
    @CsvSource({"MESSAGES_OUT_PER_SECOND, 2", "BYTES_OUT_PER_SECOND, 10"})
    void howFastIsSentIsItsOwn(ListenerLimit limit, long rate) {
        own(limit, rate);
        Connection[] both =
                both((connection, name) -> bench.in(connection, subscribe("t", QoS.AT_LEAST_ONCE)));
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 1; i <= 10; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        assertThat(bench.payloadsTo(both[0])).hasSizeLessThan(5);
        assertThat(bench.payloadsTo(both[1])).hasSize(10);
        bench.pass(20_000);
        assertThat(bench.payloadsTo(both[0])).hasSize(10);
    }

    /// What is kept until the client is known is as much as may come behind, and one packet.
    @Test
    void whatComesBehindConnectIsByItsOwnPackets() {
        bench.authenticator = request -> null;
        own(ListenerLimit.PACKET_SIZE_MAX, 1_000);
        Connection[] both =
                both((connection, name) -> {
                    for (int i = 0; i < 80; i++) {
                        bench.in(connection, publish("t", QoS.AT_MOST_ONCE, 0, "x".repeat(800)));
                    }
                });
        assertThat(both).extracting(bench::isClosed).containsExactly(true, false);
    }

    // ---- the highest QoS

    /// It may be lower than that of all, or higher.
    @ParameterizedTest(name = "own {0}, of all {1}")
    @CsvSource({"AT_LEAST_ONCE, EXACTLY_ONCE", "EXACTLY_ONCE, AT_LEAST_ONCE"})
    void theHighestQosIsItsOwn(QoS own, QoS ofAll) {
        Bench server = new Bench(Change.of(ServerSettings.DEFAULTS, "maximumQoS", ofAll));
        ListenerLimits listener = new ListenerLimits(Map.of(), own);
        for (QoS each : new QoS[] {own, ofAll}) {
            server.listener = each == own ? listener : ListenerLimits.NONE;
            boolean isAll = each == QoS.EXACTLY_ONCE;
            Connection client = server.connect("c" + each, 0);
            long told =
                    server.to(client, Connack.class)
                            .getFirst()
                            .properties()
                            .number(Property.MAXIMUM_QOS, 2);
            assertThat(told).isEqualTo(each.value());
            server.in(client, subscribe("t", QoS.EXACTLY_ONCE));
            assertThat(server.to(client, Suback.class).getLast().reasonCodes())
                    .containsExactly(ReasonCode.granted(each));
            server.in(client, publish("t", QoS.AT_LEAST_ONCE, 1));
            assertThat(server.isClosed(client)).isFalse();
            server.in(client, publish("t", QoS.EXACTLY_ONCE, 2));
            assertThat(server.isClosed(client)).isEqualTo(!isAll);
            if (!isAll) {
                Disconnect disconnect = (Disconnect) server.to(client).getLast();
                assertThat(disconnect.reasonCode()).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
                assertThat(disconnect.properties().text(Property.REASON_STRING))
                        .startsWith("QoS is at most 1");
            }
            Connection willing =
                    server.connect(with(connect("w" + each, 0), will("w", QoS.EXACTLY_ONCE, 0)));
            assertThat(server.to(willing, Connack.class).getFirst().reasonCode())
                    .isEqualTo(isAll ? ReasonCode.SUCCESS : ReasonCode.QOS_NOT_SUPPORTED);
        }
    }

    // ---- what changes

    @Test
    void whatHoldsForAllChangesAndWhatAListenerHasStays() {
        bench.listener =
                new ListenerLimits(
                        Map.of(
                                ListenerLimit.SUBSCRIPTIONS_MAX, 2L,
                                ListenerLimit.RECEIVE_MAXIMUM, 7L),
                        null);
        ListenerLimits own = bench.listener;
        Connection[] both =
                both((connection, name) -> bench.in(connection, subscribe("a", QoS.AT_MOST_ONCE)));

        Limits limits = Change.of(Limits.DEFAULTS, "subscriptionsMax", 1);
        limits = Change.of(limits, "receiveMaximum", 9);
        limits = Change.of(limits, "topicLevelsMax", 1);
        bench.handle(new Input.Reconfigured(Change.of(ServerSettings.DEFAULTS, "limits", limits)));

        for (Connection each : both) {
            bench.in(each, subscribe("b", QoS.AT_MOST_ONCE));
        }
        assertThat(lastCode(both[0])).as("more than for all").isEqualTo(ReasonCode.SUCCESS);
        assertThat(lastCode(both[1])).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        bench.in(both[0], subscribe("b/c", QoS.AT_MOST_ONCE));
        assertThat(lastCode(both[0]))
                .as("what it has not of its own is that of all, and changes")
                .isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        assertThat(told(bench.connect("late", 0), Property.RECEIVE_MAXIMUM)).isEqualTo(9);
        bench.listener = own;
        assertThat(told(bench.connect("later", 0), Property.RECEIVE_MAXIMUM)).isEqualTo(7);
    }

    /// A session is at the listener by which its client came last.
    @Test
    void whoComesByAnotherListenerHasThatOne() {
        own(ListenerLimit.SUBSCRIPTIONS_MAX, 1);
        Connection before = bench.connect("c", 100);
        bench.in(before, subscribe("a", QoS.AT_MOST_ONCE));
        bench.in(before, subscribe("b", QoS.AT_MOST_ONCE));
        assertThat(lastCode(before)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        other();
        Connection after = bench.connect("c", 100);
        bench.in(after, subscribe("b", QoS.AT_MOST_ONCE));
        assertThat(lastCode(after)).isEqualTo(ReasonCode.SUCCESS);
    }
}
