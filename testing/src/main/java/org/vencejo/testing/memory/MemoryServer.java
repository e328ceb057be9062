package org.vencejo.testing.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication;
import org.vencejo.core.Event;
import org.vencejo.core.Input;
import org.vencejo.core.Journal;
import org.vencejo.core.Limits;
import org.vencejo.core.Mutation;
import org.vencejo.core.Server;
import org.vencejo.core.ServerSettings;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.TopicCache;

/// A whole server in memory: the core, its connections as bytes, a [LateStore] and a clock that
/// stands still until it is set.
///
/// Confined to one thread. What clients send is handled at once; its mutations are gathered until
/// [#commit] hands them to the store as one batch, as the broker does at the end of a tick. Who
/// does not care about the difference calls [#settle] after each step.
public final class MemoryServer {
    /// The time of day at nanosecond 0.
    public static final long WALL_MILLIS_AT_ZERO = 1_700_000_000_000L;

    /// More deadlines than that at one instant means that the core spins.
    private static final int DEADLINES_AT_ONE_INSTANT_MAX = 100_000;

    /// Who clients are: an answer now, or null for one that comes later, through [#authenticated].
    public interface Authenticator
            extends BiFunction<
                    MemoryConnection, Authentication.Request, Authentication.@Nullable Outcome> {
        /// Everybody is welcome, at once and without a name.
        Authenticator EVERYBODY =
                (connection, request) ->
                        new Authentication.Accepted(Authentication.Identity.ANONYMOUS, null);
    }

    /// Who looks over the server's shoulder, between its calls.
    public interface Watcher {
        /// An input is about to be handled.
        void handling(Input input);

        /// It was handled; a payload in transit in it is still valid.
        void handled(Input input);
    }

    private static final Watcher NOBODY =
            new Watcher() {
                @Override
                public void handling(Input input) {}

                @Override
                public void handled(Input input) {}
            };

    /// What a server is made of.
    public record Setup(
            ServerSettings settings,
            AccessRules accessRules,
            Authenticator authenticator,
            LateStore store,
            long seed) {
        /// Defaults, and a store that answers at once.
        public static Setup defaults() {
            return of(ServerSettings.DEFAULTS);
        }

        /// An open server with a store that answers at once.
        public static Setup of(ServerSettings settings) {
            return new Setup(
                    settings, AccessRules.OPEN, Authenticator.EVERYBODY, LateStore.prompt(), 1);
        }
    }

    // For ever
    private final Setup setup;
    private final DecoderLimits decoderLimits;
    private final List<ByteBuf> buffers = new ArrayList<>();
    private Consumer<Event> listener = event -> {};
    private Watcher watcher = NOBODY;
    private final Journal.Listener fromStore = new FromStore();
    private long nowNanos;
    private int starts;
    private int accepted;

    // From a start to the next
    private Server server;
    private MemoryOutbox outbox = new MemoryOutbox(this);
    private final TopicCache topics = new TopicCache(64);
    private final Set<MemoryConnection> connections = new LinkedHashSet<>();

    /// Connections over which something may still come, be they ended or not.
    private final Set<MemoryConnection> lines = new LinkedHashSet<>();

    private final ArrayDeque<MemoryConnection> readAgain = new ArrayDeque<>();
    private boolean running = true;
    private boolean handling;
    private boolean committing;
    private final ArrayDeque<Input> toldMeanwhile = new ArrayDeque<>();

    public MemoryServer(Setup setup) {
        this.setup = setup;
        this.decoderLimits = decoderLimits(setup.settings.limits());
        this.server = start();
    }

    private static DecoderLimits decoderLimits(Limits limits) {
        return new DecoderLimits(
                limits.packetSizeMax(),
                limits.connectSizeMax(),
                limits.topicLevelsMax(),
                limits.userPropertiesMax(),
                limits.userPropertiesBytesMax(),
                limits.topicFiltersMax());
    }

