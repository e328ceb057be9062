package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.core.Input;
import org.vencejo.core.Recovered;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.session.Accounting;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// The checker: looks at each call of the core from outside, what went in and what came out, and
/// holds it against the model.
///
/// Confined to one thread. One object for one server, over all its starts.
public final class Observer implements MemoryServer.Watcher {
    /// So often the core may ask to be called at one instant.
    private static final int CALLS_AT_ONE_INSTANT_MAX = 20_000;

    /// How late a silent client may be cut (A20).
    private static final long KEEP_ALIVE_TOLERANCE_NANOS = 1_000_000_000L;

    private final MemoryServer server;
    private final ServerSettings settings;
    private final Trace trace = new Trace();
    private final Model model;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final Durability durability;
    private final Reasons reasons;
    private final Map<Connection, Tap> taps = new LinkedHashMap<>();
    private @Nullable Recovered toSettle;
    private Event.@Nullable Fault fault;
    private final List<ModelSession> overfull = new ArrayList<>();
    private @Nullable Tap deprived;
    private long calls;
    private long callsLookedAt = -1;
    private long instant;
    private int deadlinesAtInstant;

    /// Watches `server`, which was made of these settings and rules, from now on.
    public Observer(MemoryServer server, ServerSettings settings, AccessRules accessRules) {
        this.server = server;
        this.settings = settings;
        this.model = new Model(settings, accessRules);
        this.durability = new Durability(server.store(), model);
        this.reasons = new Reasons(model);
        this.incoming = new Incoming(model);
        this.outgoing = new Outgoing(model, durability);
        server.watcher(this);
        server.listener(this::event);
    }

    /// Notes something that happened outside of the server.
    void note(String line) {
        trace.add(server.nowNanos(), line);
    }

    Trace trace() {
        return trace;
    }

    Model model() {
        return model;
    }

    double nowSeconds() {
        return server.nowNanos() / 1e9;
    }

    /// How many calls of the core there were.
    long calls() {
        return calls;
    }

    // ---- one call of the core
    // -----------------------------------------------------------------------

    @Override
    public void handling(Input input) {
        calls++;
        model.now(server.nowNanos());
        if (trace.isInWords()) {
            String words = Words.of(input, taps);
            if (!words.isEmpty()) {
                note(words);
            }
        }
        Recovered found = toSettle;
        if (found != null) {
            toSettle = null;
            model.slicing(true); // wills may be on their way while sessions end
            Restart.settle(model, found, server.wallMillis());
        }
        if (input instanceof Input.DeadlineReached) {
            requireNoSpin();
        }
    }

    private void requireNoSpin() {
        deadlinesAtInstant = instant == server.nowNanos() ? deadlinesAtInstant + 1 : 0;
        instant = server.nowNanos();
        Invariant.NO_SPIN.require(
                deadlinesAtInstant < CALLS_AT_ONE_INSTANT_MAX,
                "it asked %d times",
                deadlinesAtInstant);
    }

    @Override
    public void handled(Input input) {
        Event.Fault ours = fault;
        if (ours != null) {
            throw (Broken) Invariant.NO_FAULT.broken("" + ours.cause()).initCause(ours.cause());
        }
        model.slicing(server.nextDeadline() <= server.nowNanos());
        effect(input);
        Map<Tap, List<Tap.Sent>> all = unseen();
        // CONNACK and the end in one call: a DISCONNECT had waited behind CONNECT.
        all.forEach((tap, sent) -> {
            if (tap.connection.isClosedByServer() && saysGoodbye(tap)) {
                establish(tap, sent);
            }
        });
        closings();
        model.retained.learn(() -> server.core().durableState().retained());
        if (settings.queueFullPolicy() == ServerSettings.QueueFullPolicy.END_SESSION) {
            overfull.forEach(model::endNow);
        }
        overfull.clear();
        outputs(all);
        if (input instanceof Input.EndSession asked) {
            requireSessionEnded(asked.clientIdentifier());
        }
        for (Tap tap : List.copyOf(taps.values())) {
            requireClosed(tap);
            requireNothingAfterEnd(tap);
            if (tap.connection.isGone()) {
                taps.remove(tap.connection.connection());
            }
        }
        afterCall();
    }

