package org.vencejo.testing.simulation;

import java.util.List;
import java.util.Objects;
import java.util.WeakHashMap;
import org.vencejo.testing.Seeds;

/// One run by chance: what happens to a [World], and when, is decided by one seed.
///
/// Confined to one thread. Every step is kept, so that a run can be told again as a [Script]. In
/// the end the storm calms down, and what was promised must be there.
public final class Simulation {
    static final long MILLI = 1_000_000;
    private static final int THINKS_MILLIS = 60;
    private static final int ANSWERS_MILLIS_MAX = 30;
    private static final int AUTHENTICATES_MILLIS_MAX = 80;
    private static final int DOWN_MILLIS_MAX = 3_000;
    private static final int SLOW_READ_BYTES = 48;
    private static final int SLOW_READ_MILLIS = 40;
    private static final int DISK_TROUBLE_MILLIS_MAX = 2_500;
    private static final int DISK_RETRY_MILLIS = 1_000;
    private static final double REFUSALS = 0.02;

    private final Scenario scenario;
    private final long seed;
    private final Seeds seeds;
    private final long coreSeed;
    private final EventQueue events = new EventQueue();
    private final World world;
    private long eventsSoFar;
    private int starts;

    /// A run of `scenario` by `seed`.
    public Simulation(Scenario scenario, long seed) {
        this(scenario, seed, false);
    }

    /// The same, told in words if somebody reads them.
    Simulation(Scenario scenario, long seed, boolean inWords) {
        this.scenario = scenario;
        this.seed = seed;
        this.seeds = Seeds.of(seed);
        this.coreSeed = seeds.next();
        this.world = new World(scenario.settings(), coreSeed, new ByChance(), inWords);
        world.perform(Step.of(new Command.DiskWaits()));
        world.perform(Step.of(new Command.DueWaits()));
        for (int i = 0; i < scenario.population().clients(); i++) {
            String name = "c" + i;
            Whims whims = new Whims(scenario, world.client(name), name, seeds.fork());
            Seeds own = seeds.fork();
            plan(seeds.below(200) * MILLI, () -> turn(whims, own));
        }
    }

    /// Runs for at least so many events, then to the end. Returns a hash of all that happened.
    ///
    /// @throws SimulationFailure if an invariant does not hold, with all that is needed to replay
    ///   it
    public long run(long eventsWanted) {
        try {
            while (eventsSoFar < eventsWanted) {
                step();
            }
            world.finish();
            return world.observer().trace().hash();
        } catch (RuntimeException failure) {
            throw failed(eventsWanted, failure);
        }
    }

    // Nobody wrote down what happened in words: it happens once more, with somebody who does.
    private SimulationFailure failed(long eventsWanted, RuntimeException failure) {
        Script script = script();
        Simulation again = this;
        RuntimeException told = failure;
        if (!world.observer().trace().isInWords()) {
            again = new Simulation(scenario, seed, true);
            try {
                again.run(eventsWanted);
            } catch (SimulationFailure same) {
                told = Objects.requireNonNullElse(same.broken(), failure);
            }
        }
        return new SimulationFailure(
                new Report(scenario, seed, eventsWanted, eventsSoFar, again.world.observer(), told)
                        .text(),
                told,
                script);
    }

    /// All that happened so far, to be told again.
    public Script script() {
        return new Script(scenario.name(), coreSeed, List.copyOf(world.performed()));
    }

    /// How many events there were so far.
    public long events() {
        return eventsSoFar;
    }

    /// How much time passed so far.
    public double virtualSeconds() {
        return world.now() / 1e9;
    }

    Observer observer() {
        return world.observer();
    }

    // ---- events
    // -------------------------------------------------------------------------------------

    // The next thing in time: what is planned, or what the core waits for.
    private void step() {
        eventsSoFar++;
        long deadline = world.server().nextDeadline();
        long planned = events.next();
        boolean both = deadline <= world.now() && planned <= world.now();
        if (both ? seeds.chance(0.5) : deadline <= planned) {
            passTo(deadline);
            perform(new Command.Due(1 + seeds.below(3)));
        } else {
            EventQueue.Event event = events.take();
            passTo(event.atNanos());
            event.action().run();
        }
    }

    private void passTo(long nanos) {
        if (nanos > world.now()) {
            world.perform(Step.of(new Command.Passes(nanos - world.now())));
        }
    }

    private void plan(long atNanos, Runnable action) {
        events.plan(atNanos, action);
    }

    private void plan(long atNanos, Command command) {
        events.plan(atNanos, () -> perform(command));
    }

    private void turn(Whims whims, Seeds own) {
        plan(world.now() + (1 + own.below(2 * THINKS_MILLIS)) * MILLI, () -> turn(whims, own));
        whims.turn().forEach(this::perform);
    }

    // ---- weather
    // ------------------------------------------------------------------------------------

    private void perform(Command command) {
        Scenario.Weather weather = scenario.weather();
        boolean goes = seeds.chance(weather.crashes());
        boolean stops = !goes && seeds.chance(weather.stops());
        boolean tickGoesOn = seeds.chance(weather.longTicks());
        world.perform(new Step(command, goes || tickGoesOn));
        if (!world.server().isRunning()) {
            return;
        }
        if (goes) {
            down(powerGoes());
        } else if (stops) {
            down(new Command.Stops());
        } else if (weather.diskTroubles() > 0 && seeds.chance(weather.diskTroubles())) {
            troubleOfDisk();
        }
    }

