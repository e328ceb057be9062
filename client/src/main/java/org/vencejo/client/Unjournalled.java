package org.vencejo.client;

import org.vencejo.core.session.Copy;
import org.vencejo.core.session.FlowOwner;

/// The owner of the flows of a session that lives in memory only: nothing is written, so nothing
/// waits for a journal. Stateless.
class Unjournalled implements FlowOwner {
    @Override
    public long enqueued(Copy copy) {
        return 0;
    }

    @Override
    public void dequeued(Copy copy) {}

    @Override
    public long released(Copy copy) {
        return 0;
    }

    @Override
    public long identifierTaken(int packetIdentifier) {
        return 0;
    }

    @Override
    public long identifierFreed(int packetIdentifier) {
        return 0;
    }

    @Override
    public boolean mayReceive(Copy copy) {
        return true;
    }
}
