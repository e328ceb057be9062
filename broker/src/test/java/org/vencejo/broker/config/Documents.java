package org.vencejo.broker.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vencejo.broker.GeneratedDocument;

/// What is published about the configuration, written from the table of keys.
final class Documents {
    private static final String GENERATED =
            GeneratedDocument.header(
                    "the table of keys in org.vencejo.broker.config.Keys", "DocumentsTest");

    private Documents() {}

    static String configuration() {
        return """
        # Configuration

        %s
        A broker without a configuration listens on loopback, port 1883, and lets everybody connect.
        To change that, give values in any of these ways; the first that has a key wins:

        1. flags: `vencejo broker --set limits.packet-size-max=1MB`, as often as needed;
        2. environment variables: `VENCEJO_LIMITS_PACKET_SIZE_MAX=1MB`;
        3. one YAML file: `vencejo broker --config vencejo.yaml`.

        ```yaml
        # yaml-language-server: $schema=config.schema.json
        listeners:
          - name: everybody
            address: 0.0.0.0
            port: 1883
        authentication:
          - type: password-file
            file: passwords
        access-rules: rules.yaml
        data-folder: /var/lib/vencejo
        limits:
          packet-size-max: 1MB
        ```

        `vencejo check-config vencejo.yaml` reads the file, names every mistake with its line, and starts nothing.
        The broker does the same before it opens a socket, and exits with code 78 if there is a mistake.
        [config.schema.json](config.schema.json) is a JSON Schema for editors.

        Sizes are whole numbers with `B`, `KB`, `MB` or `GB` (powers of 1024); times are whole numbers with `ms`, `s`, `min`, `h` or `d`.
        *Texts* are a list in the file, `[a, b]`, or one text with commas between them, as flags and variables have it; so none of them can have a comma.
        The list of listeners can be given as a whole, `--set 'listeners=[{port: 1884}]'` or `VENCEJO_LISTENERS`, or by entry, `--set listeners[0].port=1884`; so can that of authenticators ([authentication.md](authentication.md)).
        `--port 1884` changes the port of the only listener, or of the default ones.
        *Memory* is the greatest size of the Java heap: a quarter of the machine's or container's memory unless `-Xmx` says otherwise.

        At SIGHUP the broker reads the file again. Keys marked with ↻ take effect at once, the others at the next start, and the log says which changed.
        What a client was told in CONNACK, and the limits on the form of packets, stay as they were for connections that are open.
        A file with mistakes changes nothing.

        %s\
        """
                .formatted(GENERATED, sections());
    }

    private static String sections() {
        return section(
                        "The broker",
                        "Where and how it runs.",
                        Keys.ALL.stream().filter(key -> !key.path().contains("limits.")).toList())
                + section(
                        "Limits",
                        "What happens at each of them is in [limits.md](limits.md).",
                        Keys.ALL.stream().filter(key -> key.path().startsWith("limits.")).toList())
                + section(
                        "Limits of a listener",
                        "For the connections of a listener they come before those of all, and may be greater or less."
                                + " With a `packet-size-max` of its own and no `connect-size-max`, its CONNECT packets may be as"
                                + " large as other ones, but no larger than `limits.connect-size-max` says."
                                + " What a listener has of its own changes at the next start.",
                        ListenerLimitKeys.ALL);
    }

    private static String section(String title, String text, List<Key<?>> keys) {
        return "## "
                + title
                + "\n\n"
                + text
                + "\n\n"
                + GeneratedDocument.table(
                        List.of("Key", "Type", "Default", "Allowed", "What it is"),
                        keys.stream()
                                .map(key ->
                                        List.of(
                                                "`" + key.path() + "`" + (key.reread() ? " ↻" : ""),
                                                key.type().name(),
                                                fallback(key),
                                                allowed(key),
                                                key.description()))
                                .toList())
                + "\n";
    }

    static String limits() {
        return """
        # Limits

        %s
        Everything that a client could make grow has a limit. A limit that is reached is an answer, never an error of the broker.
        Reason Codes are what 5.0 clients are told; what 3.1 and 3.1.1 clients see instead is in brackets.
        What is refused with a code is counted in `$SYS/broker/refused/0x..`, what is dropped in the fates, `$SYS/broker/messages/fate/...` ([sys-topics.md](sys-topics.md)).
        All are keys of the section `limits` of the [configuration](configuration.md), which also says what *memory* is.
        Those marked with ◆ are of one connection, and a listener may have them of its own, in its section `limits`.

        %s\
        """
                .formatted(
                        GENERATED,
                        GeneratedDocument.table(
                                List.of("Limit", "Default", "What is limited", "At the limit"),
                                Keys.ALL.stream()
                                        .filter(key -> key.path().startsWith("limits."))
                                        .map(key ->
                                                List.of(
                                                        "`"
                                                                + key.path()
                                                                        .substring(
                                                                                "limits.".length())
                                                                + "`"
                                                                + (isOfListeners(key) ? " ◆" : ""),
                                                        fallback(key),
                                                        key.description(),
                                                        key.atLimit()))
                                        .toList()));
    }

