package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.vencejo.broker.config.Readings.lines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.broker.config.Configuration.Request;

/// Every mistake in a configuration and the exact line that operators read.
class MistakesTest {
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
                        "access rules that are not there",
                        "access-rules: nowhere/acl",
                        "f.yaml:1:15: access-rules: given 'nowhere/acl': there is no such file"),
                Case.of(
                        "anonymous beyond loopback, and everything, written down",
                        """
                        allow-anonymous: true
                        allow-everything: true
                        listeners: [{address: 0.0.0.0}]
                        """),
                Case.of(
                        "anonymous beyond loopback, not written down",
                        """
                        listeners: [{address: 0.0.0.0}]
                        allow-everything: true
                        """,
                        "f.yaml:1:23: listeners[0].address: given '0.0.0.0', which other machines can reach,"
                                + " and clients need no password; allowed: a loopback address, an entry of"
                                + " authentication with a file that 'vencejo passwd' makes, or writing down"
                                + " allow-anonymous: true"),
                Case.of(
                        "neither who nor what beyond loopback",
                        "listeners: [{address: 0.0.0.0}]",
                        "f.yaml:1:23: listeners[0].address: given '0.0.0.0', which other machines can reach,"
                                + " and clients need no password; allowed: a loopback address, an entry of"
                                + " authentication with a file that 'vencejo passwd' makes, or writing down"
                                + " allow-anonymous: true",
                        "f.yaml:1:23: listeners[0].address: given '0.0.0.0', which other machines can reach,"
                                + " and there are no access-rules; allowed: a loopback address, access-rules"
                                + " with a file that says who may do what, or writing down"
                                + " allow-everything: true"),
                Case.of(
                        "everything by a proxy, not written down",
                        """
                        listeners: [{proxy-protocol: {sources: 127.0.0.1}}]
                        allow-anonymous: true
                        """,
                        "f.yaml:1:40: listeners[0].proxy-protocol: given, so clients come from anywhere, and"
                                + " there are no access-rules; allowed: access-rules with a file that says"
                                + " who may do what, or writing down allow-everything: true"),
                Case.of("everything on loopback, written down", "allow-everything: true"),
                Case.of(
                        "nothing on loopback, without rules",
                        "allow-everything: false",
                        "f.yaml:1:19: allow-everything: given 'false', and there are no access-rules;"
                                + " allowed: true, or access-rules with a file that says who may do what (all"
                                + " is denied by an empty one)"),
                Case.of(
                        "everything, and rules",
                        """
                        allow-everything: true
                        access-rules: nowhere/acl
                        """,
                        "f.yaml:1:19: allow-everything: given 'true', and access-rules say who may do what;"
                                + " allowed: one of them, or false to try rules",
                        "f.yaml:2:15: access-rules: given 'nowhere/acl': there is no such file"),
                Case.of(
                        "no anonymous clients, though there are no others",
                        "allow-anonymous: false",
                        "f.yaml:1:18: allow-anonymous: given 'false', and no authentication is for listener"
                                + " 127.0.0.1:1883, so nobody could connect; allowed: true, or an entry of"
                                + " authentication with a file that 'vencejo passwd' makes"),
                Case.of(
                        "authentication beyond loopback, and anonymous clients on loopback",
                        """
                        allow-everything: true
                        listeners:
                          - {name: all, address: 0.0.0.0}
                          - {name: here, port: 1884, allow-anonymous: true}
                        authentication:
                          - {file: passwords, listeners: all}
                        """),
                Case.of("authentication, and nobody else", "authentication: [{file: p}]"),
                Case.of(
                        "no anonymous clients, said twice",
                        """
                        allow-anonymous: false
                        authentication: [{type: password-file, file: p}]
                        """),
                Case.of(
                        "authentication that leaves listeners without",
                        """
                        listeners:
                          - {name: all, address: 0.0.0.0}
                          - {name: here, port: 1884}
                          - {name: far, address: "::", port: 1885}
                          - {name: shut, port: 1886, allow-anonymous: false}
                        authentication:
                          - {file: passwords, listeners: "all , all"}
                        allow-everything: true
                        """,
                        "f.yaml:3:5: listeners[1]: no authentication is for this listener, so nobody could"
                                + " connect; allowed: an entry of authentication for it, or writing down its"
                                + " allow-anonymous: true",
                        "f.yaml:4:26: listeners[2].address: given '0:0:0:0:0:0:0:0', which other machines can"
                                + " reach, and clients need no password; allowed: a loopback address, an entry"
                                + " of authentication with a file that 'vencejo passwd' makes, or writing down"
                                + " allow-anonymous: true",
                        "f.yaml:5:47: listeners[3].allow-anonymous: given 'false', and no authentication is"
                                + " for listener shut, so nobody could connect; allowed: true, or an entry of"
                                + " authentication with a file that 'vencejo passwd' makes"),
                Case.of(
                        "authentication that is none",
                        """
                        listeners: [{name: here}]
                        authentication:
                          - {type: kerberos, file: p}
                          - {type: password-file}
                          - {file: p, listeners: "here, there"}
                          - {fil: p}
                        """,
                        "f.yaml:3:12: authentication[0].type: given 'kerberos'; allowed: password-file, certificate, jwt, ldap, http, unix-peer",
                        "f.yaml:4:5: authentication[1]: no file; allowed: file:, with one that 'vencejo"
                                + " passwd FILE USER' makes",
                        "f.yaml:5:26: authentication[2].listeners: given 'there', which is no listener;"
                                + " allowed: here",
                        "f.yaml:6:6: authentication[3].fil: unknown key; the nearest is"
                                + " authentication[].file"),
                Case.of(
                        "sections of other types",
                        """
                        authentication:
                          - {file: p, certificate: {user-name: "{cn}"}}
                          - {type: certificate, file: p}
                          - {type: certificate, certificate: {user-nam: x}}
                        """,
                        "f.yaml:2:40: authentication[0].certificate: given, but the entry's type is"
                                + " password-file; allowed: with type: certificate",
                        "f.yaml:3:5: authentication[1]: no listener asks its clients for a certificate;"
                                + " allowed: with tls.client-certificate: required or optional at one",
                        "f.yaml:3:31: authentication[1].file: given, but the entry's type is certificate;"
                                + " allowed: with type: password-file",
                        "f.yaml:4:5: authentication[2]: no listener asks its clients for a certificate;"
                                + " allowed: with tls.client-certificate: required or optional at one",
                        "f.yaml:4:39: authentication[2].certificate.user-nam: unknown key; the nearest is"
                                + " authentication[].certificate.user-name"),
                Case.of(
                        "tokens, good",
                        """
                        authentication:
                          - {type: jwt, jwt: {algorithms: [HS256, ES256], keys: p, secret-file: s}}
                          - {type: jwt, jwt: {algorithms: "RS256, EdDSA", jwks-url: "https://a/b"}}
                        """),
                Case.of(
                        "tokens without what they need",
                        """
                        authentication:
                          - {type: jwt}
                          - {type: jwt, jwt: {algorithms: none}}
                          - {type: jwt, jwt: {algorithms: ES256}}
                          - {type: jwt, jwt: {algorithms: HS256, keys: p}}
                          - {type: jwt, jwt: {algorithms: ES256, keys: p, secret-file: s}}
                          - {type: jwt, jwt: {algorithms: ES256, keys: p, jwks-url: "https://a/b"}}
                          - {type: jwt, jwt: {algorithms: ES256, jwks-url: "http://a/b"}}
                          - {type: jwt, jwt: {algorithms: ES256, keys: p, clock-skew: 1h}}
                          - {type: jwt, jwt: {algorithms: ES256, keys: p, user-name-claim: ""}}
                        """,
                        "f.yaml:2:5: authentication[0]: its type is jwt, but jwt.algorithms is missing;"
                                + " allowed: those that the tokens are signed by, of HS256, HS384, HS512,"
                                + " RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA",
                        "f.yaml:3:35: authentication[1].jwt.algorithms: given 'none'; allowed: HS256, HS384,"
                                + " HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512,"
                                + " EdDSA",
                        "f.yaml:4:5: authentication[2]: no keys of tokens; allowed: jwt.keys with files, or"
                                + " jwt.jwks-url",
                        "f.yaml:5:5: authentication[3]: jwt.algorithms has one with a secret, but"
                                + " jwt.secret-file is missing",
                        "f.yaml:5:5: authentication[3]: public keys are given, but jwt.algorithms has none"
                                + " with a public key",
                        "f.yaml:6:5: authentication[4]: jwt.secret-file is given, but jwt.algorithms has none"
                                + " with a secret; allowed: with HS256, HS384 or HS512",
                        "f.yaml:7:5: authentication[5]: jwt.jwks-url is given, and files as well; allowed:"
                                + " another entry of type jwt for these",
                        "f.yaml:8:52: authentication[6].jwt.jwks-url: given 'http://a/b', which others could"
                                + " read and answer; allowed: https://..., or http:// with a loopback address",
                        "f.yaml:9:63: authentication[7].jwt.clock-skew: given '1h'; allowed: a time from 0 to"
                                + " 5min, such as 10s (units: ms, s, min, h, d)",
                        "f.yaml:10:68: authentication[8].jwt.user-name-claim: empty; allowed: the claim with"
                                + " the user name, such as sub"),
                Case.of(
                        "services",
                        """
                        authentication:
                          - {type: http}
                          - {type: http, http: {url: "http://a"}}
                          - {type: http, http: {url: "http://127.0.0.1:8080/a", remembered-time: 2d}}
                          - {type: http, http: {url: "https://a/b", ca: c, remembered-time: 1min}}
                        """,
                        "f.yaml:2:5: authentication[0]: its type is http, but http.url is missing; allowed:"
                                + " https://...",
                        "f.yaml:3:30: authentication[1].http.url: given 'http://a', which others could read"
                                + " and answer; allowed: https://..., or http:// with a loopback address",
                        "f.yaml:4:74: authentication[2].http.remembered-time: given '2d'; allowed: a time from"
                                + " 0 to 1d, such as 10s (units: ms, s, min, h, d)"),
                Case.of(
                        "templates that are none",
                        """
                        listeners: [{name: here}]
                        authentication:
                          - type: certificate
                            listeners: here
                            certificate: {user-name: "{on}", client-identifier: "all"}
                        """,
                        "f.yaml:4:16: authentication[0].listeners: given 'here', which asks no client for a"
                                + " certificate; allowed: with tls.client-certificate: required or optional",
                        "f.yaml:5:30: authentication[0].certificate.user-name: given '{on}': {on} is nothing"
                                + " of a certificate; allowed: {subject}, {cn}, {dns}, {email}, {uri}",
                        "f.yaml:5:57: authentication[0].certificate.client-identifier: given 'all': which says"
                                + " nothing of a certificate, so that all would be the same client; allowed:"
                                + " {subject}, {cn}, {dns}, {email}, {uri}, and text around it"),
                Case.of(
                        "durability that nobody knows",
                        "durability: high",
                        "f.yaml:1:13: durability: given 'high'; allowed: fsync, os, memory"),
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
                        "f.yaml:7:19: limits.out-buffer-low: given '1.5MB', which is no whole number;"
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
                          out-buffer-low: 128KB
                        """,
                        "f.yaml:3:21: limits.connect-size-max: given '2MB'; allowed: limits.connect-size-max"
                                + " (2MB) not above limits.packet-size-max (1MB)",
                        "f.yaml:5:19: limits.out-buffer-low: given '128KB'; allowed: limits.out-buffer-low"
                                + " (128KB) not above limits.out-buffer-high (64KB)"),
                Case.of(
                        "limits below the defaults of others",
                        "limits: {packet-size-max: 1KB, out-buffer-high: 4KB}"),
                Case.of("a section with all its keys in comments", "limits:\n  # window-max: 1\n"),
                Case.of(
                        "a listener with all its keys in comments",
                        "listeners:\n  -\n  # port: 1\n",
                        "f.yaml:2:4: listeners[0]: given nothing; allowed: keys and values"),
                Case.of(
                        "as many connections as there are descriptors for",
                        "limits: {connections-max: 19800}"),
                Case.of(
                        "more connections than there are descriptors for",
                        "limits: {connections-max: 19801}",
                        "f.yaml:1:27: limits.connections-max: 19801 connections need 20001 file descriptors"
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
        assertThat(lines(Readings.file(folder, file.yaml), Map.of(), List.of(), null))
                .containsExactlyElementsOf(file.lines);
    }

    @Test
    void filesThatCannotBeReadAreNamed() throws IOException {
        Path notText = Files.write(folder.resolve("bytes"), new byte[] {'a', (byte) 0xC0, 'b'});

        assertThat(lines(folder.resolve("none.yaml"), Map.of(), List.of(), null))
                .containsExactly("none.yaml: there is no such file");
        assertThat(lines(folder, Map.of(), List.of(), null))
                .containsExactly(folder.getFileName() + ": this is a folder");
        assertThat(lines(notText, Map.of(), List.of(), null))
                .containsExactly("bytes: this file is not UTF-8 text");
    }

    @Test
    void mistakesInVariablesAndFlagsNameThemAndFollowThoseOfTheFile() {
        assertThat(
                        lines(
                                Readings.file(folder, "io-threads: 0"),
                                Map.of(
                                        "VENCEJO_IO_THREADS", "65",
                                        "VENCEJO_LIMITS_WINDOW_MX", "1",
                                        "VENCEJO_LISTENERS", "[{port: x}]"),
                                List.of(
                                        "limits.window-max=0",
                                        "window-max=1",
                                        "limits=1",
                                        "broken",
                                        "quux=1",
                                        "quux=2"),
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
                        "--set quux: quux: unknown key",
                        "--set quux: quux: given twice",
                        "--port: listeners[0].port: given 'x'; allowed: a whole number from 0 to 65535");
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
                        "this machine: this process may open 64 file descriptors and the broker needs 200,"
                                + " and one more for each connection; raise them with 'ulimit -n 10200'"
                                + " (systemd: LimitNOFILE=10200)");
    }
}
