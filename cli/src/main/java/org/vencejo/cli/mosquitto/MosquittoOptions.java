package org.vencejo.cli.mosquitto;

import static org.vencejo.cli.mosquitto.MosquittoOption.Fate.CARRIED;
import static org.vencejo.cli.mosquitto.MosquittoOption.Fate.LOST;
import static org.vencejo.cli.mosquitto.MosquittoOption.Fate.NEEDLESS;
import static org.vencejo.cli.mosquitto.MosquittoOption.Scope.BRIDGE;
import static org.vencejo.cli.mosquitto.MosquittoOption.Scope.BROKER;
import static org.vencejo.cli.mosquitto.MosquittoOption.Scope.LISTENER;
import static org.vencejo.cli.mosquitto.MosquittoOption.Scope.SECURITY;
import static org.vencejo.cli.mosquitto.MosquittoOption.Scope.TLS;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.cli.mosquitto.MosquittoOption.Fate;
import org.vencejo.cli.mosquitto.MosquittoOption.Scope;

/// The table of all options of `mosquitto.conf`, from 1.4 to 2.1, with what becomes of each: the
/// importer goes by it, and so do the documents. Immutable.
public final class MosquittoOptions {
    private static final String PART_OF_A_BRIDGE = "there are no bridges";
    private static final String OWN_ACCESS = "who may come in, or do what, is decided by it";

    public static final List<MosquittoOption> ALL = table();

    private MosquittoOptions() {}

    /// The option called `name`, or null if there is none.
    static @Nullable MosquittoOption find(String name) {
        for (MosquittoOption option : ALL) {
            if (option.isNamed(name)) {
                return option;
            }
        }
        return null;
    }

    private static List<MosquittoOption> table() {
        Table table = new Table();
        broker(table);
        security(table);
        listeners(table);
        tls(table);
        bridges(table);
        return List.copyOf(table.rows);
    }

    private static void broker(Table table) {
        table.scope = BROKER;
        table.row("include_dir", CARRIED, "the files in it are read in their order");
        table.row("max_inflight_messages", CARRIED, "`limits.window-max`; 0 is 65535");
        table.row(
                "max_queued_messages",
                CARRIED,
                "`limits.queued-messages-max` and `limits.stored-queued-messages-max`, with `queue-full-policy: drop-newest`");
        table.row(
                "max_queued_bytes",
                CARRIED,
                "`limits.queued-bytes-max` and `limits.stored-queued-bytes-max`, with `queue-full-policy: drop-newest`");
        table.row("max_packet_size", CARRIED, "`limits.packet-size-max`");
        table.row(
                "message_size_limit",
                CARRIED,
                "`limits.packet-size-max`, with 64 KB more for what is not payload; who sends more is disconnected (5.0: 0x95), and not acknowledged");
        table.row("max_keepalive", CARRIED, "`limits.keep-alive-max`");
        table.row(
                "persistent_client_expiration",
                CARRIED,
                "`limits.session-expiry-interval-max`; a month has 30 days, a year 365");
        table.row("queue_qos0_messages", CARRIED, "`queue-qos0-messages`");
        table.row("retain_available", CARRIED, "`retain-available`");
        table.row("sys_interval", CARRIED, "`sys-interval`; the topics are those of sys-topics.md");
        table.row("global_max_connections", CARRIED, "`limits.connections-max`");
        table.row("log_type", CARRIED, "`log-level`, by the lowest that is asked for");
        table.row("persistence", CARRIED, "`durability: memory` if it is `false`");
        table.row("retained_persistence", CARRIED, "as `persistence`, of which it is the old name");
        table.row(
                "persistence_location", CARRIED, "`data-folder`: the folder `vencejo` below of it");
        table.row(
                "persistence_file",
                NEEDLESS,
                "the store has files of its own; `mosquitto.db` is not read");
        table.row("autosave_interval", NEEDLESS, "what is acknowledged is on disk");
        table.row("autosave_on_changes", NEEDLESS, "what is acknowledged is on disk");
        table.row("set_tcp_nodelay", NEEDLESS, "it always holds");
        table.row("pid_file", NEEDLESS, "`vencejo broker` stays in the foreground");
        table.row("retry_interval", NEEDLESS, "Mosquitto does not look at it any more either");
        table.row(
                "store_clean_interval", NEEDLESS, "Mosquitto does not look at it any more either");
        table.row("websockets_log_level", NEEDLESS, "there is no library of its own for it");
        table.row("websockets_headers_size", NEEDLESS, "a request may have 8 KB");
        table.row("packet_buffer_size", NEEDLESS, "buffers grow and shrink by themselves");
        table.row("memory_limit", LOST, "give the JVM a limit: VENCEJO_JAVA_OPTS=-Xmx256m", "0");
        table.row("max_inflight_bytes", LOST, "only messages in flight are counted", "0");
        table.row(
                "global_max_clients",
                LOST,
                "sessions are limited by their size, `limits.sessions-bytes-max`",
                "-1");
        table.row("retain_expiry_interval", LOST, "give messages a Message Expiry Interval (5.0)");
        table.row(
                "check_retain_source",
                LOST,
                "a retained message stays when its publisher loses the right; who receives it is checked at each delivery",
                "false");
        table.row(
                "allow_duplicate_messages",
                LOST,
                "a message comes once, however many subscriptions of a client it matches",
                "false");
        table.row(
                "upgrade_outgoing_qos",
                LOST,
                "a message never comes with a higher QoS than it was published with",
                "false");
        table.row(
                "user",
                LOST,
                "the broker does not change its user: start it as the one it is to be");
        table.row("log_dest", LOST, "the log goes to standard error", "stderr");
        table.row("log_facility", LOST, "the log goes to standard error");
        table.row("log_timestamp", LOST, "each line of the log has its time", "true");
        table.row("log_timestamp_format", LOST, "times are in ISO 8601");
        table.row("connection_messages", LOST, "use `log-level: warn`", "true");
        table.row("enable_control_api", LOST, "there is no $CONTROL", "false");
        table.row(
                "clientid_prefixes",
                CARRIED,
                "`client-identifiers` of each listener; who leaves it to the broker is given one that begins with `vencejo-`, and refused if that is not allowed");
    }

