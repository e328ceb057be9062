package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscription;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.memory.MemoryServer;

/// Shared subscriptions whose members come and go by chance: each message goes to one member of
/// each group, and none of QoS 1 is lost while one member lives.
@Oracle({55, 56})
class SharedLeavingTest {
    private static final int EXPIRY_SECONDS = 5;
    private static final String FILTER = "t/+";

    /// How a member leaves.
    enum Departure {
        DISCONNECT,
        CUT,
        EXPIRY,
        TAKEOVER_BY_CLEAN_START,
        UNSUBSCRIBE,
        /// The server dies, and everybody's connection with it; sessions are kept.
        CRASH
    }

    /// A member of the group with what it got and did not acknowledge.
    private static final class Member {
        private final String identifier;
        private final Properties properties;
        private PacketClient client;
        private final List<Publish> open = new ArrayList<>();

        Member(MemoryServer server, String identifier, int expirySeconds) {
            this.identifier = identifier;
            this.properties =
                    Properties.builder()
                            .put(Property.SESSION_EXPIRY_INTERVAL, expirySeconds)
                            .build();
            this.client = PacketClient.connected(server, identifier, true, properties);
        }

        void returns(MemoryServer server) {
            client = PacketClient.connected(server, identifier, false, properties);
            open.clear(); // what it did not acknowledge comes again
        }

        void listen() {
            open.addAll(client.messages());
        }
    }

    @Test
    void eachGroupAndEachPlainSubscriberGetsEachMessageOnce() {
        MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());
        Map<String, List<PacketClient>> receivers = new TreeMap<>();
        for (String share : List.of("$share/g/", "$share/h/", "$share/i/", "")) {
            for (int i = 0; i < (share.isEmpty() ? 1 : 3); i++) {
                PacketClient client = PacketClient.connected(server, share.replace('/', '-') + i);
                client.subscribe(share + FILTER, i == 1 ? AT_MOST_ONCE : AT_LEAST_ONCE);
                client.heard();
                receivers.computeIfAbsent(share, each -> new ArrayList<>()).add(client);
            }
        }
        PacketClient publisher = PacketClient.connected(server, "p");
        for (int i = 0; i < 300; i++) {
            publisher.publish(
                    "t/" + i % 7, i % 2 == 0 ? AT_MOST_ONCE : AT_LEAST_ONCE, false, "" + i);
        }
        server.settle();
        receivers.forEach((share, clients) -> {
            List<String> all = new ArrayList<>();
            for (PacketClient client : clients) {
                List<String> its = client.messages().stream().map(PacketClient::text).toList();
                assertThat(its).as("a part for each of %s", share).isNotEmpty();
                all.addAll(its);
            }
            assertThat(all).as(share).hasSize(300).doesNotHaveDuplicates(); // U5-25
        });
    }

    @ParameterizedTest
    @EnumSource
    void noMessageIsLostWhileOneMemberLives(Departure departure) {
        Seeds.run(seeds -> {
            for (int i = 0; i < 20; i++) {
                play(seeds.fork(), departure);
            }
        });
    }

    private static void play(Seeds seeds, Departure departure) {
        MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());
        boolean crash = departure == Departure.CRASH;
        Member stays = subscribed(new Member(server, "stays", crash ? 1_000 : 0), server);
        List<Member> others = new ArrayList<>();
        Map<String, Integer> acknowledged = new HashMap<>();
        PacketClient publisher = PacketClient.connected(server, "p");
        int published = 0;
        for (int round = 0; round < 15; round++) {
            for (int more = seeds.below(3); more > 0; more--) {
                int expiry = departure == Departure.EXPIRY || crash ? EXPIRY_SECONDS : 0;
                String identifier = "m" + round + "-" + more;
                others.add(subscribed(new Member(server, identifier, expiry), server));
            }
            for (int more = seeds.below(12); more > 0; more--) {
                publisher.publish("t/" + seeds.below(3), AT_LEAST_ONCE, false, "" + published++);
            }
            server.settle();
            others.forEach(Member::listen);
            stays.listen();
            for (Member member : others) {
                acknowledgeSome(seeds, member, acknowledged);
            }
            acknowledgeSome(seeds, stays, acknowledged);
            server.settle();
            if (crash && seeds.chance(0.3)) {
                server.crash(0);
                server.restart();
                publisher = PacketClient.connected(server, "p");
                stays.returns(server);
                others.forEach(member -> member.returns(server));
            }
            while (!others.isEmpty() && seeds.chance(0.5)) {
                leave(server, departure, others.remove(seeds.below(others.size())));
            }
        }
        for (Member member : others) {
            leave(server, departure, member);
        }
        for (int turns = 0; turns <= published && listens(stays); turns++) {
            stays.open.forEach(each -> acknowledge(stays, each, acknowledged));
            stays.open.clear();
            server.settle();
        }
        assertThat(acknowledged).as("%s: all of them", departure).hasSize(published); // U5-27
        if (!crash) { // after a crash a PUBACK may have been forgotten, and QoS 1 may repeat
            assertThat(acknowledged.values()).as("%s: once", departure).allMatch(n -> n == 1);
        }
        assertThat(server.core().accounting().balances()).isTrue();
        assertThat(server.core().sharedSubscriptions()).isEqualTo(1);
        assertThat(server.core().accounting().inFlightCopies()).isZero();
    }

    private static Member subscribed(Member member, MemoryServer server) {
        member.client.subscribe(0, Subscription.of("$share/g/" + FILTER, AT_LEAST_ONCE));
        server.settle();
        assertThat(member.client.heard()).isNotEmpty();
        return member;
    }

    private static boolean listens(Member member) {
        member.listen();
        return !member.open.isEmpty();
    }

    private static void acknowledgeSome(
            Seeds seeds, Member member, Map<String, Integer> acknowledged) {
        while (!member.open.isEmpty() && seeds.chance(0.6)) {
            acknowledge(member, member.open.remove(seeds.below(member.open.size())), acknowledged);
        }
    }

    private static void acknowledge(
            Member member, Publish publish, Map<String, Integer> acknowledged) {
        member.client.acknowledge(publish);
        acknowledged.merge(PacketClient.text(publish), 1, Integer::sum);
    }

    private static void leave(MemoryServer server, Departure departure, Member member) {
        switch (departure) {
            case DISCONNECT -> member.client.send(new Disconnect(ReasonCode.SUCCESS));
            case CUT -> member.client.connection().cut("reset");
            case EXPIRY, CRASH -> {
                member.client.connection().cut("reset");
                server.pass((EXPIRY_SECONDS + 1) * 1_000_000_000L);
            }
            case TAKEOVER_BY_CLEAN_START -> {
                PacketClient other = PacketClient.connected(server, member.identifier);
                assertThat(other.messages()).isEmpty();
                other.send(new Disconnect(ReasonCode.SUCCESS));
            }
            case UNSUBSCRIBE -> {
                member.client.unsubscribe("$share/g/" + FILTER);
                server.settle();
                member.client.send(new Disconnect(ReasonCode.SUCCESS));
            }
        }
        server.settle();
    }
}
