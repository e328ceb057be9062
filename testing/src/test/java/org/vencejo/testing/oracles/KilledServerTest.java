package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.testing.oracles.KilledServer.ask;
import static org.vencejo.testing.oracles.KilledServer.hear;
import static org.vencejo.testing.oracles.KilledServer.hex;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.conformance.SocketLine;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.storage.RocksStore;
import org.vencejo.storage.StoreOptions;
import org.vencejo.testing.Oracle;

/// What a broker that was killed with SIGKILL finds in its store.
///
/// `pub1` publishes and has no session; the sessions of the others are kept. That something does
/// not come is shown by `E`, which is sent behind it.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGKILL")
@Timeout(120)
class KilledServerTest {
    private static final String KEPT = "00000E10";
    private static final String CLEAN = "02";

    private static final String SUBSCRIBE_T_1 = "82 07 0001 00 0001 74 01";
    private static final String SUBSCRIBE_T_2 = "82 07 0001 00 0001 74 02";
    private static final String SUBSCRIBE_U_1 = "82 07 0002 00 0001 75 01";
    private static final String DISCONNECT = "E0 00";
    private static final String PUBLISH_T_A = "32 07 0001 74 0001 00 41";
    private static final String PUBLISH_T_E = "32 07 0001 74 0002 00 45";
    private static final String PUBLISH_U_E = "32 07 0001 75 0003 00 45";

    @TempDir private Path folder;
    private KilledServer server;

    @BeforeEach
    void start() {
        server = new KilledServer(folder);
    }

    @AfterEach
    void end() {
        server.close();
    }

    private SocketLine publisher() {
        return server.connect("pub1", CLEAN, "00000000", false);
    }

    private SocketLine comes(String name) {
        return server.connect(name, "00", KEPT, false);
    }

    private SocketLine comesBack(String name) {
        return server.connect(name, "00", KEPT, true);
    }

    private void subscribes(String name, String subscribe) {
        SocketLine line = comes(name);
        ask(line, subscribe, 1);
        line.send(LiveServer.bytes(DISCONNECT));
        line.next();
    }

    @Test
    @Oracle(3)
    void whatAPublisherRepeatsAfterAKillIsDeliveredOnce() {
        subscribes("sub1", SUBSCRIBE_T_2);
        SocketLine line = comes("pub2");
        assertThat(ask(line, "34 07 0001 74 0007 00 41", 1)).containsExactly("50020007");

        server.restart();
        line = comesBack("pub2");
        assertThat(ask(line, "3C 07 0001 74 0007 00 41", 1)).containsExactly("50020007");
        assertThat(ask(line, "62 02 0007", 1)).containsExactly("70020007");
        // The control arm: the identifier is free, and another message under it is another one.
        assertThat(ask(line, "34 07 0001 74 0007 00 42", 1)).containsExactly("50020007");
        assertThat(ask(line, "62 02 0007", 1)).containsExactly("70020007");
        ask(line, PUBLISH_T_E, 1);

        List<String> heard = hear(comesBack("sub1"), 3);
        assertThat(heard)
                .extracting(each -> each.substring(each.length() - 2))
                .containsExactly("41", "42", "45");
        assertThat(heard)
                .extracting(each -> each.substring(0, 2))
                .containsExactly("34", "34", "32");
    }

    @Test
    @Oracle(3)
    void betweenPubrecAndPubrelAKillChangesNothing() {
        subscribes("sub1", SUBSCRIBE_T_2);
        SocketLine line = comes("pub2");
        ask(line, "34 07 0001 74 0007 00 41", 1);
        SocketLine subscriber = comesBack("sub1");
        String publish = hear(subscriber, 1).getFirst();
        String identifier = publish.substring(10, 14);
        assertThat(ask(subscriber, "50 02 " + identifier, 1)).containsExactly("6202" + identifier);

        server.restart();
        // PUBREL again, and no PUBLISH.
        subscriber = comesBack("sub1");
        assertThat(hear(subscriber, 1)).containsExactly("6202" + identifier);
        subscriber.send(LiveServer.bytes("70 02 " + identifier));
        assertThat(ask(comesBack("pub2"), "62 02 0007", 1)).containsExactly("70020007");
        ask(publisher(), PUBLISH_T_E, 1);
        assertThat(hear(subscriber, 1).getFirst()).startsWith("32").endsWith("45");
    }

