package org.vencejo.broker;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Server;
import org.vencejo.core.Statistics;
import org.vencejo.core.session.Accounting;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.storage.StoreStatistics;

/// The numbers of a broker at one moment. Immutable, and no part of the server.
///
/// `loads` are what [SysLoad] makes of this snapshot and those before it.
record SysSnapshot(
        Running running,
        Traffic traffic,
        Holdings holdings,
        Packets packets,
        Copies copies,
        AuthenticationThreads.Counts authentication,
        Map<String, String> loads) {

    record Running(
            String version,
            long uptimeSeconds,
            long heapBytes,
            long heapBytesMost,
            long heapBytesMax,
            @Nullable StoreStatistics store) {}

    record Holdings(
            int connectedClients,
            int connectedClientsMost,
            int sessions,
            long sessionsExpired,
            int subscriptions,
            int sharedSubscriptions,
            int retainedMessages,
            long retainedBytes,
            long sessionBytes) {
        static Holdings of(Server server) {
            return new Holdings(
                    server.connectedClients(),
                    server.connectedClientsMost(),
                    server.sessions(),
                    server.sessionsExpired(),
                    server.subscriptions(),
                    server.sharedSubscriptions(),
                    server.retainedMessages(),
                    server.retainedBytes(),
                    server.sessionBytes());
        }
    }

    /// `refused` holds the codes that were used.
    record Packets(
            long received,
            long sent,
            long publishReceived,
            long publishSent,
            long connectReceived,
            long payloadBytesReceived,
            long payloadBytesSent,
            long strayAcknowledgements,
            long retries,
            long subscriptionsDenied,
            long identitiesExpired,
            long timesHeldIn,
            long timesHeldOut,
            Map<ReasonCode, Long> refused) {
        static Packets of(Statistics statistics) {
            long received = 0;
            long sent = 0;
            for (PacketType type : PacketType.values()) {
                received += statistics.packetsReceived(type);
                sent += statistics.packetsSent(type);
            }
            Map<ReasonCode, Long> refused = new EnumMap<>(ReasonCode.class);
            for (ReasonCode code : ReasonCode.values()) {
                if (statistics.refusedWith(code) > 0) {
                    refused.put(code, statistics.refusedWith(code));
                }
            }
            return new Packets(
                    received,
                    sent,
                    statistics.packetsReceived(PacketType.PUBLISH),
                    statistics.packetsSent(PacketType.PUBLISH),
                    statistics.packetsReceived(PacketType.CONNECT),
                    statistics.payloadBytesReceived(),
                    statistics.payloadBytesSent(),
                    statistics.strayAcknowledgements(),
                    statistics.retries(),
                    statistics.subscriptionsDenied(),
                    statistics.identitiesExpired(),
                    statistics.timesHeldIn(),
                    statistics.timesHeldOut(),
                    refused);
        }
    }

    record Copies(
            long opened,
            long recovered,
            long queued,
            long queuedBytes,
            long queuedBytesInMemory,
            long inFlight,
            long ownWithoutSubscriber,
            Map<Fate, Long> ended) {
        static Copies of(Accounting accounting) {
            Map<Fate, Long> ended = new EnumMap<>(Fate.class);
            for (Fate fate : Fate.values()) {
                ended.put(fate, accounting.endedBy(fate));
            }
            return new Copies(
                    accounting.copies(),
                    accounting.recoveredCopies(),
                    accounting.queuedCopies(),
                    accounting.queuedBytes(),
                    accounting.queuedBytesInMemory(),
                    accounting.inFlightCopies(),
                    accounting.ownMessagesWithoutSubscriber(),
                    ended);
        }

        long endedBy(Fate fate) {
            return ended.getOrDefault(fate, 0L);
        }
    }

    /// To be called by whoever runs the core.
    static SysSnapshot of(
            Server server,
            Traffic traffic,
            AuthenticationThreads.Counts authentication,
            Running running) {
        return new SysSnapshot(
                running,
                traffic,
                Holdings.of(server),
                Packets.of(server.statistics()),
                Copies.of(server.accounting()),
                authentication,
                Map.of());
    }

    SysSnapshot with(Map<String, String> otherLoads) {
        return new SysSnapshot(
                running, traffic, holdings, packets, copies, authentication, otherLoads);
    }

    /// Messages that were dropped at the limit of a queue, of an out-buffer or of the memory.
    long dropped() {
        return copies.endedBy(Fate.QUEUE_FULL) + copies.endedBy(Fate.MEMORY_SHORT);
    }
}
