package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.broker.config.Configuration.Request;
import org.vencejo.core.Limits;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.ServerSettings.QueueFullPolicy;
import org.vencejo.protocol.QoS;

/// What operators get for what they write: values for the good, exact lines for the bad.
class ConfigurationTest {
    private static final Machine MACHINE = new Machine(2, 1L << 30, 20_000, true);

    @TempDir private Path folder;

    /// A file and the lines that it is answered with; none for a file that is good.
    record Case(String name, String yaml, List<String> lines) {
        static Case of(String name, String yaml, String... lines) {
            return new Case(name, yaml, List.of(lines));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> files() {
        return Stream.of(
                Case.of("an empty file", ""),
                Case.of("only a comment", "# nothing yet\n"),
                Case.of(
                        "a good file",
                        """
                        data-folder: /var/lib/vencejo
                        sys-interval: 1min
                        limits:
                          packet-size-max: 256 MB
                          session-expiry-interval-max: never
                        """),
                Case.of(
                        "anonymous beyond loopback, written down",
                        """
                        allow-anonymous: true
                        listeners: [{address: 0.0.0.0}]
                        """),
                Case.of(
                        "anonymous beyond loopback, not written down",
                        "listeners: [{address: 0.0.0.0}]",
                        "f.yaml:1:23: listeners[0].address: given '0.0.0.0', which other machines can reach,"
                                + " and clients need no password; allowed: a loopback address, or writing"
                                + " down allow-anonymous: true"),
                Case.of(
                        "no anonymous clients, though there are no others",
                        "allow-anonymous: false",
                        "f.yaml:1:18: allow-anonymous: given 'false': there is no authentication yet, so"
                                + " nobody could connect; allowed: true"),
                Case.of(
                        "durability that does not exist",
                        "durability: fsync",
                        "f.yaml:1:13: durability: given 'fsync': the store on disk does not exist yet;"
                                + " allowed: memory"),
                Case.of(
                        "the other durability that does not exist",
                        "durability: os",
                        "f.yaml:1:13: durability: given 'os': the store on disk does not exist yet;"
                                + " allowed: memory"),
                Case.of(
                        "durability that nobody knows",
                        "durability: high",
                        "f.yaml:1:13: durability: given 'high'; allowed: memory"),
                Case.of(
                        "unknown keys",
                        """
                        io-thread: 1
                        maxConnections: 5
                        packet_size_max: 1MB
                        limits:
                          data-folder: x
                          sprocket: 7
                        limit: {}
                        """,
                        "f.yaml:1:1: io-thread: unknown key; the nearest is io-threads",
                        "f.yaml:2:1: maxConnections: unknown key",
                        "f.yaml:3:1: packet_size_max: unknown key; the nearest is limits.packet-size-max",
                        "f.yaml:5:3: limits.data-folder: unknown key; the nearest is data-folder",
                        "f.yaml:6:3: limits.sprocket: unknown key",
                        "f.yaml:7:1: limit: unknown key; the nearest is limits"),
                Case.of(
                        "keys given twice",
                        """
                        io-threads: 1
                        limits:
                          window-max: 10
                          window-max: 20
                        io-threads: 2
                        """,
                        "f.yaml:4:3: limits.window-max: given twice; first at f.yaml:3:3",
                        "f.yaml:5:1: io-threads: given twice; first at f.yaml:1:1"),
                Case.of(
                        "sizes",
                        """
                        limits:
                          packet-size-max: 1000
                          connect-size-max: 1kB
                          pending-bytes-max: much
                          queued-bytes-max: 99999999999999999999GB
                          retained-bytes-max: -1MB
                          out-buffer-low: 1.5MB
                        """,
                        "f.yaml:2:20: limits.packet-size-max: given '1000', which has no unit; allowed: a size"
                                + " from 128B to 256MB, such as 16MB (units: B, KB, MB, GB)",
                        "f.yaml:3:21: limits.connect-size-max: given '1kB', whose unit 'kB' is unknown;"
                                + " allowed: a size from 128B to 256MB, such as 16MB (units: B, KB, MB, GB)",
                        "f.yaml:4:22: limits.pending-bytes-max: given 'much'; allowed: a size from 1KB to"
                                + " 256MB, such as 16MB (units: B, KB, MB, GB)",
                        "f.yaml:5:21: limits.queued-bytes-max: given '99999999999999999999GB'; allowed: a size"
                                + " from 1KB to 1024GB, such as 16MB (units: B, KB, MB, GB)",
                        "f.yaml:6:23: limits.retained-bytes-max: given '-1MB'; allowed: a size from 0 to"
                                + " 1024GB, such as 16MB (units: B, KB, MB, GB)",
                        "f.yaml:7:19: limits.out-buffer-low: given '1.5MB', whose unit '.5MB' is unknown;"
                                + " allowed: a size from 1KB to 1GB, such as 16MB (units: B, KB, MB, GB)"),
                Case.of(
                        "times",
                        """
                        sys-interval: 10
                        retry-interval-31: 500ms
                        retry-interval-311: 3 weeks
                        limits:
                          connect-timeout: 0
                          session-expiry-interval-max: forever
                        """,
                        "f.yaml:1:15: sys-interval: given '10', which has no unit; allowed: a time from 0 to"
                                + " 1d, such as 60s (units: s, min, h, d)",
                        "f.yaml:2:20: retry-interval-31: given '500ms', whose unit 'ms' is unknown; allowed: a"
                                + " time from 0 to 1d, such as 60s (units: s, min, h, d)",
                        "f.yaml:3:21: retry-interval-311: given '3 weeks', whose unit 'weeks' is unknown;"
                                + " allowed: a time from 0 to 1d, such as 60s (units: s, min, h, d)",
                        "f.yaml:5:20: limits.connect-timeout: given '0'; allowed: a time from 100ms to 1h,"
                                + " such as 10s (units: ms, s, min, h, d)",
                        "f.yaml:6:32: limits.session-expiry-interval-max: given 'forever'; allowed: never, or"
                                + " a time from 0 to 4294967294s, such as 60s (units: s, min, h, d)"),
                Case.of(
                        "other types",
                        """
                        io-threads: two
                        retain-available: yes
                        maximum-qos: 3
                        queue-full-policy: drop
                        log-level:
                        data-folder: [a, b]
                        listeners: 1883
                        limits: 5
                        """,
                        "f.yaml:1:13: io-threads: given 'two'; allowed: a whole number from 1 to 64",
                        "f.yaml:2:19: retain-available: given 'yes'; allowed: true or false",
                        "f.yaml:3:14: maximum-qos: given '3'; allowed: 0, 1, 2",
                        "f.yaml:4:20: queue-full-policy: given 'drop'; allowed: drop-oldest, drop-newest,"
                                + " end-session",
                        "f.yaml:5:11: log-level: no value; allowed: error, warn, info, debug, trace",
                        "f.yaml:6:14: data-folder: given a list; allowed: a text of at most 4096 bytes of"
                                + " UTF-8, without control characters",
                        "f.yaml:7:12: listeners: given '1883'; allowed: a list",
                        "f.yaml:8:9: limits: given '5'; allowed: keys and values"),
                Case.of(
                        "listeners",
                        """
                        listeners:
                          - name: one
                            port: 70000
                          - address: localhost
                          - adress: ::1
                          - name: four
                            port: 1884
                          - name: four
                            port: 1885
                          - port: 1884
                          - just text
                        """,
                        "f.yaml:3:11: listeners[0].port: given '70000'; allowed: a whole number from 0 to 65535",
                        "f.yaml:4:14: listeners[1].address: given 'localhost'; allowed: an IP address such as"
                                + " 127.0.0.1 or ::1; 0.0.0.0 and :: are all addresses of the machine",
                        "f.yaml:5:5: listeners[2].adress: unknown key; the nearest is listeners[].address",
                        "f.yaml:8:11: listeners[4].name: given 'four', the name of listeners[3]",
                        "f.yaml:10:5: listeners[5]: has the address and port of listeners[3]",
                        "f.yaml:11:5: listeners[6]: given 'just text'; allowed: keys and values"),
                Case.of(
                        "no listener",
                        "listeners: []",
                        "f.yaml:1:12: listeners: an empty list; allowed: at least one entry"),
                Case.of(
                        "limits that contradict each other",
                        """
                        limits:
                          packet-size-max: 1MB
                          connect-size-max: 2MB
                          out-buffer-high: 64KB
                        """,
                        "f.yaml:3:21: limits.connect-size-max: given '2MB'; allowed: limits.connect-size-max"
                                + " (2MB) not above limits.packet-size-max (1MB)",
                        "f.yaml:4:20: limits.out-buffer-high: given '64KB'; allowed: limits.out-buffer-low"
                                + " (256KB) not above limits.out-buffer-high (64KB)"),
                Case.of(
                        "as many connections as there are descriptors for",
                        "limits: {connections-max: 19900}"),
                Case.of(
                        "more connections than there are descriptors for",
                        "limits: {connections-max: 19901}",
                        "f.yaml:1:27: limits.connections-max: 19901 connections need 20001 file descriptors"
                                + " and this process may open 20000; raise them with 'ulimit -n 20001'"
                                + " (systemd: LimitNOFILE=20001), or lower this limit"),
                Case.of(
                        "what is not YAML",
                        "limits:\n  window-max: [1\n",
                        "f.yaml:3:1: not YAML: expected ',' or ']', but got <stream end>"),
                Case.of(
                        "a tab",
                        "limits:\n\twindow-max: 1\n",
                        "f.yaml:2:1: not YAML: found character '\\t(TAB)' that cannot start any token. (Do not"
                                + " use \\t(TAB) for indentation)"),
                Case.of(
                        "a list for a file",
                        "- io-threads: 1",
                        "f.yaml:1:1: given a list; allowed: keys and values"),
                Case.of(
                        "an alias that holds itself",
                        "limits: &again\n  window-max: *again\n",
                        "f.yaml:1:9: limits.window-max: an alias for a list or mapping; allowed: writing it out"),
                Case.of(
                        "a key that is no word",
                        "[1, 2]: 3",
                        "f.yaml:1:1: given a list as a key; allowed: a word"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void everyMistakeOfAFileIsReportedAtOnce(Case file) {
        assertThat(lines(file(file.yaml), Map.of(), List.of(), null))
                .containsExactlyElementsOf(file.lines);
    }

    @Test
    void filesThatCannotBeReadAreNamed() throws IOException {
        Path notText = Files.write(folder.resolve("bytes"), new byte[] {'a', (byte) 0xC0, 'b'});

        assertThat(lines(folder.resolve("none.yaml"), Map.of(), List.of(), null))
                .containsExactly("none.yaml: there is no such file");
        assertThat(lines(folder, Map.of(), List.of(), null)).containsExactly(": this is a folder");
        assertThat(lines(notText, Map.of(), List.of(), null))
                .containsExactly("bytes: this file is not UTF-8 text");
    }

    @Test
    void mistakesInVariablesAndFlagsNameThemAndFollowThoseOfTheFile() {
        assertThat(
                        lines(
                                file("io-threads: 0"),
                                Map.of(
                                        "VENCEJO_IO_THREADS", "65",
                                        "VENCEJO_LIMITS_WINDOW_MX", "1",
                                        "VENCEJO_LISTENERS", "[{port: x}]"),
                                List.of(
                                        "limits.window-max=0",
                                        "window-max=1",
                                        "limits=1",
                                        "broken",
                                        "a=1",
                                        "a=2"),
                                "x"))
                .containsExactly(
                        "VENCEJO_IO_THREADS: io-threads: given '65'; allowed: a whole number from 1 to 64",
                        "VENCEJO_LIMITS_WINDOW_MX: no key has this variable; the nearest is"
                                + " VENCEJO_LIMITS_WINDOW_MAX",
                        "--set limits.window-max: limits.window-max: given '0'; allowed: a whole number from"
                                + " 1 to 65535",
                        "--set window-max: window-max: unknown key; the nearest is limits.window-max",
                        "--set limits: limits: a section; allowed: one of its keys, such as"
                                + " limits.connections-max",
                        "--set broken: allowed: --set key=value",
                        "--set a: a: unknown key",
                        "--set a: a: given twice",
                        "--port: listeners[0].port: given 'x'; allowed: a whole number from 0 to 65535");
    }

    @Test
    void flagsGoBeforeVariablesAndVariablesBeforeTheFile() {
        Path file =
                file(
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
    void listenersAreReplacedAsAWholeOrByEntry() {
        Path file = file("listeners: [{name: a, port: 1}, {name: b, port: 2}]");

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
                .containsExactly("default: listeners[0]: missing, though a later entry is given");
    }

    @Test
    void thePortFlagIsForOneListenerOrTheDefaultOnes() {
        Path one = file("listeners: [{name: a, port: 1}]");
        assertThat(listeners(read(one, Map.of(), List.of(), "7"))).containsExactly("a 127.0.0.1:7");
        assertThat(listeners(read(null, Map.of(), List.of(), "7")))
                .containsExactly("127.0.0.1:7 127.0.0.1:7", "[::1]:7 [::1]:7");
        assertThat(lines(file("listeners: [{port: 1}, {port: 2}]"), Map.of(), List.of(), "7"))
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
    }

    @Test
    void withoutAnythingGivenTheBrokerIsAloneOnLoopback() {
        Configuration defaults = Configuration.read(Request.DEFAULTS, MACHINE);
        BrokerConfig broker = defaults.broker();

        assertThat(listeners(defaults))
                .containsExactly("127.0.0.1:1883 127.0.0.1:1883", "[::1]:1883 [::1]:1883");
        assertThat(broker.dataFolder()).isEqualTo(Path.of("data"));
        assertThat(broker.durability()).isEqualTo(Durability.MEMORY);
        assertThat(broker.ioThreads()).isEqualTo(1);
        assertThat(broker.sysIntervalNanos()).isEqualTo(10_000_000_000L);
        assertThat(broker.logLevel()).isEqualTo(LogLevel.INFO);
    }

    @Test
    void whatTheMachineHasDecidesSomeDefaults() {
        Limits limits = limitsOn(MACHINE);
        assertThat(limits.connectionsMax()).isEqualTo(19_900);
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
    void aMachineWithHardlyAnyDescriptorsIsRefused() {
        assertThat(
                        catchThrowableOfType(
                                ConfigurationException.class,
                                () ->
                                        Configuration.read(
                                                Request.DEFAULTS,
                                                new Machine(1, 1L << 30, 64, false))))
                .hasMessage(
                        "default: limits.connections-max: 1 connections need 101 file descriptors and this"
                                + " process may open 64; raise them with 'ulimit -n 101' (systemd:"
                                + " LimitNOFILE=101), or lower this limit");
    }

    @Test
    void everySettingOfTheServerReachesIt() {
        ServerSettings server =
                read(
                                file(
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
                                QueueFullPolicy.END_SESSION,
                                0,
                                3_000_000_000L,
                                "answers/"));
    }

    @Test
    void changesTellWhatARunningBrokerCanFollow() {
        Configuration before = read(file("sys-interval: 5s"), Map.of(), List.of(), null);
        Configuration after =
                read(
                        file("io-threads: 2\nlisteners: [{port: 3}]\nlog-level: debug"),
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

    private static Limits limitsOn(Machine machine) {
        return Configuration.read(Request.DEFAULTS, machine).broker().server().limits();
    }

    private static List<String> listeners(Configuration configuration) {
        return configuration.broker().listeners().stream()
                .map(listener -> listener.name() + " " + Listener.text(listener.address()))
                .toList();
    }

    private Path file(String yaml) {
        try {
            return Files.writeString(folder.resolve("f.yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Configuration read(
            Path file, Map<String, String> variables, List<String> assignments, String port) {
        return Configuration.read(new Request(file, variables, assignments, port), MACHINE);
    }

    private List<String> lines(
            Path file, Map<String, String> variables, List<String> assignments, String port) {
        List<String> lines = new ArrayList<>();
        try {
            read(file, variables, assignments, port);
        } catch (ConfigurationException e) {
            for (Mistake mistake : e.mistakes()) {
                lines.add(
                        mistake.toString()
                                .replace(folder + "/", "")
                                .replace(folder.toString(), ""));
            }
        }
        return lines;
    }
}
