package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an `acl_file` of Mosquitto allows, line by line of its documentation.
class MosquittoAclTest {
    private static final String ACL =
            """
            # Clients without a user name
            topic read public/#
            topic write inbox

            user alice
            topic sensors/+/temperature
            topic deny sensors/secret/temperature
            topic read $SYS/#
            topic write with spaces/in it
            topic readwrite %u/literal

            user bob
            topic deny #
            topic read public/#

            user *
            topic star

            pattern readwrite home/%u/#
            pattern write clients/%c/state
            pattern deny home/+/private
            """;

    /// `-` is a client without a user name.
    @ParameterizedTest(name = "{0} as {1}: {2} {3} -> {4}")
    @CsvSource({
        "c, -,     read,  public/a,                  true",
        "c, -,     write, public/a,                  false",
        "c, -,     write, inbox,                     true",
        "c, -,     read,  inbox,                     false",
        "c, -,     read,  home/-/a,                  false",
        "c, -,     write, clients/c/state,           true",
        "c, -,     write, clients/d/state,           false",
        "c, alice, read,  public/a,                  false",
        "c, alice, read,  sensors/a/temperature,     true",
        "c, alice, write, sensors/a/temperature,     true",
        "c, alice, read,  sensors/secret/temperature,false",
        "c, alice, write, sensors/secret/temperature,false",
        "c, alice, read,  sensors/a/b/temperature,   false",
        "c, alice, read,  $SYS/broker/uptime,        true",
        "c, alice, write, with spaces/in it,         true",
        "c, alice, read,  with spaces/in it,         false",
        "c, alice, read,  %u/literal,                true",
        "c, alice, read,  alice/literal,             false",
        "c, alice, read,  home/alice/a,              true",
        "c, alice, write, home/alice,                true",
        "c, alice, read,  home/bob/a,                false",
        "c, alice, read,  home/alice/private,        false",
        "c, alice, write, star,                      false",
        "c, bob,   read,  public/a,                  false", // deny comes first
        "c, bob,   read,  home/bob/a,                false", // and before all patterns
        "c, bob,   write, clients/c/state,           false",
        "c, *,     write, star,                      true",
        "c, eve,   read,  public/a,                  false",
        "c, eve,   read,  home/eve/a,                true",
        // Names that would choose their own rights (test oracle 89)
        "c, +,     read,  home/alice/a,              false",
        "c, #,     read,  home/alice/a,              false",
        "c, a/b,   read,  home/a/b/c,                false",
        "+, eve,   write, clients/c/state,           false",
        "a/b, eve, write, clients/a/b/state,         false",
    })
    void itAllows(String client, String user, String access, String topic, boolean allowed) {
        Rights rights = Rights.of(read("acl", ACL), client, user);
        assertThat(
                        access.equals("read")
                                ? rights.mayReceive(topic.strip())
                                : rights.mayPublish(topic.strip()))
                .isEqualTo(allowed);
        if (access.equals("read")) {
            assertThat(rights.maySubscribe(topic.strip())).isEqualTo(allowed);
        }
    }

    /// Test oracle 89, CVE-2018-12550.
    @Test
    void anEmptyFileDeniesEverything() {
        for (String text : List.of("", "\n\n", "# only a comment\n")) {
            Rights rights = Rights.of(read("acl", text), "c", "alice");
            assertThat(rights.mayPublish("a")).isFalse();
            assertThat(rights.maySubscribe("a")).isFalse();
            assertThat(rights.mayReceive("a")).isFalse();
        }
        assertThat(Rights.of(read("acl", "pattern #"), "c", "alice").mayPublish("a")).isTrue();
    }

    @Test
    void aSubscriptionThatIsWiderThanTheRightsIsGrantedAndFiltered() {
        Rights alice = Rights.of(read("acl", ACL), "c", "alice");
        assertThat(alice.maySubscribe("#")).isTrue();
        assertThat(alice.maySubscribe("sensors/#")).isTrue();
        assertThat(alice.maySubscribe("$share/s/sensors/#")).isTrue();
        assertThat(alice.maySubscribe("$SYS/#")).isTrue();
        assertThat(alice.maySubscribe("public/#")).isFalse();
        assertThat(alice.maySubscribe("home/+/private")).isFalse();
    }

    @Test
    void whatIsWrongIsSaidWithItsLine() {
        List<RuleMistake> mistakes = new ArrayList<>();
        String acl =
                """
                topic read a
                user
                topics a
                topic reed a/b
                topic
                topic read a/#/b
                pattern deny b+
                pattern read $share/g/a
                """;
        RulesFile.read("acl", acl, mistakes);
        assertThat(mistakes.stream().map(RuleMistake::toString))
                .containsExactly(
                        "2:1: user: no user name",
                        "3:1: topics: unknown word; allowed: user, topic, pattern, # for a"
                                + " comment",
                        "4:1: reed: unknown access; allowed: read, write, readwrite, deny",
                        "5:1: topic: no topic",
                        "6:1: a/#/b: # stands alone in the last level",
                        "7:1: b+: + stands alone in its level",
                        "8:1: $share/g/a: a filter of a shared subscription");
    }

    static RuleSet read(String file, String text) {
        List<RuleMistake> mistakes = new ArrayList<>();
        RuleSet rules = (RuleSet) RulesFile.read(file, text, mistakes);
        assertThat(mistakes).isEmpty();
        return rules;
    }
}