    // Those that the server closed in this call.
    private void closings() {
        List<Tap> closed = new ArrayList<>();
        List<ModelSession> sessions = new ArrayList<>();
        for (Tap tap : taps.values()) {
            if (!tap.ended && tap.connection.isClosedByServer()) {
                closed.add(tap);
                ModelSession session = tap.session;
                if (session != null && tap.equals(session.tap)) {
                    sessions.add(session);
                }
            }
        }
        model.together(
                sessions,
                sessions.size(),
                () -> closed.forEach(tap -> model.connectionEnded(tap, false)));
    }

    private static void requireClosed(Tap tap) {
        String what = tap.mustClose;
        if (what != null) {
            Invariant.REFUSED.require(
                    tap.connection.isClosedByServer() || tap.ended,
                    "nothing can be kept, and %s goes on behind %s",
                    tap,
                    what);
        }
    }

    private static void requireNothingAfterEnd(Tap tap) {
        Invariant.NOTHING_AFTER_END.require(
                tap.connection.sentAfterClose() == 0, "%s was sent more after its close", tap);
    }

    private void effect(Input input) {
        switch (input) {
            case Input.Connected i ->
                    taps.put(i.connection(), new Tap((MemoryConnection) i.connection().peer()));
            case Input.PacketReceived i -> packet(i.connection(), i.packet());
            case Input.Authenticated i -> authenticated(i.connection(), i.outcome());
            case Input.Disconnected i -> {
                Tap tap = taps.get(i.connection());
                if (tap != null) {
                    model.connectionEnded(tap, saysGoodbye(tap));
                    taps.remove(i.connection());
                }
            }
            case Input.DeadlineReached i ->
                    model.passed(server.nextDeadline(), this::willIsGone, this::hasEnded);
            case Input.PublishLocally i -> model.accept(null, i.publish(), false);
            case Input.ReadingWasPaused i -> {
                Tap tap = taps.get(i.connection());
                if (tap != null) {
                    tap.lastPacketNanos += i.nanos();
                }
            }
            case Input.PacketRejected i -> {}
            case Input.Writable i -> {}
            case Input.Durable i -> durability.requireTakenWhole();
            case Input.Expel i -> {}
            case Input.EndSession i -> endsSession(i.clientIdentifier());
            case Input.PushedOut i -> {}
            case Input.AtMostOnceDropped i -> {}
            case Input.Reconfigured i -> {}
            case Input.QueueRead i -> {}
            case Input.StoreUnavailable i -> model.refusals.unavailable(i.stillWrites());
            case Input.StoreAvailable i -> model.refusals.available();
            case Input.ShutDown i -> model.refusals.stopping();
            case Input.RulesChanged i -> {}
            case Input.UsersChanged i -> {}
        }
    }

    private void endsSession(String clientIdentifier) {
        model.catchUp(clientIdentifier);
        ModelSession session = model.sessions.get(clientIdentifier);
        deprived = session == null ? null : session.tap;
        if (session != null) {
            model.endNow(session);
        }
    }

    private void requireSessionEnded(String clientIdentifier) {
        Invariant.SESSION_ENDED.require(
                !server.core().hasSession(clientIdentifier),
                "%s still has a session",
                clientIdentifier);
        Tap tap = deprived;
        if (tap == null) {
            return;
        }
        Invariant.SESSION_ENDED.require(
                tap.connection.isClosedByServer(), "%s goes on without a session", tap);
        boolean told = tap.disconnectedWith == ReasonCode.ADMINISTRATIVE_ACTION;
        Invariant.SESSION_ENDED.require(
                told == (tap.established && tap.version.isMqtt5()),
                "%s was %s that an operator has ended its session",
                tap,
                told ? "told" : "not told");
    }

