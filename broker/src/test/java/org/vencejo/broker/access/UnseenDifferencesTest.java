package org.vencejo.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.broker.access.RulesComparison.Known;
import org.vencejo.broker.access.RulesComparison.Outcome;
import org.vencejo.protocol.TopicFilter;

/// Changes of access rules that only some client, message or subscription feels.
class UnseenDifferencesTest {
    private static final Known NOBODY = new Known(List.of(), List.of(), List.of(), List.of());

    /// `equal` says what `before` does in other words; `felt` begins a line about `after`.
    record Case(String before, String after, String equal, String felt) {}

    // Rules are written without their braces, and apart by |.
    static final List<Case> CASES =
            List.of(
                    new Case(
                            "allow: publish, topics: t, users: ana, addresses: 10.0.0.0/9",
                            "allow: publish, topics: t, users: ana, addresses: 10.0.0.0/8",
                            "allow: publish, topics: t, users: ana, addresses: [10.0.0.0/10, 10.64.0.0/10]",
                            "user ana, from 10.128.0.0:1: publish t: denied"),
                    new Case(
                            "allow: publish, topics: t, users: ana, addresses: 10.0.0.77",
                            "allow: publish, topics: t, users: ana, addresses: 10.0.0.76/31",
                            "allow: publish, topics: t, users: ana, addresses: 10.0.0.77/32",
                            "user ana, from 10.0.0.76:1: publish t: denied"),
                    new Case(
                            "allow: publish, topics: t, users: ana, addresses: 10.9.8.7/8",
                            "allow: publish, topics: t, users: ana, addresses: 10.9.8.7/7",
                            "allow: publish, topics: t, users: ana, addresses: 10.0.0.0/8",
                            "user ana, from 11.0.0.0:1: publish t: denied"),
                    new Case(
                            "allow: publish, topics: t, users: ana, addresses: '2001:db8::/33'",
                            "allow: publish, topics: t, users: ana, addresses: '2001:db8::/32'",
                            "allow: publish, topics: t, users: ana, addresses: ['2001:db8::/34', '2001:db8:4000::/34']",
                            "user ana, from [2001:db8:8000:0:0:0:0:0]:1: publish t: denied"),
                    new Case(
                            "allow: publish, topics: t, users: ana, addresses: 0.0.0.0/0",
                            "allow: publish, topics: t, users: ana",
                            "allow: publish, topics: t, users: ana, addresses: [0.0.0.0/1, 128.0.0.0/1]",
                            "user ana, from [2001:db8:0:0:0:0:0:1]:1: publish t: denied"),
                    new Case(
                            "allow: publish, topics: t, users: ana, addresses: [0.0.0.0/0, '::/0']",
                            "allow: publish, topics: t, users: ana",
                            "allow: publish, topics: t, users: ana, addresses: ['::/0', 0.0.0.0/0]",
                            "user ana, from unix:: publish t: denied"),
                    new Case(
                            "deny: publish, topics: t, users: a* | allow: publish, topics: t, users: '*b'",
                            "allow: publish, topics: t, users: '*b' | deny: publish, topics: t, users: a*",
                            "deny: publish, topics: t, users: [a*, a*z] | allow: publish, topics: t, users: '*b'",
                            "user a(another)b: publish t: denied"),
                    new Case(
                            "allow: publish, topics: t, users: a*",
                            "deny: publish, topics: t, users: a*a | allow: publish, topics: t, users: a*",
                            "allow: publish, topics: t, users: [a*, a*a]",
                            "user a(another)a: publish t: allowed"),
                    new Case(
                            "allow: publish, topics: t, users: ['*a', b*]",
                            "deny: publish, topics: t, users: '*a*b*' | allow: publish, topics: t, users: ['*a', b*]",
                            "allow: publish, topics: t, users: [b*, '*a']",
                            "user b(another)a(another)b(another): publish t: allowed"),
                    new Case(
                            "allow: publish, topics: t, users: a*a | deny: publish, topics: t, users: a* | allow: publish, topics: t, users: '*a'",
                            "allow: publish, topics: t, users: a*a | allow: publish, topics: t, users: '*a' | deny: publish, topics: t, users: a*",
                            "allow: publish, topics: t, users: a*a | deny: publish, topics: t, users: [a*, ab*] | allow: publish, topics: t, users: '*a'",
                            "user a: publish t: denied"),
                    new Case(
                            "deny: publish, topics: t, groups: guests | allow: publish, topics: t, groups: staff",
                            "allow: publish, topics: t, groups: staff | deny: publish, topics: t, groups: guests",
                            "deny: publish, topics: t, groups: [guests, guests] | allow: publish, topics: t, groups: staff",
                            "user (another), group guests, group staff: publish t: denied"),
                    new Case(
                            "allow: publish, topics: t, groups: '*'",
                            "deny: publish, topics: t",
                            "allow: publish, topics: t, groups: ['*', staff]",
                            "user (another), group (another): publish t: allowed"),
                    new Case(
                            "deny: publish, topics: t, certificates: CN=x | allow: publish, topics: t, certificates: 'DNS:x'",
                            "allow: publish, topics: t, certificates: 'DNS:x' | deny: publish, topics: t, certificates: CN=x",
                            "deny: publish, topics: t, certificates: [CN=x, CN=x] | allow: publish, topics: t, certificates: 'DNS:x'",
                            "user (another), certificate CN=x, certificate DNS:x: publish t: denied"),
                    new Case(
                            "allow: publish, topics: t, certificates: '*'",
                            "deny: publish, topics: t",
                            "allow: publish, topics: t, certificates: ['*', CN=x]",
                            "user (another), certificate (another): publish t: allowed"),
                    new Case(
                            "deny: publish, topics: t, listeners: in* | allow: publish, topics: t, listeners: '*side'",
                            "allow: publish, topics: t, listeners: '*side' | deny: publish, topics: t, listeners: in*",
                            "deny: publish, topics: t, listeners: [in*, inner] | allow: publish, topics: t, listeners: '*side'",
                            "user (another), listener in(another)side: publish t: denied"),
                    new Case(
                            "allow: publish, topics: de/%u, anonymous: false",
                            "allow: publish, topics: de/%c, anonymous: false",
                            "allow: publish, topics: de/%u, anonymous: false, users: '*'",
                            "user (another): publish de/(another client): denied"),
                    new Case(
                            "deny: publish, topics: de/%c | allow: publish, topics: de/%u",
                            "allow: publish, topics: de/%u | deny: publish, topics: de/%c",
                            "deny: publish, topics: [de/%c, de/%c] | allow: publish, topics: de/%u",
                            "user (another), client (another): publish de/(another): denied"),
                    new Case(
                            "allow: subscribe",
                            "allow: subscribe, topics: '#'",
                            "allow: [subscribe]",
                            "user (another): subscribe $SYS/#: allowed"),
                    new Case(
                            "allow: publish, topics: t, maximum-qos: 1",
                            "allow: publish, topics: t",
                            "allow: publish, topics: t, maximum-qos: 0 | allow: publish, topics: t, maximum-qos: 1",
                            "user (another): publish at QoS 2 t: denied"),
                    new Case(
                            "allow: publish, topics: t, retain: false",
                            "allow: publish, topics: t",
                            "allow: publish, topics: t, retain: false | deny: publish, retain: true",
                            "user (another): publish with RETAIN t: denied"),
                    new Case(
                            "allow: subscribe, topics: t, shared: false",
                            "allow: subscribe, topics: t",
                            "deny: subscribe, shared: true | allow: subscribe, topics: t",
                            "user (another): subscribe $share/(any)/t: denied"));

