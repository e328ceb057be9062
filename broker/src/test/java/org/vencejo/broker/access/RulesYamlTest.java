package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.ClientCertificate;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;

/// Access rules in YAML: the first that speaks of a request decides.
class RulesYamlTest {
    private static final String RULES =
            """
            rules:
              - deny: [publish, subscribe]
                topics: plant/secret/#
                users: ["guest*", visitor]
              - allow: subscribe
                topics: [plant/#, home/%u/#]
              - deny: publish
                topics: plant/+/set
                retain: true
              - allow: publish
                topics: plant/+/set
                listeners: inside
                addresses: [10.0.0.0/8, "::1"]
              - allow: publish
                topics: logs/%c
                clients: meter-*
                maximum-qos: 1
              - allow: subscribe
                topics: jobs/#
                shared: true
              - allow: [publish]
                topics: lobby
                anonymous: true
            """;

    @ParameterizedTest(name = "{0} as {1}: {2} {3} -> {4}")
    @CsvSource({
        "c,       alice,  subscribe, plant/a,         true",
        "c,       alice,  subscribe, plant/secret/a,  true",
        "c,       guest7, subscribe, plant/secret/a,  false",
        "c,       guest7, subscribe, plant/a,         true",
        "c,       guest,  subscribe, plant/secret/a,  false",
        "c,       aguest, subscribe, plant/secret/a,  true",
        "c,       alice,  subscribe, home/alice/a,    true",
        "c,       alice,  subscribe, home/bob/a,      false",
        "c,       -,      subscribe, home//a,         false",
        "c,       alice,  publish,   plant/a/set,     true",
        "c,       alice,  retain,    plant/a/set,     false",
        "c,       alice,  publish,   plant/a,         false",
        "meter-1, alice,  publish,   logs/meter-1,    true",
        "meter-1, alice,  publish,   logs/meter-2,    false",
        "c,       alice,  publish,   logs/c,          false",
        "meter-1, alice,  exactly,   logs/meter-1,    false",
        "c,       alice,  subscribe, jobs/a,          false",
        "c,       alice,  subscribe, $share/g/jobs/a, true",
        "c,       -,      publish,   lobby,           true",
        "c,       alice,  publish,   lobby,           false",
        "c,       alice,  publish,   $SYS/a,          false",
    })
    void itAllows(String client, String user, String what, String topic, boolean allowed) {
        Rights rights = Rights.of(MosquittoAclTest.read("rules.yaml", RULES), client, user);
        boolean may =
                switch (what) {
                    case "subscribe" -> rights.maySubscribe(topic);
                    case "publish" -> rights.mayPublish(topic, QoS.AT_LEAST_ONCE, false);
                    case "retain" -> rights.mayPublish(topic, QoS.AT_LEAST_ONCE, true);
                    case "exactly" -> rights.mayPublish(topic, QoS.EXACTLY_ONCE, false);
                    default -> throw new IllegalArgumentException(what);
                };
        assertThat(may).isEqualTo(allowed);
    }

    @Test
    void whatASharedSubscriptionMayHaveIsReceived() {
        Rights rights = Rights.of(MosquittoAclTest.read("rules.yaml", RULES), "c", "alice");
        assertThat(rights.mayReceive("jobs/a", QoS.AT_LEAST_ONCE, true)).isTrue();
        assertThat(rights.mayReceive("jobs/a", QoS.AT_LEAST_ONCE, false)).isFalse();
        assertThat(rights.mayReceive("lobby", QoS.AT_LEAST_ONCE, true)).isFalse();
    }

