package org.vencejo.broker;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.passwords.Guessers;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.core.Input;
import org.vencejo.core.Journal;
import org.vencejo.core.Limits;
import org.vencejo.core.QueueReader;
import org.vencejo.core.Recovered;
import org.vencejo.core.Server;
import org.vencejo.core.ServerSettings;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.Publish;
import org.vencejo.transport.ConnectionHandler;
import org.vencejo.transport.Door;
import org.vencejo.transport.IoLoop;
import org.vencejo.transport.IoLoops;
import org.vencejo.transport.TcpTransport;
import org.vencejo.transport.TlsServer;
import org.vencejo.transport.UnixSocket;
import org.vencejo.transport.WebSocketServer;

/// The server at work: event loops, sockets and the one core that they take turns to run.
///
/// Thread-safe. From [#start] on it serves whatever listeners are bound with [#bind]; [#stop] ends
/// it.
public final class ServerDriver {
    private final Journal journal;
    private final Consumer<? super Event> events;
    private final AuthenticationThreads authentication;
    private final MemoryInUse memory;
    private final PartialPackets partialPackets;
    private final IoLoops ioLoops;
    private final TcpTransport tcp;
    private final CoreOwner core;
    private final List<LoopDriver> loops;
    private final List<TcpTransport.Bound> listeners = new CopyOnWriteArrayList<>();
    private final List<Visitors> ofListeners = new CopyOnWriteArrayList<>();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final Admission admission;
    private final Refusals refusals = new Refusals();
    private final RefusedConnections refused;
    private final AtomicInteger connecting = new AtomicInteger();
    private final AtomicLong pushedOut = new AtomicLong();
    private final AtomicLong proxiesFailed = new AtomicLong();
    private final AtomicLong handshakesFailed = new AtomicLong();
    private final AtomicLong upgradesFailed = new AtomicLong();
    private final CompletableFuture<Void> lastClosed = new CompletableFuture<>();

    private volatile boolean stopping;

    /// Those of all, from which each listener has its own.
    private volatile Limits limits;

    /// Nobody runs the core any more.
    private volatile boolean ended;

    /// What a server is made of. `seed` is the core's source of chance; `events` hears on the event
    /// loops and must not block.
    public record Parts(
            ServerSettings settings,
            AccessRules accessRules,
            Authenticators authenticators,
            Journal journal,
            QueueReader queues,
            Recovered recovered,
            long seed,
            Consumer<? super Event> events) {}

    /// One that runs. `bufferBytes` are those of all buffers; who is refused has `patienceNanos`.
    ServerDriver(Parts parts, int ioThreads, LongSupplier bufferBytes, long patienceNanos) {
        this.limits = parts.settings().limits();
        long nanos = System.nanoTime();
        Server server =
                new Server(
                        parts.settings(),
                        parts.accessRules(),
                        parts.recovered(),
                        parts.seed(),
                        System.currentTimeMillis(),
                        nanos);
        this.journal = parts.journal();
        this.events = parts.events();
        this.admission = new Admission(limits.admission(), nanos);
        this.authentication = new AuthenticationThreads(parts.authenticators(), events);
        this.refused =
                new RefusedConnections(authentication::isBanned, events, patienceNanos, nanos);
        this.core = new CoreOwner(server, journal, parts.queues(), nanos);
        this.memory =
                new MemoryInUse(bufferBytes, limits.buffersBytesMax(), limits.memoryMarks(), nanos);
        this.partialPackets =
                new PartialPackets(limits.partialPacketsBytesMax(), limits.connectTimeoutNanos());
        this.ioLoops = IoLoops.start(ioThreads, "vencejo-io");
        this.tcp =
                new TcpTransport(
                        ioLoops,
                        limits.outBufferHighBytes(),
                        limits.outBufferLowBytes(),
                        memory.shortage());
        List<LoopDriver> drivers = new ArrayList<>();
        for (IoLoop loop : ioLoops.loops()) {
            drivers.add(new LoopDriver(new Around(), core, loop, drivers.size(), ioThreads));
        }
        this.loops = List.copyOf(drivers);
        // Deadlines that the server begins with are armed by the first tick.
        submit(holder -> {});
    }

