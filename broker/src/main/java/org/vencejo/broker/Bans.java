package org.vencejo.broker;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.access.AddressRange;
import org.vencejo.broker.passwords.Guessers;
import org.vencejo.broker.passwords.Guessers.Banned;
import org.vencejo.broker.passwords.Guessers.Kind;
import org.vencejo.broker.passwords.ShownName;
import org.vencejo.storage.StoreException;

/// Whom a running broker has banned, as another process is told by the control socket, which may
/// end their bans. Immutable. `complete` is whether there were no more than it tells.
///
/// A line is `address` or `user`, which one, encoded as in a URL, and how many nanoseconds its ban
/// still lasts. The last one is `more` if there are too many for an answer.
public record Bans(List<Banned> banned, boolean complete) {
    static final String REQUEST = "bans";
    static final String LIFT = "lift ";

    /// The longest request: for the longest User Name, each byte of it written as three.
    static final int REQUEST_BYTES_MAX = "lift address \n".length() + 3 * 65_535;

    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    private static final String ADDRESS = "address";
    private static final String USER = "user";
    private static final String LIFTED = "lifted";
    private static final String NOT_BANNED = "not banned";

    /// Those of the broker that runs on `dataFolder`, or a [StoreException] or [StartException] if
    /// there is none that can be asked.
    public static Bans ofBrokerOn(Path dataFolder) {
        return parse(ControlClient.askRunning(dataFolder, REQUEST));
    }

    /// Has that broker end a ban and forgive what led to it; false if there is none of that name.
    public static boolean lift(Path dataFolder, Kind kind, String name) {
        return wasLifted(
                ControlClient.askRunning(dataFolder, LIFT + word(kind) + " " + encoded(name)));
    }

    /// The address that `text` is, also as it stands in a list, or null if it is none.
    public static @Nullable InetAddress address(String text) {
        AddressRange range = AddressRange.of(text);
        if (range == null) {
            return null;
        }
        boolean whole = !text.contains("/");
        return whole || (range.first() instanceof Inet6Address && range.bits() == 64)
                ? range.first()
                : null;
    }

    // ---- in the broker

    static String lines(Guessers guessers) {
        AnswerLines lines = new AnswerLines(AnswerLines.LINES_MAX);
        for (Banned each : guessers.list(AnswerLines.LINES_MAX + 1, System.nanoTime())) {
            lines.add(
                    "%s %s %d"
                            .formatted(word(each.kind()), encoded(each.name()), each.leftNanos()));
        }
        return lines.text();
    }

    /// Ends the ban that `whose` names, kind and name as in a line.
    static String lift(Guessers guessers, String whose) {
        return lift(guessers, whose, log);
    }

    static String lift(Guessers guessers, String whose, Logger log) {
        String[] parts = whose.split(" ", -1);
        if (parts.length != 2) {
            throw new StoreException("expected a kind and a name, given was '" + whose + "'");
        }
        String name = decoded(parts[1]);
        boolean lifted =
                switch (parts[0]) {
                    case ADDRESS -> {
                        InetAddress address = address(name);
                        if (address == null) {
                            throw new StoreException("'" + name + "' is no IP address");
                        }
                        yield guessers.lift(address, System.nanoTime());
                    }
                    case USER -> guessers.liftUser(name, System.nanoTime());
                    default -> throw new StoreException("not known here: " + parts[0]);
                };
        if (lifted) {
            log.info(
                    "asked by the control socket: {} {} is banned no more",
                    parts[0],
                    ShownName.of(name));
        }
        return lifted ? LIFTED : NOT_BANNED;
    }

    // ---- in the command

    static Bans parse(String lines) {
        List<Banned> banned = new ArrayList<>();
        boolean complete = true;
        for (String line : lines.lines().toList()) {
            String[] parts = line.split(" ", -1);
            switch (parts[0]) {
                case ADDRESS -> banned.add(read(Kind.ADDRESS, parts));
                case USER -> banned.add(read(Kind.USER, parts));
                case AnswerLines.MORE -> complete = false;
                default -> {} // of a newer broker
            }
        }
        return new Bans(List.copyOf(banned), complete);
    }

    static boolean wasLifted(String answer) {
        return switch (answer) {
            case LIFTED -> true;
            case NOT_BANNED -> false;
            default -> throw new StoreException("not understood from the broker: " + answer);
        };
    }

    private static Banned read(Kind kind, String[] parts) {
        return new Banned(kind, decoded(parts[1]), Long.parseLong(parts[2]));
    }

    // ---- in both

    private static String word(Kind kind) {
        return switch (kind) {
            case ADDRESS -> ADDRESS;
            case USER -> USER;
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