    // What was due at an instant at which the core is still busy is told by what it has left.
    private boolean willIsGone(ModelSession session) {
        Recovered.Session now = durable(session);
        return now == null || now.connected().will() == null;
    }

    private boolean hasEnded(ModelSession session) {
        return durable(session) == null;
    }

    private Recovered.@Nullable Session durable(ModelSession session) {
        for (Recovered.Session each : server.core().durableState().sessions()) {
            if (each.created().clientIdentifier().equals(session.clientIdentifier)) {
                return each;
            }
        }
        return null;
    }

    private void packet(Connection connection, Packet packet) {
        Tap tap = taps.get(connection);
        if (tap == null || tap.ended) {
            return;
        }
        if (tap.established) {
            incoming.received(tap, packet, false);
        } else if (packet instanceof Connect connect && tap.connect == null) {
            tap.connect(connect);
        } else {
            tap.behind.add(packet instanceof Publish publish ? stored(publish) : packet);
        }
    }

    private static Publish stored(Publish publish) {
        return new Publish(
                publish.topicName(),
                publish.payload().stored(),
                publish.qos(),
                publish.retain(),
                publish.dup(),
                publish.packetIdentifier(),
                publish.properties());
    }

    private void authenticated(Connection connection, Authentication.Outcome outcome) {
        Tap tap = taps.get(connection);
        boolean accepted = outcome instanceof Authentication.Accepted;
        if (tap == null || tap.ended || tap.accepted || !accepted) {
            return;
        }
        Connect connect = tap.connect;
        tap.userName = ((Authentication.Accepted) outcome).identity().userName();
        model.catchUp(connection.clientIdentifier());
        tap.isOfAnother = !model.isOpenTo(connection.clientIdentifier(), tap.userName);
        if (tap.isOfAnother) {
            return; // it is refused, and nothing is taken over
        }
        tap.isRefused =
                connect != null && model.refusals.refuses(connect, connection.clientIdentifier());
        if (tap.isRefused) {
            tap.mustClose = "its CONNECT";
            return;
        }
        if (connect != null && !tap.connection.isClosedByServer()) {
            // Before anything else is looked at: the takeover decides who is owed what.
            model.connect(tap, connect, connection.clientIdentifier());
        }
    }

    private Map<Tap, List<Tap.Sent>> unseen() {
        Map<Tap, List<Tap.Sent>> all = new LinkedHashMap<>();
        for (Tap tap : taps.values()) {
            if (tap.connection.hasUnseen()) {
                all.put(tap, tap.sent());
            }
        }
        return all;
    }

    private static boolean saysGoodbye(Tap tap) {
        return tap.behind.stream().anyMatch(Disconnect.class::isInstance);
    }

    private void outputs(Map<Tap, List<Tap.Sent>> all) {
        all.forEach(this::establish);
        all.forEach((tap, sent) -> {
            for (Tap.Sent each : sent) {
                trace.mix(server.nowNanos(), each.bytes());
                if (trace.isInWords()) {
                    note(Words.of(tap, each));
                }
                outgoing.sent(tap, each.packet(), each.bytes().length);
            }
        });
    }

    // What came behind CONNECT is handled as soon as CONNACK is sent (A23).
    private void establish(Tap tap, List<Tap.Sent> sent) {
        for (Tap.Sent each : sent) {
            if (!tap.established
                    && each.packet() instanceof Connack connack
                    && connack.reasonCode() == ReasonCode.SUCCESS) {
                Invariant.OWNER.require(
                        !tap.isOfAnother,
                        "%s was let in as %s, and the session is that of %s",
                        tap,
                        Words.user(tap.userName),
                        Words.user(model.owner(tap.connection.connection().clientIdentifier())));
                outgoing.established(tap, connack, server.nowNanos());
                List<Packet> behind = new ArrayList<>(tap.behind);
                tap.behind.clear();
                for (Packet packet : behind) {
                    if (!tap.ended) {
                        incoming.received(tap, packet, true);
                    }
                }
            }
        }
    }

