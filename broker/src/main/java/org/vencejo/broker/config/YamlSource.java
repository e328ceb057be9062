package org.vencejo.broker.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.snakeyaml.engine.v2.nodes.Tag;

/// Flattens YAML into given values, each with its place, as far as the table of keys knows their
/// paths.
///
/// Confined to the thread that reads the configuration. Whatever does not fit becomes a [Mistake]
/// and the rest is read all the same.
final class YamlSource {
    private final List<Mistake> mistakes;
    private final List<Given> values = new ArrayList<>();

    /// Lists and mappings met so far: one that comes again is an alias, which could repeat for
    /// ever.
    private final Set<Node> met = Collections.newSetFromMap(new IdentityHashMap<>());

    private String file = "";
    private @Nullable Place fixedPlace;

    YamlSource(List<Mistake> mistakes) {
        this.mistakes = mistakes;
    }

    /// A whole file.
    List<Given> file(String name, String text) {
        file = name;
        return flatten("", text, Place.ofFile(name));
    }

    /// The value of one key, whose parts all have the place of the flag or variable.
    List<Given> value(String path, String text, Place place) {
        fixedPlace = place;
        return flatten(path, text, place);
    }

    private List<Given> flatten(String path, String text, Place whole) {
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(whole.source())
                        .setAllowDuplicateKeys(true)
                        .setAllowNonScalarKeys(true)
                        .build();
        try {
            Node root = new Compose(settings).composeString(text).orElse(null);
            if (root != null) {
                node(path, root);
            }
        } catch (MarkedYamlEngineException e) {
            Place place = e.getProblemMark().map(this::placeOf).orElse(whole);
            mistakes.add(new Mistake(place, path, "not YAML: " + oneLine(e.getProblem())));
        } catch (YamlEngineException e) {
            mistakes.add(new Mistake(whole, path, "not YAML: " + oneLine(e.getMessage())));
        }
        return values;
    }

    private void node(String path, Node node) {
        Shape shape = Shape.of(path);
        if (!(node instanceof ScalarNode) && !met.add(node)) {
            mistake(node, path, "an alias for a list or mapping; allowed: writing it out");
        } else if (shape == Shape.VALUE && node instanceof ScalarNode scalar) {
            if (scalar.getTag().equals(Tag.NULL)) {
                mistake(node, path, "no value; allowed: " + allowed(path));
            } else {
                values.add(new Given(path, scalar.getValue(), placeOf(node)));
            }
        } else if (shape == Shape.VALUE
                && node instanceof SequenceNode list
                && isTexts(path, list)) {
            texts(path, list);
        } else if (shape == Shape.VALUE) {
            mistake(node, path, "given " + kind(node) + "; allowed: " + allowed(path));
        } else if (shape == Shape.LIST && node instanceof SequenceNode sequence) {
            if (sequence.getValue().isEmpty()) {
                mistake(node, path, "an empty list; allowed: at least one entry");
            }
            for (int i = 0; i < sequence.getValue().size(); i++) {
                Node entry = sequence.getValue().get(i);
                values.add(new Given(path + "[" + i + "]", "", placeOf(entry)));
                node(path + "[" + i + "]", entry);
            }
        } else if (shape == Shape.LIST) {
            mistake(node, path, "given " + kind(node) + "; allowed: a list");
        } else if (node instanceof MappingNode mapping) {
            mapping(path, mapping);
        } else if (!isNull(node)
                || path.endsWith("]")) { // a section may have all its keys in comments
            mistake(node, path, "given " + kind(node) + "; allowed: keys and values");
        }
    }

    private void mapping(String path, MappingNode mapping) {
        Map<String, Place> seen = new HashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Node keyNode = tuple.getKeyNode();
            if (!(keyNode instanceof ScalarNode scalar)) {
                mistake(keyNode, path, "given " + kind(keyNode) + " as a key; allowed: a word");
                continue;
            }
            String key = path.isEmpty() ? scalar.getValue() : path + "." + scalar.getValue();
            Place earlier = seen.putIfAbsent(key, placeOf(keyNode));
            if (earlier != null) {
                mistake(keyNode, key, "given twice; first at " + earlier);
            } else if (scalar.getValue().indexOf('[') >= 0 || Shape.of(key) == Shape.UNKNOWN) {
                mistake(keyNode, key, Nearest.unknown(key));
            } else {
                node(key, tuple.getValueNode());
            }
        }
    }

    // One text with commas between them, as flags and variables give it: so none may have one.
    private void texts(String path, SequenceNode list) {
        List<String> texts = new ArrayList<>();
        for (Node each : list.getValue()) {
            String text = ((ScalarNode) each).getValue();
            if (text.contains(",")) {
                mistake(
                        each,
                        path,
                        "given '%s', which has a comma; allowed: entries without one"
                                .formatted(text));
            }
            texts.add(text);
        }
        values.add(new Given(path, String.join(",", texts), placeOf(list)));
    }

    private static boolean isTexts(String path, SequenceNode list) {
        return Keys.at(path).type() instanceof ValueType.Texts
                && list.getValue().stream().allMatch(each -> each instanceof ScalarNode);
    }

    private static String allowed(String path) {
        return Keys.at(path).type().allowed();
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String kind(Node node) {
        return switch (node) {
            case ScalarNode scalar when isNull(scalar) -> "nothing";
            case ScalarNode scalar -> "'" + scalar.getValue() + "'";
            case SequenceNode sequence -> "a list";
            case MappingNode mapping -> "keys and values";
            default -> "what is neither a value, a list nor a mapping";
        };
    }

    private void mistake(Node node, String path, String detail) {
        mistakes.add(new Mistake(placeOf(node), path, detail));
    }

    private Place placeOf(Node node) {
        return node.getStartMark().map(this::placeOf).orElseGet(() -> Place.ofFile(file));
    }

    private Place placeOf(Mark mark) {
        return fixedPlace != null
                ? fixedPlace
                : Place.inFile(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static String oneLine(@Nullable String text) {
        return text == null ? "" : text.strip().replaceAll("\\s+", " ");
    }
}