    @Test
    @Oracle(18)
    void whatIsInFlightOrQueuedOutlivesAKill() {
        SocketLine connected = comes("sub1");
        ask(connected, SUBSCRIBE_T_1, 1);
        subscribes("sub2", SUBSCRIBE_T_1);
        SocketLine publisher = publisher();
        assertThat(ask(publisher, PUBLISH_T_A, 1).getFirst()).startsWith("40020001");
        String inFlight = hear(connected, 1).getFirst();
        assertThat(inFlight).startsWith("32").endsWith("41");

        server.restart();
        connected = comesBack("sub1");
        SocketLine queued = comesBack("sub2");
        assertThat(hear(connected, 1)).containsExactly("3A" + inFlight.substring(2));
        assertThat(hear(queued, 1).getFirst()).startsWith("32").endsWith("41");
        // The control arm: what was acknowledged does not come again. PUBACK may be written late,
        // but not behind a PUBACK of ours that comes later.
        connected.send(LiveServer.bytes("40 02 " + inFlight.substring(10, 14)));
        assertThat(ask(connected, "C0 00", 1)).containsExactly("D000");
        ask(publisher(), PUBLISH_T_E, 1);
        hear(connected, 1);
        server.restart();
        assertThat(hear(comesBack("sub1"), 1).getFirst()).startsWith("3A").endsWith("45");
        assertThat(hear(comesBack("sub2"), 2))
                .extracting(each -> each.substring(0, 2))
                .containsExactly("3A", "3A");
    }

    /// CONNECT with a will on `t` at QoS 1, with a delay of so many seconds.
    private static String withWill(String name, String delay, String payload) {
        return "10 22 0004 4D515454 05 0C 0000 05 11 %s 0004 %s 05 18 %s 0001 74 0001 %s"
                .formatted(KEPT, hex(name), delay, hex(payload));
    }

    @Test
    @Oracle(30)
    void delayedWillsOutliveAKill() {
        subscribes("sub1", SUBSCRIBE_T_1);
        server.connect(withWill("gone", "00000001", "A"), false).reset();
        server.connect(withWill("dies", "00000001", "B"), false);
        server.connect(withWill("back", "00000E10", "C"), false);

        server.restart();
        comesBack("back");
        SocketLine subscriber = comesBack("sub1");
        List<String> wills = new ArrayList<>();
        for (String each : hear(subscriber, 2)) {
            wills.add(each.substring(each.length() - 2));
        }
        assertThat(wills).containsExactlyInAnyOrder("41", "42");

        // The control arm: published once, and not that of who came back.
        server.restart();
        comesBack("gone");
        ask(publisher(), PUBLISH_T_E, 1);
        assertThat(hear(comesBack("sub1"), 3))
                .extracting(each -> each.substring(each.length() - 2))
                .containsExactlyInAnyOrder("41", "42", "45");
    }

