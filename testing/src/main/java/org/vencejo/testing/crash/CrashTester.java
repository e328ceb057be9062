package org.vencejo.testing.crash;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vencejo.testing.Seeds;

/// Runs a broker under load, kills it with SIGKILL, starts it again on the same data folder, and
/// holds it to what it had acknowledged. Confined to the thread that runs it.
///
/// The seed decides who does what and when is killed; what else happens in between, the machine
/// decides. A kill at which nothing was under way does not count and is made again.
public final class CrashTester implements AutoCloseable {
    private static final int EVENTS_MIN = 100;
    private static final int EVENTS_MORE = 500;
    private static final int NANOS_MORE = 3_000_000;
    private static final int FILE_CHANGES_MAX = 16;
    private static final int KILLS_BETWEEN_DRAINS = 7;

    private final Setup setup;
    private final Seeds seeds;
    private final Path dataFolder;
    private final Notes notes;
    private final Judge judge = new Judge();
    private final Crew crew;
    private final Load load;
    private final List<Kill> kills = new ArrayList<>();

    private @Nullable BrokerProcess broker;
    private long startMillis = -1;
    private int nextDrain = KILLS_BETWEEN_DRAINS;

    /// What to do. `folder` is empty and takes the data folder and the file of notes; `settings`
    /// are the broker's, as `--set` takes them; `bigQueue` is how many messages a session that ends
    /// holds for each of two QoS; `classPath` is the broker's.
    public record Setup(
            long seed,
            int kills,
            Path folder,
            List<String> settings,
            int bigQueue,
            Disk disk,
            Blow blow,
            String classPath) {
        /// With queues of a usual length and a disk that obeys.
        public Setup(long seed, int kills, Path folder, List<String> settings) {
            this(
                    seed,
                    kills,
                    folder,
                    settings,
                    250,
                    Disk.PLAIN,
                    Blow.KILL,
                    System.getProperty("java.class.path"));
        }

        /// The same on another disk.
        public Setup on(Disk other) {
            return new Setup(seed, kills, folder, settings, bigQueue, other, blow, classPath);
        }

        /// The same, but only connections end.
        public Setup hangingUp() {
            return new Setup(
                    seed, kills, folder, settings, bigQueue, disk, Blow.HANG_UP, classPath);
        }

        /// The same with other classes of the broker before its own.
        Setup with(Path classes) {
            String others = classes + File.pathSeparator + classPath;
            return new Setup(seed, kills, folder, settings, bigQueue, disk, blow, others);
        }
    }

    /// What befalls the broker. That all clients hang up is the control arm: at any durability
    /// nothing may be lost by it, and if the tester says so, the tester is wrong.
    public enum Blow {
        KILL,
        HANG_UP
    }

    /// How a run ended that broke no rule.
    public record Summary(int killsThatCount, long acknowledged, long received, String table) {}

