package org.vencejo.broker;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.access.AddressBlock;
import org.vencejo.core.Event;
import org.vencejo.core.TokenBucket;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.ReasonCode;

/// The few refused connections that are let in to be told why, and for nothing else. Thread-safe.
///
/// A client that is only closed on comes again at once, or looks for the fault at its own side. But
/// while there are too many nothing must be spent on those that are refused: so there are a few
/// places, each for a short time, and who finds none is closed on as if there were none at all. Who
/// goes at once has its place for no time, so only so many get one in a second, too.
final class RefusedConnections {
    /// They are beside `connections-max`: each takes one of the descriptors that are kept for other
    /// things than clients. With [#CONNECT_BYTES_MAX] all of them take 2 MB at most.
    static final int PLACES = 32;

    /// How many of them those from one address have, as others are refused as well.
    static final int PLACES_OF_ADDRESS = 8;

    /// How many are let in in a second.
    static final int PER_SECOND = 100;

    /// How long one may take to send its CONNECT, and then to read the answer. Who comes through a
    /// network has sent it within a round trip or two.
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// A larger CONNECT is not worth its memory, whatever is allowed to who is let in.
    static final int CONNECT_BYTES_MAX = 64 << 10;

    /// So much of what comes behind a CONNECT that authentication refuses is read, though to no
    /// effect, as the answer could be lost otherwise. It still can, if more was sent before it
    /// came.
    static final int BEHIND_BYTES_MAX = 64 << 10;

    /// All that is read of one that is refused as soon as it comes.
    static final int BYTES_MAX = CONNECT_BYTES_MAX + BEHIND_BYTES_MAX;

    private final Predicate<InetAddress> isBanned;
    private final Consumer<? super Event> events;
    private final long patienceNanos;
    private final TokenBucket comings;
    private final Map<AddressBlock, Integer> ofAddresses = new HashMap<>();
    private final AtomicInteger present = new AtomicInteger();
    private final AtomicLong told = new AtomicLong();

    RefusedConnections(
            Predicate<InetAddress> isBanned,
            Consumer<? super Event> events,
            long patienceNanos,
            long nowNanos) {
        this.isBanned = isBanned;
        this.events = events;
        this.patienceNanos = patienceNanos;
        this.comings = new TokenBucket(nowNanos);
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
            Refusal why,
            Entry entry,
            InetAddress address,
            long nowNanos,
            Supplier<PacketDecoder> decoder) {
        ReasonCode reasonCode = why.reasonCode();
        // A handshake costs more than the answer is worth, and who a proxy stands for is not known.
        boolean isCheap = entry.tls() == null && entry.proxy() == null;
        if (reasonCode == null || !isCheap) {
            return null;
        }
        // Where many are refused most find no place. To see that first spares them the locks.
        if (present.get() >= PLACES || isBanned.test(address) || !enter(address, nowNanos)) {
            return null;
        }
        return new RefusedConnection(this, address, reasonCode, decoder.get());
    }

    private synchronized boolean enter(InetAddress address, long nowNanos) {
        AddressBlock block = AddressBlock.of(address);
        if (present.get() >= PLACES
                || ofAddresses.getOrDefault(block, 0) >= PLACES_OF_ADDRESS
                || !comings.hasRoomFor(1, PER_SECOND, nowNanos)) {
            return false;
        }
        comings.take(1, PER_SECOND, nowNanos);
        ofAddresses.merge(block, 1, Integer::sum);
        present.incrementAndGet();
        return true;
    }

    /// One from `address` is gone.
    synchronized void left(InetAddress address) {
        ofAddresses.computeIfPresent(
                AddressBlock.of(address), (block, count) -> count == 1 ? null : count - 1);
        present.decrementAndGet();
    }

    /// One has its answer in its buffer. Whether that arrives nobody will know.
    void answered() {
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
