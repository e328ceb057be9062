package org.vencejo.client;

import java.util.Collections;
import java.util.List;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.core.session.PacketIdentifiers;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;

/// The SUBSCRIBEs and UNSUBSCRIBEs that the server has not answered yet.
///
/// Touched only by whoever runs the session; none outlives its connection.
final class Requests {
    private record Request(
            PacketType answeredBy, int topicFilters, Answer<List<ReasonCode>> answer) {}

    private final PacketIdentifiers<Request> open = new PacketIdentifiers<>();

    /// A request was sent that `answeredBy` answers, with a code for each of its filters.
    void sent(
            int packetIdentifier,
            PacketType answeredBy,
            int topicFilters,
            Answer<List<ReasonCode>> answer) {
        open.put(packetIdentifier, new Request(answeredBy, topicFilters, answer));
    }

    /// An answer came; returns whether it was one that was awaited. No codes at all stand for
    /// success, as in an UNSUBACK before 5.0.
    ///
    /// @throws ProtocolViolation if it does not fit its request
    boolean answered(PacketType type, int packetIdentifier, List<ReasonCode> reasonCodes) {
        Request request = open.get(packetIdentifier);
        if (request == null) {
            return false;
        }
        if (request.answeredBy != type) {
            throw ProtocolViolation.protocolError(
                    "MQTT-2.2.1-6",
                    type + " for " + packetIdentifier + ", which awaits " + request.answeredBy);
        }
        if (!reasonCodes.isEmpty() && reasonCodes.size() != request.topicFilters) {
            throw ProtocolViolation.protocolError(
                    "MQTT-3.8.4-6",
                    type
                            + " has a code for each of "
                            + request.topicFilters
                            + " Topic Filters, given were "
                            + reasonCodes.size());
        }
        open.remove(packetIdentifier);
        request.answer.complete(
                reasonCodes.isEmpty()
                        ? Collections.nCopies(request.topicFilters, ReasonCode.SUCCESS)
                        : reasonCodes);
        return true;
    }

    /// The connection ended: nobody answers any more, and the identifiers are free again.
    void fail(MqttException failure, OutboundFlow identifiers) {
        for (int identifier : open.toArray()) {
            identifiers.freeIdentifier(identifier);
            Request request = open.remove(identifier);
            if (request != null) {
                request.answer.fail(failure);
            }
        }
    }
}
