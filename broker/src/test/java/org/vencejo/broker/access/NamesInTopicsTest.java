package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What names do in the topics of rules, in both syntaxes: a client that chooses its name must not
/// choose its rights (test oracle 89).
class NamesInTopicsTest {
    private static final String SYS = "$SYS/broker/clients/total";

    private static RuleSet allowing(String syntax, String topics) {
        return syntax.equals("acl")
                ? MosquittoAclTest.read("acl", "pattern read " + topics)
                : MosquittoAclTest.read(
                        "r.yaml", "rules: [{allow: subscribe, topics: '" + topics + "'}]");
    }

    private static RuleSet denying(String syntax, String topics) {
        return syntax.equals("acl")
                ? MosquittoAclTest.read(
                        "acl",
                        """
                        pattern deny %s
                        pattern readwrite #
                        pattern readwrite $SYS/#
                        """
                                .formatted(topics))
                : MosquittoAclTest.read(
                        "r.yaml",
                        """
                        rules:
                          - {deny: [publish, subscribe], topics: '%s'}
                          - {allow: [publish, subscribe]}
                        """
                                .formatted(topics));
    }

    /// `to` is the one topic that is asked about.
    @ParameterizedTest(name = "{0} {1}, client {2} as {3}: {4} -> {5}")
    @CsvSource({
        "acl,  %c/#,      $SYS,     ana,    $SYS/broker/clients/total, false",
        "yaml, %c/#,      $SYS,     ana,    $SYS/broker/clients/total, false",
        "acl,  %u/#,      c,        $SYS,   $SYS/broker/clients/total, false",
        "yaml, %u/#,      c,        $SYS,   $SYS/broker/clients/total, false",
        "yaml, %u/+/#,    c,        $SYS,   $SYS/broker/clients/total, false",
        "yaml, %u%c/#,    SYS,      $,      $SYS/broker/clients/total, false",
        "yaml, %c,        $SYS,     ana,    $SYS,                      false",
        "yaml, %c/#,      $other,   ana,    $other/a,                  false",
        // What is written behind the name of a share would be all that the rule is about
        "acl,  %c/x/#,    $share,   ana,    a,                         false",
        "yaml, %c/x/#,    $share,   ana,    a,                         false",
        "yaml, $%u/x/#,   c,        share,  a,                         false",
        "yaml, $%u/#,     c,        SYS,    $SYS/broker/clients/total, false",
        // Control arms: other names, and what is written with a $
        "acl,  %c/#,      c,        ana,    c/a,                       true",
        "yaml, %c/#,      c,        ana,    c/a,                       true",
        "acl,  %u/#,      c,        ana,    ana/a,                     true",
        "yaml, %u/#,      c,        ana,    ana/a,                     true",
        "yaml, %u%c/#,    c,        ana,    anac/a,                    true",
        "yaml, %u/x/#,    c,        share$, share$/x/a,                true",
        "acl,  a/%c/#,    $SYS,     ana,    a/$SYS/b,                  true",
        "yaml, a/%c/#,    $SYS,     ana,    a/$SYS/b,                  true",
        "acl,  $SYS/%c/#, broker,   ana,    $SYS/broker/clients/total, true",
        "yaml, $SYS/%c/#, broker,   ana,    $SYS/broker/clients/total, true",
        "yaml, $%u/#,     c,        ana,    $ana/a,                    true",
        "acl,  $SYS/#,    $SYS,     ana,    $SYS/broker/clients/total, true",
        "yaml, $SYS/#,    $SYS,     ana,    $SYS/broker/clients/total, true",
    })
    void noNameMovesWhatIsAllowed(
            String syntax, String topics, String client, String user, String to, boolean allowed) {
        Rights rights = Rights.of(allowing(syntax, topics), client, user);
        assertThat(rights.mayReceive(to)).isEqualTo(allowed);
        assertThat(rights.maySubscribe(to)).isEqualTo(allowed);
    }

