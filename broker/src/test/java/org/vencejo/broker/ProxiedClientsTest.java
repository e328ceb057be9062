package org.vencejo.broker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.With.with;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.core.Authentication;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Event;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.ProxyProtocol;

/// Clients behind a proxy are where the proxy says, for whoever asks where a client is.
@Timeout(60)
@ExtendWith(NoLeaks.class)
@ParameterizedClass(name = "io-threads {0}")
@ValueSource(ints = {1, 3})
class ProxiedClientsTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    /// LOCAL of version 2: the proxy asks for itself.
    private static final byte[] LOCAL = HexFormat.of().parseHex(SIGNATURE + "20000000");

    /// From 192.0.2.7, port 51,234, with the common name `sensor,7` of a certificate.
    private static final byte[] WITH_NAME =
            HexFormat.of()
                    .parseHex(
                            SIGNATURE
                                    + "2111001f"
                                    + "c0000207c6336401c82222b3"
                                    + "2000100300000000"
                                    + "220008"
                                    + HexFormat.of().formatHex("sensor,7".getBytes(ISO_8859_1)));

    private final int ioThreads;

    ProxiedClientsTest(int ioThreads) {
        this.ioThreads = ioThreads;
    }

    @Test
    void theirAddressIsTheOneThatTheProxySays() throws IOException {
        try (ServerRig server = ServerRig.start(ioThreads, org.vencejo.core.Limits.DEFAULTS)) {
            InetSocketAddress proxied = listen(server, true);
            try (RawClient four = by(proxied, from("192.0.2.7", 51_234));
                    RawClient six =
                            by(
                                    proxied,
                                    "PROXY TCP6 2001:db8::7 2001:db8::1 51235 8883\r\n"
                                            .getBytes(ISO_8859_1));
                    RawClient itself = by(proxied, LOCAL)) {
                four.connectAs("four");
                six.connectAs("six");
                itself.connectAs("itself");
                assertThat(peer(server, "four").remoteAddress()).isEqualTo("192.0.2.7:51234");
                assertThat(peer(server, "six").remoteAddress())
                        .isEqualTo("[2001:db8:0:0:0:0:0:7]:51235");
                assertThat(peer(server, "itself").remoteAddress()).startsWith("127.0.0.1:");
                assertThat(peer(server, "four").listener()).isEqualTo("proxied");
            }
        }
    }

    @Test
    void aNameOfACertificateIsKnownIfTheProxyIsBelieved() throws IOException {
        try (ServerRig server = ServerRig.start(ioThreads, org.vencejo.core.Limits.DEFAULTS)) {
            InetSocketAddress believed = listen(server, true);
            InetSocketAddress doubted = listen(server, false);
            try (RawClient known = by(believed, WITH_NAME);
                    RawClient unknown = by(doubted, WITH_NAME)) {
                known.connectAs("known");
                unknown.connectAs("unknown");
                ClientCertificate certificate = peer(server, "known").clientCertificate();
                assertThat(certificate.subject()).isEqualTo("CN=sensor\\,7");
                assertThat(EventLog.text(certificate))
                        .isEqualTo("a proxy has verified its certificate, of CN=sensor\\,7");
                assertThat(peer(server, "unknown").clientCertificate()).isNull();
                assertThat(peer(server, "unknown").remoteAddress()).startsWith("192.0.2.7:");
            }
        }
    }

    @Test
    void aBanIsForTheClientNotForTheProxy() throws IOException {
        AuthenticationLimits stern =
                with(
                        with(
                                with(AuthenticationLimits.PATIENT, "failuresMax", 3),
                                "banNanos",
                                Long.MAX_VALUE / 2),
                        "trackedMax",
                        100);
        Authenticators nobody = new Authenticators(List.of(new Right()), stern);
        try (ServerRig server = ServerRig.start(ioThreads, nobody)) {
            InetSocketAddress proxied = listen(server, false);
            for (int i = 0; i < 3; i++) {
                assertThat(tries(proxied, "192.0.2.7", "wrong"))
                        .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            assertThat(server.driver().authentication().banned()).isEqualTo(1);

            assertThat(tries(proxied, "192.0.2.7", "right")).isNull();
            assertThat(tries(proxied, "192.0.2.8", "right")).isEqualTo(ReasonCode.SUCCESS);

            assertThat(turnedAway(server))
                    .singleElement()
                    .asString()
                    .matches(
                            "a connection from 192.0.2.7:[0-9]+ at proxied was turned away: PROXY header: it is refused, by limits.authentication-failures-max");
            // It is counted just before it is told.
            assertThat(server.driver().traffic().failedProxyHeaders()).isEqualTo(1);
        }
    }

    @Test
    void whoIsNoProxyIsToldOfByTheAddressOfTheSocket() throws IOException {
        try (ServerRig server = ServerRig.start(ioThreads, org.vencejo.core.Limits.DEFAULTS)) {
            InetSocketAddress address =
                    server.driver()
                            .bind(
                                    new Entry(
                                            "proxied",
                                            new ProxyProtocol(remote -> false, true),
                                            null,
                                            null),
                                    ANY);
            try (RawClient spoofer = by(address, from("192.0.2.7", 51_234))) {
                assertThat(spoofer.isClosed()).isTrue();
            }
            assertThat(turnedAway(server))
                    .singleElement()
                    .asString()
                    .matches(
                            "a connection from 127.0.0.1:[0-9]+ at proxied was turned away: PROXY header: its address is not one of those that proxies come from");
        }
    }

    // ---- helpers

    private static InetSocketAddress listen(ServerRig server, boolean believed) throws IOException {
        return server.driver()
                .bind(
                        new Entry(
                                "proxied", new ProxyProtocol(remote -> true, believed), null, null),
                        ANY);
    }

    private static byte[] from(String address, int port) {
        return "PROXY TCP4 %s 198.51.100.1 %d 8883\r\n"
                .formatted(address, port)
                .getBytes(ISO_8859_1);
    }

    private static RawClient by(InetSocketAddress address, byte[] header) throws IOException {
        RawClient client = new RawClient(address);
        client.send(header);
        return client;
    }

    /// What somebody who is there is told, or null if nothing.
    private static @Nullable ReasonCode tries(
            InetSocketAddress proxied, String address, String password) throws IOException {
        try (RawClient client = by(proxied, from(address, 1))) {
            client.send(
                    with(
                            with(RawClient.connect("c"), "userName", "alice"),
                            "password",
                            password.getBytes(ISO_8859_1)));
            return client.next() instanceof Connack it ? it.reasonCode() : null;
        } catch (java.net.SocketException reset) {
            return null;
        }
    }

    private static Peer peer(ServerRig server, String clientIdentifier) {
        return server.events().stream()
                .filter(Event.ClientConnected.class::isInstance)
                .map(Event.ClientConnected.class::cast)
                .filter(it -> it.clientIdentifier().equals(clientIdentifier))
                .findFirst()
                .orElseThrow()
                .connection()
                .peer();
    }

    private static List<String> turnedAway(ServerRig server) {
        while (server.events().stream().noneMatch(Event.TurnedAway.class::isInstance)) {
            Thread.onSpinWait();
        }
        return server.events().stream()
                .filter(Event.TurnedAway.class::isInstance)
                .map(EventLog::text)
                .toList();
    }

    /// Knows one password.
    private static final class Right implements Authenticator {
        @Override
        public Work work(Peer peer, Authentication.Request request) {
            return Work.NONE;
        }

        @Override
        public Authentication.Outcome authenticate(Peer peer, Authentication.Request request) {
            return request instanceof Authentication.Credentials it
                            && new String(it.password(), ISO_8859_1).equals("right")
                    ? new Authentication.Accepted(new Authentication.Identity(it.userName()), null)
                    : WRONG;
        }
    }
}