    // Of all that is not synced any first part is on the disk.
    private Command powerGoes() {
        int unsynced = world.unsynced();
        int there = seeds.below(unsynced + world.waiting(Long.MAX_VALUE) + 1);
        return new Command.PowerGoes(Math.max(0, there - unsynced), Math.max(0, unsynced - there));
    }

    private void down(Command how) {
        starts++;
        world.perform(Step.of(how));
        plan(world.now() + seeds.below(DOWN_MILLIS_MAX) * MILLI, this::start);
    }

    // It cannot open its store as long as the disk fails.
    private void start() {
        perform(new Command.Starts());
        if (!world.server().isRunning()) {
            plan(world.now() + DISK_RETRY_MILLIS * MILLI, this::start);
        }
    }

    // It fails or fills up, or what is one becomes the other; once it is in order all goes on.
    private void troubleOfDisk() {
        boolean first = !world.isDiskInTrouble();
        Command trouble =
                seeds.chance(0.5)
                        ? new Command.DiskFills()
                        : new Command.DiskFails(seeds.below(world.waiting(Long.MAX_VALUE) + 1));
        world.perform(Step.of(trouble));
        if (first) {
            plan(
                    world.now() + seeds.below(DISK_TROUBLE_MILLIS_MAX) * MILLI,
                    () -> {
                        perform(new Command.DiskHeals());
                        plan(world.now() + seeds.below(DISK_RETRY_MILLIS) * MILLI, this::goesOn);
                    });
        }
    }

    // The journal tries again until the server knows that the disk is in order.
    private void goesOn() {
        if (!world.server().isRunning() || !world.hasNewsOfDisk()) {
            return;
        }
        perform(new Command.DiskWrites(1 + seeds.below(world.waiting(Long.MAX_VALUE) + 1)));
        if (world.readsWaiting() > 0) {
            perform(new Command.DiskReads(world.readsWaiting()));
        }
        plan(world.now() + diskMillis() * MILLI, this::goesOn);
    }

    private long delay() {
        return seeds.below(scenario.weather().delayMillisMax() + 1) * MILLI;
    }

    private long diskMillis() {
        boolean stalls = seeds.chance(scenario.weather().diskStalls());
        return stalls ? 2_000 : seeds.below(scenario.weather().diskMillisMax() + 1);
    }

    /// When the last bytes arrive that a link has under way.
    private static final class Arrivals {
        private long up;
        private long down;
    }

    // When what is under way arrives.
    private final class ByChance implements Traffic {
        private final WeakHashMap<Link, Arrivals> arrivals = new WeakHashMap<>();

        private Arrivals of(Link link) {
            return arrivals.computeIfAbsent(link, fresh -> new Arrivals());
        }

        private long up(Link link) {
            Arrivals of = of(link);
            of.up = Math.max(of.up, world.now()) + delay();
            return of.up;
        }

        private long down(Link link) {
            Arrivals of = of(link);
            of.down = Math.max(of.down, world.now()) + delay();
            return of.down;
        }

        @Override
        public void sent(Link link, int bytes) {
            boolean whole = bytes < 2 || !seeds.chance(scenario.weather().fragmented());
            int left = bytes;
            while (left > 0) {
                int piece = whole ? left : Math.min(left, 1 + seeds.below(8));
                left -= piece;
                plan(up(link), new Command.Arrives(link.name(), piece));
            }
        }

        @Override
        public void sentBack(Link link, int bytes) {
            plan(down(link), new Command.Comes(link.name(), bytes, seeds.chance(REFUSALS)));
        }

        @Override
        public void readable(Link link) {
            plan(
                    world.now() + SLOW_READ_MILLIS * MILLI,
                    new Command.Reads(link.name(), SLOW_READ_BYTES));
        }

        @Override
        public void over(Link link) {
            plan(down(link), new Command.Ends(link.name()));
        }

        @Override
        public void left(Link link, boolean afterLastPacket) {
            boolean allArrives = afterLastPacket || seeds.chance(0.5);
            plan(allArrives ? up(link) : world.now(), new Command.Breaks(link.name()));
        }

        @Override
        public void owes(Link link) {
            plan(
                    world.now() + seeds.below(ANSWERS_MILLIS_MAX) * MILLI,
                    () -> {
                        if (link.client().isOn(link)) {
                            perform(new Command.Answers(link.client().name()));
                        }
                    });
        }

        @Override
        public void waitsAtTheDoor(Link link) {
            plan(
                    world.now() + seeds.below(AUTHENTICATES_MILLIS_MAX) * MILLI,
                    new Command.IsWelcome(link.name()));
        }

        @Override
        public void reading() {
            int start = starts;
            plan(
                    world.now() + diskMillis() * MILLI,
                    () -> {
                        if (start == starts && world.readsWaiting() > 0) {
                            perform(new Command.DiskReads(world.readsWaiting()));
                        }
                    });
        }

        @Override
        public void appended(long upTo) {
            int start = starts;
            plan(
                    world.now() + diskMillis() * MILLI,
                    () -> {
                        int batches = world.waiting(upTo);
                        if (start == starts && batches > 0) {
                            perform(new Command.DiskWrites(batches));
                        }
                    });
        }
    }
}
