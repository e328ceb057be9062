package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.Asked.LIMITS;
import static org.vencejo.broker.Asked.await;
import static org.vencejo.broker.Asked.bytes;
import static org.vencejo.broker.Asked.connect;
import static org.vencejo.broker.With.with;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.broker.Authenticator.Work;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Outcome;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ReasonCode;

/// Passwords are overwritten when they were used, and not before.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class OverwrittenPasswordsTest {
    @ParameterizedTest
    @EnumSource
    void aPasswordIsOverwrittenWhenItWasUsed(Work kind) throws IOException {
        LinkedBlockingQueue<byte[]> seen = new LinkedBlockingQueue<>();
        List<String> texts = new ArrayList<>();
        Asked curious =
                new Asked(
                        kind,
                        it -> {
                            seen.add(it.password());
                            texts.add(new String(it.password(), StandardCharsets.UTF_8));
                            return Asked.letIn(it);
                        });
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(curious), LIMITS))) {
            assertThat(connect(rig, "a")).isEqualTo(ReasonCode.SUCCESS);
        }
        assertThat(texts).containsExactly("secret");
        assertThat(seen.remove()).containsOnly(0);
    }

    /// Whoever is too late may still read it, and must not take zeros for it.
    @Test
    void aPasswordIsNotOverwrittenUnderWhoIsTooLate() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        LinkedBlockingQueue<byte[]> seen = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
        Asked silent =
                new Asked(
                        Work.WAITS,
                        it -> {
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException tooLate) {
                                await(told);
                            }
                            texts.add(new String(it.password(), StandardCharsets.UTF_8));
                            seen.add(it.password());
                            return null;
                        });
        AuthenticationLimits hasty =
                with(with(LIMITS, "timeoutNanos", 1_000_000L), "concurrencyMax", 1);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(silent), hasty))) {
            assertThat(connect(rig, "a")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            told.countDown();
            assertThat(texts.poll(30, TimeUnit.SECONDS)).isEqualTo("secret");
            byte[] password = seen.poll(30, TimeUnit.SECONDS);
            VarHandle bytes = MethodHandles.arrayElementVarHandle(byte[].class);
            while ((byte) bytes.getVolatile(password, 0)
                    != 0) { // by its own thread, when it is done
                Thread.onSpinWait();
            }
        }
    }

    /// An exchange may go on for as long as its client likes, or end without a word.
    @Test
    void aPasswordBesideAnExchangeIsOverwrittenAfterTheFirstStepAndComesWithNoOther()
            throws IOException {
        LinkedBlockingQueue<Authentication.Step> seen = new LinkedBlockingQueue<>();
        Authenticator exchanging =
                new Authenticator() {
                    @Override
                    public Work work(Peer peer, Authentication.Request request) {
                        return Work.NONE;
                    }

                    @Override
                    public Outcome authenticate(Peer peer, Authentication.Request request) {
                        Authentication.Step step = (Authentication.Step) request;
                        assertThat(step.first() ? step.password() : bytes("secret"))
                                .isEqualTo(bytes("secret"));
                        seen.add(step);
                        return new Authentication.More(new byte[0]);
                    }
                };
        Properties method =
                Properties.builder()
                        .put(Property.AUTHENTICATION_METHOD, "m")
                        .put(Property.AUTHENTICATION_DATA, bytes("data"))
                        .build();
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(exchanging), LIMITS));
                RawClient client = new RawClient(rig.address())) {
            client.send(
                    with(
                            with(RawClient.connect("a"), "password", bytes("secret")),
                            "properties",
                            method));
            assertThat(client.next()).isInstanceOf(Auth.class);
            Authentication.Step first = seen.remove();
            assertThat(first.password()).containsOnly(0);
            assertThat(first.data()).containsOnly(0);
            client.send(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, method));
            assertThat(client.next()).isInstanceOf(Auth.class);
            assertThat(seen.remove().password()).isNull();
        }
    }
}
