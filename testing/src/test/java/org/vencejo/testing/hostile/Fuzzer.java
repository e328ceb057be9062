package org.vencejo.testing.hostile;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.vencejo.broker.Authenticator;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Peer;
import org.vencejo.core.Server;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.testing.Seeds;

/// Damaged conversations against one server, and honest clients beside them. Confined to one
/// thread.
///
/// After each case a message goes the honest way on other connections, to a subscriber of `#` that
/// sees every message: each that is not ours must stand in bytes that some case sent. A block of
/// cases shares a server, whose sessions, connections and buffers are back at its end; its seed and
/// the number of the case repeat a failure.
final class Fuzzer {
    /// Cases that share a server; a server's sessions go after a second.
    private static final int BLOCK = 500;

    /// What a last packet may lack for us to complete it.
    private static final long COMPLETED_MAX = 5_000;

    private static final int STAYING_MAX = 6;

    private static final String[] DEFAULTS = {"limits.session-expiry-interval-max=1s"};
    private static final String[] SMALL = {
        "limits.session-expiry-interval-max=1s",
        "limits.packet-size-max=2KB",
        "limits.receive-maximum=2",
        "limits.window-max=2",
        "limits.topic-alias-maximum=2",
        "limits.topic-levels-max=3",
        "limits.subscriptions-max=4",
        "limits.queued-messages-max=60",
        "limits.retained-messages-max=3",
        "limits.routes-cached-max=4",
        "limits.slice-max=16"
    };

    private final long seed;
    private final boolean small;
    private final Victim victim;
    private final List<byte[]> sent = new ArrayList<>();
    private final Map<End, Integer> ends = new EnumMap<>(End.class);
    private final Queue<Attacker> staying = new ArrayDeque<>();
    private long foreignMessages;

    /// How a case came to its end.
    enum End {
        /// All was answered, the last PINGREQ too.
        SERVED,
        CLOSED_BY_SERVER,
        HALF_CLOSED,
        CUT
    }

    /// What was seen of a run, to know that it was worth it.
    record Seen(Map<End, Integer> ends, long foreignMessages) {}

    private Fuzzer(long seed) throws IOException {
        this.seed = seed;
        this.small = (seed & 2) != 0;
        this.victim =
                Victim.start((seed & 1) == 0 ? 1 : 3, new InTwoSteps(), small ? SMALL : DEFAULTS);
    }

    /// Runs `cases` cases, block by block; the seeds of the blocks follow each other.
    static Seen run(long seed, int cases) throws IOException {
        Map<End, Integer> ends = new EnumMap<>(End.class);
        long foreignMessages = 0;
        for (int done = 0; done < cases; done += BLOCK) {
            Fuzzer block = new Fuzzer(seed + done / BLOCK);
            block.run(Math.min(BLOCK, cases - done));
            block.ends.forEach((end, count) -> ends.merge(end, count, Integer::sum));
            foreignMessages += block.foreignMessages;
        }
        return new Seen(ends, foreignMessages);
    }

    private void run(int cases) throws IOException {
        Seeds seeds = Seeds.of(seed);
        try (victim) {
            ProtocolVersion[] versions = ProtocolVersion.values();
            try (HonestPair honest =
                    new HonestPair(
                            victim.address(),
                            versions[seeds.below(versions.length)],
                            versions[seeds.below(versions.length)],
                            "#",
                            this::explain)) {
                long sessionBytes = victim.ask(Server::sessionBytes);
                for (int i = 0; i < cases; i++) {
                    attempt(i, seeds.fork(), honest);
                }
                for (Attacker attacker : staying) {
                    attacker.close();
                }
                // Whoever was cut is gone, and so is who was to be remembered for a second.
                victim.await(Server::connections, 2);
                victim.await(Server::sessions, 2);
                victim.await(Server::subscriptions, 1);
                victim.await(Server::sessionBytes, sessionBytes);
                honest.roundTrip(QoS.EXACTLY_ONCE);
            }
        }
    }