    /// A name that hides from what it is denied would be as bad.
    @ParameterizedTest(name = "{0} {1}, client {2}: {3} -> {4}")
    @CsvSource({
        "acl,  %c/#,   $SYS,     $SYS/broker/clients/total, false",
        "yaml, %c/#,   $SYS,     $SYS/broker/clients/total, false",
        "yaml, %c/#,   $share,   $share/a,                  false",
        "yaml, %c/x/#, $share,   $share/x/a,                false",
        "yaml, %c/+/x, $share,   $share/a/x,                false",
        "yaml, %c,     $share/a, $share/a,                  false",
        "yaml, %c/x/#, +,        a/x/b,                     false",
        // Control arms: the rule is about no more than that
        "acl,  %c/#,   c,        $SYS/broker/clients/total, true",
        "yaml, %c/#,   c,        $SYS/broker/clients/total, true",
        "yaml, %c/#,   c,        $share/a,                  true",
        "acl,  %c/x/#, $share,   a,                         true",
        "yaml, %c/x/#, $share,   a,                         true",
        "yaml, %c/x/#, $share,   x/a,                       true",
        "yaml, %c/x/#, $share,   $SYS/a,                    true",
    })
    void whatIsDeniedStaysDenied(
            String syntax, String topics, String client, String topic, boolean allowed) {
        Rights rights = Rights.of(denying(syntax, topics), client, "ana");
        assertThat(rights.mayPublish(topic)).isEqualTo(allowed);
        assertThat(rights.mayReceive(topic, QoS.AT_MOST_ONCE, true)).isEqualTo(allowed);
        assertThat(rights.maySubscribe("$share/g/" + topic)).isEqualTo(allowed);
    }

    /// The filter is longer than any topic may be, and matches some with an empty level, or without
    /// its last.
    @ParameterizedTest(name = "{0} of {1} bytes: {2}")
    @CsvSource({
        "%c/#,   65535, c",
        "%c/#,   65534, c",
        "%c/#,   65534, c/",
        "%c/#,   65533, c/",
        "%c/+,   65534, c/",
        "+/%c,   65534, /c",
        "%c/+/#, 65534, c/",
        "%c/+/+, 65533, c//",
        "$a/%c,  65530, $a/c", // as control arm, as those below
        "%c/+,   10,    c/",
    })
    void aLongNameIsDeniedItsTopic(String template, int bytes, String topic) {
        String client = "c".repeat(bytes);
        Rights rights = Rights.of(denying("yaml", template), client, "ana");
        assertThat(rights.mayPublish(topic.replace("c", client))).isFalse();
        assertThat(rights.mayReceive(topic.replace("c", client), QoS.AT_MOST_ONCE, true)).isFalse();
        assertThat(rights.mayPublish(topic.replace("c", "d".repeat(bytes)))).isTrue();
    }

    @ParameterizedTest(name = "{0} as {1}: {2}")
    @CsvSource({
        "$SYS, ana, the names in it would have it begin with $SYS",
        "+,    ana, 'the Client Identifier in it holds +, # or /'",
        "a/b,  ana, 'the Client Identifier in it holds +, # or /'",
        "c,    ana,",
        "c,    -,",
    })
    void whyARuleIsPassedOverIsSaid(String client, String user, @Nullable String why) {
        RuleSet rules = MosquittoAclTest.read("acl", "pattern read %c/#\n");
        Subject subject =
                new Subject(client, new Identity(user.equals("-") ? null : user), null, null);
        String topic = client.equals("$SYS") ? SYS : client.equals("c") ? "other/a" : "a/b/c";
        for (Decision decision :
                new Decision[] {
                    Decision.ofReceive(
                            rules, subject, TopicName.of(topic), QoS.AT_MOST_ONCE, false),
                    Decision.ofSubscribe(rules, subject, TopicFilter.of(topic), QoS.AT_MOST_ONCE)
                }) {
            assertThat(decision.allowed()).isFalse();
            assertThat(decision.because()).isEqualTo("no rule speaks of it");
            assertThat(decision.passedOver())
                    .isEqualTo(why == null ? null : "acl:1: pattern read %c/#: " + why);
        }
        // What the rule would not be about, whatever the name, it is not named for.
        assertThat(
                        Decision.ofPublish(
                                        rules, subject, TopicName.of("a"), QoS.AT_MOST_ONCE, false)
                                .passedOver())
                .isNull();
    }
}
