package org.vencejo.broker;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.passwords.ShownName;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Roster;
import org.vencejo.core.Roster.Entry;
import org.vencejo.core.Server;
import org.vencejo.storage.StoreException;

/// The sessions of a running broker, as another process is told them by the control socket, which
/// may end them. Immutable. `complete` is whether there were no more than it tells.
///
/// A line is `connected` or `away`, and what belongs to it: Client Identifier, user name, listener
/// and address, each encoded as in a URL; how many subscriptions, messages queued and in flight;
/// and how many seconds it lasts. The last one is `more` if it was cut.
public record SessionList(List<Entry> entries, boolean complete) {
    static final String REQUEST = "sessions ";
    static final String END_SESSION = "end-session ";

    /// The longest request: for the longest prefix and User Name, each byte written as three.
    static final int REQUEST_BYTES_MAX =
            (REQUEST + AnswerLines.LINES_MAX + " connected  \n").length() + 6 * 65_535;

    /// What is read while nobody else runs the server.
    private static final int SLICE = 256;

    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    private static final String CONNECTED = "connected";
    private static final String AWAY = "away";
    private static final String ANY = "any";
    private static final String ENDED = "ended";
    private static final String NOT_THERE = "not there";

    /// Which no encoded text is.
    private static final String NONE = "!";

    /// Which of them are wanted: `most` of those whose Client Identifier begins with `prefix`, of
    /// this user and with a connection or without one, if that is said. Immutable.
    public record Which(
            int most, @Nullable Boolean connected, String prefix, @Nullable String userName) {
        public Which {
            most = Math.min(most, AnswerLines.LINES_MAX);
        }

        boolean names(Entry entry) {
            return entry.subject().clientIdentifier().startsWith(prefix)
                    && (connected == null || connected == entry.connected())
                    && (userName == null || userName.equals(entry.subject().identity().userName()));
        }

        String words() {
            return "%d %s %s %s"
                    .formatted(
                            most,
                            connected == null ? ANY : state(connected),
                            encoded(prefix),
                            encoded(userName));
        }

        static Which of(String words) {
            String[] parts = words.split(" ", -1);
            if (parts.length != 4) {
                throw new StoreException(
                        "expected a number, a state, a prefix and a user, given was '"
                                + words
                                + "'");
            }
            return new Which(
                    Integer.parseInt(parts[0]),
                    parts[1].equals(ANY) ? null : parts[1].equals(CONNECTED),
                    decoded(parts[2]),
                    decodedOrNull(parts[3]));
        }
    }

    /// Those of the broker that runs on `dataFolder`, or a [StoreException] or [StartException] if
    /// there is none that can be asked.
    public static SessionList ofBrokerOn(Path dataFolder, Which which) {
        return parse(ControlClient.askRunning(dataFolder, REQUEST + which.words()));
    }

    /// Has that broker end the session of a client, for good when this returns; false if it has
    /// none.
    public static boolean end(Path dataFolder, String clientIdentifier) {
        return hasEnded(
                ControlClient.askRunning(dataFolder, END_SESSION + encoded(clientIdentifier)));
    }

    // ---- in the broker

    /// What the server of `driver` knows. Waits for it, slice by slice.
    static String lines(ServerDriver driver, String words) {
        Which which = Which.of(words);
        Roster roster = ask(driver, Server::roster);
        AnswerLines lines = new AnswerLines(which.most());
        boolean isLast = false;
        while (!isLast && !lines.isCut()) {
            Roster.Part part = ask(driver, server -> roster.next(SLICE, System.nanoTime()));
            isLast = part.last();
            part.entries().stream().filter(which::names).forEach(entry -> lines.add(line(entry)));
        }
        return lines.text();
    }

    private static <T> T ask(ServerDriver driver, Function<Server, T> question) {
        return Question.await(driver.inspect(question), () -> "the server does not answer in time");
    }

    private static String line(Entry entry) {
        Subject subject = entry.subject();
        return "%s %s %s %s %s %d %d %d %d"
                .formatted(
                        state(entry.connected()),
                        encoded(subject.clientIdentifier()),
                        encoded(subject.identity().userName()),
                        encoded(subject.listener()),
                        encoded(subject.remoteAddress()),
                        entry.subscriptions(),
                        entry.queued(),
                        entry.inFlight(),
                        entry.expirySeconds());
    }

    /// Ends the session of the client that is `encoded` as in a line.
    static String end(ServerDriver driver, String encoded) {
        return end(driver, encoded, log);
    }

    static String end(ServerDriver driver, String encoded, Logger log) {
        String clientIdentifier = decoded(encoded);
        String name = ShownName.of(clientIdentifier);
        AtomicBoolean hasEnded = new AtomicBoolean();
        CompletableFuture<Boolean> answer =
                driver.endSession(
                        clientIdentifier,
                        () -> {
                            hasEnded.set(true);
                            log.info(
                                    "asked by the control socket: the session of client {} has ended",
                                    name);
                        });
        boolean wasThere =
                Question.await(
                        answer,
                        () ->
                                hasEnded.get()
                                        ? "the session of client %s has ended, but that is not on disk yet"
                                                .formatted(name)
                                        : "the server does not answer in time; it may end the session of client %s later"
                                                .formatted(name));
        return wasThere ? ENDED : NOT_THERE;
    }

    // ---- in the command

    static SessionList parse(String lines) {
        List<Entry> entries = new ArrayList<>();
        boolean complete = true;
        for (String line : lines.lines().toList()) {
            String[] parts = line.split(" ", -1);
            switch (parts[0]) {
                case CONNECTED, AWAY -> entries.add(read(parts));
                case AnswerLines.MORE -> complete = false;
                default -> {} // of a newer broker
            }
        }
        return new SessionList(List.copyOf(entries), complete);
    }

    private static Entry read(String[] parts) {
        return new Entry(
                new Subject(
                        decoded(parts[1]),
                        new Identity(decodedOrNull(parts[2])),
                        decodedOrNull(parts[3]),
                        decodedOrNull(parts[4])),
                parts[0].equals(CONNECTED),
                Integer.parseInt(parts[5]),
                Long.parseLong(parts[6]),
                Long.parseLong(parts[7]),
                Long.parseLong(parts[8]));
    }

    static boolean hasEnded(String answer) {
        return switch (answer) {
            case ENDED -> true;
            case NOT_THERE -> false;
            default -> throw new StoreException("not understood from the broker: " + answer);
        };
    }

    // ---- in both

    private static String state(boolean connected) {
        return connected ? CONNECTED : AWAY;
    }

    private static String encoded(@Nullable String text) {
        return text == null ? NONE : URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static @Nullable String decodedOrNull(String text) {
        return text.equals(NONE) ? null : decoded(text);
    }
}
