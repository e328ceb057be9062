package org.vencejo.broker.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What was given for each key, from a file, the environment and flags, the later before the
/// earlier.
///
/// Confined to the thread that reads the configuration.
final class Sources {
    /// Names that container platforms set for a service called "vencejo", and those that
    /// `./vencejo` itself reads: not meant for us.
    private static final Pattern NOT_OURS =
            Pattern.compile("VENCEJO_(JAVA_OPTS|SERVICE_(HOST|PORT.*)|PORT(_.*)?)");

    /// What such a platform gives as `VENCEJO_PORT`: `tcp://10.0.0.1:1883`.
    private static final String ADDRESS = "://";

    private static final Pattern INDEXED = Pattern.compile("([a-z]+)\\[(\\d{1,3})](\\..+)?");

    private static final Set<String> LISTS = Set.of("listeners", "authentication");

    private final List<Mistake> mistakes;
    private final SequencedMap<String, Given> given = new LinkedHashMap<>();

    Sources(List<Mistake> mistakes) {
        this.mistakes = mistakes;
    }

    /// What was given, by path.
    SequencedMap<String, Given> given() {
        return given;
    }

    /// How many listeners were given, and so whether the default ones are wanted.
    int listeners() {
        return entries("listeners");
    }

    /// How many entries of `list` were given, with those that are missing before others.
    int entries(String list) {
        int count = 0;
        for (String path : given.keySet()) {
            var matcher = INDEXED.matcher(path);
            if (matcher.matches() && matcher.group(1).equals(list)) {
                count = Math.max(count, Integer.parseInt(matcher.group(2)) + 1);
            }
        }
        return count;
    }

    void file(String name, String text) {
        put(new YamlSource(mistakes).file(name, text));
    }

    void environment(Map<String, String> variables) {
        Map<String, String> paths = new TreeMap<>();
        for (Key<?> key : Keys.ALL) {
            paths.put(key.variable(), key.path());
        }
        paths.keySet().removeIf(name -> name.contains("[]"));
        LISTS.forEach(list -> paths.put("VENCEJO_" + list.toUpperCase(Locale.ROOT), list));
        int order = 0;
        for (var variable : new TreeMap<>(variables).entrySet()) {
            String name = variable.getKey();
            boolean ourPort = name.equals("VENCEJO_PORT") && !variable.getValue().contains(ADDRESS);
            if (!name.startsWith("VENCEJO_") || (NOT_OURS.matcher(name).matches() && !ourPort)) {
                continue;
            }
            Place place = Place.ofVariable(name, order++);
            if (ourPort) {
                mistakes.add(
                        new Mistake(
                                place,
                                "",
                                "no key has this variable; allowed: --port %1$s, or VENCEJO_LISTENERS='[{port: %1$s}]'"
                                        .formatted(variable.getValue().strip())));
                continue;
            }
            String path = paths.get(name);
            if (path == null) {
                String nearest = Nearest.of(name, paths.keySet());
                mistakes.add(
                        new Mistake(place, "", "no key has this variable" + Nearest.hint(nearest)));
            } else {
                override(path, variable.getValue(), place);
            }
        }
    }

    /// Flags of the form `key=value`.
    void flags(List<String> assignments) {
        List<String> seen = new ArrayList<>();
        int order = 0;
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                mistakes.add(
                        new Mistake(
                                Place.ofFlag("--set " + assignment, order++),
                                "",
                                "allowed: --set key=value"));
                continue;
            }
            String path = assignment.substring(0, equals).strip();
            Place place = Place.ofFlag("--set " + path, order++);
            if (seen.contains(path)) {
                mistakes.add(new Mistake(place, path, "given twice"));
            } else {
                seen.add(path);
                override(path, assignment.substring(equals + 1), place);
            }
        }
    }

    /// The flag `--port`: of the only listener, or of the default ones if none was given.
    void port(String port) {
        int listeners = listeners();
        Place place = Place.ofFlag("--port", Integer.MAX_VALUE);
        if (listeners > 1) {
            mistakes.add(
                    new Mistake(
                            place,
                            "listeners",
                            "there are "
                                    + listeners
                                    + " listeners; allowed: --set listeners[0].port="
                                    + port));
        } else {
            override(listeners == 1 ? "listeners[0].port" : DEFAULT_PORT, port, place);
        }
    }

    /// Where [#port] leaves the port of the default listeners.
    static final String DEFAULT_PORT = "listeners[].port";

    private void override(String path, String text, Place place) {
        if (LISTS.contains(path)) {
            given.keySet().removeIf(other -> other.startsWith(path + "["));
            put(new YamlSource(mistakes).value(path, text, place));
        } else if (Shape.of(path) == Shape.VALUE) {
            given.put(path, new Given(path, text.strip(), place));
        } else if (Shape.of(path) == Shape.UNKNOWN) {
            mistakes.add(new Mistake(place, path, Nearest.unknown(path)));
        } else {
            mistakes.add(
                    new Mistake(
                            place,
                            path,
                            "a section; allowed: one of its keys, such as " + Shape.example(path)));
        }
    }

    private void put(List<Given> values) {
        for (Given value : values) {
            given.put(value.path(), value);
        }
    }

    /// Whether anything was given at `path` or below it.
    boolean mentions(String path) {
        return given.keySet().stream().anyMatch(other -> isAtOrBelow(other, path));
    }

    /// Where the value at `path`, or the first below it, was given.
    Place placeOf(String path) {
        return given.values().stream()
                .filter(value -> isAtOrBelow(value.path(), path))
                .map(Given::place)
                .findFirst()
                .orElse(Place.OF_DEFAULTS);
    }

    private static boolean isAtOrBelow(String other, String path) {
        return other.equals(path) || other.startsWith(path + ".");
    }
}
