package org.vencejo.core.session;

import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;

/// What a session knows of the messages that its peer sends: which QoS 2 identifiers are taken, and
/// how many exchanges the peer has open.
///
/// Touched only by whoever runs the session. It plays no role: server and client receive alike.
public final class InboundFlow {
    /// What a PUBLISH is to this flow.
    public enum Arrival {
        /// A new message.
        NEW,
        /// A QoS 2 message that was taken over before: to be acknowledged again, never delivered
        /// again [MQTT-4.3.3-10].
        REPEATED,
        /// A QoS 1 message under an identifier that a QoS 2 exchange has open (B34).
        IDENTIFIER_IN_USE,
        /// One more than the Receive Maximum that the peer was told (B14).
        RECEIVE_MAXIMUM_EXCEEDED
    }

    private static final Object TAKEN = new Object();

    private final FlowOwner owner;

    // For the session: kept until PUBREL comes or the session ends, never by time (B1)
    private final PacketIdentifiers<Object> taken = new PacketIdentifiers<>();
    private long lastNumber;

    // For the connection
    private int receiveMaximum;
    private int openExactlyOnce;

    public InboundFlow(FlowOwner owner) {
        this.owner = owner;
    }

    /// A connection begins that was told `maximum` as Receive Maximum; the quota starts anew
    /// (U5-30).
    public void connected(int maximum) {
        receiveMaximum = maximum;
        openExactlyOnce = 0;
    }

    /// Looks at a PUBLISH above QoS 0 before anything changes. `unanswered` counts QoS 1 messages
    /// of this connection whose PUBACK still waits.
    public Arrival look(Publish publish, int unanswered) {
        boolean known = taken.contains(publish.packetIdentifier());
        if (known) {
            return publish.qos() == QoS.EXACTLY_ONCE ? Arrival.REPEATED : Arrival.IDENTIFIER_IN_USE;
        }
        return unanswered + openExactlyOnce >= receiveMaximum
                ? Arrival.RECEIVE_MAXIMUM_EXCEEDED
                : Arrival.NEW;
    }

    /// Takes over a QoS 2 message: its identifier is state of the session from now on.
    public void take(int packetIdentifier) {
        taken.put(packetIdentifier, TAKEN);
        openExactlyOnce++;
        lastNumber = Math.max(lastNumber, owner.identifierTaken(packetIdentifier));
    }

    /// Takes an identifier that the store had when the server started.
    public void recover(int packetIdentifier) {
        taken.put(packetIdentifier, TAKEN);
    }

    /// PUBREL came: the identifier is free. Returns whether it was taken.
    public boolean release(int packetIdentifier) {
        if (taken.remove(packetIdentifier) == null) {
            return false;
        }
        openExactlyOnce = Math.max(0, openExactlyOnce - 1);
        lastNumber = Math.max(lastNumber, owner.identifierFreed(packetIdentifier));
        return true;
    }

    /// Whether a QoS 2 message has the identifier open.
    public boolean isTaken(int packetIdentifier) {
        return taken.contains(packetIdentifier);
    }

    /// The journal number behind the last change: what an answer about identifiers has to wait for.
    public long lastNumber() {
        return lastNumber;
    }

    /// The identifiers that are taken, in no order.
    public int[] identifiersTaken() {
        return taken.toArray();
    }

    public boolean isEmpty() {
        return taken.isEmpty();
    }
}
