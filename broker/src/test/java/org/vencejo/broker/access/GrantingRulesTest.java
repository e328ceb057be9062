package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.core.AccessRules;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Grants;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Permissions;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Rules that come with a client's identity, behind those of a file or without one.
class GrantingRulesTest {
    private static final String FILE =
            """
            rules:
              - {deny: publish, topics: "secret/#"}
              - {allow: publish, topics: public}
            """;

    private static final ClientRules OWN =
            ClientRules.read(
                    "claim acl",
                    List.of(
                            Map.of("deny", "publish", "topics", List.of("own/%u/x", "public")),
                            Map.of(
                                    "allow",
                                    List.of("publish", "subscribe"),
                                    "topics",
                                    List.of("own/%u/#", "secret/a"),
                                    "maximum-qos",
                                    1L,
                                    "retain",
                                    false)),
                    10);

    private static Permissions of(AccessRules file, @Nullable Grants grants, boolean remembered) {
        Identity identity = new Identity("ana", Set.of(), grants, remembered);
        return new GrantingRules(file)
                .of(new Subject("c", identity, remembered ? null : "l", null));
    }

    private static boolean mayPublish(Permissions permissions, String topic) {
        return permissions.mayPublish(TopicName.of(topic), QoS.AT_LEAST_ONCE, false);
    }

    private static Permissions permissions(String file, String rules) {
        AccessRules written =
                file.equals("file") ? MosquittoAclTest.read("rules.yaml", FILE) : AccessRules.OPEN;
        return switch (rules) {
            case "own" -> of(written, OWN, false);
            case "none" -> of(written, ClientRules.read("claim acl", null, 10), false);
            case "unknown" -> of(written, null, true);
            default -> of(written, null, false);
        };
    }

    @ParameterizedTest(name = "{0}, {1}: {2} -> {3}")
    @CsvSource({
        "file, own,     own/ana/a, true",
        "file, own,     own/ana/x, false", // its own rules in their order
        "file, own,     own/bob/a, false",
        "file, own,     secret/a,  false", // no token allows what the file denies
        "file, own,     public,    true", // nor denies what it allows
        "file, none,    own/ana/a, false",
        "file, none,    public,    true",
        "file, absent,  own/ana/a, false",
        "file, absent,  public,    true",
        "file, unknown, own/ana/a, true", // until its client is back
        "file, unknown, secret/a,  false",
        "open, own,     own/ana/a, true",
        "open, own,     public,    false",
        "open, own,     other,     false",
        "open, none,    other,     false",
        "open, absent,  other,     true",
        "open, unknown, other,     true",
    })
    void whatAClientComesWithIsAskedBehindTheFile(
            String file, String rules, String topic, boolean allowed) {
        assertThat(mayPublish(permissions(file, rules), topic)).isEqualTo(allowed);
    }

    @Test
    void aRuleOfAClientSaysAllThatOneOfAFileDoes() {
        Permissions own = permissions("open", "own");
        TopicName topic = TopicName.of("own/ana/a");
        assertThat(own.mayPublish(topic, QoS.AT_LEAST_ONCE, true)).isFalse();
        assertThat(own.mayPublish(topic, QoS.EXACTLY_ONCE, false)).isFalse();
        assertThat(own.mayReceive(topic, QoS.AT_MOST_ONCE, false)).isTrue();
        assertThat(own.maySubscribe(TopicFilter.of("own/ana/+"), QoS.AT_LEAST_ONCE)).isTrue();
        assertThat(own.maySubscribe(TopicFilter.of("own/ana/+"), QoS.EXACTLY_ONCE)).isFalse();
        assertThat(own.maySubscribe(TopicFilter.of("other/#"), QoS.AT_MOST_ONCE)).isFalse();
    }

    static Stream<Arguments> wrong() {
        Map<String, Object> good = Map.of("allow", "publish", "topics", "a");
        return Stream.of(
                Arguments.of("all", "rules is no list"),
                Arguments.of(good, "rules is no list"),
                Arguments.of(List.of("all"), "a rule that has no keys"),
                Arguments.of(
                        List.of(Map.of("allow", "publish", "topics", "a", "users", "ana")),
                        "a key that no rule has"),
                Arguments.of(List.of(Map.of("topics", "a")), "a rule without either allow or deny"),
                Arguments.of(
                        List.of(Map.of("allow", "publish", "deny", "publish", "topics", "a")),
                        "a rule without either allow or deny"),
                Arguments.of(
                        List.of(Map.of("allow", "fly", "topics", "a")),
                        "what is allowed or denied is not publish or subscribe"),
                Arguments.of(
                        List.of(Map.of("allow", 7, "topics", "a")), "allow and deny is no list"),
                Arguments.of(List.of(Map.of("allow", "publish")), "topics is no list"),
                Arguments.of(List.of(Map.of("allow", List.of(), "topics", "a")), "an empty list"),
                Arguments.of(
                        List.of(Map.of("allow", "publish", "topics", List.of())), "an empty list"),
                Arguments.of(
                        List.of(Map.of("allow", "publish", "topics", "a/#/b")),
                        "a topic that is no Topic Filter"),
                Arguments.of(
                        List.of(Map.of("allow", "publish", "topics", List.of(7))),
                        "a topic that is no Topic Filter"),
                Arguments.of(
                        List.of(Map.of("allow", "publish", "topics", "a", "maximum-qos", 3)),
                        "maximum-qos is not 0, 1 or 2"),
                Arguments.of(
                        List.of(Map.of("allow", "publish", "topics", "a", "retain", "no")),
                        "retain or shared is neither true nor false"),
                Arguments.of(List.of(good, good, good), "more than 2 topics"));
    }

    /// Half of a rule may allow what the whole denies.
    @ParameterizedTest
    @MethodSource("wrong")
    void rulesThatAreNotUnderstoodAreNone(Object json, String said) {
        assertThatThrownBy(() -> ClientRules.read("claim acl", json, 2))
                .isInstanceOf(ClientRules.WrongException.class)
                .hasMessage(said);
    }
}
