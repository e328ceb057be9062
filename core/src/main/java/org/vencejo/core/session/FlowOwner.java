package org.vencejo.core.session;

/// The session that owns a flow: what the flow asks of it and tells it.
///
/// The numbers are those of the journal: what depends on a change leaves only when its number is
/// durable; 0 means that nothing is written and nothing waits.
public interface FlowOwner {
    /// A copy joined the queue.
    long enqueued(Copy copy);

    /// A copy left the session, by whatever fate.
    void dequeued(Copy copy);

    /// A copy that left the session ended with `fate`. An owner that promised somebody an outcome
    /// learns it here; what an answer of the peer ended is also returned to who brought the answer.
    default void ended(Copy copy, Fate fate) {}

    /// The queue is to be read from disk, from sequence `from` on, as far as so many messages or
    /// bytes reach; the answer is a call of [OutboundFlow#loaded].
    default void readQueue(long from, long messages, long bytes) {
        throw new IllegalStateException("the queue is in memory");
    }

    /// PUBREC came for a copy: its message is gone, its PUBREL is owed.
    long released(Copy copy);

    /// A QoS 2 PUBLISH was taken over under this Packet Identifier.
    long identifierTaken(int packetIdentifier);

    /// The Packet Identifier is free again.
    long identifierFreed(int packetIdentifier);

    /// Whether the peer may (still) be sent the copy.
    boolean mayReceive(Copy copy);
}
