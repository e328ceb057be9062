package org.vencejo.core.session;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.PublishFrame;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// The messages that a session sends: Packet Identifiers, the window that the peer grants, the
/// queue behind it, and what is sent again when the session is resumed (4.3, 4.4, 4.9).
///
/// Touched only by whoever runs the session. It plays no role: server and client send alike.
///
/// One file because window, flight and order are one thought: every path ends in [#transmit] or
/// [#finish].
///
/// A session that ends with its connection never sends again, so its messages in flight are not
/// kept: an identifier then stands for one of three shared copies, and sending to it allocates
/// nothing.
public final class OutboundFlow {
    private static final Link NOT_CONNECTED = NotConnected.INSTANCE;

    private final FlowOwner owner;
    private final Accounting accounting;

    // For the session
    private final PacketIdentifiers<Copy> inFlight = new PacketIdentifiers<>();
    private final Places places = new Places(inFlight);
    private final CopyList sent = new CopyList();
    private final CopyList released = new CopyList(); // in the order of the PUBRECs
    private final Repeats repeats = new Repeats(sent, released);
    private final MessageQueue ahead = new MessageQueue();
    private final MessageQueue queue;
    private long nextRelease;

    /// Copies before this sequence may have been sent without the server knowing, as it knows what
    /// it wrote before it died: that might not be all that was sent, and acknowledged.
    private long perhapsSentBefore;

    // For the connection
    private Link link = NOT_CONNECTED;
    private Acknowledgements acknowledgements = new Acknowledgements(NOT_CONNECTED, packet -> {});
    private AliasesSent aliases = AliasesSent.NONE;
    private int connection;
    private int window;
    private int open;
    private @Nullable Copy toSendAgain;
    private boolean reading;

    /// A flow whose queue is in memory.
    public OutboundFlow(FlowOwner owner, Accounting accounting) {
        this(owner, accounting, 0, 0);
    }

    /// A flow whose queue is on disk, with about so many messages and bytes of it in memory, see
    /// [MessageQueue].
    public OutboundFlow(
            FlowOwner owner, Accounting accounting, int headMessagesMax, long headBytesMax) {
        this.owner = owner;
        this.accounting = accounting;
        this.queue = new MessageQueue(headMessagesMax, headBytesMax);
    }

    // ---- connection
    // -------------------------------------------------------------------------------

    /// A connection begins: the peer takes up to `receiveMaximum` open messages. What was in flight
    /// is sent again by the next [#drain], owed PUBRELs at once and beyond the window (B13).
    public void connected(
            Link to,
            Acknowledgements answers,
            AliasesSent aliasesSent,
            int receiveMaximum,
            long nowNanos,
            long durable) {
        link = to;
        acknowledgements = answers;
        aliases = aliasesSent;
        window = receiveMaximum;
        open = 0;
        connection++;
        queue.isTaken(true);
        toSendAgain = sent.first();
        for (Copy copy = released.first(); copy != null; copy = copy.next) {
            open++;
            copy.sent(copy.packetIdentifier(), connection, nowNanos);
            answers.send(pubrel(copy), copy.durableAt(), durable); // [MQTT-4.3.3-5]
        }
    }

    /// The connection ended.
    public void disconnected() {
        link = NOT_CONNECTED;
        aliases = AliasesSent.NONE;
        toSendAgain = null;
        holdQueue(false);
        queue.prepend(ahead);
        queue.isTaken(false);
        reading = false;
    }

    /// Drops the QoS 0 messages that wait, as nothing of QoS 0 is kept for who is away (B36).
    public void dropAtMostOnce() {
        if (queue.atMostOnce() > 0) {
            queue.forEach(copy -> {
                if (copy.qos() == QoS.AT_MOST_ONCE) {
                    drop(copy, Fate.OFFLINE);
                }
            });
        }
    }

    public boolean isConnected() {
        return link != NOT_CONNECTED;
    }

    /// Holds the queue back, or lets it go: while retained messages are being sent, live ones wait
    /// (C11). What was queued before goes first.
    public void holdQueue(boolean held) {
        places.hold(held);
    }

