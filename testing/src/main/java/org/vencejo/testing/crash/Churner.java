package org.vencejo.testing.crash;

import java.util.Arrays;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;

/// A client with a kept session that subscribes and unsubscribes all the time. Confined to the
/// tester's thread.
///
/// A probe asks what it is subscribed to: while it is away, a message is published for each of its
/// filters, then one for a filter that it always has; what comes before that one tells.
final class Churner extends Receiver {
    static final int FILTERS = 8;

    private final boolean[] busy = new boolean[FILTERS];
    private final boolean[] held = new boolean[FILTERS];
    private final int[] found = new int[FILTERS];
    private int probe;
    private boolean probed = true;
    private boolean subscribed;

    Churner(Crew crew, ProtocolVersion version) {
        super(crew, version);
    }

    String topicName(int filter) {
        return "churn/%d/%d".formatted(who, filter);
    }

    String mark() {
        return "mark/" + who;
    }

    boolean isSubscribed() {
        return subscribed;
    }

    /// The messages of probe `number` are published, and the client comes back.
    void expectProbe(int number) {
        probe = number;
        probed = false;
        Arrays.fill(found, SubscriptionRules.NONE);
    }

    boolean isProbed() {
        return probed;
    }

    @Override
    void act() {
        if (!isUnderWay()) {
            connect(Terms.KEPT);
        }
        if (!isConnected()) {
            return;
        }
        acknowledge(owed());
        int filter = seeds.below(FILTERS);
        if (subscribed && probed && !crew.isDraining() && !busy[filter] && seeds.chance(0.3)) {
            change(filter);
        }
    }

    private void change(int filter) {
        busy[filter] = true;
        boolean remove = held[filter] && seeds.chance(0.6);
        if (remove) {
            crew.note(Note.What.UNSUBSCRIBING, who, 0, filter, 0);
            unsubscribe(topicName(filter), () -> changed(filter, SubscriptionRules.NONE));
        } else {
            int qos = 1 + seeds.below(2);
            crew.note(Note.What.SUBSCRIBING, who, 0, filter, qos);
            subscribe(topicName(filter), qos, () -> changed(filter, qos));
        }
    }

    private void changed(int filter, int state) {
        busy[filter] = false;
        held[filter] = state != SubscriptionRules.NONE;
        crew.note(
                held[filter] ? Note.What.SUBSCRIBED : Note.What.UNSUBSCRIBED,
                who,
                0,
                filter,
                held[filter] ? state : 0);
    }

    @Override
    void onConnected(boolean sessionPresent) {
        super.onConnected(sessionPresent);
        if (!subscribed) {
            subscribe(mark(), 1, () -> subscribed = true);
        }
    }

    @Override
    void onLost() {
        Arrays.fill(busy, false);
        super.onLost();
    }

    @Override
    void delivered(String topicName, byte[] payload, Publish publish) {
        if (Subscriber.number(payload) != probe || probed) {
            return; // of a probe that a kill cut short, or come again
        }
        if (topicName.equals(mark())) {
            probed = true;
            for (int filter = 0; filter < FILTERS; filter++) {
                held[filter] = found[filter] != SubscriptionRules.NONE;
                crew.note(Note.What.PROBED, who, 0, filter, found[filter]);
            }
        } else {
            found[Integer.parseInt(topicName.substring(topicName.lastIndexOf('/') + 1))] =
                    publish.qos().value();
        }
    }

    @Override
    boolean isDone() {
        return probed && super.isDone();
    }
}
