package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.session.Fate;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// What is left of sessions that are over: nothing, in memory or in the store.
class SessionStorageTest {
    private static final String NEVER = "FFFFFFFF";
    private static final String FIVE_SECONDS = "00000005";

    private final MemoryServer server =
            new MemoryServer(MemoryServer.Setup.of(ServerSettings.DEFAULTS));

    /// CONNECT in 5.0 of a client whose identifier has four letters.
    private static String connect(String name, String flags, String sessionExpiryInterval) {
        return "10 16 0004 4D515454 05 %s 0000 05 11 %s 0004 %s"
                .formatted(
                        flags,
                        sessionExpiryInterval,
                        HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)));
    }

    private static String publish(int packetIdentifier) {
        return "32 0B 0001 74 %04X 00 7061796C6F".formatted(packetIdentifier);
    }

    private MemoryConnection client(String hex) {
        MemoryConnection client = server.accept();
        send(client, hex);
        return client;
    }

    private void send(MemoryConnection client, String hex) {
        client.receive(HexFormat.of().parseHex(hex.replace(" ", "")));
        server.settle();
        client.take();
        server.settle();
    }

    /// Messages `t` of QoS 1, acknowledged one by one.
    private void publishes(MemoryConnection publisher, int count) {
        for (int i = 1; i <= count; i++) {
            send(publisher, publish(i));
        }
    }

    @Test
    @Oracle(39)
    void aCleanStartFreesTenThousandQueuedMessages() {
        MemoryConnection publisher = client(connect("publ", "02", NEVER));
        MemoryConnection away = client(connect("away", "00", NEVER));
        send(away, "82 07 0001 00 0001 74 01");
        send(away, "E0 00");
        publishes(publisher, 10_000);
        assertThat(server.core().accounting().queuedCopies()).isEqualTo(10_000);
        assertThat(server.core().accounting().queuedBytes()).isPositive();

        MemoryConnection back = client(connect("away", "02", NEVER));

        assertThat(server.core().accounting().queuedCopies()).isZero();
        assertThat(server.core().accounting().queuedBytes()).isZero();
        assertThat(server.core().accounting().inFlightCopies()).isZero();
        assertThat(server.core().accounting().endedBy(Fate.SESSION_ENDED)).isEqualTo(10_000);
        assertThat(server.core().accounting().balances()).isTrue();
        assertThat(server.store().recovered().sessions())
                .filteredOn(each -> each.created().clientIdentifier().equals("away"))
                .singleElement()
                .satisfies(session -> {
                    assertThat(session.subscriptions()).isEmpty();
                    assertThat(session.queue()).isEmpty();
                });
        publisher.cut("the test is over");
        back.cut("the test is over");
        assertThat(server.buffersHeld()).isZero();
    }

    @ParameterizedTest(name = "the server is down meanwhile: {0}")
    @ValueSource(booleans = {false, true})
    @Oracle(38)
    void ofExpiredSessionsNothingIsLeft(boolean down) {
        MemoryConnection publisher = client(connect("publ", "02", NEVER));
        for (int i = 0; i < 100; i++) {
            MemoryConnection each = client(connect("s%03d".formatted(i), "02", FIVE_SECONDS));
            send(each, "82 07 0001 00 0001 74 01"); // t
            send(each, "82 07 0002 00 0001 2B 01"); // +
            send(each, "82 10 0003 00 000A 2473686172652F672F74 01"); // $share/g/t
            send(each, "E0 00");
        }
        publishes(publisher, 5);
        assertThat(server.core().subscriptions()).isEqualTo(300);
        assertThat(server.core().sharedSubscriptions()).isPositive();
        assertThat(server.core().accounting().queuedCopies()).isGreaterThanOrEqualTo(500);

        if (down) {
            server.crash(0);
            server.goTo(server.nowNanos() + TimeUnit.SECONDS.toNanos(6));
            server.restart();
            server.settle();
        } else {
            server.pass(TimeUnit.SECONDS.toNanos(6));
        }

        assertThat(server.core().sessions()).as("the publisher's").isEqualTo(1);
        assertThat(server.core().subscriptions()).isZero();
        assertThat(server.core().sharedSubscriptions()).isZero();
        assertThat(server.core().accounting().queuedCopies()).isZero();
        assertThat(server.core().accounting().queuedBytes()).isZero();
        assertThat(server.core().deadlines()).isLessThanOrEqualTo(1);
        assertThat(server.store().recovered().sessions()).hasSize(1);
        MemoryConnection back = server.accept();
        back.receive(HexFormat.of().parseHex(connect("s000", "00", NEVER).replace(" ", "")));
        server.settle();
        assertThat(back.take()[2]).as("Session Present").isZero();
    }
}
