package org.vencejo.core.routing;

import java.util.IdentityHashMap;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;

/// A group of subscribers that share one filter under one name: each message goes to one of them.
///
/// Part of the core: touched only by whoever runs it.
///
/// Members take turns (C23): they form a ring, and who was chosen goes to its end. A new member
/// joins at the end too.
public final class SharedSubscription<S> {
    /// What the readiness of a member means in [#choose].
    public static final int READY = 0;

    public static final int FULL = 1;
    public static final int OFFLINE = 2;
    public static final int EXCLUDED = -1;

    private final TopicFilter filter;
    private final IdentityHashMap<S, Member<S>> members = new IdentityHashMap<>(4);
    private @Nullable Member<S> turn;

    /// Where it is in its [SubscriberList].
    int position;

    SharedSubscription(TopicFilter filter) {
        this.filter = filter;
    }

    /// The filter with its `$share` part.
    public TopicFilter filter() {
        return filter;
    }

    public int size() {
        return members.size();
    }

    /// The member whose turn it is among those of the best readiness: first [#READY], then [#FULL]
    /// (connected, but it can take nothing now), then [#OFFLINE]; never one whose readiness is
    /// negative. Null if nobody is left.
    public @Nullable Member<S> choose(ToIntFunction<Member<S>> readiness) {
        if (turn == null) {
            return null;
        }
        Member<S> best = null;
        int bestReadiness = Integer.MAX_VALUE;
        Member<S> member = turn;
        do {
            int found = readiness.applyAsInt(member);
            if (found >= READY && found < bestReadiness) {
                best = member;
                bestReadiness = found;
            }
            member = member.next;
        } while (bestReadiness > READY && member != turn);
        if (best != null) {
            turn = best.next;
        }
        return best;
    }

    /// Whether any member is so.
    public boolean hasMember(Predicate<Member<S>> is) {
        if (turn == null) {
            return false;
        }
        Member<S> member = turn;
        do {
            if (is.test(member)) {
                return true;
            }
            member = member.next;
        } while (member != turn);
        return false;
    }

    /// Adds a member at the end of the round, or replaces its options where it stands; returns
    /// whether it is new.
    boolean put(S subscriber, Subscription subscription, int subscriptionIdentifier) {
        Member<S> member = new Member<>(subscriber, subscription, subscriptionIdentifier);
        Member<S> replaced = members.put(subscriber, member);
        if (replaced != null) {
            insertBefore(replaced, member);
            if (turn == replaced) {
                turn = member;
            }
            unlink(replaced);
            return false;
        }
        if (turn == null) {
            turn = member;
        } else {
            insertBefore(turn, member);
        }
        return true;
    }

    boolean remove(S subscriber) {
        Member<S> member = members.remove(subscriber);
        if (member == null) {
            return false;
        }
        unlink(member);
        return true;
    }

    private void insertBefore(Member<S> place, Member<S> member) {
        member.previous = place.previous;
        member.next = place;
        place.previous.next = member;
        place.previous = member;
    }

    private void unlink(Member<S> member) {
        if (turn == member) {
            turn = member.next == member ? null : member.next;
        }
        member.previous.next = member.next;
        member.next.previous = member.previous;
    }
}
