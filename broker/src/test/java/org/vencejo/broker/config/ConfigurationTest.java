package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.broker.config.Readings.MACHINE;
import static org.vencejo.broker.config.Readings.lines;
import static org.vencejo.broker.config.Readings.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.broker.config.Configuration.Request;
import org.vencejo.core.Limits;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.ServerSettings.QueueFullPolicy;
import org.vencejo.protocol.QoS;

/// What a broker is told for what operators write, and for what they do not.
class ConfigurationTest {
    @TempDir private Path folder;

    @Test
    void flagsGoBeforeVariablesAndVariablesBeforeTheFile() {
        Path file =
                Readings.file(
                        folder,
                        """
                        limits: {window-max: 1, receive-maximum: 1, topic-levels-max: 1}
                        """);
        Map<String, String> variables =
                Map.of(
                        "VENCEJO_LIMITS_WINDOW_MAX",
                        "2",
                        "VENCEJO_LIMITS_RECEIVE_MAXIMUM",
                        "2",
                        "HOME",
                        "x");

        Limits limits =
                read(file, variables, List.of("limits.window-max=3"), null)
                        .broker()
                        .server()
                        .limits();

        assertThat(limits.windowMax()).isEqualTo(3);
        assertThat(limits.receiveMaximum()).isEqualTo(2);
        assertThat(limits.topicLevelsMax()).isEqualTo(1);
        assertThat(limits.subscriptionsMax()).isEqualTo(Limits.DEFAULTS.subscriptionsMax());
    }

    @Test
    void accessRulesWithoutAuthenticationAreWarnedOf() throws IOException {
        Path rules = Files.writeString(folder.resolve("acl"), "user alice\ntopic a\n");
        Path users = Files.writeString(folder.resolve("users"), "");
        String listeners = "listeners=[{name: a, port: 1}, {name: b, port: 2}]";
        String both = "access-rules=" + rules;
        String known = "authentication=[{file: " + users + ", listeners: b}]";
        assertThat(warnings(listeners)).isEmpty();
        assertThat(warnings(listeners, both, known, "listeners[0].allow-anonymous=true"))
                .containsExactly(
                        "listener a: access rules hold, and nobody checks the user names that clients"
                                + " give: no authentication is for it");
        assertThat(warnings(listeners, both)).hasSize(2);
    }

    private static List<String> warnings(String... assignments) {
        return read(null, Map.of(), List.of(assignments), null).broker().warnings();
    }

    @Test
    void listenersAreReplacedAsAWholeOrByEntry() {
        Path file = Readings.file(folder, "listeners: [{name: a, port: 1}, {name: b, port: 2}]");

        assertThat(listeners(read(file, Map.of(), List.of("listeners[1].port=3"), null)))
                .containsExactly("a 127.0.0.1:1", "b 127.0.0.1:3");
        assertThat(
                        listeners(
                                read(
                                        file,
                                        Map.of("VENCEJO_LISTENERS", "[{port: 4, address: '::1'}]"),
                                        List.of(),
                                        null)))
                .containsExactly("[::1]:4 [::1]:4");
        assertThat(lines(null, Map.of(), List.of("listeners[1].port=3"), null))
                .containsExactly(
                        "--set listeners[1].port: listeners[1]: given, but listeners[0] is missing; allowed: entries without a gap");
        assertThat(
                        lines(
                                file,
                                Map.of(),
                                List.of("listeners[200].port=3", "listeners[4].port=4"),
                                null))
                .containsExactly(
                        "--set listeners[4].port: listeners[4]: given, but listeners[2] is missing; allowed: entries without a gap");
    }

    @Test
    void thePortFlagIsForOneListenerOrTheDefaultOnes() {
        Path one = Readings.file(folder, "listeners: [{name: a, port: 1}]");
        assertThat(listeners(read(one, Map.of(), List.of(), "7"))).containsExactly("a 127.0.0.1:7");
        assertThat(listeners(read(null, Map.of(), List.of(), "7")))
                .containsExactly("127.0.0.1:7 127.0.0.1:7", "[::1]:7 [::1]:7");
        assertThat(
                        lines(
                                Readings.file(folder, "listeners: [{port: 1}, {port: 2}]"),
                                Map.of(),
                                List.of(),
                                "7"))
                .containsExactly(
                        "--port: listeners: there are 2 listeners; allowed: --set listeners[0].port=7");
    }

    @Test
    void variablesOfContainerPlatformsAreNotOurs() {
        Map<String, String> variables =
                Map.of(
                        "VENCEJO_PORT", "tcp://10.0.0.1:1883",
                        "VENCEJO_PORT_1883_TCP", "tcp://10.0.0.1:1883",
                        "VENCEJO_SERVICE_HOST", "10.0.0.1",
                        "VENCEJO_SERVICE_PORT_MQTT", "1883",
                        "VENCEJO_JAVA_OPTS", "-Xmx1g");
        assertThat(lines(null, variables, List.of(), null)).isEmpty();
        assertThat(lines(null, Map.of("VENCEJO_SERVICES", "1"), List.of(), null)).hasSize(1);
        assertThat(lines(null, Map.of("VENCEJO_PORT", "1999"), List.of(), null))
                .containsExactly(
                        "VENCEJO_PORT: no key has this variable; allowed: --port 1999, or"
                                + " VENCEJO_LISTENERS='[{port: 1999}]'");
    }

