package org.vencejo.cli.mosquitto;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One listener of a `mosquitto.conf` as an entry of ours. Confined to one thread.
///
/// One whose door-keeping cannot be had here is left out, with the reasons in `leftOut`: better
/// nobody comes in than somebody who should not.
final class ListenerEntry {
    private static final long PORT = 1_883;
    private static final long CONNECTIONS_MAX = 10_000_000;

    /// That `tls.client-ca` takes.
    private static final int FILES_MAX = 256;

    final ConfListener from;
    final String name;
    final Map<String, Object> keys = new LinkedHashMap<>();
    final List<String> leftOut = new ArrayList<>();

    private final ConfPaths paths;
    private final ConfValues values;
    private final List<Note> notes;
    private final boolean isOfMosquitto1;
    private boolean asksForCertificates;

    /// `names` are those that others have; `isOfMosquitto1` is whether the file was for a version
    /// before 2.0.
    ListenerEntry(
            ConfListener from,
            Set<String> names,
            ConfPaths paths,
            ConfValues values,
            List<Note> notes,
            boolean isOfMosquitto1) {
        this.from = from;
        this.paths = paths;
        this.values = values;
        this.notes = notes;
        this.isOfMosquitto1 = isOfMosquitto1;
        long port = port();
        String transport = transport();
        String path = unixSocket();
        String plain = path == null ? transport + "-" + port : "unix";
        String free = plain;
        for (int i = 2; !names.add(free); i++) {
            free = plain + "-" + i;
        }
        this.name = free;
        keys.put("name", name);
        if (path != null) {
            keys.put("transport", "unix");
            keys.put("path", path);
        } else {
            if (!transport.equals("tcp")) {
                keys.put("transport", transport);
            }
            keys.put("address", address());
            keys.put("port", port);
        }
        ownLimits();
        tls();
        if (transport.endsWith("websocket")) {
            webSocket();
        }
        leaveOutWith("mount_point", "the topics of its clients begin with mount_point");
        leaveOutWith(
                "enable_proxy_protocol",
                "it stands behind proxies, which are to be listed: proxy-protocol.sources");
    }

    /// Where it is said that there is such a listener.
    String place() {
        ConfLine line = from.line != null ? from.line : from.any("port", "bind_address");
        return line == null ? "the default listener" : line.place();
    }

    /// Whether it is for this machine alone.
    boolean isOnThisMachine() {
        String address = (String) keys.get("address");
        return address == null || address.startsWith("127.") || address.equals("::1");
    }

    /// What of its certificate is the user name of a client, or null if it is none.
    @Nullable String userNameByCertificate() {
        return values.isOn(from.get("use_identity_as_username"))
                ? "{cn}"
                : values.isOn(from.get("use_subject_as_username")) ? "{subject}" : null;
    }

    /// Lets those clients in alone whose Client Identifiers begin with `prefix`.
    void takeClientIdentifiers(String prefix) {
        keys.put("client-identifiers", prefix + "*");
    }

    /// Whether only clients with a certificate come in.
    boolean asksForCertificates() {
        return asksForCertificates;
    }

    private void note(ConfLine line, Note.Kind kind, String text) {
        notes.add(line.note(kind, text));
    }

    private void leaveOutWith(String option, String why) {
        if (from.get(option) != null) {
            leftOut.add(why);
        }
    }

    private long port() {
        ConfLine line = from.line != null ? from.line : from.get("port");
        Long port = line == null ? Long.valueOf(PORT) : values.number(line, 0, 65_535);
        if (port == null) {
            leftOut.add("its port cannot be read");
            return PORT;
        }
        return port;
    }

    private String transport() {
        boolean isSecure = from.get("certfile") != null;
        ConfLine protocol = from.get("protocol");
        String word = protocol == null ? "mqtt" : protocol.word();
        if (protocol != null && !List.of("mqtt", "websockets").contains(word)) {
            note(
                    protocol,
                    Note.Kind.LOST,
                    "there is no '" + word + "', so the listener is left out");
            leftOut.add("its protocol is not known here");
        }
        if (word.equals("websockets")) {
            return isSecure ? "secure-websocket" : "websocket";
        }
        return isSecure ? "tls" : "tcp";
    }

    // ---- where it listens

    // The path of the Unix socket, or null if it is none.
    private @Nullable String unixSocket() {
        ConfLine line = from.line;
        if (line == null || !line.word().equals("0")) {
            return null;
        }
        if (!transport().equals("tcp")) {
            note(
                    line,
                    Note.Kind.LOST,
                    "there is plain MQTT alone at Unix sockets, so the listener is left out");
            leftOut.add("it has TLS or WebSocket at a Unix socket");
        }
        List<String> words = line.words();
        if (words.size() < 2) {
            note(line, Note.Kind.LOST, "no path; Mosquitto does not start with this");
            leftOut.add("its path is missing");
            return "";
        }
        note(
                line,
                Note.Kind.DIFFERS,
                "the user and the group of the broker may connect, whatever its umask: mode, owner, group");
        return words.get(1).startsWith("/") ? words.get(1) : paths.of(line, words.get(1));
    }

