package org.vencejo.testing.crash;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Will;
import org.vencejo.testing.Seeds;

/// One client with its session, over as many connections as it takes. Confined to the tester's
/// thread.
///
/// It obeys the protocol; what its kind does of itself is in [#act()], which is called again and
/// again and never waits.
abstract class Client implements Line.Ear {
    /// Longer than any run.
    static final long EXPIRY_SECONDS = 86_400;

    // For ever.
    final Crew crew;
    final int who;
    final ProtocolVersion version;
    final Seeds seeds;
    private final Trace trace = new Trace();

    // For the session.
    private int lastIdentifier;

    // For the connection.
    private @Nullable Line line;
    private boolean connected;
    private int asked;
    private boolean leaving;

    Client(Crew crew, ProtocolVersion version) {
        this.crew = crew;
        this.who = crew.add(this);
        this.version = version;
        this.seeds = crew.seeds().fork();
    }

    /// What a CONNECT asks for. `expirySeconds` is 0 for a session that is not kept.
    record Terms(boolean clean, long expirySeconds, int receiveMaximum, @Nullable Will will) {
        static final Terms KEPT = new Terms(false, EXPIRY_SECONDS, 0, null);
        static final Terms NOT_KEPT = new Terms(true, 0, 0, null);
    }

    // ---- connection --------------------------------------------------------------------------

    /// Sends CONNECT over a connection of its own. One that is there goes on until the broker ends
    /// it, but is not listened to any more.
    void connect(Terms terms) {
        Line next = crew.open(version, this);
        if (next == null) {
            return;
        }
        boolean wasConnected = connected;
        line = next;
        connected = false;
        leaving = false;
        if (wasConnected) {
            onLost();
        }
        asked = (terms.clean ? Note.CLEAN : 0) | (terms.expirySeconds > 0 ? Note.KEPT : 0);
        crew.note(Note.What.CONNECTING, who, 0, 0, asked);
        Properties.Builder properties = Properties.builder();
        if (version.isMqtt5() && terms.expirySeconds > 0) {
            properties.put(Property.SESSION_EXPIRY_INTERVAL, terms.expirySeconds);
        }
        if (version.isMqtt5() && terms.receiveMaximum > 0) {
            properties.put(Property.RECEIVE_MAXIMUM, terms.receiveMaximum);
        }
        send(
                new Connect(
                        version,
                        "c" + who,
                        terms.clean,
                        0,
                        terms.will,
                        null,
                        null,
                        properties.build()));
    }

    boolean isConnected() {
        return connected;
    }

    /// Whether a connection is there, answered or not.
    boolean isUnderWay() {
        return line != null;
    }

    void send(Packet packet) {
        if (line != null) {
            trace.said(packet);
            line.send(packet);
        }
    }

    /// Ends the connection with DISCONNECT, or without.
    void leave(boolean politely) {
        if (line != null) {
            if (politely) {
                send(new Disconnect(ReasonCode.SUCCESS));
            }
            line.close();
            trace.happened("the client leaves");
            gone();
        }
    }

    /// Ends the connection with DISCONNECT, and lets the broker close it.
    void sayGoodbye() {
        if (line != null) {
            leaving = true;
            send(new Disconnect(ReasonCode.SUCCESS));
        }
    }

    private void gone() {
        line = null;
        connected = false;
        onLost();
    }

    @Override
    public final void lost(Line which) {
        if (which == line) {
            if (!leaving && !crew.isBrokerDead()) {
                throw Rule.ANSWERS.broken("the connection of client %d was closed".formatted(who));
            }
            trace.happened(crew.isBrokerDead() ? "the broker is dead" : "the broker closed");
            gone();
        }
    }

    @Override
    public final void heard(Line which, Packet packet) {
        if (which != line) {
            return;
        }
        crew.event(this);
        trace.heard(packet);
        if (packet instanceof Connack connack) {
            connack(connack);
        } else if (packet instanceof Disconnect disconnect) {
            throw Rule.ANSWERS.broken("client %d was sent %s".formatted(who, disconnect));
        } else {
            onPacket(packet);
        }
    }

    private void connack(Connack connack) {
        if (connack.reasonCode() != ReasonCode.SUCCESS) {
            throw Rule.ANSWERS.broken("client %d was refused: %s".formatted(who, connack));
        }
        int present = connack.sessionPresent() ? Note.PRESENT : 0;
        crew.note(Note.What.CONNECTED, who, 0, 0, asked | present);
        connected = true;
        onConnected(connack.sessionPresent());
    }

    /// The last packets, for a failure.
    String trace() {
        return "the last of client %d (-> to the broker, <- from it):%n%s"
                .formatted(who, trace.text());
    }

    /// A Packet Identifier that comes after the last.
    int nextIdentifier() {
        lastIdentifier = lastIdentifier % 0xFFFF + 1;
        return lastIdentifier;
    }

    /// What is under way with this client.
    void count(Open open) {
        if (line != null && !connected) {
            open.add(Open.Kind.CONNACK, 1);
            open.add(Open.Kind.HANDSHAKE, 1);
        }
    }

    // ---- its kind ----------------------------------------------------------------------------

    /// Does something, or nothing.
    abstract void act();

    /// Whether it is done with all that it began: connected, if its session is kept, with no
    /// exchange open. While the crew drains, it begins nothing new.
    abstract boolean isDone();

    abstract void onConnected(boolean sessionPresent);

    abstract void onPacket(Packet packet);

    abstract void onLost();
}
