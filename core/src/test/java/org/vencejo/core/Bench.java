package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.vencejo.core.session.Accounting;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Publish;

/// A server whose effects are recorded, whose journal answers when it is told to, and whose clock
/// stands until it is moved.
///
/// After every input it checks that all copies are accounted for and that nothing of ours broke.
final class Bench implements Outbox {
    record Sent(Connection connection, Packet packet) {}

    /// A connection asked who it is, with what.
    record Asked(Connection connection, Authentication.Request request) {}

    /// A part of a queue was asked for.
    record Read(long session, long read, long from, int messagesMax, long bytesMax) {}

    final Server server;
    final List<Sent> sent = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    final List<Mutation> mutations = new ArrayList<>();
    final List<Asked> asked = new ArrayList<>();
    final List<Read> reads = new ArrayList<>();
    final List<Connection> closed = new ArrayList<>();
    final List<Connection> paused = new ArrayList<>();

    /// Whether what a call appended is durable before the next input.
    boolean journalAnswers = true;

    /// Whether deadlines that are due are handled before the next input.
    boolean deadlinesAreHandled = true;

    /// Whether our own faults are expected.
    boolean faultsAreExpected;

    /// Who the authenticator says a client is; null if it does not answer by itself.
    Function<Authentication.Request, Authentication.Outcome> authenticator =
            request -> new Authentication.Accepted(Authentication.Identity.ANONYMOUS, null);

    /// What those who connect show in their TLS handshake; null for nothing.
    ClientCertificate certificate;

    /// What the listener by which they come has of its own.
    ListenerLimits listener = ListenerLimits.NONE;

    /// To whom nothing can be sent without a fault of ours.
    Connection broken;

    /// The PUBLISH objects that were sent, each once.
    final Set<Publish> sameObject = Collections.newSetFromMap(new IdentityHashMap<>());

    /// The Topic Alias with which each connection was sent to last, of those that were by one.
    final Map<Connection, Integer> aliases = new HashMap<>();

    /// The bytes that wait in each out-buffer, as the driver would count them; 0 if not set.
    final Map<Connection, Long> backlog = new HashMap<>();

    long now;
    private final List<Input> next = new ArrayList<>();
    private long appended;

    Bench() {
        this(ServerSettings.DEFAULTS);
    }

    Bench(ServerSettings settings) {
        this(settings, AccessRules.OPEN, Recovered.NOTHING);
    }

    Bench(ServerSettings settings, AccessRules accessRules, Recovered recovered) {
        this(settings, accessRules, recovered, 0);
    }

    /// A bench whose server starts at this time of day.
    Bench(ServerSettings settings, AccessRules accessRules, Recovered recovered, long wallMillis) {
        this.server = new Server(settings, accessRules, recovered, 1, wallMillis, 0);
    }

    /// A bench whose server has this limit.
    static Bench with(String limit, long value) {
        return new Bench(settings(limit, value));
    }

    /// The default settings but for one limit.
    static ServerSettings settings(String limit, long value) {
        return Change.of(
                ServerSettings.DEFAULTS, "limits", Change.of(Limits.DEFAULTS, limit, value));
    }

    // ---- inputs

    /// A transport connection on which nothing was sent yet.
    Connection accept() {
        return accept(0);
    }

    /// One that was accepted so long before it was open.
    Connection accept(long nanosAgo) {
        ClientCertificate shown = certificate;
        ListenerLimits own = listener;
        Connection connection =
                new Connection(
                        new Peer() {
                            @Override
                            public String remoteAddress() {
                                return "192.0.2.1:1";
                            }

                            @Override
                            public String listener() {
                                return "tcp";
                            }

                            @Override
                            public ListenerLimits limits() {
                                return own;
                            }

                            @Override
                            public ClientCertificate clientCertificate() {
                                return shown;
                            }
                        });
        handle(new Input.Connected(connection, nanosAgo));
        return connection;
    }

    /// A connection on which `connect` came.
    Connection connect(Connect connect) {
        Connection connection = accept();
        in(connection, connect);
        return connection;
    }

    /// A 5.0 client whose session outlives the connection by that many seconds.
    Connection connect(String clientIdentifier, long expirySeconds) {
        return connect(Packets.connect(clientIdentifier, expirySeconds));
    }

    void in(Connection connection, Packet packet) {
        handle(new Input.PacketReceived(connection, packet));
    }

    void cut(Connection connection) {
        handle(new Input.Disconnected(connection, "cut"));
    }

    void disconnect(Connection connection) {
        in(connection, new Disconnect(org.vencejo.protocol.ReasonCode.SUCCESS, Properties.NONE));
    }

    void authenticated(Connection connection, Authentication.Outcome outcome) {
        handle(new Input.Authenticated(connection, outcome));
    }

    void writable(Connection connection) {
        backlog.remove(connection);
        handle(new Input.Writable(connection));
    }