    @Test
    void withoutAnythingGivenTheBrokerIsAloneOnLoopback() {
        Configuration defaults = Configuration.read(Request.DEFAULTS, MACHINE);
        BrokerConfig broker = defaults.broker();

        assertThat(listeners(defaults))
                .containsExactly("127.0.0.1:1883 127.0.0.1:1883", "[::1]:1883 [::1]:1883");
        assertThat(broker.dataFolder()).isEqualTo(Path.of("data"));
        assertThat(broker.durability()).isEqualTo(Durability.FSYNC);
        assertThat(broker.ioThreads()).isEqualTo(1);
        assertThat(broker.sysIntervalNanos()).isEqualTo(10_000_000_000L);
        assertThat(broker.logLevel()).isEqualTo(LogLevel.INFO);
    }

    @Test
    void aDefaultGivesWayToALowerLimit() {
        Limits limits =
                read(
                                null,
                                Map.of(),
                                List.of("limits.packet-size-max=1KB", "limits.out-buffer-high=8KB"),
                                null)
                        .broker()
                        .server()
                        .limits();
        assertThat(limits.connectSizeMax()).isEqualTo(1 << 10);
        assertThat(limits.outBufferLowBytes()).isEqualTo(8 << 10);
        assertThat(limitsOn(MACHINE).connectSizeMax()).isEqualTo(512 << 10);
        assertThat(limitsOn(MACHINE).outBufferLowBytes()).isEqualTo(256 << 10);
    }

    @Test
    void whatTheMachineHasDecidesSomeDefaults() {
        Limits limits = limitsOn(MACHINE);
        assertThat(limits.connectionsMax()).isEqualTo(19_800);
        assertThat(limits.retainedBytesMax()).isEqualTo(256L << 20);
        assertThat(limits.queuedBytesInAllMax()).isEqualTo(512L << 20);

        assertThat(limitsOn(new Machine(2, 1L << 30, Long.MAX_VALUE, true)).connectionsMax())
                .isEqualTo(10_000_000);
        assertThat(
                        Stream.of(1, 4, 7, 8, 15, 16, 32, 128)
                                .map(processors -> new Machine(processors, 1L << 30, 20_000, true))
                                .map(machine ->
                                        Configuration.read(Request.DEFAULTS, machine)
                                                .broker()
                                                .ioThreads()))
                .containsExactly(1, 1, 1, 2, 2, 3, 4, 4);
        assertThat(
                        listeners(
                                Configuration.read(
                                        Request.DEFAULTS, new Machine(1, 1L << 30, 20_000, false))))
                .containsExactly("127.0.0.1:1883 127.0.0.1:1883");
    }

    @Test
    void everySettingOfTheServerReachesIt() {
        ServerSettings server =
                read(
                                Readings.file(
                                        folder,
                                        """
                                        maximum-qos: 1
                                        retain-available: false
                                        wildcard-subscription-available: false
                                        shared-subscription-available: false
                                        shared-subscriptions-311: false
                                        strict-31-client-identifier: true
                                        payload-format-checked: true
                                        no-matching-subscribers-reported: true
                                        queue-qos0-messages: true
                                        queue-full-policy: end-session
                                        denied-publish-3: close
                                        denied-subscribe-31: close
                                        subscriptions-checked-at-resume: true
                                        retry-interval-31: 0
                                        retry-interval-311: 3s
                                        response-information: "answers/"
                                        """),
                                Map.of(),
                                List.of(),
                                null)
                        .broker()
                        .server();
        assertThat(server)
                .isEqualTo(
                        new ServerSettings(
                                server.limits(),
                                true,
                                QoS.AT_LEAST_ONCE,
                                false,
                                false,
                                false,
                                false,
                                true,
                                true,
                                true,
                                true,
                                true,
                                true,
                                true,
                                QueueFullPolicy.END_SESSION,
                                0,
                                3_000_000_000L,
                                "answers/"));
    }

    @Test
    void changesTellWhatARunningBrokerCanFollow() {
        Configuration before =
                read(Readings.file(folder, "sys-interval: 5s"), Map.of(), List.of(), null);
        Configuration after =
                read(
                        Readings.file(
                                folder, "io-threads: 2\nlisteners: [{port: 3}]\nlog-level: debug"),
                        Map.of(),
                        List.of(),
                        null);

        assertThat(before.changes(before)).isEmpty();
        assertThat(before.changes(after))
                .containsExactly(
                        new Configuration.Change("io-threads", "1", "2", false),
                        new Configuration.Change("listeners[0].port", null, "3", false),
                        new Configuration.Change("log-level", "info", "debug", true),
                        new Configuration.Change("sys-interval", "5s", "10s", true));
    }

