package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.core.Input;
import org.vencejo.core.Limits;
import org.vencejo.core.ServerSettings;
import org.vencejo.testing.memory.LateStore;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// A server, its clients, their links and the disk, to which commands happen.
///
/// Confined to one thread. Nothing in it is left to chance: the same steps lead to the same. After
/// each the [Observer] looks at everything. What makes no sense when its turn comes (who is not
/// connected cannot publish) is left out, so that any part of a script is a script.
final class World {
    /// More than that at one instant means that it does not come to rest.
    private static final int MOVES_MAX = 200_000;

    /// For ever, in the words of a client of 3.x as well.
    private static final long FOR_EVER = Limits.NEVER_SECONDS;

    private final Traffic traffic;
    private final LateStore store = LateStore.late();
    private final MemoryServer server;
    private final Observer observer;
    private final List<Step> performed = new ArrayList<>();

    private final Map<String, SimulatedClient> clients = new HashMap<>();

    /// Those of them who ever connected.
    private final Map<String, SimulatedClient> visitors = new TreeMap<>();

    private final Map<String, Link> linksByName = new HashMap<>();
    private final Map<MemoryConnection, Link> linksByConnection = new HashMap<>();
    private final List<Link> links = new ArrayList<>();

    private int readsTold;
    private boolean dueWaits;
    private boolean calm;

    World(ServerSettings settings, long seed, Traffic traffic, boolean inWords) {
        this.traffic = traffic;
        this.server =
                new MemoryServer(
                        new MemoryServer.Setup(
                                settings, Scenario.RULES, this::authenticate, store, seed));
        this.observer = new Observer(server, settings, Scenario.RULES);
        observer.trace().inWords(inWords);
        store.answersAtOnce(true);
    }

    Observer observer() {
        return observer;
    }

    MemoryServer server() {
        return server;
    }

    long now() {
        return server.nowNanos();
    }

    /// The steps that made sense so far.
    List<Step> performed() {
        return performed;
    }

    /// The client of this name.
    SimulatedClient client(String name) {
        return clients.computeIfAbsent(name, SimulatedClient::new);
    }

    /// How many batches up to this number wait for the disk.
    int waiting(long upTo) {
        return (int) store.waiting().stream().filter(number -> number <= upTo).count();
    }

    /// How many batches were told as durable and are not synced.
    int unsynced() {
        return store.unsynced();
    }

    boolean isDiskInTrouble() {
        return store.isBroken() || store.isFull();
    }

    /// Whether the server thinks that the disk is in another state than it is.
    boolean hasNewsOfDisk() {
        return store.hasNews();
    }

    /// How many reads of queues wait for the disk.
    int readsWaiting() {
        return store.readsWaiting();
    }

    // ---- one step
    // -----------------------------------------------------------------------------------

    /// Lets `step` happen; returns whether it made sense.
    boolean perform(Step step) {
        performed.add(step);
        if (!happens(step.command())) {
            performed.removeLast();
            return false;
        }
        if (step.command() instanceof Command.Passes passes) {
            joinPasses(passes);
        } else {
            afterwards(step.tickGoesOn());
        }
        return true;
    }

    // Twice is longer, unless something may have been done in between.
    private void joinPasses(Command.Passes passes) {
        Step before = performed.size() < 2 ? null : performed.get(performed.size() - 2);
        if (dueWaits && before != null && before.command() instanceof Command.Passes earlier) {
            performed.removeLast();
            performed.removeLast();
            performed.add(Step.of(new Command.Passes(earlier.nanos() + passes.nanos())));
        }
    }