    @ParameterizedTest
    @FieldSource("CASES")
    void whatIsFeltByFewIsTold(Case it) {
        assertThat(told(rules(it.before()), rules(it.after())))
                .anyMatch(line -> line.startsWith(it.felt()));
        assertThat(told(rules(it.after()), rules(it.before()))).isNotEmpty();
    }

    /// The control arm.
    @ParameterizedTest
    @FieldSource("CASES")
    void whatIsTheSameInOtherWordsIsNot(Case it) {
        assertThat(told(rules(it.before()), rules(it.equal()))).isEmpty();
        assertThat(told(rules(it.equal()), rules(it.after())))
                .anyMatch(line -> line.startsWith(it.felt()));
    }

    static Stream<String> wide() {
        return Stream.of(
                "allow: subscribe, topics: plant/+/temp",
                "deny: subscribe, topics: plant/x/# | allow: subscribe, topics: plant/#",
                "deny: subscribe, topics: $SYS/x | allow: subscribe",
                "allow: subscribe, topics: /a, shared: true");
    }

    @ParameterizedTest
    @MethodSource("wide")
    void subscriptionsThatAreWiderThanTheRulesAreAskedAbout(String rules) {
        String refused = "wide-subscriptions: refused\n" + rules(rules);
        String filtered = "wide-subscriptions: filtered\n" + rules(rules);
        assertThat(told(refused, filtered))
                .isNotEmpty()
                .allMatch(line -> line.contains(": subscribe ") && line.contains(": denied, "));
        assertThat(told(filtered, refused))
                .isNotEmpty()
                .allMatch(line -> line.contains(": subscribe ") && line.contains(": allowed, "));
        assertThat(told(refused, refused)).isEmpty(); // control arms
        assertThat(told(filtered, rules(rules))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plant/+/temp | plant/+/#, plant/#, #",
                "a/b/#        | a/#, #",
                "/a           | /#, #",
                "a            | #",
                "$SYS/x       | $SYS/#, #",
                "#            | ''",
            })
    void whatIsWiderThanAFilter(String filter, String wider) {
        assertThat(
                        SampleTopics.wider(TopicFilter.of(filter)).stream()
                                .map(TopicFilter::toString)
                                .collect(Collectors.joining(", ")))
                .isEqualTo(wider);
    }

    private static String rules(String text) {
        return Stream.of(text.split(" \\| "))
                .map(rule -> "  - {" + rule + "}\n")
                .collect(Collectors.joining("", "rules:\n", ""));
    }

    private static List<String> told(String before, String after) {
        Outcome outcome =
                RulesComparison.of(
                        MosquittoAclTest.read("old.yaml", before),
                        MosquittoAclTest.read("new.yaml", after),
                        NOBODY);
        assertThat(outcome.complete()).isTrue();
        return outcome.differences().stream().map(Object::toString).toList();
    }
}
