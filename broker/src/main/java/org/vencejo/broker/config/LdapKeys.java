package org.vencejo.broker.config;

import java.util.List;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Text;
import org.vencejo.broker.config.ValueType.Texts;

/// The keys of a directory as a way to know clients. A part of the table of [Keys]. Immutable.
final class LdapKeys {
    static final Key<List<String>> SERVERS =
            Key.of(
                    "authentication[].ldap.servers",
                    new Texts(16, 1_024),
                    List.of(),
                    "The servers of the directory, `ldaps://HOST:PORT` or `ldap://HOST:PORT`; the next is asked"
                            + " when one is away.");
    static final Key<Boolean> START_TLS =
            Key.of(
                    "authentication[].ldap.start-tls",
                    new Flag(),
                    false,
                    "Whether connections to `ldap://` go on in TLS. Must be so beyond this machine, as passwords"
                            + " travel over them.");
    static final Key<String> CA =
            Key.of(
                    "authentication[].ldap.ca",
                    new Text(4_096),
                    "",
                    "The certificates, in PEM, of those who sign the certificates of the servers; those that the"
                            + " JDK knows if empty.");
    static final Key<String> BIND_DN =
            Key.of(
                    "authentication[].ldap.bind-dn",
                    new Text(4_096),
                    "",
                    "The name that the broker itself has in the directory, which may search it; nobody if"
                            + " empty.");
    static final Key<String> BIND_PASSWORD_FILE =
            Key.of(
                    "authentication[].ldap.bind-password-file",
                    new Text(4_096),
                    "",
                    "A file with the password of `bind-dn` in its first line; read again when it changes and"
                            + " at SIGHUP.");
    static final Key<String> USER_BASE =
            Key.of(
                    "authentication[].ldap.user-base",
                    new Text(4_096),
                    "",
                    "Below which entry users are, such as `ou=people,dc=example,dc=org`.");
    static final Key<String> USER_FILTER =
            Key.of(
                    "authentication[].ldap.user-filter",
                    new Text(4_096),
                    "(uid={user})",
                    "Which entry a user has, with `{user}` for the user name.");
    static final Key<String> GROUP_BASE =
            Key.of(
                    "authentication[].ldap.group-base",
                    new Text(4_096),
                    "",
                    "Below which entry groups are, for access rules; nobody asks for them if empty.");
    static final Key<String> GROUP_FILTER =
            Key.of(
                    "authentication[].ldap.group-filter",
                    new Text(4_096),
                    "(member={dn})",
                    "Which groups a user is in, with `{dn}` for the name of the user's entry and `{user}` for the"
                            + " user name.");
    static final Key<String> GROUP_NAME =
            Key.of(
                    "authentication[].ldap.group-name",
                    new Text(256),
                    "cn",
                    "The attribute with the name of a group.");

    static final List<Key<?>> ALL =
            List.of(
                    SERVERS,
                    START_TLS,
                    CA,
                    BIND_DN,
                    BIND_PASSWORD_FILE,
                    USER_BASE,
                    USER_FILTER,
                    GROUP_BASE,
                    GROUP_FILTER,
                    GROUP_NAME);

    private LdapKeys() {}
}