    // ---- sending
    // ----------------------------------------------------------------------------------

    /// The place of the next copy in the session's order.
    public long takeSequence() {
        return places.take();
    }

    /// The place of the next copy that goes ahead of the queue while that is held.
    public long takeSequenceAhead() {
        return places.takeAhead();
    }

    /// Whether a message above QoS 0 would be sent at once.
    public boolean isReady() {
        return queue.isEmpty() && !places.isHeld() && toSendAgain == null && hasRoom();
    }

    /// Whether the window and the out-buffer have room for one more message above QoS 0.
    public boolean hasRoom() {
        return open < window
                && inFlight.size() < PacketIdentifiers.MAX
                && ahead.isEmpty()
                && link.writable();
    }

    /// Whether QoS 0 is sent now or never: it waits only while the queue is held, and behind what
    /// waited for that [MQTT-4.6.0-5].
    public boolean isReadyForAtMostOnce() {
        return isConnected() && !places.isHeld() && queue.atMostOnce() == 0;
    }

    /// Whether a QoS 0 message would be sent at once.
    public boolean canTakeAtMostOnce() {
        return isReadyForAtMostOnce() && link.writable();
    }

    /// Takes a Packet Identifier for a request that is no PUBLISH: those of one side share the
    /// numbers [MQTT-2.2.1-3]. Returns 0 if all are in use. To be freed when the answer comes, or
    /// the connection ends.
    public int takeIdentifier() {
        int identifier = places.freeFor(takeSequence());
        if (identifier != 0) {
            inFlight.put(identifier, Copy.NO_MESSAGE);
        }
        return identifier;
    }

    /// Frees what [#takeIdentifier] took.
    public void freeIdentifier(int identifier) {
        if (inFlight.remove(identifier) != Copy.NO_MESSAGE) {
            throw new IllegalStateException(identifier + " stands for a message");
        }
    }

    /// Sends a QoS 0 message now, or drops it with its fate. The caller has opened the copy.
    public void sendAtMostOnce(Publish publish) {
        if (!link.writable()) {
            accounting.ended(Fate.QUEUE_FULL); // drop the newest (B36)
        } else if (transmit(publish, 0, false)) {
            accounting.ended(Fate.DELIVERED);
        } else {
            accounting.ended(Fate.TOO_LARGE);
        }
    }

    /// Sends a message above QoS 0 that nobody keeps; only if [#isReady()]. The caller has opened
    /// the copy.
    public void sendUnkept(Publish publish) {
        int identifier = places.freeFor(takeSequence());
        if (!transmit(publish, identifier, false)) {
            accounting.ended(Fate.TOO_LARGE);
            return;
        }
        open++;
        inFlight.put(
                identifier,
                publish.qos() == QoS.AT_LEAST_ONCE
                        ? Copy.UNKEPT_AT_LEAST_ONCE
                        : Copy.UNKEPT_EXACTLY_ONCE);
        accounting.sent();
    }

    /// Puts a copy at the end of the queue. The caller has opened it and made room.
    public void enqueue(Copy copy) {
        queue.addLast(copy);
        accounting.queued(copy.message().bytes());
        copy.writtenAt(owner.enqueued(copy));
    }

    /// Puts a copy before the queue: a retained message that a new subscription is owed.
    public void enqueueAhead(Copy copy) {
        ahead.addLast(copy);
        queue.isNotBefore(copy.sequence() + 1);
        accounting.queued(copy.message().bytes());
        copy.writtenAt(owner.enqueued(copy));
    }

    // ---- between memory and disk
    // --------------------------------------------------------------------

    /// Whether [#settle] has something to do, now or later.
    public boolean isUnsettled() {
        return queue.isUnsettled();
    }

    /// The journal is durable so far: what nobody will take soon leaves memory, of at most `most`
    /// copies. Returns of how many; if that is `most`, there may be more.
    public int settle(long durable, int most) {
        long before = queue.bytesOnDisk();
        int settled = queue.settle(durable, most);
        accounting.stored(queue.bytesOnDisk() - before);
        return settled;
    }

