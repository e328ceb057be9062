package org.vencejo.cli;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Visible;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttOptions;
import org.vencejo.client.MqttScram;
import org.vencejo.client.MqttTls;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The flags that `pub` and `sub` share, named as those of `mosquitto_pub` and `mosquitto_sub`:
/// where to connect, as whom, and how.
///
/// Confined to the thread of the command.
final class ClientFlags {
    private static final long NEVER = 0xFFFF_FFFFL;
    private static final Set<String> SCHEMES = Set.of("mqtt", "mqtts", "ws", "wss");

    @Spec(Spec.Target.MIXEE)
    @Nullable CommandSpec command;

    @Option(
            names = {"-h", "--host"},
            paramLabel = "NAME",
            description = "The server (localhost).")
    @Nullable String host;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "N",
            description = "Its port (1883; TLS 8883, WebSocket 8083, both 8084).")
    @Nullable Integer port;

    @Option(
            names = {"-L", "--url"},
            paramLabel = "URL",
            description =
                    "Server and topic at once: mqtt://[user[:password]@]host[:port]/topic; with mqtts,"
                            + " ws or wss for TLS and WebSocket.")
    @Nullable URI url;

    @Option(
            names = {"-V", "--protocol-version"},
            paramLabel = "V",
            defaultValue = "5",
            converter = VersionFlag.class,
            description = "31, 311 or 5, also written mqttv31, mqttv311, mqttv5 (5).")
    ProtocolVersion version = ProtocolVersion.MQTT_5;

    @Option(
            names = {"-i", "--id"},
            paramLabel = "ID",
            description = "The Client Identifier; without it the server chooses one.")
    @Nullable String identifier;

    @Option(
            names = {"-I", "--id-prefix"},
            paramLabel = "PREFIX",
            description = "The same, made of this and the number of the process.")
    @Nullable String identifierPrefix;

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "The user name.")
    @Nullable String userName;

    @Mixin private PasswordFlags password = new PasswordFlags();

    @Option(
            names = "--scram",
            description =
                    "Show that the password is known without sending it, and talk to no server that"
                            + " does not know it (SCRAM-SHA-256); 5.0 only.")
    private boolean scram;

    @Option(
            names = {"-k", "--keepalive"},
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Keep Alive, 0 for none (60).")
    int keepAlive;

    @Option(
            names = {"-c", "--disable-clean-session"},
            description = "Go on with the session of this Client Identifier, and keep it.")
    boolean resume;

    @Option(
            names = {"-x", "--session-expiry-interval"},
            paramLabel = "SECONDS",
            description = "How long the server keeps the session, 4294967295 for ever; 5.0 only.")
    @Nullable Long sessionExpiryInterval;

    @Option(
            names = {"-q", "--qos"},
            paramLabel = "0|1|2",
            defaultValue = "0",
            converter = QoSFlag.class,
            description = "Quality of Service (0).")
    QoS qos = QoS.AT_MOST_ONCE;

    @Option(
            names = {"-D", "--property"},
            arity = "3..4",
            paramLabel = "PACKET NAME VALUE",
            hideParamSyntax = true,
            description =
                    "A property of connect, publish, subscribe or will, by its name in the standard:"
                            + " -D publish content-type text/plain, -D connect user-property a b.")
    List<String> properties = new ArrayList<>();

    @Mixin private WillFlags will = new WillFlags();

    @Mixin private DoorFlags door = new DoorFlags();

    @Option(
            names = "--nodelay",
            description =
                    "Accepted and without effect: nothing is ever held back to fill a packet.")
    @SuppressWarnings("unused") // it is always so
    private boolean noDelay;

    @Option(names = "--quiet", description = "Say nothing of failures but the exit code.")
    private boolean quiet;

    @Option(
            names = {"-d", "--debug"},
            description = "Name each packet on standard error.")
    boolean debug;

    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    boolean help;

    /// What the flags ask of the client.
    ///
    /// @throws ParameterException if they contradict each other, or no server could take them
    MqttOptions options() {
        PropertyFlags given = propertyFlags();
        Properties connect = given.of(PacketType.CONNECT);
        long sessionExpiry =
                connect.number(Property.SESSION_EXPIRY_INTERVAL, sessionExpiryOfFlags());
        MqttOptions.Builder options =
                MqttOptions.builder()
                        .version(version)
                        .clientIdentifier(clientIdentifier(resume || sessionExpiry > 0))
                        .cleanStart(!resume)
                        .foreignSessionAccepted(true) // a process remembers no session
                        .keepAlive(keepAlive)
                        .sessionExpiryInterval(sessionExpiry)
                        .receiveMaximum((int) connect.number(Property.RECEIVE_MAXIMUM, 1_000))
                        .maximumPacketSize(
                                (int)
                                        Math.min( // larger packets there are none
                                                connect.number(
                                                        Property.MAXIMUM_PACKET_SIZE,
                                                        DecoderLimits.PACKET_SIZE_MAX),
                                                DecoderLimits.PACKET_SIZE_MAX))
                        .topicAliasMaximum((int) connect.number(Property.TOPIC_ALIAS_MAXIMUM, 64))
                        .properties(connect);
        if (debug) {
            options.trace(line -> System.err.println(name() + ": " + Visible.text(line)));
        }
        try {
            where(options);
            options.will(will.will(given.ofWill()));
            return options.build();
        } catch (MqttException refused) {
            throw misuse(refused.sentence());
        } catch (IllegalArgumentException wrong) {
            throw misuse(String.valueOf(wrong.getMessage()));
        }
    }

    private void where(MqttOptions.Builder options) {
        URI from = url;
        String user = userName;
        byte[] secret = password.password();
        String scheme = from == null || from.getScheme() == null ? "mqtt" : from.getScheme();
        MqttTls tls = door.tls(scheme.equals("mqtts") || scheme.equals("wss"));
        String path = door.webSocketPath(scheme.equals("ws") || scheme.equals("wss"));
        int usual = tls == null ? (path == null ? 1883 : 8083) : path == null ? 8883 : 8084;
        options.tls(tls).webSocketPath(path).unixSocket(door.unixSocket());
        if (door.unixSocket() != null && (from != null || host != null || port != null)) {
            throw misuse("--unix excludes -h, -p and -L");
        }
        if (from == null) {
            options.host(host == null ? "localhost" : host).port(port == null ? usual : port);
        } else {
            if (!SCHEMES.contains(scheme)
                    || from.getScheme() == null
                    || from.getHost() == null
                    || host != null) {
                throw misuse(
                        "-L is mqtt://[user[:password]@]host[:port]/topic, or with mqtts, ws, wss, without -h and -p");
            }
            options.host(from.getHost()).port(from.getPort() < 0 ? usual : from.getPort());
            String info = from.getUserInfo();
            if (info != null) {
                int colon = info.indexOf(':');
                user = colon < 0 ? info : info.substring(0, colon);
                if (colon >= 0) {
                    if (secret != null) {
                        throw misuse("-L with a password excludes -P and --pw-file");
                    }
                    secret = info.substring(colon + 1).getBytes(StandardCharsets.UTF_8);
                }
            }
        }
        if (scram) {
            options.authentication(scram(user, secret));
        } else {
            options.userName(user).password(secret);
        }
    }

    private MqttScram scram(@Nullable String user, byte @Nullable [] secret) {
        requireMqtt5("--scram");
        if (user == null || secret == null) {
            throw misuse("--scram needs a user name and a password: -u NAME --pw-file FILE");
        }
        MqttScram authentication = MqttScram.sha256(user, secret);
        Arrays.fill(secret, (byte) 0);
        return authentication;
    }

    /// The topic in the URL, or null.
    @Nullable String topicOfUrl() {
        String path = url == null ? null : url.getPath();
        return path == null || path.length() < 2 ? null : path.substring(1);
    }

    private String clientIdentifier(boolean kept) {
        if (identifier != null && identifierPrefix != null) {
            throw misuse("-i and -I exclude each other");
        }
        if (identifierPrefix != null) {
            return identifierPrefix + ProcessHandle.current().pid();
        }
        if (identifier != null && !identifier.isEmpty()) {
            return identifier;
        }
        if (kept) { // else one is left behind that nobody knows the name of
            throw misuse("a session that is kept needs a Client Identifier: -i ID");
        }
        // Only 3.1 has no way to let the server choose (V31-5).
        return version == ProtocolVersion.MQTT_3_1
                ? "vencejo-" + ProcessHandle.current().pid()
                : "";
    }

    // As mosquitto's clients: -c alone keeps the session for ever.
    private long sessionExpiryOfFlags() {
        if (sessionExpiryInterval != null) {
            requireMqtt5("-x");
        }
        return sessionExpiryInterval != null ? sessionExpiryInterval : resume ? NEVER : 0;
    }

    /// The properties given for packets of `type`.
    Properties properties(PacketType type) {
        return propertyFlags().of(type);
    }

    private PropertyFlags propertyFlags() {
        if (!properties.isEmpty()) {
            requireMqtt5("-D");
        }
        try {
            return new PropertyFlags(properties);
        } catch (IllegalArgumentException wrong) {
            throw misuse(String.valueOf(wrong.getMessage()));
        }
    }

    /// Refuses what an older version would leave out in silence.
    void requireMqtt5(String flag) {
        if (!version.isMqtt5()) {
            throw misuse(flag + " needs -V 5, given was " + version);
        }
    }

    /// Says what failed, unless it is to be silent; returns the exit code for it. The sentence may
    /// have words of the server.
    int failed(String sentence) {
        if (!quiet) {
            System.err.println(name() + ": " + Visible.text(sentence));
        }
        return 1;
    }

    /// What a wrong use of the flags is answered with: one line, and the exit code of wrong use.
    ParameterException misuse(String sentence) {
        return new ParameterException(spec().commandLine(), sentence);
    }

    /// How the command is called.
    String name() {
        return spec().qualifiedName();
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(command);
    }
}
