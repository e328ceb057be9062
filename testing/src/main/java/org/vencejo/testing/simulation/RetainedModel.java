package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What is retained, and all changes that led to it. Confined to one thread.
final class RetainedModel {
    /// What set the retained message, or took it away.
    private record Change(Acceptance by, boolean takesAway) {
        boolean leaves(@Nullable String mark, long nowNanos) {
            return mark == null
                    ? takesAway || by.isExpired(nowNanos)
                    : !takesAway && by.mark.equals(mark);
        }

        @Override
        public String toString() {
            return takesAway ? "nothing" : by.mark;
        }
    }

    private final Map<TopicName, Acceptance> now = new LinkedHashMap<>();
    private final Map<TopicName, List<Change>> changes = new HashMap<>();
    private final Map<TopicName, Integer> acknowledged = new HashMap<>();
    private final Map<TopicName, List<Acceptance>> rivals = new HashMap<>();

    /// A message sets the retained one of its topic, or takes it away; `unordered`, it is one of
    /// several of this call of which nobody knows which came last.
    void change(Acceptance acceptance, boolean takesAway, boolean unordered) {
        TopicName topicName = acceptance.topicName;
        if (unordered && !takesAway) {
            rivals.computeIfAbsent(topicName, name -> new ArrayList<>()).add(acceptance);
        }
        List<Change> all = changes.computeIfAbsent(topicName, name -> new ArrayList<>());
        acceptance.retainedChange = all.size();
        all.add(new Change(acceptance, takesAway));
        if (takesAway) {
            now.remove(topicName);
        } else {
            now.put(topicName, acceptance);
        }
    }

    /// The call is over, and the server has these retained: of rivals, that is the last.
    void learn(Supplier<List<Message>> retained) {
        if (rivals.isEmpty()) {
            return;
        }
        for (Message message : retained.get()) {
            TopicName topicName = message.publish().topicName();
            String mark = Durability.mark(message);
            for (Acceptance rival : rivals.getOrDefault(topicName, List.of())) {
                if (rival.mark.equals(mark)) {
                    now.put(topicName, rival);
                }
            }
        }
        rivals.clear();
    }

    void acknowledged(Acceptance acceptance) {
        if (acceptance.retainedChange >= 0) {
            acknowledged.merge(acceptance.topicName, acceptance.retainedChange, Math::max);
        }
    }

    @Nullable Acceptance of(TopicName topicName) {
        return now.get(topicName);
    }

    List<Acceptance> matching(TopicFilter filter, long nowNanos) {
        List<Acceptance> all = new ArrayList<>();
        now.forEach((name, acceptance) -> {
            if (Matching.matches(filter, name) && !acceptance.isExpired(nowNanos)) {
                all.add(acceptance);
            }
        });
        return all;
    }

    List<TopicName> topics() {
        return List.copyOf(now.keySet());
    }

    /// What expired before `nextNanos` is gone.
    void passed(long nextNanos, long nowNanos) {
        now.values().removeIf(a -> a.expiresAtNanos <= nowNanos && a.expiresAtNanos < nextNanos);
    }

    /// Whether `stored` (null for nothing) is at least as new as what was acknowledged.
    void requireAsNew(
            TopicName topicName, @Nullable String stored, long nowNanos, Invariant invariant) {
        Integer least = acknowledged.get(topicName);
        List<Change> all = changes.getOrDefault(topicName, List.of());
        if (least == null) {
            return;
        }
        for (int i = least; i < all.size(); i++) {
            if (all.get(i).leaves(stored, nowNanos)) {
                return;
            }
        }
        throw invariant.broken(
                "the store has %s on %s, acknowledged was change %d of %s"
                        .formatted(stored == null ? "nothing" : stored, topicName, least, all));
    }

    /// All topics for which something was acknowledged.
    List<TopicName> acknowledgedTopics() {
        return List.copyOf(acknowledged.keySet());
    }

    /// The server crashed: what is retained is what the store has.
    void restored(Map<TopicName, Acceptance> stored) {
        now.clear();
        now.putAll(stored);
        // What was not kept never was.
        stored.forEach((name, acceptance) -> {
            List<Change> all = changes.getOrDefault(name, List.of());
            while (!all.isEmpty() && !all.getLast().leaves(acceptance.mark, 0)) {
                all.removeLast();
            }
        });
    }
}
