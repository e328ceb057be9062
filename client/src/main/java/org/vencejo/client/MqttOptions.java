package org.vencejo.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.PacketIdentifiers;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Will;

/// All that a client is told when it is made, named as the fields of CONNECT are. Immutable.
///
/// What a version does not have is not sent: before 5.0 that is `sessionExpiryInterval` (a session
/// is kept there if Clean Session is off), `receiveMaximum`, `topicAliasMaximum` and `properties`.
///
/// @param unixSocket the Unix socket to connect to, in place of host and port; null for TCP
/// @param tls how to speak TLS; null for plain TCP
/// @param webSocketPath the path of the URL to ask for in WebSocket; null without WebSocket
/// @param keepAlive in seconds, 0 for none
/// @param sessionExpiryInterval in seconds, 0 for a session that ends with the connection,
///   0xFFFFFFFF for one that never ends
/// @param authentication how to show who it is in the steps of enhanced authentication, 5.0 only;
///   null for none
/// @param receiveMaximum how many messages above QoS 0 the server may send before one is
///   acknowledged
/// @param maximumPacketSize the largest packet that is taken, in bytes; announced to a 5.0 server
/// @param topicAliasMaximum how many Topic Aliases the server may set
/// @param topicAliasesSentMax how many are set towards it, if it takes as many
/// @param properties further properties of CONNECT
/// @param foreignSessionAccepted whether a session is resumed that another client object began (D2)
/// @param inboxMessagesMax from how many messages on that wait to be received no more are read
/// @param inboxBytesMax the same, in bytes
/// @param connectTimeout the wait for the TCP connection, then for TLS and WebSocket, and then for
///   CONNACK
/// @param answerTimeout the wait of every other call for the server's answer
/// @param trace told of each packet sent and received, on the client's own thread
public record MqttOptions(
        String host,
        int port,
        @Nullable Path unixSocket,
        @Nullable MqttTls tls,
        @Nullable String webSocketPath,
        ProtocolVersion version,
        String clientIdentifier,
        boolean cleanStart,
        int keepAlive,
        long sessionExpiryInterval,
        @Nullable String userName,
        byte @Nullable [] password,
        @Nullable MqttAuthentication authentication,
        @Nullable Will will,
        int receiveMaximum,
        int maximumPacketSize,
        int topicAliasMaximum,
        int topicAliasesSentMax,
        Properties properties,
        boolean foreignSessionAccepted,
        int inboxMessagesMax,
        long inboxBytesMax,
        Duration connectTimeout,
        Duration answerTimeout,
        @Nullable Consumer<String> trace) {

    /// Checks what no server could take.
    ///
    /// @throws MqttException naming the option
    public MqttOptions {
        requireRange("port", port, 1, 65_535);
        if (webSocketPath != null && !webSocketPath.startsWith("/")) {
            throw new MqttException(
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                    "webSocketPath begins with /, given was " + webSocketPath);
        }
        requireRange("keepAlive", keepAlive, 0, 65_535);
        requireRange("sessionExpiryInterval", sessionExpiryInterval, 0, 0xFFFF_FFFFL);
        requireRange("receiveMaximum", receiveMaximum, 1, PacketIdentifiers.MAX);
        requireRange("maximumPacketSize", maximumPacketSize, 2, DecoderLimits.PACKET_SIZE_MAX);
        requireRange("topicAliasMaximum", topicAliasMaximum, 0, 65_535);
        requireRange("topicAliasesSentMax", topicAliasesSentMax, 0, 65_535);
        requireRange("inboxMessagesMax", inboxMessagesMax, 1, Integer.MAX_VALUE);
        requireRange("inboxBytesMax", inboxBytesMax, 1, Long.MAX_VALUE);
        if (!version.isMqtt5()
                && password != null
                && userName == null) { // [MQTT-3.1.2-22] of 3.1.1
            throw new MqttException(
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                    "before MQTT 5.0 a password needs a user name, given was none");
        }
        if (properties.has(Property.AUTHENTICATION_METHOD)
                || properties.has(Property.AUTHENTICATION_DATA)) {
            throw new MqttException(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "enhanced authentication is said by the option authentication, given was a"
                            + " property of CONNECT");
        }
        if (authentication != null && !version.isMqtt5()) {
            throw new MqttException(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    authentication.method() + " needs MQTT 5.0, given was " + version);
        }
        if (authentication instanceof MqttScram && password != null) {
            throw new MqttException(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    authentication.method()
                            + " does not send the password, given was one to be sent");
        }
        requireEncodable(
                new Connect(
                        version,
                        clientIdentifier,
                        cleanStart,
                        keepAlive,
                        will,
                        userName,
                        password,
                        version.isMqtt5()
                                ? authenticated(properties.toBuilder(), authentication, null)
                                : Properties.NONE));
    }

    /// Options to be filled; what is not set has a default that suits a server on this machine.
    public static Builder builder() {
        return new Builder();
    }

    /// The CONNECT that these options ask for.
    ///
    /// @throws MqttException if it could not be sent
    Connect connect(String identifier, boolean withCleanStart) {
        return connect(identifier, withCleanStart, null);
    }

    /// The same with the first data of the authentication, or null.
    Connect connect(
            String identifier, boolean withCleanStart, byte @Nullable [] authenticationData) {
        requireIdentifier(identifier, withCleanStart);
        Connect connect =
                new Connect(
                        version,
                        identifier,
                        withCleanStart,
                        keepAlive,
                        will,
                        userName,
                        password,
                        version.isMqtt5()
                                ? connectProperties(authenticationData)
                                : Properties.NONE);
        requireEncodable(connect); // with an identifier that the server may have chosen
        return connect;
    }

    private static void requireEncodable(Connect connect) {
        try {
            PacketEncoder.size(connect, connect.version());
        } catch (ProtocolViolation violation) {
            throw MqttException.of(violation);
        } catch (IllegalArgumentException misfit) {
            throw MqttException.of(misfit);
        }
    }

    private void requireIdentifier(String identifier, boolean withCleanStart) {
        boolean assigned =
                switch (version) {
                    case MQTT_3_1 -> false; // V31-5
                    case MQTT_3_1_1 -> withCleanStart; // [MQTT-3.1.3-7] of 3.1.1
                    case MQTT_5 -> true;
                };
        if (identifier.isEmpty() && !assigned) {
            throw new MqttException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    version + " needs a Client Identifier here, given was none");
        }
    }

    private Properties connectProperties(byte @Nullable [] authenticationData) {
        Properties.Builder all = properties.toBuilder();
        put(all, Property.SESSION_EXPIRY_INTERVAL, sessionExpiryInterval, 0);
        put(all, Property.RECEIVE_MAXIMUM, receiveMaximum, PacketIdentifiers.MAX);
        put(all, Property.MAXIMUM_PACKET_SIZE, maximumPacketSize, DecoderLimits.PACKET_SIZE_MAX);
        put(all, Property.TOPIC_ALIAS_MAXIMUM, topicAliasMaximum, 0);
        return authenticated(all, authentication, authenticationData);
    }

    private static Properties authenticated(
            Properties.Builder all, @Nullable MqttAuthentication how, byte @Nullable [] data) {
        if (how != null) {
            all.put(Property.AUTHENTICATION_METHOD, how.method());
            if (data != null) {
                all.put(Property.AUTHENTICATION_DATA, data);
            }
        }
        return all.build();
    }

    private static void put(Properties.Builder all, Property property, long value, long absent) {
        if (value != absent) {
            all.put(property, value);
        }
    }

    private static void requireRange(String name, long given, long least, long most) {
        if (given < least || given > most) {
            throw new MqttException(
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                    name + " is " + least + " to " + most + ", given was " + given);
        }
    }

    /// Where the server is, for people.
    String place() {
        return unixSocket == null ? host + ":" + port : "unix:" + unixSocket;
    }

    /// Says whether there is a password; never what it is, as this may end up in a log.
    @Override
    public String toString() {
        return "MqttOptions["
                + place()
                + (tls == null ? "" : ", tls")
                + (webSocketPath == null ? "" : ", webSocketPath=" + webSocketPath)
                + ", "
                + version
                + ", clientIdentifier="
                + clientIdentifier
                + ", userName="
                + userName
                + ", password="
                + (password == null ? "none" : "hidden")
                + (authentication == null ? "" : ", authentication=" + authentication.method())
                + "]";
    }

    /// Gathers options. Confined to the thread that fills it.
    public static final class Builder {
        private String host = "localhost";
        private int port = 1883;
        private @Nullable Path unixSocket;
        private @Nullable MqttTls tls;
        private @Nullable String webSocketPath;
        private ProtocolVersion version = ProtocolVersion.MQTT_5;
        private String clientIdentifier = "";
        private boolean cleanStart = true;
        private int keepAlive = 60;
        private long sessionExpiryInterval;
        private @Nullable String userName;
        private byte @Nullable [] password;
        private @Nullable MqttAuthentication authentication;
        private @Nullable Will will;
        private int receiveMaximum = 1_000;
        private int maximumPacketSize = 16 << 20;
        private int topicAliasMaximum = 64;
        private int topicAliasesSentMax = 64;
        private Properties properties = Properties.NONE;
        private boolean foreignSessionAccepted;
        private int inboxMessagesMax = 1_000;
        private long inboxBytesMax = 64L << 20;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration answerTimeout = Duration.ofSeconds(60);
        private @Nullable Consumer<String> trace;

        private Builder() {}

        public Builder host(String name) {
            host = name;
            return this;
        }

        public Builder port(int number) {
            port = number;
            return this;
        }

        /// Has this Unix socket dialled in place of host and port, or not. The host is still the
        /// name that a certificate of the server has to be for.
        public Builder unixSocket(@Nullable Path path) {
            unixSocket = path;
            return this;
        }

        /// Has TLS spoken, or not.
        public Builder tls(@Nullable MqttTls how) {
            tls = how;
            return this;
        }

        /// Has WebSocket spoken, asking for this path, or not.
        public Builder webSocketPath(@Nullable String path) {
            webSocketPath = path;
            return this;
        }

        public Builder version(ProtocolVersion spoken) {
            version = spoken;
            return this;
        }

        /// Empty to let the server choose one, where the version allows it.
        public Builder clientIdentifier(String identifier) {
            clientIdentifier = identifier;
            return this;
        }

        public Builder cleanStart(boolean clean) {
            cleanStart = clean;
            return this;
        }

        public Builder keepAlive(int seconds) {
            keepAlive = seconds;
            return this;
        }

        public Builder sessionExpiryInterval(long seconds) {
            sessionExpiryInterval = seconds;
            return this;
        }

        public Builder userName(@Nullable String name) {
            userName = name;
            return this;
        }

        public Builder password(byte @Nullable [] bytes) {
            password = bytes == null ? null : bytes.clone();
            return this;
        }

        /// Has enhanced authentication spoken, as by [MqttScram], or not.
        public Builder authentication(@Nullable MqttAuthentication how) {
            authentication = how;
            return this;
        }

        public Builder will(@Nullable Will left) {
            will = left;
            return this;
        }

        public Builder receiveMaximum(int messages) {
            receiveMaximum = messages;
            return this;
        }

        public Builder maximumPacketSize(int bytes) {
            maximumPacketSize = bytes;
            return this;
        }

        public Builder topicAliasMaximum(int aliases) {
            topicAliasMaximum = aliases;
            return this;
        }

        public Builder topicAliasesSentMax(int aliases) {
            topicAliasesSentMax = aliases;
            return this;
        }

        public Builder properties(Properties further) {
            properties = further;
            return this;
        }

        public Builder foreignSessionAccepted(boolean accepted) {
            foreignSessionAccepted = accepted;
            return this;
        }

        public Builder inboxMessagesMax(int messages) {
            inboxMessagesMax = messages;
            return this;
        }

        public Builder inboxBytesMax(long bytes) {
            inboxBytesMax = bytes;
            return this;
        }

        public Builder connectTimeout(Duration timeout) {
            connectTimeout = timeout;
            return this;
        }

        public Builder answerTimeout(Duration timeout) {
            answerTimeout = timeout;
            return this;
        }

        public Builder trace(@Nullable Consumer<String> told) {
            trace = told;
            return this;
        }

        /// The options.
        ///
        /// @throws MqttException if one is out of its range
        public MqttOptions build() {
            return new MqttOptions(
                    host,
                    port,
                    unixSocket,
                    tls,
                    webSocketPath,
                    version,
                    clientIdentifier,
                    cleanStart,
                    keepAlive,
                    sessionExpiryInterval,
                    userName,
                    password,
                    authentication,
                    will,
                    receiveMaximum,
                    maximumPacketSize,
                    topicAliasMaximum,
                    topicAliasesSentMax,
                    properties,
                    foreignSessionAccepted,
                    inboxMessagesMax,
                    inboxBytesMax,
                    connectTimeout,
                    answerTimeout,
                    trace);
        }
    }
}
