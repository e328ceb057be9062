package org.vencejo.testing.crash;

import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// A client with a will, another one for each of its connections. Confined to the tester's thread.
final class WillOwner extends Client {
    private static final double END_CHANCE = 0.02;
    private static final double BACK_CHANCE = 0.05;

    /// When its wills are published after its connection ended.
    enum Delay {
        NONE(0),
        /// It waits for its will before it comes back.
        SOON(1),
        /// It always comes back before.
        NEVER(3_600);

        private final long seconds;

        Delay(long seconds) {
            this.seconds = seconds;
        }
    }

    private final Delay delay;
    private final boolean kept;

    private int number;
    private boolean goodbye;
    private int killsAtGoodbye;
    private boolean armed;

    WillOwner(Crew crew, ProtocolVersion version, Delay delay, boolean kept) {
        super(crew, version);
        this.delay = delay;
        this.kept = kept;
    }

    @Override
    void act() {
        if (isConnected()) {
            if (!crew.isDraining() && !goodbye && seeds.chance(END_CHANCE)) {
                end();
            }
        } else if (!isUnderWay() && mayComeBack() && seeds.chance(BACK_CHANCE)) {
            number++;
            armed = false;
            crew.note(Note.What.WILL_SENT, who, 0, number, 0);
            connect(new Terms(!kept, kept ? EXPIRY_SECONDS : 0, 0, will()));
        }
    }

    private boolean mayComeBack() {
        return !crew.isDraining() && (delay != Delay.SOON || !crew.isWillAwaited(who));
    }

    private Will will() {
        return new Will(
                TopicName.of("will/" + who),
                Payload.of(Integer.toString(number)),
                QoS.EXACTLY_ONCE,
                false,
                delay == Delay.NONE
                        ? Properties.NONE
                        : Properties.NONE.with(Property.WILL_DELAY_INTERVAL, delay.seconds));
    }

    private void end() {
        if (seeds.chance(0.3)) {
            goodbye = true;
            killsAtGoodbye = crew.kills();
            sayGoodbye();
        } else {
            leave(false);
        }
    }

    @Override
    void onConnected(boolean sessionPresent) {
        armed = true;
        // After a kill nobody knows whether DISCONNECT still counted.
        boolean removed = goodbye && killsAtGoodbye == crew.kills();
        if (number > 1 && (removed || (delay == Delay.NEVER && kept))) {
            crew.note(Note.What.WILL_GIVEN_UP, who, 0, number - 1, 0);
        }
        goodbye = false;
    }

    @Override
    void onLost() {
        if (armed && !goodbye && kept && delay != Delay.NEVER) {
            crew.note(Note.What.WILL_DUE, who, 0, number, 0);
        }
        armed = false;
    }

    @Override
    void onPacket(Packet packet) {
        throw Rule.ANSWERS.broken("owner of a will %d was sent %s".formatted(who, packet));
    }

    @Override
    boolean isDone() {
        return isConnected() || !isUnderWay();
    }
}
