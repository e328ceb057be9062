package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.broker.identity.Signer;
import org.vencejo.broker.identity.WebService;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// A broker whose clients give tokens, by keys in a file or from a server, over sockets.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class TokensTest {
    private static final Signer FILE = Signer.of("ES256");
    private static final Signer SERVER = Signer.of("EdDSA");

    private static final String RULES =
            """
            rules:
              - {allow: publish, topics: who/%u}
              - {allow: publish, topics: staff, groups: staff}
            """;

    @TempDir private Path folder;
    private WebService keys;
    private Broker broker;

    @BeforeEach
    void start() throws IOException {
        keys = new WebService();
        keys.answers(200, "{\"keys\":[" + SERVER.webKey("one") + "]}");
        Files.writeString(folder.resolve("rules.yaml"), RULES);
        Files.writeString(folder.resolve("keys.pem"), FILE.pem());
        Files.writeString(
                folder.resolve("passwords"),
                "alice:$7$101$I5Qjkjrn5HkiZprL$/zOFfj6QRTyiiFdUp5SIzio5sjovZubOEKfdcnI1hUBcyjV77exp8n8XyBhhcdGWgaEX2n55B2G/my+X6pvPmA==\n");
        broker =
                Broker.start(
                        new Broker.Setup(
                                new Configuration.Request(
                                        null,
                                        Map.of(),
                                        List.of(
                                                "data-folder=" + folder.resolve("data"),
                                                "durability=memory",
                                                "sys-interval=0",
                                                "limits.authentication-delay-max=0",
                                                "limits.authentication-timeout=20s",
                                                "access-rules=" + folder.resolve("rules.yaml"),
                                                "listeners=[{name: here, port: 0}]",
                                                "authentication=[{file: '%s'}, {type: jwt, jwt: {algorithms: ES256, keys: '%s', rules-claim: acl, groups-claim: groups}}, {type: jwt, jwt: {algorithms: EdDSA, jwks-url: '%s', client-identifier-claim: dev}}]"
                                                        .formatted(
                                                                folder.resolve("passwords"),
                                                                folder.resolve("keys.pem"),
                                                                keys.url())),
                                        null),
                                Machine.here(),
                                "test",
                                System.nanoTime(),
                                level -> {}));
    }

    @AfterEach
    void stop() {
        broker.close();
        keys.close();
    }

    private static String claims(String more) {
        return "{\"sub\":\"ana\",\"exp\":%d%s}"
                .formatted(System.currentTimeMillis() / 1_000 + 3_600, more);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Connect connect(@Nullable String user, String token) {
        return new Connect(
                ProtocolVersion.MQTT_5, "c", true, 0, null, user, bytes(token), Properties.NONE);
    }

    private static Connect withMethod(String method, String token) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                "c",
                true,
                0,
                null,
                null,
                null,
                Properties.builder()
                        .put(Property.AUTHENTICATION_METHOD, method)
                        .put(Property.AUTHENTICATION_DATA, bytes(token))
                        .build());
    }

    private RawClient client() throws IOException {
        return new RawClient(broker.addresses().getFirst());
    }

    private ReasonCode answer(Connect connect) throws IOException {
        try (RawClient client = client()) {
            client.send(connect);
            Connack connack = (Connack) client.next();
            assertThat(String.valueOf(connack.properties().text(Property.REASON_STRING)))
                    .as("a stranger learns no more than the code")
                    .doesNotContain("token", "key", "expired");
            return connack.reasonCode();
        }
    }

    private static boolean mayPublish(RawClient client, String topic) throws IOException {
        client.send(RawClient.message(topic, new byte[0], QoS.AT_LEAST_ONCE, 1));
        return ((Puback) client.next()).reasonCode() != ReasonCode.NOT_AUTHORIZED;
    }

    @Test
    void whatTheTokenSaysCountsAndNotWhatTheClientDoes() throws IOException {
        String token =
                FILE.token(
                        claims(
                                ",\"groups\":[\"staff\"],\"acl\":[{\"allow\":\"publish\",\"topics\":[\"own/%u/%c\"]}]"));
        for (String user : new String[] {null, "bob"}) {
            try (RawClient client = client()) {
                client.send(connect(user, token));
                assertThat(((Connack) client.next()).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
                assertThat(mayPublish(client, "who/ana")).isTrue();
                assertThat(mayPublish(client, "who/bob")).isFalse();
                assertThat(mayPublish(client, "staff")).isTrue();
                assertThat(mayPublish(client, "own/ana/c")).isTrue();
                assertThat(mayPublish(client, "own/ana/d")).isFalse();
            }
        }
        try (RawClient client = client()) {
            client.send(connect(null, FILE.token(claims(""))));
            client.next();
            assertThat(mayPublish(client, "who/ana")).isTrue();
            assertThat(mayPublish(client, "staff")).isFalse();
            assertThat(mayPublish(client, "own/ana/c")).isFalse();
        }
    }

    /// With the code that a client is told; what the log says is in TokenVerifierTest.
    @Test
    void wrongTokensAreRefused() throws IOException {
        String good = FILE.token(claims(""));
        assertThat(answer(connect(null, good))).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer(connect(null, good.substring(0, good.length() - 4))))
                .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(connect(null, Signer.fresh("ES256").token(claims("")))))
                .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(connect(null, FILE.token("{\"sub\":\"ana\",\"exp\":7}"))))
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(answer(connect("nobody", "no token")))
                .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(connect("nobody", "bnVsbA.bnVsbA.AA"))) // null and null
                .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(connect("alice", "wonder"))).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer(connect("alice", good))) // her file decides
                .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(withMethod("SCRAM-SHA-1", good)))
                .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
    }

    /// What is by no key of the first entry is asked about at the second.
    @ParameterizedTest
    @CsvSource({"c, SUCCESS", "d, CLIENT_IDENTIFIER_NOT_VALID"})
    void keysOfAServerCountForTheTokensThatNameThem(String dev, ReasonCode code)
            throws IOException {
        String token =
                SERVER.token(
                        "{\"alg\":\"EdDSA\",\"kid\":\"one\"}", claims(",\"dev\":\"" + dev + "\""));
        assertThat(answer(connect(null, token))).isEqualTo(code);
    }

    @Test
    void aClientRenewsItsTokenByAuthenticatingAgain() throws IOException {
        try (RawClient client = client()) {
            client.send(withMethod("OAUTH2-JWT", FILE.token(claims(",\"groups\":\"staff\""))));
            assertThat(((Connack) client.next()).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(mayPublish(client, "staff")).isTrue();

            assertThat(again(client, FILE.token(claims(""))))
                    .isInstanceOfSatisfying(
                            Auth.class,
                            it -> assertThat(it.reasonCode()).isEqualTo(ReasonCode.SUCCESS));
            assertThat(mayPublish(client, "staff")).as("its rights are the new token's").isFalse();

            assertThat(again(client, FILE.token("{\"sub\":\"ana\",\"exp\":7}")))
                    .isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED));
        }
        try (RawClient client = client()) {
            client.send(withMethod("OAUTH2-JWT", FILE.token(claims(""))));
            client.next();
            String other = FILE.token(claims("").replace("ana", "bob"));
            assertThat(again(client, other)).isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED));
        }
    }

    private static Packet again(RawClient client, String token) throws IOException {
        client.send(
                new Auth(
                        ReasonCode.RE_AUTHENTICATE,
                        Properties.builder()
                                .put(Property.AUTHENTICATION_METHOD, "OAUTH2-JWT")
                                .put(Property.AUTHENTICATION_DATA, bytes(token))
                                .build()));
        return client.next();
    }
}
