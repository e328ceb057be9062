package org.vencejo.testing.simulation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;

/// A copy of a message that a session is to be sent, with the options of its subscriptions.
///
/// Confined to one thread.
final class Awaited {
    final Acceptance acceptance;
    final QoS qos;
    final boolean retain;
    final int[] subscriptionIdentifiers;
    final @Nullable TopicFilter share;

    /// Its session came or went in the same call, so that its options are not known.
    boolean optionsUnknown;

    /// After a crash: the server may think that it was sent.
    boolean countsAsSent;

    /// After a crash: it was in the store.
    boolean fromStore;

    Awaited(
            Acceptance acceptance,
            QoS qos,
            boolean retain,
            int[] subscriptionIdentifiers,
            @Nullable TopicFilter share) {
        this.acceptance = acceptance;
        this.qos = qos;
        this.retain = retain;
        this.subscriptionIdentifiers = subscriptionIdentifiers;
        this.share = share;
        Arrays.sort(subscriptionIdentifiers);
    }

    String mark() {
        return acceptance.mark;
    }

    /// How many bytes it takes as a PUBLISH to a 5.0 client, without a Topic Alias.
    int bytes() {
        if (optionsUnknown) {
            return acceptance.bytesMax;
        }
        int properties = acceptance.expiresAtNanos == Acceptance.NEVER ? 0 : 5;
        for (int identifier : subscriptionIdentifiers) {
            properties += 1 + lengthOf(identifier);
        }
        int remaining =
                acceptance.bytesAlways
                        + (qos == QoS.AT_MOST_ONCE ? 0 : 2)
                        + lengthOf(properties)
                        + properties;
        return 1 + lengthOf(remaining) + remaining;
    }

    // Of a Variable Byte Integer, as far as they occur here.
    private static int lengthOf(int value) {
        return value < 128 ? 1 : value < 16_384 ? 2 : 3;
    }

    /// Whether `publish` says what the subscriptions asked for; 3.x has no identifiers.
    boolean isAs(Publish publish, boolean withProperties) {
        if (optionsUnknown) {
            return true;
        }
        int[] given = publish.properties().subscriptionIdentifiers().clone();
        Arrays.sort(given);
        return publish.qos() == qos
                && publish.retain() == retain
                && (!withProperties || Arrays.equals(given, subscriptionIdentifiers));
    }

    @Override
    public String toString() {
        return "%s at %s%s%s"
                .formatted(
                        acceptance,
                        qos,
                        retain ? ", retained" : "",
                        subscriptionIdentifiers.length == 0
                                ? ""
                                : ", identifiers " + Arrays.toString(subscriptionIdentifiers));
    }
}
