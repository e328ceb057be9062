package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.vencejo.broker.Asked.LIMITS;
import static org.vencejo.broker.Asked.answer;
import static org.vencejo.broker.Asked.asking;
import static org.vencejo.broker.Asked.await;
import static org.vencejo.broker.Asked.bytes;
import static org.vencejo.broker.Asked.connect;
import static org.vencejo.broker.With.with;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.broker.Authenticator.Work;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.core.Authentication;
import org.vencejo.core.Event;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Who fails waits before the next attempt is looked at, and is banned at last.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class FailedAttemptsTest {
    /// Failures are counted where they happen, and the delay is none of a thread's.
    @Test
    void whoFailsWaitsBeforeTheNextAttemptIsLookedAt() throws IOException {
        Asked strict = new Asked(Work.COMPUTES, it -> Authenticator.WRONG);
        AuthenticationLimits slow =
                with(
                        with(LIMITS, "delayNanosMax", 100_000_000L),
                        "forgivenNanos",
                        3_600_000_000_000L);
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

    /// Who names itself in an exchange alone guesses at somebody as well, from wherever it comes.
    @ParameterizedTest
    @CsvSource({"alice, 2", ", 0"}) // as control arm
    void aNameInAnExchangeCountsAsOneInConnect(@Nullable String user, int delayed)
            throws IOException {
        assumeTrue(
                Files.exists(Path.of("/proc/self")),
                "several addresses of this machine: not Linux");
        Authentication.Exchange said =
                new Authentication.Exchange() {
                    @Override
                    public @Nullable String userName() {
                        return user;
                    }
                };
        Authenticator exchanging =
                new Authenticator() {
                    @Override
                    public Work work(Peer peer, Authentication.Request request) {
                        return Work.NONE;
                    }

                    @Override
                    public Authentication.Outcome authenticate(
                            Peer peer, Authentication.Request request) {
                        return ((Authentication.Step) request).first()
                                ? new Authentication.More(new byte[0], said)
                                : Authenticator.WRONG;
                    }
                };
        Properties method = BrokerRig.exchange("m", null);
        AuthenticationLimits slow =
                with(
                        with(LIMITS, "delayNanosMax", 1_000_000L),
                        "forgivenNanos",
                        3_600_000_000_000L);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(exchanging), slow))) {
            for (int i = 0; i < 4; i++) {
                InetAddress own = InetAddress.ofLiteral("127.0.0." + (10 + i));
                try (RawClient client =
                        new RawClient(
                                new Socket(
                                        rig.address().getAddress(),
                                        rig.address().getPort(),
                                        own,
                                        0))) {
                    client.send(with(RawClient.connect("c"), "properties", method));
                    assertThat(client.next()).isInstanceOf(Auth.class);
                    client.send(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, method));
                    assertThat(answer(client)).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
                }
            }
            assertThat(rig.driver().authentication().delayed()).isEqualTo(delayed);
        }
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
        return rig.events().stream()
                .filter(it -> it instanceof Event.AddressBanned || it instanceof Event.UserBanned)
                .toList();
    }

    /// Whoever has the right password is heard where it came in from; nobody learns by it whether
    /// there is such a user.
    @ParameterizedTest
    @CsvSource({
        "true,  alice,  BANNED",
        "true,  nobody, BANNED",
        "false, alice,  SUCCESS", // as control arm
        "false, nobody, BAD_USER_NAME_OR_PASSWORD",
    })
    void aUserNameThatIsBannedIsNotLookedAt(boolean wanted, String user, ReasonCode answer)
            throws IOException {
        assumeTrue(
                Files.exists(Path.of("/proc/self")),
                "several addresses of this machine: not Linux");
        List<String> asked = new CopyOnWriteArrayList<>();
        Asked strict =
                new Asked(
                        Work.COMPUTES,
                        it -> {
                            asked.add(it.clientIdentifier());
                            return it.userName().equals("alice") && isRight(it)
                                    ? Asked.letIn(it)
                                    : Authenticator.WRONG;
                        });
        AuthenticationLimits stern = with(with(stern(3), "banUsers", wanted), "banLoopback", false);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(strict), stern))) {
            assertThat(connectFrom(2, rig, user, "right"))
                    .isEqualTo(
                            user.equals("alice")
                                    ? ReasonCode.SUCCESS
                                    : ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            for (int i = 0; bans(rig).isEmpty() && i < 3; i++) {
                assertThat(connectFrom(10 + i, rig, user, "wrong"))
                        .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            assertThat(bans(rig))
                    .isEqualTo(wanted ? List.of(new Event.UserBanned(user, 3_600, 3)) : List.of());
            int before = asked.size();

            assertThat(connectFrom(20, rig, user, "right")).isEqualTo(answer);

            assertThat(asked).hasSize(wanted ? before : before + 1);
            assertThat(rig.driver().authentication().computed()).isEqualTo(asked.size());
            assertThat(rig.driver().authentication().usersBanned()).isEqualTo(wanted ? 1 : 0);
            assertThat(rig.driver().authentication().banned()).isZero();
            if (user.equals("alice")) {
                assertThat(connectFrom(2, rig, user, "right")).isEqualTo(ReasonCode.SUCCESS);
            }
            // A name that is not banned, from where the other one is.
            assertThat(connectFrom(20, rig, "bob", "wrong"))
                    .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    /// What is counted is the name in CONNECT, whoever a token or a service says that the client
    /// is. Who is nobody has shown nothing.
    @ParameterizedTest(name = "known as {0}: {1}")
    @CsvSource({"sensor-7, SUCCESS", "alice, SUCCESS", "'', BANNED"})
    void whoIsKnownIsHeardWhereItCameInFrom(String known, ReasonCode there) throws IOException {
        assumeTrue(
                Files.exists(Path.of("/proc/self")),
                "several addresses of this machine: not Linux");
        Authentication.Identity identity =
                known.isEmpty()
                        ? Authentication.Identity.ANONYMOUS
                        : new Authentication.Identity(known);
        Asked naming =
                new Asked(
                        Work.VERIFIES,
                        it ->
                                isRight(it)
                                        ? new Authentication.Accepted(identity, null)
                                        : Authenticator.WRONG);
        AuthenticationLimits stern = with(with(stern(3), "banUsers", true), "banLoopback", false);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(naming), stern))) {
            assertThat(connectFrom(2, rig, "alice", "right")).isEqualTo(ReasonCode.SUCCESS);
            for (int i = 0; i < 3; i++) {
                assertThat(connectFrom(10 + i, rig, "alice", "wrong"))
                        .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            assertThat(bans(rig)).containsExactly(new Event.UserBanned("alice", 3_600, 3));

            assertThat(connectFrom(20, rig, "alice", "right"))
                    .as("elsewhere")
                    .isEqualTo(ReasonCode.BANNED);
            assertThat(connectFrom(2, rig, "alice", "right")).isEqualTo(there);
        }
    }

    /// Before 5.0 there is one code for both.
    @Test
    void aUserNameThatIsBannedIsNotAuthorizedBefore5() throws IOException {
        Asked strict = new Asked(Work.COMPUTES, it -> Authenticator.WRONG);
        AuthenticationLimits stern = with(with(stern(2), "banUsers", true), "banLoopback", false);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(strict), stern))) {
            List<Integer> codes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                try (Socket socket =
                        new Socket(rig.address().getAddress(), rig.address().getPort())) {
                    // CONNECT 3.1.1, Clean Session, client "c", user "alice", password "x"
                    socket.getOutputStream()
                            .write(
                                    HexFormat.of()
                                            .parseHex(
                                                    "101700044d51545404c2003c"
                                                            + "000163"
                                                            + "0005616c696365"
                                                            + "000178"));
                    codes.add((int) socket.getInputStream().readNBytes(4)[3]);
                }
            }
            assertThat(codes).containsExactly(4, 4, 5);
        }
    }

    /// Two wait for their delay; what the first one leads to holds for the second.
    @ParameterizedTest
    @CsvSource({"NONE", "VERIFIES", "COMPUTES"})
    void whoWaitsWhileItsUserNameIsBannedIsNotLookedAt(Work kind) throws IOException {
        List<String> asked = new CopyOnWriteArrayList<>();
        Asked strict =
                new Asked(
                        kind,
                        it -> {
                            asked.add(it.clientIdentifier());
                            return Authenticator.WRONG;
                        });
        AuthenticationLimits stern =
                with(
                        with(with(stern(3), "banUsers", true), "banLoopback", false),
                        "delayNanosMax",
                        3_600_000_000_000L);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(strict), stern))) {
            for (int i = 0; i < 2; i++) {
                assertThat(connect(rig, "a")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            try (RawClient one = asking(rig, "one", bytes("x"));
                    RawClient other = asking(rig, "other", bytes("x"))) {
                assertThat(List.of(answer(one), answer(other)))
                        .containsExactlyInAnyOrder(
                                ReasonCode.BAD_USER_NAME_OR_PASSWORD, ReasonCode.BANNED);
            }
            assertThat(asked).hasSize(3);
        }
    }

    /// Three wait for the one thread; what the first two lead to holds for the third.
    @Test
    void noPasswordIsHashedForAUserNameThatWasBannedMeanwhile() throws IOException {
        CountDownLatch allAsk = new CountDownLatch(1);
        Asked strict = new Asked(Work.COMPUTES, it -> await(allAsk) ? Authenticator.WRONG : null);
        AuthenticationLimits stern = with(with(stern(2), "banUsers", true), "banLoopback", false);
        try (ServerRig rig = ServerRig.start(1, new Authenticators(List.of(strict), stern));
                RawClient one = asking(rig, "one", bytes("x"));
                RawClient two = asking(rig, "two", bytes("x"));
                RawClient three = asking(rig, "three", bytes("x"))) {
            rig.await(server -> server.statistics().packetsReceived(PacketType.CONNECT), 3);
            allAsk.countDown();
            assertThat(List.of(answer(one), answer(two), answer(three)))
                    .containsExactlyInAnyOrder(
                            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                            ReasonCode.BANNED);
            assertThat(rig.driver().authentication().computed()).isEqualTo(2);
        }
    }

    private static boolean isRight(Authentication.Credentials it) {
        return Arrays.equals(it.password(), bytes("right"));
    }

    /// What a client at 127.0.0.`place` is answered.
    private static ReasonCode connectFrom(int place, ServerRig rig, String user, String password)
            throws IOException {
        try (RawClient client =
                new RawClient(
                        new Socket(
                                rig.address().getAddress(),
                                rig.address().getPort(),
                                InetAddress.ofLiteral("127.0.0." + place),
                                0))) {
            client.send(
                    with(
                            with(RawClient.connect("c" + place), "userName", user),
                            "password",
                            bytes(password)));
            return answer(client);
        }
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
        AuthenticationLimits stern = stern(3);
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
}