    /// Has the queue read on, if it should be.
    private void readOn() {
        if (queue.wantsMore()) {
            read(Long.MAX_VALUE, Long.MAX_VALUE);
        }
    }

    /// Has the queue read on as far as so many messages or bytes reach, and no further than is read
    /// at once. What nobody takes leaves memory by the next [#settle].
    public void read(long messages, long bytes) {
        if (!reading && queue.messagesOnDisk() > 0) {
            reading = true;
            owner.readQueue(queue.firstOnDisk(), messages, bytes);
        }
    }

    /// What the owner was asked to read has come, and nothing else.
    public void loaded(List<Copy> copies) {
        reading = false;
        if (copies.isEmpty() && queue.messagesOnDisk() > 0) {
            throw new IllegalStateException(
                    queue.messagesOnDisk() + " messages on disk, and none was found");
        }
        for (Copy copy : copies) {
            if (queue.messagesOnDisk() == 0) {
                return; // it is in memory: it was not known to be durable when this was asked for
            }
            if (copy.sequence() < queue.firstOnDisk()) {
                continue; // it went ahead of the queue meanwhile
            }
            queue.loaded(copy);
            accounting.loaded(copy.message().bytes());
        }
    }

    /// What is left on disk at a start, from sequence `from` on and below `end`.
    public void recoverOnDisk(long from, long end, long messages, long bytes) {
        if (messages > 0) {
            queue.recoverOnDisk(from, messages, bytes);
            places.recover(end);
            accounting.recovered(messages, bytes);
            accounting.stored(bytes);
        }
    }

    // ---- a start
    // -----------------------------------------------------------------------------------

    /// Goes on with sequences that the store has not seen: no copy counts as sent by mistake.
    public void recoverSequence(long next) {
        places.recover(next);
        perhapsSentBefore = Math.max(perhapsSentBefore, next);
    }

    /// The peer was connected when the server died: any copy that was found may have been sent, as
    /// acknowledgements that were not written may have let it go [MQTT-3.3.1-1].
    public void recoverConnected() {
        perhapsSentBefore = places.next();
    }

    /// Whether the peer may have it, in part: a QoS 2 exchange that may have begun goes on with
    /// this peer, whatever becomes of the message.
    public boolean mayHaveBegun(Copy copy) {
        return copy.qos() == QoS.EXACTLY_ONCE
                && (copy.wasSent() || copy.sequence() < perhapsSentBefore);
    }

    /// Copies before this sequence may have been sent before the last start.
    public long perhapsSentBefore() {
        return perhapsSentBefore;
    }

    /// Puts a copy where it was when the store was written: in the queue, or sent, or with its
    /// PUBREL owed under `releasedIdentifier` (0 if PUBREC had not come). Those with PUBRELs come
    /// first, in the order of these, then the others in the order of their sequences.
    public void recover(Copy copy, boolean wasSent, int releasedIdentifier) {
        places.recover(copy.sequence() + 1);
        accounting.recovered(copy.message().bytes());
        if (!wasSent) {
            queue.recover(copy);
            return;
        }
        accounting.unqueued(copy.message().bytes());
        accounting.sent();
        if (releasedIdentifier != 0) {
            nextRelease = Math.max(nextRelease, copy.releasePlace() + 1);
            copy.release(0);
            released.addLast(copy);
            identify(copy, releasedIdentifier);
            queue.isReadBehind(copy.sequence() + 1); // which may be behind some that were not sent
            return;
        }
        sent.addLast(copy);
        if (copy.qos() == QoS.EXACTLY_ONCE) {
            identify(copy, places.freeFor(copy.sequence()));
        }
    }

    /// All copies are where they were. QoS 1 takes the identifiers that QoS 2 leaves, whose copies
    /// are known to the peer by theirs.
    public void recovered() {
        for (Copy copy = sent.first(); copy != null; copy = copy.next) {
            if (!copy.wasSent()) {
                identify(copy, places.freeFor(copy.sequence()));
            }
        }
    }

