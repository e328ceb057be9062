package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.ClientCertificate;

/// The clients that rules tell apart: one for each user, Client Identifier, listener, address,
/// group and certificate that they name, and one that they do not name. Stateless.
final class NamedClients {
    /// Stands for any name that no rule has.
    static final String ANOTHER = "(another)";

    /// An address of documents, which nobody has.
    private static final String ELSEWHERE = "203.0.113.1:1";

    private NamedClients() {}

    /// At most `most` of those that `rules` tell apart, with users and Client Identifiers that are
    /// known otherwise.
    static List<Subject> of(List<Rule> rules, List<String> users, List<String> clients, int most) {
        Set<@Nullable String> allUsers = names(rules, who -> who.users());
        allUsers.addAll(users);
        allUsers.add(null);
        Set<@Nullable String> allClients = names(rules, who -> who.clients());
        allClients.addAll(clients);
        Set<@Nullable String> listeners = names(rules, who -> who.listeners());
        Set<@Nullable String> addresses = new LinkedHashSet<>();
        for (Rule rule : rules) {
            for (AddressRange range : rule.who().addresses()) {
                addresses.add(range.first().getHostAddress() + ":1");
            }
        }
        addresses.add(ELSEWHERE);
        // Beside clients in no group and without a certificate.
        Set<@Nullable String> groups = names(rules, who -> who.groups());
        groups.add(null);
        groups.remove(ANOTHER);
        Set<@Nullable String> certificates = names(rules, who -> who.certificates());
        certificates.add(null);
        certificates.remove(ANOTHER);
        List<Subject> subjects = new ArrayList<>();
        for (String user : allUsers) {
            for (String group : groups) {
                Identity identity =
                        new Identity(user, group == null ? Set.of() : Set.of(group), null);
                for (String client : allClients) {
                    for (String listener : listeners) {
                        for (String address : addresses) {
                            for (String certificate : certificates) {
                                if (subjects.size() < most) {
                                    subjects.add(
                                            new Subject(
                                                    client == null ? ANOTHER : client,
                                                    identity,
                                                    listener,
                                                    address,
                                                    shown(certificate)));
                                }
                            }
                        }
                    }
                }
            }
        }
        return subjects;
    }

    private static @Nullable ClientCertificate shown(@Nullable String subject) {
        return subject == null
                ? null
                : new ClientCertificate(subject, List.of(), "", "", Long.MAX_VALUE);
    }

    private static Set<@Nullable String> names(List<Rule> rules, Function<Who, List<Glob>> part) {
        Set<@Nullable String> names = new LinkedHashSet<>();
        for (Rule rule : rules) {
            for (Glob glob : part.apply(rule.who())) {
                names.add(glob.literal() ? glob.text() : glob.text().replace("*", ANOTHER));
            }
        }
        names.add(ANOTHER);
        return names;
    }
}
