package org.vencejo.transport;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The server's side of WebSocket: where it is to be asked for, and by whose pages. Immutable.
///
/// A browser says which page's script asks, and any page in the world may try: only those of
/// `origins` (`https://example.org`) come in, or with `*` all, and those that were loaded from this
/// very server, as far as that is beyond doubt: a name may have been another's when the page was
/// loaded, unless TLS has proved it; an address is nobody else's. Programs that are no browsers say
/// nothing of the kind, or that they are ours.
public record WebSocketServer(String path, Set<String> origins) {
    private static final Pattern ADDRESS =
            Pattern.compile("(localhost|[0-9.]+|\\[[0-9a-f:.]+])(:[0-9]+)?");

    public WebSocketServer {
        origins = origins.stream().map(WebSocketServer::plain).collect(Collectors.toSet());
    }

    boolean admits(String origin, String host, boolean secure) {
        String asked = plain(origin);
        String own = plain(host);
        return origins.contains("*")
                || origins.contains(asked)
                || (asked.endsWith("://" + own) && (secure || ADDRESS.matcher(own).matches()));
    }

    private static String plain(String origin) {
        String plain = origin.strip().toLowerCase(Locale.ROOT);
        return plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
    }
}
