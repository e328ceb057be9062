package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.broker.access.RulesComparison.Known;
import org.vencejo.broker.access.RulesComparison.Outcome;
import org.vencejo.core.AccessRules;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Census;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;

/// What a change of access rules would newly allow or deny, line by line.
class RulesComparisonTest {
    private static final Known NOBODY = new Known(List.of(), List.of(), List.of(), List.of());

    @Test
    void theSameRulesInTheOtherSyntaxAreNoChange() {
        String acl =
                """
                topic read public/#
                user ana
                topic readwrite casa/+/estado
                topic deny casa/alarma/estado
                pattern write de/%u/#
                """;
        String yaml =
                """
                rules:
                  - {deny: [publish, subscribe], topics: casa/alarma/estado, users: ana}
                  - {allow: subscribe, topics: public/#, anonymous: true}
                  - {allow: [publish, subscribe], topics: casa/+/estado, users: ana}
                  - {allow: publish, topics: de/%u/#}
                """;
        assertThat(compare("acl", acl, "r.yaml", yaml, NOBODY)).isEmpty();
        assertThat(compare("acl", acl, "r.yaml", yaml.replace("  - {deny", "  #{deny"), NOBODY))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("user ana: "))
                .allMatch(line -> line.contains("denied, acl:4: topic deny casa/alarma/estado"));
    }

    @Test
    void whatIsNewlyAllowedIsToldWithTheFilterAndBothRules() {
        assertThat(
                        compare(
                                "old",
                                "user ana\ntopic read casa/#\n",
                                "new",
                                "user ana\ntopic readwrite casa/#\n",
                                NOBODY))
                .containsExactly(
                        "user ana: publish casa/#: denied, no rule speaks of it -> allowed, new:2: topic readwrite casa/#");
    }

    @Test
    void whatIsNewlyDeniedIsToldForNamesThatNoRuleHas() {
        assertThat(
                        compare(
                                "old.yaml",
                                "rules: [{allow: publish, topics: +/estado}]",
                                "new.yaml",
                                "rules: [{allow: publish, topics: +/estado, users: a*}]",
                                NOBODY))
                .containsExactly(
                        "user (another): publish +/estado: allowed, old.yaml:1: allow: publish, topics: +/estado -> denied, no rule speaks of it",
                        "anonymous: publish +/estado: allowed, old.yaml:1: allow: publish, topics: +/estado -> denied, no rule speaks of it");
    }

    @Test
    void whatTwoFiltersHaveInCommonIsLookedAt() {
        String deny = "  - {deny: publish, topics: a/+}\n";
        String allow = "  - {allow: publish, topics: +/b}\n";
        assertThat(
                        compare(
                                "old.yaml",
                                "rules:\n" + deny + allow,
                                "new.yaml",
                                "rules:\n" + allow + deny,
                                NOBODY))
                .isNotEmpty()
                .allMatch(line -> line.contains(": publish a/b: denied, old.yaml:2: "));
    }

    @Test
    void qosAndRetainAreToldWhereTheyMatter() {
        assertThat(
                        compare(
                                "old.yaml",
                                "rules: [{allow: publish, topics: t, users: ana}]",
                                "new.yaml",
                                "rules: [{allow: publish, topics: t, users: ana, maximum-qos: 1, retain: false}]",
                                NOBODY))
                .extracting(line -> line.substring(0, line.indexOf(": allowed")))
                .containsExactly("user ana: publish t");
        assertThat(
                        compare(
                                "old.yaml",
                                "rules: [{allow: publish, topics: t, users: ana, retain: false}]",
                                "new.yaml",
                                "rules: [{allow: publish, topics: t, users: ana, maximum-qos: 1}]",
                                NOBODY))
                .extracting(line -> line.replaceFirst(": (allowed|denied),.*", ""))
                .containsExactly(
                        "user ana: publish at QoS 2 without RETAIN t",
                        "user ana: publish at QoS 0, 1 with RETAIN t");
    }

    @Test
    void listenersAndSharedSubscriptionsAreAskedAboutWhereRulesSpeakOfThem() {
        assertThat(
                        compare(
                                "old.yaml",
                                "rules: [{allow: subscribe, topics: t, users: ana}]",
                                "new.yaml",
                                "rules: [{allow: subscribe, topics: t, users: ana, listeners: in, shared: false}]",
                                NOBODY))
                .extracting(line -> line.replaceFirst(": (allowed|denied),.*", ""))
                .containsExactly(
                        "user ana, listener in: receive shared t",
                        "user ana, listener in: subscribe $share/(any)/t",
                        "user ana, listener (another): receive t",
                        "user ana, listener (another): subscribe t",
                        "user ana, listener (another): subscribe $share/(any)/t");
    }

    @Test
    void clientsAndTopicsThatAreKnownAreAskedAbout() {
        String old = "rules: [{allow: [publish, subscribe], topics: maquinas/%u/#}]";
        String other = "rules: [{allow: [publish, subscribe], topics: maquinas/%u/+}]";
        Census.Client client =
                new Census.Client(
                        new Subject("c7", new Identity("torno"), "in", "192.0.2.7:99"),
                        List.of(Subscription.of("maquinas/torno/x/y", QoS.AT_LEAST_ONCE)));
        List<String> lines =
                compare(
                        "old.yaml",
                        old,
                        "new.yaml",
                        other,
                        new Known(
                                List.of(client),
                                List.of("prensa"),
                                List.of(),
                                List.of("maquinas/prensa/a/b")));
        assertThat(lines)
                .anyMatch(line ->
                        line.startsWith("user prensa: publish maquinas/prensa/a/b: allowed"))
                .anyMatch(line ->
                        line.startsWith(
                                "user torno, client c7: subscribe maquinas/torno/x/y: allowed"))
                .noneMatch(line -> line.startsWith("user torno: "));
    }

    @Test
    void groupsCertificatesAndRulesAboutAllTopicsAreAskedAbout() {
        assertThat(
                        compare(
                                "old.yaml",
                                "rules: []",
                                "new.yaml",
                                "rules: [{allow: publish, groups: jefes, certificates: 'CN=torno'}]",
                                new Known(List.of(), List.of(), List.of(), List.of())))
                .extracting(line -> line.replaceFirst(": (allowed|denied),.*", ""))
                .containsExactly(
                        "user (another), group jefes, certificate CN=torno: publish #",
                        "user (another), group jefes, certificate CN=torno: publish $SYS/#",
                        "anonymous, group jefes, certificate CN=torno: publish #",
                        "anonymous, group jefes, certificate CN=torno: publish $SYS/#");
    }

    @Test
    void aThousandRulesAreCompared() {
        StringBuilder old = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            old.append("user u%d\ntopic readwrite d/%d/#\n".formatted(i, i));
        }
        String other = old.toString().replace("topic readwrite d/500/#", "topic read d/500/#");
        assertThat(compare("old", old.toString(), "new", other, NOBODY))
                .containsExactly(
                        "user u500: publish d/500/#: allowed, old:1002: topic readwrite d/500/# -> denied, no rule speaks of it");
    }

    private static List<String> compare(
            String oldFile, String oldText, String newFile, String newText, Known known) {
        List<RuleMistake> mistakes = new ArrayList<>();
        AccessRules before = RulesFile.read(oldFile, oldText, mistakes);
        AccessRules after = RulesFile.read(newFile, newText, mistakes);
        assertThat(mistakes).isEmpty();
        Outcome outcome = RulesComparison.of(before, after, known);
        assertThat(outcome.complete()).isTrue();
        return outcome.differences().stream().map(Object::toString).toList();
    }
}
