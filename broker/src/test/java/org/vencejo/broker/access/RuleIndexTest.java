package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.access.RulePermissions.OwnRule;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.protocol.TopicFilter;

/// Rules that are found by names are those that a look at every rule finds, in their order. The
/// system property `vencejo.seed` repeats one run.
class RuleIndexTest {
    private static final int RUNS = 300;
    private static final int USERS = 20_000;

    private static final List<String> NAMES = List.of("a", "b", "ab", "+", "$SYS", "*", "a*");
    private static final List<String> TOPICS =
            List.of("t", "%u/#", "%c/#", "x/%u/%c", "#", "$SYS/#", "100%");

    @Test
    void rulesAreFoundAsByALookAtEachOfThem() {
        Long given = Long.getLong("vencejo.seed");
        long first = given == null ? System.nanoTime() : given;
        int found = 0;
        for (long seed = first; seed < first + (given == null ? RUNS : 1); seed++) {
            SplittableRandom chance = new SplittableRandom(seed);
            boolean isYaml = chance.nextBoolean();
            String text = isYaml ? yaml(chance) : acl(chance);
            RuleSet rules = MosquittoAclTest.read(isYaml ? "r.yaml" : "acl", text);
            for (Subject subject : subjects()) {
                List<String> ours = texts(rules.permissionsOf(subject).rules());
                assertThat(ours)
                        .as("-Dvencejo.seed=%d: %s and%n%s", seed, subject, text)
                        .isEqualTo(texts(byALookAtEach(rules, subject)));
                found += ours.size();
            }
        }
        assertThat(found).as("from seed %d on", first).isPositive();
    }

    private static String yaml(SplittableRandom chance) {
        return IntStream.range(0, chance.nextInt(1, 12))
                .mapToObj(i ->
                        "  - {%s: %s%s%s%s%s}%n"
                                .formatted(
                                        any(List.of("allow", "deny"), chance),
                                        any(List.of("publish", "subscribe"), chance),
                                        maybe("topics", TOPICS, chance),
                                        maybe("users", NAMES, chance),
                                        maybe("clients", NAMES, chance),
                                        any(
                                                List.of(
                                                        "",
                                                        "",
                                                        ", anonymous: true",
                                                        ", anonymous: false",
                                                        ", listeners: in"),
                                                chance)))
                .collect(Collectors.joining("", "rules:\n", ""));
    }

    // A key with one or two values, or nothing.
    private static String maybe(String key, List<String> values, SplittableRandom chance) {
        return switch (chance.nextInt(3)) {
            case 0 -> "";
            case 1 -> ", %s: '%s'".formatted(key, any(values, chance));
            default ->
                    ", %s: ['%s', '%s']".formatted(key, any(values, chance), any(values, chance));
        };
    }

    private static String acl(SplittableRandom chance) {
        return IntStream.range(0, chance.nextInt(20))
                .mapToObj(i ->
                        switch (chance.nextInt(3)) {
                            case 0 -> "user " + any(NAMES, chance);
                            case 1 -> "topic " + access(chance) + any(TOPICS, chance);
                            default -> "pattern " + access(chance) + any(TOPICS, chance);
                        })
                .collect(Collectors.joining("\n"));
    }

    private static String access(SplittableRandom chance) {
        return any(List.of("read ", "write ", "readwrite ", "deny ", ""), chance);
    }

    private static String any(List<String> values, SplittableRandom chance) {
        return values.get(chance.nextInt(values.size()));
    }

    private static List<Subject> subjects() {
        List<Subject> subjects = new ArrayList<>();
        for (String user : List.of("-", "a", "b", "ab", "+", "$SYS", "*", "other")) {
            for (String client : List.of("a", "b", "$SYS", "*", "other")) {
                Identity identity = new Identity(user.equals("-") ? null : user);
                subjects.add(new Subject(client, identity, null, null));
                subjects.add(new Subject(client, identity, "out", "192.0.2.1:5"));
            }
        }
        return subjects;
    }

    private static List<OwnRule> byALookAtEach(RuleSet rules, Subject subject) {
        List<OwnRule> own = new ArrayList<>();
        for (Rule rule : rules.rules()) {
            List<TopicFilter> filters = new ArrayList<>();
            for (Template topic : rule.topics()) {
                TopicFilter filter = topic.filterFor(subject, rule.allows());
                if (filter != null) {
                    filters.add(filter);
                }
            }
            if (rule.who().holds(subject, rule.allows())
                    && (rule.topics().isEmpty() || !filters.isEmpty())) {
                own.add(new OwnRule(rule, filters));
            }
        }
        return own;
    }

    private static List<String> texts(List<OwnRule> own) {
        return own.stream().map(each -> each.rule() + " " + List.of(each.filters())).toList();
    }

    /// A count, as a time would tell of the machine.
    @ParameterizedTest
    @CsvSource({
        // two lines of its own, and three patterns
        "acl,  u7,    c, 5",
        "acl,  u19999, c, 5",
        "acl,  other, c, 3",
        "acl,  -,     c, 4",
        // its rules as user and as client, and one for everybody
        "yaml, u7,    c,  2",
        "yaml, u7,    c9, 3",
        "yaml, other, c9, 2",
        "yaml, -,     c,  1",
    })
    void inAFileOfManyUsersFewRulesAreLookedAt(
            String syntax, String user, String client, int lookedAt) {
        String text =
                IntStream.range(0, USERS)
                        .mapToObj(
                                syntax.equals("acl")
                                        ? i ->
                                                "user u%d\ntopic read a/%d\ntopic deny b\n"
                                                        .formatted(i, i)
                                        : i ->
                                                "  - {allow: publish, topics: a, users: u%d}\n  - {deny: publish, topics: b, clients: [c%d, d]}\n"
                                                        .formatted(i, i))
                        .collect(Collectors.joining());
        RuleSet rules =
                syntax.equals("acl")
                        ? MosquittoAclTest.read(
                                "acl", "topic read a\n" + text + "pattern read c\n".repeat(3))
                        : MosquittoAclTest.read(
                                "r.yaml", "rules:\n" + text + "  - {allow: publish, topics: t}\n");
        Identity identity = new Identity(user.equals("-") ? null : user);
        Subject subject = new Subject(client, identity, "in", "192.0.2.1:5");
        RulePermissions permissions = rules.permissionsOf(subject);
        assertThat(permissions.rulesLookedAt()).isEqualTo(lookedAt);
        assertThat(permissions.rules()).hasSize(lookedAt);
        // The control arm: that which a rule does not find by a name is looked at.
        assertThat(rules.rules()).hasSizeGreaterThan(2 * USERS);
        assertThat(rules.permissionsOf(subject, rules.rules().subList(0, 10)).rulesLookedAt())
                .isEqualTo(lookedAt + 10);
    }
}
