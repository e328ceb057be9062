package org.vencejo.testing.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.testing.memory.MemoryConnection;

/// The network between one client and one connection of the server: bytes arrive in order, when it
/// is said, and in pieces as it is said, until the link breaks.
///
/// Confined to one thread.
final class Link {
    private final String name;
    private final MemoryConnection connection;
    private final SimulatedClient client;
    private final Command.Manner manner;
    private final Traffic traffic;

    // Under way
    private final ByteBuf up = Unpooled.buffer();
    private final ByteBuf down = Unpooled.buffer();
    private Authentication.@Nullable Outcome atTheDoor;
    private boolean readIsDue;

    // How it ends
    private boolean clientLeft;
    private boolean clientHungUp;
    private boolean over;
    private boolean clientWasTold;

    Link(
            String name,
            MemoryConnection connection,
            SimulatedClient client,
            Command.Manner manner,
            Traffic traffic) {
        this.name = name;
        this.connection = connection;
        this.client = client;
        this.manner = manner;
        this.traffic = traffic;
    }

    String name() {
        return name;
    }

    SimulatedClient client() {
        return client;
    }

    MemoryConnection connection() {
        return connection;
    }

    // ---- bytes
    // --------------------------------------------------------------------------------------

    /// The client sends.
    void send(byte[] bytes) {
        up.writeBytes(bytes);
        traffic.sent(this, bytes.length);
    }

    /// At most so many bytes reach the server; returns whether there were any.
    boolean arrives(int most) {
        byte[] bytes = taken(up, most);
        if (bytes.length > 0) {
            connection.receive(bytes);
        }
        return bytes.length > 0;
    }

    /// Takes what the server sent on its way to the client.
    void pump(boolean calm) {
        if (!manner.slow() || calm || clientLeft) {
            if (connection.waiting() > 0) {
                carry(connection.take());
            }
        } else if (!readIsDue && connection.waiting() > 0) {
            readIsDue = true;
            traffic.readable(this);
        }
        if (connection.isGone() && !over) {
            over = true;
            traffic.over(this);
        }
    }

    /// A slow reader reads; returns whether there was something.
    boolean reads(int most) {
        readIsDue = false;
        byte[] bytes = connection.take(most);
        carry(bytes);
        return bytes.length > 0;
    }

    private void carry(byte[] bytes) {
        if (bytes.length > 0 && !clientLeft) {
            down.writeBytes(bytes);
            traffic.sentBack(this, bytes.length);
        }
    }

    /// At most so many bytes reach the client; returns whether there were any.
    boolean comes(int most, boolean refusing) {
        byte[] bytes = taken(down, most);
        if (bytes.length > 0) {
            client.received(this, bytes, refusing);
        }
        return bytes.length > 0;
    }

    private static byte[] taken(ByteBuf from, int most) {
        byte[] bytes = new byte[Math.min(most, from.readableBytes())];
        from.readBytes(bytes);
        from.discardSomeReadBytes();
        return bytes;
    }

    // ---- the door
    // -----------------------------------------------------------------------------------

    /// Whether its client is let in later.
    boolean isLate() {
        return manner.late();
    }

    /// Its client waits for this answer.
    void waitsFor(Authentication.Outcome outcome) {
        atTheDoor = outcome;
        traffic.waitsAtTheDoor(this);
    }

    /// The answer that its client waits for, if any; from now on it does not.
    Authentication.@Nullable Outcome takeOutcome() {
        Authentication.Outcome outcome = atTheDoor;
        atTheDoor = null;
        return outcome;
    }

    /// The client owes answers.
    void owes() {
        traffic.owes(this);
    }

    // ---- how it ends
    // --------------------------------------------------------------------------------

    /// The client turns to another connection and leaves this one as it is.
    void leave() {
        clientLeft = true;
    }

    /// The client hangs up, after its last packet or without one.
    void hangUp(boolean afterLastPacket) {
        clientLeft = true;
        clientHungUp = true;
        traffic.left(this, afterLastPacket);
    }

    /// The server sees the end; returns whether it had not.
    boolean breaks() {
        boolean there = !connection.isGone();
        connection.cut("the link broke");
        return there;
    }

    /// The client sees the end, if it came; returns whether it had not.
    boolean ends() {
        if (!over || clientWasTold) {
            return false;
        }
        clientWasTold = true;
        client.lost(this);
        connection.cut("closed by both");
        return true;
    }

    boolean isGone() {
        return over && clientWasTold;
    }

    // ---- without delay
    // ------------------------------------------------------------------------------

    /// Does one of those things that nobody holds up; returns whether there was one.
    boolean hastens(boolean calm) {
        if (!manner.hesitating() || calm) {
            if (client.isOn(this) && client.answers()) {
                return true;
            }
        }
        if (manner.lagging() && !calm) {
            return false;
        }
        return arrives(Command.ALL)
                || comes(Command.ALL, false)
                || ((clientHungUp || (calm && clientLeft)) && breaks())
                || ends();
    }
}
