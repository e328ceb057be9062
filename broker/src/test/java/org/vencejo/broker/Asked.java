package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.With.with;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.vencejo.broker.Authenticator.Work;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Authentication.Outcome;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ReasonCode;

/// An authenticator of one kind of work with an answer of the test's, and how clients come to it.
/// Immutable.
record Asked(Work kind, Function<Credentials, Outcome> answer) implements Authenticator {
    static final AuthenticationLimits LIMITS = with(AuthenticationLimits.PATIENT, "threads", 1);

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        return kind;
    }

    @Override
    public Outcome authenticate(Peer peer, Authentication.Request request) {
        return answer.apply((Credentials) request);
    }

    static Outcome letIn(Credentials it) {
        return new Accepted(new Identity(it.userName()), null);
    }

    static ReasonCode connect(ServerRig rig, String clientIdentifier) throws IOException {
        try (RawClient client = asking(rig, clientIdentifier, bytes("secret"))) {
            return answer(client);
        }
    }

    static RawClient asking(ServerRig rig, String clientIdentifier, byte[] password)
            throws IOException {
        RawClient client = new RawClient(rig.address());
        client.send(
                with(
                        with(RawClient.connect(clientIdentifier), "userName", "alice"),
                        "password",
                        password));
        return client;
    }

    static ReasonCode answer(RawClient client) throws IOException {
        Packet packet = client.next();
        assertThat(packet).isInstanceOf(Connack.class);
        return ((Connack) packet).reasonCode();
    }

    static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
