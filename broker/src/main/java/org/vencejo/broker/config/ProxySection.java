package org.vencejo.broker.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.access.AddressRange;

/// Binds the section `proxy-protocol` of a listener.
///
/// Confined to the thread that reads the configuration.
final class ProxySection {
    private static final String UNIX = "unix";

    private final Binding binding;
    private final Sources sources;
    private final int index;
    private final String path;

    ProxySection(Binding binding, Sources sources, int index) {
        this.binding = binding;
        this.sources = sources;
        this.index = index;
        this.path = "listeners[" + index + "].proxy-protocol";
    }

    /// What was given, or null if no proxies are to be listened to.
    @Nullable ProxyConfig bind(Transport transport) {
        List<String> given = binding.get(ListenerKeys.PROXY_SOURCES, index);
        if (given.isEmpty()) {
            if (sources.mentions(path) && !binding.isWrong(path)) {
                binding.mistake(
                        path,
                        "given, but sources is missing; allowed: with the addresses that proxies come from, such as 10.0.0.5 or 10.0.0.0/24");
            }
            return null;
        }
        List<AddressRange> ranges = new ArrayList<>();
        for (String each : given) {
            AddressRange range = AddressRange.of(each);
            if (transport == Transport.UNIX ? !each.equals(UNIX) : range == null) {
                binding.mistake(
                        path + ".sources", "given '%s'; %s".formatted(each, allowedAt(transport)));
            } else if (range != null) {
                ranges.add(range);
            }
        }
        return new ProxyConfig(
                List.copyOf(ranges),
                transport == Transport.UNIX,
                binding.get(ListenerKeys.PROXY_BELIEVE_CERTIFICATE, index));
    }

    private static String allowedAt(Transport transport) {
        return transport == Transport.UNIX
                ? "allowed at a Unix socket: unix, which is whoever may open it"
                : "allowed: an IP address, or all that begin alike, such as 10.0.0.5 or 10.0.0.0/24";
    }
}
