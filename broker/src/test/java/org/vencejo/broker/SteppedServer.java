package org.vencejo.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.core.Journal;
import org.vencejo.core.Limits;
import org.vencejo.core.Mutation;
import org.vencejo.core.Permissions;
import org.vencejo.core.Recovered;
import org.vencejo.core.Server;
import org.vencejo.core.ServerSettings;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.transport.Door;
import org.vencejo.transport.UnboundLoops;

/// A server on loops that chance interleaves, with a journal that answers late, on a thread of its
/// own, and clients without sockets.
final class SteppedServer implements Surroundings, AutoCloseable {
    /// Low, so that 3.x clients are often held back by what waits for the journal.
    static final int RECEIVE_MAXIMUM = 3;

    static final int HIGH_BYTES = 1 << 20;
    static final int LOW_BYTES = 256 << 10;

    final Strands strands;
    final SteppedCore core;
    final List<Strands.Strand> loopStrands = new ArrayList<>();
    final List<LoopDriver> loops = new ArrayList<>();
    private final MemoryInUse memory =
            new MemoryInUse(() -> 0, Long.MAX_VALUE, Limits.MemoryMarks.DEFAULTS, 0);
    private final AtomicInteger connecting = new AtomicInteger();
    private final PartialPackets partialPackets =
            new PartialPackets(Long.MAX_VALUE, Long.MAX_VALUE);
    private final Strands.Strand journalStrand;
    private final List<SteppedClient> clients = new ArrayList<>();
    private final List<Event.Fault> faults = new ArrayList<>();

    private long clock;
    private long clockStep;

    /// Who is stopped when it next runs the core, in the middle of it.
    private Strands.@Nullable Strand stoppedHolding;

    SteppedServer(long seed, int loopCount) {
        strands = new Strands(seed);
        long now = System.nanoTime();
        Permissions watching = new Watching();
        Server server =
                new Server(settings(), subject -> watching, Recovered.NOTHING, seed, 0, now);
        core = new SteppedCore(strands, server, new LateJournal(), now);
        for (int i = 0; i < loopCount; i++) {
            int index = i;
            Strands.Strand strand = strands.strand(() -> lookAtSockets(index));
            loopStrands.add(strand);
            loops.add(
                    new LoopDriver(
                            this, core, UnboundLoops.loop(strand.asEventLoop()), index, loopCount));
        }
        journalStrand = strands.strand(() -> {});
    }

    private static ServerSettings settings() {
        Limits limits = With.with(Limits.DEFAULTS, "receiveMaximum", RECEIVE_MAXIMUM);
        // Few, so that a fan-out is often gone on with by another holder.
        limits = With.with(limits, "sliceMax", 2);
        return With.with(ServerSettings.DEFAULTS, "limits", limits);
    }

    SteppedClient client(String name, int loop) {
        SteppedClient client =
                new SteppedClient(this, name, loops.get(loop), loopStrands.get(loop));
        clients.add(client);
        return client;
    }

    private void lookAtSockets(int loop) {
        for (SteppedClient client : clients) {
            if (client.driver() == loops.get(loop)) {
                client.lookAtSocket();
            }
        }
    }

    /// Has `strand` stop in the middle of what it does as the holder, until it is thawed.
    void freezeHolding(Strands.Strand strand) {
        stoppedHolding = strand;
    }

    /// Runs until nothing is left to do, and checks that nothing was left undone.
    void runAndCheck() throws InterruptedException {
        strands.run();
        if (!faults.isEmpty()) {
            throw new AssertionError("a fault of the server", faults.getFirst().cause());
        }
        if (core.holder() != null) {
            throw new AssertionError("the core is held though nobody has anything to do");
        }
        if (core.hasTasks()) {
            throw new AssertionError("something waits for the core and nobody runs it");
        }
        if (core.hasMutations()) {
            throw new AssertionError("mutations were not handed to the journal");
        }
        long deadline = core.server().nextDeadline();
        if (deadline != Long.MAX_VALUE) {
            long next =
                    loopStrands.stream().mapToLong(Strands.Strand::nextTimer).min().orElseThrow();
            if (next == Long.MAX_VALUE) {
                throw new AssertionError("a deadline is set and no timer is armed");
            }
        }
        for (LoopDriver loop : loops) {
            if (loop.intake().waitingBytes() != 0) {
                throw new AssertionError("loop " + loop.index() + " thinks that something waits");
            }
            if (loop.turns().waiting() != 0) {
                throw new AssertionError("somebody waits for a turn on loop " + loop.index());
            }
            if (!loop.inbox().isEmpty() || loop.inbox().waitingBytes() != 0) {
                throw new AssertionError("mail lies in the inbox of loop " + loop.index());
            }
        }
    }

    @Override
    public LoopDriver loop(int index) {
        return loops.get(index);
    }

    @Override
    public Authentication.Outcome ask(Connection connection, Authentication.Request request) {
        return new Authentication.Accepted(Identity.ANONYMOUS, null);
    }

    @Override
    public MemoryInUse memory() {
        return memory;
    }

    @Override
    public PartialPackets partialPackets() {
        return partialPackets;
    }

    /// Passes by itself or not at all: a strand may be held up for long, which is not its clients'
    /// doing.
    @Override
    public synchronized long nanos() {
        return clock += clockStep;
    }

    /// Has so much time pass whenever turns are timed.
    void letTurnsTake(long nanos) {
        clockStep = nanos;
    }

    @Override
    public void tell(Event event) {
        strands.point();
        if (event instanceof Event.Fault fault) {
            faults.add(fault);
        }
    }

    @Override
    public @Nullable String refusal(BrokerConnection introduced) {
        throw new AssertionError("there is no proxy here");
    }

    @Override
    public void turnedAway(Door.Step step) {
        throw new AssertionError("there is no door here");
    }

    @Override
    public AtomicInteger connecting() {
        return connecting;
    }

    @Override
    public void closed(BrokerConnection connection) {
        // Nobody stops here.
    }

    @Override
    public void close() {
        clients.forEach(SteppedClient::close);
        strands.close();
    }

    /// Sees, in the middle of what the core does, that one holds it.
    private final class Watching implements Permissions {
        @Override
        public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
            return watch();
        }

        @Override
        public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
            return watch();
        }

        @Override
        public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
            return watch();
        }

        private boolean watch() {
            core.requireHolder();
            Strands.Strand current = strands.current();
            if (current != null && current == stoppedHolding) {
                stoppedHolding = null;
                current.freeze(true);
            }
            strands.point();
            core.requireHolder();
            return true;
        }
    }

    /// Answers from its own thread, some time later, and sometimes for two batches at once.
    private final class LateJournal implements Journal {
        private long appended;
        private long answered;
        private @Nullable Listener listener;

        @Override
        public void append(long upTo, List<Mutation> batch, Listener listener) {
            core.requireHolder();
            if (upTo != appended + batch.size()) {
                throw new AssertionError(
                        "expected mutations behind " + appended + ", given was " + upTo);
            }
            appended = upTo;
            this.listener = listener;
            journalStrand.execute(this::sync);
        }

        private void sync() {
            strands.point();
            if (answered < appended && listener != null) {
                answered = appended;
                listener.durable(answered);
            }
        }

        @Override
        public void close() {
            // It keeps nothing.
        }
    }
}
