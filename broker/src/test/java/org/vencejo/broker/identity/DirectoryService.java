package org.vencejo.broker.identity;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.OperationType;
import com.unboundid.ldif.LDIFReader;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A directory on loopback, with some people and groups, which nobody may search but `cn=broker`
/// with the password `search`. Thread-safe.
public final class DirectoryService implements AutoCloseable {
    public static final String BROKER = "cn=broker,dc=casa";
    public static final String BROKER_PASSWORD = "search";
    public static final String PEOPLE = "ou=people,dc=casa";
    public static final String GROUPS = "ou=groups,dc=casa";

    private static final String[] ENTRIES = {
        "dn: dc=casa",
        "objectClass: domain",
        "dc: casa",
        "",
        "dn: cn=broker,dc=casa",
        "objectClass: person",
        "cn: broker",
        "sn: b",
        "userPassword: search",
        "",
        "dn: ou=people,dc=casa",
        "objectClass: organizationalUnit",
        "ou: people",
        "",
        "dn: ou=groups,dc=casa",
        "objectClass: organizationalUnit",
        "ou: groups",
        "",
        "dn: uid=ana,ou=people,dc=casa",
        "objectClass: inetOrgPerson",
        "uid: ana",
        "cn: Ana",
        "sn: A",
        "userPassword: sol",
        "",
        "dn: uid=bo*(b),ou=people,dc=casa",
        "objectClass: inetOrgPerson",
        "uid: bo*(b)",
        "cn: Bob",
        "sn: B",
        "userPassword: luna",
        "",
        "dn: cn=one,ou=people,dc=casa",
        "objectClass: inetOrgPerson",
        "uid: twin",
        "cn: one",
        "sn: T",
        "userPassword: sol",
        "",
        "dn: cn=two,ou=people,dc=casa",
        "objectClass: inetOrgPerson",
        "uid: twin",
        "cn: two",
        "sn: T",
        "userPassword: sol",
        "",
        "dn: cn=staff,ou=groups,dc=casa",
        "objectClass: groupOfNames",
        "cn: staff",
        "member: uid=ana,ou=people,dc=casa",
        "",
        "dn: cn=cooks,ou=groups,dc=casa",
        "objectClass: groupOfNames",
        "cn: cooks",
        "member: uid=ana,ou=people,dc=casa",
        "member: uid=bo*(b),ou=people,dc=casa",
        "",
        "dn: cn=guests,ou=groups,dc=casa",
        "objectClass: groupOfNames",
        "cn: guests",
        "member: cn=one,ou=people,dc=casa",
        "",
    };

    private final InMemoryDirectoryServer server;
    private final boolean isTls;

    /// One that speaks plainly, and with `tls` goes on in TLS when it is asked.
    public static DirectoryService plain(@Nullable SSLContext tls) throws LDAPException {
        return new DirectoryService(
                InMemoryListenerConfig.createLDAPConfig(
                        "plain",
                        InetAddress.getLoopbackAddress(),
                        0,
                        tls == null ? null : tls.getSocketFactory()),
                false);
    }

    /// One that speaks TLS alone.
    public static DirectoryService inTls(SSLContext tls) throws LDAPException {
        return new DirectoryService(
                InMemoryListenerConfig.createLDAPSConfig(
                        "tls",
                        InetAddress.getLoopbackAddress(),
                        0,
                        tls.getServerSocketFactory(),
                        tls.getSocketFactory()),
                true);
    }

    private DirectoryService(InMemoryListenerConfig listener, boolean isTls) throws LDAPException {
        this.isTls = isTls;
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=casa");
        config.setListenerConfigs(listener);
        config.setSchema(null);
        config.setAuthenticationRequiredOperationTypes(Set.of(OperationType.SEARCH));
        server = new InMemoryDirectoryServer(config);
        server.importFromLDIF(
                true,
                new LDIFReader(
                        new ByteArrayInputStream(
                                String.join("\n", ENTRIES).getBytes(StandardCharsets.UTF_8))));
        server.startListening();
    }

    public URI url() {
        return URI.create((isTls ? "ldaps" : "ldap") + "://localhost:" + server.getListenPort());
    }

    /// Closes every connection that it has, and goes on.
    public void hangUp() {
        server.closeAllConnections(false);
    }

    @Override
    public void close() {
        server.shutDown(true);
    }
}
