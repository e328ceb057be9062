package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.BrokerConnection.Pause;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.core.Input;
import org.vencejo.core.Server;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.TopicCache;
import org.vencejo.transport.Door;
import org.vencejo.transport.IoLoop;

/// Runs the core for one event loop: *the loop that has input runs it*.
///
/// Confined to its event loop, except [#drainLater] and the final fields. What was read is handled
/// at once if the core is free; if another loop holds it, it is queued for the holder, who looks at
/// the queue before it turns to other things. With one loop the core is always free.
///
/// Order is kept by three rules: whoever takes the core first drains its own inbox (what others
/// left for its connections comes before what it appends), then the queue (its own earlier input
/// may be there), and posts what it has for others before it lets go.
final class LoopDriver {
    /// After so many tasks of others a holder turns to its own connections.
    private static final int TASKS_MAX = 256;

    /// So many packets, or bytes of them, are handled before the clock is asked again.
    private static final int PACKETS_UNTIMED = 16;

    private static final int BYTES_UNTIMED = 4 << 10;

    /// So many packets of a connection are queued at once, if another loop holds the core.
    private static final int PACKETS_QUEUED_MAX = 256;

    /// After so many deadlines, or so much time, other work gets its turn.
    private static final int DEADLINES_MAX = 64;

    private static final long DEADLINES_NANOS = 2_000_000;

    /// How many times per tick the journal may answer at once and so lead to new mutations.
    private static final int COMMITS_MAX = 4;

    /// How long a peer may take to read what was sent before its connection is closed.
    private static final long CLOSE_PATIENCE_NANOS = 5_000_000_000L;

    private final Surroundings surroundings;
    private final CoreOwner core;
    private final IoLoop loop;
    private final int index;
    private final Server server;
    private final LoopOutbox outbox;
    private final LoopInbox inbox;
    private final Intake intake;
    private final Connecting connecting;
    private final Turns turns;
    private final Loudest loudest;
    private final TopicCache topics = new TopicCache();

    private final Wakeup drainWakeup;
    private final Runnable timerTask = this::timerWentOff;

    private long tickNanos;
    private boolean tickTimed;
    private boolean tickEnds;
    private IoLoop.@Nullable Timer timer;

    LoopDriver(Surroundings surroundings, CoreOwner core, IoLoop loop, int index, int loops) {
        this.surroundings = surroundings;
        this.core = core;
        this.loop = loop;
        this.index = index;
        this.server = core.server();
        this.drainWakeup = new Wakeup(loop, this::drainQueueIfFree);
        this.outbox = new LoopOutbox(this, loops);
        this.intake = new Intake(this, loop, index, loops);
        this.turns = Turns.of(this, loop);
        this.loudest = new Loudest(this, loop);
        this.connecting = new Connecting(surroundings.connecting(), loops);
        this.inbox = new LoopInbox(this, Intake.WAITING_HIGH_BYTES, Intake.WAITING_LOW_BYTES);
        loop.beforeFlush(this::endTick);
    }

    int index() {
        return index;
    }

    IoLoop loop() {
        return loop;
    }

    CoreOwner core() {
        return core;
    }

    LoopInbox inbox() {
        return inbox;
    }

    Intake intake() {
        return intake;
    }

    Connecting connecting() {
        return connecting;
    }

    Turns turns() {
        return turns;
    }

    LoopDriver peer(int at) {
        return surroundings.loop(at);
    }

    PacketDecoder newDecoder(DecoderLimits limits) {
        return PacketDecoder.ofServer(limits, topics);
    }

    // What comes from the sockets.

    /// Handles the whole packets of `bytes`, now or when the core is free, as far as one turn goes;
    /// returns whether there may be more.
    boolean received(BrokerConnection from, ByteBuf bytes) {
        long began = surroundings.nanos();
        turns.begin(began);
        int readable = bytes.readableBytes();
        boolean rest;
        if (takeForInput()) {
            try {
                rest = handleForATurn(from, bytes, began);
            } finally {
                letGo();
            }
        } else {
            rest = queue(from, bytes);
        }
        long now = surroundings.nanos();
        turns.had(from, readable - bytes.readableBytes(), now - began, rest, now);
        intake.wasRead(from);
        return rest;
    }

