package org.vencejo.testing.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication;
import org.vencejo.core.Mutation;
import org.vencejo.core.ServerSettings;
import org.vencejo.testing.memory.MemoryServer.Authenticator;
import org.vencejo.testing.memory.MemoryServer.Setup;

/// A server in memory, byte by byte.
class MemoryServerTest {
    /// CONNECT of `a`, 5.0, Clean Start 0, Session Expiry Interval 100.
    private static final String CONNECT_A = "10 13 0004 4D515454 05 00 0000 05 11 00000064 0001 61";

    private static final String CONNACK = "20 0E 00 00 0B 21 03E8 22 0040 27 01000000";
    private static final String CONNACK_PRESENT = "20 0E 01 00 0B 21 03E8 22 0040 27 01000000";
    private static final String SUBSCRIBE_T = "82 07 0001 00 0001 74 01";
    private static final String SUBACK = "90 04 0001 00 01";
    private static final String PUBLISH_T = "32 07 0001 74 0007 00 31";
    private static final String PUBLISHED_T = "32 07 0001 74 0001 00 31";
    private static final String PUBACK = "40 02 0007";
    private static final String DISCONNECT = "E0 00";

    private final LateStore store = LateStore.late();
    private final MemoryServer server =
            new MemoryServer(
                    new Setup(
                            ServerSettings.DEFAULTS,
                            AccessRules.OPEN,
                            Authenticator.EVERYBODY,
                            store,
                            1));

    @Test
    void anAnswerWaitsUntilItsBatchIsDurable() {
        MemoryConnection a = server.accept();
        send(a, CONNECT_A);
        assertThat(taken(a)).isEmpty();
        store.makeAllDurable();
        assertThat(taken(a)).isEqualTo(hex(CONNACK));
        send(a, SUBSCRIBE_T);
        send(a, PUBLISH_T);
        send(a, PUBLISH_T);
        assertThat(taken(a)).isEqualTo(hex(PUBACK + PUBACK)); // nobody has it: nothing to keep
        store.makeAllDurable();
        assertThat(taken(a)).isEqualTo(hex(SUBACK));
        send(a, PUBLISH_T);
        send(a, SUBSCRIBE_T);
        assertThat(taken(a)).isEqualTo(hex(PUBLISHED_T));
        assertThat(store.waiting()).hasSize(2);
        store.makeDurable(store.waiting().getFirst());
        assertThat(taken(a)).isEqualTo(hex(PUBACK));
        store.makeAllDurable();
        assertThat(taken(a)).isEqualTo(hex(SUBACK));
    }

    @Test
    void bytesMayComeOneByOne() {
        store.answersAtOnce(true);
        MemoryConnection a = server.accept();
        for (byte each : bytes(CONNECT_A + SUBSCRIBE_T + PUBLISH_T)) {
            a.receive(new byte[] {each});
            server.settle();
        }
        assertThat(taken(a)).isEqualTo(hex(CONNACK + SUBACK + PUBLISHED_T + PUBACK));
    }

    @Test
    void aCrashForgetsWhatIsNotDurableButForAPrefix() {
        for (int survivors = 0; survivors <= 2; survivors++) {
            LateStore late = LateStore.late();
            MemoryServer each =
                    new MemoryServer(
                            new Setup(
                                    ServerSettings.DEFAULTS,
                                    AccessRules.OPEN,
                                    Authenticator.EVERYBODY,
                                    late,
                                    1));
            MemoryConnection a = each.accept();
            send(each, a, CONNECT_A);
            late.makeAllDurable();
            send(each, a, SUBSCRIBE_T);
            each.accept();
            send(each, a, DISCONNECT);
            assertThat(late.waiting()).hasSize(2);
            assertThat(late.recoveredWithWaiting().sessions().getFirst().subscriptions())
                    .hasSize(1);
            each.crash(survivors);
            assertThat(late.recovered().sessions().getFirst().subscriptions())
                    .hasSize(survivors == 0 ? 0 : 1);
            assertThat(late.recovered().sessions().getFirst().disconnected() == null)
                    .isEqualTo(survivors < 2);
            each.restart();
            late.answersAtOnce(true);
            MemoryConnection again = each.accept();
            send(each, again, CONNECT_A);
            assertThat(taken(again)).isEqualTo(hex(CONNACK_PRESENT));
        }
    }