    private static void security(Table table) {
        table.scope = SECURITY;
        table.row(
                "per_listener_settings",
                CARRIED,
                "`listeners` of an entry of `authentication`; `allow-anonymous` of a listener");
        table.row(
                "allow_anonymous",
                CARRIED,
                "`allow-anonymous`; a listener without it that nobody can come in by is left out");
        table.row("listener_allow_anonymous", CARRIED, "`allow-anonymous` of the listener");
        table.row("password_file", CARRIED, "`authentication`; the file stays in use");
        table.row(
                "acl_file",
                CARRIED,
                "`access-rules`; the file stays in use, unless listeners have different ones: then a file of rules in YAML is written beside");
        table.row("psk_file", LOST, "there is no TLS with pre-shared keys");
        table.row("plugin", LOST, OWN_ACCESS + ", so its listeners are left out");
        table.row("auth_plugin", LOST, OWN_ACCESS + ", so its listeners are left out");
        table.row("global_plugin", LOST, OWN_ACCESS + ", so all listeners are left out");
        table.row("plugin_load", LOST, "plugins of Mosquitto cannot be loaded");
        table.row("plugin_use", LOST, OWN_ACCESS + ", so its listener is left out");
        table.row("plugin_opt_*", LOST, "plugins of Mosquitto cannot be loaded");
        table.row("auth_opt_*", LOST, "plugins of Mosquitto cannot be loaded");
        table.row("auth_plugin_deny_special_chars", LOST, "plugins of Mosquitto cannot be loaded");
        table.row(
                "allow_zero_length_clientid",
                LOST,
                "3.1.1 and 5.0 clients may leave it to the broker",
                "true");
        table.row("auto_id_prefix", LOST, "what the broker assigns begins with vencejo-");
        table.row("listener_auto_id_prefix", LOST, "what the broker assigns begins with vencejo-");
    }

