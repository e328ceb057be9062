package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.identity.IdentityService.Question;
import org.vencejo.broker.passwords.NameKeys;

/// A service that says who clients are: what it is asked, every answer that it may give, and what
/// becomes of clients while it gives none.
@Timeout(60)
class IdentityServiceTest {
    private static final long NOW = 1_790_000_000_000L;
    private static final Question ANA = question("ana", "s3cret");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final List<String> mistakes = new ArrayList<>();
    private WebService service;
    private IdentityService asked;
    @TempDir private Path folder;

    @BeforeEach
    void start() throws IOException {
        service = new WebService();
        service.answers(200, "{\"allow\":true}");
        asked = open(0, TimeUnit.SECONDS.toNanos(30), null);
    }

    private IdentityService open(long rememberedNanos, long timeoutNanos, @Nullable Path file) {
        return IdentityService.open(
                new ServiceSettings(
                        service.url(),
                        null,
                        file,
                        rememberedNanos,
                        2,
                        new TokenSettings.Limits(4_096, 3, 3)),
                timeoutNanos,
                new NameKeys(new SecureRandom()),
                nanos::get,
                (path, detail) -> mistakes.add(detail));
    }

    @AfterEach
    void stop() {
        asked.close();
        service.close();
    }

    private static Question question(@Nullable String user, @Nullable String password) {
        return new Question(
                "c",
                user,
                password == null ? null : password.getBytes(StandardCharsets.UTF_8),
                "192.0.2.1",
                "here",
                null);
    }

    private String said(Question question) throws InterruptedException {
        try {
            Shown shown = asked.ask(question, NOW);
            return shown == null ? "not mine" : "let in as " + shown.identity().userName();
        } catch (RefusedException e) {
            return e.kind()
                    + ": "
                    + String.valueOf(e.getMessage()).replace(service.url().toString(), "URL");
        }
    }

    @Test
    void itIsAskedAboutAllThatIsKnown() throws Exception {
        assertThat(
                        said(
                                new Question(
                                        "c\"1",
                                        "ana",
                                        "s3\"\\\n€".getBytes(StandardCharsets.UTF_8),
                                        "::1",
                                        "tls",
                                        "CN=\"x\"")))
                .isEqualTo("let in as ana");
        assertThat(said(new Question("c", null, null, "::1", "l", null)))
                .isEqualTo("let in as null");
        assertThat(said(new Question("c", "a", new byte[] {-1, 0}, "::1", "l", null)))
                .isEqualTo("let in as a");
        assertThat(service.asked())
                .containsExactly(
                        "{\"clientIdentifier\":\"c\\\"1\",\"userName\":\"ana\",\"address\":\"::1\",\"listener\":\"tls\",\"certificate\":\"CN=\\\"x\\\"\",\"password\":\"s3\\\"\\\\\\u000a€\"} null",
                        "{\"clientIdentifier\":\"c\",\"userName\":null,\"address\":\"::1\",\"listener\":\"l\",\"certificate\":null,\"password\":null} null",
                        "{\"clientIdentifier\":\"c\",\"userName\":\"a\",\"address\":\"::1\",\"listener\":\"l\",\"certificate\":null,\"passwordBase64\":\"/wA=\"} null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {\"allow\":true}                       | let in as ana",
                "200 | {\"allow\":true,\"userName\":\"bob\"}  | let in as bob",
                "200 | {\"allow\":false}                      | WRONG: URL refused it",
                "401 | ''                                     | WRONG: URL refused it",
                "403 | nobody                                 | WRONG: URL refused it",
                "204 | ''                                     | not mine",
                // Whatever else it is, it lets nobody in.
                "200 | ''                                     | AWAY: URL gave no answer: an answer that is no JSON object",
                "200 | ok                                     | AWAY: URL gave no answer: an answer that is no JSON object",
                "200 | [true]                                 | AWAY: URL gave no answer: an answer",
                "200 | {}                                     | AWAY: URL gave no answer: an answer without allow: true or false",
                "200 | {\"allow\":\"true\"}                   | AWAY: URL gave no answer: an answer without allow: true or false",
                "200 | {\"allow\":1}                          | AWAY: URL gave no answer: an answer without allow: true or false",
                "200 | {\"allow\":true,\"group\":[\"a\"]}     | AWAY: URL gave no answer: an answer with the key 'group'",
                "200 | {\"allow\":true,\"validFor\":0}        | AWAY: URL gave no answer: an answer whose validFor",
                "200 | {\"allow\":true,\"validFor\":\"1h\"}   | AWAY: URL gave no answer: an answer whose validFor",
                "200 | {\"allow\":true,\"validFor\":1e300}    | AWAY: URL gave no answer: an answer whose validFor",
                "200 | {\"allow\":true,\"groups\":[7]}        | NOT_ALLOWED: its answer is no list of names",
                "200 | {\"allow\":true,\"groups\":\"a b c d\"} | NOT_ALLOWED: its answer holds more than 3",
                "200 | {\"allow\":true,\"rules\":7}           | NOT_ALLOWED: its answer holds wrong rules: rules is no list",
                "200 | {\"allow\":true,\"userName\":\"\"}     | NOT_ALLOWED: its answer is no user name",
                "200 | huge                                   | AWAY: URL gave no answer: IOException: body exceeds capacity: 4096",
                "201 | {\"allow\":true}                       | AWAY: URL gave no answer: status 201",
                "302 | {\"allow\":true}                       | AWAY: URL gave no answer: status 302",
                "404 | {\"allow\":true}                       | AWAY: URL gave no answer: status 404",
                "500 | {\"allow\":true}                       | AWAY: URL gave no answer: status 500",
            })
    void everyAnswerIsUnderstoodOrLetsNobodyIn(int status, String body, String said)
            throws Exception {
        service.answers(
                status, body.equals("huge") ? "{\"allow\":true}" + " ".repeat(5_000) : body);
        assertThat(said(ANA)).startsWith(said);
    }

