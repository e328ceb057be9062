package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Limits;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Accounting;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.QoS;

/// Whether there is a reason for each fate that no client sees: for each copy that the server says
/// has expired, was too large, gave way at a limit or ended with its session, the model has one of
/// which that may be so.
///
/// Confined to one thread. Of fates that are seen on the wire [Accounts] knows the number.
final class Reasons {
    /// A retained message that a session is owed, under `by`.
    private record Retained(Object by, String mark, int count) {}

    /// A copy that may have ended, for `who` (those that may have been chosen, if it is shared).
    /// `bytes` is its size as a PUBLISH, `limit` what its client takes.
    private record Candidate(
            Object identity,
            Acceptance acceptance,
            Collection<ModelSession> who,
            QoS qos,
            long bytes,
            long limit) {}

    private final Model model;

    /// What may ever have ended so, of each fate: no fewer than the server says.
    private final Map<Fate, Set<Object>> mayHave = new EnumMap<>(Fate.class);

    /// How many more these may be, of whose copies nothing is known.
    private final long[] unknownMost = new long[Fate.values().length];

    // As of the last call
    private final long[] ended = new long[Fate.values().length];
    private long copies;
    private long expiredAtOnce;

    /// A start finds in queues what was in flight, so that they may be longer than their limit.
    private boolean recovered;

    Reasons(Model model) {
        this.model = model;
    }

    /// A server that begins with what was `found` counts from zero.
    void restarted(Recovered found) {
        mayHave.clear();
        Arrays.fill(unknownMost, 0);
        for (Recovered.Ending ending : found.ending()) {
            unknownMost[Fate.SESSION_ENDED.ordinal()] += ending.rest().messages();
        }
        Arrays.fill(ended, 0);
        copies = 0;
        recovered = true;
        model.endedInCall.clear();
    }

    /// A call of the core is over.
    void require(Accounting counted) {
        long opened = counted.copies() - copies;
        copies = counted.copies();
        require(counted, Fate.EXPIRED, this::isExpired, model.expiredAtOnce - expiredAtOnce);
        expiredAtOnce = model.expiredAtOnce;
        require(counted, Fate.TOO_LARGE, candidate -> candidate.bytes > candidate.limit, 0);
        long dropped = require(counted, Fate.QUEUE_FULL, this::mayGiveWay, 0);
        Invariant.REASONS.require(
                dropped <= opened
                        || !model.endedInCall.isEmpty()
                        || fewBytes()
                        || recovered
                        || mayHaveBeenRead(counted),
                "%d copies gave way to %d: %s",
                dropped,
                opened,
                counted);
        boolean mayBeLate = model.wentOn() || !model.endedInCall.isEmpty();
        require(counted, Fate.SESSION_ENDED, this::hasEnded, mayBeLate ? Math.max(0, opened) : 0);
        model.endedInCall.clear();
        model.sessions.values().forEach(session -> session.tapLeft = null);
    }

    // What an ended session has on disk ends when it has been read.
    private boolean endsLater() {
        return model.settings.queuesOnDisk() && !model.endedInCall.isEmpty();
    }

    // What gives way on disk has to be read first, and others come meanwhile.
    private boolean mayHaveBeenRead(Accounting counted) {
        return model.settings.queuesOnDisk()
                && counted.endedBy(Fate.QUEUE_FULL) <= counted.copies();
    }

    // A large copy takes the place of several small ones.
    private boolean fewBytes() {
        return model.settings.limits().queuedBytesMax() < Limits.DEFAULTS.queuedBytesMax();
    }

    // Returns how many copies had this fate in the call; `unknown` of them may be of others than
    // those that are candidates.
    private long require(Accounting counted, Fate fate, Predicate<Candidate> mayBe, long unknown) {
        long now = counted.endedBy(fate);
        long count = now - ended[fate.ordinal()];
        ended[fate.ordinal()] = now;
        unknownMost[fate.ordinal()] += unknown;
        if (count > 0 || (fate == Fate.SESSION_ENDED && endsLater())) {
            Set<Object> all = mayHave.computeIfAbsent(fate, key -> new HashSet<>());
            for (Candidate candidate : candidates()) {
                if (mayBe.test(candidate)) {
                    all.add(candidate.identity);
                }
            }
            Invariant.REASONS.require(
                    count == 0 || now <= all.size() + unknownMost[fate.ordinal()],
                    "of %d copies that ended by %s, the last %d now, %d had a reason to: %s",
                    now,
                    fate,
                    count,
                    all.size(),
                    counted);
        }
        return count;
    }

    // ---- reasons
    // -----------------------------------------------------------------------------------

    private boolean isExpired(Candidate candidate) {
        return candidate.acceptance.expiresAtOnce
                || candidate.acceptance.isExpired(model.nowNanos());
    }

    // At the limit of a queue, or of the out-buffer of one who reads slowly (B36, B37).
    private boolean mayGiveWay(Candidate candidate) {
        return candidate.who.stream()
                .anyMatch(session ->
                        session.overflowed
                                || (candidate.qos == QoS.AT_MOST_ONCE && readsSlowly(session)));
    }

    private boolean readsSlowly(ModelSession session) {
        return isSlow(session.tap) || isSlow(session.tapLeft);
    }

    private boolean isSlow(@Nullable Tap tap) {
        return tap != null
                && tap.connection.waiting() >= model.settings.limits().outBufferLowBytes();
    }

    private boolean hasEnded(Candidate candidate) {
        return candidate.who.stream().anyMatch(model.endedInCall::contains);
    }

    // ---- copies
    // ------------------------------------------------------------------------------------

    private List<Candidate> candidates() {
        List<Candidate> all = new ArrayList<>();
        model.sessions.values().forEach(session -> add(all, session));
        model.endedInCall.forEach(session -> add(all, session));
        for (SharedCopies.SharedCopy copy : model.shared.all()) {
            if (!copy.done) {
                long least =
                        copy.chosen().stream().mapToLong(s -> s.packetSizeLeast).min().orElse(0);
                all.add(
                        new Candidate(
                                copy,
                                copy.acceptance,
                                copy.chosen(),
                                QoS.AT_MOST_ONCE,
                                copy.acceptance.bytesMax,
                                least));
            }
        }
        return all;
    }

    private void add(List<Candidate> all, ModelSession session) {
        List<ModelSession> who = List.of(session);
        Tap tap = session.tap;
        long limit = tap == null ? session.packetSizeLeast : tap.packetSizeMax;
        for (Awaited copy : session.allAwaited()) {
            all.add(new Candidate(copy, copy.acceptance, who, copy.qos, copy.bytes(), limit));
        }
        for (ModelSession.Flying flying : session.open.values()) {
            long bytes = flying.mayBeGone ? Long.MAX_VALUE : 0;
            all.add(
                    new Candidate(
                            flying, flying.copy.acceptance, who, flying.copy.qos, bytes, limit));
        }
        if (tap != null) {
            for (Tap.Replay replay : tap.replays) {
                for (Acceptance owed : replay.owed.values()) {
                    all.add(retained(new Retained(replay, owed.mark, 0), owed, who, limit));
                }
            }
        }
        for (String mark : session.mayStillCome) {
            Acceptance owed = model.acceptances.get(mark);
            for (int i = 0; i < session.mayStillComeMost && owed != null; i++) {
                all.add(retained(new Retained(session, mark, i), owed, who, limit));
            }
        }
    }

    private static Candidate retained(
            Retained identity, Acceptance owed, List<ModelSession> who, long limit) {
        return new Candidate(identity, owed, who, QoS.AT_MOST_ONCE, owed.bytesMax, limit);
    }
}
