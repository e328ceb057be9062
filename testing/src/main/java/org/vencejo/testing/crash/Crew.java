package org.vencejo.testing.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.testing.Seeds;

/// All clients on one thread, which waits for their sockets. Confined to that thread.
final class Crew implements AutoCloseable {
    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    /// How long nothing has to come before clients act of themselves.
    private static final int IDLE_MILLIS = 2;

    private final Seeds seeds;
    private final Notes notes;
    private final Judge judge;
    private final Topology topology;
    private final Selector selector;
    private final List<Client> clients = new ArrayList<>();

    private @Nullable BrokerProcess broker;
    private @Nullable InetSocketAddress address;
    private boolean brokerDead = true;
    private boolean draining;
    private long brokerSince;
    private int kills;
    private long events;
    private long publishes;
    private @Nullable Client lastHeard;

    Crew(Seeds seeds, Notes notes, Judge judge, Topology topology) {
        this.seeds = seeds;
        this.notes = notes;
        this.judge = judge;
        this.topology = topology;
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int add(Client client) {
        clients.add(client);
        return clients.size() - 1;
    }

    Seeds seeds() {
        return seeds;
    }

    Topology topology() {
        return topology;
    }

    /// Notes it before anything is made of it.
    void note(Note.What what, int who, int stream, int number, int detail) {
        Note note = new Note(what, who, stream, number, detail);
        notes.add(note);
        judge.accept(note);
    }

    /// A packet came to this client.
    void event(Client client) {
        events++;
        lastHeard = client;
    }

    /// The last packets of the client that heard the last.
    String lastTrace() {
        return lastHeard == null ? "" : lastHeard.trace();
    }

    long events() {
        return events;
    }

    /// A PUBLISH was sent that asks for an answer.
    void published() {
        publishes++;
    }

    long publishes() {
        return publishes;
    }

    /// How often the broker was killed.
    int kills() {
        return kills;
    }

    /// When the broker that runs began to listen, by [System#nanoTime].
    long brokerSince() {
        return brokerSince;
    }

    /// Whether a will of this client is due and was not seen.
    boolean isWillAwaited(int who) {
        return judge.isWillAwaited(who);
    }

    boolean isBrokerDead() {
        return brokerDead;
    }

    /// Whether clients finish what they began and begin nothing.
    boolean isDraining() {
        return draining;
    }

    void drain(boolean on) {
        draining = on;
    }

    /// From now on clients connect to this broker.
    void serve(BrokerProcess process, InetSocketAddress where) {
        broker = process;
        address = where;
        brokerDead = false;
        brokerSince = System.nanoTime();
    }

    /// The broker is about to be killed: connections end from now on, and none is opened.
    void expectDeath() {
        brokerDead = true;
    }

    @Nullable Line open(ProtocolVersion version, Line.Ear ear) {
        return address == null || brokerDead ? null : Line.open(address, selector, version, ear);
    }

    /// What is under way now.
    Open open() {
        Open open = new Open();
        clients.forEach(each -> each.count(open));
        return open;
    }

    // ---- the loop ----------------------------------------------------------------------------

    /// Lets all clients act until `reached`; breaks the rule if that takes too long.
    void run(String what, BooleanSupplier reached) {
        run(clients, what, reached);
    }

    /// Lets only these clients act.
    void run(List<? extends Client> acting, String what, BooleanSupplier reached) {
        run(acting, Rule.ANSWERS, what, reached);
    }

    /// Lets all clients act until `reached`; what takes too long breaks this rule.
    void run(Rule rule, String what, BooleanSupplier reached) {
        run(clients, rule, what, reached);
    }

    /// Lets only these clients act; what takes too long breaks this rule.
    void run(List<? extends Client> acting, Rule rule, String what, BooleanSupplier reached) {
        long deadline = System.nanoTime() + WAIT_NANOS_MAX;
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw rule.broken(
                        "waited too long until %s; not done: %s; wills that are due: %s"
                                .formatted(what, undone(), judge.willsAwaited()));
            }
            if (broker != null && !broker.isAlive()) {
                throw Rule.ANSWERS.broken("the broker ended by itself, before %s".formatted(what));
            }
            hear(IDLE_MILLIS);
            acting.forEach(Client::act);
        }
    }

    private String undone() {
        return clients.stream()
                .filter(each -> !each.isDone())
                .map(each -> each.getClass().getSimpleName() + " c" + each.who)
                .collect(Collectors.joining(", "));
    }

    /// Lets only what came be heard, until `reached`.
    void listen(String what, BooleanSupplier reached) {
        long deadline = System.nanoTime() + WAIT_NANOS_MAX;
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw Rule.ANSWERS.broken("waited too long until %s".formatted(what));
            }
            hear(IDLE_MILLIS);
        }
    }

    private void hear(int millis) {
        try {
            selector.select(millis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.attachment() instanceof Line each) {
                each.ready();
            }
        }
        selector.selectedKeys().clear();
    }

    /// All hang up at once, and hear what the broker says until it ends their connections.
    void hangUp() {
        expectDeath();
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Line each) {
                each.hangUp();
            }
        }
        hearLastWords();
    }

    /// The broker was killed: what it had sent is heard to the last byte, as it counts.
    void hearLastWords() {
        kills++;
        listen("all connections have ended", () -> selector.keys().isEmpty());
        broker = null;
    }

    @Override
    public void close() {
        for (SelectionKey key : List.copyOf(selector.keys())) {
            if (key.attachment() instanceof Line each) {
                each.close();
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
