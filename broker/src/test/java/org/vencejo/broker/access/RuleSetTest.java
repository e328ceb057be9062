package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.broker.access.RulePermissions.OwnRule;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;

/// Clients without number share the filters that are the same for all of them.
class RuleSetTest {
    private static final String RULES =
            """
            rules:
              - {allow: publish, topics: [plant/+/set, lobby]}
              - {deny: subscribe, topics: "100%/#"}
              - {allow: subscribe, topics: [plant/#, "home/%u/#"]}
              - {allow: publish, topics: only/bob, users: bob}
              - {deny: publish}
            """;

    private static RuleSet read(String text) {
        List<RuleMistake> mistakes = new ArrayList<>();
        RuleSet rules = (RuleSet) RulesFile.read("rules.yaml", text, mistakes);
        assertThat(mistakes).isEmpty();
        return rules;
    }

    private static List<OwnRule> of(RuleSet rules, String user) {
        return rules.permissionsOf(new Subject("c", new Identity(user), "inside", "10.0.0.7:5"))
                .rules();
    }

    @Test
    void aRuleWithoutNamesInItIsOneObjectForAllWhomItIsAbout() {
        RuleSet rules = read(RULES);
        List<OwnRule> ana = of(rules, "ana");
        List<OwnRule> bob = of(rules, "bob");

        assertThat(ana).hasSize(4);
        assertThat(bob).hasSize(5);
        assertThat(bob.get(0)).isSameAs(ana.get(0));
        assertThat(bob.get(1)).isSameAs(ana.get(1)); // a % without a letter of ours is a %
        assertThat(bob.get(4)).isSameAs(ana.get(3)); // that is about all topics
        assertThat(bob.get(2)).isNotSameAs(ana.get(2)); // control arm
        assertThat(ana.get(2).filters()).extracting(Object::toString).contains("home/ana/#");
        assertThat(bob.get(2).filters()).extracting(Object::toString).contains("home/bob/#");
    }

    @Test
    void rulesAreTheSameIfTheyAreWrittenSo() {
        assertThat(read(RULES)).isEqualTo(read(RULES)).hasSameHashCodeAs(read(RULES));
        assertThat(read(RULES)).isNotEqualTo(read(RULES.replace("lobby", "hall")));
    }
}
