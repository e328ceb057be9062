package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.BrokerRig.mayPublish;
import static org.vencejo.broker.With.with;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.identity.CertificateTemplate;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Authentication.Outcome;
import org.vencejo.core.Authentication.Refused;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsPeer;

/// A broker whose clients show certificates: who they are by them, whatever they say themselves.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class CertificateIdentityTest {
    private static final Authority AUTHORITY = Authority.named("an authority");

    /// Each may publish to the topic of its name alone.
    private static final String RULES =
            """
            rules:
              - {allow: publish, topics: who/%u}
              - {allow: publish, topics: certified, certificates: "CN=sensor-*"}
              - {allow: publish, topics: nobody, anonymous: true}
            """;

    @TempDir private Path folder;
    private BrokerRig rig;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("rules.yaml"), RULES);
        AUTHORITY.server("localhost").write(folder, "server");
        AUTHORITY.write(folder, "ca.pem");
        String tls =
                "tls: {certificate: '%1$s/server.pem', key: '%1$s/server.key', client-ca: '%1$s/ca.pem', client-certificate: %%s}"
                        .formatted(folder);
        String listener = "{name: %s, port: 0, transport: tls, allow-anonymous: %s, %s}";
        Files.writeString(
                folder.resolve("passwords"),
                "alice:"
                        + HashKind.SCRAM_SHA_256.hash(new byte[] {'x'}, new SecureRandom()).text());
        rig =
                BrokerRig.start(
                        folder,
                        "access-rules=" + folder.resolve("rules.yaml"),
                        "listeners=["
                                + listener.formatted("bare", "false", tls.formatted("required"))
                                + ","
                                + listener.formatted("open", "true", tls.formatted("required"))
                                + ","
                                + listener.formatted("strict", "false", tls.formatted("required"))
                                + ","
                                + listener.formatted("either", "true", tls.formatted("optional"))
                                + "]",
                        "authentication=[{type: certificate, listeners: 'strict, either',"
                                + " certificate: {user-name: 'dev {cn}', client-identifier: '{cn}'}},"
                                + " {file: '%s', listeners: 'strict, either'}]"
                                        .formatted(folder.resolve("passwords")));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private RawClient client(String listener, Authority.@Nullable Issued certificate)
            throws IOException {
        InetSocketAddress address =
                rig.address(List.of("bare", "open", "strict", "either").indexOf(listener));
        return new RawClient(TlsPeer.trusting(AUTHORITY, certificate).connect(address));
    }

    private static Connect connect(String clientIdentifier, @Nullable String user) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                clientIdentifier,
                true,
                0,
                null,
                user,
                user == null ? null : "x".getBytes(StandardCharsets.UTF_8),
                Properties.NONE);
    }

    /// Who has shown a certificate is known by it, and by no method.
    @ParameterizedTest
    @CsvSource({"strict, sensor-7, 8C", "either, sensor-7, 8C", "either, , 18"}) // as control arm
    void whoShowsACertificateCannotBeAnotherByAMethod(
            String listener, @Nullable String certificate, String code) throws IOException {
        try (RawClient it =
                client(listener, certificate == null ? null : AUTHORITY.client(certificate))) {
            it.send(
                    with(
                            connect("sensor-7", null),
                            "properties",
                            BrokerRig.exchange("SCRAM-SHA-256", "n,,n=alice,r=abc")));
            ReasonCode answer =
                    switch (it.next()) {
                        case Connack connack -> connack.reasonCode();
                        case Auth auth -> auth.reasonCode();
                        default -> throw new AssertionError("expected CONNACK or AUTH");
                    };
            assertThat(answer.value()).isEqualTo(Integer.parseInt(code, 16));
        }
    }

    /// Who has to show a certificate cannot be somebody else by saying so.
    @ParameterizedTest
    @CsvSource({
        "bare,   c,        ,      sensor-7",
        "bare,   c,        admin, sensor-7",
        "open,   c,        ,      sensor-7",
        "open,   c,        admin, sensor-7",
        "strict, sensor-7, admin, dev sensor-7",
        "either, sensor-7, ,      dev sensor-7",
    })
    void theCertificateSaysWhoItIs(String listener, String client, String user, String name)
            throws IOException {
        try (RawClient it = client(listener, AUTHORITY.client("sensor-7"))) {
            assertThat(BrokerRig.answer(it, connect(client, user))).isEqualTo(ReasonCode.SUCCESS);
            assertThat(mayPublish(it, "who/" + name)).isTrue();
            assertThat(mayPublish(it, "certified")).isTrue();
            assertThat(mayPublish(it, "who/admin")).isFalse();
            assertThat(mayPublish(it, "nobody")).isFalse();
        }
    }

    @Test
    void aCertificateIsForOneClientIdentifierIfThatIsWanted() throws IOException {
        for (String other : new String[] {"sensor-8", ""}) {
            try (RawClient it = client("strict", AUTHORITY.client("sensor-7"))) {
                assertThat(BrokerRig.answer(it, connect(other, null)))
                        .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            }
        }
    }

    @Test
    void whoNeedNotShowACertificateAndDoesNotIsNobody() throws IOException {
        try (RawClient it = client("either", null)) {
            assertThat(BrokerRig.answer(it, connect("c", null))).isEqualTo(ReasonCode.SUCCESS);
            assertThat(mayPublish(it, "nobody")).isTrue();
            assertThat(mayPublish(it, "certified")).isFalse();
        }
        try (RawClient it = client("either", null)) {
            assertThat(BrokerRig.answer(it, connect("c", "sensor-7")))
                    .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    /// It would choose its own rights, or name somebody else's topics.
    @ParameterizedTest
    @CsvSource({"a/b", "+", "sensor#", "'a\tb'"})
    void aNameThatMeansSomethingInATopicFilterIsRefused(String name) throws IOException {
        try (RawClient it =
                client("bare", AUTHORITY.client(name.replace("+", "\\+").replace("#", "\\#")))) {
            assertThat(BrokerRig.answer(it, connect("c", null)))
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    // ---- what is hard to have a certificate for

    private record Shown(@Nullable ClientCertificate clientCertificate) implements Peer {
        @Override
        public String remoteAddress() {
            return "192.0.2.1:5";
        }

        @Override
        public String listener() {
            return "bare";
        }
    }

    private static @Nullable Outcome outcome(String template, boolean special, String uri) {
        ClientCertificate certificate =
                new ClientCertificate("O=a", List.of("URI:" + uri), "CN=ca", "1", 7);
        return new CertificateAuthenticator(
                        new AuthenticationConfig.Certificate(
                                new CertificateTemplate(template), null, special, Set.of()),
                        () -> 6_000)
                .authenticate(new Shown(certificate), new Credentials("c", "admin", new byte[0]));
    }

    @Test
    void specialCharactersAreAllowedWhereThatIsWrittenDownAndControlsNowhere() {
        assertThat(outcome("{uri}", false, "spiffe://a/b")).isInstanceOf(Refused.class);
        assertThat(outcome("{uri}", true, "spiffe://a/b"))
                .isInstanceOfSatisfying(
                        Accepted.class,
                        it -> {
                            assertThat(it.identity().userName()).isEqualTo("spiffe://a/b");
                            assertThat(it.holdsNanos()).isEqualTo(1_000_000_000L);
                        });
        for (String wrong : List.of("a\nb", "a\0b", "a\uD800b", "a\u0085b", "x".repeat(1_025))) {
            assertThat(outcome("{uri}", true, wrong)).isInstanceOf(Refused.class);
        }
        assertThat(outcome("{uri}", true, "x".repeat(1_024))).isInstanceOf(Accepted.class);
    }

    @Test
    void whyACertificateIsNoNameIsToldToOperators() {
        assertThat(outcome("{cn}", false, "x"))
                .isInstanceOfSatisfying(
                        Refused.class,
                        it ->
                                assertThat(it.detail())
                                        .isEqualTo(
                                                "its certificate of O=a has not all of user-name: {cn}"));
        assertThat(outcome("{uri}", false, "a/b"))
                .isInstanceOfSatisfying(
                        Refused.class,
                        it ->
                                assertThat(it.detail())
                                        .isEqualTo(
                                                "its certificate of O=a gives the user name a/b, and +, # and / are not allowed in it"));
    }
}
