package org.vencejo.testing.simulation;

import java.util.Collection;
import org.vencejo.core.Server;
import org.vencejo.protocol.QoS;
import org.vencejo.testing.memory.MemoryServer;

/// What must hold when nothing is under way any more: links are whole, clients are connected and
/// answer, the disk is prompt.
///
/// Confined to one thread.
final class AtRest {
    private final MemoryServer server;
    private final Model model;
    private final Collection<Tap> taps;

    AtRest(MemoryServer server, Model model, Collection<Tap> taps) {
        this.server = server;
        this.model = model;
        this.taps = taps;
    }

    void require() {
        taps.forEach(this::requireAnswered);
        for (ModelSession session : model.sessions.values()) {
            if (session.isEstablished()) {
                requireDelivered(session);
            }
        }
        requireShared();
        for (Acceptance acceptance : model.acceptances.values()) {
            for (ModelSession session : acceptance.keptReceivers) {
                Invariant.DELIVERED_AT_LAST.require(
                        session.finished.contains(acceptance.mark)
                                || session.mayMiss(acceptance, server.nowNanos())
                                || !session.isEstablished(),
                        "%s never reached %s",
                        acceptance,
                        session);
            }
        }
    }

    private void requireShared() {
        for (SharedCopies.SharedCopy lost : model.shared.lost()) {
            throw Invariant.SHARED_AT_LAST.broken(
                    "%s never reached a member of %s".formatted(lost.acceptance, lost.share));
        }
    }

    private void requireAnswered(Tap tap) {
        if (!tap.established || tap.ended) {
            return;
        }
        ModelSession session = tap.session;
        Invariant.ANSWERED.require(
                tap.pubacks.isEmpty()
                        && tap.pubrecs.isEmpty()
                        && tap.pubcomps.isEmpty()
                        && tap.pubrels.isEmpty()
                        && tap.unsubacks.isEmpty()
                        && tap.pingresps == 0
                        && tap.proofs == 0
                        && (session == null || session.pending.isEmpty()),
                "%s is still owed PUBACK %s, PUBREC %s, PUBREL %s, PUBCOMP %s, UNSUBACK %s",
                tap,
                tap.pubacks,
                tap.pubrecs,
                tap.pubrels,
                tap.pubcomps,
                tap.unsubacks);
        if (session == null) {
            return;
        }
        for (Tap.Replay replay : tap.replays) {
            for (Acceptance owed : replay.owed.values()) {
                Invariant.DELIVERED_AT_LAST.require(
                        !owed.equals(model.retained.of(owed.topicName))
                                || session.mayMiss(owed, server.nowNanos())
                                || session.isAmbiguous(owed)
                                || !model.mayReceive(session, owed.topicName),
                        "%s never got the retained %s for %s",
                        tap,
                        owed,
                        replay.topicFilter);
            }
        }
    }

    private void requireDelivered(ModelSession session) {
        for (Awaited copy : session.allAwaited()) {
            Invariant.DELIVERED_AT_LAST.require(
                    copy.qos == QoS.AT_MOST_ONCE
                            || copy.optionsUnknown
                            || session.mayMiss(copy.acceptance, server.nowNanos())
                            || (session.isAmbiguous(copy.acceptance)
                                    && session.finished.contains(copy.mark())),
                    "%s never came to %s",
                    copy,
                    session);
        }
    }

    static void requireNothingLeft(MemoryServer server) {
        Server core = server.core();
        Invariant.NOTHING_LEFT.require(
                core.sessions() == 0
                        && core.connections() == 0
                        && core.connectedClients() == 0
                        && core.subscriptions() == 0
                        && core.deadlines() == 0
                        && core.retainedMessages() == 0
                        && core.retainedBytes() == 0
                        && core.sessionBytes() == 0
                        && core.accounting().queuedCopies() == 0
                        && core.accounting().queuedBytes() == 0
                        && core.accounting().inFlightCopies() == 0
                        && server.buffersHeld() == 0
                        && server.store().recovered().sessions().isEmpty()
                        && server.store().recovered().retained().isEmpty(),
                "%d sessions of %d bytes, %d connections, %d clients, %d subscriptions, %d deadlines,"
                        + " %d retained of %d bytes, %d buffers; in the store %s; %s",
                core.sessions(),
                core.sessionBytes(),
                core.connections(),
                core.connectedClients(),
                core.subscriptions(),
                core.deadlines(),
                core.retainedMessages(),
                core.retainedBytes(),
                server.buffersHeld(),
                server.store().recovered(),
                core.accounting());
    }
}