    private String address() {
        ConfLine device = from.get("bind_interface");
        if (device != null) {
            return addressOf(device);
        }
        ConfLine line = from.line != null ? from.line : from.get("bind_address");
        List<String> words = line == null ? List.of() : line.words();
        int at = from.line != null ? 1 : 0;
        if (line == null || words.size() <= at) {
            return "0.0.0.0"; // where IPv6 comes in, too
        }
        String host = words.get(at);
        if (host.equals("localhost")) {
            note(line, Note.Kind.DIFFERS, "it listens on 127.0.0.1, and not on ::1 as well");
            return "127.0.0.1";
        } else if (!host.contains(":") && !host.matches("[0-9]+(\\.[0-9]+){3}")) {
            note(
                    line,
                    Note.Kind.LOST,
                    "'%s' is a name, and an address is needed, so the listener is left out"
                            .formatted(host));
            leftOut.add("its address is to be written for the name " + host);
        }
        return host;
    }

    private String addressOf(ConfLine line) {
        try {
            NetworkInterface device = NetworkInterface.getByName(line.rest());
            if (device != null) {
                // An IPv4 address is the shorter one.
                InetAddress address =
                        device.inetAddresses()
                                .min((a, b) -> a.getAddress().length - b.getAddress().length)
                                .orElse(null);
                if (address != null) {
                    String text = address.getHostAddress().replaceFirst("%.*", "");
                    note(
                            line,
                            Note.Kind.DIFFERS,
                            "it listens on the address that the interface has now, " + text);
                    return text;
                }
            }
        } catch (SocketException e) {
            // as if there were none
        }
        note(
                line,
                Note.Kind.LOST,
                "this machine has no such interface with an address, so the listener is left out");
        leftOut.add("the address of the interface " + line.rest() + " is not known");
        return "127.0.0.1";
    }

