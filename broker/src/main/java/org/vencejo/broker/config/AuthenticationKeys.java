package org.vencejo.broker.config;

import static org.vencejo.broker.config.Words.words;

import java.util.List;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Text;
import org.vencejo.broker.identity.CertificateTemplate;

/// The keys of how clients are known, beside those that one way alone has; and of those that
/// certificates and Unix sockets have.
///
/// A part of the table of [Keys]. Immutable.
final class AuthenticationKeys {
    static final Key<Boolean> ALLOW_ANONYMOUS =
            Key.computed(
                    "allow-anonymous",
                    new Flag(),
                    new Computed<>(
                            "`true` if all listeners are on loopback and there is no `authentication`",
                            machine -> false),
                    "Whether clients without a user name are let in. Must be written down when a"
                            + " listener can be reached from other machines and no `authentication`"
                            + " is for it.");
    static final Key<AuthenticationType> TYPE =
            Key.of(
                    "authentication[].type",
                    words(AuthenticationType.class),
                    AuthenticationType.PASSWORD_FILE,
                    "Who knows users. The entries are asked one after the other: a user that one does not"
                            + " know is asked about at the next, a wrong password is wrong. What is for"
                            + " one type alone stands in a section of its name.");
    static final Key<String> FILE =
            Key.of(
                    "authentication[].file",
                    new Text(4_096),
                    "",
                    "The file of a `password-file`, as `vencejo passwd` and Mosquitto make them; read again"
                            + " when it changes and at SIGHUP. Relative to where the broker is started.");
    static final Key<String> LISTENERS =
            Key.of(
                    "authentication[].listeners",
                    new Text(4_096),
                    "",
                    "The names of the listeners that it is for, with commas between them; all if empty.");
    static final Key<String> UNIX_PEER_USER_NAME =
            Key.of(
                    "authentication[].unix-peer.user-name",
                    new Text(1_024),
                    "{user}",
                    "The user name of a client at a Unix socket, with `{user}` for the name that the user of its"
                            + " process has in `/etc/passwd`, `{uid}` or `{gid}` for the numbers. What the"
                            + " client says itself is not believed. It needs epoll.");
    static final Key<String> CERTIFICATE_USER_NAME =
            Key.of(
                    "authentication[].certificate.user-name",
                    new Text(1_024),
                    CertificateTemplate.COMMON_NAME.text(),
                    "The user name of a client that shows a certificate, with `{subject}`, `{cn}`, `{dns}`,"
                            + " `{email}` or `{uri}` for what the certificate says; the first of several."
                            + " What the client says itself is not believed.");
    static final Key<String> CERTIFICATE_CLIENT_IDENTIFIER =
            Key.of(
                    "authentication[].certificate.client-identifier",
                    new Text(1_024),
                    "",
                    "The Client Identifier that such a client has to have, written in the same way; any if"
                            + " empty, and any one of several.");
    static final Key<Boolean> CERTIFICATE_SPECIAL_CHARACTERS =
            Key.of(
                    "authentication[].certificate.special-characters",
                    new Flag(),
                    false,
                    "Whether the certificate may put `+`, `#` and `/` into a user name, as a URI does.");

    static final List<Key<?>> ALL =
            List.of(
                    ALLOW_ANONYMOUS,
                    TYPE,
                    FILE,
                    LISTENERS,
                    UNIX_PEER_USER_NAME,
                    CERTIFICATE_USER_NAME,
                    CERTIFICATE_CLIENT_IDENTIFIER,
                    CERTIFICATE_SPECIAL_CHARACTERS);

    private AuthenticationKeys() {}
}
