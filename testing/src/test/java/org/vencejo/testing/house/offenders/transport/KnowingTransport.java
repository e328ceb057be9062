package org.vencejo.testing.house.offenders.transport;

import org.vencejo.testing.house.offenders.protocol.UpwardsProtocol;

/// Knows packets, which transport must not.
public class KnowingTransport {
    protected final UpwardsProtocol packets = new UpwardsProtocol();
}