    private Server start() {
        return new Server(
                setup.settings,
                setup.accessRules,
                setup.settings.queuesOnDisk()
                        ? setup.store.recovered(setup.settings.limits().windowMax())
                        : setup.store.recovered(),
                setup.seed + starts++,
                wallMillis(),
                nowNanos);
    }

    /// Who hears of the core's events from now on.
    public void listener(Consumer<Event> hears) {
        listener = hears;
    }

    /// Who is told of each input from now on.
    public void watcher(Watcher watches) {
        watcher = watches;
    }

    // ---- time
    // ------------------------------------------------------------------------------------------

    public long nowNanos() {
        return nowNanos;
    }

    public long wallMillis() {
        return WALL_MILLIS_AT_ZERO + nowNanos / 1_000_000;
    }

    /// Sets the clock, and runs nothing.
    public void goTo(long nanos) {
        if (nanos < nowNanos) {
            throw new IllegalArgumentException("time goes on, not back to " + nanos);
        }
        nowNanos = nanos;
    }

    /// Lets time pass, with everything that becomes due meanwhile.
    public void pass(long nanos) {
        long end = nowNanos + nanos;
        settle();
        while (running && server.nextDeadline() <= end) {
            goTo(Math.max(nowNanos, server.nextDeadline()));
            settle();
        }
        goTo(end);
    }

    /// When the core wants to be called again, or `Long.MAX_VALUE`.
    public long nextDeadline() {
        return running ? server.nextDeadline() : Long.MAX_VALUE;
    }

    // ---- what drives it
    // --------------------------------------------------------------------------------

    /// A client connects.
    public MemoryConnection accept() {
        MemoryConnection connection =
                new MemoryConnection(
                        this,
                        ++accepted,
                        PacketDecoder.ofServer(decoderLimits, topics),
                        setup.settings.limits());
        connections.add(connection);
        lines.add(connection);
        handle(new Input.Connected(connection.connection()));
        return connection;
    }

    /// The authenticator's late answer.
    public void authenticated(MemoryConnection connection, Authentication.Outcome outcome) {
        handle(new Input.Authenticated(connection.connection(), outcome));
    }

    /// Handles any input, and at once what follows from it.
    public void handle(Input input) {
        if (handling || !running) {
            throw new IllegalStateException("an input at the wrong time: " + input);
        }
        handling = true;
        for (Input each = input; each != null; each = outbox.next()) {
            outbox.beginCall();
            watcher.handling(each);
            server.handle(each, nowNanos, outbox);
            watcher.handled(each);
        }
        handling = false;
        for (MemoryConnection it = readAgain.poll(); it != null; it = readAgain.poll()) {
            it.read();
        }
    }

    /// Handles at most `most` deadlines that are due; returns how many there were.
    public int runDue(int most) {
        int count = 0;
        while (count < most && running && server.nextDeadline() <= nowNanos) {
            handle(new Input.DeadlineReached());
            count++;
        }
        return count;
    }

    /// Hands the mutations since the last call to the store, as one batch.
    public void commit() {
        if (!server.mayCommit()) {
            return;
        }
        List<Mutation> batch = outbox.takeBatch();
        if (batch.isEmpty()) {
            return;
        }
        committing = true;
        setup.store.append(outbox.lastNumber(), batch, fromStore);
        committing = false;
        for (Input told = toldMeanwhile.poll(); told != null; told = toldMeanwhile.poll()) {
            handle(told);
        }
    }

    // What the store tells while it is given a batch is handled behind that.
    private final class FromStore implements Journal.Listener {
        @Override
        public void durable(long upTo) {
            told(new Input.Durable(upTo));
        }

        @Override
        public void unavailable(String reason, boolean stillWrites) {
            told(new Input.StoreUnavailable(reason, stillWrites));
        }

        @Override
        public void available() {
            told(new Input.StoreAvailable());
        }

        private void told(Input input) {
            if (committing) {
                toldMeanwhile.add(input);
            } else {
                handle(input);
            }
        }
    }

