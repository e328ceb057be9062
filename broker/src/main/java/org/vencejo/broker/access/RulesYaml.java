package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.vencejo.protocol.QoS;

/// Reads access rules in our own syntax, as `docs/access-rules.md` describes it.
///
/// Confined to the thread that reads. Whatever is wrong becomes a [RuleMistake], and the rest is
/// read all the same.
final class RulesYaml {
    private static final List<String> FILE_KEYS = List.of("wide-subscriptions", "rules");
    private static final List<String> RULE_KEYS =
            List.of(
                    "allow",
                    "deny",
                    "topics",
                    "users",
                    "anonymous",
                    "clients",
                    "listeners",
                    "addresses",
                    "groups",
                    "certificates",
                    "maximum-qos",
                    "retain",
                    "shared");

    private final String file;
    private final String text;
    private final List<RuleMistake> mistakes;
    private final List<Rule> rules = new ArrayList<>();
    private RuleSet.Wide wide = RuleSet.Wide.FILTERED;

    RulesYaml(String file, String text, List<RuleMistake> mistakes) {
        this.file = file;
        this.text = text;
        this.mistakes = mistakes;
    }

    RuleSet read() {
        LoadSettings settings =
                LoadSettings.builder().setLabel(file).setAllowDuplicateKeys(true).build();
        try {
            Node root = new Compose(settings).composeString(text).orElse(null);
            if (root != null) {
                file(root);
            }
        } catch (MarkedYamlEngineException e) {
            mistake(e.getProblemMark().orElse(null), "", "not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            mistakes.add(new RuleMistake(0, 0, "", "not YAML: " + e.getMessage()));
        }
        return new RuleSet(rules, wide);
    }

    private void file(Node root) {
        Map<String, Node> keys = keys(root, FILE_KEYS);
        Node wideNode = keys.get("wide-subscriptions");
        if (wideNode != null) {
            wide =
                    word(
                            wideNode,
                            "wide-subscriptions",
                            Map.of(
                                    "filtered",
                                    RuleSet.Wide.FILTERED,
                                    "refused",
                                    RuleSet.Wide.REFUSED),
                            wide);
        }
        Node list = keys.get("rules");
        if (list instanceof SequenceNode sequence) {
            for (Node entry : sequence.getValue()) {
                rule(entry);
            }
        } else if (list != null) {
            mistake(list, "rules", "not a list; allowed: a list of rules");
        }
    }

    private void rule(Node node) {
        int before = mistakes.size();
        Map<String, Node> keys = keys(node, RULE_KEYS);
        Node allow = keys.get("allow");
        Node deny = keys.get("deny");
        if ((allow == null) == (deny == null)) {
            mistake(node, "rules", "allowed: a rule with either allow or deny");
            return;
        }
        String verb = allow != null ? "allow" : "deny";
        Set<Action> actions = EnumSet.noneOf(Action.class);
        for (Action action :
                list(keys, verb, RulesYaml::action, "publish, subscribe, or both as a list")) {
            actions.add(action);
        }
        List<Template> topics = list(keys, "topics", this::template, "Topic Filters");
        for (Template topic : topics) {
            String fault = topic.fault();
            if (fault != null) {
                mistake(keys.get("topics"), "topics", "given '" + topic + "': " + fault);
            }
        }
        Who who =
                new Who(
                        flag(keys, "anonymous"),
                        list(keys, "users", Glob::of, ""),
                        list(keys, "clients", Glob::of, ""),
                        list(keys, "listeners", Glob::of, ""),
                        list(
                                keys,
                                "addresses",
                                AddressRange::of,
                                "IP addresses such as 192.0.2.7, and ranges such as 10.0.0.0/8"),
                        list(keys, "groups", Glob::of, ""),
                        list(keys, "certificates", Glob::of, ""));
        Node qosNode = keys.get("maximum-qos");
        QoS qosMax =
                qosNode == null
                        ? QoS.EXACTLY_ONCE
                        : word(
                                qosNode,
                                "maximum-qos",
                                Map.of(
                                        "0", QoS.AT_MOST_ONCE,
                                        "1", QoS.AT_LEAST_ONCE,
                                        "2", QoS.EXACTLY_ONCE),
                                QoS.EXACTLY_ONCE);
        Boolean retain = flag(keys, "retain");
        Boolean shared = flag(keys, "shared");
        if (mistakes.size() == before) {
            rules.add(
                    new Rule(
                            allow != null,
                            actions,
                            who,
                            topics,
                            qosMax,
                            retain,
                            shared,
                            file
                                    + ":"
                                    + node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0),
                            describe(keys)));
        }
    }

