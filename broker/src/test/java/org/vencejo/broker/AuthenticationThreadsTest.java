package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.With.with;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.broker.Authenticator.Work;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Authentication.Outcome;
import org.vencejo.core.Event;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ReasonCode;

/// Those who know clients are asked in order and on the threads of their kind, and whatever does
/// not answer lets nobody in.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class AuthenticationThreadsTest {
    private static final AuthenticationLimits LIMITS =
            with(AuthenticationLimits.PATIENT, "threads", 1);

    /// An authenticator of one kind with an answer of the test's.
    private record Asked(Work kind, Function<Credentials, Outcome> answer)
            implements Authenticator {
        @Override
        public Work work(Peer peer, Authentication.Request request) {
            return kind;
        }

        @Override
        public Outcome authenticate(Peer peer, Authentication.Request request) {
            return answer.apply((Credentials) request);
        }
    }

    private static Outcome letIn(Credentials it) {
        return new Accepted(new Identity(it.userName()), null);
    }

    @ParameterizedTest
    @CsvSource({
        "NONE COMPUTES WAITS, 0",
        "WAITS NONE COMPUTES, 1",
        "COMPUTES WAITS NONE, 2",
        "COMPUTES COMPUTES WAITS, 2",
        "WAITS WAITS NONE, 3"
    })
    void theFirstThatDecidesDoesAndNobodyBehindItIsAsked(String kinds, int deciding)
            throws IOException {
        List<Integer> asked = new ArrayList<>();
        List<Authenticator> chain = new ArrayList<>();
        for (String kind : kinds.split(" ", -1)) {
            int place = chain.size();
            chain.add(
                    new Asked(
                            Work.valueOf(kind),
                            it -> {
                                synchronized (asked) {
                                    asked.add(place);
                                }
                                return place == deciding ? letIn(it) : null;
                            }));
        }
        try (ServerRig rig = ServerRig.start(1, new Authenticators(chain, LIMITS))) {
            assertThat(connect(rig, "a"))
                    .isEqualTo(
                            deciding < 3
                                    ? ReasonCode.SUCCESS
                                    : ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
        assertThat(asked).isEqualTo(deciding == 0 ? List.of(0) : upTo(deciding));
    }

    private static List<Integer> upTo(int last) {
        return List.of(0, 1, 2).subList(0, Math.min(last, 2) + 1);
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionIsNoYesAndIsToldOnce(Work kind) throws IOException {
        Asked broken =
                new Asked(
                        kind,
                        it -> {
                            throw new IllegalStateException("broken");
                        });
        Asked behind = new Asked(Work.NONE, AuthenticationThreadsTest::letIn);
        ServerRig rig = ServerRig.start(1, new Authenticators(List.of(broken, behind), LIMITS));

        assertThat(connect(rig, "a")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);

        rig.driver().stop(TimeUnit.SECONDS.toNanos(30));
        assertThat(rig.events().stream().filter(Event.Fault.class::isInstance)).hasSize(1);
    }

    @Test
    void whoAsksOthersHasATimeToAnswer() throws IOException {
        CountDownLatch interrupted = new CountDownLatch(1);
        Asked silent =
                new Asked(
                        Work.WAITS,
                        it -> {
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                interrupted.countDown();
                            }
                            return letIn(it); // too late
                        });
        AuthenticationLimits hasty = with(LIMITS, "timeoutNanos", 1_000_000L);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(silent), hasty))) {
            assertThat(connect(rig, "a")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(rig.driver().authentication().overdue()).isEqualTo(1);
            assertThat(await(interrupted)).isTrue();
            assertThat(rig.ask(server -> server.sessions())).isZero();
        }
    }

    /// One is at work, as many wait as may; the next is sent away, and the others get their answer.
    @ParameterizedTest
    @CsvSource({"COMPUTES, 2", "WAITS, 1"})
    void whereNoRoomIsLeftClientsAreToldToComeAgain(Work kind, int places) throws IOException {
        CountDownLatch known = new CountDownLatch(1);
        LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
        Asked slow =
                new Asked(
                        kind,
                        it -> {
                            begun.add(it.clientIdentifier());
                            return await(known) ? letIn(it) : null;
                        });
        AuthenticationLimits narrow = with(with(LIMITS, "waitingMax", 1), "concurrencyMax", 1);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(slow), narrow))) {
            List<RawClient> inside = new ArrayList<>();
            for (int i = 0; i < places; i++) {
                inside.add(asking(rig, "inside" + i, bytes("x")));
                if (i == 0) {
                    assertThat(begun.poll(30, TimeUnit.SECONDS)).isEqualTo("inside0");
                }
            }
            // The one that waits was queued before this one's CONNECT was read: one loop has both.
            assertThat(connect(rig, "outside")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);

            known.countDown();

            for (RawClient client : inside) {
                assertThat(answer(client)).isEqualTo(ReasonCode.SUCCESS);
                client.close();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// The slow one has as many as it may; who is none of its business is asked about elsewhere.
    @Test
    void whoeverIsSlowTakesNoPlaceOfAnother() throws Exception {
        CountDownLatch known = new CountDownLatch(1);
        LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
        Authenticator slow =
                new OfSome(
                        "slow",
                        new Asked(
                                Work.WAITS,
                                it -> {
                                    begun.add(it.clientIdentifier());
                                    return await(known) ? letIn(it) : null;
                                }));
        Authenticator quick = new Asked(Work.WAITS, AuthenticationThreadsTest::letIn);
        AuthenticationLimits narrow = with(LIMITS, "concurrencyMax", 1);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(slow, quick), narrow));
                RawClient inside = asking(rig, "slow 1", bytes("x"))) {
            assertThat(begun.poll(30, TimeUnit.SECONDS)).isEqualTo("slow 1");
            assertThat(connect(rig, "slow 2")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(connect(rig, "another")).isEqualTo(ReasonCode.SUCCESS);
            known.countDown();
            assertThat(answer(inside)).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    /// An authenticator whose business are the clients whose name begins so.
    private record OfSome(String beginning, Authenticator behind) implements Authenticator {
        private boolean isMine(Authentication.Request request) {
            return ((Credentials) request).clientIdentifier().startsWith(beginning);
        }

        @Override
        public Work work(Peer peer, Authentication.Request request) {
            return isMine(request) ? behind.work(peer, request) : Work.NONE;
        }

        @Override
        public Outcome authenticate(Peer peer, Authentication.Request request) {
            return isMine(request) ? behind.authenticate(peer, request) : null;
        }
    }

    /// Nobody computes for who has gone; the control arm is the one that stays.
    @Test
    void whoLeavesTheWaitingListIsNotAskedAbout() throws Exception {
        CountDownLatch known = new CountDownLatch(1);
        LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
        Asked slow =
                new Asked(
                        Work.COMPUTES,
                        it -> {
                            begun.add(it.clientIdentifier());
                            return await(known) ? letIn(it) : null;
                        });
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(slow), LIMITS));
                RawClient first = asking(rig, "first", bytes("x"));
                RawClient gone = asking(rig, "gone", bytes("x"));
                RawClient last = asking(rig, "last", bytes("x"))) {
            assertThat(begun.poll(30, TimeUnit.SECONDS)).isEqualTo("first");
            rig.await(server -> server.connections(), 3);
            gone.reset();
            rig.await(server -> server.connections(), 2);

            known.countDown();

            assertThat(answer(first)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer(last)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(begun).containsExactly("last");
        }
    }

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
                            return letIn(it);
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

    /// Failures are counted where they happen, and the delay is none of a thread's.
    @Test
    void whoFailsWaitsBeforeTheNextAttemptIsLookedAt() throws IOException {
        Asked strict = new Asked(Work.COMPUTES, it -> Authenticator.WRONG);
        AuthenticationLimits slow = with(LIMITS, "delayNanosMax", 100_000_000L);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(strict), slow))) {
            for (int i = 0; i < 4; i++) {
                assertThat(connect(rig, "a")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
                assertThat(rig.driver().authentication().delayed()).isEqualTo(Math.max(0, i - 1));
            }
            assertThat(rig.driver().authentication().wrong()).isEqualTo(4);
            assertThat(rig.driver().authentication().bans()).isZero();
        }
    }

    /// Who names nobody has guessed nothing; but where others are asked about it, it costs them.
    @ParameterizedTest
    @CsvSource({
        "WAITS, NOT_AUTHORIZED,     true",
        "WAITS, SERVER_UNAVAILABLE, false", // which is no fault of the client
        "NONE,  NOT_AUTHORIZED,     false",
    })
    void whoNamesNobodyAndIsRefusedByOthersIsSlowAndBannedAsGuessersAre(
            Work kind, ReasonCode code, boolean counts) throws IOException {
        Asked strict = new Asked(kind, it -> new Authentication.Refused(code, Properties.NONE));
        AuthenticationLimits stern = with(stern(4), "delayNanosMax", 1_000_000L);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(strict), stern))) {
            for (int i = 0; i < 4; i++) {
                try (RawClient client = new RawClient(rig.address())) {
                    client.send(RawClient.connect("c"));
                    assertThat(answer(client)).isEqualTo(code);
                }
            }
            assertThat(rig.driver().authentication().delayed()).isEqualTo(counts ? 2 : 0);
            assertThat(rig.driver().authentication().wrong()).isZero();
            assertThat(bans(rig)).isEqualTo(counts ? List.of(BAN_AFTER_4) : List.of());
        }
    }

    /// Whoever finds out how to make a fault is as slow at it as at guessing, and is told of.
    @ParameterizedTest
    @EnumSource
    void whoCausesFaultsIsBannedAsGuessersAre(Work kind) throws IOException {
        Asked broken =
                new Asked(
                        kind,
                        it -> {
                            throw new IllegalStateException("broken");
                        });
        ServerRig rig = ServerRig.start(1, new Authenticators(List.of(broken), stern(4)));
        for (int i = 0; i < 4; i++) {
            assertThat(connect(rig, "a")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        }
        assertThat(bans(rig)).containsExactly(BAN_AFTER_4);
        rig.driver().stop(TimeUnit.SECONDS.toNanos(30));
    }

    private static final Event BAN_AFTER_4 = new Event.AddressBanned("127.0.0.1", 3_600, 4);

    private static AuthenticationLimits stern(int failuresMax) {
        return with(
                with(
                        with(with(LIMITS, "failuresMax", failuresMax), "banLoopback", true),
                        "forgivenNanos",
                        3_600_000_000_000L),
                "banNanos",
                3_600_000_000_000L);
    }

    private static List<Event> bans(ServerRig rig) {
        return rig.events().stream().filter(Event.AddressBanned.class::isInstance).toList();
    }

    /// After so many failures at once the delay is minutes, so that nothing hangs on when the next
    /// one comes.
    @Test
    void anAddressHasOnlySoManyAttemptsThatWait() throws IOException {
        CountDownLatch allAsk = new CountDownLatch(1);
        Asked strict = new Asked(Work.COMPUTES, it -> await(allAsk) ? Authenticator.WRONG : null);
        AuthenticationLimits slow =
                with(
                        with(LIMITS, "delayNanosMax", 3_600_000_000_000L),
                        "forgivenNanos",
                        3_600_000_000_000L);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(strict), slow))) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                clients.add(asking(rig, "fails" + i, bytes("x")));
            }
            rig.await(server -> server.statistics().packetsReceived(PacketType.CONNECT), 15);
            allAsk.countDown();
            for (RawClient client : clients) {
                assertThat(answer(client)).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            for (int i = 0; i < 10; i++) {
                clients.add(asking(rig, "waits" + i, bytes("x")));
            }
            rig.await(server -> rig.driver().authentication().delayed(), 10);
            assertThat(connect(rig, "one too many")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void anAddressThatIsBannedIsNotHeard() throws IOException {
        Asked strict = new Asked(Work.COMPUTES, it -> Authenticator.WRONG);
        AuthenticationLimits stern =
                with(
                        with(with(LIMITS, "failuresMax", 3), "banNanos", Long.MAX_VALUE / 2),
                        "banLoopback",
                        true);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(strict), stern));
                RawClient before = new RawClient(rig.address())) {
            rig.await(server -> server.connections(), 1);
            for (int i = 0; i < 3; i++) {
                assertThat(connect(rig, "a")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            assertThat(rig.driver().authentication().bans()).isEqualTo(1);
            assertThat(rig.driver().authentication().banned()).isEqualTo(1);

            before.send(with(RawClient.connect("b"), "userName", "alice"));
            assertThat(answer(before)).isEqualTo(ReasonCode.BANNED);
            try (RawClient after = new RawClient(rig.address())) {
                assertThat(after.isClosed()).isTrue();
            }
            assertThat(bans(rig)).hasSize(1);
            assertThat(rig.driver().traffic().refusedConnections()).isEqualTo(1);
            assertThat(rig.driver().authentication().wrong()).isEqualTo(3);
        }
    }

    /// What was found out before users changed does not count after that.
    @Test
    void whoWasKnownBeforeAChangeIsNotLetInAfterIt() throws Exception {
        CountDownLatch known = new CountDownLatch(1);
        LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
        Asked slow =
                new Asked(
                        Work.COMPUTES,
                        it -> {
                            begun.add(it.clientIdentifier());
                            return await(known) ? letIn(it) : null;
                        });
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(slow), LIMITS));
                RawClient client = asking(rig, "a", bytes("x"))) {
            assertThat(begun.poll(30, TimeUnit.SECONDS)).isEqualTo("a");
            rig.driver().usersChanged(Set.of("somebody else"));
            known.countDown();
            assertThat(answer(client)).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(connect(rig, "a")).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    private static ReasonCode connect(ServerRig rig, String clientIdentifier) throws IOException {
        try (RawClient client = asking(rig, clientIdentifier, bytes("secret"))) {
            return answer(client);
        }
    }

    private static RawClient asking(ServerRig rig, String clientIdentifier, byte[] password)
            throws IOException {
        RawClient client = new RawClient(rig.address());
        client.send(
                with(
                        with(RawClient.connect(clientIdentifier), "userName", "alice"),
                        "password",
                        password));
        return client;
    }

    private static ReasonCode answer(RawClient client) throws IOException {
        Packet packet = client.next();
        assertThat(packet).isInstanceOf(Connack.class);
        return ((Connack) packet).reasonCode();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
