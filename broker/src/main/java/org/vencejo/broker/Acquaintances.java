package org.vencejo.broker;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Census;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Server;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicName;

/// The clients and topics that a running broker knows, as another process is told them by the
/// control socket. Immutable. `complete` is whether there were no more than it tells.
///
/// A line is a word and what belongs to it, each part encoded as in a URL: `client` with Client
/// Identifier, user name, listener, address, groups, and the subject and the other names of its
/// certificate; behind it `remembered` if that is all of it that is known, and `filter` with QoS
/// and Topic Filter for each of its subscriptions; `topic`; and `more` at the end if it was cut.
public record Acquaintances(List<Census.Client> clients, List<TopicName> topics, boolean complete) {
    static final String REQUEST = "known";

    /// What is read while nobody else runs the server.
    private static final int SLICE = 256;

    /// Which no encoded text is.
    private static final String NONE = "!";

    /// Those of the broker that runs on `dataFolder`, or a [StoreException] or [StartException] if
    /// there is none that can be asked.
    public static Acquaintances ofBrokerOn(Path dataFolder) {
        return parse(ControlClient.askRunning(dataFolder, REQUEST));
    }

    // ---- as lines

    /// What the server of `driver` knows. Waits for it, slice by slice.
    static String lines(ServerDriver driver) {
        Census census = ask(driver, Server::census);
        AnswerLines lines = new AnswerLines(AnswerLines.LINES_MAX);
        boolean isFinished = false;
        while (!isFinished && !lines.isCut()) {
            isFinished =
                    ask(
                            driver,
                            server -> {
                                census.clients(SLICE).forEach(client -> tell(client, lines));
                                census.topics(SLICE)
                                        .forEach(topic ->
                                                lines.add("topic " + encoded(topic.toString())));
                                return census.isFinished();
                            });
        }
        return lines.text();
    }

    private static void tell(Census.Client client, AnswerLines lines) {
        Subject subject = client.subject();
        ClientCertificate certificate = subject.certificate();
        lines.add(
                String.join(
                        " ",
                        "client",
                        encoded(subject.clientIdentifier()),
                        encoded(subject.identity().userName()),
                        encoded(subject.listener()),
                        encoded(subject.remoteAddress()),
                        list(subject.identity().groups()),
                        encoded(certificate == null ? null : certificate.subject()),
                        list(certificate == null ? List.of() : certificate.alternativeNames())));
        if (subject.identity().remembered()) {
            lines.add("remembered");
        }
        for (Subscription each : client.subscriptions()) {
            lines.add(
                    "filter %d %s"
                            .formatted(
                                    each.maximumQoS().value(),
                                    encoded(each.topicFilter().toString())));
        }
    }

    private static <T> T ask(ServerDriver driver, Function<Server, T> question) {
        return Question.await(driver.inspect(question), () -> "the server does not answer in time");
    }

    private static String encoded(@Nullable String text) {
        return text == null ? NONE : URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String list(Collection<String> texts) {
        return texts.stream().map(Acquaintances::encoded).collect(Collectors.joining(","));
    }

    // ---- from lines

    static Acquaintances parse(String lines) {
        List<Census.Client> clients = new ArrayList<>();
        List<TopicName> topics = new ArrayList<>();
        boolean complete = true;
        for (String line : lines.lines().toList()) {
            String[] parts = line.split(" ", -1);
            switch (parts[0]) {
                case "client" -> clients.add(new Census.Client(subject(parts), new ArrayList<>()));
                case "remembered" -> {
                    Subject subject = clients.removeLast().subject();
                    clients.add(new Census.Client(remembered(subject), new ArrayList<>()));
                }
                case "filter" ->
                        clients.getLast()
                                .subscriptions()
                                .add(
                                        Subscription.of(
                                                decoded(parts[2]),
                                                QoS.values()[Integer.parseInt(parts[1])]));
                case "topic" -> topics.add(TopicName.of(decoded(parts[1])));
                case AnswerLines.MORE -> complete = false;
                default -> {} // of a newer broker
            }
        }
        return new Acquaintances(List.copyOf(clients), List.copyOf(topics), complete);
    }

    private static Subject subject(String[] parts) {
        String shown = decodedOrNull(parts[6]);
        return new Subject(
                decoded(parts[1]),
                new Identity(decodedOrNull(parts[2]), Set.copyOf(texts(parts[5])), null),
                decodedOrNull(parts[3]),
                decodedOrNull(parts[4]),
                shown == null
                        ? null
                        : new ClientCertificate(shown, texts(parts[7]), "", "", Long.MAX_VALUE));
    }

    private static Subject remembered(Subject subject) {
        return new Subject(
                subject.clientIdentifier(),
                new Identity(subject.identity().userName(), Set.of(), null, true),
                subject.listener(),
                subject.remoteAddress());
    }

    private static List<String> texts(String list) {
        return list.isEmpty()
                ? List.of()
                : Arrays.stream(list.split(",", -1)).map(Acquaintances::decoded).toList();
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static @Nullable String decodedOrNull(String text) {
        return text.equals(NONE) ? null : decoded(text);
    }
}
