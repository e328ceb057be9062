package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which Client Identifiers a listener takes.
class ClientIdentifiersTest {
    /// Nothing as user is who is known as nobody.
    @ParameterizedTest(name = "{0}: client {1} of {2} {3}")
    @CsvSource({
        "%u,        ana,      ana,  true",
        "%u,        ana2,     ana,  false",
        "%u,        an,       ana,  false",
        "%u,        ana,      bea,  false",
        "%u,        '',       ana,  false", // left to the broker
        "%u,        '',       ,     false",
        "%u,        %u,       ,     false",
        "%u,        %u,       ana,  false",
        "%u,        '',       '',   true", // a user of no letters
        "%u:*,      ana:,     ana,  true",
        "%u:*,      ana:1,    ana,  true",
        "%u:*,      ana,      ana,  false",
        "%u:*,      bea:1,    ana,  false",
        "%u:*,      bea:1,    b*,   false", // what is in the name is no wildcard
        "%u,        bea,      *,    false",
        "%u,        *,        *,    true",
        "%u:*,      ana:1,    %u,   false",
        "a%ub%u,    axbx,     x,    true",
        "plant-*,   plant-,   ,     true",
        "plant-*,   plant-7,  ana,  true",
        "plant-*,   plan,     ,     false",
        "plant,     plant,    ,     true",
        "plant,     plant-7,  ,     false",
        "*,         '',       ,     true",
        "*,         any,      ana,  true",
        "'%u|plant-*', plant-7, ana, true",
        "'%u|plant-*', ana,     ana, true",
        "'%u|plant-*', bea,     ana, false",
    })
    void aTextIsTheClientIdentifierOrHowItBegins(
            String texts, String clientIdentifier, @Nullable String userName, boolean allowed) {
        ClientIdentifiers identifiers = new ClientIdentifiers(List.of(texts.split("\\|", -1)));
        assertThat(identifiers.allow(clientIdentifier, userName)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "%u,",
        "%u:*,",
        "*,",
        "plant,",
        "a*b,  a * that is not at its end",
        "**,   a * that is not at its end",
        "*%u,  a * that is not at its end",
    })
    void aStarStandsAtTheEnd(String text, @Nullable String fault) {
        assertThat(ClientIdentifiers.fault(text)).isEqualTo(fault);
    }
}
