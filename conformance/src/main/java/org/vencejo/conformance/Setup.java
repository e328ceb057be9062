package org.vencejo.conformance;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// How a scenario wants its server: configuration keys, and who may do what. Immutable.
///
/// `denied` holds what is not allowed, as `publish`, `subscribe` or `receive` and a Topic Name or
/// Topic Filter, in which `~` stands for the unique name. Without `users` everybody comes in, else
/// only who gives name and password.
public record Setup(List<String> assignments, Set<Denial> denied, Map<String, String> users) {
    /// A server with its defaults, where everybody may do everything.
    public static final Setup DEFAULT = new Setup(List.of(), Set.of(), Map.of());

    /// What nobody may do with a topic.
    public record Denial(String action, String topic) {}

    /// Whether any server will do.
    public boolean isDefault() {
        return equals(DEFAULT);
    }
}
