package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.broker.Asked.LIMITS;
import static org.vencejo.broker.Asked.answer;
import static org.vencejo.broker.Asked.asking;
import static org.vencejo.broker.Asked.await;
import static org.vencejo.broker.Asked.bytes;
import static org.vencejo.broker.Asked.connect;
import static org.vencejo.broker.With.with;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.broker.Authenticator.Work;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Authentication.Outcome;
import org.vencejo.core.Event;
import org.vencejo.core.Peer;
import org.vencejo.protocol.ReasonCode;

/// Those who know clients are asked in order and on the threads of their kind, and whatever does
/// not answer lets nobody in.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class AuthenticationThreadsTest {
    @ParameterizedTest
    @CsvSource({
        "NONE COMPUTES WAITS, 0",
        "WAITS NONE COMPUTES, 1",
        "COMPUTES WAITS NONE, 2",
        "VERIFIES COMPUTES NONE, 1",
        "COMPUTES VERIFIES NONE, 1",
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
                                return place == deciding ? Asked.letIn(it) : null;
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
        Asked behind = new Asked(Work.NONE, Asked::letIn);
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
                            return Asked.letIn(it); // too late
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
    @CsvSource({"COMPUTES, 2", "VERIFIES, 2", "WAITS, 1"})
    void whereNoRoomIsLeftClientsAreToldToComeAgain(Work kind, int places) throws IOException {
        CountDownLatch known = new CountDownLatch(1);
        LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
        Asked slow =
                new Asked(
                        kind,
                        it -> {
                            begun.add(it.clientIdentifier());
                            return await(known) ? Asked.letIn(it) : null;
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

    /// One kind of work has no room left; who needs another is let in before anybody of it is.
    @ParameterizedTest
    @CsvSource({
        "COMPUTES, 2, NONE VERIFIES WAITS",
        "VERIFIES, 2, NONE COMPUTES WAITS",
        "WAITS, 1, NONE VERIFIES COMPUTES"
    })
    void whatIsShortOrElsewhereDoesNotWaitForWhatIsLong(Work full, int places, String others)
            throws Exception {
        CountDownLatch known = new CountDownLatch(1);
        LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
        List<Authenticator> chain = new ArrayList<>();
        chain.add(
                new OfSome(
                        "slow",
                        new Asked(
                                full,
                                it -> {
                                    begun.add(it.clientIdentifier());
                                    return await(known) ? Asked.letIn(it) : null;
                                })));
        for (String kind : others.split(" ", -1)) {
            chain.add(new OfSome(kind, new Asked(Work.valueOf(kind), Asked::letIn)));
        }
        AuthenticationLimits narrow = with(with(LIMITS, "waitingMax", 1), "concurrencyMax", 1);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(chain, narrow))) {
            List<RawClient> inside = new ArrayList<>();
            for (int i = 0; i < places; i++) {
                inside.add(asking(rig, "slow" + i, bytes("x")));
                if (i == 0) {
                    assertThat(begun.poll(30, TimeUnit.SECONDS)).isEqualTo("slow0");
                }
            }
            assertThat(connect(rig, "slow too")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);

            for (String kind : others.split(" ", -1)) {
                assertThat(connect(rig, kind)).as(kind).isEqualTo(ReasonCode.SUCCESS);
            }

            known.countDown();
            for (RawClient client : inside) {
                assertThat(answer(client)).isEqualTo(ReasonCode.SUCCESS);
                client.close();
            }
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
                                    return await(known) ? Asked.letIn(it) : null;
                                }));
        Authenticator quick = new Asked(Work.WAITS, Asked::letIn);
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
                            return await(known) ? Asked.letIn(it) : null;
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
                            return await(known) ? Asked.letIn(it) : null;
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
}