    private void identify(Copy copy, int identifier) {
        copy.sent(identifier, 0, 0);
        inFlight.put(identifier, copy);
    }

    /// Takes the copy out of the queue with `fate`.
    public void drop(Copy copy, Fate fate) {
        leaveQueue(copy);
        accounting.ended(fate);
        owner.dequeued(copy);
        owner.ended(copy, fate);
    }

    /// Sends what may be sent: first again what was in flight, then what is ahead, then the queue;
    /// at most `most` copies. Returns whether more could be sent at once.
    public boolean drain(long nowNanos, long wallMillis, long durable, int most) {
        int count = 0;
        while (isConnected() && link.writable()) {
            if (count++ == most) {
                readOn();
                return true;
            }
            if (!sendNextAgain(nowNanos, wallMillis) && !sendNext(nowNanos, wallMillis, durable)) {
                break;
            }
        }
        readOn();
        return false;
    }

    // Under another identifier than that of its place a copy would be a new message after a crash,
    // which QoS 1 allows; QoS 2 waits (0), and is not to search the whole window whenever it is
    // asked.
    private int identifierFor(Copy copy) {
        return copy.qos() == QoS.EXACTLY_ONCE
                ? places.ownFor(copy.sequence())
                : places.freeFor(copy.sequence());
    }

    private @Nullable Copy nextInTurn() {
        Copy first = ahead.first();
        if (first != null) {
            return queue.firstSequence() < first.sequence() ? queue.first() : first;
        }
        return !places.isHeld() || isOlderQueued() ? queue.first() : null;
    }

    // Whether something waits that was queued before the queue was held, as far as memory knows.
    private boolean isOlderQueued() {
        return places.isHeld() && places.isBeforeHeld(queue.firstSequence());
    }

    private boolean sendNextAgain(long nowNanos, long wallMillis) {
        Copy copy = toSendAgain;
        if (copy == null || open >= window) {
            return false;
        }
        toSendAgain = copy.next;
        // Expiry no longer applies [MQTT-4.3.3-7]; the topic is always whole (B23).
        if (transmit(copy.publish(wallMillis), copy.packetIdentifier(), true)) {
            copy.sent(copy.packetIdentifier(), connection, nowNanos);
            open++;
        } else {
            finish(copy, Fate.TOO_LARGE); // [MQTT-3.1.2-25]
        }
        return true;
    }

    private boolean sendNext(long nowNanos, long wallMillis, long durable) {
        if (toSendAgain != null) {
            return false;
        }
        Copy copy = nextInTurn();
        if (copy == null || copy.durableAt() > durable) {
            return false;
        }
        boolean counts = copy.qos() != QoS.AT_MOST_ONCE;
        if (copy.message().isExpired(wallMillis) && !mayHaveBegun(copy)) {
            drop(copy, Fate.EXPIRED); // [MQTT-3.3.2-5]
            return true;
        }
        if (!owner.mayReceive(copy)) {
            drop(copy, Fate.ACCESS_DENIED);
            return true;
        }
        if (counts && open >= window) {
            return false; // [MQTT-4.9.0-2]
        }
        int identifier = counts ? identifierFor(copy) : 0;
        if (counts && identifier == 0) {
            return false;
        }
        boolean dup = counts && copy.sequence() < perhapsSentBefore;
        if (!transmit(copy.publish(wallMillis), identifier, dup)) {
            drop(copy, Fate.TOO_LARGE);
            return true;
        }
        leaveQueue(copy);
        if (counts) {
            copy.sent(identifier, connection, nowNanos);
            sent.addLast(copy);
            inFlight.put(identifier, copy);
            open++;
            accounting.sent();
        } else {
            accounting.ended(Fate.DELIVERED);
            owner.dequeued(copy);
            owner.ended(copy, Fate.DELIVERED);
        }
        return true;
    }