    private void ownLimits() {
        Long connections = number("max_connections", Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (connections != null && connections > 0) {
            keys.put("connections-max", Math.min(connections, CONNECTIONS_MAX));
        }
        ConfLine versions = from.get("accept_protocol_versions");
        if (versions != null) {
            keys.put(
                    "versions",
                    Arrays.stream(versions.rest().split("[, \t]+", -1))
                            .map(version ->
                                    switch (version) {
                                        case "3" -> "3.1";
                                        case "4" -> "3.1.1";
                                        case "5" -> "5.0";
                                        default -> version;
                                    })
                            .toList());
        }
        Long qos = number("max_qos", 0, 2);
        if (qos == null) {
            qos = number("maximum_qos", 0, 2);
        }
        if (qos != null) {
            keys.put("maximum-qos", qos);
        }
        Map<String, Object> limits = new LinkedHashMap<>();
        topicAliases("max_topic_alias", "topic-alias-maximum", limits);
        topicAliases("max_topic_alias_broker", "topic-aliases-sent-max", limits);
        if (!limits.isEmpty()) {
            keys.put("limits", limits);
        }
    }

    private void topicAliases(String option, String limit, Map<String, Object> limits) {
        Long count = number(option, 0, 65_535);
        if (count != null) {
            limits.put(limit, count);
        }
    }

    // ---- TLS

    private void tls() {
        ConfLine certificate = from.get("certfile");
        boolean isRequired = values.isOn(from.get("require_certificate"));
        leaveOutWith("psk_hint", "it is for pre-shared keys");
        leaveOutWith("tls_engine", "its private key is in an engine");
        ConfLine revoked = from.get("crlfile");
        if (certificate == null || !isRequired) {
            for (String option : List.of("cafile", "capath", "crlfile")) {
                ConfLine line = from.get(option);
                if (line != null) {
                    note(line, Note.Kind.NEEDLESS, "clients are not asked for a certificate");
                }
            }
        }
        if (certificate == null) {
            return;
        }
        Map<String, Object> tls = new LinkedHashMap<>();
        tls.put("certificate", listed(certificate, paths.of(certificate)));
        ConfLine key = from.get("keyfile");
        if (key != null) {
            tls.put("key", listed(key, paths.of(key)));
        }
        if (!isRequired && userNameByCertificate() != null) {
            leftOut.add(
                    "user names are to be those of certificates, and clients are not asked for any");
            ConfLine line = from.any("use_identity_as_username", "use_subject_as_username");
            if (line != null) {
                note(
                        line,
                        Note.Kind.LOST,
                        "without require_certificate nobody could come in, so the listener is left out");
            }
        }
        if (isRequired) {
            asksForCertificates = true;
            tls.put("client-certificate", "required");
            List<String> authorities = authorities(certificate);
            if (!authorities.isEmpty()) {
                tls.put(
                        "client-ca",
                        authorities.size() == 1 ? authorities.getFirst() : authorities);
            }
            if (revoked != null) {
                tls.put("crl", listed(revoked, paths.of(revoked)));
            }
        }
        ConfLine version = from.get("tls_version");
        if (version != null) {
            tls.put("minimum-version", tlsVersion(version));
        }
        keys.put("tls", tls);
    }

    // The files of those who sign the certificates of clients; without any nobody may come in.
    private List<String> authorities(ConfLine certificate) {
        Set<String> authorities = new LinkedHashSet<>();
        ConfLine file = from.get("cafile");
        if (file != null) {
            authorities.add(listed(file, paths.of(file)));
        }
        ConfLine folder = from.get("capath");
        if (folder != null) {
            authorities.addAll(authoritiesIn(folder, listed(folder, paths.of(folder))));
        } else if (file == null) {
            note(
                    certificate,
                    Note.Kind.LOST,
                    "clients have to show certificates, and no cafile says whose, so the listener is left out");
            leftOut.add("it asks for certificates, and no cafile says whose");
        }
        return List.copyOf(authorities);
    }

    private Set<String> authoritiesIn(ConfLine line, String folder) {
        CertificateFolder read;
        try {
            read = CertificateFolder.read(Path.of(folder));
        } catch (IOException | InvalidPathException e) {
            return noneIn(line, "it cannot be read here");
        }
        read.troubles().forEach(trouble -> note(line, Note.Kind.LOST, trouble));
        Set<String> found = read.authorities();
        if (found.isEmpty()) {
            return noneIn(
                    line,
                    "no file in it is an authority by a name that OpenSSL looks for (openssl rehash)");
        }
        if (found.size() + (from.get("cafile") == null ? 0 : 1) > FILES_MAX) {
            return noneIn(
                    line,
                    "OpenSSL finds %d files in it, and tls.client-ca takes %d: put them into one, for cafile"
                            .formatted(found.size(), FILES_MAX));
        }
        note(
                line,
                Note.Kind.DIFFERS,
                "the files that OpenSSL finds in it at this import are written, %d in number; what is added later has to be written into tls.client-ca"
                        .formatted(found.size()));
        return found;
    }

    private Set<String> noneIn(ConfLine line, String why) {
        boolean isAlone = from.get("cafile") == null;
        String fate = isAlone ? "so the listener is left out" : "so those of cafile hold alone";
        note(line, Note.Kind.LOST, why + ", " + fate);
        if (isAlone) {
            leftOut.add("no authorities of its clients are carried over from capath");
        }
        return Set.of();
    }

    // A value for a list of ours, which has commas between its values.
    private String listed(ConfLine line, String value) {
        if (value.contains(",")) {
            note(
                    line,
                    Note.Kind.LOST,
                    "'%s' has a comma, which parts the entries of a list here, so the listener is left out"
                            .formatted(value));
            leftOut.add("there is a comma in its " + line.option());
        }
        return value;
    }

    private String tlsVersion(ConfLine line) {
        String word = line.word();
        if (word.equals("tlsv1.3")) {
            return "1.3";
        }
        if (!word.equals("tlsv1.2")) {
            note(line, Note.Kind.DIFFERS, "the lowest version is TLS 1.2");
        } else if (isOfMosquitto1) {
            note(line, Note.Kind.DIFFERS, "TLS 1.3 is spoken, too");
        }
        return "1.2";
    }

    // ---- WebSocket

    private void webSocket() {
        ConfLine protocol = from.get("protocol");
        if (protocol != null) {
            note(
                    protocol,
                    Note.Kind.DIFFERS,
                    "clients have to ask for the path /mqtt, where Mosquitto takes any: websocket.path");
        }
        List<String> origins =
                from.origins.stream().map(line -> listed(line, line.rest())).toList();
        keys.put("websocket", Map.of("origins", origins.isEmpty() ? List.of("*") : origins));
    }

    // ---- as text

    /// Its lines in a file; one that is left out is a comment.
    List<String> lines() {
        List<String> lines = YamlText.entry(keys);
        if (leftOut.isEmpty()) {
            return lines;
        }
        List<String> comment = new ArrayList<>();
        comment.add("  # Left out, as " + String.join("; ", leftOut) + ":");
        lines.forEach(line -> comment.add("  #" + line.substring(1)));
        return comment;
    }

    /// The value of an option that is a number, or null.
    @Nullable Long number(String option, long min, long max) {
        ConfLine line = from.get(option);
        return line == null ? null : values.number(line, min, max);
    }
}
