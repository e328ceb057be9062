package org.vencejo.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.vencejo.broker.BrokerConnection.Pause;
import org.vencejo.core.Input;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.IoLoop;

/// What a loop reads: no more than the core and the other loops can take, and no large packet
/// without room for it.
///
/// Confined to its event loop, except [#cameBack], [#waitingBytes] and [#resumeLater].
final class Intake {
    /// What may wait for the core, or for another loop, before this one stops reading, and where it
    /// goes on.
    static final long WAITING_HIGH_BYTES = 4 << 20;

    static final long WAITING_LOW_BYTES = 1 << 20;

    private final LoopDriver driver;
    private final IoLoop loop;
    private final int index;
    private final int loops;
    private final Wakeup resumeWakeup;
    private final AtomicLong waitingBytes = new AtomicLong();

    /// Whether connections that have something are not read from any more, and which these are.
    private volatile boolean stopped;

    private List<BrokerConnection> heldBack = new ArrayList<>();

    Intake(LoopDriver driver, IoLoop loop, int index, int loops) {
        this.driver = driver;
        this.loop = loop;
        this.index = index;
        this.loops = loops;
        this.resumeWakeup = new Wakeup(loop, this::resume);
    }

    // ---- what waits for the core

    /// A batch of this loop waits for the core.
    void waits(int bytes) {
        waitingBytes.addAndGet(bytes);
    }

    /// A batch of this loop was handled, by whatever loop. Thread-safe.
    void cameBack(int bytes) {
        if (waitingBytes.addAndGet(-bytes) < WAITING_LOW_BYTES && stopped) {
            resumeLater();
        }
    }

    /// About how many bytes of this loop wait for the core. Thread-safe.
    long waitingBytes() {
        return waitingBytes.get();
    }

    /// Has this loop see whether it can read again. Thread-safe.
    void resumeLater() {
        resumeWakeup.ask();
    }

    /// A connection was read from: not again now, if too much waits.
    void wasRead(BrokerConnection connection) {
        if (mustStop() && connection.pauseReading(Pause.BY_LOOP, System.nanoTime())) {
            heldBack.add(connection);
        }
    }

    private boolean mustStop() {
        if (!stopped && waitingBytes.get() > WAITING_HIGH_BYTES) {
            stopped = true;
            // It may have come back before it could see that we stopped.
            if (waitingBytes.get() < WAITING_LOW_BYTES) {
                resumeLater();
            }
        }
        for (int i = 0; i < loops; i++) {
            LoopInbox other = driver.peer(i).inbox();
            if (i != index && !stopped && other.isFull()) {
                stopped = true;
                other.holdBack(driver);
            }
        }
        return stopped;
    }

    /// Reads again, unless something else is still in the way, which then will tell.
    private void resume() {
        stopped = false;
        if (mustStop()) {
            return;
        }
        List<BrokerConnection> all = heldBack;
        heldBack = new ArrayList<>();
        long nanos = System.nanoTime();
        for (BrokerConnection connection : all) {
            resumed(connection, connection.resumeReading(Pause.BY_LOOP, nanos));
        }
    }

    /// Reading from a connection was paused for so long, or, negative, still is.
    void resumed(BrokerConnection connection, long pausedNanos) {
        if (pausedNanos > 0) {
            driver.handleLater(new Input.ReadingWasPaused(connection.connection(), pausedNanos));
        }
    }

    // ---- room for large packets

    /// A connection that waits for room has its turn to look for it.
    void lookForRoom(BrokerConnection connection) {
        if (connection.findRoom()) {
            resumed(connection, connection.resumeReading(Pause.FOR_ROOM, System.nanoTime()));
        }
    }

    /// Sees to it that a connection that waits for room does not wait for those who sleep.
    void watchRoom(BrokerConnection connection) {
        PartialPackets room = driver.partialPackets();
        loop.runLater(
                () -> {
                    if (connection.awaitsRoom()) {
                        room.cutTheIdle();
                        watchRoom(connection);
                    }
                },
                room.patienceNanos());
    }

    /// Ends a connection that holds room for a packet and does not send it.
    void cutIfIdle(BrokerConnection connection) {
        long patience = driver.partialPackets().patienceNanos();
        if (connection.holdsRoomIdly(System.nanoTime(), patience)) {
            driver.handle(
                    new Input.PacketRejected(
                            connection.connection(),
                            new ProtocolViolation(
                                    ReasonCode.SERVER_BUSY,
                                    "U5-36",
                                    "its large packet stands still while others wait for room"),
                            connection.version()));
        }
    }
}