    /// A wide filter is granted by what of it is allowed, so the rest is decided at each delivery.
    @ParameterizedTest(name = "{0} at {1}, shared: {2} -> {3}")
    @CsvSource({
        "jobs/a,   0, true,  false",
        "jobs/a,   0, false, true",
        "lobby,    1, true,  true",
        "slow/a,   0, false, true",
        "slow/a,   1, false, false",
        "slow/all, 1, false, true",
    })
    void aWideFilterDoesNotGoRoundWhatIsAboutSharingOrQoS(
            String topic, int qos, boolean shared, boolean allowed) {
        Rights rights =
                Rights.of(
                        MosquittoAclTest.read(
                                "rules.yaml",
                                """
                                rules:
                                  - {deny: subscribe, topics: jobs/#, shared: true}
                                  - {allow: subscribe, topics: slow/#, maximum-qos: 0}
                                  - {allow: subscribe, topics: [lobby, jobs/#, slow/all]}
                                """),
                        "c",
                        "alice");
        assertThat(rights.maySubscribe("$share/g/#")).as("for the lobby").isTrue();
        assertThat(rights.maySubscribe("slow/#")).as("for slow/all").isTrue();
        assertThat(rights.mayReceive(topic, QoS.of(qos), shared)).isEqualTo(allowed);
    }

    @ParameterizedTest(name = "at {0} from {1} -> {2}")
    @CsvSource({
        "inside,  10.1.2.3:5,    true",
        "inside,  11.1.2.3:5,    false",
        "inside,  '[::1]:5',     true",
        "inside,  '[::2]:5',     false",
        "outside, 10.1.2.3:5,    false",
    })
    void whereAClientComesFromCounts(String listener, String address, boolean allowed) {
        Subject subject = new Subject("c", new Identity("alice"), listener, address);
        RuleSet rules = MosquittoAclTest.read("rules.yaml", RULES);
        assertThat(Rights.of(rules, subject).mayPublish("plant/a/set")).isEqualTo(allowed);
    }

    /// A session that no client came for since the start: what it may receive is looked at again
    /// when its client is back.
    @Test
    void whereNobodyComesFromYetIsTakenForTheBetter() {
        RuleSet rules =
                MosquittoAclTest.read(
                        "rules.yaml",
                        """
                        rules:
                          - {deny: subscribe, topics: a, listeners: outside}
                          - {allow: subscribe, topics: [a, b], listeners: inside}
                        """);
        Identity alice = new Identity("alice");
        Rights absent = Rights.of(rules, new Subject("c", alice, null, null));
        assertThat(absent.mayReceive("a")).isTrue();
        assertThat(absent.mayReceive("c")).isFalse();
        Rights back = Rights.of(rules, new Subject("c", alice, "outside", "192.0.2.1:5"));
        assertThat(back.mayReceive("a")).isFalse();
    }

    /// No topic is as long as what it would stand in, and the other rules hold for it.
    @ParameterizedTest(name = "a name of {0} bytes")
    @CsvSource({"10", "65535"})
    void aNameThatMakesAFilterTooLongIsInNoRule(int length) {
        String name = "n".repeat(length);
        Rights rights =
                Rights.of(MosquittoAclTest.read("rules.yaml", RULES), "meter-" + name, name);
        assertThat(rights.mayReceive("plant/a")).isTrue();
        assertThat(rights.mayPublish("logs/meter-" + name.substring(0, 10)))
                .isEqualTo(length == 10);
        assertThat(rights.mayReceive("home/nnnnnnnnnn/a")).isEqualTo(length == 10);
    }

    @Test
    void aLongNameIsAnsweredAndNotHeld() {
        Rights rights = Rights.of(MosquittoAclTest.read("rules.yaml", RULES), "c", "alice");
        for (int length : new int[] {200, 60_000}) {
            String name = "plant/" + "a".repeat(length) + "/set";
            assertThat(rights.mayReceive(name)).isTrue();
            assertThat(rights.mayPublish(name)).isTrue();
            assertThat(rights.mayPublish(name + "s")).isFalse();
            assertThat(rights.permissions().remembers(TopicName.of(name))).isEqualTo(length == 200);
        }
    }

