package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Permissions;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What the rules allow one client: those that are about it, with its names put in, and what they
/// said about the topics that it used lately.
///
/// Touched only by whoever runs the server.
final class RulePermissions implements Permissions {
    /// A rule that is about this client; without filters it is about all topics. Immutable.
    record OwnRule(Rule rule, TopicFilter[] filters, Levels[] levels) {
        OwnRule(Rule rule, List<TopicFilter> filters) {
            this(
                    rule,
                    filters.toArray(TopicFilter[]::new),
                    filters.stream().map(Levels::of).toArray(Levels[]::new));
        }

        boolean matches(TopicName topicName) {
            if (filters.length == 0) {
                return true;
            }
            for (TopicFilter filter : filters) {
                if (filter.matches(topicName)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// What is in no filter alone.
    private static final List<TopicFilter> EVERYTHING =
            List.of(TopicFilter.of("#"), TopicFilter.of("$SYS/#"));

    private static final int REMEMBERED = 16; // a power of two
    private static final int RECEIVE = 6;

    /// Longer names are looked up each time: clients choose them, and would have us hold them.
    private static final int REMEMBERED_BYTES_MAX = 256;

    private final OwnRule[] rules;
    private final RuleSet.Wide wide;
    private final int rulesLookedAt;

    // What was decided about a topic: a bit for each combination of QoS and RETAIN of a PUBLISH,
    // and
    // for each of QoS and sharing of a delivery
    private @Nullable TopicName @Nullable [] topics;
    private short[] known = new short[0];
    private short[] allowed = new short[0];

    RulePermissions(List<OwnRule> rules, RuleSet.Wide wide, int rulesLookedAt) {
        this.rules = rules.toArray(OwnRule[]::new);
        this.wide = wide;
        this.rulesLookedAt = rulesLookedAt;
    }

    /// The rules that are about this client, in their order.
    List<OwnRule> rules() {
        return List.of(rules);
    }

    @Override
    public int rulesLookedAt() {
        return rulesLookedAt;
    }

    @Override
    public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
        if (topicName.length() > REMEMBERED_BYTES_MAX) {
            return allows(publishRule(topicName, qos, retain));
        }
        int slot = slotOf(topicName);
        int bit = 1 << (qos.value() * 2 + (retain ? 1 : 0));
        if ((known[slot] & bit) == 0) {
            remember(slot, bit, allows(publishRule(topicName, qos, retain)));
        }
        return (allowed[slot] & bit) != 0;
    }

    @Override
    public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
        if (topicName.length() > REMEMBERED_BYTES_MAX) {
            return allows(receiveRule(topicName, qos, shared));
        }
        int slot = slotOf(topicName);
        int bit = 1 << (RECEIVE + qos.value() * 2 + (shared ? 1 : 0));
        if ((known[slot] & bit) == 0) {
            remember(slot, bit, allows(receiveRule(topicName, qos, shared)));
        }
        return (allowed[slot] & bit) != 0;
    }

    @Override
    public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
        return allows(subscribeRule(topicFilter, qos));
    }

    private static boolean allows(@Nullable Rule rule) {
        return rule != null && rule.allows();
    }

    /// All filters of the rules, in their order; of a rule without any those of all topics.
    List<TopicFilter> filters() {
        List<TopicFilter> all = new ArrayList<>();
        for (OwnRule own : rules) {
            all.addAll(own.filters.length == 0 ? EVERYTHING : List.of(own.filters));
        }
        return all;
    }

    /// Whether these are the same rules, wherever they are written.
    boolean decidesAs(RulePermissions other) {
        if (wide != other.wide || rules.length != other.rules.length) {
            return false;
        }
        for (int i = 0; i < rules.length; i++) {
            Rule ours = rules[i].rule;
            Rule theirs = other.rules[i].rule;
            if (ours.allows() != theirs.allows()
                    || !ours.actions().equals(theirs.actions())
                    || ours.qosMax() != theirs.qosMax()
                    || !Objects.equals(ours.retain(), theirs.retain())
                    || !Objects.equals(ours.shared(), theirs.shared())
                    || !Arrays.equals(rules[i].filters, other.rules[i].filters)) {
                return false;
            }
        }
        return true;
    }

    /// The rule that decides about a PUBLISH, or null if none speaks of it.
    @Nullable Rule publishRule(TopicName topicName, QoS qos, boolean retain) {
        for (OwnRule own : rules) {
            Rule rule = own.rule;
            if (rule.actions().contains(Action.PUBLISH)
                    && qos.compareTo(rule.qosMax()) <= 0
                    && (rule.retain() == null || rule.retain() == retain)
                    && own.matches(topicName)) {
                return rule;
            }
        }
        return null;
    }

    /// The rule that decides about a delivery. QoS and sharing are looked at here as well as when
    /// the client subscribes: one rule may have granted a wide subscription and another be about a
    /// part of it.
    @Nullable Rule receiveRule(TopicName topicName, QoS qos, boolean shared) {
        for (OwnRule own : rules) {
            Rule rule = own.rule;
            if (rule.actions().contains(Action.SUBSCRIBE)
                    && qos.compareTo(rule.qosMax()) <= 0
                    && (rule.shared() == null || rule.shared() == shared)
                    && own.matches(topicName)) {
                return rule;
            }
        }
        return null;
    }

    /// The rule that decides about a subscription: the first that denies all of it, or allows some
    /// of it, and if wide ones are refused, the first that denies some or allows all of it.
    @Nullable Rule subscribeRule(TopicFilter topicFilter, QoS qos) {
        Levels wanted = Levels.of(topicFilter);
        for (OwnRule own : rules) {
            Rule rule = own.rule;
            if (rule.actions().contains(Action.SUBSCRIBE)
                    && qos.compareTo(rule.qosMax()) <= 0
                    && (rule.shared() == null || rule.shared() == topicFilter.isShared())
                    && decides(own, wanted)) {
                return rule;
            }
        }
        return null;
    }

    private boolean decides(OwnRule own, Levels wanted) {
        if (own.levels.length == 0) {
            return true;
        }
        boolean some = own.rule.allows() == (wide == RuleSet.Wide.FILTERED);
        for (Levels levels : own.levels) {
            if (some ? levels.overlaps(wanted) : levels.covers(wanted)) {
                return true;
            }
        }
        return false;
    }

    /// Whether an answer about the topic is held.
    boolean remembers(TopicName topicName) {
        return topics != null && topicName.equals(topics[indexOf(topicName)]);
    }

    // Where what is known about the topic stands; nothing is known yet if another was there.
    private int slotOf(TopicName topicName) {
        if (topics == null) {
            topics = new @Nullable TopicName[REMEMBERED];
            known = new short[REMEMBERED];
            allowed = new short[REMEMBERED];
        }
        int slot = indexOf(topicName);
        if (!topicName.equals(topics[slot])) {
            topics[slot] = topicName;
            known[slot] = 0;
            allowed[slot] = 0;
        }
        return slot;
    }

    private static int indexOf(TopicName topicName) {
        int hash = topicName.hashCode();
        return (hash ^ (hash >>> 16)) & (REMEMBERED - 1);
    }

    private void remember(int slot, int bit, boolean isAllowed) {
        known[slot] |= (short) bit;
        if (isAllowed) {
            allowed[slot] |= (short) bit;
        }
    }
}
