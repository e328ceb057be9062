package org.vencejo.testing.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Will;

/// What can be known of one session from outside: the model that the server's session is held
/// against.
///
/// Confined to one thread.
final class ModelSession {
    static final long NEVER = Long.MAX_VALUE;

    /// A subscription as it was asked for; `identifier` is 0 if it has none.
    static final class Grant {
        final Subscription subscription;
        final int identifier;
        final boolean isNew;

        /// UNSUBSCRIBE came before SUBACK was sent, or it was refused.
        boolean cancelled;

        /// Nothing could be kept when it came.
        boolean refused;

        Grant(Subscription subscription, int identifier, boolean isNew) {
            this.subscription = subscription;
            this.identifier = identifier;
            this.isNew = isNew;
        }
    }

    /// The filters of a SUBSCRIBE whose SUBACK was not sent yet.
    record Subscribing(int packetIdentifier, List<Grant> grants) {}

    /// A copy that was sent and not answered to its end.
    static final class Flying {
        final Awaited copy;
        final int bytes;
        final long place;
        @Nullable Tap sentOn;
        boolean released;

        /// It became too large for its client, and was given up instead of sent again.
        boolean mayBeGone;

        /// `place` is its place among all that was sent first.
        Flying(Awaited copy, int bytes, long place, @Nullable Tap sentOn) {
            this.copy = copy;
            this.bytes = bytes;
            this.place = place;
            this.sentOn = sentOn;
        }
    }

    // For its whole life
    final String clientIdentifier;
    final boolean kept;
    boolean ended;

    /// Whether a client was told that it is there.
    boolean told;

    /// Its number in the store, once it is known.
    long number;

    // Its connection and its times
    @Nullable Tap tap;

    /// The connection that it lost in the last call of the core: what was dropped for a slow reader
    /// may have been before.
    @Nullable Tap tapLeft;

    long expirySeconds;
    long expiryDue = NEVER;
    long willDue = NEVER;
    @Nullable String userName;
    @Nullable Will will;
    int receiveMaximum = 65_535;
    long packetSizeLeast = Long.MAX_VALUE;

    // Its subscriptions: as asked for, and as far as messages are routed by them
    final Map<TopicFilter, Grant> asked = new LinkedHashMap<>();
    final Map<TopicFilter, Grant> active = new LinkedHashMap<>();
    final ArrayDeque<Subscribing> pending = new ArrayDeque<>();

    /// All shared subscriptions that it ever had: what came through one may still be queued.
    final Set<TopicFilter> everShared = new HashSet<>();

    /// When each filter was subscribed to last, among the requests of the session.
    final Map<TopicFilter, Long> subscribedAt = new HashMap<>();

    long requests;

    // Towards the client
    final Map<Integer, Flying> open = new LinkedHashMap<>();
    final Map<String, ArrayDeque<Awaited>> awaited = new LinkedHashMap<>();
    private final Set<Awaited> left = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Integer> copies = new HashMap<>();
    final Set<String> everSent = new HashSet<>();
    final Set<String> finished = new HashSet<>();
    final Map<String, Long> lastOrder = new HashMap<>();

    /// Retained copies that may still come though nobody is owed them any more.
    final Set<String> mayStillCome = new HashSet<>();

    int mayStillComeMost;
    boolean overflowed;
    long sent;

    // From the client
    /// While several sessions lose their connection or end in one call: the subscriptions that it
    /// had before, as nobody knows who came first.
    @Nullable Map<TopicFilter, Grant> leavingWith;

    final Set<Integer> taken = new TreeSet<>();

    /// What was taken over under each of them.
    final Map<Integer, Acceptance> takenFor = new HashMap<>();

    // After a crash
    final Map<String, Integer> identifierBefore = new HashMap<>();

    /// Of one message a live copy and a retained one may differ in QoS.
    static String sameCopy(String mark, QoS qos) {
        return mark + " " + qos;
    }

    boolean dupUnknown;
    int countedAsSent;

    ModelSession(String clientIdentifier, boolean kept) {
        this.clientIdentifier = clientIdentifier;
        this.kept = kept;
    }

    boolean isEstablished() {
        Tap to = tap;
        return to != null && to.established;
    }

    /// The connection is gone: copies of QoS 0 that waited ended with it, if they had not been sent
    /// in the same call. Returns how many more these may be.
    int leaveAtMostOnce() {
        int before = left.size();
        for (Awaited copy : allAwaited()) {
            if (copy.qos == QoS.AT_MOST_ONCE) {
                left.add(copy);
            }
        }
        return left.size() - before;
    }

    void await(Awaited copy) {
        if (!copy.fromStore) {
            counted(copy.mark());
        }
        awaited.computeIfAbsent(copy.mark(), mark -> new ArrayDeque<>()).add(copy);
    }

    /// Its subscriptions, with those whose SUBACK was not sent.
    Map<TopicFilter, Grant> allSubscriptions() {
        Map<TopicFilter, Grant> all = new LinkedHashMap<>(active);
        for (Subscribing subscribing : pending) {
            for (Grant grant : subscribing.grants) {
                if (!grant.cancelled) {
                    all.put(grant.subscription.topicFilter(), grant);
                }
            }
        }
        return all;
    }

    /// There is one more copy of the message for the session.
    void counted(String mark) {
        copies.merge(mark, 1, Integer::sum);
    }

    /// Whether the session was to get the message more than once, so that one copy cannot be told
    /// from another: its publisher repeated it.
    boolean isAmbiguous(Acceptance acceptance) {
        return acceptance.repeated || copies.getOrDefault(acceptance.mark, 0) > 1;
    }

    /// All copies that wait to be sent.
    List<Awaited> allAwaited() {
        List<Awaited> all = new ArrayList<>();
        awaited.values().forEach(all::addAll);
        return all;
    }

    int inFlight() {
        return open.size() + countedAsSent;
    }

    /// How many of them the server may have given up: what would be sent again is too large now.
    int mayBeGivenUp() {
        int fromStore = packetSizeLeast == Long.MAX_VALUE ? 0 : countedAsSent;
        return fromStore + (int) open.values().stream().filter(f -> f.mayBeGone).count();
    }

    /// Whether there is a reason why `acceptance` may never reach the client.
    boolean mayMiss(Acceptance acceptance, long nowNanos) {
        return ended
                || overflowed
                || acceptance.expiresAtOnce
                || acceptance.isExpired(nowNanos)
                || acceptance.bytesMax > packetSizeLeast;
    }

    @Override
    public String toString() {
        return "session of " + clientIdentifier;
    }
}