    private static final String GROUPS =
            """
            rules:
              - {deny: subscribe, topics: a, groups: "guest*"}
              - {allow: subscribe, topics: [a, b], groups: [staff, "team-*"]}
              - {deny: subscribe, topics: d, certificates: "CN=old-*"}
              - {allow: subscribe, topics: [c, d], certificates: ["*,O=Casa", "DNS:*.example"]}
            """;

    @ParameterizedTest(name = "in [{0}], as {1}: {2}")
    @CsvSource({
        "'',              -,                  ''",
        "staff,           -,                  a b",
        "staf,            -,                  ''",
        "team-7,          -,                  a b",
        "staff guests,    -,                  b",
        "-,               'CN=x,O=Casa',      c d",
        "-,               'CN=x,O=Casas',     ''",
        "-,               'CN=old-1,O=Casa',  c",
        "-,               DNS:s.example,      c d",
        "-,               URI:s.example,      ''",
        "staff,           DNS:s.example,      a b c d",
    })
    void groupsAndCertificatesCount(String groups, String certificate, String received) {
        Identity identity = new Identity("u", Set.of(groups.split(" ", -1)), null);
        ClientCertificate shown =
                new ClientCertificate(
                        certificate.startsWith("CN=") ? certificate : "CN=other",
                        List.of("DNS:none", certificate),
                        "",
                        "",
                        0);
        Rights rights =
                Rights.of(
                        MosquittoAclTest.read("rules.yaml", GROUPS),
                        new Subject(
                                "c",
                                identity,
                                "inside",
                                "192.0.2.1:5",
                                certificate.equals("-") ? null : shown));
        assertThat(List.of("a", "b", "c", "d").stream().filter(rights::mayReceive))
                .containsExactlyElementsOf(
                        received.isEmpty() ? List.of() : List.of(received.split(" ", -1)));
    }

    /// Neither is stored: a session that nobody came for since the start may be queued for.
    @Test
    void groupsAndCertificatesOfWhoHasNotBeenHereAreTakenForTheBetter() {
        RuleSet rules = MosquittoAclTest.read("rules.yaml", GROUPS);
        Identity remembered = new Identity("u", Set.of(), null, true);
        Rights absent = Rights.of(rules, new Subject("c", remembered, null, null));
        assertThat(List.of("a", "b", "c", "d")).allMatch(absent::mayReceive);
        assertThat(absent.mayReceive("e")).isFalse();
        Rights back = Rights.of(rules, new Subject("c", new Identity("u"), null, null));
        assertThat(List.of("a", "b", "c", "d")).noneMatch(back::mayReceive);
    }

    @Test
    void wideSubscriptionsAreRefusedIfThatIsWanted() {
        String rules =
                """
                wide-subscriptions: refused
                rules:
                  - {deny: subscribe, topics: a/secret}
                  - {allow: subscribe, topics: a/#}
                """;
        Rights rights = Rights.of(MosquittoAclTest.read("rules.yaml", rules), "c", "alice");
        assertThat(rights.maySubscribe("#")).isFalse();
        assertThat(rights.maySubscribe("a/#")).isFalse(); // some of it is denied
        assertThat(rights.maySubscribe("a/b")).isTrue();
        assertThat(rights.maySubscribe("a/b/#")).isTrue();
        Rights filtered =
                Rights.of(
                        MosquittoAclTest.read("rules.yaml", rules.replace("refused", "filtered")),
                        "c",
                        "alice");
        assertThat(filtered.maySubscribe("#")).isTrue();
        assertThat(filtered.maySubscribe("a/secret")).isFalse();
    }

    @Test
    void aRuleWithoutTopicsSpeaksOfAllOfThem() {
        Rights rights =
                Rights.of(
                        MosquittoAclTest.read("r.yaml", "rules: [{allow: [publish, subscribe]}]"),
                        "c",
                        "-");
        assertThat(rights.mayPublish("a/b")).isTrue();
        assertThat(rights.mayReceive("$SYS/broker/uptime")).isTrue();
        assertThat(rights.maySubscribe("#")).isTrue();
    }

