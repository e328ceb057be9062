package org.vencejo.testing.crash;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;

/// Who does what: publishers and subscribers of both versions, kept and not kept, a group that
/// shares, subscriptions that come and go, wills, sessions that end. Confined to the tester's
/// thread.
final class Load {
    private static final ProtocolVersion V3 = ProtocolVersion.MQTT_3_1_1;
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final QoS[] ALL = QoS.values();

    /// Above the number of any client.
    private static final int GROUP = 1_000;

    private final Crew crew;
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Churner> churners;
    private final List<WillOwner> owners;
    private final Ender ender;
    private final Prober prober;

    Load(Crew crew, int bigQueue) {
        this.crew = crew;
        publishers.add(publisher(V5, true, 12));
        publishers.add(publisher(V3, true, 8));
        publishers.add(publisher(V5, false, 6));
        publishers.add(publisher(V3, false, 6));
        Publisher feeder = new Publisher(crew, V5, true, 0);
        ender = new Ender(crew, feeder, "ending", bigQueue);
        publishers.add(feeder);

        subscribers.add(new Subscriber(crew, V5, 4).to("load", 2));
        subscribers.add(new Subscriber(crew, V3, 0).to("load", 2).to("ending", 1));
        subscribers.add(new Subscriber(crew, V5, 20).to("load", 1));
        subscribers.add(new Subscriber(crew, V3, 0).to("solo", 2));
        subscribers.add(new Subscriber(crew, V5, 3, GROUP).to("team", 2));
        subscribers.add(new Subscriber(crew, V3, 0, GROUP).to("team", 2));
        subscribers.add(new Subscriber(crew, V5, 0).to("will", 2));
        subscribers.add(new Fleeting(crew).to("solo", 1));
        churners = List.of(new Churner(crew, V5), new Churner(crew, V3));
        owners =
                List.of(
                        new WillOwner(crew, V5, WillOwner.Delay.NONE, true),
                        new WillOwner(crew, V3, WillOwner.Delay.NONE, true),
                        new WillOwner(crew, V5, WillOwner.Delay.SOON, true),
                        new WillOwner(crew, V5, WillOwner.Delay.NEVER, true),
                        new WillOwner(crew, V5, WillOwner.Delay.NONE, false));
        prober = new Prober(crew);
    }

    private Publisher publisher(ProtocolVersion version, boolean kept, int window) {
        Publisher publisher = new Publisher(crew, version, kept, window);
        publisher.loads("load", ALL);
        publisher.loads("solo", QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE);
        publisher.loads("team", QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE);
        publisher.retains(ALL);
        return publisher;
    }

    Ender ender() {
        return ender;
    }

    /// Everybody subscribes, then publishers begin. Nobody else does anything before: a will that
    /// is due when nobody has subscribed to it is rightly lost.
    void begin() {
        List<Client> first = new ArrayList<>(subscribers);
        first.addAll(churners);
        crew.run(
                first,
                "all are subscribed",
                () ->
                        subscribers.stream().allMatch(Subscriber::isSubscribed)
                                && churners.stream().allMatch(Churner::isSubscribed));
        publishers.forEach(Publisher::begin);
    }

    /// Looks at what the broker found in its store, before anybody changes it.
    void probe() {
        prober.come();
        prober.probeRetained();
        prober.probeSubscriptions(churners);
        prober.go();
    }

    /// Ends all exchanges and empties all queues.
    void drain() {
        crew.drain(true);
        crew.run("all exchanges are complete", this::areDone);
        prober.come();
        int mark = prober.mark(subscribers);
        crew.run(
                Rule.ACKNOWLEDGED_IS_KEPT,
                "all queues are empty",
                () -> subscribers.stream().allMatch(each -> each.marked() >= mark) && areDone());
        crew.run(
                Rule.WILL_KEPT,
                "all wills have come",
                () -> owners.stream().noneMatch(each -> crew.isWillAwaited(each.who)));
        crew.note(Note.What.DRAINED, 0, 0, 0, 0);
        prober.probeRetained();
        prober.go();
        crew.drain(false);
    }

    /// Looks at what the broker counts when nothing is left to do.
    void probeCounters() {
        crew.drain(true);
        prober.come();
        prober.probeCounters();
        prober.go();
        crew.drain(false);
    }

    private boolean areDone() {
        return publishers.stream().allMatch(Client::isDone)
                && subscribers.stream().allMatch(Client::isDone)
                && churners.stream().allMatch(Client::isDone)
                && owners.stream().allMatch(Client::isDone)
                && ender.isDone();
    }
}