    /// Starts `ioThreads` event loops around a new server. Nobody can connect before [#bind].
    public static ServerDriver start(Parts parts, int ioThreads) {
        return new ServerDriver(
                parts,
                ioThreads,
                PooledByteBufAllocator.DEFAULT::pinnedDirectMemory,
                RefusedConnections.PATIENCE_NANOS);
    }

    /// Accepts plain connections at `address`, for a listener that operators know as `name`;
    /// returns the address with the port that was chosen if 0 was asked for.
    ///
    /// @throws IOException if the address cannot be bound, with a reason for people
    public InetSocketAddress bind(String name, InetSocketAddress address) throws IOException {
        return bind(new Entry(name, null, null, null), address);
    }

    /// The same in TLS, in WebSocket, or in the one in the other; null for without.
    ///
    /// @throws IOException if the address cannot be bound, with a reason for people
    public InetSocketAddress bind(
            String name,
            InetSocketAddress address,
            @Nullable TlsServer tls,
            @Nullable WebSocketServer webSocket)
            throws IOException {
        return bind(new Entry(name, null, tls, webSocket), address);
    }

    /// Accepts connections at `address`. All that they pass has the time to CONNECT.
    ///
    /// @throws IOException if the address cannot be bound, with a reason for people
    public InetSocketAddress bind(Entry entry, InetSocketAddress address) throws IOException {
        Visitors visitors = visitorsOf(entry);
        TcpTransport.Listener listener =
                tcp.listen(
                        address,
                        entry.door(() -> visitors.limits(limits).connectTimeoutNanos()),
                        (loop, remote) -> accept(visitors, loop, Origin.of(remote)));
        listeners.add(listener);
        return listener.localAddress();
    }

    /// Accepts connections at a Unix socket.
    ///
    /// @throws IOException if that cannot be, with a reason for people
    public void bind(Entry entry, UnixSocket socket) throws IOException {
        Visitors visitors = visitorsOf(entry);
        listeners.add(
                tcp.listen(
                        socket,
                        entry.door(() -> visitors.limits(limits).connectTimeoutNanos()),
                        (loop, peer) -> accept(visitors, loop, Origin.of(peer))));
    }

    private Visitors visitorsOf(Entry entry) {
        Visitors visitors = new Visitors(entry);
        ofListeners.add(visitors);
        readAtTheirRates();
        return visitors;
    }

    // One loop serves all listeners.
    private void readAtTheirRates() {
        Limits ofAll = limits;
        boolean limitsIn = ofListeners.stream().anyMatch(it -> it.limits(ofAll).limitsIn());
        loops.forEach(it -> it.loop().readInPieces(limitsIn));
    }

    /// Ends the connections of whose clients `tls` knows now that their certificates are revoked.
    public void expelRevoked(TlsServer tls) {
        for (LoopDriver driver : loops) {
            IoLoop loop = driver.loop();
            loop.execute(
                    () -> loop.eachHandler(BrokerConnection.class, it -> it.expelIfRevoked(tls)));
        }
    }

    /// Publishes a message of the broker itself, such as `$SYS`.
    public void publishLocally(Publish publish) {
        Publish stored =
                new Publish(
                        publish.topicName(),
                        publish.payload().stored(),
                        publish.qos(),
                        publish.retain(),
                        publish.dup(),
                        publish.packetIdentifier(),
                        publish.properties());
        submit(holder -> holder.handleNow(new Input.PublishLocally(stored)));
    }

    /// Goes on with other settings, as far as [Input.Reconfigured] can; limits on packets hold for
    /// connections that come.
    public void reconfigure(ServerSettings settings) {
        limits = settings.limits();
        admission.reconfigure(settings.limits().admission());
        readAtTheirRates();
        submit(holder -> holder.handleNow(new Input.Reconfigured(settings)));
    }

