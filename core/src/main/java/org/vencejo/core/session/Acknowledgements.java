package org.vencejo.core.session;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketType;

/// The answers that a connection owes, each held until the change that it stands for is durable.
///
/// Touched only by whoever runs the session; lives as long as the connection. What waits for
/// nothing goes out at once, except behind an earlier answer of the same kind: answers of one kind
/// keep the order in which their requests arrived (B29, [MQTT-4.6.0-4]).
public final class Acknowledgements {
    private record Waiting(Packet packet, long number) {}

    private final Link link;
    private final Consumer<Packet> onSent;
    private @Nullable ArrayDeque<Waiting> waiting;
    private long[] lastNumberByType = NONE;
    private long leastNumber = Long.MAX_VALUE;
    private int pubacksWaiting;
    private int promised;

    private static final long[] NONE = {};

    /// Answers that go through `link`; `onSent` is told of each after it went.
    public Acknowledgements(Link link, Consumer<Packet> onSent) {
        this.link = link;
        this.onSent = onSent;
    }

    /// Sends `packet` when the journal is durable up to `number`; now, if it is `durable` so far
    /// and nothing that could leave has yet to.
    public void send(Packet packet, long number, long durable) {
        long after = Math.max(number, lastNumberOf(packet.type()));
        if (after <= durable && leastNumber > durable) {
            link.send(packet);
            onSent.accept(packet);
            return;
        }
        if (waiting == null) {
            waiting = new ArrayDeque<>();
        }
        if (lastNumberByType.length == 0) {
            lastNumberByType = new long[PacketType.values().length];
        }
        lastNumberByType[packet.type().ordinal()] = after;
        waiting.add(new Waiting(packet, after));
        leastNumber = Math.min(leastNumber, after);
        pubacksWaiting += packet.type() == PacketType.PUBACK ? 1 : 0;
    }

    /// An answer of this type will come to [#send]: it counts as waiting from now on.
    public void promise(PacketType type) {
        promised++;
        pubacksWaiting += type == PacketType.PUBACK ? 1 : 0;
    }

    /// The promised answer comes to [#send] next.
    public void keepPromise(PacketType type) {
        promised--;
        pubacksWaiting -= type == PacketType.PUBACK ? 1 : 0;
    }

    /// How many answers wait.
    public int waiting() {
        return promised + (waiting == null ? 0 : waiting.size());
    }

    /// How many PUBACKs wait: QoS 1 messages that count against the Receive Maximum.
    public int pubacksWaiting() {
        return pubacksWaiting;
    }

    /// Sends what waited for numbers up to `durable`, at most `most` of it; returns how many. The
    /// others leave by the next call, and nothing goes before them.
    public int durable(long durable, int most) {
        if (waiting == null || leastNumber > durable) {
            return 0;
        }
        ArrayDeque<Waiting> ready = new ArrayDeque<>();
        leastNumber = Long.MAX_VALUE;
        for (Iterator<Waiting> i = waiting.iterator(); i.hasNext(); ) {
            Waiting answer = i.next();
            if (answer.number <= durable && ready.size() < most) {
                i.remove();
                ready.add(answer);
                pubacksWaiting -= answer.packet.type() == PacketType.PUBACK ? 1 : 0;
            } else {
                leastNumber = Math.min(leastNumber, answer.number);
            }
        }
        if (waiting.isEmpty()) {
            waiting = null;
        }
        for (Waiting answer : ready) {
            link.send(answer.packet);
            onSent.accept(answer.packet);
        }
        return ready.size();
    }

    private long lastNumberOf(PacketType type) {
        return lastNumberByType.length == 0 ? 0 : lastNumberByType[type.ordinal()];
    }
}
