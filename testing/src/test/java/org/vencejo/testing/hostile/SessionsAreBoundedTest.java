package org.vencejo.testing.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.vencejo.core.Server;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;
import org.vencejo.testing.Oracle;

/// What clients leave in their sessions is bounded in bytes: filters, identifiers, wills.
@Timeout(120)
@Isolated // The memory of the whole process is measured.
class SessionsAreBoundedTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final int MB = 1 << 20;
    private static final int LONG = 60_000;
    private static final byte QUOTA_EXCEEDED = (byte) 0x97;

    /// 180 MB of filters by one client; the default takes 16 MB of them.
    @Test
    @Oracle(74)
    void theFiltersOfOneClientAreBoundedInBytes() throws IOException {
        try (Victim victim = Victim.start(1);
                HonestPair honest = new HonestPair(victim.address());
                HonestClient other = new HonestClient(victim.address(), V5, "otro");
                Attacker attacker = Attacker.connected(victim.address(), V5, "muchos")) {
            long before = Victim.heapBytes();
            int refused = 0;
            for (int i = 1; i <= 3_000; i++) {
                String filter = i + "x".repeat(LONG);
                attacker.send(
                        new Subscribe(
                                i,
                                List.of(Subscription.of(filter, QoS.AT_MOST_ONCE)),
                                Properties.NONE),
                        V5);
                if (i % 100 == 0) {
                    honest.roundTrip(QoS.EXACTLY_ONCE);
                }
            }
            attacker.awaitPackets(3_001);
            for (byte[] suback : attacker.packets().subList(1, 3_001)) {
                refused += suback[suback.length - 1] == QUOTA_EXCEEDED ? 1 : 0;
            }
            assertThat(Victim.heapBytes() - before).as("heap").isLessThan(24 * MB);
            assertThat(3_000 - refused).as("filters that were taken").isBetween(100, 140);
            other.subscribe("y".repeat(LONG), QoS.AT_MOST_ONCE);
        }
    }

    /// Each of them has little, and all together have all that they may.
    @Test
    @Oracle(74)
    void manyWhoSubscribeToWhatTheyMayKeepNobodyOut() throws IOException {
        int clients = 70;
        int filters = 60;
        try (Victim victim = Victim.start(1, "limits.sessions-bytes-max=1MB")) {
            List<Attacker> attackers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                attackers.add(Attacker.connected(victim.address(), V5, "poco" + i));
            }
            int refused = 0;
            for (int k = 1; k <= filters; k++) {
                for (int i = 0; i < clients; i++) {
                    Subscription one = Subscription.of(i + "/" + k, QoS.AT_MOST_ONCE);
                    attackers.get(i).send(new Subscribe(k, List.of(one), Properties.NONE), V5);
                }
                for (Attacker attacker : attackers) {
                    attacker.awaitPackets(k + 1);
                    byte[] suback = attacker.packets().getLast();
                    refused += suback[suback.length - 1] == QUOTA_EXCEEDED ? 1 : 0;
                }
            }
            assertThat(refused).as("filters that were refused").isGreaterThan(clients);
            try (HonestPair honest = new HonestPair(victim.address())) {
                honest.roundTrip(QoS.EXACTLY_ONCE);
            }
            for (Attacker attacker : attackers) {
                attacker.close();
            }
        }
    }

    /// Sessions that are kept for ever, of clients that never return.
    @Test
    @Oracle(74)
    void sessionsThatNobodyReturnsToAreBoundedInBytes() throws IOException {
        try (Victim victim = Victim.start(1, "limits.sessions-bytes-max=2MB");
                HonestPair honest = new HonestPair(victim.address())) {
            Properties forEver =
                    Properties.builder()
                            .put(Property.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                            .build();
            int taken = 0;
            for (int i = 100; i < 200; i++) {
                taken += isTaken(victim, connect(i + "x".repeat(LONG), null, forEver)) ? 1 : 0;
            }
            honest.roundTrip(QoS.EXACTLY_ONCE);
            assertThat(taken).as("clients that were let in").isBetween(22, 27);
            assertThat(victim.ask(Server::sessions)).isEqualTo(2 + taken);

            // Who has a session comes back to it, and may end it.
            Connect back = connect(100 + "x".repeat(LONG), null, Properties.NONE);
            assertThat(isTaken(victim, back)).as("who has a session").isTrue();
            victim.await(Server::sessions, 1 + taken);
            assertThat(isTaken(victim, connect("nuevo", null, Properties.NONE))).isTrue();
        }
    }

    /// Wills of clients that stay.
    @Test
    @Oracle(74)
    void theWillsOfAllClientsAreBoundedInBytes() throws IOException {
        try (Victim victim = Victim.start(1, "limits.sessions-bytes-max=4MB");
                HonestPair honest = new HonestPair(victim.address())) {
            Will will =
                    new Will(
                            TopicName.of("w"),
                            Payload.of(new byte[LONG]),
                            QoS.AT_MOST_ONCE,
                            false,
                            Properties.NONE);
            List<Attacker> attackers = new ArrayList<>();
            int taken = 0;
            for (int i = 0; i < 100; i++) {
                Attacker attacker = new Attacker(victim.address());
                attackers.add(attacker);
                attacker.send(connect("w" + i, will, Properties.NONE), V5);
                attacker.awaitPackets(1);
                taken += attacker.packets().getFirst()[3] == 0 ? 1 : 0;
            }
            honest.roundTrip(QoS.EXACTLY_ONCE);
            assertThat(taken).as("wills that were taken").isBetween(45, 55);
            assertThat(isTaken(victim, connect("sin", null, Properties.NONE))).isTrue();
            for (Attacker attacker : attackers) {
                attacker.close();
            }
        }
    }

    private static Connect connect(String client, Will will, Properties properties) {
        return new Connect(V5, client, false, 0, will, null, null, properties);
    }

    private static boolean isTaken(Victim victim, Connect connect) throws IOException {
        try (Attacker attacker = new Attacker(victim.address())) {
            attacker.send(connect, V5);
            attacker.awaitPackets(1);
            byte code = attacker.packets().getFirst()[3];
            assertThat(code).isIn((byte) 0, QUOTA_EXCEEDED);
            return code == 0;
        }
    }
}
