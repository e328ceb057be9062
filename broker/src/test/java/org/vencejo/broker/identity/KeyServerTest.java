package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.transport.Authority;

/// Keys that are fetched: when, how often, and what holds while their server is away, slow or
/// broken. Time stands until the test moves it.
@Timeout(60)
class KeyServerTest {
    private static final long REFRESH = TimeUnit.MINUTES.toNanos(10);
    private static final long KEPT = TimeUnit.HOURS.toNanos(1);
    private static final String SET = "{\"keys\":[%s]}";

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // nanoTime may wrap
    @TempDir private Path folder;
    private WebService service;
    private KeyServer server;

    @BeforeEach
    void start() throws IOException {
        service = new WebService();
        service.answers(200, SET.formatted(Signer.of("ES256").webKey("one")));
        server = keyServer(TimeUnit.SECONDS.toNanos(30));
    }

    private KeyServer keyServer(long timeoutNanos) {
        return new KeyServer(
                service.url(),
                WebClient.open(null, timeoutNanos, 4_096, (file, detail) -> {}),
                REFRESH,
                KEPT,
                now::get);
    }

    @AfterEach
    void stop() {
        server.close();
        service.close();
    }

    private List<String> names() {
        List<TokenKey> keys = server.keys();
        return keys == null ? null : keys.stream().map(TokenKey::identifier).toList();
    }

    /// As the broker does every second; and waits until what it asks for is there.
    private void look() throws InterruptedException {
        server.look();
        server.await();
    }

