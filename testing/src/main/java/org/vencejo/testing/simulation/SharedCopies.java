package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.testing.simulation.ModelSession.Grant;

/// The messages to shared subscriptions: one copy for each group, held by one member at a time.
///
/// Confined to one thread. Which member is chosen is the server's business; that it is one is ours.
final class SharedCopies {
    /// One message to one group.
    static final class SharedCopy {
        final Acceptance acceptance;
        final TopicFilter share;
        final Set<ModelSession> members = new LinkedHashSet<>();
        @Nullable ModelSession holder;
        boolean heldExactlyOnce;
        boolean done;

        /// All that may have been chosen for it, at first or when a member's session ended.
        private final Set<ModelSession> chosen = new LinkedHashSet<>();

        /// Those that were members all the time.
        private final Set<ModelSession> faithful = new LinkedHashSet<>();

        /// Nobody may have been chosen for it that gets it at QoS 0, and so perhaps never.
        private boolean lasting;

        SharedCopy(Acceptance acceptance, TopicFilter share) {
            this.acceptance = acceptance;
            this.share = share;
            this.lasting =
                    acceptance.qos != QoS.AT_MOST_ONCE
                            && acceptance.expiresAtNanos == Acceptance.NEVER;
        }

        void madeFor(ModelSession member, @Nullable Grant grant) {
            members.add(member);
            faithful.add(member);
            mayGoTo(member, grant == null ? QoS.AT_MOST_ONCE : grant.subscription.maximumQoS());
        }

        private void mayGoTo(ModelSession member, QoS granted) {
            chosen.add(member);
            lasting &= granted != QoS.AT_MOST_ONCE;
        }

        Set<ModelSession> chosen() {
            return chosen;
        }

        // Whoever held it, somebody was always there to take it over (C24).
        private boolean isLost() {
            ModelSession last = holder;
            boolean died = last != null && last.ended && heldExactlyOnce;
            return lasting
                    && !done
                    && !died
                    && !acceptance.repeated
                    && faithful.stream().anyMatch(member -> !member.ended)
                    && chosen.stream().allMatch(SharedCopy::hasTakenAll);
        }

        private static boolean hasTakenAll(ModelSession member) {
            return !member.overflowed
                    && member.packetSizeLeast == Long.MAX_VALUE
                    && (member.ended || member.isEstablished());
        }
    }

    private final Map<String, List<SharedCopy>> byMark = new HashMap<>();

    void add(SharedCopy copy) {
        byMark.computeIfAbsent(copy.acceptance.mark, mark -> new ArrayList<>()).add(copy);
    }

    /// `member` is sent the message for the first time: it holds the copy from now on. Null if no
    /// group that it is, or was, a member of was to get it. Of a message that was published more
    /// than once it is one that is `likely`, if there is one.
    @Nullable SharedCopy sentTo(
            ModelSession member, String mark, QoS qos, Predicate<Acceptance> likely) {
        List<SharedCopy> copies = new ArrayList<>(byMark.getOrDefault(mark, List.of()));
        copies.sort(Comparator.comparing(copy -> !likely.test(copy.acceptance)));
        @Nullable SharedCopy another = null;
        for (SharedCopy copy : copies) {
            if (!copy.members.contains(member) && !member.everShared.contains(copy.share)) {
                continue;
            }
            ModelSession holder = copy.holder;
            boolean free = holder == null || (holder.ended && !copy.heldExactlyOnce);
            if (free && !copy.done) {
                copy.holder = member;
                copy.heldExactlyOnce = qos == QoS.EXACTLY_ONCE;
                copy.done = qos == QoS.AT_MOST_ONCE;
                return copy;
            }
            another = copy;
        }
        // Of a repeated message nobody can tell whose copy it is.
        if (another != null && copies.size() > 1) {
            return another;
        }
        if (another != null) {
            throw Invariant.SHARED_ONCE.broken(
                    "%s through %s went to %s%s, and now to %s"
                            .formatted(
                                    another.acceptance,
                                    another.share,
                                    another.holder,
                                    another.done ? ", which answered it" : "",
                                    member));
        }
        return null;
    }

    /// `member` shares a subscription from now on, or has other options.
    void joined(ModelSession member, Subscription subscription) {
        for (SharedCopy copy : all()) {
            if (!copy.done && copy.share.equals(subscription.topicFilter())) {
                copy.mayGoTo(member, subscription.maximumQoS());
            }
        }
    }

    /// `member` gave its subscription up.
    void left(ModelSession member, TopicFilter share) {
        for (SharedCopy copy : all()) {
            if (copy.share.equals(share)) {
                copy.faithful.remove(member);
            }
        }
    }

    /// What was lost on the way, when nothing is under way any more.
    List<SharedCopy> lost() {
        return all().stream().filter(SharedCopy::isLost).toList();
    }

    void done(ModelSession member, String mark) {
        for (SharedCopy copy : byMark.getOrDefault(mark, List.of())) {
            if (member.equals(copy.holder) && !copy.done) {
                copy.done = true;
                return;
            }
        }
    }

    /// The server crashed: who holds what is what the store says.
    void crashed() {
        for (List<SharedCopy> copies : byMark.values()) {
            for (SharedCopy copy : copies) {
                copy.holder = null;
                copy.done = false;
                copy.heldExactlyOnce = false;
                copy.lasting = false;
            }
        }
    }

    /// After a crash: the store has the copy in the queue of `member`.
    void heldBy(ModelSession member, String mark, boolean exactlyOnce) {
        for (SharedCopy copy : byMark.getOrDefault(mark, List.of())) {
            if (copy.holder == null) {
                copy.holder = member;
                copy.heldExactlyOnce = exactlyOnce;
                return;
            }
        }
    }

    List<SharedCopy> all() {
        List<SharedCopy> all = new ArrayList<>();
        byMark.values().forEach(all::addAll);
        return all;
    }
}