    /// 401 is about who asks, if we say that; the password of a client is not wrong by that.
    @ParameterizedTest
    @CsvSource({"401, AWAY, WRONG", "403, WRONG, WRONG"})
    void whereTheBrokersOwnWordIsNotTakenNoClientIsCalledWrong(
            int status, String withOurs, String without) throws Exception {
        service.answers(status, "");
        assertThat(said(ANA)).startsWith(without);
        asked.close();
        asked =
                open(
                        0,
                        TimeUnit.SECONDS.toNanos(30),
                        Files.writeString(folder.resolve("own"), "Bearer expired"));
        assertThat(said(ANA)).startsWith(withOurs);
        assertThat(service.asked().getLast()).endsWith(" Bearer expired");
    }

    @Test
    void whatItSaysBecomesTheIdentity() throws Exception {
        service.answers(
                200,
                "{\"allow\":true,\"groups\":[\"a\",\"b\"],\"validFor\":1.5,\"rules\":[{\"allow\":\"publish\",\"topics\":[\"x\"]}]}");
        Shown shown = asked.ask(ANA, NOW);
        assertThat(shown.identity().groups()).containsExactlyInAnyOrder("a", "b");
        assertThat(shown.identity().grants()).asString().contains("[PUBLISH]");
        assertThat(shown.untilMillis()).isEqualTo(NOW + 1_500);
    }

    @Test
    void whoNamesNobodyAndIsRefusedHasGuessedNothing() throws Exception {
        service.answers(200, "{\"allow\":false}");
        assertThat(said(question(null, null))).isEqualTo("NOT_ALLOWED: URL refused it");
    }

    @Test
    void whileItIsAwayNobodyComesIn() throws Exception {
        service.close();
        assertThat(said(ANA)).isEqualTo("AWAY: URL gave no answer: ConnectException");
    }

    @Test
    void whileItIsSilentNobodyComesIn() throws Exception {
        service.silent(true);
        asked.close();
        asked = open(0, TimeUnit.MILLISECONDS.toNanos(50), null);
        assertThat(said(ANA)).isEqualTo("AWAY: URL gave no answer: no answer in time");
    }

    @Test
    void whoIsNotAwaitedAnyMoreStopsWaiting() throws Exception {
        service.silent(true);
        Thread waiting =
                Thread.startVirtualThread(() ->
                        assertThat(
                                        catchThrowableOfType(
                                                InterruptedException.class,
                                                () -> asked.ask(ANA, NOW)))
                                .isNotNull());
        while (service.asked().isEmpty()) {
            Thread.onSpinWait();
        }
        waiting.interrupt();
        waiting.join();
    }

