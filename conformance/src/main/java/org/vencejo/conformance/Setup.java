package org.vencejo.conformance;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// How a scenario wants its server: configuration keys, who may do what, and who is who. Immutable.
///
/// `denied` holds what is not allowed, as `publish`, `subscribe` or `receive` and a Topic Name or
/// Topic Filter, in which `~` stands for the unique name. Without `users` everybody comes in, else
/// only who gives name and password. `answers` are all that an authenticator knows of enhanced
/// authentication: other data is refused with 87, another method with 8C.
public record Setup(
        List<String> assignments,
        Set<Denial> denied,
        Map<String, String> users,
        List<Answer> answers) {
    /// A server with its defaults, where everybody may do everything.
    public static final Setup DEFAULT = new Setup(List.of(), Set.of(), Map.of(), List.of());

    /// What nobody may do with a topic.
    public record Denial(String action, String topic) {}

    /// What an authenticator says to data that comes with a method.
    public record Answer(String method, String data, Verdict verdict) {}

    /// What becomes of a client that authenticates itself.
    public sealed interface Verdict {
        /// It is asked for more.
        record Asks(String data) implements Verdict {}

        /// It is let in as `user`, and told `data` if that is not empty.
        record Accepts(String user, String data) implements Verdict {}

        /// It is refused; what it is told beside the code is a Reason String, a User Property and,
        /// with 9C and 9D, a Server Reference.
        record Refuses(int reasonCode, String told) implements Verdict {}
    }

    /// Whether any server will do.
    public boolean isDefault() {
        return equals(DEFAULT);
    }
}
