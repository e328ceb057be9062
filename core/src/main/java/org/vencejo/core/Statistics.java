package org.vencejo.core;

import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.ReasonCode;

/// What the server counts beside the [org.vencejo.core.session.Accounting] of copies.
///
/// Part of the core: written only by whoever runs it. Counters only rise; the current numbers of
/// sessions, subscriptions and so on are asked of [Server].
public final class Statistics {
    private static final int TYPES = PacketType.values().length;
    private static final int CODES = ReasonCode.values().length;

    private final long[] packetsReceived = new long[TYPES];
    private final long[] packetsSent = new long[TYPES];
    private final long[] refused = new long[CODES];
    private long payloadBytesReceived;
    private long payloadBytesSent;

    /// Acknowledgements that named no open exchange (B5).
    private long strayAcknowledgements;

    /// PUBLISH packets repeated by `retry-interval`.
    private long retries;

    /// Times that a client was not read from, or not sent to, for a while, as it was above its
    /// rate.
    private long heldIn;

    private long heldOut;

    /// Subscriptions that ended as the access rules had changed.
    private long subscriptionsDenied;

    /// Connections that ended as who their client is held only for a time.
    private long identitiesExpired;

    void received(PacketType type) {
        packetsReceived[type.ordinal()]++;
    }

    void sent(PacketType type) {
        packetsSent[type.ordinal()]++;
    }

    /// A PUBLISH came with a payload of this length.
    void payloadReceived(int bytes) {
        payloadBytesReceived += bytes;
    }

    /// A PUBLISH was sent with a payload of this length.
    void payloadSent(int bytes) {
        payloadBytesSent += bytes;
    }

    /// Something was refused, with this code, by whatever packet (or, in 3.x, silence) says so.
    void refused(ReasonCode reasonCode) {
        refused[reasonCode.ordinal()]++;
    }

    void strayAcknowledgement() {
        strayAcknowledgements++;
    }

    void retried(int packets) {
        retries += packets;
    }

    void subscriptionsDenied(int count) {
        subscriptionsDenied += count;
    }

    void identityExpired() {
        identitiesExpired++;
    }

    void heldIn() {
        heldIn++;
    }

    void heldOut() {
        heldOut++;
    }

    /// How often a client was not read from for a while, as it had sent more than it may.
    public long timesHeldIn() {
        return heldIn;
    }

    /// How often a client was not sent to for a while, as it had been sent more than it may.
    public long timesHeldOut() {
        return heldOut;
    }

    public long packetsReceived(PacketType type) {
        return packetsReceived[type.ordinal()];
    }

    public long packetsSent(PacketType type) {
        return packetsSent[type.ordinal()];
    }

    /// Bytes of the payloads of all PUBLISH packets that came.
    public long payloadBytesReceived() {
        return payloadBytesReceived;
    }

    /// Bytes of the payloads of all PUBLISH packets that were sent.
    public long payloadBytesSent() {
        return payloadBytesSent;
    }

    public long refusedWith(ReasonCode reasonCode) {
        return refused[reasonCode.ordinal()];
    }

    public long strayAcknowledgements() {
        return strayAcknowledgements;
    }

    public long retries() {
        return retries;
    }

    public long subscriptionsDenied() {
        return subscriptionsDenied;
    }

    public long identitiesExpired() {
        return identitiesExpired;
    }
}
