package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.config.BrokerConfig.Listener;

/// The section `proxy-protocol` in a configuration: what is read, and the exact lines for what is
/// wrong.
class ProxyMistakesTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "10.0.0.5, true",
        "10.0.0.6, false",
        "192.0.2.1, true",
        "192.0.2.127, true",
        "192.0.2.128, false",
        "2001:db8::ffff, true",
        "2001:db9::, false",
        "::ffff:10.0.0.5, true",
        "127.0.0.1, false"
    })
    void proxiesComeFromAddressesAndRanges(String address, boolean isProxy) {
        Listener listener =
                listener(
                        """
                        allow-anonymous: true
                        allow-everything: true
                        listeners:
                          - proxy-protocol:
                              sources: [10.0.0.5, 192.0.2.0/25, 2001:db8::/32]
                        """);
        assertThat(
                        listener.proxy()
                                .protocol()
                                .sources()
                                .test(new InetSocketAddress(address, 51_234)))
                .isEqualTo(isProxy);
        assertThat(listener.proxy().protocol().certificateBelieved()).isFalse();
    }

    @Test
    void everyKeyIsRead() {
        Listener listener =
                listener(
                        """
                        allow-anonymous: true
                        allow-everything: true
                        listeners:
                          - proxy-protocol:
                              sources: "10.0.0.5, ::1"
                              believe-certificate: true
                        """);
        assertThat(listener.proxy().protocol().certificateBelieved()).isTrue();
        assertThat(listener.proxy().sources()).hasSize(2);
        assertThat(listener("listeners: [{name: plain}]").proxy()).isNull();
    }

    /// Its address is that of the proxy, and its clients come from anywhere.
    @Test
    void aProxyOnThisMachineStandsForClientsFromAnywhere() {
        String listeners = "listeners: [{proxy-protocol: {sources: 127.0.0.1}}]\n";
        String everything = "allow-everything: true\n";
        assertThat(lines(listeners + everything))
                .singleElement()
                .asString()
                .contains(
                        "listeners[0].proxy-protocol: given, so clients come from anywhere, and they need no password");
        assertThat(lines(listeners + everything + "allow-anonymous: true\n")).isEmpty();
    }

    @Test
    void whatIsNoAddressIsTold() {
        assertThat(
                        lines(
                                """
                                listeners:
                                  - port: 1
                                    proxy-protocol:
                                      sources: [10.0.0.5, proxy.example, 10.0.0.0/33, 10, "::/129", 10.0.0.0/]
                                  - port: 2
                                    proxy-protocol:
                                      believe-certificate: true
                                """))
                .containsExactly(
                        no("proxy.example"),
                        no("10.0.0.0/33"),
                        no("10"),
                        no("::/129"),
                        no("10.0.0.0/"),
                        "f.yaml:7:28: listeners[1].proxy-protocol: given, but sources is missing; allowed: with the addresses that proxies come from, such as 10.0.0.5 or 10.0.0.0/24");
    }

    private static String no(String given) {
        return "f.yaml:4:16: listeners[0].proxy-protocol.sources: given '%s'; allowed: an IP address, or all that begin alike, such as 10.0.0.5 or 10.0.0.0/24"
                .formatted(given);
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0/0, 1", "::/0, 1", "10.0.0.0/8, 0"})
    void whoeverTakesAnybodyForAProxyIsWarned(String sources, int warnings) {
        Configuration read =
                Readings.read(
                        Readings.file(
                                folder,
                                "{allow-everything: true, listeners: [{allow-anonymous: true, proxy-protocol: {sources: ['%s']}}]}"
                                        .formatted(sources)),
                        Map.of(),
                        List.of(),
                        null);
        assertThat(read.broker().warnings()).hasSize(warnings);
    }

    private Listener listener(String yaml) {
        return Readings.read(Readings.file(folder, yaml), Map.of(), List.of(), null)
                .broker()
                .listeners()
                .getFirst();
    }

    private List<String> lines(String yaml) {
        return Readings.lines(Readings.file(folder, yaml), Map.of(), List.of(), null);
    }
}
