package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.ClientCertificate;

/// The clients that rules tell apart, by user, Client Identifier, listener, address, group and
/// certificate: in all combinations of those that they name, and of ones that they do not name.
/// Confined to one thread.
final class NamedClients {
    /// Stands for any name that no rule has.
    static final String ANOTHER = "(another)";

    /// The same of a Client Identifier: where rules put in names it is not the user's.
    static final String ANOTHER_CLIENT = "(another client)";

    private final int most;
    private final Set<@Nullable String> users = new LinkedHashSet<>();
    private final Set<String> clients = new LinkedHashSet<>();
    private final Set<String> listeners;
    private final List<String> addresses;
    private final Set<Subject> subjects = new LinkedHashSet<>();

    private NamedClients(List<Rule> rules, List<String> users, List<String> clients, int most) {
        this.most = most;
        this.users.addAll(names(rules, who -> who.users(), ANOTHER));
        this.users.addAll(users);
        this.users.add(null);
        this.clients.addAll(names(rules, who -> who.clients(), ANOTHER_CLIENT));
        this.clients.addAll(clients);
        this.listeners = names(rules, who -> who.listeners(), ANOTHER);
        this.addresses = SampleAddresses.of(all(rules, who -> who.addresses()), most);
    }

    /// At most `most` of those that `rules` tell apart, with users and Client Identifiers that are
    /// known otherwise.
    static List<Subject> of(List<Rule> rules, List<String> users, List<String> clients, int most) {
        NamedClients named = new NamedClients(rules, users, clients, most);
        // Clients in no group and without a certificate, and in and with one of each.
        List<List<String>> groups = alone(rules, who -> who.groups(), most);
        List<List<String>> certificates = alone(rules, who -> who.certificates(), most);
        named.add(groups, certificates);
        // What is rarer comes last, if there is room.
        if (named.subjects.size() < most) {
            named.add(byTwos(groups, most), certificates);
            named.add(groups, byTwos(certificates, most));
        }
        if (putIn(rules, "%u") && putIn(rules, "%c")) {
            named.addClientsWithNamesOfUsers(groups, certificates);
        }
        return List.copyOf(named.subjects);
    }

    private void add(List<List<String>> groups, List<List<String>> certificates) {
        for (String user : users) {
            add(user, groups, clients, certificates);
        }
    }

    private void addClientsWithNamesOfUsers(
            List<List<String>> groups, List<List<String>> certificates) {
        for (String user : users) {
            if (user != null) {
                add(user, groups, Set.of(user), certificates);
            }
        }
    }

    private void add(
            @Nullable String user,
            List<List<String>> groups,
            Set<String> identifiers,
            List<List<String>> certificates) {
        for (List<String> group : groups) {
            Identity identity = new Identity(user, Set.copyOf(group), null);
            for (String client : identifiers) {
                for (String listener : listeners) {
                    for (String address : addresses) {
                        for (List<String> certificate : certificates) {
                            if (subjects.size() >= most) {
                                return;
                            }
                            subjects.add(
                                    new Subject(
                                            client,
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

    private static @Nullable ClientCertificate shown(List<String> names) {
        return names.isEmpty()
                ? null
                : new ClientCertificate(
                        names.getFirst(), names.subList(1, names.size()), "", "", Long.MAX_VALUE);
    }

    // Each of what a client need not have, and none of it.
    private static List<List<String>> alone(
            List<Rule> rules, Function<Who, List<Glob>> part, int most) {
        Set<String> names = SampleNames.of(all(rules, part), ANOTHER, most);
        if (all(rules, part).stream().noneMatch(glob -> glob.matches(ANOTHER))) {
            names.remove(ANOTHER);
        }
        List<List<String>> alone =
                names.stream().map(List::of).collect(Collectors.toCollection(ArrayList::new));
        alone.add(List.of());
        return alone;
    }

    // Two at a time of what a client may have more than one of.
    private static List<List<String>> byTwos(List<List<String>> alone, int most) {
        List<List<String>> twos = new ArrayList<>();
        for (int i = 0; i < alone.size() - 1; i++) {
            for (int k = i + 1; k < alone.size() - 1 && twos.size() < most; k++) {
                twos.add(List.of(alone.get(i).getFirst(), alone.get(k).getFirst()));
            }
        }
        return twos;
    }

    private static boolean putIn(List<Rule> rules, String name) {
        return rules.stream()
                .flatMap(rule -> rule.topics().stream())
                .anyMatch(topic -> topic.hasNames() && topic.text().contains(name));
    }

    private Set<String> names(List<Rule> rules, Function<Who, List<Glob>> part, String another) {
        return SampleNames.of(all(rules, part), another, most);
    }

    private static <T> Set<T> all(List<Rule> rules, Function<Who, List<T>> part) {
        return rules.stream()
                .map(Rule::who)
                .map(part)
                .flatMap(Collection::stream)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