    /// All that was appended so far is durable.
    void durable() {
        handle(new Input.Durable(appended));
    }

    /// Time passes, and every deadline is handled when it is due.
    void pass(long millis) {
        long until = now + millis * 1_000_000;
        while (server.nextDeadline() <= until) {
            now = Math.max(now, server.nextDeadline());
            handle(new Input.DeadlineReached());
        }
        now = until;
    }

    void handle(Input input) {
        call(input);
        while (!next.isEmpty()) {
            call(next.removeFirst());
        }
        if (journalAnswers && server.mayCommit()) {
            call(new Input.Durable(appended));
        }
        while (deadlinesAreHandled && server.nextDeadline() <= now) {
            call(new Input.DeadlineReached());
            if (journalAnswers && server.mayCommit()) {
                call(new Input.Durable(appended));
            }
        }
    }

    private void call(Input input) {
        server.handle(input, now, this);
        if (!faultsAreExpected) {
            assertThat(server.accounting().balances()).as(server.accounting().toString()).isTrue();
            assertThat(events).noneMatch(Event.Fault.class::isInstance);
        }
    }

    /// The disk answers the first read that waits, from all mutations that there were.
    void answerRead() {
        Read read = reads.removeFirst();
        handle(new Input.QueueRead(read.session, read.read, stored(read)));
    }

    private List<Mutation.Enqueued> stored(Read read) {
        Map<Long, Mutation.Enqueued> queue = new TreeMap<>();
        for (Mutation mutation : mutations) {
            if (mutation instanceof Mutation.Enqueued m && m.session() == read.session) {
                queue.put(m.sequence(), m);
            } else if (mutation instanceof Mutation.Dequeued m && m.session() == read.session) {
                queue.remove(m.sequence());
            }
        }
        List<Mutation.Enqueued> entries = new ArrayList<>();
        long bytes = 0;
        for (Mutation.Enqueued each : queue.values()) {
            if (each.sequence() >= read.from
                    && entries.size() < read.messagesMax
                    && bytes < read.bytesMax) {
                entries.add(each);
                bytes += each.message().bytes();
            }
        }
        return entries;
    }

    // ---- what came of it

    List<Packet> to(Connection connection) {
        return sent.stream()
                .filter(each -> each.connection == connection)
                .map(Sent::packet)
                .toList();
    }

    <P extends Packet> List<P> to(Connection connection, Class<P> type) {
        return to(connection).stream().filter(type::isInstance).map(type::cast).toList();
    }

    /// The payloads of what was published to the client, in order.
    List<String> payloadsTo(Connection connection) {
        return to(connection, Publish.class).stream().map(Packets::text).toList();
    }

    boolean isClosed(Connection connection) {
        return closed.contains(connection);
    }

    boolean isPaused(Connection connection) {
        return paused.contains(connection);
    }

    Accounting accounting() {
        return server.accounting();
    }

    long ended(Fate fate) {
        return server.accounting().endedBy(fate);
    }

    /// The number of the last mutation.
    long appended() {
        return appended;
    }

    /// Forgets what was sent so far.
    void forget() {
        sent.clear();
        mutations.clear();
        events.clear();
    }

    // ---- as Outbox

    @Override
    public long send(Connection connection, Packet packet) {
        assertThat(closed).doesNotContain(connection);
        sent.add(new Sent(connection, packet));
        return backlog.getOrDefault(connection, 0L);
    }

    @Override
    public long publish(
            Connection connection,
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int topicAlias) {
        assertThat(closed).doesNotContain(connection);
        if (connection == broken) {
            throw new IllegalStateException("broken on purpose");
        }
        sameObject.add(publish);
        if (topicAlias != 0) {
            aliases.put(connection, topicAlias);
        }
        sent.add(new Sent(connection, publish.sentAs(packetIdentifier, dup)));
        return backlog.getOrDefault(connection, 0L);
    }

    @Override
    public void close(Connection connection) {
        assertThat(closed).doesNotContain(connection);
        closed.add(connection);
    }

    @Override
    public void pauseReading(Connection connection) {
        assertThat(paused).doesNotContain(connection);
        paused.add(connection);
    }

    @Override
    public void resumeReading(Connection connection) {
        assertThat(paused).contains(connection);
        paused.remove(connection);
    }

    @Override
    public void append(long number, Mutation mutation) {
        assertThat(number).isEqualTo(appended + 1);
        appended = number;
        mutations.add(mutation);
    }

    @Override
    public void readQueue(long session, long read, long from, int messagesMax, long bytesMax) {
        reads.add(new Read(session, read, from, messagesMax, bytesMax));
    }

    @Override
    public void authenticate(Connection connection, Authentication.Request request) {
        asked.add(new Asked(connection, request));
        Authentication.Outcome outcome = authenticator.apply(request);
        if (outcome != null) {
            next.add(new Input.Authenticated(connection, outcome));
        }
    }

    @Override
    public void event(Event event) {
        events.add(event);
    }
}
