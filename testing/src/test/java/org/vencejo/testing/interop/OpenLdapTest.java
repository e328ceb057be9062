package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Broker;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.Authority;

/// Clients who are users of OpenLDAP: the real one, behind a whole broker. Whom it does not have is
/// looked for in a password file.
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
@ParameterizedClass(name = "ldaps {0}")
@ValueSource(booleans = {true, false})
class OpenLdapTest {
    private static final Authority AUTHORITY = Authority.named("casa");

    /// `sol` as slappasswd hashes it.
    private static final String SOL = "{SSHA}EqyK1nBxVaT+nMsU3dTEe2ozGbPx1e9M";

    private static final String ENTRIES =
            """
            dn: dc=casa
            objectClass: domain
            dc: casa

            dn: cn=broker,dc=casa
            objectClass: person
            cn: broker
            sn: b
            userPassword: search

            dn: cn=policy,dc=casa
            objectClass: pwdPolicy
            objectClass: person
            cn: policy
            sn: p
            pwdAttribute: userPassword
            pwdLockout: TRUE

            dn: ou=people,dc=casa
            objectClass: organizationalUnit
            ou: people

            dn: ou=groups,dc=casa
            objectClass: organizationalUnit
            ou: groups

            dn: uid=ana,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: ana
            cn: Ana
            sn: A
            userPassword: SOL

            dn: uid=bo*(b),ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: bo*(b)
            cn: Bob
            sn: B
            userPassword: luna

            dn: uid=back\\5Cslash,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: back\\slash
            cn: Backslash
            sn: B
            userPassword: luna

            dn: uid=Ruiz\\2C Eva,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: Ruiz, Eva
            cn: Eva
            sn: Ruiz
            userPassword: luna

            dn: cn=one,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: twin
            uid: triplet
            cn: one
            sn: T
            userPassword: SOL

            dn: cn=two,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: twin
            uid: triplet
            cn: two
            sn: T
            userPassword: SOL

            dn: cn=three,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: triplet
            cn: three
            sn: T
            userPassword: SOL

            dn: uid=closed,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: closed
            cn: Closed
            sn: C
            userPassword: SOL
            pwdAccountLockedTime: 000001010000Z

            dn: uid=luz,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: luz
            cn: Luz
            sn: L
            userPassword: SOL

            dn: uid=mar,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: mar
            cn: Mar
            sn: M
            userPassword: SOL

            dn: uid=mute,ou=people,dc=casa
            objectClass: inetOrgPerson
            uid: mute
            cn: Mute
            sn: M

            dn: cn=staff,ou=groups,dc=casa
            objectClass: groupOfNames
            cn: staff
            member: uid=ana,ou=people,dc=casa
            member: uid=back\\5Cslash,ou=people,dc=casa

            dn: cn=cooks,ou=groups,dc=casa
            objectClass: groupOfNames
            cn: cooks
            member: uid=ana,ou=people,dc=casa
            member: uid=bo*(b),ou=people,dc=casa
            member: uid=Ruiz\\2C Eva,ou=people,dc=casa
            """
                    .replace("SOL", SOL);

    private static final String RULES =
            """
            rules:
              - {allow: publish, topics: kitchen, groups: cooks}
              - {allow: publish, topics: plant, groups: staff}
            """;

    /// The password of those whom the file has, `wonder`, as mosquitto_passwd hashes it.
    private static final String WONDER =
            "$7$101$I5Qjkjrn5HkiZprL$/zOFfj6QRTyiiFdUp5SIzio5sjovZubOEKfdcnI1hUBcyjV77exp8n8XyBhhcdGWgaEX2n55B2G/my+X6pvPmA==";

    /// Two at whom nobody guesses but those who look at what the directory hears.
    private static final String LUZ = "uid=luz,ou=people,dc=casa";

    private static final String MAR = "uid=mar,ou=people,dc=casa";

    @Parameter private boolean isTls;

    private Path folder;
    private Slapd slapd;
    private Broker broker;

