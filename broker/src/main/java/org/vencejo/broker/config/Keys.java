package org.vencejo.broker.config;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.Key.Fallback;
import org.vencejo.broker.config.Key.Fixed;
import org.vencejo.broker.config.ValueType.Address;
import org.vencejo.broker.config.ValueType.Choice;
import org.vencejo.broker.config.ValueType.Count;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.broker.config.ValueType.Text;
import org.vencejo.broker.config.ValueType.Texts;
import org.vencejo.broker.config.ValueType.Url;
import org.vencejo.broker.identity.CertificateTemplate;
import org.vencejo.core.Limits;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.ServerSettings.QueueFullPolicy;
import org.vencejo.protocol.QoS;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;

/// The table of all keys, in the order of the documents. Immutable.
///
/// A name is the standard's word or that of the component of [Limits] or [ServerSettings] behind
/// it. One file because it is one table.
final class Keys {
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final long HOUR = 3_600 * SECOND;
    private static final long KB = 1L << 10;
    private static final long MB = 1L << 20;
    private static final long GB = 1L << 30;
    private static final long TB = 1L << 40;

    private static final Limits LIMITS = Limits.DEFAULTS;
    private static final ServerSettings SERVER = ServerSettings.DEFAULTS;

    private Keys() {}

    // Where and how the broker runs.