    public CrashTester(Setup setup) {
        this.setup = setup;
        this.seeds = Seeds.of(setup.seed());
        this.dataFolder = dataFolder(setup.folder());
        this.notes = new Notes(setup.folder().resolve("notes"));
        this.crew = new Crew(seeds.fork(), notes, judge, new Topology(setup.seed()));
        this.load = new Load(crew, setup.bigQueue());
        try {
            Files.createDirectories(dataFolder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where the broker of a run in `folder` has its data.
    static Path dataFolder(Path folder) {
        return folder.resolve("data");
    }

    /// Kills as often as asked; throws [CrashFailure] if a rule is broken.
    public Summary run() {
        try {
            start();
            load.begin();
            List<KillKind> plan = KillKind.plan(setup.kills(), seeds);
            for (int i = 0; i < plan.size(); i++) {
                round(plan.get(i));
                boolean alive = i + 1 < plan.size() && plan.get(i + 1) != KillKind.RECOVERY;
                if (alive && kills.size() >= nextDrain) {
                    resume();
                    load.drain();
                    nextDrain = kills.size() + KILLS_BETWEEN_DRAINS;
                }
            }
            resume();
            working();
            load.drain();
            load.probeCounters();
        } catch (RuntimeException e) {
            String log = broker == null ? "" : broker.log();
            throw new CrashFailure(setup, kills, e, crew.lastTrace(), log);
        }
        Judge.Tally tally = judge.tally();
        return new Summary(
                (int) kills.stream().filter(Kill::counts).count(),
                tally.taken(),
                tally.received(),
                Kill.table(kills));
    }

    /// By hand: `-Dvencejo.kills=300 -Dvencejo.seed=7`, with `-Dvencejo.power=true` the power goes
    /// with each kill; the broker's settings are arguments.
    public static void main(String[] settings) throws IOException {
        Seeds given = Seeds.given();
        Path folder = Files.createTempDirectory("vencejo-crash");
        int kills = Integer.getInteger("vencejo.kills", 20);
        Setup setup = new Setup(given.seed(), kills, folder, List.of(settings));
        try (HeldDisk disk =
                        HeldDisk.ifThereIsACompiler(folder, Boolean.getBoolean("vencejo.power"));
                CrashTester tester = new CrashTester(disk == null ? setup : setup.on(disk))) {
            Summary summary = tester.run();
            System.out.printf(
                    "%s%n%d messages acknowledged, %d received; %s%n",
                    summary.table(), summary.acknowledged(), summary.received(), given.replay());
        }
    }

    // ---- a round -----------------------------------------------------------------------------

    private void round(KillKind kind) {
        boolean counts = false;
        while (!counts) {
            String moment = moment(kind);
            counts = kill(kind, moment);
        }
    }

    /// Goes on to the next moment at which the broker is to be killed.
    private String moment(KillKind kind) {
        if (kind == KillKind.RECOVERY) {
            return recovering();
        }
        resume();
        return switch (kind) {
            case UNSYNCED -> unsynced();
            case SESSION_END -> sessionEnds();
            default -> {
                String moment = working();
                linger();
                yield moment;
            }
        };
    }

    private String working() {
        int more = EVENTS_MIN + seeds.below(EVENTS_MORE);
        long target = crew.events() + more;
        crew.run("so many packets have come", () -> crew.events() >= target);
        return "after %d packets".formatted(more);
    }

    // By chance, a little more of the same.
    private void linger() {
        long until = System.nanoTime() + seeds.below(NANOS_MORE);
        crew.run("the moment has come", () -> System.nanoTime() >= until);
    }

    private String unsynced() {
        String worked = working();
        if (setup.disk().canHold()) {
            setup.disk().hold();
            crew.run(
                    "a sync is held, and acknowledgements wait",
                    () -> setup.disk().isHolding() && crew.open().waiting() > 0);
            linger();
            return worked + ", while a sync is held";
        }
        long before = crew.publishes();
        crew.run("a PUBLISH was sent", () -> crew.publishes() > before);
        return worked + ", as a PUBLISH was sent";
    }

    private String sessionEnds() {
        working();
        crew.run("a queue has grown", () -> load.ender().isGrown());
        load.ender().end();
        if (seeds.chance(0.5)) {
            linger();
            return "CONNECT with Clean Start " + (load.ender().isConnected() ? "answered" : "sent");
        }
        crew.run("the session has ended", () -> load.ender().isConnected());
        return "Clean Start answered";
    }

    // The broker is dead: starts it, and is back before it or its clients are done.
    private String recovering() {
        if (seeds.chance(0.3) || setup.blow() == Blow.HANG_UP) {
            start();
            int more = 1 + seeds.below(40);
            long target = crew.events() + more;
            crew.run("clients resume", () -> crew.events() >= target);
            return "at packet %d of clients that resume".formatted(more);
        }
        try (Recovery recovery = new Recovery(dataFolder)) {
            broker = BrokerProcess.launch(process());
            return recovery.await(1 + seeds.below(FILE_CHANGES_MAX), broker);
        }
    }

    // ---- the broker --------------------------------------------------------------------------

    private boolean kill(KillKind kind, String moment) {
        Open open = crew.open();
        if (setup.blow() == Blow.KILL) {
            crew.expectDeath();
            close(broker);
            crew.hearLastWords();
            broker = null;
            setup.disk().release();
            setup.disk().killed(seeds.next());
        } else {
            crew.hangUp();
        }
        crew.note(Note.What.KILLED, kind.ordinal(), 0, kills.size() + 1, 0);
        Kill kill = new Kill(kills.size() + 1, kind, moment, open, startMillis);
        startMillis = -1;
        kills.add(kill);
        return kill.counts();
    }

    private BrokerProcess.Setup process() {
        return new BrokerProcess.Setup(
                dataFolder, setup.settings(), setup.disk().environment(), setup.classPath());
    }

    private void start() {
        long started = System.nanoTime();
        BrokerProcess process = broker;
        if (process == null) {
            process = BrokerProcess.launch(process());
            broker = process;
        }
        InetSocketAddress address = process.address();
        startMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        crew.serve(process, address);
        crew.note(Note.What.STARTED, 0, 0, kills.size(), 0);
    }

    /// Starts the broker if it is dead, and looks at what it found.
    private void resume() {
        if (crew.isBrokerDead()) {
            start();
            load.probe();
        }
    }

    @Override
    public void close() {
        close(broker);
        crew.close();
        notes.close();
    }

    private static void close(@Nullable BrokerProcess process) {
        if (process != null) {
            process.close();
        }
    }
}
