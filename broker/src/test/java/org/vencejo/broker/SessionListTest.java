package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.SessionList.Which;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.core.Journal;
import org.vencejo.core.Limits;
import org.vencejo.core.Mutation;
import org.vencejo.core.Roster.Entry;
import org.vencejo.core.Server;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.storage.StoreException;

/// What the control socket tells of sessions is read as it was, and what it is told ends them.
@Timeout(60)
class SessionListTest {
    private static final Which ALL = new Which(1_000, null, "", null);

    @TempDir private Path folder;

    @Test
    void aLineIsReadAsItWasWritten() {
        SessionList sessions =
                SessionList.parse(
                        """
                        connected c%201%0A ana+b tcp 192.0.2.7%3A99 3 2 1 0
                        away %21 ! ! ! 0 9000000000 0 4294967295
                        of-a-newer-broker x
                        more\
                        """);
        assertThat(sessions.complete()).isFalse();
        assertThat(sessions.entries())
                .extracting(
                        it -> it.subject().clientIdentifier(),
                        it -> it.subject().identity().userName(),
                        it -> it.subject().listener(),
                        it -> it.subject().remoteAddress(),
                        Entry::connected,
                        Entry::subscriptions,
                        Entry::queued,
                        Entry::inFlight,
                        Entry::expirySeconds)
                .containsExactly(
                        tuple("c 1\n", "ana b", "tcp", "192.0.2.7:99", true, 3, 2L, 1L, 0L),
                        tuple("!", null, null, null, false, 0, 9_000_000_000L, 0L, 4294967295L));
        assertThat(SessionList.parse("")).isEqualTo(new SessionList(List.of(), true));
    }

    @ParameterizedTest
    @CsvSource({
        "10, , '', ",
        "0, true, a b, ''",
        "100000, false, '!', '!'",
        "7, true, ñ%, a b",
    })
    void aRequestIsReadAsItWasWritten(
            int most, @Nullable Boolean connected, String prefix, @Nullable String user) {
        Which which = new Which(most, connected, prefix, user);
        assertThat(Which.of(which.words())).isEqualTo(which);
    }

    @Test
    void anAnswerIsBoundedWhateverIsAskedFor() {
        assertThat(new Which(Integer.MAX_VALUE, null, "", null).most()).isEqualTo(100_000);
        String longest = "\u00F1".repeat(32_767);
        assertThat((SessionList.REQUEST + new Which(100_000, true, longest, longest).words()))
                .hasSizeLessThan(SessionList.REQUEST_BYTES_MAX);
        for (String wrong : List.of("", "10", "10 any", "10 any a b c")) {
            assertThatThrownBy(() -> Which.of(wrong))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("expected a number");
        }
    }

    /// One whose session lasts 100 s.
    private static RawClient connect(ServerRig rig, String clientIdentifier, @Nullable String user)
            throws IOException {
        RawClient client = new RawClient(rig.address());
        client.send(connect(clientIdentifier, user));
        assertThat(client.next()).isInstanceOf(Connack.class);
        return client;
    }