    // The values of a mapping by their keys.
    private Map<String, Node> keys(Node node, List<String> known) {
        Map<String, Node> keys = new HashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            mistake(node, "", "allowed: keys and values, " + String.join(", ", known));
            return keys;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (!known.contains(key)) {
                mistake(
                        tuple.getKeyNode(),
                        key,
                        "unknown key; allowed: " + String.join(", ", known));
            } else if (keys.put(key, tuple.getValueNode()) != null) {
                mistake(tuple.getKeyNode(), key, "given twice");
            }
        }
        return keys;
    }

    // A value or a list of values.
    private <T> List<T> list(
            Map<String, Node> keys,
            String key,
            Function<String, @Nullable T> type,
            String allowed) {
        Node node = keys.get(key);
        if (node == null) {
            return List.of();
        }
        List<Node> nodes = node instanceof SequenceNode list ? list.getValue() : List.of(node);
        if (nodes.isEmpty()) {
            mistake(
                    node,
                    key,
                    "an empty list, which would hold for everything; allowed: at least one");
        }
        List<T> values = new ArrayList<>();
        for (Node each : nodes) {
            T value = each instanceof ScalarNode scalar ? type.apply(scalar.getValue()) : null;
            if (value == null) {
                mistake(
                        each,
                        key,
                        given(each) + (allowed.isEmpty() ? "" : "; allowed: " + allowed));
            } else {
                values.add(value);
            }
        }
        return values;
    }

    private @Nullable Boolean flag(Map<String, Node> keys, String key) {
        Node node = keys.get(key);
        return node == null
                ? null
                : word(node, key, Map.of("true", true, "false", false), Boolean.FALSE);
    }

    private <T> T word(Node node, String key, Map<String, T> words, T otherwise) {
        T value = node instanceof ScalarNode scalar ? words.get(scalar.getValue()) : null;
        if (value == null) {
            String allowed = words.keySet().stream().sorted().collect(Collectors.joining(", "));
            mistake(node, key, given(node) + "; allowed: " + allowed);
            return otherwise;
        }
        return value;
    }

    private Template template(String topic) {
        return Template.of(topic);
    }

    private static @Nullable Action action(String word) {
        return switch (word) {
            case "publish" -> Action.PUBLISH;
            case "subscribe" -> Action.SUBSCRIBE;
            default -> null;
        };
    }

    // The rule on one line, its keys in the order of the documents.
    private static String describe(Map<String, Node> keys) {
        return RULE_KEYS.stream()
                .filter(keys::containsKey)
                .map(key -> key + ": " + describe(keys.get(key)))
                .collect(Collectors.joining(", "));
    }

    private static String describe(@Nullable Node node) {
        return switch (node) {
            case ScalarNode scalar -> scalar.getValue();
            case SequenceNode list ->
                    list.getValue().stream()
                            .map(RulesYaml::describe)
                            .collect(Collectors.joining(", ", "[", "]"));
            case null, default -> "";
        };
    }

    private static String given(Node node) {
        return node instanceof ScalarNode scalar
                ? "given '" + scalar.getValue() + "'"
                : "given a list or keys and values";
    }

    private void mistake(@Nullable Node node, String key, String detail) {
        mistake(node == null ? null : node.getStartMark().orElse(null), key, detail);
    }

    private void mistake(@Nullable Mark mark, String key, String detail) {
        int line = mark == null ? 0 : mark.getLine() + 1;
        int column = mark == null ? 0 : mark.getColumn() + 1;
        mistakes.add(new RuleMistake(line, column, key, detail));
    }
}