    static final Key<String> LISTENER_NAME =
            Key.computed(
                    "listeners[].name",
                    new Text(64),
                    new Computed<>("address and port", machine -> ""),
                    "What the log calls the listener.");
    static final Key<InetAddress> LISTENER_ADDRESS =
            Key.of(
                    "listeners[].address",
                    new Address(),
                    InetAddress.ofLiteral("127.0.0.1"),
                    "The address to listen on. Other than a loopback address only with `authentication` or `allow-anonymous`.");
    static final Key<Long> LISTENER_PORT =
            Key.computed(
                    "listeners[].port",
                    new Count(0, 65_535),
                    new Computed<>(
                            "by transport: 1883, 8883, 8083, 8084",
                            machine -> (long) Transport.TCP.port()),
                    "The TCP port to listen on; 0 takes a free one, which the log names.");
    static final Key<Transport> LISTENER_TRANSPORT =
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
    static final Key<String> TLS_CLIENT_CA =
            Key.of(
                    "listeners[].tls.client-ca",
                    new Text(4_096),
                    "",
                    "The certificates, in PEM, of those who sign the certificates of clients.");
    static final Key<String> TLS_CRL =
            Key.of(
                    "listeners[].tls.crl",
                    new Text(4_096),
                    "",
                    "The certificates of clients that were taken back: lists of `client-ca`, in PEM, or one in"
                            + " DER. Who shows one does not come in, and is disconnected if the list"
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
    static final Key<List<String>> LISTENER_VERSIONS =
            Key.of(
                    "listeners[].versions",
                    new Texts(3, 64),
                    List.of(),
                    "The versions of MQTT that are spoken, of `3.1`, `3.1.1` and `5.0`; all if empty. Who"
                            + " speaks another is refused with 0x84 (3.x: 1).");
    static final Key<Long> LISTENER_CONNECTIONS_MAX =
            Key.of(
                    "listeners[].connections-max",
                    new Count(0, 10_000_000),
                    0L,
                    "Connections at this listener, beside `limits.connections-max` for all; 0 for no limit of its"
                            + " own. Further ones are closed at once.");
    static final Key<Boolean> LISTENER_ALLOW_ANONYMOUS =
            Key.computed(
                    "listeners[].allow-anonymous",
                    new Flag(),
                    new Computed<>("that of `allow-anonymous`", machine -> false),
                    "The same as `allow-anonymous` for this listener.");
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
    static final Key<AuthenticationType> AUTHENTICATION_TYPE =
            Key.of(
                    "authentication[].type",
                    words(AuthenticationType.class),
                    AuthenticationType.PASSWORD_FILE,
                    "Who knows users. The entries are asked one after the other: a user that one does not"
                            + " know is asked about at the next, a wrong password is wrong. What is for"
                            + " one type alone stands in a section of its name.");
    static final Key<String> AUTHENTICATION_FILE =
            Key.of(
                    "authentication[].file",
                    new Text(4_096),
                    "",
                    "The file of a `password-file`, as `vencejo passwd` and Mosquitto make them; read again"
                            + " when it changes and at SIGHUP. Relative to where the broker is started.");
    static final Key<String> AUTHENTICATION_LISTENERS =
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
    static final Key<List<String>> JWT_ALGORITHMS =
            Key.of(
                    "authentication[].jwt.algorithms",
                    new Texts(16, 256),
                    List.of(),
                    "What tokens are signed by: `HS256`, `HS384`, `HS512`, `RS256`, `RS384`, `RS512`, `PS256`,"
                            + " `PS384`, `PS512`, `ES256`, `ES384`, `ES512`, `EdDSA`. Tokens by others, or by"
                            + " none, are wrong.");
    static final Key<List<String>> JWT_KEYS =
            Key.of(
                    "authentication[].jwt.keys",
                    new Texts(16, 4_096),
                    List.of(),
                    "Files with the public keys, as PUBLIC KEY or CERTIFICATE in PEM or as JSON Web Keys; read"
                            + " again when they change and at SIGHUP.");
    static final Key<String> JWT_SECRET_FILE =
            Key.of(
                    "authentication[].jwt.secret-file",
                    new Text(4_096),
                    "",
                    "A file with the secret for `HS256`, `HS384` and `HS512`: at least 32, 48 or 64 bytes,"
                            + " of which a line feed at the end is none.");
    static final Key<String> JWT_JWKS_URL =
            Key.of(
                    "authentication[].jwt.jwks-url",
                    new Url(2_048),
                    "",
                    "Where the public keys are fetched as a set of JSON Web Keys, by `https`, or `http` from"
                            + " this machine; at the start, every `jwks-refresh`, and when a token names a"
                            + " key that is not known, at most every 10 s.");
    static final Key<String> JWT_JWKS_CA =
            Key.of(
                    "authentication[].jwt.jwks-ca",
                    new Text(4_096),
                    "",
                    "The certificates, in PEM, of those who sign the certificate of `jwks-url`; those that"
                            + " the JDK knows if empty.");
    static final Key<Long> JWT_JWKS_REFRESH =
            Key.of(
                    "authentication[].jwt.jwks-refresh",
                    Quantity.time(10 * SECOND, 24 * HOUR),
                    10 * 60 * SECOND,
                    "How often the keys are fetched.");
    static final Key<Long> JWT_JWKS_KEPT =
            Key.of(
                    "authentication[].jwt.jwks-kept",
                    Quantity.time(10 * SECOND, 30 * 24 * HOUR),
                    24 * HOUR,
                    "How long keys hold that cannot be fetched again; then nobody comes in until they"
                            + " can.");
    static final Key<String> JWT_ISSUER =
            Key.of(
                    "authentication[].jwt.issuer",
                    new Text(1_024),
                    "",
                    "What a token has to say in `iss`; anything if empty.");
    static final Key<String> JWT_AUDIENCE =
            Key.of(
                    "authentication[].jwt.audience",
                    new Text(1_024),
                    "",
                    "What a token has to say in `aud`, alone or among others; anything if empty, so that"
                            + " tokens for other services come in, too.");
    static final Key<String> JWT_USER_NAME_CLAIM =
            Key.of(
                    "authentication[].jwt.user-name-claim",
                    new Text(256),
                    "sub",
                    "The claim with the user name. This and the next may name one inside another, with a"
                            + " dot: `realm_access.roles`.");
    static final Key<String> JWT_CLIENT_IDENTIFIER_CLAIM =
            Key.of(
                    "authentication[].jwt.client-identifier-claim",
                    new Text(256),
                    "",
                    "The claim with the Client Identifier that the client has to have; any if empty.");
    static final Key<String> JWT_GROUPS_CLAIM =
            Key.of(
                    "authentication[].jwt.groups-claim",
                    new Text(256),
                    "",
                    "The claim with the groups that access rules speak of, as a list, or as a text with"
                            + " spaces or commas; none if empty.");
    static final Key<String> JWT_RULES_CLAIM =
            Key.of(
                    "authentication[].jwt.rules-claim",
                    new Text(256),
                    "",
                    "The claim with access rules of the client's own, which are asked behind those of"
                            + " `access-rules`; none if empty.");
    static final Key<Boolean> JWT_EXPIRY_REQUIRED =
            Key.of(
                    "authentication[].jwt.expiry-required",
                    new Flag(),
                    true,
                    "Whether a token has to have an end, `exp`.");
    static final Key<Long> JWT_CLOCK_SKEW =
            Key.of(
                    "authentication[].jwt.clock-skew",
                    Quantity.time(0, 5 * 60 * SECOND),
                    30 * SECOND,
                    "How far the clock of who signs may be from this machine's.");
    static final Key<List<String>> LDAP_SERVERS =
            Key.of(
                    "authentication[].ldap.servers",
                    new Texts(16, 1_024),
                    List.of(),
                    "The servers of the directory, `ldaps://HOST:PORT` or `ldap://HOST:PORT`; the next is asked"
                            + " when one is away.");
    static final Key<Boolean> LDAP_START_TLS =
            Key.of(
                    "authentication[].ldap.start-tls",
                    new Flag(),
                    false,
                    "Whether connections to `ldap://` go on in TLS. Must be so beyond this machine, as passwords"
                            + " travel over them.");
    static final Key<String> LDAP_CA =
            Key.of(
                    "authentication[].ldap.ca",
                    new Text(4_096),
                    "",
                    "The certificates, in PEM, of those who sign the certificates of the servers; those that the"
                            + " JDK knows if empty.");
    static final Key<String> LDAP_BIND_DN =
            Key.of(
                    "authentication[].ldap.bind-dn",
                    new Text(4_096),
                    "",
                    "The name that the broker itself has in the directory, which may search it; nobody if"
                            + " empty.");
    static final Key<String> LDAP_BIND_PASSWORD_FILE =
            Key.of(
                    "authentication[].ldap.bind-password-file",
                    new Text(4_096),
                    "",
                    "A file with the password of `bind-dn` in its first line; read again when it changes and"
                            + " at SIGHUP.");
    static final Key<String> LDAP_USER_BASE =
            Key.of(
                    "authentication[].ldap.user-base",
                    new Text(4_096),
                    "",
                    "Below which entry users are, such as `ou=people,dc=example,dc=org`.");
    static final Key<String> LDAP_USER_FILTER =
            Key.of(
                    "authentication[].ldap.user-filter",
                    new Text(4_096),
                    "(uid={user})",
                    "Which entry a user has, with `{user}` for the user name.");
    static final Key<String> LDAP_GROUP_BASE =
            Key.of(
                    "authentication[].ldap.group-base",
                    new Text(4_096),
                    "",
                    "Below which entry groups are, for access rules; nobody asks for them if empty.");
    static final Key<String> LDAP_GROUP_FILTER =
            Key.of(
                    "authentication[].ldap.group-filter",
                    new Text(4_096),
                    "(member={dn})",
                    "Which groups a user is in, with `{dn}` for the name of the user's entry and `{user}` for the"
                            + " user name.");
    static final Key<String> LDAP_GROUP_NAME =
            Key.of(
                    "authentication[].ldap.group-name",
                    new Text(256),
                    "cn",
                    "The attribute with the name of a group.");
    static final Key<String> HTTP_URL =
            Key.of(
                    "authentication[].http.url",
                    new Url(2_048),
                    "",
                    "The service that is asked who clients are, by POST: `https`, or `http` on this machine.");
    static final Key<String> HTTP_CA =
            Key.of(
                    "authentication[].http.ca",
                    new Text(4_096),
                    "",
                    "The certificates, in PEM, of those who sign its certificate; those that the JDK knows if"
                            + " empty.");
    static final Key<String> HTTP_AUTHORIZATION_FILE =
            Key.of(
                    "authentication[].http.authorization-file",
                    new Text(4_096),
                    "",
                    "A file whose first line the service is sent as `Authorization`, such as `Bearer ...`; read"
                            + " again when it changes and at SIGHUP.");
    static final Key<Long> HTTP_REMEMBERED_TIME =
            Key.of(
                    "authentication[].http.remembered-time",
                    Quantity.time(0, 24 * HOUR),
                    0L,
                    "For how long a client that the service let in, and that gives the same again, is known"
                            + " without asking; 0 for never.");
    static final Key<String> ACCESS_RULES =
            Key.computed(
                            "access-rules",
                            new Text(4_096),
                            new Computed<>("none", machine -> ""),
                            "The file that says who may publish and subscribe to what: in YAML if its"
                                    + " name ends in `.yaml` or `.yml`, else in the syntax of"
                                    + " Mosquitto's `acl_file`. Without one every client that may"
                                    + " connect may do everything. Relative to where the broker is"
                                    + " started.")
                    .rereadAtHangup();
    static final Key<String> DATA_FOLDER =
            Key.of(
                    "data-folder",
                    new Text(4_096),
                    "data",
                    "Where the broker keeps its files; made if missing. Relative to where it is started.");
    static final Key<Durability> DURABILITY =
            Key.of(
                    "durability",
                    words(Durability.class),
                    Durability.FSYNC,
                    "What an acknowledgement promises: with `fsync` that the disk has it; with `os` that"
                            + " the operating system has it, so that a crash of the broker loses"
                            + " nothing and a power cut may; with `memory` nothing beyond the life of"
                            + " the process.");
    static final Key<Long> STORE_MEMTABLE_BYTES =
            Key.of(
                    "store.memtable-bytes",
                    Quantity.size(4 * MB, TB),
                    64 * MB,
                    "Memory of the store for what was written last and is not sorted into files yet.");
    static final Key<Long> STORE_CACHE_BYTES =
            Key.of(
                    "store.cache-bytes",
                    Quantity.size(4 * MB, TB),
                    48 * MB,
                    "Memory of the store for what was read.");
    static final Key<Long> STORE_WAL_BYTES_MAX =
            Key.of(
                    "store.wal-bytes-max",
                    Quantity.size(4 * MB, TB),
                    128 * MB,
                    "Size of the store's log on disk, about, before what it holds is sorted into files; a"
                            + " start reads all of it.");
    static final Key<Long> IO_THREADS =
            Key.computed(
                    "io-threads",
                    new Count(1, 64),
                    new Computed<>(
                            "1 on up to 7 processors, 2 from 8, 3 from 16, 4 from 32",
                            machine -> ioThreads(machine.processors())),
                    "How many event loops serve the sockets.");
    static final Key<Long> SYS_INTERVAL =
            Key.of(
                            "sys-interval",
                            Quantity.seconds(0, 24 * HOUR, words()),
                            10 * SECOND,
                            "How often `$SYS/broker/...` is published; 0 for never.")
                    .rereadAtHangup();
    static final Key<LogLevel> LOG_LEVEL =
            Key.of("log-level", words(LogLevel.class), LogLevel.INFO, "How much the log says.")
                    .rereadAtHangup();

    // What the server offers, and its choices where the standard leaves one.

    static final Key<QoS> MAXIMUM_QOS =
            Key.of(
                    "maximum-qos",
                    new Choice<>(
                            words(
                                    "0", QoS.AT_MOST_ONCE,
                                    "1", QoS.AT_LEAST_ONCE,
                                    "2", QoS.EXACTLY_ONCE),
                            words()),
                    SERVER.maximumQoS(),
                    "The highest QoS that clients may publish with, and that is granted to subscribers.");
    static final Key<Boolean> RETAIN_AVAILABLE =
            Key.of(
                    "retain-available",
                    new Flag(),
                    SERVER.retainAvailable(),
                    "Whether clients may publish retained messages.");
    static final Key<Boolean> WILDCARD_SUBSCRIPTION_AVAILABLE =
            Key.of(
                    "wildcard-subscription-available",
                    new Flag(),
                    SERVER.wildcardSubscriptionAvailable(),
                    "Whether Topic Filters may hold `+` and `#`.");
    static final Key<Boolean> SHARED_SUBSCRIPTION_AVAILABLE =
            Key.of(
                    "shared-subscription-available",
                    new Flag(),
                    SERVER.sharedSubscriptionAvailable(),
                    "Whether clients may subscribe to `$share/ShareName/filter`.");
    static final Key<Boolean> SHARED_SUBSCRIPTIONS_311 =
            Key.of(
                            "shared-subscriptions-311",
                            new Flag(),
                            SERVER.sharedSubscriptionFor311(),
                            "Whether 3.1.1 clients may use shared subscriptions too.")
                    .rereadAtHangup();
    static final Key<Boolean> STRICT_31_CLIENT_IDENTIFIER =
            Key.of(
                            "strict-31-client-identifier",
                            new Flag(),
                            SERVER.strictClientIdentifierFor31(),
                            "Whether a 3.1 client with a Client Identifier of more than 23 characters is refused.")
                    .rereadAtHangup();
    static final Key<Boolean> PAYLOAD_FORMAT_CHECKED =
            Key.of(
                            "payload-format-checked",
                            new Flag(),
                            SERVER.payloadFormatChecked(),
                            "Whether a payload that is said to be UTF-8 is refused (0x99) when it is not.")
                    .rereadAtHangup();
    static final Key<Boolean> NO_MATCHING_SUBSCRIBERS_REPORTED =
            Key.of(
                            "no-matching-subscribers-reported",
                            new Flag(),
                            SERVER.noMatchingSubscribersReported(),
                            "Whether PUBACK and PUBREC say 0x10 when nobody subscribed; some clients take it for"
                                    + " an error.")
                    .rereadAtHangup();
    static final Key<Boolean> QUEUE_QOS0_MESSAGES =
            Key.of(
                            "queue-qos0-messages",
                            new Flag(),
                            SERVER.qos0QueuedForOffline(),
                            "Whether QoS 0 messages are queued for sessions whose client is away.")
                    .rereadAtHangup();
    static final Key<QueueFullPolicy> QUEUE_FULL_POLICY =
            Key.of(
                            "queue-full-policy",
                            words(QueueFullPolicy.class),
                            SERVER.queueFullPolicy(),
                            "What gives way when a session's queue is full: its oldest message that is not in"
                                    + " flight, the message that does not fit, or the session.")
                    .rereadAtHangup();
    static final Key<Boolean> DENIED_PUBLISH_3 =
            Key.of(
                            "denied-publish-3",
                            new Choice<>(words("acknowledge", false, "close", true), words()),
                            SERVER.deniedPublishClosesFor3(),
                            "What happens to a PUBLISH that a 3.1 or 3.1.1 client may not send: acknowledged and"
                                    + " dropped, or its connection closed. 5.0 clients are told 0x87.")
                    .rereadAtHangup();
    static final Key<Boolean> DENIED_SUBSCRIBE_31 =
            Key.of(
                            "denied-subscribe-31",
                            new Choice<>(words("grant", false, "close", true), words()),
                            SERVER.deniedSubscribeClosesFor31(),
                            "What happens to a subscription that a 3.1 client may not make, as its SUBACK has no"
                                    + " way to say no: granted without effect, or its connection closed.")
                    .rereadAtHangup();
    static final Key<Long> RETRY_INTERVAL_31 =
            Key.of(
                            "retry-interval-31",
                            Quantity.seconds(0, 24 * HOUR, words()),
                            SERVER.retryIntervalNanos31(),
                            "After how long an unanswered PUBLISH or PUBREL is repeated to a connected 3.1 client;"
                                    + " 0 for never.")
                    .rereadAtHangup();
    static final Key<Long> RETRY_INTERVAL_311 =
            Key.of(
                            "retry-interval-311",
                            Quantity.seconds(0, 24 * HOUR, words()),
                            SERVER.retryIntervalNanos311(),
                            "The same for 3.1.1 clients. 5.0 forbids it.")
                    .rereadAtHangup();
    static final Key<String> RESPONSE_INFORMATION =
            Key.of(
                            "response-information",
                            new Text(65_535),
                            "",
                            "The Response Information that 5.0 clients get when they ask for it; none if empty.")
                    .rereadAtHangup();

    // Limits: connections.

    static final Key<Long> CONNECTIONS_MAX =
            Key.limit(
                            "connections-max",
                            new Count(1, 10_000_000),
                            new Computed<>(
                                    "file descriptors less " + Machine.DESCRIPTORS_RESERVED,
                                    Keys::connectionsMax),
                            "Connections at a time. The process must be allowed that many file descriptors and "
                                    + Machine.DESCRIPTORS_RESERVED
                                    + " more.",
                            "the transport connection is closed at once, counted in"
                                    + " `$SYS/broker/connections/refused`")
                    .rereadAtHangup();
    static final Key<Long> CONNECTIONS_PER_ADDRESS_MAX =
            Key.limit(
                            "connections-per-address-max",
                            new Count(1, 10_000_000),
                            new Computed<>(
                                    "half of `connections-max`",
                                    machine -> Math.max(1, connectionsMax(machine) / 2)),
                            "Connections at a time from an address (IPv6: from a /64), but from addresses"
                                    + " of this machine.",
                            "the transport connection is closed at once, counted in"
                                    + " `$SYS/broker/connections/refused/address-full`")
                    .rereadAtHangup();
    static final Key<Long> CONNECTIONS_RATE_MAX =
            Key.limit(
                            "connections-rate-max",
                            new Count(0, 1_000_000),
                            fixed(LIMITS.admission().ratePerSecond()),
                            "New connections in a second, but for those from addresses of this machine;"
                                    + " 0 for as many as come.",
                            "the transport connection is closed at once, counted in"
                                    + " `$SYS/broker/connections/refused/rate`")
                    .rereadAtHangup();
    static final Key<Long> CONNECTIONS_PER_ADDRESS_RATE_MAX =
            Key.limit(
                            "connections-per-address-rate-max",
                            new Count(0, 1_000_000),
                            fixed(LIMITS.admission().perAddressRatePerSecond()),
                            "New connections in a second from an address (IPv6: from a /64), but from"
                                    + " addresses of this machine; 0 for as many as come.",
                            "the transport connection is closed at once, counted in"
                                    + " `$SYS/broker/connections/refused/address-rate`")
                    .rereadAtHangup();
    static final Key<Boolean> LOOPBACK_LIMITED =
            Key.limit(
                            "loopback-limited",
                            new Flag(),
                            new Fixed<>(LIMITS.admission().loopbackLimited()),
                            "Whether these three hold for addresses of this machine, too: a proxy on it has"
                                    + " one for all its clients.",
                            "as others")
                    .rereadAtHangup();
    static final Key<Long> ADDRESSES_TRACKED_MAX =
            Key.limit(
                            "addresses-tracked-max",
                            new Count(1, 10_000_000),
                            fixed(LIMITS.admission().addressesTrackedMax()),
                            "Addresses without a connection whose last connections are remembered.",
                            "the one that was heard of least recently is forgotten")
                    .rereadAtHangup();
    static final Key<Long> CONNECTING_MAX =
            Key.limit(
                            "connecting-max",
                            new Count(1, 10_000_000),
                            new Computed<>(
                                    "1 for each 64 KB of the memory, at most 10000",
                                    machine ->
                                            Math.clamp(
                                                    machine.memoryBytes() / (64 * KB),
                                                    1L,
                                                    10_000L)),
                            "Connections at a time whose client is not known yet: in a handshake of TLS or"
                                    + " WebSocket, before or in CONNECT, waiting for its answer.",
                            "the oldest of them is closed, a whole CONNECT answered with CONNACK 0x89"
                                    + " (3.x: 0x03), counted in"
                                    + " `$SYS/broker/connections/pushed-out`")
                    .rereadAtHangup();
    static final Key<Long> CONNECT_TIMEOUT =
            Key.limit(
                            "connect-timeout",
                            Quantity.time(100 * MILLISECOND, HOUR),
                            fixed(LIMITS.connectTimeoutNanos()),
                            "From the transport connection to a complete CONNECT, and to our answer to it.",
                            "close; CONNACK 0x88 (3.x: 0x03) if the answer is late")
                    .rereadAtHangup();
    static final Key<Long> CONNECT_SIZE_MAX =
            Key.limit(
                    "connect-size-max",
                    Quantity.size(128, 256 * MB),
                    notAbove("packet-size-max", "512KB", LIMITS.connectSizeMax()),
                    "Size of a CONNECT packet.",
                    "CONNACK 0x95 (3.x: close)");
    static final Key<Long> PENDING_BYTES_MAX =
            Key.limit(
                            "pending-bytes-max",
                            Quantity.size(KB, 256 * MB),
                            fixed(LIMITS.pendingBytesMax()),
                            "Bytes behind CONNECT before CONNACK was sent.",
                            "reading from the connection pauses; what clients sent in larger packets is, all together,"
                                    + " at most `partial-packets-bytes-max`: CONNACK 0x89 (3.x: 0x03)")
                    .rereadAtHangup();
    static final Key<Long> KEEP_ALIVE_MAX =
            Key.limit(
                            "keep-alive-max",
                            Quantity.seconds(0, 65_535 * SECOND, words()),
                            fixed(LIMITS.keepAliveMaxSeconds() * SECOND),
                            "Keep Alive of a 5.0 client; 0 takes whatever it asks for, also none.",
                            "CONNACK tells it the lower Server Keep Alive")
                    .rereadAtHangup();
    static final Key<Long> CLIENT_IDENTIFIER_BYTES_MAX =
            Key.limit(
                            "client-identifier-bytes-max",
                            new Count(23, 65_535),
                            fixed(LIMITS.clientIdentifierBytesMax()),
                            "Bytes of a Client Identifier.",
                            "CONNACK 0x85 (3.x: 0x02)")
                    .rereadAtHangup();

    // Limits: who it is.

    static final Key<Long> AUTHENTICATION_THREADS =
            Key.limit(
                    "authentication-threads",
                    new Count(1, 64),
                    new Computed<>(
                            "half of the processors, at least 1 and at most 4",
                            machine -> authenticationThreads(machine)),
                    "Passwords that are hashed at a time, each with a processor of its own and, in the way"
                            + " that `vencejo passwd` has, 19 MB of memory.",
                    "the attempt waits");
    static final Key<Long> AUTHENTICATION_MEMORY_MAX =
            Key.limit(
                    "authentication-memory-max",
                    Quantity.size(MB, GB),
                    new Computed<>(
                            "an eighth of the memory shared by those threads, at least `20MB`",
                            machine ->
                                    Math.clamp(
                                            memoryShare(machine, 8)
                                                    / authenticationThreads(machine)
                                                    / MB
                                                    * MB,
                                            20 * MB,
                                            GB)),
                    "Memory that the hash of one password takes.",
                    "a password file with such a hash is refused");
    static final Key<Long> AUTHENTICATION_WAITING_MAX =
            Key.limit(
                    "authentication-waiting-max",
                    new Count(1, 1_000_000),
                    fixed(1_000),
                    "Attempts that wait for a thread, and as many that wait for a delay to pass.",
                    "CONNACK 0x88 (3.x: 0x03)");
    static final Key<Long> AUTHENTICATION_REMEMBERED_TIME =
            Key.limit(
                    "authentication-remembered-time",
                    Quantity.time(0, 24 * HOUR),
                    fixed(15 * 60 * SECOND),
                    "For how long a right password is known without hashing it again; 0 for never.",
                    "it is hashed again");
    static final Key<Long> AUTHENTICATION_REMEMBERED_MAX =
            Key.limit(
                    "authentication-remembered-max",
                    new Count(0, 10_000_000),
                    fixed(10_000),
                    "Right passwords that are known so, of each password file, and answers of each service.",
                    "the one that was used least recently is hashed again");
    static final Key<Long> AUTHENTICATION_FAILURES_MAX =
            Key.limit(
                    "authentication-failures-max",
                    new Count(2, 10_000),
                    fixed(20),
                    "Attempts from an address (IPv6: from a /64) that failed: with a wrong user name or"
                            + " password; without any, after others were asked; or by a fault of ours."
                            + " From the second on the next attempt waits, twice as long each time.",
                    "the address is banned: its connections are closed at once, one that is open gets"
                            + " CONNACK 0x8A (3.x: 0x05)");
    static final Key<Long> AUTHENTICATION_FORGIVEN_TIME =
            Key.limit(
                    "authentication-forgiven-time",
                    Quantity.time(SECOND, 24 * HOUR),
                    fixed(60 * SECOND),
                    "After how long one of them is forgiven.",
                    "it counts no more");
    static final Key<Long> AUTHENTICATION_BAN_TIME =
            Key.limit(
                    "authentication-ban-time",
                    Quantity.time(0, 7 * 24 * HOUR),
                    fixed(5 * 60 * SECOND),
                    "How long a ban lasts; 0 for none.",
                    "the address is heard again");
    static final Key<Boolean> AUTHENTICATION_BAN_LOOPBACK =
            Key.limit(
                    "authentication-ban-loopback",
                    new Flag(),
                    new Fixed<>(false),
                    "Whether addresses of this machine are banned, too: a proxy on it has one for all its"
                            + " clients.",
                    "as others");
    static final Key<Long> AUTHENTICATION_DELAY_MAX =
            Key.limit(
                    "authentication-delay-max",
                    Quantity.time(0, 60 * SECOND),
                    fixed(5 * SECOND),
                    "How long an attempt waits at most, after failures from its address or, where that did not"
                            + " succeed within a day, with its user name; 0 for none.",
                    "it waits no longer, whatever the failures");
    static final Key<Long> AUTHENTICATION_TRACKED_MAX =
            Key.limit(
                    "authentication-tracked-max",
                    new Count(1, 10_000_000),
                    fixed(10_000),
                    "Addresses, and user names, whose failures are remembered, and bans.",
                    "the one that was heard of least recently is forgotten");

    // Limits: packets and flows.

    static final Key<Long> AUTHENTICATION_TIMEOUT =
            Key.limit(
                    "authentication-timeout",
                    Quantity.time(100 * MILLISECOND, 60 * SECOND),
                    fixed(5 * SECOND),
                    "How long somebody who is asked about a client may take to answer.",
                    "CONNACK 0x88 (3.x: 0x03)");
    static final Key<Long> AUTHENTICATION_CONCURRENCY_MAX =
            Key.limit(
                    "authentication-concurrency-max",
                    new Count(1, 10_000),
                    fixed(100),
                    "Clients about whom others are asked at a time, for each entry of `authentication`.",
                    "CONNACK 0x88 (3.x: 0x03)");
    static final Key<Long> AUTHENTICATION_TOKEN_SIZE_MAX =
            Key.limit(
                    "authentication-token-size-max",
                    Quantity.size(KB, MB),
                    fixed(16 * KB),
                    "Size of a token, and of the answer of a service about a client.",
                    "CONNACK 0x86 (3.x: 0x04) for a token, 0x88 (3.x: 0x03) for an answer");
    static final Key<Long> AUTHENTICATION_GROUPS_MAX =
            Key.limit(
                    "authentication-groups-max",
                    new Count(1, 10_000),
                    fixed(100),
                    "Groups that a client is in.",
                    "CONNACK 0x87 (3.x: 0x05)");
    static final Key<Long> AUTHENTICATION_TOPICS_MAX =
            Key.limit(
                    "authentication-topics-max",
                    new Count(1, 10_000),
                    fixed(100),
                    "Topic Filters in the access rules that a client comes with.",
                    "CONNACK 0x87 (3.x: 0x05)");
    static final Key<Long> PACKET_SIZE_MAX =
            Key.limit(
                    "packet-size-max",
                    Quantity.size(128, 256 * MB),
                    fixed(LIMITS.packetSizeMax()),
                    "Size of a packet; announced to 5.0 clients as Maximum Packet Size.",
                    "DISCONNECT 0x95 (3.x: close)");
    static final Key<Long> TOPIC_LEVELS_MAX =
            Key.limit(
                            "topic-levels-max",
                            new Count(1, 65_535),
                            fixed(LIMITS.topicLevelsMax()),
                            "Levels of a Topic Name or Topic Filter.",
                            "0x90 for a name, 0x8F for a filter (3.x: close, 0x80)")
                    .rereadAtHangup();
    static final Key<Long> TOPIC_FILTERS_MAX =
            Key.limit(
                            "topic-filters-max",
                            new Count(1, 1_000_000),
                            fixed(LIMITS.topicFiltersMax()),
                            "Topic Filters in a SUBSCRIBE or UNSUBSCRIBE packet.",
                            "DISCONNECT 0x95 (3.x: close)")
                    .rereadAtHangup();
    static final Key<Long> RECEIVE_MAXIMUM =
            Key.limit(
                            "receive-maximum",
                            new Count(1, 65_535),
                            fixed(LIMITS.receiveMaximum()),
                            "QoS 1 and 2 messages that a client may have open towards us; announced to 5.0 clients.",
                            "DISCONNECT 0x93 (3.x: reading from the connection pauses)")
                    .rereadAtHangup();
    static final Key<Long> WINDOW_MAX =
            Key.limit(
                            "window-max",
                            new Count(1, 65_535),
                            fixed(LIMITS.windowMax()),
                            "QoS 1 and 2 messages open towards a client; its own Receive Maximum may be lower.",
                            "the message waits in the session's queue")
                    .rereadAtHangup();
    static final Key<Long> MESSAGES_IN_RATE_MAX =
            Key.limit(
                            "messages-in-rate-max",
                            new Count(0, 100_000_000),
                            fixed(0),
                            "Packets in a second that a client sends, acknowledgements apart, and as many"
                                    + " at once; 0 for as many as it sends.",
                            "it is read from later, counted in `$SYS/broker/rates/held/in`")
                    .rereadAtHangup();
    static final Key<Long> BYTES_IN_RATE_MAX =
            Key.limit(
                            "bytes-in-rate-max",
                            Quantity.size(0, TB),
                            fixed(0),
                            "Bytes of these packets in a second, and as many at once; 0 for as many as it"
                                    + " sends.",
                            "it is read from later, counted in `$SYS/broker/rates/held/in`")
                    .rereadAtHangup();
    static final Key<Long> MESSAGES_OUT_RATE_MAX =
            Key.limit(
                            "messages-out-rate-max",
                            new Count(0, 100_000_000),
                            fixed(0),
                            "Messages in a second that a client is sent, and as many at once; 0 for as many"
                                    + " as there are.",
                            "they wait in the session's queue, counted in `$SYS/broker/rates/held/out`")
                    .rereadAtHangup();
    static final Key<Long> BYTES_OUT_RATE_MAX =
            Key.limit(
                            "bytes-out-rate-max",
                            Quantity.size(0, TB),
                            fixed(0),
                            "Bytes of these messages in a second, and as many at once; 0 for as many as there"
                                    + " are.",
                            "they wait in the session's queue, counted in `$SYS/broker/rates/held/out`")
                    .rereadAtHangup();
    static final Key<Long> TOPIC_ALIAS_MAXIMUM =
            Key.limit(
                            "topic-alias-maximum",
                            new Count(0, 65_535),
                            fixed(LIMITS.topicAliasMaximum()),
                            "Topic Aliases that a 5.0 client may use towards us.",
                            "DISCONNECT 0x94")
                    .rereadAtHangup();
    static final Key<Long> TOPIC_ALIASES_SENT_MAX =
            Key.limit(
                            "topic-aliases-sent-max",
                            new Count(0, 65_535),
                            fixed(LIMITS.topicAliasesSentMax()),
                            "Topic Aliases that we use towards a 5.0 client; its own Topic Alias Maximum may be lower.",
                            "the alias that was used least recently is given a new topic")
                    .rereadAtHangup();
    static final Key<Long> USER_PROPERTIES_MAX =
            Key.limit(
                            "user-properties-max",
                            new Count(0, 1_000_000),
                            fixed(LIMITS.userPropertiesMax()),
                            "User Properties in a packet.",
                            "DISCONNECT 0x95")
                    .rereadAtHangup();
    static final Key<Long> USER_PROPERTIES_BYTES_MAX =
            Key.limit(
                            "user-properties-bytes-max",
                            Quantity.size(0, 256 * MB),
                            fixed(LIMITS.userPropertiesBytesMax()),
                            "Size of all User Properties of a packet together.",
                            "DISCONNECT 0x95")
                    .rereadAtHangup();
    static final Key<Long> OUT_BUFFER_HIGH =
            Key.limit(
                    "out-buffer-high",
                    Quantity.size(4 * KB, GB),
                    fixed(LIMITS.outBufferHighBytes()),
                    "Bytes that wait to be written to a slow client.",
                    "QoS 0 is dropped with fate *queue full*, QoS 1 and 2 wait in the session's queue");
    static final Key<Long> OUT_BUFFER_LOW =
            Key.limit(
                    "out-buffer-low",
                    Quantity.size(KB, GB),
                    notAbove("out-buffer-high", "256KB", LIMITS.outBufferLowBytes()),
                    "Below how many waiting bytes a slow client is sent to again.",
                    "sending goes on");

    static final Key<Long> PARTIAL_PACKETS_BYTES_MAX =
            Key.limit(
                    "partial-packets-bytes-max",
                    Quantity.size(KB, TB),
                    new Computed<>("an eighth of the memory", machine -> memoryShare(machine, 8)),
                    "Bytes of packets above 64 KB that have not arrived whole, of all connections together.",
                    "reading from the connection pauses until another one's packet is whole;"
                            + " one whose packet then stands still for `connect-timeout` is closed (0x89)");
    static final Key<Long> BUFFERS_BYTES_MAX =
            Key.limit(
                    "buffers-bytes-max",
                    Quantity.size(KB, TB),
                    new Computed<>("half of the memory", machine -> memoryShare(machine, 2)),
                    "Bytes in the buffers of all connections together, read or to be written;"
                            + " they are outside the heap, which has the same maximum.",
                    "`memory-accepting-max` and what follows it, and a client counts as slow from 16 KB"
                            + " on");

    static final Key<Long> MEMORY_ACCEPTING_MAX =
            Key.limit(
                    "memory-accepting-max",
                    new Count(1, 100),
                    notAbove("memory-reading-max", "90", LIMITS.memoryMarks().acceptingPercent()),
                    "Percentage of the memory that connections, sessions, queues and retained messages"
                            + " together take, or of `buffers-bytes-max` that buffers do, whichever is"
                            + " more.",
                    "new connections are closed as soon as they come, until it is five less; counted in"
                            + " `$SYS/broker/memory/marks/accepting`");
    static final Key<Long> MEMORY_READING_MAX =
            Key.limit(
                    "memory-reading-max",
                    new Count(1, 100),
                    notAbove("memory-qos0-max", "94", LIMITS.memoryMarks().readingPercent()),
                    "The same.",
                    "for every other second, those clients are not read from that sent as much as the"
                            + " average or more; counted in `$SYS/broker/memory/marks/reading`");
    static final Key<Long> MEMORY_QOS0_MAX =
            Key.limit(
                    "memory-qos0-max",
                    new Count(1, 100),
                    fixed(LIMITS.memoryMarks().qos0Percent()),
                    "The same.",
                    "QoS 0 messages of clients are dropped, fate *memory short*; counted in"
                            + " `$SYS/broker/memory/marks/qos0`");

    // Limits: sessions.

    static final Key<Long> SESSION_EXPIRY_INTERVAL_MAX =
            Key.limit(
                            "session-expiry-interval-max",
                            Quantity.seconds(
                                    0,
                                    (Limits.NEVER_SECONDS - 1) * SECOND,
                                    words("never", Limits.NEVER_SECONDS * SECOND)),
                            fixed(LIMITS.sessionExpiryIntervalMaxSeconds() * SECOND),
                            "How long a session is kept without its client.",
                            "CONNACK tells a 5.0 client the lower Session Expiry Interval")
                    .rereadAtHangup();
    static final Key<Long> SUBSCRIPTIONS_MAX =
            Key.limit(
                            "subscriptions-max",
                            new Count(1, 100_000_000),
                            fixed(LIMITS.subscriptionsMax()),
                            "Subscriptions of a session.",
                            "SUBACK 0x97 (3.1.1: 0x80)")
                    .rereadAtHangup();
    static final Key<Long> SUBSCRIPTIONS_BYTES_MAX =
            Key.limit(
                            "subscriptions-bytes-max",
                            Quantity.size(KB, TB),
                            fixed(LIMITS.subscriptionsBytesMax()),
                            "Bytes that the subscriptions of a session occupy, about: 128, twice the bytes"
                                    + " of the Topic Filter and 64 for each of its levels.",
                            "SUBACK 0x97 (3.1.1: 0x80)")
                    .rereadAtHangup();
    static final Key<Long> SESSIONS_BYTES_MAX =
            Key.limit(
                            "sessions-bytes-max",
                            Quantity.size(KB, TB),
                            new Computed<>(
                                    "an eighth of the memory", machine -> memoryShare(machine, 8)),
                            "Bytes that all sessions occupy beside their queues, about: 500 for"
                                    + " each, Client Identifier, user name, will, subscriptions. The last"
                                    + " quarter is for sessions of up to 16 KB.",
                            "CONNACK 0x97 (3.x: 0x03) to a client without a session or with a larger will,"
                                    + " SUBACK 0x97 (3.1.1: 0x80)")
                    .rereadAtHangup();
    static final Key<Long> QUEUED_MESSAGES_MAX =
            Key.limit(
                            "queued-messages-max",
                            new Count(1, 1_000_000_000),
                            fixed(LIMITS.queuedMessagesMax()),
                            "Messages in the queue of a session that is in memory alone, and at QoS 0 in one"
                                    + " on disk.",
                            "`queue-full-policy`, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> QUEUED_BYTES_MAX =
            Key.limit(
                            "queued-bytes-max",
                            Quantity.size(KB, TB),
                            fixed(LIMITS.queuedBytesMax()),
                            "Bytes in the queue of a session that is in memory alone, and at QoS 0 in one on"
                                    + " disk.",
                            "`queue-full-policy`, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> QUEUED_BYTES_IN_ALL_MAX =
            Key.limit(
                            "queued-bytes-in-all-max",
                            Quantity.size(KB, TB),
                            new Computed<>(
                                    "half of the memory", machine -> memoryShare(machine, 2)),
                            "Bytes of all queues together that are in memory.",
                            "`queue-full-policy` for the session at hand, fate *queue full*")
                    .rereadAtHangup();

    static final Key<Long> STORED_QUEUED_MESSAGES_MAX =
            Key.limit(
                            "stored-queued-messages-max",
                            new Count(1, 1_000_000_000),
                            fixed(LIMITS.storedQueuedMessagesMax()),
                            "Messages in the queue of a kept session, if that is on disk (`durability`"
                                    + " `fsync` or `os`).",
                            "`queue-full-policy`, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> STORED_QUEUED_BYTES_MAX =
            Key.limit(
                            "stored-queued-bytes-max",
                            Quantity.size(KB, TB),
                            fixed(LIMITS.storedQueuedBytesMax()),
                            "Bytes in the queue of a kept session, if that is on disk.",
                            "`queue-full-policy`, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> QUEUE_READ_MESSAGES_MAX =
            Key.limit(
                    "queue-read-messages-max",
                    new Count(1, 65_536),
                    fixed(LIMITS.queueReadMessagesMax()),
                    "Messages that are read from disk at once for a session; memory holds up to"
                            + " twice as many beside those in flight.",
                    "the rest is read when half of them are sent");
    static final Key<Long> QUEUE_READ_BYTES_MAX =
            Key.limit(
                    "queue-read-bytes-max",
                    Quantity.size(KB, GB),
                    fixed(LIMITS.queueReadBytesMax()),
                    "The same in bytes; one message may be larger.",
                    "the rest is read when half of them are sent");

    // Limits: the store.

    static final Key<Long> UNDURABLE_BYTES_MAX =
            Key.limit(
                            "undurable-bytes-max",
                            Quantity.size(KB, TB),
                            fixed(LIMITS.undurableBytesMax()),
                            "Bytes that were taken over and that the disk does not have yet.",
                            "clients that send more are not read from until it is half of that")
                    .rereadAtHangup();
    static final Key<Long> STORE_FREE_BYTES_MIN =
            Key.limit(
                    "store-free-bytes-min",
                    Quantity.size(0, TB),
                    fixed(128 * MB),
                    "Bytes that the store leaves free on its file system.",
                    "nothing new is kept: 0x97 (3.x: the connection closes), QoS 0 goes on");
    static final Key<Long> STORE_BYTES_MAX =
            Key.limit(
                    "store-bytes-max",
                    Quantity.size(0, 1_024 * TB),
                    fixed(0),
                    "Bytes of the store on disk; 0 for nine tenths of its file system.",
                    "nothing new is kept: 0x97 (3.x: the connection closes), QoS 0 goes on");

    // Limits: the server as a whole.

    static final Key<Long> RETAINED_MESSAGES_MAX =
            Key.limit(
                            "retained-messages-max",
                            new Count(0, 1_000_000_000),
                            fixed(LIMITS.retainedMessagesMax()),
                            "Retained messages.",
                            "PUBACK or PUBREC 0x97, and the old one is kept")
                    .rereadAtHangup();
    static final Key<Long> RETAINED_BYTES_MAX =
            Key.limit(
                            "retained-bytes-max",
                            Quantity.size(0, TB),
                            new Computed<>(
                                    "a quarter of the memory", machine -> memoryShare(machine, 4)),
                            "Bytes of all retained messages together.",
                            "PUBACK or PUBREC 0x97, and the old one is kept")
                    .rereadAtHangup();
    static final Key<Long> ROUTES_CACHED_MAX =
            Key.limit(
                    "routes-cached-max",
                    new Count(1, 100_000_000),
                    fixed(LIMITS.routesCachedMax()),
                    "Topics whose subscribers are remembered between messages.",
                    "others are looked up again");
    static final Key<Long> SLICE_MAX =
            Key.limit(
                            "slice-max",
                            new Count(16, 65_536),
                            fixed(LIMITS.sliceMax()),
                            "Deliveries, retained messages or expiries that are done in one go.",
                            "the rest follows after what others have sent meanwhile")
                    .rereadAtHangup();

    static final List<Key<?>> ALL =
            List.of(
                    LISTENER_NAME,
                    LISTENER_ADDRESS,
                    LISTENER_PORT,
                    LISTENER_TRANSPORT,
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
                    LISTENER_VERSIONS,
                    LISTENER_CONNECTIONS_MAX,
                    LISTENER_ALLOW_ANONYMOUS,
                    ALLOW_ANONYMOUS,
                    AUTHENTICATION_TYPE,
                    AUTHENTICATION_FILE,
                    AUTHENTICATION_LISTENERS,
                    UNIX_PEER_USER_NAME,
                    CERTIFICATE_USER_NAME,
                    CERTIFICATE_CLIENT_IDENTIFIER,
                    CERTIFICATE_SPECIAL_CHARACTERS,
                    JWT_ALGORITHMS,
                    JWT_KEYS,
                    JWT_SECRET_FILE,
                    JWT_JWKS_URL,
                    JWT_JWKS_CA,
                    JWT_JWKS_REFRESH,
                    JWT_JWKS_KEPT,
                    JWT_ISSUER,
                    JWT_AUDIENCE,
                    JWT_USER_NAME_CLAIM,
                    JWT_CLIENT_IDENTIFIER_CLAIM,
                    JWT_GROUPS_CLAIM,
                    JWT_RULES_CLAIM,
                    JWT_EXPIRY_REQUIRED,
                    JWT_CLOCK_SKEW,
                    LDAP_SERVERS,
                    LDAP_START_TLS,
                    LDAP_CA,
                    LDAP_BIND_DN,
                    LDAP_BIND_PASSWORD_FILE,
                    LDAP_USER_BASE,
                    LDAP_USER_FILTER,
                    LDAP_GROUP_BASE,
                    LDAP_GROUP_FILTER,
                    LDAP_GROUP_NAME,
                    HTTP_URL,
                    HTTP_CA,
                    HTTP_AUTHORIZATION_FILE,
                    HTTP_REMEMBERED_TIME,
                    ACCESS_RULES,
                    DATA_FOLDER,
                    DURABILITY,
                    STORE_MEMTABLE_BYTES,
                    STORE_CACHE_BYTES,
                    STORE_WAL_BYTES_MAX,
                    IO_THREADS,
                    SYS_INTERVAL,
                    LOG_LEVEL,
                    MAXIMUM_QOS,
                    RETAIN_AVAILABLE,
                    WILDCARD_SUBSCRIPTION_AVAILABLE,
                    SHARED_SUBSCRIPTION_AVAILABLE,
                    SHARED_SUBSCRIPTIONS_311,
                    STRICT_31_CLIENT_IDENTIFIER,
                    PAYLOAD_FORMAT_CHECKED,
                    NO_MATCHING_SUBSCRIBERS_REPORTED,
                    QUEUE_QOS0_MESSAGES,
                    QUEUE_FULL_POLICY,
                    DENIED_PUBLISH_3,
                    DENIED_SUBSCRIBE_31,
                    RETRY_INTERVAL_31,
                    RETRY_INTERVAL_311,
                    RESPONSE_INFORMATION,
                    CONNECTIONS_MAX,
                    CONNECTIONS_PER_ADDRESS_MAX,
                    CONNECTIONS_RATE_MAX,
                    CONNECTIONS_PER_ADDRESS_RATE_MAX,
                    LOOPBACK_LIMITED,
                    ADDRESSES_TRACKED_MAX,
                    CONNECTING_MAX,
                    CONNECT_TIMEOUT,
                    CONNECT_SIZE_MAX,
                    PENDING_BYTES_MAX,
                    KEEP_ALIVE_MAX,
                    CLIENT_IDENTIFIER_BYTES_MAX,
                    AUTHENTICATION_THREADS,
                    AUTHENTICATION_MEMORY_MAX,
                    AUTHENTICATION_WAITING_MAX,
                    AUTHENTICATION_REMEMBERED_TIME,
                    AUTHENTICATION_REMEMBERED_MAX,
                    AUTHENTICATION_FAILURES_MAX,
                    AUTHENTICATION_FORGIVEN_TIME,
                    AUTHENTICATION_BAN_TIME,
                    AUTHENTICATION_BAN_LOOPBACK,
                    AUTHENTICATION_DELAY_MAX,
                    AUTHENTICATION_TRACKED_MAX,
                    AUTHENTICATION_TIMEOUT,
                    AUTHENTICATION_CONCURRENCY_MAX,
                    AUTHENTICATION_TOKEN_SIZE_MAX,
                    AUTHENTICATION_GROUPS_MAX,
                    AUTHENTICATION_TOPICS_MAX,
                    PACKET_SIZE_MAX,
                    TOPIC_LEVELS_MAX,
                    TOPIC_FILTERS_MAX,
                    RECEIVE_MAXIMUM,
                    WINDOW_MAX,
                    MESSAGES_IN_RATE_MAX,
                    BYTES_IN_RATE_MAX,
                    MESSAGES_OUT_RATE_MAX,
                    BYTES_OUT_RATE_MAX,
                    TOPIC_ALIAS_MAXIMUM,
                    TOPIC_ALIASES_SENT_MAX,
                    USER_PROPERTIES_MAX,
                    USER_PROPERTIES_BYTES_MAX,
                    OUT_BUFFER_HIGH,
                    OUT_BUFFER_LOW,
                    PARTIAL_PACKETS_BYTES_MAX,
                    BUFFERS_BYTES_MAX,
                    MEMORY_ACCEPTING_MAX,
                    MEMORY_READING_MAX,
                    MEMORY_QOS0_MAX,
                    SESSION_EXPIRY_INTERVAL_MAX,
                    SUBSCRIPTIONS_MAX,
                    SUBSCRIPTIONS_BYTES_MAX,
                    SESSIONS_BYTES_MAX,
                    QUEUED_MESSAGES_MAX,
                    QUEUED_BYTES_MAX,
                    QUEUED_BYTES_IN_ALL_MAX,
                    STORED_QUEUED_MESSAGES_MAX,
                    STORED_QUEUED_BYTES_MAX,
                    QUEUE_READ_MESSAGES_MAX,
                    QUEUE_READ_BYTES_MAX,
                    UNDURABLE_BYTES_MAX,
                    STORE_FREE_BYTES_MIN,
                    STORE_BYTES_MAX,
                    RETAINED_MESSAGES_MAX,
                    RETAINED_BYTES_MAX,
                    ROUTES_CACHED_MAX,
                    SLICE_MAX);

    /// The key of a path that the table knows, whatever its index.
    static Key<?> at(String path) {
        String plain = Shape.plain(path);
        return ALL.stream().filter(key -> key.path().equals(plain)).findFirst().orElseThrow();
    }

    private static long ioThreads(int processors) {
        // Measured: a second loop costs more CPU per message than it gains before eight processors.
        return processors < 8 ? 1 : processors < 16 ? 2 : processors < 32 ? 3 : 4;
    }

    private static long connectionsMax(Machine machine) {
        return Math.clamp(machine.descriptors() - Machine.DESCRIPTORS_RESERVED, 1L, 10_000_000L);
    }

    // A hash has a processor to itself; the other half is for messages.
    private static long authenticationThreads(Machine machine) {
        return Math.clamp(machine.processors() / 2, 1L, 4L);
    }

    private static long memoryShare(Machine machine, int divisor) {
        return Math.max(KB, machine.memoryBytes() / divisor);
    }

    private static Fallback<Long> fixed(long value) {
        return new Fixed<>(value);
    }

    /// `value`, which [Binding] lowers to that of another limit.
    private static Fallback<Long> notAbove(String limit, String text, long value) {
        return new Computed<>(
                "`%s`, or `%s` if that is less".formatted(text, limit), machine -> value);
    }

    /// The constants of an enum as words: `DROP_OLDEST` is `drop-oldest`.
    private static <E extends Enum<E>> Choice<E> words(Class<E> type) {
        return new Choice<>(
                Arrays.stream(type.getEnumConstants())
                        .collect(
                                Collectors.toMap(
                                        constant ->
                                                constant.name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .replace('_', '-'),
                                        constant -> constant,
                                        (first, second) -> first,
                                        LinkedHashMap::new)),
                words());
    }

    private static <T> SequencedMap<String, T> words() {
        return new LinkedHashMap<>();
    }

    private static <T> SequencedMap<String, T> words(String word, T value) {
        SequencedMap<String, T> words = words();
        words.put(word, value);
        return words;
    }

    private static <T> SequencedMap<String, T> words(String first, T one, String second, T two) {
        SequencedMap<String, T> words = words(first, one);
        words.put(second, two);
        return words;
    }

    private static <T> SequencedMap<String, T> words(
            String first, T one, String second, T two, String third, T three) {
        SequencedMap<String, T> words = words(first, one, second, two);
        words.put(third, three);
        return words;
    }
}
