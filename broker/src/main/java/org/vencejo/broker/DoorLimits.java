package org.vencejo.broker;

import org.vencejo.core.Limits;
import org.vencejo.protocol.DecoderLimits;

/// The limits that hold at a listener for those who come, as long as `ofAll` do for all. Immutable.
record DoorLimits(
        Limits ofAll,
        boolean limitsIn,
        long connectTimeoutNanos,
        DecoderLimits ofDecoder,
        DecoderLimits ofRefused) {
    /// `limits` are those of the listener, made of `ofAll`.
    static DoorLimits of(Limits ofAll, Limits limits) {
        DecoderLimits ofDecoder = limits.ofDecoder();
        return new DoorLimits(
                ofAll,
                limits.rates().limitsIn(),
                limits.connectTimeoutNanos(),
                ofDecoder,
                RefusedConnections.limits(ofDecoder));
    }
}
