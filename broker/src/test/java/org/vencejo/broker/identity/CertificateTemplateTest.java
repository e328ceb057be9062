package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.core.ClientCertificate;

/// What a template makes of the names of a certificate.
class CertificateTemplateTest {
    private static final ClientCertificate CERTIFICATE =
            certificate(
                    "CN=Sensor 7+UID=u,CN=group,O=Casa\\, S.A.",
                    "DNS:a.example",
                    "email:ana@example.org",
                    "IP:192.0.2.7",
                    "DNS:b.example",
                    "URI:urn:x:7",
                    "DNS:");

    private static ClientCertificate certificate(String subject, String... names) {
        return new ClientCertificate(subject, List.of(names), "CN=ca", "1", 0);
    }

    private static String names(String template, ClientCertificate certificate) {
        return new CertificateTemplate(template)
                .of(certificate).stream()
                        .map(name -> name.text() + (name.isSpecial() ? " (special)" : ""))
                        .collect(Collectors.joining("; "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{cn}            | Sensor 7; group",
                "{subject}       | CN=Sensor 7+UID=u,CN=group,O=Casa\\, S.A. (special)",
                "{dns}           | a.example; b.example",
                "{email}         | ana@example.org",
                "{uri}           | urn:x:7",
                "certs/{email}   | certs/ana@example.org", // ours, and not the certificate's
                "{dns}-{cn}!     | a.example-Sensor 7!; a.example-group!; b.example-Sensor 7!; b.example-group!",
            })
    void namesOfTheCertificateStandInItsPlaces(String template, String names) {
        assertThat(names(template, CERTIFICATE)).isEqualTo(names);
    }

    @ParameterizedTest
    @CsvSource({
        "{cn},      ''",
        "{subject}, ''",
        "{dns},     ''",
        "x{email},  ''",
        "{uri},     spiffe://house/a (special)",
    })
    void whatItLacksGivesNoName(String template, String names) {
        assertThat(names(template, certificate("", "URI:spiffe://house/a"))).isEqualTo(names);
    }

    /// Names that look like others: an escaped comma, a CN in the value of something else.
    @ParameterizedTest
    @CsvSource({
        "'O=CN\\=admin,CN=x',        x",
        "'O=a\\,CN\\=admin,CN=x',    x",
        "'CN=a\\,b',                 'a,b'",
        "'CN=\\+x',                  +x (special)",
        "'CN=#0c0561646d696e,O=a',   ''", // bytes, which are no name
        "'not a name',               ''",
    })
    void theCommonNameIsReadAsRfc2253WritesIt(String subject, String names) {
        assertThat(names("{cn}", certificate(subject))).isEqualTo(names);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{cn}      | true",
                "a{dns}b   | true",
                "          | false",
                "name      | false",
                "{CN}      | false",
                "{cn       | false",
                "{cn}}     | false",
                "{}        | false"
            })
    void aTemplateNamesSomethingOfTheCertificate(String template, boolean good) {
        assertThat(CertificateTemplate.fault(template == null ? "" : template) == null)
                .isEqualTo(good);
    }

    /// A certificate of an authority of ours may still have a thousand names.
    @Test
    void ofVeryManyNamesSomeAreEnough() {
        String[] many = new String[1_000];
        Arrays.setAll(many, i -> "DNS:" + i);
        assertThat(new CertificateTemplate("{dns}{dns}").of(certificate("CN=x", many))).hasSize(64);
    }
}
