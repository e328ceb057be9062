package org.vencejo.testing.crash;

import java.util.concurrent.TimeUnit;
import org.vencejo.protocol.ProtocolVersion;

/// A subscriber whose session expires a second after its connection ended, by wall clock, whether
/// the broker runs meanwhile or not. Confined to the tester's thread.
final class Fleeting extends Subscriber {
    private static final long EXPIRY_SECONDS = 1;
    private static final long KEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(800);
    private static final long EXPIRED_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);

    private long awaySince;

    /// A CONNECT without an answer may not have been read: the session expires by the end of the
    /// last connection that had one.
    private long answeredUntil;

    private boolean answered;
    private boolean awaited;
    private boolean connectedOnce;

    Fleeting(Crew crew) {
        super(crew, ProtocolVersion.MQTT_5, 0);
    }

    @Override
    Terms terms() {
        return new Terms(false, EXPIRY_SECONDS, 0, null);
    }

    @Override
    void act() {
        if (isUnderWay()) {
            acknowledge(owed());
            boolean tired = crew.isDraining() ? !awaited : seeds.chance(0.01);
            if (isConnected() && isSubscribed() && tired) {
                leave(seeds.chance(0.5));
            }
            return;
        }
        long now = System.nanoTime();
        if (!connectedOnce) {
            connect(terms());
        } else if (now - Math.max(awaySince, crew.brokerSince()) > EXPIRED_NANOS) {
            crew.note(Note.What.EXPIRED, who, 0, 0, 0);
            awaited = true;
            connect(terms());
        } else if (!crew.isDraining() && seeds.chance(0.02)) {
            if (now - answeredUntil > KEPT_NANOS) {
                crew.note(Note.What.MAY_HAVE_EXPIRED, who, 0, 0, 0);
            }
            connect(terms());
        }
    }

    @Override
    void onConnected(boolean sessionPresent) {
        connectedOnce = true;
        answered = true;
        super.onConnected(sessionPresent);
    }

    @Override
    void onLost() {
        awaySince = System.nanoTime();
        if (answered) {
            answeredUntil = awaySince;
            answered = false;
        }
        if (!crew.isDraining()) {
            awaited = false;
        }
        super.onLost();
    }

    @Override
    boolean isDone() {
        return awaited && super.isDone();
    }
}
