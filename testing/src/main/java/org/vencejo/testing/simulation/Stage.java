package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.core.Input;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.session.Fate;
import org.vencejo.testing.memory.LateStore;
import org.vencejo.testing.memory.MemoryServer;

/// A server in memory for a script: actors play by hand, the disk answers when it is told to, and
/// the [Observer] looks at every step.
///
/// Confined to one thread.
public final class Stage {
    private final LateStore store = LateStore.late();
    private final MemoryServer server;
    private final Observer observer;
    private final List<Actor> actors = new ArrayList<>();

    /// A server with defaults and a prompt disk.
    public Stage() {
        this(ServerSettings.DEFAULTS);
    }

    /// A server with a prompt disk.
    public Stage(ServerSettings settings) {
        store.answersAtOnce(true);
        server =
                new MemoryServer(
                        new MemoryServer.Setup(
                                settings,
                                Scenario.RULES,
                                MemoryServer.Authenticator.EVERYBODY,
                                store,
                                1));
        observer = new Observer(server, settings, Scenario.RULES);
    }

    /// Who plays the client of this identifier.
    public Actor actor(String clientIdentifier) {
        Actor actor = new Actor(this, clientIdentifier);
        actors.add(actor);
        return actor;
    }

    MemoryServer server() {
        return server;
    }

    /// Lets the server do all that it can do now, and looks.
    void step() {
        server.settle();
        observer.afterEvent();
    }

    /// Lets the server do a part of what is due: `slices` calls.
    public void someSlices(int slices) {
        server.runDue(slices);
        server.commit();
        observer.afterEvent();
    }

    /// An operator ends the session of this client.
    public void endSession(String clientIdentifier) {
        server.handle(new Input.EndSession(clientIdentifier));
        step();
    }

    /// The disk answers at once, or not before it is told to.
    public void disk(boolean prompt) {
        store.answersAtOnce(prompt);
        step();
    }

    /// The next batch that waits becomes durable.
    public void diskWritesOne() {
        store.makeDurable(store.waiting().getFirst());
        step();
    }

    /// The disk takes nothing; of the batches that wait the first `reached` are on it, which nobody
    /// knows.
    public void diskFails(int reached) {
        store.fails(reached);
        step();
    }

    /// The disk has no room for anything new.
    public void diskFills() {
        store.fills();
        step();
    }

    /// The disk is in order again.
    public void diskHeals() {
        store.heals();
        step();
    }

    /// The journal goes on with so many batches, or tries to.
    public void diskWrites(int batches) {
        store.write(batches);
        step();
    }

    /// How many copies ended so since the last start.
    public long ended(Fate fate) {
        return server.core().accounting().endedBy(fate);
    }

    /// How many batches wait for the disk.
    public int waiting() {
        return store.waiting().size();
    }

    /// Time passes.
    public void pass(double seconds) {
        server.pass(Math.round(seconds * 1_000) * Simulation.MILLI);
        step();
    }

    /// The power goes and comes back; of what waits for the disk the first `survivors` batches had
    /// been written.
    public void crash(int survivors) {
        crash(survivors, 0);
    }

    /// The same; the last `forgotten` of the batches that were written and not synced are gone too.
    public void crash(int survivors, int forgotten) {
        server.crash(survivors, forgotten);
        down();
    }

    /// The server is stopped and started.
    public void stopAndStart() {
        server.stop();
        down();
    }

    private void down() {
        observer.wentDown();
        actors.forEach(Actor::lost);
        server.restart();
    }

    /// What must hold when all is done: everything delivered and answered.
    public void requireAllDelivered() {
        disk(true);
        observer.requireAllDelivered();
    }

    /// Everybody leaves for good, and nothing may be left.
    public void requireNothingLeft() {
        disk(true);
        for (Actor actor : actors) {
            actor.leaveForGood();
        }
        Actor last = actor("last").in(org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1).connect();
        observer.model().retained.topics().forEach(topic -> last.clear(topic.toString()));
        last.leaveForGood();
        observer.requireNothingLeft();
    }
}