    /// What stands behind a `?` may be a secret, and the log of a reload is no place for one.
    @Test
    void changesOfAUrlDoNotTellWhatIsBehindItsQuestionMark() {
        List<String> lines = new ArrayList<>();
        for (String entry :
                new String[] {
                    "{type: http, http: {url: 'https://a/b?key=s3cret%d'}}",
                    "{type: jwt, jwt: {algorithms: ES256, audience: a, jwks-url: 'https://a/b?key=s3cret%d'}}"
                }) {
            Configuration before = reading(entry.formatted(1));
            lines.addAll(
                    before.changes(reading(entry.formatted(2))).stream()
                            .map(Object::toString)
                            .toList());
        }
        assertThat(lines)
                .hasSize(2)
                .allSatisfy(line ->
                        assertThat(line)
                                .contains("from=https://a/b?..., to=https://a/b?...")
                                .doesNotContain("s3cret"));
    }

    private Configuration reading(String entry) {
        return read(
                Readings.file(folder, "authentication: [" + entry + "]"),
                Map.of(),
                List.of(),
                null);
    }

    @Test
    void mistakesInAUrlDoNotTellItsSecrets() {
        for (String url :
                new String[] {
                    "http://a/b?key=s3cret",
                    "https://u:s3cret@a/b",
                    "https://u:s3cret@a b/?s3cret",
                    "https://a/#s3cret"
                }) {
            for (String entry :
                    new String[] {
                        "{type: http, http: {url: '%s'}}",
                        "{type: jwt, jwt: {algorithms: ES256, audience: a, jwks-url: '%s'}}",
                        "{type: ldap, ldap: {servers: '%s', user-base: 'dc=a'}}"
                    }) {
                assertToldWithoutSecret(entry.formatted(url));
            }
        }
        assertToldWithoutSecret(
                "{type: http, http: {url: 'https://a/?s3cret" + "x".repeat(3_000) + "'}}");
    }

    private void assertToldWithoutSecret(String entry) {
        assertThatThrownBy(() -> reading(entry))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e ->
                                assertThat(e.mistakes())
                                        .isNotEmpty()
                                        .allSatisfy(it ->
                                                assertThat(it.toString())
                                                        .doesNotContain("s3cret")));
    }

    @Test
    void aServerThatRunsFollowsTheKeysThatCanBeReadAgain() {
        Path before = Readings.file(folder, "maximum-qos: 1\nlimits: {subscriptions-max: 5}");
        Configuration started = read(before, Map.of(), List.of(), null);
        Path after =
                Readings.file(
                        folder,
                        """
                        listeners: [{port: 5}]
                        maximum-qos: 0
                        retain-available: false
                        queue-full-policy: drop-newest
                        limits: {receive-maximum: 7, packet-size-max: 1KB, retained-bytes-max: 0}
                        """);
        Configuration newer = read(after, Map.of(), List.of(), null);

        ServerSettings server = started.followedBy(newer, MACHINE);

        assertThat(server.maximumQoS()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(server.retainAvailable()).isTrue();
        assertThat(server.limits().packetSizeMax()).isEqualTo(Limits.DEFAULTS.packetSizeMax());
        assertThat(server.limits().connectSizeMax()).isEqualTo(Limits.DEFAULTS.connectSizeMax());
        assertThat(server.queueFullPolicy()).isEqualTo(QueueFullPolicy.DROP_NEWEST);
        assertThat(server.limits().receiveMaximum()).isEqualTo(7);
        assertThat(server.limits().retainedBytesMax()).isZero();
        assertThat(server.limits().subscriptionsMax())
                .as("no longer given")
                .isEqualTo(Limits.DEFAULTS.subscriptionsMax());
        assertThat(started.followedBy(started, MACHINE)).isEqualTo(started.broker().server());
    }

    @Test
    void timesElsewhereAreWrittenAsInAConfiguration() {
        long minute = 60_000_000_000L;

        assertThat(Configuration.time("3s", minute)).isEqualTo(3_000_000_000L);
        assertThat(Configuration.time("1min", minute)).isEqualTo(minute);
        assertThat(Configuration.time("0", minute)).isZero();
        for (String wrong : List.of("3", "61s", "-1s", "1.5s", "3 seconds", "")) {
            assertThatThrownBy(() -> Configuration.time(wrong, minute))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("given '" + wrong + "'")
                    .hasMessageEndingWith(
                            "allowed: a time from 0 to 1min, such as 10s (units: ms, s, min, h, d)");
        }
    }

    private static Limits limitsOn(Machine machine) {
        return Configuration.read(Request.DEFAULTS, machine).broker().server().limits();
    }

    private static List<String> listeners(Configuration configuration) {
        return configuration.broker().listeners().stream()
                .map(listener -> listener.name() + " " + Listener.text(listener.address()))
                .toList();
    }
}