    // Sends if it is small enough for the peer, with an alias if that fits (B18) and saves
    // something: a large payload is sent to many receivers by reference, behind one header.
    private boolean transmit(Publish publish, int identifier, boolean dup) {
        boolean large = publish.payload().length() > PublishFrame.COPY_MAX;
        int alias = dup || large ? 0 : aliases.find(publish.topicName());
        if (alias != 0 && link.fits(publish, alias)) {
            if (alias > 0) {
                aliases.set(publish.topicName(), alias);
            }
        } else if (link.fits(publish, 0)) {
            alias = 0;
        } else {
            return false;
        }
        link.publish(publish, identifier, dup, alias);
        return true;
    }

    private void leaveQueue(Copy copy) {
        if (ahead.contains(copy)) {
            ahead.remove(copy);
        } else {
            queue.remove(copy);
        }
        accounting.unqueued(copy.message().bytes());
    }

    // ---- answers
    // ----------------------------------------------------------------------------------

    /// PUBACK came. Returns the copy that ended, or null if the identifier names no open exchange
    /// (B5).
    ///
    /// @throws ProtocolViolation if the identifier is that of a QoS 2 exchange (B6)
    public @Nullable Copy puback(int identifier, ReasonCode reasonCode) {
        Copy copy = inFlight.get(identifier);
        if (copy == null) {
            return null;
        }
        requireQoS(copy, QoS.AT_LEAST_ONCE, "MQTT-4.3.2-3", "PUBACK", identifier);
        finish(identifier, copy, reasonCode.isError() ? Fate.REFUSED : Fate.DELIVERED);
        return copy;
    }

    /// PUBREC came: PUBREL is sent, when that is durable, or the exchange ends (B7). Returns the
    /// copy, or null if the identifier names no open exchange.
    ///
    /// @throws ProtocolViolation if the identifier is that of a QoS 1 exchange (B6)
    public @Nullable Copy pubrec(
            int identifier, ReasonCode reasonCode, long nowNanos, long durable) {
        Copy copy = inFlight.get(identifier);
        if (copy == null) {
            return null;
        }
        requireQoS(copy, QoS.EXACTLY_ONCE, "MQTT-4.3.3-3", "PUBREC", identifier);
        if (reasonCode.isError()) {
            finish(identifier, copy, Fate.REFUSED); // [MQTT-4.3.3-4]
            return copy;
        }
        if (copy == Copy.UNKEPT_EXACTLY_ONCE) {
            inFlight.put(identifier, Copy.UNKEPT_RELEASED);
        } else if (!copy.isReleased()) {
            leaveSent(copy);
            copy.releaseIn(nextRelease++);
            copy.release(owner.released(copy));
            released.addLast(copy);
            copy.releasedAt(nowNanos);
        }
        acknowledgements.send(
                new Pubrel(identifier, ReasonCode.SUCCESS), copy.durableAt(), durable);
        return copy;
    }

