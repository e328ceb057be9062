package org.vencejo.broker.access;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;

/// One access rule: it allows or denies what it speaks of. Immutable.
///
/// It speaks of `actions` on `topics` (none: on all) by `who`, at a QoS of at most `qosMax`, and if
/// `retain` or `shared` is not null only of messages with that RETAIN, or of subscriptions that are
/// shared or not. `place` and `text` are where and how it is written.
record Rule(
        boolean allows,
        Set<Action> actions,
        Who who,
        List<Template> topics,
        QoS qosMax,
        @Nullable Boolean retain,
        @Nullable Boolean shared,
        String place,
        String text) {

    /// A rule about topics alone.
    static Rule of(
            boolean allows,
            Set<Action> actions,
            Who who,
            Template topic,
            String place,
            String text) {
        return new Rule(
                allows, actions, who, List.of(topic), QoS.EXACTLY_ONCE, null, null, place, text);
    }

    @Override
    public String toString() {
        return place + ": " + text;
    }
}
