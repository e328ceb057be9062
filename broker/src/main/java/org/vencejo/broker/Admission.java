package org.vencejo.broker;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.access.AddressBlock;
import org.vencejo.core.Limits;
import org.vencejo.core.TokenBucket;

/// How many connections are let in: from an address, and in a second. Thread-safe.
///
/// Asked once for a connection, never for a packet. Addresses that have connections are as many as
/// these, at most; of those that have none, the last ones are remembered, within a limit.
final class Admission {
    private final Map<AddressBlock, Visitor> present = new HashMap<>();
    private final LinkedHashMap<AddressBlock, Visitor> gone = new LinkedHashMap<>();
    private final TokenBucket all;

    private Limits.Admission limits;

    /// An address, with its open connections.
    private static final class Visitor {
        final TokenBucket comings;
        int open;

        Visitor(long nowNanos) {
            this.comings = new TokenBucket(nowNanos);
        }
    }

    Admission(Limits.Admission limits, long nowNanos) {
        this.limits = limits;
        this.all = new TokenBucket(nowNanos);
    }

    /// Other limits hold, for connections that come.
    synchronized void reconfigure(Limits.Admission newer) {
        limits = newer;
    }

    /// Why a connection from `address` is refused, or null: then it is let in, and [#left] follows.
    synchronized @Nullable Refusal enter(InetAddress address, long nowNanos) {
        if (isExempt(address)) {
            return null;
        }
        AddressBlock block = AddressBlock.of(address);
        Visitor visitor = present.get(block);
        boolean isPresent = visitor != null;
        if (visitor == null) {
            visitor = gone.get(block);
        }
        if (visitor == null) {
            visitor = new Visitor(nowNanos);
        }
        if (visitor.open >= limits.perAddressMax()) {
            return Refusal.ADDRESS_FULL;
        }
        int rate = limits.perAddressRatePerSecond();
        if (rate > 0 && !visitor.comings.hasRoomFor(1, rate, nowNanos)) {
            return Refusal.ADDRESS_RATE;
        }
        int rateOfAll = limits.ratePerSecond();
        if (rateOfAll > 0 && !all.hasRoomFor(1, rateOfAll, nowNanos)) {
            return Refusal.RATE;
        }
        if (rate > 0) {
            visitor.comings.take(1, rate, nowNanos);
        }
        if (rateOfAll > 0) {
            all.take(1, rateOfAll, nowNanos);
        }
        visitor.open++;
        if (!isPresent) {
            gone.remove(block);
            present.put(block, visitor);
        }
        return null;
    }

    /// A connection from `address` is gone.
    synchronized void left(InetAddress address, long nowNanos) {
        AddressBlock block = AddressBlock.of(address);
        Visitor visitor = present.get(block);
        if (visitor == null || --visitor.open > 0) {
            return; // it may have come while its address was not counted
        }
        present.remove(block);
        if (!visitor.comings.isFull(nowNanos)) {
            gone.put(block, visitor);
            if (gone.size() > limits.addressesTrackedMax()) {
                gone.pollFirstEntry();
            }
        }
    }

    /// How many addresses are remembered.
    synchronized int addresses() {
        return present.size() + gone.size();
    }

    private boolean isExempt(InetAddress address) {
        return !limits.loopbackLimited() && address.isLoopbackAddress();
    }
}