    private void event(Event event) {
        if (event instanceof Event.Fault told && fault == null) {
            fault = told;
        } else if (event instanceof Event.QueueFull full) {
            ModelSession session = model.sessions.get(full.clientIdentifier());
            if (session != null) {
                session.overflowed = true;
                overfull.add(session);
            }
        }
    }

    private void afterCall() {
        Accounting counted = server.core().accounting();
        model.accounts.requireFates(counted);
        reasons.require(counted);
        long flying = model.sessions.values().stream().mapToLong(ModelSession::inFlight).sum();
        long givenUp = model.sessions.values().stream().mapToLong(ModelSession::mayBeGivenUp).sum();
        Invariant.IN_FLIGHT.require(
                counted.inFlightCopies() <= flying && counted.inFlightCopies() >= flying - givenUp,
                "clients have %d copies open, counted are %s",
                flying,
                counted);
        Invariant.SHORT_CALLS.require(
                server.publishesInCall() <= settings.limits().sliceMax(),
                "%d messages were sent in one call",
                server.publishesInCall());
        if (server.nextDeadline() > server.nowNanos()) {
            model.accounts.requireCopies(counted);
        }
    }

    // ---- between calls
    // -------------------------------------------------------------------------------

    /// An event is over: what it left is looked at as a whole.
    public void afterEvent() {
        model.now(server.nowNanos());
        boolean complete = !server.hasUncommitted();
        if (server.isRunning() && complete && callsLookedAt != calls) {
            callsLookedAt = calls;
            Recovered core = server.core().durableState();
            StoredOrNot.require(core, server.store().recoveredWithWaiting());
            for (Recovered.Session each : core.sessions()) {
                ModelSession session = model.sessions.get(each.created().clientIdentifier());
                if (session != null && session.number == 0 && session.kept) {
                    session.number = each.created().session();
                }
            }
        }
        requireKeepAlive();
        requireOneConnection();
    }

    private void requireKeepAlive() {
        for (Tap tap : taps.values()) {
            long silent = server.nowNanos() - tap.lastPacketNanos;
            Invariant.KEEP_ALIVE.require(
                    !tap.established
                            || tap.ended
                            || tap.keepAliveNanos == 0
                            || tap.connection.isReadingPaused()
                            || silent <= tap.keepAliveNanos + KEEP_ALIVE_TOLERANCE_NANOS,
                    "%s is silent for %d ms and still there",
                    tap,
                    silent / 1_000_000);
        }
    }

    private void requireOneConnection() {
        Map<String, Tap> established = new LinkedHashMap<>();
        for (Tap tap : taps.values()) {
            if (tap.established && !tap.ended) {
                Tap other = established.put(tap.connection.connection().clientIdentifier(), tap);
                Invariant.ONE_CONNECTION.require(
                        other == null, "%s and %s have one Client Identifier", other, tap);
            }
        }
    }

    /// The server went down, and everything that is durable is in the store.
    public void wentDown() {
        durability.requireAllKept();
        taps.values().forEach(tap -> tap.ended = true);
        taps.clear();
        Recovered found = server.store().recovered();
        model.refusals.begins();
        Restart.restore(model, found);
        reasons.restarted(found);
        toSettle = found;
    }

    /// Everything has come to rest: what was to be delivered has been, what was asked is answered.
    public void requireAllDelivered() {
        new AtRest(server, model, taps.values()).require();
    }

    /// Everybody has left and all that lasts has been taken back or expired.
    public void requireNothingLeft() {
        AtRest.requireNothingLeft(server);
    }
}