    private static void listeners(Table table) {
        table.scope = LISTENER;
        table.row(
                "listener",
                CARRIED,
                "an entry of `listeners`; without an address on all of the machine, IPv4 and IPv6; with port 0 and a path `transport: unix`");
        table.row("port", CARRIED, "`port` of the default listener");
        table.row("bind_address", CARRIED, "`address` of the default listener");
        table.row("bind_interface", CARRIED, "`address`: the one that the interface has now");
        table.row("socket_domain", LOST, "a listener on all addresses is on IPv4 and IPv6");
        table.row(
                "protocol",
                CARRIED,
                "`transport`; WebSocket clients have to ask for the path /mqtt. One for `http_api` is left out");
        table.row(
                "websockets_origin",
                CARRIED,
                "`websocket.origins`; without it the pages of all sites may connect, as in Mosquitto");
        table.row("max_connections", CARRIED, "`connections-max` of the listener");
        table.row("max_qos", CARRIED, "`maximum-qos` of the listener");
        table.row("maximum_qos", CARRIED, "as `max_qos`, of which it is the old name");
        table.row("max_topic_alias", CARRIED, "`limits.topic-alias-maximum` of the listener");
        table.row(
                "max_topic_alias_broker",
                CARRIED,
                "`limits.topic-aliases-sent-max` of the listener");
        table.row(
                "mount_point",
                LOST,
                "its clients would meet others' topics, so the listener is left out");
        table.row("http_dir", LOST, "no files are served; use a web server");
        table.row("accept_protocol_versions", CARRIED, "`versions` of the listener");
        table.row(
                "use_username_as_clientid",
                LOST,
                "clients keep their Client Identifier, and nobody but the user that made a session can resume it; `client-identifiers: \"%u\"` of a listener refuses others than that",
                "false");
        table.row(
                "enable_proxy_protocol",
                LOST,
                "which proxies there are has to be said, `proxy-protocol.sources`, so the listener is left out");
        table.row("proxy_protocol_v2_require_tls", LOST, "it is part of `enable_proxy_protocol`");
    }

    private static void tls(Table table) {
        table.scope = TLS;
        table.row(
                "certfile",
                CARRIED,
                "`tls.certificate`, with `transport: tls` or `secure-websocket`");
        table.row("keyfile", CARRIED, "`tls.key`");
        table.row(
                "cafile",
                CARRIED,
                "`tls.client-ca`, with `require_certificate`; not needed without");
        table.row("require_certificate", CARRIED, "`tls.client-certificate: required`");
        table.row("crlfile", CARRIED, "`tls.crl`, with `require_certificate`; not needed without");
        table.row("tls_version", CARRIED, "`tls.minimum-version`; below TLS 1.2 nothing is spoken");
        table.row(
                "capath",
                CARRIED,
                "`tls.client-ca`, with `require_certificate`: the files that OpenSSL finds in it at the import; not needed without");
        table.row(
                "ciphers",
                LOST,
                "what is spoken is TLS 1.3, and TLS 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305");
        table.row(
                "ciphers_tls1.3",
                LOST,
                "what is spoken is TLS 1.3, and TLS 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305");
        table.row("dhparamfile", NEEDLESS, "elliptic curves are used");
        table.row(
                "use_identity_as_username",
                CARRIED,
                "`authentication` of `type: certificate` with `user-name: \"{cn}\"`; without `require_certificate` nobody could come in, so the listener is left out");
        table.row(
                "use_subject_as_username",
                CARRIED,
                "the same with `user-name: \"{subject}\"`, which is written as RFC 2253 does");
        table.row(
                "disable_client_cert_date_checks",
                LOST,
                "a certificate that is out of date lets nobody in",
                "false");
        table.row("tls_engine", LOST, "the key has to be in a file, so the listener is left out");
        table.row("tls_engine_kpass_sha1", LOST, "the key has to be in a file");
        table.row("tls_keyform", LOST, "the key has to be in a file", "pem");
        table.row(
                "psk_hint",
                LOST,
                "there is no TLS with pre-shared keys, so the listener is left out");
    }

    private static void bridges(Table table) {
        table.scope = BRIDGE;
        for (String name :
                List.of(
                        "connection",
                        "address",
                        "addresses",
                        "cleansession",
                        "clientid",
                        "idle_timeout",
                        "keepalive_interval",
                        "local_cleansession",
                        "local_clientid",
                        "local_password",
                        "local_username",
                        "notification_topic",
                        "notifications",
                        "notifications_local_only",
                        "password",
                        "remote_clientid",
                        "remote_password",
                        "remote_username",
                        "restart_timeout",
                        "round_robin",
                        "start_type",
                        "threshold",
                        "topic",
                        "try_private",
                        "username",
                        "bridge_*")) {
            table.row(name, LOST, PART_OF_A_BRIDGE);
        }
    }

    /// The table as it grows.
    private static final class Table {
        private final List<MosquittoOption> rows = new ArrayList<>();
        private Scope scope = BROKER;

        void row(String name, Fate fate, String text) {
            row(name, fate, text, "");
        }

        void row(String name, Fate fate, String text, String same) {
            rows.add(new MosquittoOption(name, scope, fate, text, same));
        }
    }
}