    /// Goes on with other access rules, for everybody ([Input.RulesChanged]).
    public void changeRules(AccessRules rules) {
        submit(holder -> holder.handleNow(new Input.RulesChanged(rules)));
    }

    /// These users are gone, or have another password, for those who authenticate: whoever is
    /// connected as one of them, or about to be, is not any more.
    public void usersChanged(Set<String> userNames) {
        authentication.knownChanged();
        submit(holder -> holder.handleNow(new Input.UsersChanged(userNames)));
    }

    /// What was found out about clients so far.
    AuthenticationThreads.Counts authentication() {
        return authentication.counts();
    }

    /// Those who fail to say who they are.
    Guessers guessers() {
        return authentication.guessers();
    }

    /// Asks the server something while nobody else runs it. `question` must be quick, and its
    /// answer must not be a part of the server.
    public <T> CompletableFuture<T> inspect(Function<Server, T> question) {
        Question<T> asked = new Question<>(core.server(), question);
        submit(asked);
        return asked.answer();
    }

    /// Ends the session of this client, and runs `ended` then if it had one; the answer, when that
    /// is durable, is whether it had.
    CompletableFuture<Boolean> endSession(String clientIdentifier, Runnable ended) {
        SessionEnd asked = new SessionEnd(core, clientIdentifier, ended);
        submit(asked);
        return asked.answer();
    }

    /// What went over the sockets so far.
    public Traffic traffic() {
        long received = 0;
        long sent = 0;
        for (IoLoop loop : ioLoops.loops()) {
            received += loop.receivedBytes();
            sent += loop.sentBytes();
        }
        return new Traffic(
                received,
                sent,
                open.get(),
                accepted.get(),
                refusals.sum(),
                proxiesFailed.get(),
                handshakesFailed.get(),
                upgradesFailed.get(),
                memory.bufferBytes(),
                new Traffic.AtTheDoor(
                        refusals.counts(), refused.toldSoFar(), connecting.get(), pushedOut.get()),
                loops.stream().mapToInt(driver -> driver.turns().waiting()).sum(),
                new Traffic.Memory(
                        memory.heldBytes(),
                        memory.percent(),
                        memory.mark().ordinal(),
                        memory.entered(MemoryInUse.Mark.ACCEPTING),
                        memory.entered(MemoryInUse.Mark.READING),
                        memory.entered(MemoryInUse.Mark.QOS_0)));
    }

    /// What waits for sockets: `epoll` or `nio`.
    public String kind() {
        return ioLoops.kind();
    }

