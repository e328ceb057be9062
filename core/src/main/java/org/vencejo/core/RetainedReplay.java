package org.vencejo.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.RetainedStore.Retained;
import org.vencejo.core.routing.Cursor;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.Message;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;

/// The retained messages that new subscriptions of one session are still owed.
///
/// Part of the core: touched only by whoever runs it; ends with the connection (C8). Messages are
/// taken from the store one by one as window and out-buffer have room, so that a subscription to a
/// million of them costs no memory, and what was replaced meanwhile is passed over, as its
/// successor came live (C11).
final class RetainedReplay {
    private static final int STEPS_PER_MESSAGE = 8;

    /// One subscription that is owed what `cursor` finds of at most `revision`.
    record Request(
            TopicFilter topicFilter,
            QoS granted,
            int[] subscriptionIdentifiers,
            RetainedStore store,
            Cursor<Retained> cursor,
            long revision) {}

    private final ServerSession session;
    private final Turn turn;
    private final ArrayDeque<Request> requests = new ArrayDeque<>(1);
    private @Nullable Retained next;

    /// The message of `next`, once it was asked for.
    private @Nullable Message nextMessage;

    RetainedReplay(ServerSession session, Turn turn) {
        this.session = session;
        this.turn = turn;
    }

    void add(Request request) {
        requests.add(request);
    }

    /// The subscription is gone.
    void cancel(TopicFilter filter) {
        Request first = requests.peek();
        if (first != null && first.topicFilter.equals(filter)) {
            forgetNext();
        }
        requests.removeIf(request -> request.topicFilter.equals(filter));
    }

    /// How many subscriptions are owed.
    int size() {
        return requests.size();
    }

    boolean isDone() {
        return requests.isEmpty();
    }

    /// Sends what there is room for, at most `most`; returns whether it stopped only because of
    /// that.
    boolean pump(int most) {
        int steps = most * STEPS_PER_MESSAGE;
        int count = 0;
        while (count < most && steps > 0) {
            Request request = requests.peek();
            if (request == null) {
                return true;
            }
            Retained retained = next;
            if (retained == null) {
                retained = request.cursor.next(steps);
                steps -= Math.max(1, request.cursor.steps());
                if (retained == null) {
                    if (!request.cursor.finished()) {
                        return true;
                    }
                    requests.remove();
                    continue;
                }
            }
            next = retained;
            if (retained.revision <= request.revision) {
                Message message = nextMessage == null ? retained.message() : nextMessage;
                nextMessage = message;
                if (isOwed(request, retained, message)) {
                    if (!send(request, message)) {
                        return false;
                    }
                    count++;
                }
            }
            forgetNext();
        }
        return true;
    }

    private void forgetNext() {
        next = null;
        nextMessage = null;
    }

    private boolean isOwed(Request request, Retained retained, Message message) {
        return !message.isExpired(turn.wallMillis())
                && request.store.get(message.publish().topicName()) == retained;
    }

    // Returns whether there was room for it.
    private boolean send(Request request, Message message) {
        OutboundFlow outbound = session.state().outbound();
        Publish publish = message.publish();
        QoS qos = publish.qos().min(request.granted); // [MQTT-3.8.4-8]
        if (!outbound.isClearAhead() || (qos != QoS.AT_MOST_ONCE && !outbound.hasRoom())) {
            return false;
        }
        turn.accounting.opened();
        if (!session.state().mayReceive(publish.topicName(), qos, false)) {
            turn.accounting.ended(Fate.ACCESS_DENIED);
            return true;
        }
        outbound.enqueueAhead(
                new Copy(
                        outbound.takeSequenceAhead(),
                        message,
                        qos,
                        true, // [MQTT-3.3.1-8] of 3.1.1
                        request.subscriptionIdentifiers));
        outbound.drain(turn.nowNanos(), turn.wallMillis(), turn.durable(), 1);
        return true;
    }
}
