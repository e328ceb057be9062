package org.vencejo.broker;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Event;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.ReasonCode;

/// The few refused connections that are let in to be told why, and for nothing else. Thread-safe.
///
/// A client that is only closed on comes again at once, or looks for the fault at its own side. But
/// while there are too many nothing must be spent on those that are refused: so there are a few
/// places, each for a short time, and who finds none is closed on as if there were none at all.
final class RefusedConnections {
    /// They are beside `connections-max`: each takes one of the descriptors that are kept for other
    /// things than clients. With [#CONNECT_BYTES_MAX] all of them take 2 MB at most.
    static final int PLACES = 32;

    /// How long one may take to send its CONNECT, and then to read the answer. Who comes through a
    /// network has sent it within a round trip or two.
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// A larger CONNECT is not worth its memory, whatever is allowed to who is let in.
    static final int CONNECT_BYTES_MAX = 64 << 10;

    private final Predicate<InetAddress> isBanned;
    private final Consumer<? super Event> events;
    private final long patienceNanos;
    private final AtomicInteger present = new AtomicInteger();
    private final AtomicLong told = new AtomicLong();

    RefusedConnections(Predicate<InetAddress> isBanned, Consumer<? super Event> events) {
        this(isBanned, events, PATIENCE_NANOS);
    }

    RefusedConnections(
            Predicate<InetAddress> isBanned, Consumer<? super Event> events, long patienceNanos) {
        this.isBanned = isBanned;
        this.events = events;
        this.patienceNanos = patienceNanos;
    }

    /// What is read of one, where others have `limits`.
    static DecoderLimits limits(DecoderLimits limits) {
        int connectSizeMax = Math.min(limits.connectSizeMax(), CONNECT_BYTES_MAX);
        return new DecoderLimits(
                connectSizeMax,
                connectSizeMax,
                limits.topicLevelsMax(),
                limits.userPropertiesMax(),
                limits.userPropertiesBytesMax(),
                limits.topicFiltersMax());
    }

    /// Who tells a connection from `address` why it is refused, or null if it is to be closed
    /// without a word; `decoder` is a new one, within [#limits].
    @Nullable RefusedConnection letIn(
            Refusal why, Entry entry, InetAddress address, Supplier<PacketDecoder> decoder) {
        if (present.get() >= PLACES) {
            return null;
        }
        ReasonCode reasonCode = why.reasonCode();
        // A handshake costs more than the answer is worth, and who a proxy stands for is not known.
        boolean isPlain = entry.tls() == null && entry.proxy() == null;
        if (reasonCode == null || !isPlain || isBanned.test(address) || !enter()) {
            return null;
        }
        return new RefusedConnection(this, reasonCode, decoder.get());
    }

    private boolean enter() {
        return present.getAndUpdate(count -> Math.min(count, PLACES - 1) + 1) < PLACES;
    }

    /// One is gone.
    void left() {
        present.decrementAndGet();
    }

    /// One was told.
    void told() {
        told.incrementAndGet();
    }

    /// How many were told so far.
    long toldSoFar() {
        return told.get();
    }

    /// How many there are.
    int present() {
        return present.get();
    }

    long patienceNanos() {
        return patienceNanos;
    }

    void fault(Throwable cause) {
        events.accept(new Event.Fault(null, cause));
    }
}
