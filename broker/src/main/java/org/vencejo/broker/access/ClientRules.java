package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication.Grants;
import org.vencejo.protocol.QoS;

/// The access rules that came with one client's identity: those of a token, or of a service's
/// answer. Immutable.
///
/// They are a JSON list of objects with the keys of a rule in YAML, but for those that say whom it
/// is about. They are asked when no rule of the broker's own file speaks of a request.
public final class ClientRules implements Grants {
    private static final Set<String> KEYS =
            Set.of("allow", "deny", "topics", "maximum-qos", "retain", "shared");

    private final List<Rule> rules;

    private ClientRules(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /// What is wrong with rules, in words that quote nothing of them.
    public static final class WrongException extends RuntimeException {
        private static final long serialVersionUID = 1;

        WrongException(String detail) {
            super(detail);
        }
    }

    /// Reads the rules of `from`, in which `json` stands; null is no rule at all. They have at most
    /// `topicsMax` Topic Filters together.
    ///
    /// @throws WrongException if there is anything in them that is not understood: half of a rule
    ///   may allow what the whole denies
    public static ClientRules read(String from, @Nullable Object json, int topicsMax) {
        if (json == null) {
            return new ClientRules(List.of());
        }
        List<Rule> rules = new ArrayList<>();
        int topics = 0;
        for (Object each : list(json, "rules")) {
            if (!(each instanceof Map<?, ?> keys)) {
                throw new WrongException("a rule that has no keys");
            }
            Rule rule = rule(from + " [" + rules.size() + "]", keys);
            topics += rule.topics().size();
            if (topics > topicsMax) {
                throw new WrongException("more than " + topicsMax + " topics");
            }
            rules.add(rule);
        }
        return new ClientRules(rules);
    }

    private static Rule rule(String place, Map<?, ?> keys) {
        if (!KEYS.containsAll(keys.keySet())) {
            throw new WrongException("a key that no rule has");
        }
        boolean allows = keys.containsKey("allow");
        if (allows == keys.containsKey("deny")) {
            throw new WrongException("a rule without either allow or deny");
        }
        Set<Action> actions = EnumSet.noneOf(Action.class);
        Object verb = keys.get(allows ? "allow" : "deny");
        for (Object each : verb instanceof String ? List.of(verb) : list(verb, "allow and deny")) {
            if ("publish".equals(each)) {
                actions.add(Action.PUBLISH);
            } else if ("subscribe".equals(each)) {
                actions.add(Action.SUBSCRIBE);
            } else {
                throw new WrongException("what is allowed or denied is not publish or subscribe");
            }
        }
        List<Template> topics = new ArrayList<>();
        Object given = keys.get("topics");
        for (Object each : given instanceof String ? List.of(given) : list(given, "topics")) {
            if (!(each instanceof String text) || Template.of(text).fault() != null) {
                throw new WrongException("a topic that is no Topic Filter");
            }
            topics.add(Template.of(text));
        }
        if (actions.isEmpty() || topics.isEmpty()) {
            throw new WrongException("an empty list");
        }
        return new Rule(
                allows,
                actions,
                Who.EVERYBODY,
                topics,
                qos(keys.get("maximum-qos")),
                flag(keys.get("retain")),
                flag(keys.get("shared")),
                place,
                (allows ? "allow: " : "deny: ") + actions + ", topics: " + topics);
    }

    private static List<?> list(@Nullable Object json, String key) {
        if (json instanceof List<?> list) {
            return list;
        }
        throw new WrongException(key + " is no list");
    }

    private static QoS qos(@Nullable Object json) {
        if (json == null) {
            return QoS.EXACTLY_ONCE;
        }
        for (QoS qos : QoS.values()) {
            if (json instanceof Number number && number.doubleValue() == qos.value()) {
                return qos;
            }
        }
        throw new WrongException("maximum-qos is not 0, 1 or 2");
    }

    private static @Nullable Boolean flag(@Nullable Object json) {
        if (json == null || json instanceof Boolean) {
            return (Boolean) json;
        }
        throw new WrongException("retain or shared is neither true nor false");
    }

    List<Rule> rules() {
        return rules;
    }

    @Override
    public String toString() {
        return rules.toString();
    }
}
