package org.vencejo.broker;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// What other loops, while they ran the core, left for the connections of this one.
///
/// Anybody may post; only its own loop drains. Its loop drains it whenever it has taken the core,
/// before it appends anything itself: so the order of the core is the order on the wire.
final class LoopInbox {
    private final ConcurrentLinkedQueue<Mail> mails = new ConcurrentLinkedQueue<>();
    private final Set<LoopDriver> heldBack = ConcurrentHashMap.newKeySet();
    private final AtomicLong waitingBytes = new AtomicLong();

    private final LoopDriver owner;
    private final Wakeup drainWakeup;
    private final long highBytes;
    private final long lowBytes;

    LoopInbox(LoopDriver owner, long highBytes, long lowBytes) {
        this.owner = owner;
        this.drainWakeup = new Wakeup(owner.loop(), this::drain);
        this.highBytes = highBytes;
        this.lowBytes = lowBytes;
    }

    void post(Mail mail) {
        waitingBytes.addAndGet(mail.size());
        mails.add(mail);
        drainWakeup.ask();
    }

    /// Whether so much waits here that whoever adds to it should read no more.
    boolean isFull() {
        return waitingBytes.get() > highBytes;
    }

    boolean isEmpty() {
        return mails.isEmpty();
    }

    /// About how many bytes wait here.
    long waitingBytes() {
        return waitingBytes.get();
    }

    /// Has `sender` told when less waits here. It has to look at [#isFull] again afterwards.
    void holdBack(LoopDriver sender) {
        heldBack.add(sender);
        if (!isFull()) {
            tellHeldBack();
        }
    }

    void drain() {
        if (mails.isEmpty()) {
            return;
        }
        for (Mail mail = mails.poll(); mail != null; mail = mails.poll()) {
            long size = mail.size();
            try {
                mail.apply(owner);
            } catch (RuntimeException fault) {
                owner.fault(null, fault);
            }
            long left = waitingBytes.addAndGet(-size);
            if (left < lowBytes) {
                tellHeldBack();
            }
        }
    }

    /// Gives back what nobody will apply any more; its loop has ended.
    void discard() {
        for (Mail mail = mails.poll(); mail != null; mail = mails.poll()) {
            mail.discard();
        }
    }

    private void tellHeldBack() {
        for (LoopDriver sender : List.copyOf(heldBack)) {
            if (heldBack.remove(sender)) {
                sender.intake().resumeLater();
            }
        }
    }
}
