package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.memory.LateStore;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// One run: a server, its clients, their links and the disk, in virtual time and all by one seed.
///
/// Confined to one thread. After every event the [Observer] looks at everything; at the end the
/// storm calms down, and what was promised must be there; then everybody leaves, and nothing may be
/// left.
public final class Simulation {
    static final long MILLI = 1_000_000;
    private static final int CALM_EVENTS_MAX = 200_000;
    private static final double LATE_AUTHENTICATIONS = 0.15;

    private final Scenario scenario;
    private final long seed;
    private final Seeds seeds;
    private final EventQueue events = new EventQueue();
    private final LateStore store = LateStore.late();
    private final MemoryServer server;
    private final Observer observer;
    private final List<SimulatedClient> clients = new ArrayList<>();
    private List<Link> links = new ArrayList<>();
    private long eventsSoFar;
    private int starts;
    private boolean calm;

    /// A run of `scenario` by `seed`.
    public Simulation(Scenario scenario, long seed) {
        this.scenario = scenario;
        this.seed = seed;
        this.seeds = Seeds.of(seed);
        this.server =
                new MemoryServer(
                        new MemoryServer.Setup(
                                scenario.settings(),
                                Scenario.RULES,
                                this::authenticate,
                                store,
                                seeds.next()));
        this.observer = new Observer(server, scenario.settings(), Scenario.RULES);
        for (int i = 0; i < scenario.population().clients(); i++) {
            SimulatedClient client = new SimulatedClient(this, "c" + i, seeds.fork());
            clients.add(client);
            plan(seeds.below(200) * MILLI, client::turn);
        }
    }

    /// Runs for at least so many events, then to the end. Returns a hash of all that happened.
    ///
    /// @throws SimulationFailure if an invariant does not hold, with all that is needed to replay
    ///   it
    public long run(long eventsWanted) {
        try {
            return toTheEnd(eventsWanted);
        } catch (RuntimeException failure) {
            throw new SimulationFailure(
                    new Report(scenario, seed, eventsWanted, eventsSoFar, observer, failure).text(),
                    failure);
        }
    }

    private long toTheEnd(long eventsWanted) {
        while (eventsSoFar < eventsWanted) {
            step();
        }
        calmDown();
        observer.requireAllDelivered();
        sayGoodbye();
        observer.requireNothingLeft();
        return observer.trace().hash();
    }

    /// How many events there were so far.
    public long events() {
        return eventsSoFar;
    }

    Observer observer() {
        return observer;
    }

    // ---- events
    // -------------------------------------------------------------------------------------

    // The next thing in time: what is planned, what the core waits for, or the weather.
    private void step() {
        eventsSoFar++;
        long deadline = server.nextDeadline();
        long planned = events.next();
        boolean both = deadline <= server.nowNanos() && planned <= server.nowNanos();
        if (both ? seeds.chance(0.5) : deadline <= planned) {
            server.goTo(Math.max(server.nowNanos(), deadline));
            server.runDue(1 + seeds.below(3));
        } else {
            EventQueue.Event event = events.take();
            server.goTo(Math.max(server.nowNanos(), event.atNanos()));
            event.action().run();
        }
        weather();
        afterEvent();
    }

    private void afterEvent() {
        pump();
        if (server.isRunning() && !(seeds.chance(scenario.weather().longTicks()) && !calm)) {
            commit();
        }
        observer.afterEvent();
    }

    private void commit() {
        int before = store.waiting().size();
        server.commit();
        List<Long> waiting = store.waiting();
        if (waiting.size() > before) {
            long upTo = waiting.getLast();
            int start = starts;
            plan(
                    now() + diskMillis() * MILLI,
                    () -> {
                        if (start == starts && server.isRunning()) {
                            store.makeDurable(upTo);
                        }
                    });
        }
        pump();
    }

    private long diskMillis() {
        if (calm) {
            return 0;
        }
        boolean stalls = seeds.chance(scenario.weather().diskStalls());
        return stalls ? 2_000 : seeds.below(scenario.weather().diskMillisMax() + 1);
    }

    private void pump() {
        for (Link link : List.copyOf(links)) {
            link.pump();
        }
        links.removeIf(Link::isGone);
    }

    void plan(long atNanos, Runnable action) {
        events.plan(atNanos, action);
    }

    // ---- weather
    // ------------------------------------------------------------------------------------

    private void weather() {
        if (calm || !server.isRunning()) {
            return;
        }
        if (seeds.chance(scenario.weather().crashes())) {
            crash(seeds.below(store.waiting().size() + 1));
        } else if (seeds.chance(scenario.weather().stops())) {
            stop();
        }
    }

    private void crash(int survivors) {
        observer.note(
                "THE POWER GOES: %d of %d batches that wait were written"
                        .formatted(survivors, store.waiting().size()));
        server.crash(survivors);
        down();
    }

    private void stop() {
        pump();
        server.stop();
        pump();
        down();
    }

    private void down() {
        starts++;
        observer.wentDown();
        plan(
                now() + seeds.below(3_000) * MILLI,
                () -> {
                    observer.note("the server starts");
                    server.restart();
                });
    }

    // Everybody is welcome, at once or later.
    private Authentication.@Nullable Outcome authenticate(
            MemoryConnection connection, Authentication.Request request) {
        Authentication.Outcome welcome =
                new Authentication.Accepted(Authentication.Identity.ANONYMOUS, null);
        if (calm || !seeds.chance(LATE_AUTHENTICATIONS)) {
            return welcome;
        }
        int start = starts;
        plan(
                now() + seeds.below(80) * MILLI,
                () -> {
                    if (start == starts && server.isRunning()) {
                        server.authenticated(connection, welcome);
                    }
                });
        return null;
    }

    // ---- what clients and links ask
    // -----------------------------------------------------------------

    Scenario scenario() {
        return scenario;
    }

    Seeds seeds() {
        return seeds;
    }

    long now() {
        return server.nowNanos();
    }

    boolean isCalm() {
        return calm;
    }

    long delay() {
        return calm ? 0 : seeds.below(scenario.weather().delayMillisMax() + 1) * MILLI;
    }

    boolean isFragmented() {
        return !calm && seeds.chance(scenario.weather().fragmented());
    }

    /// Connects `client`, if the server is there.
    @Nullable Link connect(SimulatedClient client) {
        if (!server.isRunning()) {
            return null;
        }
        boolean slow = seeds.chance(scenario.weather().slowReaders());
        Link link = new Link(this, server.accept(), client, slow);
        links.add(link);
        return link;
    }

    // ---- the end
    // ------------------------------------------------------------------------------------

    private void calmDown() {
        observer.note("calm weather from here on");
        calm = true;
        while (!server.isRunning()) {
            step();
        }
        links.forEach(Link::abandonedIsCut);
        quiet();
        clients.forEach(SimulatedClient::comeBack);
        quiet();
    }

    // Until nothing is under way: no byte, no batch, no deadline that is due.
    private void quiet() {
        for (int i = 0; i < CALM_EVENTS_MAX; i++) {
            boolean due = server.nextDeadline() <= server.nowNanos();
            if (events.next() == Long.MAX_VALUE && !due && !server.hasUncommitted()) {
                return;
            }
            step();
        }
        throw Invariant.NO_SPIN.broken("it does not come to rest");
    }

    private void sayGoodbye() {
        clients.forEach(SimulatedClient::leaveForGood);
        quiet();
        SimulatedClient last = new SimulatedClient(this, "last", seeds.fork());
        last.takeBack(observer.model().retained.topics());
        quiet();
        last.leaveForGood();
        quiet();
    }
}
