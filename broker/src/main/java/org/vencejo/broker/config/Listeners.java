package org.vencejo.broker.config;

import static java.lang.Math.toIntExact;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.core.ListenerLimit;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.UnixSocket;
import org.vencejo.transport.WebSocketServer;

/// Binds the list of listeners: the given ones, or loopback when none was given.
///
/// Confined to the thread that reads the configuration.
final class Listeners {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");

    private static final SequencedMap<String, ProtocolVersion> VERSIONS = new LinkedHashMap<>();

    static {
        VERSIONS.put("3.1", ProtocolVersion.MQTT_3_1);
        VERSIONS.put("3.1.1", ProtocolVersion.MQTT_3_1_1);
        VERSIONS.put("5.0", ProtocolVersion.MQTT_5);
    }

    private final Binding binding;
    private final Sources sources;
    private final Machine machine;

    /// The listeners, each with its path.
    private final SequencedMap<Listener, String> listeners = new LinkedHashMap<>();

    private final Map<String, Integer> names = new HashMap<>();
    private final Map<InetSocketAddress, Integer> addresses = new HashMap<>();
    private final Map<Path, Integer> unixPaths = new HashMap<>();

    Listeners(Binding binding, Sources sources, Machine machine) {
        this.binding = binding;
        this.sources = sources;
        this.machine = machine;
    }

    SequencedMap<Listener, String> bind() {
        int given = sources.listeners();
        for (int i = 0; i < given; i++) {
            if (!sources.mentions("listeners[" + i + "]")) {
                missing(i);
                break; // what follows is as wrong as the gap before it
            }
            entry(i);
        }
        if (given == 0) {
            // Port 0 takes a free port for each listener, so two of them would not share it.
            int port = toIntExact(binding.get(ListenerKeys.PORT));
            listeners.put(listener(LOOPBACK, port), "listeners");
            if (machine.hasIpv6Loopback() && port != 0) {
                listeners.put(listener(LOOPBACK_6, port), "listeners");
            }
        }
        return listeners;
    }

    private void missing(int index) {
        int later = index + 1;
        while (!sources.mentions("listeners[" + later + "]")) {
            later++;
        }
        binding.mistake(
                "listeners[" + later + "]",
                "given, but listeners[%d] is missing; allowed: entries without a gap"
                        .formatted(index));
    }

    private void entry(int index) {
        String path = "listeners[" + index + "]";
        Transport transport = binding.get(ListenerKeys.TRANSPORT, index);
        TlsFiles tls = null;
        if (transport.isSecure()) {
            tls = new TlsSection(binding, sources, index).bind();
        } else if (!binding.isWrong(path + ".transport")) {
            new TlsSection(binding, sources, index).refuse(transport);
        }
        WebSocketServer webSocket = webSocket(index, transport);
        UnixSocket unix = null;
        if (transport == Transport.UNIX) {
            unix = new UnixSection(binding, sources, index).bind();
        } else if (!binding.isWrong(path + ".transport")) {
            new UnixSection(binding, sources, index).refuse(transport);
        }
        long port =
                sources.mentions(path + ".port")
                        ? binding.get(ListenerKeys.PORT, index)
                        : transport.port();
        Listener listener =
                listener(
                        binding.get(ListenerKeys.NAME, index),
                        unix == null ? binding.get(ListenerKeys.ADDRESS, index) : LOOPBACK,
                        toIntExact(port),
                        transport,
                        unix,
                        new ProxySection(binding, sources, index).bind(transport),
                        tls,
                        webSocket,
                        versions(index),
                        connectionsMax(index),
                        maximumQoS(index),
                        new ListenerLimitsSection(binding, sources, index).bind());
        if (binding.isWrong(path)) {
            return;
        }
        listeners.put(listener, path);
        InetSocketAddress address = listener.address();
        Integer sameAddress = address.getPort() == 0 ? null : addresses.putIfAbsent(address, index);
        Integer sameName = names.putIfAbsent(listener.name(), index);
        Integer samePath = unix == null ? null : unixPaths.putIfAbsent(unix.path(), index);
        if (samePath != null) {
            binding.mistake(path + ".path", "is that of listeners[" + samePath + "]");
        } else if (sameAddress != null) {
            binding.mistake(path, "has the address and port of listeners[" + sameAddress + "]");
        } else if (sameName != null) {
            binding.mistake(
                    path + ".name",
                    "given '" + listener.name() + "', the name of listeners[" + sameName + "]");
        }
    }

