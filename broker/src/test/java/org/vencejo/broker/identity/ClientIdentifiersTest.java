package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which Client Identifiers a listener takes.
class ClientIdentifiersTest {
    /// Nothing as user is who is known as nobody.
    @ParameterizedTest(name = "{0}: client {1} of {2} {3}")
    @CsvSource({
        "%u,        ana,      ana,  true",
        "%u,        ana2,     ana,  false",
        "%u,        an,       ana,  false",
        "%u,        ana,      bea,  false",
        "%u,        vencejo-1a, ana, false", // as one is that was left to the broker
        "%u,        %u,       ,     false",
        "%u,        %u,       ana,  false",
        "%u:*,      ana:,     ana,  true",
        "%u:*,      ana:1,    ana,  true",
        "%u:*,      ana,      ana,  false",
        "%u:*,      bea:1,    ana,  false",
        "%u:*,      bea:1,    b*,   false", // what is in the name is no wildcard
        "%u,        bea,      *,    false",
        "%u,        *,        *,    true",
        "%u:*,      ana:1,    %u,   false",
        "dev-%u,    dev-ana,  ana,  true",
        "dev-%u,    ana,      ana,  false",
        "plant-*,   plant-,   ,     true",
        "plant-*,   plant-7,  ana,  true",
        "plant-*,   plan,     ,     false",
        "plant,     plant,    ,     true",
        "plant,     plant-7,  ,     false",
        "vencejo-*, vencejo-1a, ,   true",
        "*,         any,      ana,  true",
        "'%u|plant-*', plant-7, ana, true",
        "'%u|plant-*', ana,     ana, true",
        "'%u|plant-*', bea,     ana, false",
        // A name with what ends names: `a:b` could be of a
        "'%u|%u:*',      a:b,   a,   true",
        "'%u|%u:*',      a:b,   a:b, false",
        "'%u|%u:*',      a:b:c, a:b, false",
        "'%u|%u--*',     a-,    a-,  false", // which `a-` and `--` make, too
        "'%u|%u:*|any',  any,   a:b, true",
        "%u,             a:b,   a:b, true", // as control arm: nothing ends names here
    })
    void aTextIsTheClientIdentifierOrHowItBegins(
            String texts, String clientIdentifier, @Nullable String userName, boolean allowed) {
        ClientIdentifiers identifiers = new ClientIdentifiers(List.of(texts.split("\\|", -1)));
        assertThat(identifiers.allow(clientIdentifier, userName)).isEqualTo(allowed);
    }

    /// No two users have one, whatever they are called.
    @ParameterizedTest
    @ValueSource(strings = {"%u|%u:*", "%u|%u--*", "x%u|x%u:y*"})
    void nobodyHasThatOfAnother(String texts) {
        ClientIdentifiers identifiers = new ClientIdentifiers(List.of(texts.split("\\|", -1)));
        List<String> words = words(List.of("a", ":", "-", "x"), 3);
        for (String clientIdentifier : words(List.of("a", ":", "-", "x", "y"), 5)) {
            assertThat(words.stream().filter(user -> identifiers.allow(clientIdentifier, user)))
                    .as(clientIdentifier)
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    private static List<String> words(List<String> parts, int most) {
        Set<String> words = new LinkedHashSet<>(parts);
        for (int i = 1; i < most; i++) {
            for (String word : List.copyOf(words)) {
                parts.forEach(part -> words.add(word + part));
            }
        }
        return List.copyOf(words);
    }

    @ParameterizedTest
    @CsvSource({
        "%u,",
        "%u:*,",
        "*,",
        "plant,",
        "dev-%u,",
        "a*b,  a * that is not at its end",
        "**,   a * that is not at its end",
        "*%u,  a * that is not at its end",
        "%u%u, more than one %u",
        "%u*,  'nothing between %u and *, so that the user an could have those of ana'",
    })
    void aTextTellsWhoseItIs(String text, @Nullable String fault) {
        assertThat(ClientIdentifiers.fault(text)).isEqualTo(fault);
    }
}
