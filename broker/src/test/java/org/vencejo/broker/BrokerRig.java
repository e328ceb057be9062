package org.vencejo.broker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// A whole broker as an operator starts it, that keeps nothing and has no guesser wait unless the
/// test says so; and its clients, which are called `c`. Immutable.
record BrokerRig(Broker broker) implements AutoCloseable {
    /// A line of a password file: `alice` has the password `wonder`. Made by mosquitto_passwd.
    static final String ALICE =
            "alice:$7$101$I5Qjkjrn5HkiZprL$/zOFfj6QRTyiiFdUp5SIzio5sjovZubOEKfdcnI1hUBcyjV77exp8n8XyBhhcdGWgaEX2n55B2G/my+X6pvPmA==\n";

    /// One with its data below `folder`, and these settings as `--set` takes them.
    static BrokerRig start(Path folder, String... settings) {
        return reading(null, folder, settings);
    }

    /// The same with a configuration file beside.
    static BrokerRig reading(@Nullable Path file, Path folder, String... settings) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "data-folder=" + folder.resolve("data"),
                                "durability=memory",
                                "sys-interval=0",
                                "limits.authentication-delay-max=0",
                                "limits.authentication-timeout=20s"));
        all.addAll(List.of(settings));
        return new BrokerRig(
                Broker.start(
                        new Broker.Setup(
                                new Configuration.Request(file, Map.of(), all, null),
                                Machine.here(),
                                "test",
                                System.nanoTime(),
                                level -> {})));
    }

    /// Where a listener listens, by its number.
    InetSocketAddress address(int listener) {
        return broker.addresses().get(listener);
    }

    /// A connection to the first listener.
    RawClient client() throws IOException {
        return new RawClient(address(0));
    }

    /// What is answered to this at the first listener.
    ReasonCode answer(Connect connect) throws IOException {
        try (RawClient client = client()) {
            return answer(client, connect);
        }
    }

    static ReasonCode answer(RawClient client, Connect connect) throws IOException {
        client.send(connect);
        Packet answer = client.next();
        if (answer instanceof Connack connack) {
            return connack.reasonCode();
        }
        throw new AssertionError("expected CONNACK, was " + answer);
    }

    static Connect connect(@Nullable String user, @Nullable String password) {
        return connect(user, password, Properties.NONE);
    }

    static Connect connect(@Nullable String user, @Nullable String password, Properties more) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                "c",
                true,
                0,
                null,
                user,
                password == null ? null : password.getBytes(StandardCharsets.UTF_8),
                more);
    }

    /// What a CONNECT or AUTH of an exchange has.
    static Properties exchange(String method, @Nullable String data) {
        Properties.Builder properties =
                Properties.builder().put(Property.AUTHENTICATION_METHOD, method);
        if (data != null) {
            properties.put(Property.AUTHENTICATION_DATA, data.getBytes(StandardCharsets.UTF_8));
        }
        return properties.build();
    }

    static boolean mayPublish(RawClient client, String topic) throws IOException {
        client.send(RawClient.message(topic, new byte[0], QoS.AT_LEAST_ONCE, 1));
        return ((Puback) client.next()).reasonCode() != ReasonCode.NOT_AUTHORIZED;
    }

    @Override
    public void close() {
        broker.close();
    }
}
