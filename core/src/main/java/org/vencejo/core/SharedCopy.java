package org.vencejo.core;

import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;

/// A copy that came through a shared subscription: if its session ends before the client took it
/// over, another member gets it (C24).
final class SharedCopy extends Copy {
    private final TopicFilter share;

    SharedCopy(
            long sequence,
            Message message,
            QoS qos,
            boolean retain,
            int[] subscriptionIdentifiers,
            TopicFilter share) {
        super(sequence, message, qos, retain, subscriptionIdentifiers);
        this.share = share;
    }

    TopicFilter share() {
        return share;
    }
}