    @BeforeAll
    void start(@TempDir Path shared) throws Exception {
        Path program = Program.find("slapd");
        assumeTrue(
                program != null && Files.isDirectory(Slapd.SCHEMA),
                "interop with OpenLDAP: not installed");
        folder = shared;
        // Its GnuTLS does not read EC keys as the JDK writes them.
        Authority.Issued shown = AUTHORITY.of("directory", Authority.rsaKeys());
        slapd =
                Slapd.start(
                        program,
                        Files.createDirectory(folder.resolve("slapd")),
                        shown.write(folder, "server"),
                        ENTRIES);
        AUTHORITY.write(folder, "ca.pem");
        Authority.named("other").write(folder, "other.pem");
        Authority.file(folder, "right", "search\n");
        Authority.file(folder, "wrong", "luna\n");
        Authority.file(folder, "rules.yaml", RULES);
        StringBuilder passwords = new StringBuilder();
        for (String name : List.of("alice", "ana", "ANA", "*", "an*", "ana)(cn=*", "a\\6ea")) {
            passwords.append(name).append(':').append(WONDER).append('\n');
        }
        Authority.file(folder, "passwords", passwords.toString());
        broker = broker("right", "ca.pem", 100);
    }

    @AfterAll
    void stop() throws Exception {
        if (broker != null) {
            broker.close();
        }
        if (slapd != null) {
            slapd.end();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ana         | sol    | 00",
                "ana         | luna   | 86",
                "ana         | ''     | 86",
                "ana         |        | 86",
                "ana         | wonder | 86", // who is the directory's is not looked for in the file
                "ANA         | sol    | 86", // whom the directory takes for ana
                "'ana '      | sol    | 86",
                "ANA         | wonder | 86",
                "bo*(b)      | luna   | 00", // what means something in filters is a name here
                "bo*(b)      | sol    | 86",
                "back\\slash | luna   | 00",
                "Ruiz, Eva   | luna   | 00", // and what means something in names of entries
                "ruiz, eva   | luna   | 86",
                "twin        | sol    | 87", // there are two of them
                "triplet     | sol    | 87", // and of these more than are asked for
                "closed      | sol    | 86", // nor does OpenLDAP tell that its password is right
                "closed      | luna   | 86",
                "mute        | sol    | 86", // which has no password
                "carol       | sol    | 86", // whom nobody knows
                "alice       | wonder | 00", // whom the file knows
                "*           | wonder | 00",
                "an*         | wonder | 00",
                "ana)(cn=*   | wonder | 00",
                "a\\6ea      | wonder | 00",
                "*           | sol    | 86",
            })
    void clientsAreLetInAsTheDirectorySays(String user, @Nullable String password, String code)
            throws Exception {
        assertThat(answer(broker, user, password)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ana         | sol    | kitchen plant",
                "bo*(b)      | luna   | kitchen",
                "back\\slash | luna   | plant",
                "Ruiz, Eva   | luna   | kitchen",
                "alice       | wonder | ''",
            })
    void groupsOfTheDirectoryCountInAccessRules(String user, String password, String topics) {
        try (MqttClient client = client(broker, user, password)) {
            client.connect();
            for (String topic : List.of("kitchen", "plant")) {
                assertThat(isAllowed(client, topic)).as(topic).isEqualTo(topics.contains(topic));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 87", "2, 00"})
    void whoIsInMoreGroupsThanAreReadIsNotLetIn(int groupsMax, String code) throws Exception {
        try (Broker strict = broker("right", "ca.pem", groupsMax)) {
            assertThat(answer(strict, "ana", "sol")).isEqualTo(code); // who is in two
        }
    }

    /// Else who guesses at luz guesses at LUZ, Luz and luZ, too, of whom nobody counts all.
    @Test
    void noPasswordIsTriedForANameThatIsWrittenOtherwise() throws Exception {
        assertThat(answer(broker, "LUZ", "sol")).isEqualTo("86");
        assertThat(answer(broker, "mar", "luna")).isEqualTo("86");
        assertThat(slapd.boundUntil(MAR)).doesNotContain(LUZ);
        assertThat(answer(broker, "luz", "luna")).isEqualTo("86");
        assertThat(slapd.boundUntil(LUZ)).endsWith(LUZ); // control arm
    }

    @Test
    void whoOnlySaysThatItIsTheDirectoryLearnsNoPassword() throws Exception {
        try (Broker strange = broker("right", "other.pem", 100)) {
            assertThat(answer(strange, "luz", "luna")).isEqualTo("88");
        }
        assertThat(answer(broker, "mar", "luna")).isEqualTo("86");
        assertThat(slapd.boundUntil(MAR)).doesNotContain(LUZ);
        assertThat(answer(broker, "luz", "luna")).isEqualTo("86");
        assertThat(slapd.boundUntil(LUZ)).endsWith(LUZ); // control arm
    }

    @ParameterizedTest
    @CsvSource({
        "right, ca.pem,    00",
        "wrong, ca.pem,    88", // ours is none of the client's
        "right, other.pem, 88", // who only says that it is the directory
    })
    void nobodyIsLetInWhileTheDirectoryCannotBeAsked(String secret, String authorities, String code)
            throws Exception {
        try (Broker asking = broker(secret, authorities, 100)) {
            assertThat(answer(asking, "ana", "sol")).isEqualTo(code);
            assertThat(answer(asking, "alice", "wonder")).isEqualTo(code); // who may be there, too
        }
    }

    @Test
    void whileTheDirectoryIsAwayNobodyIsLetIn() throws Exception {
        slapd.end();
        assertThat(answer(broker, "ana", "sol")).isEqualTo("88");
        assertThat(answer(broker, "alice", "wonder")).isEqualTo("88");
        slapd = slapd.again();
        assertThat(answer(broker, "ana", "sol")).isEqualTo("00");
        assertThat(answer(broker, "alice", "wonder")).isEqualTo("00");
    }

    // ---- helpers ----

    private Broker broker(String secret, String authorities, int groupsMax) throws IOException {
        String directory =
                "{servers: '%s', start-tls: %s, ca: F/%s, bind-dn: 'cn=broker,dc=casa', bind-password-file: F/%s, user-base: 'ou=people,dc=casa', group-base: 'ou=groups,dc=casa'}"
                        .formatted(slapd.url(isTls), !isTls, authorities, secret);
        String settings =
                """
                durability=memory
                sys-interval=0
                limits.authentication-delay-max=0
                limits.authentication-timeout=20s
                limits.authentication-groups-max=%d
                data-folder=%s
                access-rules=F/rules.yaml
                listeners=[{port: 0}]
                authentication=[{type: ldap, ldap: %s}, {file: F/passwords}]
                """
                        .formatted(groupsMax, Files.createTempDirectory(folder, "data"), directory)
                        .replace("F/", folder + "/");
        return Broker.start(
                new Broker.Setup(
                        new Configuration.Request(null, Map.of(), settings.lines().toList(), null),
                        Machine.here(),
                        "0.0.0-test",
                        System.nanoTime(),
                        level -> {}));
    }

    private static MqttClient client(Broker broker, String user, @Nullable String password) {
        return new MqttClient(
                MqttOptions.builder()
                        .host("127.0.0.1")
                        .port(broker.addresses().getFirst().getPort())
                        .userName(user)
                        .password(
                                password == null ? null : password.getBytes(StandardCharsets.UTF_8))
                        .build());
    }

    /// The Reason Code of the CONNACK, in hexadecimal digits.
    private static String answer(Broker broker, String user, @Nullable String password) {
        try (MqttClient client = client(broker, user, password)) {
            client.connect();
            return "00";
        } catch (MqttException e) {
            return "%02x".formatted(e.reasonCode().value());
        }
    }

    private static boolean isAllowed(MqttClient client, String topic) {
        try {
            client.publish(topic, "", QoS.AT_LEAST_ONCE);
            return true;
        } catch (MqttException e) {
            assertThat(e.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            return false;
        }
    }
}