    @Test
    void answersAreRememberedForATimeAndAnythingElseIsAskedAnew() throws Exception {
        asked.close();
        asked = open(1_000, TimeUnit.SECONDS.toNanos(30), null);
        assertThat(asked.remembered(ANA, NOW)).isNull();
        asked.ask(ANA, NOW);
        assertThat(asked.remembered(ANA, NOW)).isNotNull();
        for (Question other :
                List.of(
                        question("ana", "S3cret"),
                        question("ana", null),
                        question("ana", ""),
                        question(null, "s3cret"),
                        new Question(
                                "d",
                                "ana",
                                "s3cret".getBytes(StandardCharsets.UTF_8),
                                "192.0.2.1",
                                "here",
                                null),
                        new Question(
                                "c",
                                "ana",
                                "s3cret".getBytes(StandardCharsets.UTF_8),
                                "192.0.2.2",
                                "here",
                                null),
                        new Question(
                                "c",
                                "ana",
                                "s3cret".getBytes(StandardCharsets.UTF_8),
                                "192.0.2.1",
                                "there",
                                null),
                        new Question(
                                "c",
                                "ana",
                                "s3cret".getBytes(StandardCharsets.UTF_8),
                                "192.0.2.1",
                                "here",
                                "CN=x"))) {
            assertThat(asked.remembered(other, NOW)).isNull();
        }
        nanos.addAndGet(999);
        assertThat(asked.remembered(ANA, NOW)).isNotNull();
        nanos.addAndGet(1);
        assertThat(asked.remembered(ANA, NOW)).isNull();

        service.answers(200, "{\"allow\":true,\"validFor\":1}");
        asked.ask(ANA, NOW);
        assertThat(asked.remembered(ANA, NOW + 999)).isNotNull();
        assertThat(asked.remembered(ANA, NOW + 1_000)).as("it holds no more").isNull();

        service.answers(200, "{\"allow\":false}");
        assertThat(said(question("eve", "x"))).startsWith("WRONG");
        assertThat(asked.remembered(question("eve", "x"), NOW)).as("a refusal is not").isNull();
        service.answers(200, "{\"allow\":true}");
        asked.ask(question("bob", "x"), NOW);
        asked.ask(question("carol", "x"), NOW);
        assertThat(asked.remembered(ANA, NOW)).as("two at most").isNull();
        assertThat(asked.remembered(question("carol", "x"), NOW)).isNotNull();
    }

    @Test
    void itIsToldWhoAsks() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "Bearer abc\nmore\n");
        asked.close();
        asked = open(0, TimeUnit.SECONDS.toNanos(30), file);
        said(ANA);
        assertThat(service.asked().getLast()).endsWith(" Bearer abc");
        Files.writeString(file, "Bearer def");
        asked.readAgain();
        for (String wrong : List.of("", "\n", "Bearer é")) {
            Files.writeString(file, wrong);
            asked.readAgain();
        }
        said(ANA);
        assertThat(service.asked().getLast()).endsWith(" Bearer def");
        Files.writeString(file, "Bearer ghij"); // which is seen without being asked to
        asked.look();
        said(ANA);
        assertThat(service.asked().getLast()).as("it may be half of it").endsWith(" Bearer def");
        asked.look();
        said(ANA);
        assertThat(service.asked().getLast()).endsWith(" Bearer ghij");

        Files.writeString(file, "Bearer é");
        open(0, 1, file).close();
        open(0, 1, folder.resolve("nowhere")).close();
        assertThat(mistakes)
                .containsExactly(
                        "its first line is no value of Authorization; allowed: such as Bearer and a text of ASCII",
                        "there is no such file");
    }

    @Test
    void noTextHasThePassword() {
        assertThat(ANA.toString() + asked).doesNotContain("s3cret").contains("ana");
        assertThat(WebClient.shown(URI.create("https://a.example:8/b?key=s3cret")))
                .isEqualTo("https://a.example:8/b");
    }
}