    // The clock is asked now and then: some packets are quick, and some are not.
    private boolean handleForATurn(BrokerConnection from, ByteBuf bytes, long began) {
        int packets = 0;
        int asked = bytes.readerIndex();
        for (Input input = next(from, bytes); input != null; input = next(from, bytes)) {
            handleNow(input);
            if (++packets == PACKETS_UNTIMED || bytes.readerIndex() - asked > BYTES_UNTIMED) {
                packets = 0;
                asked = bytes.readerIndex();
                if (surroundings.nanos() - began > Turns.TURN_NANOS && bytes.isReadable()) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Handles an input without a payload in transit, now or when the core is free.
    void handle(Input input) {
        if (takeForInput()) {
            try {
                handleNow(input);
            } finally {
                letGo();
            }
        } else {
            leave(new InputBatch(this, input));
        }
    }

    /// A connection of this loop is gone.
    void closed(BrokerConnection connection) {
        connecting.remove(connection);
        surroundings.closed(connection);
    }

    /// The client of a connection is known, of this loop or of another.
    void known(BrokerConnection connection) {
        connection.clientKnown();
        if (connection.driver() == this) {
            connecting.remove(connection);
        } else {
            connection.driver().loop.execute(() -> connection.driver().known(connection));
        }
    }

    private @Nullable Input next(BrokerConnection from, ByteBuf bytes) {
        try {
            return from.next(bytes);
        } catch (RuntimeException fault) {
            fault(from.connection(), fault);
            from.abort();
            bytes.skipBytes(bytes.readableBytes());
            return null;
        }
    }

    private boolean queue(BrokerConnection from, ByteBuf bytes) {
        // A copy of the right size: the buffer that was read into is shared by the loop's
        // connections.
        ByteBuf copy =
                PooledByteBufAllocator.DEFAULT
                        .buffer(bytes.readableBytes())
                        .writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
        InputBatch batch = new InputBatch(this, copy);
        int packets = 0;
        while (packets < PACKETS_QUEUED_MAX) {
            Input input = next(from, copy);
            if (input == null) {
                break;
            }
            packets++;
            batch.add(input);
        }
        bytes.skipBytes(copy.readerIndex());
        if (batch.isEmpty()) {
            batch.release();
        } else {
            leave(batch);
        }
        return packets == PACKETS_QUEUED_MAX && bytes.isReadable();
    }

    private void leave(InputBatch batch) {
        intake.waits(batch.size());
        core.queue(batch);
        drainQueueIfFree();
    }

    /// Has an input handled soon; not now, as this may be an effect among others of a mail, which
    /// no input may overtake.
    void handleLater(Input input) {
        InputBatch batch = new InputBatch(this, input);
        intake.waits(batch.size());
        core.queue(batch);
        drainLater();
    }

    /// Takes the core for input of this loop. That must not overtake what this loop queued before,
    /// so it has to join the queue if that is too long to be drained now.
    private boolean takeForInput() {
        if (!take()) {
            return false;
        }
        if (!core.hasTasks()) {
            return true;
        }
        drainQueue();
        if (!core.hasTasks()) {
            return true;
        }
        letGo();
        return false;
    }

    private boolean take() {
        if (!core.tryTake()) {
            return false;
        }
        // Whoever held the core has a tick whose end hands over mutations and looks at deadlines.
        armTick();
        taken();
        return true;
    }

    /// Makes sure that this tick has an end, unless that is what is under way.
    void armTick() {
        if (!tickEnds) {
            loop.armTick();
        }
    }

    private void taken() {
        inbox.drain();
        if (!tickTimed) {
            tickTimed = true;
            tickNanos = System.nanoTime();
        }
    }

    private void letGo() {
        outbox.post();
        core.letGo();
        if (core.hasTasks()) {
            drainQueueIfFree();
        }
    }

    /// Drains the queue unless somebody else holds the core, who then will. What is left after a
    /// bounded number of tasks is taken up again after this loop's other work.
    private void drainQueueIfFree() {
        while (core.hasTasks()) {
            if (!take()) {
                return;
            }
            drainQueue();
            boolean left = core.hasTasks();
            outbox.post();
            core.letGo();
            if (left) {
                drainLater();
                return;
            }
        }
    }

    private void drainQueue() {
        for (int i = 0; i < TASKS_MAX; i++) {
            CoreTask task = core.nextTask();
            if (task == null) {
                return;
            }
            try {
                task.run(this);
            } catch (RuntimeException | Error fault) {
                fault(null, fault); // whatever it is, the core has to be let go
            }
        }
    }

    /// Has this loop look at the queue soon. Thread-safe.
    void drainLater() {
        drainWakeup.ask();
    }

    /// Handles `input` and what follows from it at once. Only while this loop holds the core.
    void handleNow(Input input) {
        @Nullable Input current = input;
        while (current != null) {
            try {
                server.handle(current, core.nanos(tickNanos), outbox);
            } catch (RuntimeException | Error fault) {
                fault(broken(current), fault);
            }
            current = outbox.next();
        }
    }

    private static @Nullable Connection broken(Input input) {
        Connection connection = input.connection();
        if (connection != null && connection.peer() instanceof BrokerConnection it) {
            it.driver().loop().execute(it::abort);
        }
        return connection;
    }

    private void endTick() {
        tickEnds = true; // what those who wait for their turn lead to is part of this tick
        try {
            turns.give(surroundings.nanos());
        } finally {
            tickEnds = false;
        }
        long now = tickTimed ? tickNanos : System.nanoTime();
        boolean looks = surroundings.memory().isDue(now);
        // If another loop holds the core, the end of its tick does this.
        if (core.tryTake()) {
            taken();
            try {
                drainQueue();
                if (looks) {
                    lookAtMemory(now);
                }
                commit();
                arm();
            } finally {
                letGo();
            }
        }
        if (looks) {
            loudest.watch(surroundings.memory().mark().compareTo(MemoryInUse.Mark.READING) >= 0);
        }
        tickTimed = false;
    }

    private void lookAtMemory(long now) {
        MemoryInUse memory = surroundings.memory();
        memory.held(server.heldBytes());
        memory.look(now);
        boolean drops = memory.mark() == MemoryInUse.Mark.QOS_0;
        if (core.dropsAtMostOnce(drops)) {
            handleNow(new Input.AtMostOnceDropped(drops));
        }
    }

    private void commit() {
        for (int i = 0; i < COMMITS_MAX; i++) {
            handleDeadlines();
            long durable = handOver();
            if (durable == 0) {
                return;
            }
            handleNow(new Input.Durable(durable));
        }
        if (core.hasMutations()) {
            loop.armTick();
        }
    }

    private void handleDeadlines() {
        for (int i = 0; i < DEADLINES_MAX; i++) {
            if (server.nextDeadline() > core.nanos(tickNanos)) {
                return;
            }
            handleNow(new Input.DeadlineReached());
            if (System.nanoTime() - tickNanos > DEADLINES_NANOS) {
                return;
            }
        }
    }

    private long handOver() {
        try {
            return core.handOver(this);
        } catch (RuntimeException fault) {
            fault(null, fault);
            return 0;
        }
    }

    /// Sees to it that the next deadline is not missed: one that is due already gets another tick,
    /// after the sockets had their turn.
    private void arm() {
        long deadline = server.nextDeadline();
        if (deadline == Long.MAX_VALUE) {
            return;
        }
        long wait = deadline - core.nanos(tickNanos);
        if (wait <= 0) {
            loop.armTickAfterSockets();
        } else if (core.arm(deadline)) {
            if (timer != null) {
                timer.cancel();
            }
            timer = loop.runLater(timerTask, wait);
        }
    }

    private void timerWentOff() {
        timer = null;
        core.queue(holder -> core.disarm());
        drainQueueIfFree();
    }

    // Effects on connections of this loop.

    void close(BrokerConnection connection) {
        connection.close(CLOSE_PATIENCE_NANOS);
    }

    void pauseReading(BrokerConnection connection) {
        connection.pauseReading(Pause.BY_CORE, System.nanoTime());
    }

    void resumeReading(BrokerConnection connection) {
        intake.resumed(connection, connection.resumeReading(Pause.BY_CORE, System.nanoTime()));
    }

    long nanos() {
        return surroundings.nanos();
    }

    MemoryInUse memory() {
        return surroundings.memory();
    }

    PartialPackets partialPackets() {
        return surroundings.partialPackets();
    }

    // What is not about packets.

    Authentication.@Nullable Outcome ask(Connection connection, Authentication.Request request) {
        return surroundings.ask(connection, request);
    }

    void tell(Event event) {
        surroundings.tell(event);
    }

    @Nullable String refusal(BrokerConnection introduced) {
        return surroundings.refusal(introduced);
    }

    void turnedAway(BrokerConnection connection, Door.Step step, String reason) {
        surroundings.turnedAway(step);
        surroundings.tell(new Event.TurnedAway(connection, step.words(), reason));
        closed(connection);
    }

    void fault(@Nullable Connection connection, Throwable cause) {
        surroundings.tell(new Event.Fault(connection, cause));
    }
}
