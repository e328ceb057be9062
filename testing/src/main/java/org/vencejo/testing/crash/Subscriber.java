package org.vencejo.testing.crash;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.testing.crash.Topology.Named;
import org.vencejo.testing.crash.Topology.Stream;

/// A subscriber with a kept session: online and offline by turns, taken over by itself, slow to
/// acknowledge. Confined to the tester's thread.
class Subscriber extends Receiver {
    private static final double AWAY_CHANCE = 0.004;
    private static final double TAKEOVER_CHANCE = 0.003;
    private static final double BACK_CHANCE = 0.03;

    private final int group;
    private final int receiveMaximum;
    private final List<Filter> filters = new ArrayList<>();
    private final String mark = "mark/" + who;
    private int marked;
    private boolean subscribed;

    /// A subscription to all streams below `root`; a shared one if the client belongs to a group.
    record Filter(String root, int qos) {}

    /// `group` is the number of those who share its messages, or its own for none; `receiveMaximum`
    /// is 0 for the default.
    Subscriber(Crew crew, ProtocolVersion version, int receiveMaximum, int group) {
        super(crew, version);
        this.receiveMaximum = receiveMaximum;
        this.group = group;
    }

    Subscriber(Crew crew, ProtocolVersion version, int receiveMaximum) {
        this(crew, version, receiveMaximum, -1);
    }

    Subscriber to(String root, int qos) {
        filters.add(new Filter(root, qos));
        return this;
    }

    /// Where a message is sent that ends a drain.
    String mark() {
        return mark;
    }

    int marked() {
        return marked;
    }

    boolean isSubscribed() {
        return subscribed && !isAsking();
    }

    private int receiver() {
        return group < 0 ? who : group;
    }

    Terms terms() {
        return new Terms(false, EXPIRY_SECONDS, receiveMaximum, null);
    }

    // ---- what it does ------------------------------------------------------------------------

    @Override
    void act() {
        if (!isUnderWay()) {
            if (crew.isDraining() || !subscribed || seeds.chance(BACK_CHANCE)) {
                connect(terms());
            }
            return;
        }
        if (!isConnected()) {
            return;
        }
        if (crew.isDraining()) {
            acknowledge(owed());
        } else if (seeds.chance(0.4)) {
            acknowledge(1 + seeds.below(4));
        }
        if (!crew.isDraining() && isSubscribed()) {
            if (seeds.chance(AWAY_CHANCE)) {
                leave(seeds.chance(0.5));
            } else if (seeds.chance(TAKEOVER_CHANCE)) {
                connect(terms());
            }
        }
    }

    @Override
    void onConnected(boolean sessionPresent) {
        super.onConnected(sessionPresent);
        if (!sessionPresent || !subscribed) {
            subscribed = true;
            subscribe(mark, 1, () -> {});
            for (Filter each : filters) {
                String share = group < 0 ? "" : "$share/group" + group + "/";
                subscribe(share + each.root + "/#", each.qos, () -> expect(each));
            }
        }
    }

    private void expect(Filter filter) {
        for (Stream stream : crew.topology().below(filter.root)) {
            int qos = Math.min(filter.qos, stream.qos().value());
            int shared = group < 0 ? 0 : Note.SHARED;
            crew.note(Note.What.EXPECTING, receiver(), stream.id(), 0, qos | shared);
        }
    }

    @Override
    void onLost() {
        if (isAsking()) {
            subscribed = false;
        }
        super.onLost();
    }

    @Override
    void delivered(String topicName, byte[] payload, Publish publish) {
        if (topicName.equals(mark)) {
            marked = Math.max(marked, number(payload));
        } else if (topicName.startsWith("will/")) {
            int owner = Integer.parseInt(topicName.substring("will/".length()));
            crew.note(Note.What.WILL_SEEN, owner, 0, number(payload), 0);
        } else {
            Named named = crew.topology().named(topicName, payload);
            int dup = publish.dup() ? Note.DUP : 0;
            crew.note(
                    Note.What.RECEIVED,
                    receiver(),
                    named.stream().id(),
                    named.number(),
                    publish.qos().value() | dup);
        }
    }

    static int number(byte[] payload) {
        return Integer.parseInt(new String(payload, StandardCharsets.US_ASCII));
    }
}
