package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.transport.Authority;

/// Which of the files that a configuration names hold keys and secrets.
class SecretFilesTest {
    @TempDir private Path folder;

    @Test
    void keysAndSecretsAreAndWhatAnybodyMaySeeIsNot() {
        Authority authority = Authority.named("an authority");
        authority.server("one").write(folder, "one");
        authority.write(folder, "ca.pem");
        Authority.file(folder, "text", "hello");
        Authority.file(folder, "users", "");
        String yaml =
                """
                listeners:
                  - transport: tls
                    tls: {certificate: F/one.pem, key: F/one.key, client-certificate: optional, client-ca: F/ca.pem}
                authentication:
                  - {type: password-file, file: F/users}
                  - {type: jwt, jwt: {algorithms: [HS256], secret-file: F/token}}
                  - {type: jwt, jwt: {algorithms: [ES256], keys: [F/public.pem]}}
                  - {type: ldap, ldap: {servers: ['ldaps://localhost'], ca: F/ca.pem, user-base: o=a, bind-dn: cn=a, bind-password-file: F/bind}}
                  - {type: http, http: {url: 'https://localhost/', ca: F/ca.pem, authorization-file: F/service}}
                """
                        .replace("F/", folder + "/");
        assertThat(
                        Readings.read(Readings.file(folder, yaml), Map.of(), List.of(), null)
                                .broker()
                                .secretFiles())
                .extracting(it -> it.getFileName().toString())
                .containsExactly("one.key", "token", "bind", "service");
    }
}
