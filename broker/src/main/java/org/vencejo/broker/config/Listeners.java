package org.vencejo.broker.config;

import static java.lang.Math.toIntExact;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.vencejo.broker.config.BrokerConfig.Listener;

/// Binds the list of listeners: the given ones, or loopback when none was given.
///
/// Confined to the thread that reads the configuration.
final class Listeners {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");

    private final Binding binding;
    private final Sources sources;
    private final Machine machine;

    /// The listeners, each with its path.
    private final SequencedMap<Listener, String> listeners = new LinkedHashMap<>();

    private final Map<String, Integer> names = new HashMap<>();
    private final Map<InetSocketAddress, Integer> addresses = new HashMap<>();

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
            int port = toIntExact(binding.get(Keys.LISTENER_PORT));
            listeners.put(listener("", LOOPBACK, port), "listeners");
            if (machine.hasIpv6Loopback() && port != 0) {
                listeners.put(listener("", LOOPBACK_6, port), "listeners");
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
        Listener listener =
                listener(
                        binding.get(Keys.LISTENER_NAME, index),
                        binding.get(Keys.LISTENER_ADDRESS, index),
                        toIntExact(binding.get(Keys.LISTENER_PORT, index)));
        if (binding.isWrong(path)) {
            return;
        }
        listeners.put(listener, path);
        InetSocketAddress address = listener.address();
        Integer sameAddress = address.getPort() == 0 ? null : addresses.putIfAbsent(address, index);
        Integer sameName = names.putIfAbsent(listener.name(), index);
        if (sameAddress != null) {
            binding.mistake(path, "has the address and port of listeners[" + sameAddress + "]");
        } else if (sameName != null) {
            binding.mistake(
                    path + ".name",
                    "given '" + listener.name() + "', the name of listeners[" + sameName + "]");
        }
    }

    private static Listener listener(String name, InetAddress address, int port) {
        InetSocketAddress socketAddress = new InetSocketAddress(address, port);
        return new Listener(name.isEmpty() ? Listener.text(socketAddress) : name, socketAddress);
    }
}