    @Test
    void aCleanStopTellsClientsAndKeepsEverything() {
        store.answersAtOnce(true);
        MemoryConnection a = server.accept();
        send(a, CONNECT_A + SUBSCRIBE_T);
        taken(a);
        server.stop();
        assertThat(taken(a)).isEqualTo(hex("E0 01 8B"));
        assertThat(a.isGone()).isTrue();
        server.restart();
        MemoryConnection again = server.accept();
        send(again, CONNECT_A + PUBLISH_T);
        assertThat(taken(again)).isEqualTo(hex(CONNACK_PRESENT + PUBLISHED_T + PUBACK));
    }

    @Test
    void bytesThatWereHandledAreOverwrittenButNotWhatIsSentByReference() {
        store.answersAtOnce(true);
        MemoryConnection a = server.accept();
        send(a, CONNECT_A + SUBSCRIBE_T.replace("01 74 01", "01 74 00"));
        taken(a);
        String payload = "AB".repeat(5_000);
        send(a, "30 8C27 0001 74 00" + payload);
        assertThat(server.buffersHeld()).isPositive();
        assertThat(taken(a)).isEqualTo(hex("30 8C27 0001 74 00" + payload));
        a.cut("reset");
        server.settle();
        assertThat(server.buffersHeld()).isZero();
    }

    @Test
    void aClientThatReadsSlowlyIsNoticed() {
        store.answersAtOnce(true);
        MemoryConnection a = server.accept();
        send(a, CONNECT_A + SUBSCRIBE_T.replace("01 74 01", "01 74 00"));
        taken(a);
        String publish = "30 8420 0001 74 00" + "AB".repeat(4_096);
        for (int i = 0; i < 300; i++) {
            send(a, publish);
        }
        long most = a.waiting();
        assertThat(most).isBetween(1L << 20, 2L << 20);
        a.take(most - (128 << 10));
        send(a, publish);
        assertThat(a.waiting()).isEqualTo((128 << 10) + 4_103);
    }

    @Test
    void anAuthenticatorMayAnswerLate() {
        List<MemoryConnection> asked = new ArrayList<>();
        MemoryServer each =
                new MemoryServer(
                        new Setup(
                                ServerSettings.DEFAULTS,
                                AccessRules.OPEN,
                                (connection, request) -> {
                                    asked.add(connection);
                                    return null;
                                },
                                LateStore.prompt(),
                                1));
        MemoryConnection a = each.accept();
        send(each, a, CONNECT_A + SUBSCRIBE_T);
        assertThat(taken(a)).isEmpty();
        each.authenticated(
                asked.getFirst(),
                new Authentication.Accepted(Authentication.Identity.ANONYMOUS, null));
        each.settle();
        assertThat(taken(a)).isEqualTo(hex(CONNACK + SUBACK));
    }

    @Test
    void timePassesDeadlineByDeadline() {
        store.answersAtOnce(true);
        MemoryConnection silent = server.accept();
        server.pass(9_999_999_999L);
        assertThat(silent.isGone()).isFalse();
        server.pass(1);
        assertThat(silent.isGone()).isTrue();
        assertThat(server.core().deadlines()).isZero();
    }

    @Test
    void aMutationThatMakesNoSenseIsRefused() {
        Mutation ended = new Mutation.SessionEnded(7);
        assertThatThrownBy(() -> store.append(1, List.of(ended), durable -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SessionEnded[session=7]");
    }

    private void send(MemoryConnection to, String hex) {
        send(server, to, hex);
    }

    private static void send(MemoryServer server, MemoryConnection to, String hex) {
        to.receive(bytes(hex));
        server.settle();
    }

    private static String taken(MemoryConnection from) {
        return HexFormat.of().formatHex(from.take());
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String hex(String hex) {
        return HexFormat.of().formatHex(bytes(hex));
    }
}
