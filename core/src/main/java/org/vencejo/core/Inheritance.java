package org.vencejo.core;

import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;

/// What a session that ended has left on disk: each copy that came through a shared subscription
/// goes to another member (C24), all others end with the session.
///
/// Part of the core: touched only by whoever runs it. The journal has the session marked as ending,
/// so that a start goes on with this; when all has been read, the session is gone. It has no client
/// that could be held back, so it waits by itself while the journal is behind; and while there is
/// no room for more on disk, if somebody would inherit. What nobody inherits makes room.
final class Inheritance {
    private final Turn turn;
    private final long session;
    private final String clientIdentifier;
    private final long sentUpTo;
    private final Predicate<SharedCopy> heirs;
    private final Predicate<TopicFilter> haveMembers;
    private long from;
    private long messages;
    private long bytes;
    private long shared;
    private long undelivered;
    private boolean needsRoom;
    private LongConsumer onDone = count -> {};

    /// `heirs` is given each copy that may go to another, and says whether one took it;
    /// `haveMembers` says which shared subscriptions there are.
    Inheritance(
            Turn turn,
            Recovered.Ending ending,
            Predicate<SharedCopy> heirs,
            Predicate<TopicFilter> haveMembers) {
        Recovered.Rest rest = ending.rest();
        this.turn = turn;
        this.session = ending.session();
        this.clientIdentifier = ending.clientIdentifier();
        this.sentUpTo = ending.sentUpTo();
        this.heirs = heirs;
        this.haveMembers = haveMembers;
        this.from = rest.from();
        this.messages = rest.messages();
        this.bytes = rest.bytes();
        this.shared = rest.shared();
    }

    /// Who is told, when it is done, how many messages came to nobody.
    void onDone(LongConsumer hears) {
        onDone = hears;
    }

    /// Begins, when the session has ended with so many messages undelivered.
    void goOn(long before) {
        undelivered += before;
        goOn();
    }

    // Reads on when the journal takes more, or ends if there is nothing more to inherit.
    private void goOn() {
        if (shared > 0) {
            turn.waiters.whenTaken(needsRoom, this::read);
            return;
        }
        turn.accounting.loaded(bytes);
        turn.accounting.sessionEnded(messages, bytes, 0);
        undelivered += messages;
        turn.append(new Mutation.SessionEnded(session));
        onDone.accept(undelivered);
    }

    private void read() {
        needsRoom = false;
        turn.read(session, from, this::haveRead);
    }

    private void haveRead(List<Mutation.Enqueued> entries) {
        try {
            inherit(entries);
        } finally {
            turn.waiters.workEnded();
        }
    }

    // What the journal does not take any more is read again later.
    private void inherit(List<Mutation.Enqueued> entries) {
        if (entries.isEmpty()) {
            shared = 0;
            goOn();
            throw new IllegalStateException(
                    messages + " messages of an ended session on disk, and none was found");
        }
        for (Mutation.Enqueued entry : entries) {
            Copy copy = SessionFlows.copyOf(entry);
            needsRoom = turn.backlog.isUnavailable() && hasHeir(copy);
            if (messages == 0 || !turn.waiters.takes(needsRoom)) {
                break;
            }
            take(entry, copy);
        }
        goOn();
    }

    private boolean hasHeir(Copy copy) {
        return copy instanceof SharedCopy left
                && !mayHaveBegun(copy)
                && haveMembers.test(left.share());
    }

    private boolean mayHaveBegun(Copy copy) { // [MQTT-4.8.2-5]
        return copy.qos() == QoS.EXACTLY_ONCE && copy.sequence() < sentUpTo;
    }

    private void take(Mutation.Enqueued entry, Copy copy) {
        long size = copy.message().bytes();
        from = entry.sequence() + 1;
        messages--;
        bytes -= size;
        turn.accounting.loaded(size);
        turn.accounting.unqueued(size);
        if (!(copy instanceof SharedCopy left)) {
            turn.accounting.ended(Fate.SESSION_ENDED);
            undelivered++;
            return;
        }
        shared--;
        turn.append(
                new Mutation.Dequeued(
                        session,
                        entry.sequence(),
                        entry.message().number(),
                        size,
                        entry.qos(),
                        true));
        if (mayHaveBegun(copy)) {
            turn.accounting.ended(Fate.SESSION_ENDED);
            undelivered++;
        } else {
            undelivered += heirs.test(left) ? 0 : 1;
        }
    }

    /// What of it is on disk.
    Recovered.Ending toRecord() {
        return new Recovered.Ending(
                session,
                clientIdentifier,
                sentUpTo,
                new Recovered.Rest(from, Long.MAX_VALUE, messages, bytes, shared));
    }
}
