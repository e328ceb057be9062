package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.identity.LdapSettings;

/// Entries of `authentication` with the type `ldap`: what is read, and what is wrong.
class LdapMistakesTest {
    private static final String GOOD = "servers: 'ldaps://d.example', user-base: 'dc=casa'";

    @TempDir private Path folder;

    @Test
    void everyKeyIsRead() {
        Path file =
                Readings.file(
                        folder,
                        """
                        authentication:
                          - type: ldap
                            ldap:
                              servers: [ldap://one.example, ldap://two.example:3389]
                              start-tls: true
                              ca: ca.pem
                              bind-dn: cn=broker,dc=casa
                              bind-password-file: secret
                              user-base: ou=people,dc=casa
                              user-filter: (&(objectClass=person)(mail={user}))
                              group-base: ou=groups,dc=casa
                              group-filter: (memberUid={user})
                              group-name: ou
                        """);
        assertThat(
                        Readings.read(file, Map.of(), List.of(), null)
                                .broker()
                                .authentication()
                                .entries())
                .containsExactly(
                        new AuthenticationConfig.Ldap(
                                new LdapSettings(
                                        List.of(
                                                URI.create("ldap://one.example"),
                                                URI.create("ldap://two.example:3389")),
                                        true,
                                        Path.of("ca.pem"),
                                        "cn=broker,dc=casa",
                                        Path.of("secret"),
                                        "ou=people,dc=casa",
                                        "(&(objectClass=person)(mail={user}))",
                                        "ou=groups,dc=casa",
                                        "(memberUid={user})",
                                        "ou",
                                        100),
                                Set.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "servers: 'ldaps://d.example', user-base: 'dc=casa'",
                "servers: 'ldap://127.0.0.1', user-base: 'dc=casa'",
                "servers: 'ldap://[::1]:3389', user-base: 'dc=casa'",
                "servers: 'ldap://localhost', user-base: 'dc=casa'",
                "servers: 'ldap://d.example', start-tls: true, user-base: 'dc=casa'",
            })
    void passwordsTravelInTlsOrStayOnThisMachine(String section) {
        assertThat(lines(section)).isEmpty();
    }

    /// The second line, where there is one, is about the same.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "user-base: 'dc=casa' | its type is ldap, but ldap.servers is missing",
                "servers: 'ldaps://d.example' | its type is ldap, but ldap.user-base is missing",
                "servers: 'ldap://d.example', user-base: 'dc=casa' | given 'ldap://d.example', over which passwords could be read",
                "servers: 'ldaps://d.example', start-tls: true, user-base: 'dc=casa' | given 'ldaps://d.example', which is in TLS before start-tls",
                "servers: 'https://d.example', user-base: 'dc=casa' | given 'https://d.example', which is no URL of a directory",
                "servers: 'ldaps://d.example/dc=casa', user-base: 'dc=casa' | given 'ldaps://d.example/dc=casa', which is no URL of a host alone",
                "servers: 'ldaps://u@d.example', user-base: 'dc=casa' | given 'ldaps://...@d.example', which is no URL of a host alone",
                "servers: 'ldaps://d example', user-base: 'dc=casa' | given 'ldaps://d example', which is no URL",
                "servers: 'ldaps://d.example', user-base: 'casa' | given 'casa'; allowed: a name of the directory",
                "servers: 'ldaps://d.example', user-base: 'dc=casa', user-filter: '(uid={user}' | given '(uid={user}'; allowed: a filter of LDAP with {user} in it",
                "servers: 'ldaps://d.example', user-base: 'dc=casa', user-filter: '(uid=*)' | given '(uid=*)'; allowed: a filter of LDAP with {user} in it",
                "servers: 'ldaps://d.example', user-base: 'dc=casa', group-filter: '(cn=x)' | given '(cn=x)'; allowed: a filter of LDAP with {dn} or {user} in it",
                "servers: 'ldaps://d.example', user-base: 'dc=casa', bind-dn: 'cn=b' | ldap.bind-password-file is missing: without a password a directory takes it for nobody",
                "servers: 'ldaps://d.example', user-base: 'dc=casa', bind-password-file: f | ldap.bind-password-file is given, but ldap.bind-dn is missing",
            })
    void whatIsWrongIsTold(String section, String line) {
        assertThat(lines(section)).hasSize(1).first().asString().contains(line);
    }

    @Test
    void keysOfAnotherTypeAreNoneOfItsOwn() {
        assertThat(lines("type: certificate", GOOD))
                .anySatisfy(line -> assertThat(line).contains("the entry's type is certificate"));
    }

    private List<String> lines(String section) {
        return lines("type: ldap", section);
    }

    private List<String> lines(String type, String section) {
        return Readings.lines(
                Readings.file(
                        folder, "authentication: [{%s, ldap: {%s}}]".formatted(type, section)),
                Map.of(),
                List.of(),
                null);
    }
}