    private @Nullable WebSocketServer webSocket(int index, Transport transport) {
        String path = "listeners[" + index + "].websocket";
        if (transport.isWebSocket()) {
            String asked = binding.get(ListenerKeys.WEBSOCKET_PATH, index);
            if (!asked.startsWith("/") || asked.contains("?") || asked.contains("#")) {
                binding.mistake(
                        path + ".path",
                        "given '%s'; allowed: the path of a URL, which begins with /, such as /mqtt"
                                .formatted(asked));
            }
            return new WebSocketServer(
                    asked, Set.copyOf(binding.get(ListenerKeys.WEBSOCKET_ORIGINS, index)));
        }
        if (sources.mentions(path) && !binding.isWrong("listeners[" + index + "].transport")) {
            binding.mistake(
                    path,
                    "given, but the listener's transport is %s; allowed: with transport: websocket or secure-websocket"
                            .formatted(ListenerKeys.TRANSPORT.type().print(transport)));
        }
        return null;
    }

    private Set<ProtocolVersion> versions(int index) {
        Set<ProtocolVersion> versions = EnumSet.noneOf(ProtocolVersion.class);
        for (String each : binding.get(ListenerKeys.VERSIONS, index)) {
            ProtocolVersion version = VERSIONS.get(each);
            if (version == null) {
                binding.mistake(
                        "listeners[" + index + "].versions",
                        "given '%s'; allowed: %s"
                                .formatted(each, String.join(", ", VERSIONS.keySet())));
            } else {
                versions.add(version);
            }
        }
        return versions.isEmpty() ? EnumSet.allOf(ProtocolVersion.class) : versions;
    }

    private int connectionsMax(int index) {
        long given = binding.get(ListenerKeys.CONNECTIONS_MAX, index);
        return given == 0 ? Integer.MAX_VALUE : toIntExact(given);
    }

    private @Nullable QoS maximumQoS(int index) {
        boolean isGiven =
                sources.given().containsKey(Binding.path(ListenerKeys.MAXIMUM_QOS, index));
        return isGiven ? binding.get(ListenerKeys.MAXIMUM_QOS, index) : null;
    }

    private static Listener listener(InetAddress address, int port) {
        return listener(
                "",
                address,
                port,
                Transport.TCP,
                null,
                null,
                null,
                null,
                EnumSet.allOf(ProtocolVersion.class),
                Integer.MAX_VALUE,
                null,
                Map.of());
    }

    private static Listener listener(
            String name,
            InetAddress address,
            int port,
            Transport transport,
            @Nullable UnixSocket unix,
            @Nullable ProxyConfig proxy,
            @Nullable TlsFiles tls,
            @Nullable WebSocketServer webSocket,
            Set<ProtocolVersion> versions,
            int connectionsMax,
            @Nullable QoS maximumQoS,
            Map<ListenerLimit, Long> limits) {
        InetSocketAddress socketAddress = new InetSocketAddress(address, port);
        Listener unnamed =
                new Listener(
                        name,
                        socketAddress,
                        transport,
                        unix,
                        proxy,
                        tls,
                        webSocket,
                        versions,
                        connectionsMax,
                        maximumQoS,
                        limits);
        return new Listener(
                name.isEmpty() ? unnamed.place() : name,
                socketAddress,
                transport,
                unix,
                proxy,
                tls,
                webSocket,
                versions,
                connectionsMax,
                maximumQoS,
                limits);
    }
}
