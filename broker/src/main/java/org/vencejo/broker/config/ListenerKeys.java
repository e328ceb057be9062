package org.vencejo.broker.config;

import static org.vencejo.broker.config.Words.words;

import java.net.InetAddress;
import java.util.List;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.ValueType.Address;
import org.vencejo.broker.config.ValueType.Choice;
import org.vencejo.broker.config.ValueType.Count;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Text;
import org.vencejo.broker.config.ValueType.Texts;
import org.vencejo.protocol.QoS;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;

/// The keys of each listener: where it is, what carries MQTT there, TLS, and whom it lets in.
///
/// A part of the table of [Keys]. Immutable.
final class ListenerKeys {
    static final Key<String> NAME =
            Key.computed(
                    "listeners[].name",
                    new Text(64),
                    new Computed<>("address and port", machine -> ""),
                    "What the log calls the listener.");
    static final Key<InetAddress> ADDRESS =
            Key.of(
                    "listeners[].address",
                    new Address(),
                    InetAddress.ofLiteral("127.0.0.1"),
                    "The address to listen on. Other than a loopback address only with `authentication` or `allow-anonymous`.");
    static final Key<Long> PORT =
            Key.computed(
                    "listeners[].port",
                    new Count(0, 65_535),
                    new Computed<>(
                            "by transport: 1883, 8883, 8083, 8084",
                            machine -> (long) Transport.TCP.port()),
                    "The TCP port to listen on; 0 takes a free one, which the log names.");
    static final Key<Transport> TRANSPORT =
            Key.of(
                    "listeners[].transport",
                    words(Transport.class),
                    Transport.TCP,
                    "What carries MQTT. `tls` and `secure-websocket` need a certificate, `unix` a path.");
    static final Key<List<String>> TLS_CERTIFICATE =
            Key.of(
                    "listeners[].tls.certificate",
                    new Texts(16, 4_096),
                    List.of(),
                    "The certificate that clients are shown, with those above it but for the root, in PEM; or"
                            + " a PKCS#12 file with certificate and key. Of several, a client gets that of"
                            + " the name it asks for (SNI), or the first. Files are relative to where the"
                            + " broker is started, and read again when they change.");
    static final Key<List<String>> TLS_KEY =
            Key.of(
                    "listeners[].tls.key",
                    new Texts(16, 4_096),
                    List.of(),
                    "The private key, RSA or EC, in PEM (PKCS#8, PKCS#1, SEC 1, encrypted or not); one for each"
                            + " certificate, in the same order. None if they are in the files of the"
                            + " certificates.");
    static final Key<String> TLS_KEY_PASSWORD_FILE =
            Key.of(
                    "listeners[].tls.key-password-file",
                    new Text(4_096),
                    "",
                    "The file whose first line is the password of the private keys.");
    static final Key<PeerCertificate> TLS_CLIENT_CERTIFICATE =
            Key.of(
                    "listeners[].tls.client-certificate",
                    words(PeerCertificate.class),
                    PeerCertificate.OFF,
                    "Whether clients are asked for a certificate, and whether they come in without one. With"
                            + " `required`, the listener needs neither `allow-anonymous` nor"
                            + " `authentication`: the user name is then the common name of the"
                            + " certificate.");
    static final Key<List<String>> TLS_CLIENT_CA =
            Key.of(
                    "listeners[].tls.client-ca",
                    new Texts(256, 65_536),
                    List.of(),
                    "The certificates, in PEM, of those who sign the certificates of clients: one file with all"
                            + " of them, or several.");
    static final Key<List<String>> TLS_CRL =
            Key.of(
                    "listeners[].tls.crl",
                    new Texts(256, 65_536),
                    List.of(),
                    "The certificates of clients that were taken back: files with lists of `client-ca`, in PEM, or"
                            + " one in DER. Who shows one does not come in, and is disconnected if the list"
                            + " comes later (0x87). A list that is out of date lets nobody in.");
    static final Key<Version> TLS_MINIMUM_VERSION =
            Key.of(
                    "listeners[].tls.minimum-version",
                    new Choice<>(words("1.2", Version.TLS_1_2, "1.3", Version.TLS_1_3), words()),
                    Version.TLS_1_2,
                    "The lowest version of TLS that is spoken; 1.3 is the highest.");
    static final Key<String> WEBSOCKET_PATH =
            Key.of(
                    "listeners[].websocket.path",
                    new Text(1_024),
                    "/mqtt",
                    "The path of the URL that clients ask for.");
    static final Key<List<String>> WEBSOCKET_ORIGINS =
            Key.of(
                    "listeners[].websocket.origins",
                    new Texts(256, 65_536),
                    List.of(),
                    "The web sites whose pages may connect from a browser, such as `https://example.org`; `*`"
                            + " for all. What says that it comes from the broker itself comes in: at"
                            + " `secure-websocket`, or by an address or `localhost`. Programs other than"
                            + " browsers need not be listed, but for the few that send an origin.");
    static final Key<String> UNIX_PATH =
            Key.of(
                    "listeners[].path",
                    new Text(4_096),
                    "",
                    "The file of the Unix socket, at most about 90 bytes long. Its folder has to be there. What"
                            + " a dead process has left is replaced; a socket that somebody listens at,"
                            + " and any other file, refuse the start.");
    static final Key<String> UNIX_MODE =
            Key.of(
                    "listeners[].mode",
                    new Text(4),
                    "660",
                    "The mode of the file, in octal: who may write may connect.");
    static final Key<String> UNIX_OWNER =
            Key.computed(
                    "listeners[].owner",
                    new Text(256),
                    new Computed<>("that of the broker", machine -> ""),
                    "The user whose file it is. To give it away takes rights that few processes have.");
    static final Key<String> UNIX_GROUP =
            Key.computed(
                    "listeners[].group",
                    new Text(256),
                    new Computed<>("that of the broker", machine -> ""),
                    "The group of the file.");
    static final Key<List<String>> PROXY_SOURCES =
            Key.of(
                    "listeners[].proxy-protocol.sources",
                    new Texts(256, 65_536),
                    List.of(),
                    "The addresses that proxies come from, such as `10.0.0.5` or `10.0.0.0/24`. With it, only"
                            + " they may connect, and each connection has to begin with a header of"
                            + " HAProxy's PROXY protocol, version 1 or 2: the address in it is the client's,"
                            + " for the log, bans, limits and access rules. At a Unix socket it is `unix`,"
                            + " for whoever may open that.");
    static final Key<Boolean> PROXY_BELIEVE_CERTIFICATE =
            Key.of(
                    "listeners[].proxy-protocol.believe-certificate",
                    new Flag(),
                    false,
                    "Whether the common name that a proxy sends of the certificate that it has verified"
                            + " counts as the client's certificate. A certificate that the client shows to"
                            + " the broker itself comes first.");
    static final Key<List<String>> VERSIONS =
            Key.of(
                    "listeners[].versions",
                    new Texts(3, 64),
                    List.of(),
                    "The versions of MQTT that are spoken, of `3.1`, `3.1.1` and `5.0`; all if empty. Who"
                            + " speaks another is refused with 0x84 (3.x: 1).");
    static final Key<Long> CONNECTIONS_MAX =
            Key.of(
                    "listeners[].connections-max",
                    new Count(0, 10_000_000),
                    0L,
                    "Connections at this listener, beside `limits.connections-max` for all; 0 for no limit of its"
                            + " own. For further ones: "
                            + ConnectionLimitKeys.refused("0x97")
                            + ".");
    static final Key<QoS> MAXIMUM_QOS =
            Key.ofListener(ListenerLimitKeys.LISTENER, ServerKeys.MAXIMUM_QOS);
    static final Key<List<String>> CLIENT_IDENTIFIERS =
            Key.of(
                    "listeners[].client-identifiers",
                    new Texts(256, 65_536),
                    List.of(),
                    "The Client Identifiers with which clients may connect; all if empty. `%u` stands for the"
                            + " user name, and a `*` at the end for whatever follows. With `%u, %u:*` nobody"
                            + " can take the Client Identifier of another user, and a user with a colon in"
                            + " the name has none. The broker gives those who leave it to it one that begins"
                            + " with `vencejo-`. Who has another is refused with 0x85 (3.x: 2).");
    static final Key<Boolean> ALLOW_ANONYMOUS =
            Key.computed(
                    "listeners[].allow-anonymous",
                    new Flag(),
                    new Computed<>("that of `allow-anonymous`", machine -> false),
                    "The same as `allow-anonymous` for this listener.");

    static final List<Key<?>> ALL =
            List.of(
                    NAME,
                    ADDRESS,
                    PORT,
                    TRANSPORT,
                    TLS_CERTIFICATE,
                    TLS_KEY,
                    TLS_KEY_PASSWORD_FILE,
                    TLS_CLIENT_CERTIFICATE,
                    TLS_CLIENT_CA,
                    TLS_CRL,
                    TLS_MINIMUM_VERSION,
                    WEBSOCKET_PATH,
                    WEBSOCKET_ORIGINS,
                    UNIX_PATH,
                    UNIX_MODE,
                    UNIX_OWNER,
                    UNIX_GROUP,
                    PROXY_SOURCES,
                    PROXY_BELIEVE_CERTIFICATE,
                    VERSIONS,
                    CONNECTIONS_MAX,
                    MAXIMUM_QOS,
                    CLIENT_IDENTIFIERS,
                    ALLOW_ANONYMOUS);

    private ListenerKeys() {}
}
