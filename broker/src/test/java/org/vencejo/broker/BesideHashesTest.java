package org.vencejo.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.Asked.LIMITS;
import static org.vencejo.broker.Asked.answer;
import static org.vencejo.broker.BrokerRig.connect;
import static org.vencejo.broker.BrokerRig.exchange;
import static org.vencejo.broker.With.with;

import com.ongres.scram.client.ScramClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.broker.identity.Signer;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.core.Authentication;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ReasonCode;

/// The authenticators as a configuration lists them, while one hash takes for ever and another
/// waits, which is all that may: who needs no hash is let in all the same.
///
/// The control arm is the password that is sent away at the end.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class BesideHashesTest {
    private static final Signer SIGNER = Signer.of("ES256");
    private static final String SCRAM = "SCRAM-SHA-256";

    private final CountDownLatch hashed = new CountDownLatch(1);
    private final LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final List<RawClient> inside = new ArrayList<>();

    @TempDir private Path folder;
    private IdentitySources identities;
    private ServerRig rig;

    @BeforeEach
    void fillTheThreads() throws Exception {
        Files.writeString(folder.resolve("passwords"), BrokerRig.ALICE + "bob:" + scram() + "\n");
        Files.writeString(folder.resolve("keys.pem"), SIGNER.pem());
        identities = IdentitySources.open(config());
        List<Authenticator> held =
                identities.authenticators(() -> new byte[32]).chain().stream()
                        .<Authenticator>map(Held::new)
                        .toList();
        rig = ServerRig.start(1, new Authenticators(held, with(LIMITS, "waitingMax", 1)));
        // A wrong password, and one of a stranger.
        for (String user : List.of("alice", "carol")) {
            RawClient client = new RawClient(rig.address());
            client.send(connect(user, "wrong"));
            inside.add(client);
            if (user.equals("alice")) {
                assertThat(begun.poll(30, TimeUnit.SECONDS)).isEqualTo("alice");
            }
        }
    }

    @AfterEach
    void letThemHash() throws IOException {
        // One loop has all of them, so this one comes after those inside.
        assertThat(codeOf(connect("alice", "wonder"))).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        hashed.countDown();
        for (RawClient client : inside) {
            assertThat(answer(client)).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            client.close();
        }
        assertThat(codeOf(connect("alice", "wonder"))).isEqualTo(ReasonCode.SUCCESS);
        rig.close();
        identities.close();
    }

    @Test
    void tokensAreVerified() throws IOException {
        String right = SIGNER.token("{\"sub\":\"ana\",\"exp\":4000000000}");
        String wrong = Signer.fresh("ES256").token("{\"sub\":\"ana\",\"exp\":4000000000}");
        assertThat(codeOf(connect(null, right))).isEqualTo(ReasonCode.SUCCESS);
        assertThat(codeOf(connect(null, wrong))).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(codeOf(connect(null, null, exchange(TokenAuthenticator.METHOD, right))))
                .isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void proofsOfPasswordsAreChecked() throws Exception {
        ScramClient scram =
                ScramClient.builder()
                        .advertisedMechanisms(List.of(SCRAM))
                        .username("bob")
                        .password("pencil".toCharArray())
                        .build();
        try (RawClient client = new RawClient(rig.address())) {
            String first = scram.clientFirstMessage().toString();
            client.send(connect(null, null, exchange(SCRAM, first)));
            byte[] asked = ((Auth) client.next()).properties().binary(Property.AUTHENTICATION_DATA);
            scram.serverFirstMessage(new String(asked, UTF_8));
            String last = scram.clientFinalMessage().toString();
            client.send(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, exchange(SCRAM, last)));
            assertThat(answer(client)).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void whoNamesNobodyIsLetIn() throws IOException {
        assertThat(codeOf(connect(null, null))).isEqualTo(ReasonCode.SUCCESS);
    }

    private ReasonCode codeOf(Connect connect) throws IOException {
        try (RawClient client = new RawClient(rig.address())) {
            return BrokerRig.answer(client, connect);
        }
    }

    private static String scram() {
        return HashKind.SCRAM_SHA_256.hash("pencil".getBytes(UTF_8), new SecureRandom()).text();
    }

    private AuthenticationConfig config() {
        List<String> settings =
                List.of(
                        "data-folder=" + folder.resolve("data"),
                        "listeners=[{name: test, port: 0, allow-anonymous: true}]",
                        "authentication=[{file: '%s'}, {type: jwt, jwt: {algorithms: ES256, keys: '%s'}}]"
                                .formatted(
                                        folder.resolve("passwords"), folder.resolve("keys.pem")));
        return Configuration.read(
                        new Configuration.Request(null, Map.of(), settings, null), Machine.here())
                .broker()
                .authentication();
    }

    /// One of the chain that is not done with what is long until the test lets it.
    private final class Held implements Authenticator {
        private final Authenticator behind;

        Held(Authenticator behind) {
            this.behind = behind;
        }

        @Override
        public Work work(Peer peer, Authentication.Request request) {
            return behind.work(peer, request);
        }

        @Override
        public Authentication.Outcome authenticate(Peer peer, Authentication.Request request) {
            if (work(peer, request) == Work.COMPUTES) {
                begun.add(String.valueOf(((Authentication.Credentials) request).userName()));
                Asked.await(hashed);
            }
            return behind.authenticate(peer, request);
        }
    }
}
