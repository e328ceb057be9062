package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.config.BrokerConfig.Listener;

/// Listeners at Unix sockets in a configuration: what is read, and the exact lines for what is
/// wrong.
class UnixMistakesTest {
    @TempDir private Path folder;

    @Test
    void everyKeyIsRead() throws Exception {
        Listener listener =
                listener(
                        """
                        allow-anonymous: true
                        allow-everything: true
                        listeners:
                          - transport: unix
                            path: F/mqtt.sock
                            mode: 0600
                            owner: %s
                            group: %s
                            proxy-protocol: {sources: unix}
                        """
                                .formatted(
                                        Files.getOwner(folder).getName(),
                                        Files.getAttribute(folder, "unix:group")));
        assertThat(listener.unix().path()).isEqualTo(folder.resolve("mqtt.sock"));
        assertThat(listener.unix().mode()).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(listener.unix().owner()).isEqualTo(Files.getOwner(folder));
        assertThat(listener.unix().group()).isEqualTo(Files.getAttribute(folder, "unix:group"));
        assertThat(listener.name()).isEqualTo("unix:" + folder.resolve("mqtt.sock"));
        SocketAddress peer = UnixDomainSocketAddress.of("");
        assertThat(listener.proxy().protocol().sources().test(peer)).isTrue();
    }

    @Test
    void thePathAloneIsEnough() {
        Listener listener = listener("listeners: [{transport: unix, path: F/s, name: local}]");
        assertThat(listener.unix().mode()).isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
        assertThat(listener.unix().owner()).isNull();
        assertThat(listener.name()).isEqualTo("local");
    }

    @ParameterizedTest
    @CsvSource({
        "600, rw-------",
        "'660', rw-rw----",
        "0666, rw-rw-rw-",
        "777, rwxrwxrwx",
        "000, ---------",
        "124, --x-w-r--"
    })
    void aModeIsOctal(String mode, String permissions) {
        Listener listener =
                listener("listeners: [{transport: unix, path: F/s, mode: %s}]".formatted(mode));
        assertThat(PosixFilePermissions.toString(listener.unix().mode())).isEqualTo(permissions);
    }

    @Test
    void whatIsWrongIsTold() {
        assertThat(
                        lines(
                                """
                                listeners:
                                  - transport: unix
                                  - transport: unix
                                    path: /%s/s
                                  - transport: unix
                                    path: F/a
                                    mode: 888
                                    owner: nobody-of-this-name
                                    group: nobody-of-this-name
                                    port: 1
                                    address: 127.0.0.1
                                  - path: F/a
                                    mode: 600
                                    port: 2
                                  - transport: unix
                                    path: F/b
                                    proxy-protocol: {sources: 10.0.0.5}
                                  - {port: 3, proxy-protocol: {sources: unix}}
                                  - {transport: unix, path: F/c}
                                  - transport: unix
                                    path: F/c
                                    name: c
                                """
                                        .formatted("x".repeat(100))))
                .containsExactly(
                        "f.yaml:2:5: listeners[0]: its transport is unix, but path is missing; allowed: the path of the socket, such as /run/vencejo/mqtt.sock",
                        "f.yaml:4:11: listeners[1].path: given '/%s/s': it is too long for a socket by 6 bytes"
                                .formatted("x".repeat(100)),
                        "f.yaml:7:11: listeners[2].mode: given '888'; allowed: three octal digits, for the owner, the group and all others, such as 660: who may write may connect",
                        "f.yaml:8:12: listeners[2].owner: given 'nobody-of-this-name', which is no user of this machine",
                        "f.yaml:9:12: listeners[2].group: given 'nobody-of-this-name', which is no group of this machine",
                        "f.yaml:10:11: listeners[2].port: given, but the listener's transport is unix; allowed: with another",
                        "f.yaml:11:14: listeners[2].address: given, but the listener's transport is unix; allowed: with another",
                        "f.yaml:12:11: listeners[3].path: given, but the listener's transport is tcp; allowed: with transport: unix",
                        "f.yaml:13:11: listeners[3].mode: given, but the listener's transport is tcp; allowed: with transport: unix",
                        "f.yaml:17:31: listeners[4].proxy-protocol.sources: given '10.0.0.5'; allowed at a Unix socket: unix, which is whoever may open it",
                        "f.yaml:18:41: listeners[5].proxy-protocol.sources: given 'unix'; allowed: an IP address, or all that begin alike, such as 10.0.0.5 or 10.0.0.0/24",
                        "f.yaml:21:11: listeners[7].path: is that of listeners[6]");
    }

    @Test
    void processesAreKnownWhereTheyAreTheClients() {
        String listeners =
                """
                listeners:
                  - {transport: unix, path: F/a, name: local}
                  - {transport: unix, path: F/b, name: proxied, proxy-protocol: {sources: unix}}
                  - {port: 1, name: tcp}
                allow-everything: true
                authentication:
                  - {type: password-file, file: F/f.yaml}
                """;
        assertThat(lines(listeners + "  - {type: unix-peer}")).isEmpty();
        assertThat(lines(listeners + "  - {type: unix-peer, listeners: local}")).isEmpty();
        assertThat(
                        lines(
                                listeners
                                        + """
                                          - type: unix-peer
                                            listeners: local, proxied, tcp
                                            unix-peer: {user-name: name}
                                            file: F/f.yaml
                                        """))
                .containsExactly(
                        "f.yaml:9:16: authentication[1].listeners: given 'proxied', where the user of a process is not known; allowed: with transport: unix, and without proxy-protocol",
                        "f.yaml:9:16: authentication[1].listeners: given 'tcp', where the user of a process is not known; allowed: with transport: unix, and without proxy-protocol",
                        "f.yaml:10:28: authentication[1].unix-peer.user-name: given 'name': which says nothing of a user, so that all would be the same client; allowed: {user}, {uid}, {gid}, and text around it",
                        "f.yaml:11:11: authentication[1].file: given, but the entry's type is unix-peer; allowed: with type: password-file");
        assertThat(lines("authentication: [{type: unix-peer}]"))
                .containsExactly(
                        "f.yaml:1:18: authentication[0]: at no listener the user of a process is known; allowed: with transport: unix, and without proxy-protocol at one");
    }

    private Listener listener(String yaml) {
        return Readings.read(file(yaml), Map.of(), List.of(), null).broker().listeners().getFirst();
    }

    private Path file(String yaml) {
        return Readings.file(folder, yaml.replace("F/", folder + "/"));
    }

    private List<String> lines(String yaml) {
        return Readings.lines(file(yaml), Map.of(), List.of(), null);
    }
}