    @Test
    @Oracle(38)
    void ofSessionsThatExpiredWhileTheServerWasDownNothingIsLeft() {
        for (String name : List.of("old1", "old2", "new1")) {
            SocketLine line = comes(name);
            ask(line, SUBSCRIBE_T_1, 1);
            ask(line, "82 10 0003 00 000A " + hex("$share/g/t") + " 01", 1);
            line.send(LiveServer.bytes(DISCONNECT));
            line.next();
        }
        ask(publisher(), PUBLISH_T_A, 1);
        server.kill();
        Recovered before = server.found();
        assertThat(before.sessions()).hasSize(3);

        server.change(away(before, "old1", "old2"));
        server.start();
        server.connect("old1", "00", KEPT, false);
        ask(publisher(), PUBLISH_T_E, 1);
        server.kill();
        Recovered after = server.found();
        assertThat(after.sessions())
                .extracting(each -> each.created().clientIdentifier())
                .containsExactlyInAnyOrder("old1", "new1");
        assertThat(after.sessions())
                .filteredOn(each -> each.created().clientIdentifier().equals("old1"))
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.queue()).isEmpty();
                    assertThat(it.subscriptions()).isEmpty();
                });
        assertThat(after.ending()).isEmpty();

        // The control arm: who did not expire has both messages, of the subscription and the group.
        server.start();
        assertThat(hear(comesBack("new1"), 3))
                .extracting(each -> each.substring(each.length() - 2))
                .contains("41", "45");
    }

    // They went two hours ago, and their sessions were kept for one.
    private static List<Mutation> away(Recovered before, String... names) {
        List<Mutation> changes = new ArrayList<>();
        for (Recovered.Session each : before.sessions()) {
            Mutation.SessionDisconnected left = each.disconnected();
            if (left == null || !List.of(names).contains(each.created().clientIdentifier())) {
                continue;
            }
            Mutation.SessionConnected last = each.connected();
            changes.add(
                    new Mutation.SessionConnected(
                            last.session(),
                            last.epoch() + 1,
                            last.sessionExpiryInterval(),
                            last.receiveMaximum(),
                            last.will()));
            changes.add(
                    new Mutation.SessionDisconnected(
                            left.session(),
                            left.wallMillis() - 7_200_000,
                            left.sessionExpiryInterval(),
                            left.sentUpTo()));
        }
        return changes;
    }

    @Test
    @Oracle(47)
    void retainedMessagesExpireWhileTheServerIsDownAndKeepTheirPayloads() {
        SocketLine publisher = publisher();
        ask(publisher, "33 09 0003 722F61 0001 00 41", 1); // r/a
        ask(publisher, "33 09 0003 722F62 0002 00 42", 1); // r/b
        ask(publisher, "33 09 0003 722F61 0003 00 43", 1); // r/a again
        ask(publisher, "33 0E 0003 722F63 0004 05 02 00000E10 44", 1); // r/c, for an hour
        server.kill();
        List<Message> found = server.found().retained();
        Message lasting =
                found.stream()
                        .filter(each -> each.publish().topicName().toString().equals("r/c"))
                        .findFirst()
                        .orElseThrow();
        server.change(
                List.of(
                        new Mutation.RetainedSet(
                                new Message(
                                        lasting.publish(),
                                        lasting.expiresAtMillis() - 7_200_000))));

        server.start();
        SocketLine subscriber = comes("sub1");
        List<String> heard = ask(subscriber, "82 09 0001 00 0003 722F23 00", 3);
        assertThat(heard.getFirst()).startsWith("90");
        assertThat(heard.subList(1, 3))
                .containsExactlyInAnyOrder("31070003722F610043", "31070003722F620042");
        assertThat(ask(publisher(), "32 09 0003 722F65 0001 00 45", 1)).hasSize(1);
        assertThat(hear(subscriber, 1)).containsExactly("30070003722F650045");
    }

    @Test
    @Oracle(58)
    void aSubscriptionTakesMessagesAfterAKillBeforeItsClientIsBack() {
        subscribes("sub1", SUBSCRIBE_T_1);

        server.restart();
        ask(publisher(), PUBLISH_T_A, 1);
        ask(publisher(), PUBLISH_U_E, 1); // the control arm: no subscription, no message
        ask(publisher(), PUBLISH_T_E, 1);
        assertThat(hear(comesBack("sub1"), 2))
                .extracting(each -> each.substring(each.length() - 2))
                .containsExactly("41", "45");
    }

    @Test
    @Oracle(59)
    void anUnsubscribeOutlivesAKillAndWhatHadBegunIsFinished() {
        SocketLine subscriber = comes("sub1");
        ask(subscriber, SUBSCRIBE_T_2, 1);
        ask(subscriber, SUBSCRIBE_U_1, 1);
        ask(publisher(), "34 07 0001 74 0001 00 41", 1);
        String inFlight = hear(subscriber, 1).getFirst();
        assertThat(ask(subscriber, "A2 06 0003 00 0001 74", 1).getFirst()).startsWith("B0");

        server.restart();
        ask(publisher(), PUBLISH_T_A, 1);
        ask(publisher(), PUBLISH_U_E, 1);
        subscriber = comesBack("sub1");
        assertThat(hear(subscriber, 2))
                .as("what had begun, then what the other subscription got")
                .satisfies(heard -> {
                    assertThat(heard.getFirst()).isEqualTo("3C" + inFlight.substring(2));
                    assertThat(heard.getLast()).startsWith("320700").endsWith("45");
                });
        String identifier = inFlight.substring(10, 14);
        assertThat(ask(subscriber, "50 02 " + identifier, 1)).containsExactly("6202" + identifier);
        subscriber.send(LiveServer.bytes("70 02 " + identifier));
        assertThat(ask(subscriber, "C0 00", 1)).containsExactly("D000");
    }

    private static final int LARGE = 64 << 10;

    @Test
    @Oracle(82)
    void aRetainedMessageThatIsReplacedAllTheTimeTakesTheDiskOfFew() {
        server.kill();
        requireBounded(2_500, LARGE);
    }

    @Test
    @Tag("long")
    @Oracle(82)
    void aMillionTimesToo() {
        server.kill();
        requireBounded(1_000_000, 1_000);
    }

    // The log of what was written is the most, and it has a limit; in all many times that are
    // written.
    private void requireBounded(int times, int length) {
        Path place = folder.resolve("store");
        StoreOptions options =
                new StoreOptions(false, 4 << 20, 4 << 20, 8 << 20, 0, Long.MAX_VALUE);
        long most = 0;
        try (RocksStore store = RocksStore.open(place, options)) {
            store.recovered(1);
            for (int i = 1; i <= times; i++) {
                store.apply(i, List.of(new Mutation.RetainedSet(message(i, length))));
                if (i % (times / 100) == 0) {
                    most = Math.max(most, bytesOf(place));
                }
            }
        }
        assertThat(most).isBetween((long) length, 100L << 20).isLessThan((long) times * length / 3);
        try (RocksStore store = RocksStore.open(place, options)) {
            assertThat(store.recovered(1).retained())
                    .singleElement()
                    .satisfies(it ->
                            assertThat(it.publish().payload().toByteArray()[0])
                                    .isEqualTo((byte) times));
        }
    }

    private static Message message(int number, int length) {
        byte[] payload = new byte[length];
        payload[0] = (byte) number;
        for (int i = 1; i < length; i++) {
            payload[i] = (byte) ((i * number) >>> 3);
        }
        return new Message(
                new Publish(
                        TopicName.of("t"),
                        Payload.of(payload),
                        QoS.AT_LEAST_ONCE,
                        true,
                        false,
                        0,
                        Properties.NONE),
                Long.MAX_VALUE);
    }

    // Files that go away meanwhile have no bytes.
    private static long bytesOf(Path folder) {
        File[] files = folder.toFile().listFiles();
        return files == null ? 0 : Stream.of(files).mapToLong(File::length).sum();
    }
}