    private static Connect connect(String clientIdentifier, @Nullable String user) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                clientIdentifier,
                false,
                0,
                null,
                user,
                null,
                Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 100));
    }

    private static void cut(ServerRig rig, RawClient client, int left) throws IOException {
        client.close();
        rig.await(Server::connectedClients, left);
    }

    /// `asked` are number, state, prefix and user as in a request; `found` are who is listed.
    @ParameterizedTest
    @CsvSource({
        "1000 any  !, a1 a2 b1 b2",
        "4 any  !, a1 a2 b1 b2",
        "3 any  !, a1 a2 b1 more",
        "0 any  !, more",
        "1000 connected  !, a1 b1",
        "1000 away  !, a2 b2",
        "1 away  !, a2 more",
        "1000 any a !, a1 a2",
        "2 any a !, a1 a2",
        "1000 any b1 !, b1",
        "1000 any A !, ''",
        "1000 any  eva, b1 b2",
        "'1000 any  ', ''", // an empty name, which none has
        "1000 away b eva, b2",
    })
    void whoIsAskedForIsListed(String asked, String found) throws IOException {
        try (ServerRig rig = ServerRig.start(1, Limits.DEFAULTS)) {
            try (RawClient a1 = connect(rig, "a1", null);
                    RawClient a2 = connect(rig, "a2", null);
                    RawClient b1 = connect(rig, "b1", "eva");
                    RawClient b2 = connect(rig, "b2", "eva")) {
                cut(rig, a2, 3);
                cut(rig, b2, 2);
                assertThat(names(SessionList.parse(SessionList.lines(rig.driver(), asked))))
                        .isEqualTo(found);
                assertThat(a1).isNotNull();
                assertThat(b1).isNotNull();
            }
        }
    }

    private static String names(SessionList sessions) {
        List<String> names = new ArrayList<>();
        sessions.entries().forEach(it -> names.add(it.subject().clientIdentifier()));
        if (!sessions.complete()) {
            names.add("more");
        }
        return String.join(" ", names);
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void itsClientIsToldAndAnotherUserMayTakeItsPlace(int ioThreads) throws IOException {
        LogLines log = new LogLines(false);
        try (ServerRig rig = ServerRig.start(ioThreads, Limits.DEFAULTS);
                RawClient other = connect(rig, "d", "alice");
                RawClient client = connect(rig, "c", "alice")) {
            client.subscribe("t", QoS.AT_LEAST_ONCE);
            assertThat(answer(rig, "bob")).isEqualTo(ReasonCode.NOT_AUTHORIZED);

            assertThat(SessionList.end(rig.driver(), "c", log)).isEqualTo("ended");

            assertThat(client.next())
                    .isInstanceOfSatisfying(
                            Disconnect.class,
                            it ->
                                    assertThat(it.reasonCode())
                                            .isEqualTo(ReasonCode.ADMINISTRATIVE_ACTION));
            assertThat(client.isClosed()).isTrue();
            assertThat(rig.ask(Server::subscriptions)).isZero();
            assertThat(answer(rig, "bob")).isEqualTo(ReasonCode.SUCCESS);
            other.subscribe("t", QoS.AT_LEAST_ONCE); // it is still there
            assertThat(SessionList.end(rig.driver(), "nobody", log)).isEqualTo("not there");
            assertThat(log.lines)
                    .containsExactly(
                            "asked by the control socket: the session of client c has ended");
        }
    }

    private static ReasonCode answer(ServerRig rig, String user) throws IOException {
        try (RawClient client = new RawClient(rig.address())) {
            return BrokerRig.answer(client, connect("c", user));
        }
    }

    /// A journal that is durable when the test says so.
    private static final class HeldJournal implements Journal {
        private final List<Runnable> held = new CopyOnWriteArrayList<>();
        private volatile boolean holds;

        @Override
        public void append(long last, List<Mutation> batch, Listener listener) {
            if (holds) {
                held.add(() -> listener.durable(last));
            } else {
                listener.durable(last);
            }
        }

        void letGo() {
            holds = false;
            held.forEach(Runnable::run);
            held.clear();
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void theAnswerComesWhenItIsOnDisk(int ioThreads) throws IOException {
        HeldJournal journal = new HeldJournal();
        try (ServerRig rig = ServerRig.start(ioThreads, Limits.DEFAULTS, journal);
                RawClient client = connect(rig, "c", null)) {
            journal.holds = true;

            CompletableFuture<String> ended = new CompletableFuture<>();
            CompletableFuture<Boolean> answer =
                    rig.driver().endSession("c", () -> ended.complete("told at once"));

            assertThat(client.isClosed()).isTrue();
            rig.await(Server::sessions, 0);
            while (journal.held.isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(answer).isNotDone();
            assertThat(ended.join()).isEqualTo("told at once");
            journal.letGo();
            assertThat(answer.join()).isTrue();
            assertThat(rig.driver().endSession("c", () -> {}).join()).isFalse();
        }
        assertThat(journal.held).isEmpty();
    }

    private static BrokerRig onDisk(Path data) {
        return new BrokerRig(
                Broker.start(
                        new Broker.Setup(
                                new Configuration.Request(
                                        null,
                                        Map.of(),
                                        List.of("data-folder=" + data, "sys-interval=0"),
                                        "0"),
                                Machine.here(),
                                "test",
                                System.nanoTime(),
                                level -> {})));
    }

    @Test
    void aBrokerThatStartsAgainHasNoneThatWasEnded() throws IOException {
        Path data = folder.resolve("data");
        try (BrokerRig rig = onDisk(data);
                RawClient ended = rig.client();
                RawClient away = rig.client();
                RawClient stays = rig.client()) {
            for (RawClient client : List.of(ended, away, stays)) {
                String name = client == ended ? "ended" : client == away ? "away" : "stays";
                client.send(connect(name, null));
                assertThat(client.next()).isInstanceOf(Connack.class);
                client.subscribe("t", QoS.AT_LEAST_ONCE);
            }
            away.reset();
            while (!names(SessionList.ofBrokerOn(data, new Which(9, false, "", null)))
                    .equals("away")) {
                Thread.onSpinWait();
            }
            stays.send(RawClient.message("t", new byte[9], QoS.AT_LEAST_ONCE, 1));
            for (int i = 0; i < 2; i++) { // the message itself, and PUBACK
                assertThat(stays.next()).isNotNull();
            }
            assertThat(SessionList.ofBrokerOn(data, new Which(9, false, "", null)).entries())
                    .extracting(Entry::queued)
                    .containsExactly(1L);

            for (String name : List.of("ended", "away")) {
                assertThat(SessionList.end(data, name)).isTrue();
                assertThat(SessionList.end(data, name)).isFalse();
            }

            assertThat(names(SessionList.ofBrokerOn(data, ALL))).isEqualTo("stays");
        }
        try (BrokerRig rig = onDisk(data)) {
            assertThat(rig.broker()).isNotNull();
            SessionList found = SessionList.ofBrokerOn(data, ALL);
            assertThat(names(found)).isEqualTo("stays");
            assertThat(found.entries().getFirst().subscriptions()).isEqualTo(1);
        }
    }

    @Test
    void nobodyHasASessionWhereNoBrokerRuns() throws Exception {
        assertThatThrownBy(() -> SessionList.ofBrokerOn(folder.resolve("none"), ALL))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("there is no data folder");
        Path free = Files.createDirectory(folder.resolve("d"));
        assertThatThrownBy(() -> SessionList.end(free, "c"))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("no broker runs");
        assertThat(SessionList.hasEnded("ended")).isTrue();
        assertThat(SessionList.hasEnded("not there")).isFalse();
        assertThatThrownBy(() -> SessionList.hasEnded("end"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("not understood");
    }
}