    /// Ends the service: accepts nobody any more, tells every client (0x8B), writes what waits,
    /// makes everything durable. Who has not gone in `graceNanos` is cut. Returns whether nobody
    /// had to be.
    public boolean stop(long graceNanos) {
        stopping = true;
        listeners.forEach(TcpTransport.Bound::close);
        for (IoLoop loop : ioLoops.loops()) {
            loop.execute(() -> loop.turnAwayAll("the server stops"));
        }
        submit(holder -> holder.handleNow(new Input.ShutDown()));
        // After the tick that shut down, so that what it appended is counted as open.
        submit(holder -> holder.loop().execute(this::noteIfLast));
        boolean inTime = true;
        try {
            lastClosed.get(graceNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            inTime = false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            inTime = false;
        }
        ioLoops.close();
        ended = true;
        authentication.close();
        core.discard();
        loops.forEach(loop -> loop.inbox().discard());
        core.handOver(loops.getFirst());
        journal.close();
        return inTime;
    }

    private void submit(CoreTask task) {
        core.queue(task);
        if (ended) {
            core.discard();
        } else {
            loops.getFirst().drainLater();
        }
    }

    private @Nullable ConnectionHandler accept(Visitors visitors, IoLoop loop, Origin origin) {
        long nanos = System.nanoTime();
        // Of a proxy it is asked when it has said for whom it stands.
        boolean isFromProxy = visitors.entry().proxy() != null;
        Refusal refusal = findPlace(visitors, nanos);
        if (refusal == null && !isFromProxy) {
            refusal = admit(origin.address(), nanos);
            if (refusal != null) {
                visitors.leave();
            }
        }
        if (refusal != null) {
            refusals.note(refusal, origin.address(), loop);
            return refused.letIn(
                    refusal,
                    visitors.entry(),
                    origin.address(),
                    nanos,
                    () -> driverOf(loop).newDecoder(visitors.limits(limits).ofRefused()));
        }
        accepted.incrementAndGet();
        open.incrementAndGet();
        LoopDriver driver = driverOf(loop);
        Limits ofAll = limits;
        PacketDecoder decoder = driver.newDecoder(visitors.limits(ofAll).ofDecoder());
        BrokerConnection connection = new BrokerConnection(driver, visitors, origin, decoder);
        if (!isFromProxy) {
            connection.admit();
        }
        if (driver.connecting().add(connection, ofAll.admission().connectingMax())) {
            pushedOut.incrementAndGet();
        }
        return connection;
    }

    private @Nullable Refusal findPlace(Visitors visitors, long nowNanos) {
        memory.look(nowNanos);
        if (stopping) {
            return Refusal.STOPPING;
        }
        if (open.get() >= limits.connectionsMax()) {
            return Refusal.FULL;
        }
        if (memory.mark() != MemoryInUse.Mark.NONE) {
            return Refusal.MEMORY;
        }
        return visitors.enter() ? null : Refusal.LISTENER_FULL;
    }

    private @Nullable Refusal admit(InetAddress address, long nowNanos) {
        return authentication.isBanned(address)
                ? Refusal.BANNED
                : admission.enter(address, nowNanos);
    }

    private LoopDriver driverOf(IoLoop loop) {
        for (LoopDriver driver : loops) {
            if (driver.loop() == loop) {
                return driver;
            }
        }
        throw new IllegalStateException("expected one of our loops, given was " + loop);
    }

    // Nobody waits for those who are only told why they were refused.
    private void noteIfLast() {
        if (open.get() == 0) {
            lastClosed.complete(null);
        }
    }

    /// What the loops see of this.
    private final class Around implements Surroundings {
        @Override
        public LoopDriver loop(int index) {
            return loops.get(index);
        }

        @Override
        public Authentication.@Nullable Outcome ask(
                Connection connection, Authentication.Request request) {
            return authentication.ask(
                    connection,
                    request,
                    (outcome, ofChanges) ->
                            submit(holder ->
                                    holder.handleNow(
                                            new Input.Authenticated(
                                                    connection,
                                                    authentication.current(outcome, ofChanges)))));
        }

        @Override
        public MemoryInUse memory() {
            return memory;
        }

        @Override
        public PartialPackets partialPackets() {
            return partialPackets;
        }

        @Override
        public void tell(Event event) {
            events.accept(event);
        }

        @Override
        public @Nullable String refusal(BrokerConnection introduced) {
            InetAddress address = introduced.address();
            Refusal refusal = admit(address, System.nanoTime());
            if (refusal == null) {
                introduced.admit();
                return null;
            }
            refusals.note(refusal, address, introduced.driver().loop());
            return "it is refused, by " + refusal.limit().replace("`", "");
        }

        @Override
        public void turnedAway(Door.Step step) {
            switch (step) {
                case PROXY -> proxiesFailed.incrementAndGet();
                case TLS -> handshakesFailed.incrementAndGet();
                case WEBSOCKET -> upgradesFailed.incrementAndGet();
            }
        }

        @Override
        public AtomicInteger connecting() {
            return connecting;
        }

        @Override
        public void closed(BrokerConnection connection) {
            open.decrementAndGet();
            connection.visitors().leave();
            if (connection.isAdmitted()) {
                admission.left(connection.address(), System.nanoTime());
            }
            if (stopping) {
                noteIfLast();
            }
        }
    }
}
