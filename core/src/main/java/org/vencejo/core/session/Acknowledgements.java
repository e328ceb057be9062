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
    private int pubacksWaiting;
    private int promised;

    private static final long[] NONE = {};

    /// Answers that go through `link`; `onSent` is told of each after it went.
    public Acknowledgements(Link link, Consumer<Packet> onSent) {
        this.link = link;
        this.onSent = onSent;
    }

    /// Sends `packet` when the journal is durable up to `number`; now, if it is `durable` so far.
    public void send(Packet packet, long number, long durable) {
        long after = Math.max(number, lastNumberOf(packet.type()));
        if (after <= durable) {
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

    /// Sends all that waited for numbers up to `durable`.
    public void durable(long durable) {
        if (waiting == null) {
            return;
        }
        ArrayDeque<Waiting> ready = new ArrayDeque<>();
        for (Iterator<Waiting> i = waiting.iterator(); i.hasNext(); ) {
            Waiting answer = i.next();
            if (answer.number <= durable) {
                i.remove();
                ready.add(answer);
                pubacksWaiting -= answer.packet.type() == PacketType.PUBACK ? 1 : 0;
            }
        }
        if (waiting.isEmpty()) {
            waiting = null;
        }
        for (Waiting answer : ready) {
            link.send(answer.packet);
            onSent.accept(answer.packet);
        }
    }

    private long lastNumberOf(PacketType type) {
        return lastNumberByType.length == 0 ? 0 : lastNumberByType[type.ordinal()];
    }
}
