package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.conformance.SocketLine;
import org.vencejo.conformance.Wire.Heard;
import org.vencejo.core.Server;
import org.vencejo.testing.Oracle;

/// One Client Identifier, several connections: over and over, and from several threads.
class TakeoverTest {
    /// 5.0, Clean Start 0, Session Expiry Interval never, Client Identifier `one`.
    private static final String CONNECT =
            "10 15 0004 4D515454 05 00 0000 05 11 FFFFFFFF 0003 6F6E65";

    /// The same of `pub`, Clean Start 1, no session.
    private static final String CONNECT_PUB = "10 10 0004 4D515454 05 02 0000 00 0003 707562";

    private static final String SUBSCRIBE_T = "82 07 0001 00 0001 74 00";
    private static final String PUBLISH_T = "30 05 0001 74 00 78";

    /// The same with 1,000 bytes of payload.
    private static final String PUBLISH_T_LONG = "30 EC07 0001 74 00" + "78".repeat(1_000);

    private static final String PINGREQ = "C0 00";

    @Test
    @Oracle(27)
    void aSessionThatIsNotKeptIsNotHandedOnWhoeverIsSeenFirst() {
        String again =
                """
                A > 10 LL MQTT 3.1.1{02} 5.0{00} 00 00 [] "~A"
                A < 20 LL 00 00 [*]
                P > 32 LL "~/t" 00 05 [] 'nobody'
                P < 40 LL 00 05 (00|10)
                A > 82 LL 00 01 [] "~/t" 00
                A < 90 LL 00 01 [*] 00
                P > 32 LL "~/t" 00 06 [] 'x'
                P < 40 LL 00 06 (00)
                A < 30 LL "~/t" [] 'x'
                """;
        LongScene.plays(
                """
                == A session that is not kept is not handed on
                3.1.1: MQTT-3.1.2-6
                5.0:   MQTT-3.2.2-3
                P connects
                """
                        + ("A opens\n" + again + "A cut\n" + again + "A opens\n" + again)
                                .repeat(334)
                        + "A' closed 8E\n");
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    @Oracle(34)
    void exactlyOneOfTwoThatFightIsConnectedAtAnyTime(int ioThreads) throws Exception {
        try (LiveServer server = new LiveServer(ioThreads);
                ExecutorService fighters = Executors.newFixedThreadPool(2)) {
            SocketLine first = server.connect(CONNECT);
            first.send(LiveServer.bytes(SUBSCRIBE_T));
            LiveServer.require(first.next(), 0x90);
            first.send(LiveServer.bytes("E0 00"));
            assertThat(first.next()).isInstanceOf(Heard.Closed.class);

            CountDownLatch enough = new CountDownLatch(400);
            AtomicBoolean over = new AtomicBoolean();
            Runnable fighter = () -> fight(server, enough, over);
            List<Future<?>> fights = List.of(fighters.submit(fighter), fighters.submit(fighter));
            boolean inTime = enough.await(60, TimeUnit.SECONDS);
            over.set(true);
            assertThat(inTime).isTrue();
            while (!fights.stream().allMatch(Future::isDone)) {
                SocketLine another = server.open(); // puts out whoever is there
                another.send(LiveServer.bytes(CONNECT));
                another.next();
            }
            for (Future<?> fight : fights) {
                fight.get();
            }
            SocketLine survivor = server.connect(CONNECT);

            assertThat(server.<Integer>inside(Server::connectedClientsMost)).isEqualTo(1);
            assertThat(server.<Integer>inside(Server::sessions)).isEqualTo(1);
            assertThat(server.<Integer>inside(Server::subscriptions)).isEqualTo(1);
            survivor.send(LiveServer.bytes(PUBLISH_T + PINGREQ));
            LiveServer.require(survivor.next(), 0x30);
            LiveServer.require(survivor.next(), 0xD0); // once
        }
    }

    /// Connects whenever it is put out, until it is over.
    private static void fight(LiveServer server, CountDownLatch enough, AtomicBoolean over) {
        while (!over.get()) {
            SocketLine line = server.open();
            line.send(LiveServer.bytes(CONNECT));
            Heard heard = line.next();
            if (heard instanceof Heard.Packet) {
                LiveServer.require(heard, 0x20);
                heard = line.next(); // until somebody else comes
            }
            if (heard instanceof Heard.Packet) {
                assertThat(LiveServer.require(heard, 0xE0)[2]).isEqualTo((byte) 0x8E);
                heard = line.next();
            }
            assertThat(heard).isInstanceOf(Heard.Closed.class);
            enough.countDown();
        }
    }

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    @Oracle(69)
    void nothingComesBehindADisconnectUnderAFlood(int ioThreads) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (LiveServer server = new LiveServer(ioThreads);
                ExecutorService flooder = Executors.newSingleThreadExecutor()) {
            SocketLine current = server.connect(CONNECT);
            current.send(LiveServer.bytes(SUBSCRIBE_T));
            LiveServer.require(current.next(), 0x90);
            Future<?> flood = flooder.submit(() -> flood(server.connect(CONNECT_PUB), over));
            try {
                for (int i = 0; i < 100; i++) {
                    LiveServer.require(current.next(), 0x30); // the control arm
                    SocketLine next = server.connect(CONNECT);
                    assertThat(last(current)).isEqualTo(LiveServer.bytes("E0 01 8E"));
                    current = next;
                }
            } finally {
                over.set(true);
            }
            flood.get(20, TimeUnit.SECONDS);
        }
    }

    private static void flood(SocketLine publisher, AtomicBoolean over) {
        byte[] many = LiveServer.bytes(PUBLISH_T_LONG.repeat(20) + PINGREQ);
        while (!over.get()) {
            publisher.send(many);
            LiveServer.require(publisher.next(), 0xD0);
        }
        publisher.reset();
    }

    /// The last packet before the end; those before it are messages.
    private static byte[] last(SocketLine line) {
        byte[] last = {};
        while (true) {
            Heard heard = line.next();
            if (heard instanceof Heard.Closed closed) {
                assertThat(closed.unfinished()).isEmpty();
                return last;
            }
            if (last.length > 0) {
                assertThat(last[0]).as("what came before the last").isEqualTo((byte) 0x30);
            }
            last = ((Heard.Packet) heard).bytes();
        }
    }

    @Test
    @Oracle(69)
    void aFloodBehindADisconnectIsNotRead() {
        LongScene.plays(
                """
                == A flood behind a DISCONNECT is not read
                3.1:   V31-20
                3.1.1: MQTT-3.14.4-2
                5.0:   MQTT-3.14.4-2
                S connects
                S > 82 LL 00 01 [] "~/#" 00
                S < 90 LL 00 01 [*] 00
                A connects
                A > 30 LL "~/t" [] 'before' ; E0 00\
                """
                        + " ; 30 LL \"~/t\" [] 'behind'".repeat(1_000)
                        + """

                        A closed
                        S < 30 LL "~/t" [] 'before'
                        B connects
                        B > 30 LL "~/u" [] 'sentinel'
                        S < 30 LL "~/u" [] 'sentinel'
                        """);
    }
}