    /// `#` matches no topic that begins with a dollar sign.
    @ParameterizedTest(name = "{0}")
    @CsvSource({"filtered", "refused"})
    void aDenialWithoutTopicsSpeaksOfThoseThatBeginWithADollarSignToo(String wide) {
        RuleSet rules =
                MosquittoAclTest.read(
                        "r.yaml",
                        """
                        wide-subscriptions: %s
                        rules:
                          - {deny: [publish, subscribe], users: guest}
                          - {allow: [publish, subscribe], topics: [$own/#, a]}
                        """
                                .formatted(wide));
        for (String user : List.of("guest", "alice")) {
            Rights rights = Rights.of(rules, "c", user);
            for (String topic : List.of("$own/a", "a")) {
                assertThat(rights.mayPublish(topic)).isEqualTo(user.equals("alice"));
                assertThat(rights.mayReceive(topic)).isEqualTo(user.equals("alice"));
                assertThat(rights.maySubscribe(topic)).isEqualTo(user.equals("alice"));
            }
        }
    }

    @Test
    void whatIsWrongIsSaidAllAtOnce() {
        List<RuleMistake> mistakes = new ArrayList<>();
        RulesFile.read(
                "rules.yaml",
                """
                wide-subscriptions: maybe
                rule: []
                rules:
                  - topics: a
                  - allow: fly
                  - allow: publish
                    topics: [a/#/b]
                    user: bob
                    users: []
                    retain: sometimes
                    maximum-qos: 3
                    addresses: [10.0.0.0/33, localhost]
                    clients: {a: b}
                """,
                mistakes);
        assertThat(mistakes.stream().map(RuleMistake::toString))
                .containsExactlyInAnyOrder(
                        "1:21: wide-subscriptions: given 'maybe'; allowed: filtered, refused",
                        "2:1: rule: unknown key; allowed: wide-subscriptions, rules",
                        "4:5: rules: allowed: a rule with either allow or deny",
                        "5:12: allow: given 'fly'; allowed: publish, subscribe, or both as a list",
                        "8:5: user: unknown key; allowed: allow, deny, topics, users, anonymous,"
                                + " clients, listeners, addresses, groups, certificates, maximum-qos, retain, shared",
                        "7:13: topics: given 'a/#/b': # stands alone in the last level",
                        "9:12: users: an empty list, which would hold for everything; allowed:"
                                + " at least one",
                        "12:17: addresses: given '10.0.0.0/33'; allowed: IP addresses such as"
                                + " 192.0.2.7, and ranges such as 10.0.0.0/8",
                        "12:30: addresses: given 'localhost'; allowed: IP addresses such as"
                                + " 192.0.2.7, and ranges such as 10.0.0.0/8",
                        "13:14: clients: given a list or keys and values",
                        "11:18: maximum-qos: given '3'; allowed: 0, 1, 2",
                        "10:13: retain: given 'sometimes'; allowed: false, true");
    }

    @Test
    void whatIsNoYamlIsSaid() {
        List<RuleMistake> mistakes = new ArrayList<>();
        RulesFile.read("rules.yaml", "rules: [", mistakes);
        assertThat(mistakes).singleElement().asString().contains("1:").contains("not YAML");
    }

    @ParameterizedTest(name = "{0} matches {1}: {2}")
    @CsvSource({
        "a, a, true",
        "a, ab, false",
        "a*, ab, true",
        "*b, ab, true",
        "a*b, ab, true",
        "a*b, aXbXb, true",
        "a*b, aXbX, false",
        "ab*ba, aba, false",
        "*, '', true",
        "**, x, true",
        "a*b*c, abXc, true",
        "a*b*c, acb, false",
        "a*aa*a, aaaa, true",
        "a*aa*a, aaa, false",
    })
    void aStarStandsForAnything(String glob, String value, boolean matches) {
        assertThat(Glob.of(glob).matches(value)).isEqualTo(matches);
        assertThat(Glob.literal(glob).matches(value)).isEqualTo(glob.equals(value));
    }
}