    /// Does all that is due now, until nothing is left to do but what waits for the store.
    public void settle() {
        int deadlines = 0;
        do {
            deadlines += runDue(DEADLINES_AT_ONE_INSTANT_MAX);
            if (deadlines >= DEADLINES_AT_ONE_INSTANT_MAX) {
                throw new IllegalStateException("the core wants to be called again and again");
            }
            commit();
        } while (running && (server.nextDeadline() <= nowNanos || outbox.hasBatch()));
    }

    // ---- how it ends
    // -----------------------------------------------------------------------------------

    /// The power goes: all connections and all that is not durable are gone, except the first
    /// `survivors` of the batches that wait. Nothing runs until [#restart].
    public void crash(int survivors) {
        crash(survivors, 0);
    }

    /// The same; the last `forgotten` of the batches that were not synced are gone as well.
    public void crash(int survivors, int forgotten) {
        end();
        setup.store.crash(survivors, forgotten);
    }

    /// A clean stop: clients are told, everything becomes durable. Nothing runs until [#restart];
    /// what was sent to clients may still be taken.
    public void stop() {
        handle(new Input.ShutDown());
        settle();
        for (MemoryConnection each : List.copyOf(connections)) {
            if (!each.isClosedByServer()) {
                each.cut("the server stopped");
            }
        }
        settle();
        List.copyOf(lines).forEach(MemoryConnection::hangUp);
        setup.store.close();
        running = false;
        connections.clear();
    }

    private void end() {
        running = false;
        List.copyOf(lines).forEach(MemoryConnection::discard);
        connections.clear();
    }

    /// Starts again with what the store has.
    public void restart() {
        if (running) {
            throw new IllegalStateException("it runs");
        }
        outbox = new MemoryOutbox(this);
        readAgain.clear();
        setup.store.crash(0); // counts anew
        server = start();
        running = true;
    }

    // ---- what others look at
    // ---------------------------------------------------------------------------

    public boolean isRunning() {
        return running;
    }

    /// The core, to be looked at.
    public Server core() {
        return server;
    }

    public LateStore store() {
        return setup.store;
    }

    /// Whether mutations wait for [#commit].
    public boolean hasUncommitted() {
        return outbox.hasBatch();
    }

    /// How many PUBLISH packets the last call of the core sent.
    public int publishesInCall() {
        return outbox.publishesInCall();
    }

    /// Connections that are not gone, in the order in which they were accepted.
    public List<MemoryConnection> connections() {
        return List.copyOf(connections);
    }

    /// How many reference-counted buffers somebody still holds: none when all connections are gone.
    public int buffersHeld() {
        buffers.removeIf(buffer -> buffer.refCnt() == 0);
        return buffers.size();
    }

    // ---- for its parts
    // ---------------------------------------------------------------------------------

    ByteBuf buffer(int bytes) {
        if (buffers.size() > 64) {
            buffers.removeIf(buffer -> buffer.refCnt() == 0);
        }
        ByteBuf buffer = Unpooled.buffer(bytes);
        buffers.add(buffer);
        return buffer;
    }

    void readsAgain(MemoryConnection connection) {
        readAgain.add(connection);
    }

    void hungUp(MemoryConnection connection) {
        lines.remove(connection);
    }

    void left(MemoryConnection connection) {
        connections.remove(connection);
    }

    Authentication.@Nullable Outcome ask(
            MemoryConnection connection, Authentication.Request request) {
        return setup.authenticator.apply(connection, request);
    }

    void readQueue(long session, long read, long from, int messagesMax, long bytesMax) {
        setup.store.read(
                session,
                from,
                messagesMax,
                bytesMax,
                entries -> {
                    Input.QueueRead input = new Input.QueueRead(session, read, entries);
                    if (handling) {
                        outbox.queueRead(input);
                    } else {
                        handle(input);
                    }
                });
    }

    void tell(Event event) {
        listener.accept(event);
    }
}
