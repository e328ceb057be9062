package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.BrokerRig.connect;
import static org.vencejo.broker.BrokerRig.mayPublish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.identity.Signer;
import org.vencejo.broker.identity.WebService;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Property;
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
    private BrokerRig rig;

    @BeforeEach
    void start() throws IOException {
        keys = new WebService();
        keys.answers(200, "{\"keys\":[" + SERVER.webKey("one") + "]}");
        Files.writeString(folder.resolve("rules.yaml"), RULES);
        Files.writeString(folder.resolve("keys.pem"), FILE.pem());
        Files.writeString(folder.resolve("passwords"), BrokerRig.ALICE);
        rig =
                BrokerRig.start(
                        folder,
                        "access-rules=" + folder.resolve("rules.yaml"),
                        "listeners=[{name: here, port: 0}]",
                        "authentication=[{file: '%s'}, {type: jwt, jwt: {algorithms: ES256, keys: '%s', rules-claim: acl, groups-claim: groups}}, {type: jwt, jwt: {algorithms: EdDSA, jwks-url: '%s', client-identifier-claim: dev}}]"
                                .formatted(
                                        folder.resolve("passwords"),
                                        folder.resolve("keys.pem"),
                                        keys.url()));
    }

    @AfterEach
    void stop() {
        rig.close();
        keys.close();
    }

    private static String claims(String more) {
        return "{\"sub\":\"ana\",\"exp\":%d%s}"
                .formatted(System.currentTimeMillis() / 1_000 + 3_600, more);
    }

    private static Connect withMethod(String method, String token) {
        return connect(null, null, BrokerRig.exchange(method, token));
    }

    private ReasonCode answer(Connect connect) throws IOException {
        try (RawClient client = rig.client()) {
            client.send(connect);
            Connack connack = (Connack) client.next();
            assertThat(String.valueOf(connack.properties().text(Property.REASON_STRING)))
                    .as("a stranger learns no more than the code")
                    .doesNotContain("token", "key", "expired");
            return connack.reasonCode();
        }
    }

    @Test
    void whatTheTokenSaysCountsAndNotWhatTheClientDoes() throws IOException {
        String token =
                FILE.token(
                        claims(
                                ",\"groups\":[\"staff\"],\"acl\":[{\"allow\":\"publish\",\"topics\":[\"own/%u/%c\"]}]"));
        for (String user : new String[] {null, "bob"}) {
            try (RawClient client = rig.client()) {
                client.send(connect(user, token));
                assertThat(((Connack) client.next()).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
                assertThat(mayPublish(client, "who/ana")).isTrue();
                assertThat(mayPublish(client, "who/bob")).isFalse();
                assertThat(mayPublish(client, "staff")).isTrue();
                assertThat(mayPublish(client, "own/ana/c")).isTrue();
                assertThat(mayPublish(client, "own/ana/d")).isFalse();
            }
        }
        try (RawClient client = rig.client()) {
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
        try (RawClient client = rig.client()) {
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
        try (RawClient client = rig.client()) {
            client.send(withMethod("OAUTH2-JWT", FILE.token(claims(""))));
            client.next();
            String other = FILE.token(claims("").replace("ana", "bob"));
            assertThat(again(client, other)).isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED));
        }
    }

    private static Packet again(RawClient client, String token) throws IOException {
        client.send(new Auth(ReasonCode.RE_AUTHENTICATE, BrokerRig.exchange("OAUTH2-JWT", token)));
        return client.next();
    }
}