    private boolean happens(Command command) {
        return switch (command) {
            case Command.Connects c -> connects(c);
            case Command.OfClient c -> client(c.client()).does(c);
            case Command.OfLink c -> {
                Link link = linksByName.get(c.link());
                yield link != null && happens(link, c);
            }
            case Command.EndsSession c -> server.isRunning() && endsSession(c.client());
            case Command.DiskWrites c -> server.isRunning() && diskWrites(c.batches());
            case Command.DiskReads c -> server.isRunning() && diskReads(c.reads());
            case Command.DiskWaits c -> diskAnswersAtOnce(false);
            case Command.DiskIsPrompt c -> diskAnswersAtOnce(true);
            case Command.DiskFails c -> diskFails(c.reached());
            case Command.DiskFills c -> diskFills();
            case Command.DiskHeals c -> diskHeals();
            case Command.Passes c -> passes(c.nanos());
            case Command.Due c -> server.runDue(c.calls()) > 0;
            case Command.DueWaits c -> dueWaits(true);
            case Command.DueIsPrompt c -> dueWaits(false);
            case Command.PowerGoes c ->
                    server.isRunning() && powerGoes(c.survivors(), c.forgotten());
            case Command.Stops c -> server.isRunning() && stops();
            case Command.Starts c -> !server.isRunning() && !store.isBroken() && starts();
        };
    }

    private boolean happens(Link link, Command.OfLink command) {
        return switch (command) {
            case Command.Arrives c -> link.arrives(c.bytes());
            case Command.Reads c -> link.reads(c.bytes());
            case Command.Comes c -> link.comes(c.bytes(), c.refusing());
            case Command.Breaks c -> link.breaks();
            case Command.Ends c -> link.ends();
            case Command.IsWelcome c -> letIn(link);
        };
    }

    // What follows from a step by itself.
    private void afterwards(boolean tickGoesOn) {
        pump();
        if (!tickGoesOn) {
            commit();
        }
        observer.afterEvent();
        for (int moves = 0; hastens(); moves++) {
            Invariant.NO_SPIN.require(moves < MOVES_MAX, "it does not come to rest");
            pump();
            commit();
            observer.afterEvent();
        }
        if (store.readsWaiting() > readsTold) {
            traffic.reading();
        }
        readsTold = store.readsWaiting();
    }

    // One of those things that nobody holds up.
    private boolean hastens() {
        if ((calm || !dueWaits) && server.runDue(1) > 0) {
            return true;
        }
        for (Link link : links) {
            if (link.hastens(calm)) {
                return true;
            }
        }
        return false;
    }

    private void pump() {
        for (Link link : List.copyOf(links)) {
            link.pump(calm);
        }
        links.removeIf(Link::isGone);
    }

    private void commit() {
        if (!server.isRunning() || !server.hasUncommitted()) {
            return;
        }
        int before = store.waiting().size();
        server.commit();
        List<Long> waiting = store.waiting();
        if (waiting.size() > before) {
            traffic.appended(waiting.getLast());
        }
        pump();
    }

    // ---- clients
    // -------------------------------------------------------------------------------------

    private boolean connects(Command.Connects told) {
        SimulatedClient client = client(told.client());
        if (client.hasLink() || !server.isRunning()) {
            return false;
        }
        client.connect(newLink(told.link(), client, told.manner()), told.terms());
        visitors.put(told.client(), client);
        return true;
    }

    private Link newLink(String name, SimulatedClient client, Command.Manner manner) {
        Link link = new Link(name, server.accept(), client, manner, traffic);
        links.add(link);
        linksByName.put(name, link);
        linksByConnection.put(link.connection(), link);
        return link;
    }

    // Everybody is who he says, at once or later, and in two steps if he likes.
    private Authentication.@Nullable Outcome authenticate(
            MemoryConnection connection, Authentication.Request request) {
        Authentication.Outcome outcome =
                switch (request) {
                    case Authentication.Credentials r -> welcome(r.userName());
                    case Authentication.Step r ->
                            r.first()
                                    ? new Authentication.More(new byte[] {1})
                                    : welcome(r.userName());
                };
        Link link = linksByConnection.get(connection);
        if (calm || link == null || !link.isLate()) {
            return outcome;
        }
        link.waitsFor(outcome);
        return null;
    }

    private static Authentication.Outcome welcome(@Nullable String userName) {
        return new Authentication.Accepted(new Authentication.Identity(userName), null);
    }

    private boolean letIn(Link link) {
        Authentication.Outcome outcome = link.takeOutcome();
        if (outcome == null || !server.isRunning()) {
            return false;
        }
        server.authenticated(link.connection(), outcome);
        return true;
    }

    // ---- the operator
    // ------------------------------------------------------------------------------------