    /// As a broker does at SIGHUP, and when it sees that the file has changed.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherAuthorityOfTheServerIsReadWithoutARestart(boolean byItself) throws Exception {
        Authority next = Authority.named("next");
        Path file = Authority.named("before").write(folder, "ca.pem");
        service.close();
        service = WebService.inTls(next.server("keys").context());
        service.answers(200, SET.formatted(Signer.of("ES256").webKey("one")));
        server.close();
        server =
                new KeyServer(
                        service.url(),
                        WebClient.open(
                                file, TimeUnit.SECONDS.toNanos(30), 4_096, (wrong, why) -> {}),
                        REFRESH,
                        KEPT,
                        now::get);
        look();
        assertThat(names()).isNull();
        next.write(folder, "ca.pem");
        if (byItself) {
            look();
            look();
        } else {
            server.readAgain();
        }
        now.addAndGet(KeyServer.PAUSE_NANOS);
        look();
        assertThat(names()).containsExactly("one");
    }

    @Test
    void keysAreFetchedWhenSomebodyNeedsThemAndAnewWhenTheyAreOld() throws Exception {
        assertThat(names()).isNull();
        assertThat(server.mayLearn("one")).isTrue();
        server.await();
        assertThat(names()).containsExactly("one");
        assertThat(server.mayLearn("one")).isFalse();
        assertThat(server.mayLearn(null)).isFalse();

        service.answers(200, SET.formatted(Signer.of("EdDSA").webKey("two")));
        now.addAndGet(REFRESH - 1);
        server.look();
        assertThat(service.asked()).hasSize(1);
        now.addAndGet(1);
        look();
        assertThat(service.asked()).hasSize(2);
        assertThat(names()).containsExactly("two"); // one is gone
    }

    /// A rotation: who names the new key has it fetched; who names any has it fetched no oftener.
    @Test
    void aKeyThatIsNotKnownIsAskedForAtMostEveryTenSeconds() throws Exception {
        server.await();
        service.answers(200, SET.formatted(Signer.of("ES256").webKey("two")));
        assertThat(server.mayLearn("two")).as("too early").isFalse();
        server.await();
        assertThat(names()).containsExactly("one");
        now.addAndGet(KeyServer.PAUSE_NANOS);
        assertThat(server.mayLearn("two")).isTrue();
        server.await();
        assertThat(names()).containsExactly("two");
        assertThat(server.mayLearn("three")).isFalse();
        server.await();
        assertThat(service.asked()).hasSize(2);
    }

    @Test
    void manyWhoWaitAskOnce() throws Exception {
        service.silent(true);
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(
                    Thread.startVirtualThread(() -> {
                        try {
                            server.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }));
        }
        while (service.asked().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(server.mayLearn("x")).as("one is under way").isTrue();
        service.silent(false);
        for (Thread each : waiting) {
            each.join();
        }
        assertThat(service.asked()).hasSize(1);
        assertThat(names()).containsExactly("one");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {\"keys\":[]}",
                "404 | ''",
                "302 | ''", // we ask who is written down, and nobody else
                "204 | ''",
                "200 | ''",
                "200 | <html></html>",
                "200 | {\"keys\":7}",
                "200 | {\"keys\":[{\"kty\":\"oct\"",
                "200 | -----BEGIN PUBLIC KEY-----",
                "200 | huge"
            })
    void anAnswerThatIsNoneLeavesWhatWasKnownForAWhile(int status, String body) throws Exception {
        server.await();
        service.answers(
                status, body.equals("huge") ? "{\"keys\":[]," + " ".repeat(5_000) + "}" : body);
        now.addAndGet(REFRESH);
        look();
        assertThat(service.asked()).hasSize(2);
        assertThat(names()).containsExactly("one");
        now.addAndGet(KeyServer.PAUSE_NANOS);
        look();
        assertThat(service.asked()).as("it is tried again soon").hasSize(3);
        now.addAndGet(KEPT - REFRESH - KeyServer.PAUSE_NANOS - 1);
        assertThat(names()).containsExactly("one");
        now.addAndGet(1);
        assertThat(names()).as("then nobody comes in").isNull();

        service.answers(200, SET.formatted(Signer.of("ES256").webKey("back")));
        look();
        assertThat(names()).containsExactly("back");
    }

    /// Who publishes no key any more has taken them back.
    @Test
    void anEmptySetHolds() throws Exception {
        server.await();
        service.answers(200, "{\"keys\":[]}");
        now.addAndGet(REFRESH);
        look();
        assertThat(names()).isEmpty();
    }

    @Test
    void aServerThatIsAwayOrSilentIsNoOne() throws Exception {
        service.silent(true);
        KeyServer hasty = keyServer(TimeUnit.MILLISECONDS.toNanos(50));
        hasty.await();
        assertThat(hasty.keys()).isNull();
        hasty.close();
        service.close();
        server.await();
        assertThat(names()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "https://keys.example/jwks?x=1,   ",
        "http://127.0.0.1:8080/jwks,      ",
        "http://[::1]/jwks,               ",
        "http://localhost/jwks,           ",
        "http://keys.example/jwks,        which others could read and answer",
        "http://192.0.2.1/jwks,           which others could read and answer",
        "http://localhost.example/jwks,   which others could read and answer",
        "http://127.0.0.1.example/jwks,   which others could read and answer",
        "ftp://127.0.0.1/jwks,            which others could read and answer",
        "file:///etc/keys,                'which is no URL of a service, with a host and without a user or #'",
        "https://u:p@keys.example/,       'which is no URL of a service, with a host and without a user or #'",
        "keys.example,                    'which is no URL of a service, with a host and without a user or #'",
        "https:// a,                      which is no URL"
    })
    void onlyAUrlThatNobodyElseCanAnswerIsAskedAt(String url, String fault) {
        assertThat(WebClient.fault(url)).isEqualTo(fault);
    }

    /// A token that names a key of a server is worth waiting for; others are not.
    @Test
    void aTokenMayBeWorthWaitingFor() throws Exception {
        TokenVerifier verifier =
                new TokenVerifier(
                        new TokenSettings(
                                Set.of("ES256"),
                                "",
                                "",
                                "sub",
                                "",
                                "",
                                "",
                                false,
                                0,
                                new TokenSettings.Limits(2_000, 1, 1)),
                        server);
        Signer signer = Signer.of("ES256");
        String header = "{\"alg\":\"%s\",\"kid\":\"%s\"}";
        String token = signer.token(header.formatted("ES256", "one"), "{\"sub\":\"ana\"}");
        assertThat(verifier.isWorthAwaiting(token)).isTrue();
        assertThat(verifier.isMeant(token)).isTrue();
        for (String other :
                List.of(
                        signer.token(header.formatted("RS256", "one"), "{}"),
                        signer.token(
                                header.formatted("ES256", "one"),
                                "{\"a\":\"" + "x".repeat(2_000) + "\"}"),
                        signer.token("{}", "{}"),
                        "a.b.c",
                        "a", // data of a method may be anything
                        "",
                        ".")) {
            assertThat(verifier.isWorthAwaiting(other)).isFalse();
            // What is too large is so for everybody.
            assertThat(verifier.isMeant(other)).isEqualTo(other.length() > 2_000);
        }
        verifier.await();
        assertThat(verifier.isWorthAwaiting(token)).isFalse();
        assertThat(verifier.verify(token, "c", 0).identity().userName()).isEqualTo("ana");
    }
}
