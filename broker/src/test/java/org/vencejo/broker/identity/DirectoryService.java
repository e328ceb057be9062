package org.vencejo.broker.identity;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.OperationType;
import com.unboundid.ldif.LDIFException;
import com.unboundid.ldif.LDIFReader;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
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
    private final List<String> bound = new CopyOnWriteArrayList<>();
    private volatile Consumer<String> beforeBind = dn -> {};

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
        config.addInMemoryOperationInterceptor(
                new InMemoryOperationInterceptor() {
                    @Override
                    public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest it) {
                        String dn = it.getRequest().getBindDN();
                        bound.add(dn + " " + it.getRequest().getPassword().stringValue());
                        beforeBind.accept(dn);
                    }
                });
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

    /// Who tried to bind so far, with which password.
    public List<String> bound() {
        return bound;
    }

    /// What it does from now on before it looks whether a password is right.
    public void beforeBind(Consumer<String> deed) {
        beforeBind = deed;
    }

    /// Gives an entry another password.
    public void password(String dn, String password) {
        try {
            server.modify(
                    "dn: " + dn,
                    "changetype: modify",
                    "replace: userPassword",
                    "userPassword: " + password);
        } catch (LDAPException | LDIFException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Puts an entry into so many groups more.
    public void groups(String dn, int more) {
        for (int i = 0; i < more; i++) {
            try {
                server.add(
                        "dn: cn=more %d,%s".formatted(i, GROUPS),
                        "objectClass: groupOfNames",
                        "cn: more " + i,
                        "member: " + dn);
            } catch (LDAPException | LDIFException e) {
                throw new IllegalStateException(e);
            }
        }
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