    private boolean endsSession(String name) {
        client(name).losesSession();
        server.handle(new Input.EndSession(name));
        return true;
    }

    // ---- disk, time, power
    // ---------------------------------------------------------------------------

    private boolean diskWrites(int batches) {
        return batches > 0 && store.write(batches);
    }

    private boolean diskFails(int reached) {
        if (store.isBroken()) {
            return false;
        }
        observer.note(
                "THE DISK FAILS, and may have %d of %d batches that wait"
                        .formatted(reached, waiting(Long.MAX_VALUE)));
        return store.fails(reached);
    }

    private boolean diskFills() {
        if (store.isFull()) {
            return false;
        }
        observer.note("THE DISK IS FULL");
        return store.fills();
    }

    private boolean diskHeals() {
        if (!isDiskInTrouble()) {
            return false;
        }
        observer.note("THE DISK IS IN ORDER AGAIN");
        return store.heals();
    }

    private boolean diskReads(int reads) {
        if (store.readsWaiting() == 0 || reads < 1 || store.isBroken()) {
            return false;
        }
        store.answerReads(Math.min(reads, store.readsWaiting()));
        return true;
    }

    private boolean diskAnswersAtOnce(boolean atOnce) {
        store.answersAtOnce(atOnce);
        return true;
    }

    private boolean dueWaits(boolean waits) {
        dueWaits = waits;
        return true;
    }

    // What is due before the end of that time is done in its turn.
    private boolean passes(long nanos) {
        long end = now() + nanos;
        while (server.nextDeadline() < end) {
            server.goTo(Math.max(now(), server.nextDeadline()));
            server.runDue(1);
            afterwards(false);
        }
        server.goTo(end);
        if (!dueWaits) {
            afterwards(false);
        }
        return nanos > 0;
    }

    private boolean powerGoes(int survivors, int forgotten) {
        int written = Math.min(survivors, store.waiting().size());
        int forgets = written > 0 ? 0 : Math.min(forgotten, store.unsynced());
        observer.note(
                "THE POWER GOES: %d of %d batches that wait were written, %d of %d are forgotten"
                        .formatted(written, store.waiting().size(), forgets, store.unsynced()));
        server.crash(written, forgets);
        return down();
    }

    private boolean stops() {
        server.stop();
        pump();
        return down();
    }

    private boolean down() {
        links.forEach(Link::takeOutcome); // by a server that is gone
        observer.wentDown();
        return true;
    }

    private boolean starts() {
        observer.note("the server starts");
        server.restart();
        return true;
    }

    // ---- the end
    // ------------------------------------------------------------------------------------

    /// The storm calms down, and what was promised must be there; then everybody leaves, and
    /// nothing may be left.
    void finish() {
        observer.note("calm weather from here on");
        calm = true;
        diskHeals();
        diskAnswersAtOnce(true);
        if (!server.isRunning()) {
            starts();
        }
        links.forEach(this::letIn);
        afterwards(false);
        visitors.forEach(this::comesBack);
        afterwards(false);
        observer.requireAllDelivered();
        visitors.forEach((name, client) -> {
            client.does(new Command.TurnsAway(name));
            client.leaveForGood(
                    newLink(name + ".last", client, Command.Manner.PROMPT), owner(name));
        });
        afterwards(false);
        takeBackWhatIsRetained();
        observer.requireNothingLeft();
    }

    private void comesBack(String name, SimulatedClient client) {
        client.answersAgain();
        if (!client.hasLink()) {
            client.connect(
                    newLink(name + ".back", client, Command.Manner.PROMPT),
                    client.plainTerms(owner(name), false, FOR_EVER));
        }
    }

    private String owner(String clientIdentifier) {
        return Objects.requireNonNullElse(observer.model().owner(clientIdentifier), "");
    }

    private void takeBackWhatIsRetained() {
        SimulatedClient last = new SimulatedClient("last");
        last.connect(newLink("last.1", last, Command.Manner.PROMPT), last.plainTerms("", true, 0));
        last.takeBack(observer.model().retained.topics());
        afterwards(false);
        last.does(new Command.Disconnects("last", false));
        afterwards(false);
    }
}