    /// PUBCOMP came. Returns the copy that ended, or null if the identifier names no open exchange.
    ///
    /// @throws ProtocolViolation if no PUBREL was owed under the identifier
    public @Nullable Copy pubcomp(int identifier) {
        Copy copy = inFlight.get(identifier);
        if (copy == null) {
            return null;
        }
        if (!copy.isReleased()) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.3.3-5", "PUBCOMP for " + identifier + ", which awaits another answer");
        }
        finish(identifier, copy, Fate.DELIVERED);
        return copy;
    }

    private static void requireQoS(
            Copy copy, QoS qos, String statement, String packet, int identifier) {
        if (copy.qos() != qos) {
            throw ProtocolViolation.protocolError(
                    statement, packet + " for " + identifier + ", which was sent at " + copy.qos());
        }
    }

    private void finish(Copy copy, Fate fate) {
        finish(copy.packetIdentifier(), copy, fate);
    }

    private void finish(int identifier, Copy copy, Fate fate) {
        inFlight.remove(identifier);
        if (copy.isKept()) {
            leaveSent(copy);
            owner.dequeued(copy);
        }
        if (!copy.isKept() || copy.sentIn(connection)) {
            open--;
        }
        accounting.unsent();
        accounting.ended(fate);
        if (copy.isKept()) {
            owner.ended(copy, fate);
        }
    }

    private void leaveSent(Copy copy) {
        if (copy == toSendAgain) {
            toSendAgain = copy.next;
        }
        (copy.isReleased() ? released : sent).remove(copy);
    }

    // ---- retry on a live connection, 3.x only (B8)
    // ----------------------------------------------------

    /// Repeats what was sent before `nowNanos - intervalNanos` and not answered, at most `most`
    /// packets. Returns how many.
    public int repeat(long nowNanos, long wallMillis, long durable, long intervalNanos, int most) {
        int released = repeats.releases(link, connection, nowNanos, durable, intervalNanos, most);
        return released
                + repeats.messages(
                        link, connection, nowNanos, wallMillis, intervalNanos, most - released);
    }

    /// When the first message in flight is to be repeated, if it is after `intervalNanos`.
    public long nextRepeat(long nowNanos, long intervalNanos) {
        return repeats.next(connection, nowNanos, intervalNanos);
    }

    static Packet pubrel(Copy copy) {
        return new Pubrel(copy.packetIdentifier(), ReasonCode.SUCCESS);
    }

    /// Takes a kept copy away without a fate, as another session gets it.
    public void takeAway(Copy copy) {
        if (copy.wasSent()) {
            inFlight.remove(copy.packetIdentifier());
            leaveSent(copy);
            accounting.unsent();
        } else {
            leaveQueue(copy);
        }
        owner.dequeued(copy);
    }

    // ---- the end
    // ----------------------------------------------------------------------------------

    /// Forgets everything, as the session ends, but for what is on disk alone if that is
    /// `inherited`; returns how many copies were undelivered.
    public long end(boolean inherited) {
        long queued = queued();
        long bytes = queue.bytes() + ahead.bytes();
        if (inherited) {
            queued -= queue.messagesOnDisk();
            bytes -= queue.bytesOnDisk();
        } else {
            accounting.loaded(queue.bytesOnDisk());
        }
        long flying = inFlight.size();
        accounting.sessionEnded(queued, bytes, flying);
        inFlight.clear();
        return queued + flying;
    }

    // ---- what others look at
    // ------------------------------------------------------------------------

    /// The sequences that were given so far are below this.
    public long nextSequence() {
        return places.next();
    }

    /// No copy that is on disk alone is before this sequence.
    public long firstOnDisk() {
        return queue.firstOnDisk();
    }

    public MessageQueue queue() {
        return queue;
    }

    /// Whether the next copy in turn waits for the journal.
    public boolean waitsForJournal(long durable) {
        Copy first = nextInTurn();
        return first != null && first.durableAt() > durable;
    }

    /// Whether anything waits before the queue.
    public boolean hasAhead() {
        return !ahead.isEmpty();
    }

    /// Whether nothing waits before the next one ahead and the out-buffer can take more.
    public boolean isClearAhead() {
        return ahead.isEmpty() && !isOlderQueued() && link.writable();
    }

    /// How many copies wait to be sent.
    public long queued() {
        return queue.size() + ahead.size();
    }

    public int inFlightCount() {
        return inFlight.size();
    }

    public boolean hasMessagesInFlight() {
        return !sent.isEmpty() || !released.isEmpty();
    }

    /// Calls `action` for each kept copy in memory, in the order in which it was, or will be, sent.
    public void forEachKept(Consumer<Copy> action) {
        MessageQueue.forEach(released, action);
        MessageQueue.forEach(sent, action);
        ahead.forEach(action);
        queue.forEach(action);
    }

    /// The sequence up to which copies were sent, or may have been, for the record of a disconnect.
    public long sentUpTo() {
        Copy first = ahead.first();
        long sequence = first == null ? queue.firstSequence() : first.sequence();
        return sequence == Long.MAX_VALUE ? places.next() : Math.max(sequence, perhapsSentBefore);
    }
}