    private void attempt(int number, Seeds seeds, HonestPair honest) {
        Conversation conversation = Conversation.of(seeds);
        boolean damaged = !conversation.plain() || small || seeds.chance(0.9);
        List<byte[]> packets =
                damaged ? Damage.applied(conversation.packets(), seeds) : conversation.packets();
        byte[] bytes = completed(Frame.joined(packets), seeds);
        sent.add(bytes);
        try {
            Attacker attacker = new Attacker(victim.address());
            End end = talk(attacker, bytes, damaged, seeds);
            ends.merge(end, 1, Integer::sum);
            if (Arrays.equals(packets.getFirst(), conversation.packets().getFirst())) {
                boolean over = end == End.CLOSED_BY_SERVER;
                Answers.requireRight(conversation.connect(), attacker.heard(), over);
            }
            if (!damaged && end != End.SERVED) {
                throw new AssertionError("an undamaged conversation ends in " + end);
            }
            leave(attacker, end, seeds);
            honest.roundTrip(QoS.of(1 + seeds.below(2)));
            victim.requireNoFault();
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "case %d of seed %d, %s, replay it with -Dvencejo.seed=%d -Dvencejo.cases=%d: %s"
                            .formatted(
                                    number,
                                    seed,
                                    victim.accounts(),
                                    seed,
                                    number + 1,
                                    HexFormat.of().formatHex(bytes)),
                    e);
        }
    }

    /// The bytes, and what their last packet lacks if that is little.
    private static byte[] completed(byte[] bytes, Seeds seeds) {
        long missing = Frame.outline(bytes).missing();
        return missing > 0 && missing <= COMPLETED_MAX
                ? Frame.joined(bytes, seeds.bytes((int) missing))
                : bytes;
    }

    private static End talk(Attacker attacker, byte[] bytes, boolean damaged, Seeds seeds)
            throws IOException {
        boolean whole = Frame.outline(bytes).isWhole();
        byte[] all = whole ? Frame.joined(bytes, Attacker.PINGREQ) : bytes;
        write(attacker, all, seeds);
        if (damaged && seeds.chance(0.1)) {
            attacker.reset();
            return End.CUT;
        }
        if (damaged && (Frame.outline(bytes).missing() > 0 || seeds.chance(0.1))) {
            return halfClosed(attacker);
        }
        if (whole && attacker.awaitPingresps(Frame.outline(all).pingreqs())) {
            return End.SERVED;
        }
        attacker.awaitEnd();
        return End.CLOSED_BY_SERVER;
    }

    /// Some who were served stay for a while: they get messages, and others take over from them.
    private void leave(Attacker attacker, End end, Seeds seeds) throws IOException {
        if (end == End.SERVED && seeds.chance(0.5)) {
            staying.add(attacker);
        } else {
            attacker.close();
        }
        if (staying.size() > STAYING_MAX) {
            Attacker oldest = staying.remove();
            if (seeds.chance(0.5)) {
                oldest.reset();
            } else {
                oldest.close();
            }
        }
    }

    private static End halfClosed(Attacker attacker) throws IOException {
        try {
            attacker.halfClose();
        } catch (IOException closed) {
            return End.CLOSED_BY_SERVER;
        }
        attacker.awaitEnd();
        return End.HALF_CLOSED;
    }

    private static void write(Attacker attacker, byte[] bytes, Seeds seeds) {
        int slices = seeds.chance(0.5) ? 1 : seeds.chance(0.05) ? bytes.length : 2 + seeds.below(6);
        int at = 0;
        for (int left = slices; left > 0 && at < bytes.length; left--) {
            int length = bytes.length - at;
            if (left > 1) {
                length = slices >= bytes.length ? 1 : 1 + seeds.below(length);
            }
            if (!attacker.send(Arrays.copyOfRange(bytes, at, at + length))) {
                return;
            }
            at += length;
        }
    }

    private void explain(HonestClient.Message message) {
        foreignMessages++;
        for (int i = sent.size() - 1; i >= 0; i--) {
            byte[] bytes = sent.get(i);
            if (Frame.contains(bytes, message.topicName())
                    && Frame.contains(bytes, message.payload())) {
                return;
            }
        }
        throw new AssertionError(
                "a message that nobody published, topic "
                        + HexFormat.of().formatHex(message.topicName())
                        + ", payload "
                        + HexFormat.of().formatHex(message.payload()));
    }

    /// Lets everybody in; an exchange takes one AUTH of the client's, and may fail by its data.
    private static final class InTwoSteps implements Authenticator {
        @Override
        public Work work(Peer peer, Authentication.Request request) {
            return Work.NONE;
        }

        @Override
        public Authentication.Outcome authenticate(Peer peer, Authentication.Request request) {
            return switch (request) {
                case Authentication.Credentials _ ->
                        new Authentication.Accepted(Identity.ANONYMOUS, null);
                case Authentication.Step step ->
                        step.first()
                                ? new Authentication.More(new byte[] {1})
                                : new Authentication.Accepted(Identity.ANONYMOUS, step.data());
            };
        }
    }
}