    private static boolean isOfListeners(Key<?> limit) {
        String path = ListenerLimitKeys.LISTENER + limit.path();
        return ListenerLimitKeys.ALL.stream().anyMatch(key -> key.path().equals(path));
    }

    static String schema() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Key<?> key : Keys.ALL) {
            Map<String, Object> section = properties;
            String[] names = key.path().split("\\.", -1);
            for (int i = 0; i < names.length - 1; i++) {
                section =
                        names[i].endsWith("[]")
                                ? listOf(section, names[i].substring(0, names[i].length() - 2))
                                : sectionOf(section, names[i]);
            }
            section.put(names[names.length - 1], property(key));
        }
        Map<String, Object> root =
                ValueType.ordered(
                        "$schema",
                        "https://json-schema.org/draft/2020-12/schema",
                        "title",
                        "Configuration of the MQTT broker Vencejo");
        root.putAll(object(properties));
        return json(root, "") + "\n";
    }

    @SuppressWarnings("unchecked") // what object() has made
    private static Map<String, Object> sectionOf(Map<String, Object> above, String name) {
        Object object = above.computeIfAbsent(name, absent -> object(new LinkedHashMap<>()));
        return (Map<String, Object>) ((Map<String, Object>) object).get("properties");
    }

    @SuppressWarnings("unchecked") // as above
    private static Map<String, Object> listOf(Map<String, Object> above, String name) {
        Object list =
                above.computeIfAbsent(
                        name,
                        absent ->
                                ValueType.ordered(
                                        "description",
                                        name.equals("listeners")
                                                ? "The sockets to listen on; loopback when there is no such list."
                                                : "Who knows users, in the order in which they are asked.",
                                        "type",
                                        "array",
                                        "minItems",
                                        1,
                                        "items",
                                        object(new LinkedHashMap<>())));
        Map<String, Object> items = (Map<String, Object>) ((Map<String, Object>) list).get("items");
        return (Map<String, Object>) items.get("properties");
    }

    private static Map<String, Object> object(Map<String, Object> properties) {
        return ValueType.ordered(
                "type", "object", "additionalProperties", false, "properties", properties);
    }

    private static <T> Map<String, Object> property(Key<T> key) {
        Map<String, Object> property = new LinkedHashMap<>();
        property.put(
                "description",
                key.description() + " Default: " + fallback(key).replace("`", "") + ".");
        property.putAll(key.type().schema());
        return property;
    }

    private static <T> String fallback(Key<T> key) {
        return switch (key.fallback()) {
            case Key.Computed<T> computed -> computed.words();
            case Key.Fixed<T> fixed -> {
                String text = key.type().print(fixed.value());
                yield text.isEmpty() ? "none" : "`" + text + "`";
            }
        };
    }

    private static String allowed(Key<?> key) {
        return switch (key.type()) {
            case ValueType.Count count -> count.min() + " to " + count.max();
            case ValueType.Quantity quantity ->
                    quantity.print(quantity.min())
                            + " to "
                            + quantity.print(quantity.max())
                            + quantity.words().keySet().stream()
                                    .map(word -> ", `" + word + "`")
                                    .collect(Collectors.joining());
            case ValueType.Choice<?> choice ->
                    choice.words().keySet().stream()
                            .map(word -> "`" + word + "`")
                            .collect(Collectors.joining(", "));
            case ValueType.Flag flag -> "`true`, `false`";
            case ValueType.Texts texts -> "up to " + texts.max() + ", with commas between them";
            case ValueType.Text text -> "up to " + text.bytesMax() + " bytes";
            case ValueType.Url url -> "up to " + url.bytesMax() + " bytes";
            case ValueType.Address address -> "an IP address";
        };
    }

    private static String json(Object value, String indent) {
        String deeper = indent + "  ";
        return switch (value) {
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(entry ->
                                    deeper
                                            + json(entry.getKey(), deeper)
                                            + ": "
                                            + json(entry.getValue(), deeper))
                            .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
            case List<?> list ->
                    list.stream()
                            .map(item -> json(item, indent))
                            .collect(Collectors.joining(", ", "[", "]"));
            case String text -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            default -> value.toString();
        };
    }
}
