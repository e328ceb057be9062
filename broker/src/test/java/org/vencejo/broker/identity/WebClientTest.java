package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.transport.Authority;

/// A service in TLS is believed if one of the authorities in a file says who it is, as the file is
/// now.
@Timeout(60)
class WebClientTest {
    private static final Authority BEFORE = Authority.named("before");
    private static final Authority AFTER = Authority.named("after");

    @TempDir private Path folder;
    private Path authorities;
    @AutoClose private WebService service;
    @AutoClose private WebClient client;

    @BeforeEach
    void start() throws Exception {
        service = WebService.inTls(AFTER.server("service").context());
        authorities = BEFORE.write(folder, "ca.pem");
        client =
                WebClient.open(
                        authorities,
                        TimeUnit.SECONDS.toNanos(30),
                        100,
                        (file, detail) -> {
                            throw new AssertionError(detail);
                        });
    }

    private int ask() throws IOException, InterruptedException {
        return client.ask(HttpRequest.newBuilder(service.url()).build()).statusCode();
    }

    private void assertNotBelieved() {
        assertThatThrownBy(this::ask)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unable to find valid certification path");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherAuthorityIsReadWithoutARestart(boolean byItself) throws Exception {
        assertNotBelieved();
        AFTER.write(folder, "ca.pem");
        assertNotBelieved(); // control arm: nobody has looked
        if (byItself) {
            client.look();
            assertNotBelieved(); // it may be half of it
            client.look();
        } else {
            client.readAgain();
        }
        assertThat(ask()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "https://h:1/a/b,         https://h:1/a/b",
        "https://h/a?key=x,       https://h/a?...",
        "https://u:pw@h/a?key=x,  https://...@h/a?...",
        "https://u:p/w@h/a,       https://...@h/a",
        "https://u:p?w@h/a,       https://...",
        "https://u:p#w@h/a,       https://...",
        "https:/u:pw@h,           https:/...@h",
        "u:pw@h,                  ...@h",
        "https://h/a?t=x@y,       https://...", // or else it is a password
    })
    void ofAUrlNothingIsShownThatMayBeASecret(String url, String shown) {
        assertThat(WebClient.shown(url)).isEqualTo(shown);
    }

    @Test
    void whatIsNoCertificateChangesNothing() throws Exception {
        AFTER.write(folder, "ca.pem");
        client.readAgain();
        Files.writeString(authorities, "no certificate");
        client.readAgain();
        assertThat(ask()).isEqualTo(200);
        Files.delete(authorities);
        client.readAgain();
        assertThat(ask()).isEqualTo(200);
        BEFORE.write(folder, "ca.pem");
        client.readAgain();
        assertNotBelieved(); // control arm
    }
}
