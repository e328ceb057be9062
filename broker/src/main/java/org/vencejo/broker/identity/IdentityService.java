package org.vencejo.broker.identity;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.identity.RefusedException.Kind;
import org.vencejo.broker.passwords.NameKeys;
import org.vencejo.core.Authentication.Grants;
import org.vencejo.core.Authentication.Identity;

/// A service of others that says over HTTP who clients are: one POST for each that connects, unless
/// its last answer is remembered. Thread-safe.
///
/// Whatever is no answer that is understood lets nobody in.
public final class IdentityService implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IdentityService.class);

    private static final Set<String> KEYS =
            Set.of("allow", "userName", "groups", "rules", "validFor");

    private static final double VALID_SECONDS_MAX = 1e9;

    private final ServiceSettings settings;
    private final WebClient client;
    private final NameKeys names;
    private final LongSupplier nanoTime;
    private final WatchedFiles watched;

    private volatile @Nullable String authorization;

    /// What was answered, by all that was asked; the answer that was used least recently first.
    private final Map<NameKeys.Key, Remembered> remembered = new LinkedHashMap<>(16, 0.75f, true);

    private record Remembered(Shown shown, long nanos) {}

    /// A client as it is described to the service. `address` has no port.
    public record Question(
            String clientIdentifier,
            @Nullable String userName,
            byte @Nullable [] password,
            String address,
            String listener,
            @Nullable String certificate) {
        /// Without the password.
        @Override
        public String toString() {
            return "Question[" + clientIdentifier + ", " + userName + "]";
        }
    }

    private IdentityService(
            ServiceSettings settings, WebClient client, NameKeys names, LongSupplier nanoTime) {
        this.settings = settings;
        this.client = client;
        this.names = names;
        this.nanoTime = nanoTime;
        this.watched = WatchedFiles.of(settings.authorizationFile());
    }

    /// Reads the files that are named; `mistakes` hears what is wrong in which. Nothing is asked
    /// yet.
    public static IdentityService open(
            ServiceSettings settings,
            long timeoutNanos,
            NameKeys names,
            LongSupplier nanoTime,
            BiConsumer<Path, String> mistakes) {
        IdentityService service =
                new IdentityService(
                        settings,
                        WebClient.open(
                                settings.authorities(),
                                timeoutNanos,
                                settings.limits().sizeMax(),
                                mistakes),
                        names,
                        nanoTime);
        service.readAuthorization(mistakes);
        return service;
    }

    /// Reads files again that have changed and stand still. Called every second.
    public synchronized void look() {
        client.look();
        if (watched.haveChanged()) {
            readAuthorizationAgain();
        }
    }

    /// Reads files now: how we say who we are, and whom we believe. What is wrong changes nothing.
    public synchronized void readAgain() {
        client.readAgain();
        readAuthorizationAgain();
    }

    private void readAuthorizationAgain() {
        readAuthorization((file, detail) ->
                log.error("{}: {}; what was read before stays in force", file, detail));
    }

    private synchronized void readAuthorization(BiConsumer<Path, String> mistakes) {
        Path file = settings.authorizationFile();
        if (file == null) {
            return;
        }
        watched.reading();
        try {
            String line = Files.readString(file).lines().findFirst().orElse("").strip();
            if (line.isEmpty() || line.chars().anyMatch(c -> c < ' ' || c > '~')) {
                mistakes.accept(
                        file,
                        "its first line is no value of Authorization; allowed: such as Bearer and a text of ASCII");
                return;
            }
            authorization = line;
        } catch (IOException e) {
            mistakes.accept(file, Files.exists(file) ? "cannot be read" : "there is no such file");
        }
    }

    /// Who the client was said to be a while ago, or null if that has to be asked.
    public @Nullable Shown remembered(Question question, long nowMillis) {
        if (settings.rememberedMax() == 0 || settings.rememberedNanos() == 0) {
            return null;
        }
        NameKeys.Key key = key(question);
        synchronized (remembered) {
            Remembered found = remembered.get(key);
            if (found != null
                    && (found.shown.untilMillis() <= nowMillis
                            || nanoTime.getAsLong() - found.nanos >= settings.rememberedNanos())) {
                remembered.remove(key);
                return null;
            }
            return found == null ? null : found.shown;
        }
    }

    private void remember(Question question, Shown shown) {
        if (settings.rememberedMax() == 0 || settings.rememberedNanos() == 0) {
            return;
        }
        NameKeys.Key key = key(question);
        synchronized (remembered) {
            remembered.put(key, new Remembered(shown, nanoTime.getAsLong()));
            if (remembered.size() > settings.rememberedMax()) {
                remembered.remove(remembered.keySet().iterator().next());
            }
        }
    }

    private NameKeys.Key key(Question it) {
        StringBuilder all = new StringBuilder();
        for (String each :
                new @Nullable String[] {
                    it.clientIdentifier,
                    it.userName,
                    it.address,
                    it.listener,
                    it.certificate,
                    it.password == null ? null : ""
                }) {
            all.append(each == null ? -1 : each.length()).append(':').append(each);
        }
        return names.of(all.toString(), it.password == null ? new byte[0] : it.password);
    }

    /// Asks who the client is, at this time of day; null if the service does not know it.
    public @Nullable Shown ask(Question question, long nowMillis)
            throws RefusedException, InterruptedException {
        byte[] body = json(question);
        HttpResponse<byte[]> answer;
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(settings.url())
                            .header("Content-Type", "application/json")
                            .header("Accept", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
            String own = authorization;
            if (own != null) {
                request.header("Authorization", own);
            }
            answer = client.ask(request.build());
        } catch (IOException e) {
            throw away(String.valueOf(e.getMessage()));
        } finally {
            Arrays.fill(body, (byte) 0);
        }
        return switch (answer.statusCode()) {
            case 200 -> {
                Shown shown = shown(answer.body(), question, nowMillis);
                remember(question, shown);
                yield shown;
            }
            case 204 -> null;
            // With an Authorization of our own, 401 is about that.
            case 401 -> throw authorization == null ? refused(question) : away("status 401");
            case 403 -> throw refused(question);
            default -> throw away("status " + answer.statusCode());
        };
    }

    private Shown shown(byte[] body, Question question, long nowMillis) throws RefusedException {
        Map<String, Object> json;
        try {
            json = JSONObjectUtils.parse(new String(body, StandardCharsets.UTF_8));
        } catch (ParseException | IllegalArgumentException e) {
            throw away("an answer that is no JSON object");
        }
        if (json == null) { // the library's answer to null
            throw away("an answer that is no JSON object");
        }
        for (String key : json.keySet()) {
            if (!KEYS.contains(key)) {
                throw away("an answer with the key " + RefusedException.quoted(key));
            }
        }
        if (!(json.get("allow") instanceof Boolean isAllowed)) {
            throw away("an answer without allow: true or false");
        }
        if (!isAllowed) {
            throw refused(question);
        }
        Object name = json.get("userName");
        Object rules = json.get("rules");
        Grants grants =
                rules == null
                        ? null
                        : Shown.rules(rules, "its answer", settings.limits().topicsMax());
        return new Shown(
                new Identity(
                        name == null ? question.userName : Shown.userName(name, "its answer"),
                        Shown.groups(
                                json.get("groups"), "its answer", settings.limits().groupsMax()),
                        grants),
                until(json.get("validFor"), nowMillis));
    }

    private long until(@Nullable Object validFor, long nowMillis) throws RefusedException {
        if (validFor == null) {
            return Shown.FOR_EVER;
        }
        if (validFor instanceof Number seconds
                && seconds.doubleValue() > 0
                && seconds.doubleValue() <= VALID_SECONDS_MAX) {
            return nowMillis + (long) (seconds.doubleValue() * TimeUnit.SECONDS.toMillis(1));
        }
        throw away("an answer whose validFor is no number of seconds above 0");
    }

    private RefusedException refused(Question question) {
        boolean isNobody = question.userName == null && question.password == null;
        return new RefusedException(isNobody ? Kind.NOT_ALLOWED : Kind.WRONG, this + " refused it");
    }

    private RefusedException away(String detail) {
        return new RefusedException(Kind.AWAY, this + " gave no answer: " + detail);
    }

    // ---- what is asked

    private static byte[] json(Question question) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("clientIdentifier", question.clientIdentifier);
        fields.put("userName", question.userName);
        fields.put("address", question.address);
        fields.put("listener", question.listener);
        fields.put("certificate", question.certificate);
        String text = JSONObjectUtils.toJSONString(fields);
        byte[] head = text.substring(0, text.length() - 1).getBytes(StandardCharsets.UTF_8);
        return JsonBytes.withPassword(head, question.password);
    }

    @Override
    public String toString() {
        return WebClient.shown(settings.url());
    }

    @Override
    public void close() {
        client.close();
    }
}
